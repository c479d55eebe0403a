"""Which blockers are like an error, and in which order: the same in each kind of store, by its index or by reading."""

import random

import pytest
from error_families import families, variants
from tests_support import new_recorder, new_store

from triage.errors import UsageError
from triage.usecases import corrections, journals, purging, recalling, work
from triage.usecases.recorder import Said
from triage.usecases.searching import Scope


@pytest.fixture
def store(every_store):
    """A fresh store of each kind."""
    return every_store


def blocker(error, title="It stopped", **fields):
    return Said("blocker", {"title": title, "error": error, **fields})


def recall(store, error, limit=10, **scope):
    return recalling.recall(store, error, Scope(**scope), limit=limit)


def errors(found):
    return [seen.error for seen in found]


def test_the_same_error_with_another_path_and_number_comes_first(store, recorder):
    recorder.record_all(
        map(
            blocker,
            ["open /srv/a/values.yaml: permission denied", "open /opt/b/ca.pem: no such file or directory"],
        )
    )

    found = recall(store, "open /home/ana/ca.pem: no such file or directory")

    assert errors(found)[0] == "open /opt/b/ca.pem: no such file or directory"
    assert found[0].likeness.same


def test_what_differs_in_the_word_that_matters_comes_after_what_has_it(store, recorder):
    recorder.record_all(
        map(
            blocker,
            ["ModuleNotFoundError: No module named 'celery'", "ImportError: No module named sqlalchemy"],
        )
    )

    found = recall(store, "ModuleNotFoundError: No module named 'sqlalchemy'")

    assert errors(found) == [
        "ImportError: No module named sqlalchemy",
        "ModuleNotFoundError: No module named 'celery'",
    ]
    assert not any(seen.likeness.same for seen in found)


def test_the_same_refusal_is_found_as_another_language_tells_it(store, recorder):
    recorder.record_all(map(blocker, ["dial tcp 10.1.2.3:5432: connect: connection refused", "exit code 3"]))

    for error in ("Error: connect ECONNREFUSED 10.9.9.9:5432", "Verbindungsaufbau abgelehnt"):
        assert errors(recall(store, error)) == ["dial tcp 10.1.2.3:5432: connect: connection refused"], error


def test_of_the_same_errors_the_one_with_the_same_text_comes_first_and_then_the_fixed_one(store, recorder):
    recorder.record_all(
        [
            blocker("timeout after 31 s", "a", fix="more memory", status="fixed"),
            blocker("timeout after 7 s", "b"),
            blocker("timeout after 31 s", "c"),
        ]
    )

    assert [seen.title for seen in recall(store, "timeout after 31 s")] == ["a", "c", "b"]


def test_a_fixed_blocker_comes_before_many_newer_ones_like_it(store, recorder):
    recorder.record(blocker("quota exceeded", fix="more disks", status="fixed"))
    recorder.record_all([blocker("quota exceeded", f"again {n}") for n in range(15)])

    assert recall(store, "quota exceeded", limit=1)[0].fix == "more disks"


def test_what_is_told_of_a_blocker_is_what_its_record_says_now(store, recorder):
    work.add(recorder, "Run the migrations", {})
    work.block(recorder, "1", "relation carts does not exist", {})
    work.settle(recorder, "1", "fixed", "Ran 017 first", {"cause": "order", "pr": "#12", "issue": "#11"})

    [seen] = recall(store, "relation carts does not exist")

    assert seen.slug == "velvet"
    assert (seen.number, seen.status, seen.title) == (1, "fixed", "Run the migrations")
    assert (seen.cause, seen.fix, seen.pr, seen.issue) == ("order", "Ran 017 first", "#12", "#11")


def test_a_blocker_is_found_by_its_amended_error(store, recorder):
    recorder.record(blocker("exit code 1"))
    corrections.amend(recorder, "last", ("error=quota of disks exceeded",), None)

    [seen] = recall(store, "quota of disks exceeded")

    assert seen.error == "quota of disks exceeded"
    assert seen.likeness.same


def test_a_blocker_comes_once_however_often_it_was_told(store, recorder):
    recorder.record(blocker("quota exceeded"))
    for _ in range(3):
        corrections.amend(recorder, "e2", ("error=quota of disks exceeded",), None)

    assert len(recall(store, "quota of disks exceeded")) == 1


def test_withdrawn_and_purged_blockers_are_not_shown(store, recorder):
    recorder.record_all(map(blocker, ["quota exceeded a", "quota exceeded b", "quota exceeded c"]))
    assert len(recall(store, "quota exceeded")) == 3

    corrections.retract(recorder, "e2", None)
    purging.purge(recorder, "e3", "private")

    assert errors(recall(store, "quota exceeded")) == ["quota exceeded c"]


def test_a_look_is_narrowed_by_journal_and_by_service(store, recorder):
    recorder.record(blocker("quota exceeded here"))
    other = journals.open_journal(recorder, "Other", {"service": "mail"}).place
    recorder.moved(other).record(blocker("quota exceeded there"))

    assert errors(recall(store, "quota exceeded", journal=other.journal)) == ["quota exceeded there"]
    assert errors(recall(store, "quota exceeded", service="Mail")) == ["quota exceeded there"]
    assert recall(store, "quota exceeded", service="search") == []


def test_what_was_merged_from_another_store_is_found(store, recorder, tmp_path):
    recall(store, "quota")
    other = new_store(tmp_path / "other.db", seed=9)
    there = new_recorder(other, seed=10)
    there = there.moved(journals.open_journal(there, "Other", {}).place)
    there.record(blocker("quota exceeded"))

    store.merge(list(other.copies(there.place.journal)))

    assert errors(recall(store, "quota exceeded")) == ["quota exceeded"]


def test_an_error_without_a_word_is_refused(store):
    with pytest.raises(UsageError, match="no word"):
        recall(store, "--- 12 ---")


def test_fresh_variants_of_an_error_find_their_family_first(store, recorder):
    rng, places = random.Random(3), families()
    numbers = rng.sample(range(len(places)), 60)
    stored = [each for number in numbers[:12] for each in variants(rng, number, 5, places)]
    stored += [each for number in numbers[12:] for each in variants(rng, number, 3, places)]
    family = {}
    for event, each in zip(
        recorder.record_all([blocker(each.error) for each in stored]), stored, strict=True
    ):
        family[event.id] = each.family

    asked = [each for number in numbers[:12] for each in variants(rng, number, 4, places)]
    right = [family[recall(store, each.error, 1)[0].event.id] == each.family for each in asked]

    assert sum(right) >= 0.95 * len(right)


def test_what_was_seen_before_is_told_without_the_blocker_itself(store, recorder):
    recorder.record_all(map(blocker, ["quota of disks exceeded", "exit code 3"]))
    opened_now = recorder.record(blocker("quota of disks exceeded", "Again"))

    assert [seen.title for seen in recalling.seen_before(store, opened_now)] in (["It stopped"], [])
