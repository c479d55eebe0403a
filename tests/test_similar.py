"""What was seen before: blockers with an error like another, and what is said of them when one is opened."""

import json
import random

import pytest
from error_families import families, variants
from tests_support import new_recorder, new_store, opened

from triage.errors import UsageError
from triage.store import fulltext
from triage.usecases import corrections, journals, purging, recalling, work
from triage.usecases.recorder import Said
from triage.usecases.searching import Scope


@pytest.fixture(params=["sqlite", "postgres", "scan"])
def store(request, monkeypatch):
    """A fresh store of each kind; the last one is of a SQLite without an index of words."""
    kind = request.param
    if kind == "scan":
        kind = "sqlite"
        monkeypatch.setattr(fulltext, "is_supported", lambda _: False)
    made = new_store(request.getfixturevalue(f"{kind}_place")("it"))
    yield made
    made.close()


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


# The look after a blocker was opened


def test_what_was_seen_before_is_told_without_the_blocker_itself(store, recorder):
    recorder.record_all(map(blocker, ["quota of disks exceeded", "exit code 3"]))
    opened_now = recorder.record(blocker("quota of disks exceeded", "Again"))

    assert [seen.title for seen in recalling.seen_before(store, opened_now)] in (["It stopped"], [])


def test_only_good_matches_are_told_unasked_and_at_most_three(indexed, here):
    here.record_all([blocker(f"quota of disks exceeded by {n} GiB") for n in range(5)])
    here.record(blocker("disks are slow today and nobody knows what the reason of it may be"))

    near = recalling.seen_before(indexed, here.record(blocker("quota of disks exceeded by 70 GiB")))
    far = recalling.seen_before(indexed, here.record(blocker("disks were stolen by somebody at night")))

    assert len(near) == 3
    assert far == []


def test_the_look_indexes_a_bounded_number_of_events(indexed, here, monkeypatch):
    monkeypatch.setattr(fulltext, "BATCH", 3)
    here.record_all([blocker("quota exceeded"), *(Said("entry", {"text": str(n)}) for n in range(9))])
    opened_now = here.record(blocker("quota exceeded"))

    assert errors(recalling.seen_before(indexed, opened_now)) == ["quota exceeded"]
    assert fulltext.behind(indexed._db) == [(here.place.journal, 3, 12)]


def test_the_look_waits_for_nobody_and_takes_the_index_as_it_is(indexed, here):
    here.record(blocker("quota exceeded"))
    recall(indexed, "quota")
    opened_now = here.record(blocker("quota exceeded"))
    holder = new_store(indexed.path)

    with holder._writing():
        assert errors(recalling.seen_before(indexed, opened_now)) == ["quota exceeded"]
    assert len(fulltext.behind(indexed._db)) == 1


def test_a_look_that_fails_is_no_failure(indexed, here):
    opened_now = here.record(blocker("quota exceeded"))
    indexed.close()

    assert recalling.seen_before(indexed, opened_now) == []


@pytest.fixture
def indexed(tmp_path):
    """A fresh store with an index."""
    made = new_store(tmp_path / "indexed.db")
    yield made
    made.close()


@pytest.fixture
def here(indexed):
    """A recorder in a journal of it."""
    return opened(indexed)


# The commands

GONE = "ModuleNotFoundError: No module named sqlalchemy"


@pytest.fixture
def past(triage):
    """The program in a second journal; the first has a blocker that was fixed."""
    triage("open", "First deploy")
    triage("action", "Run the migrations")
    triage("block", "1", GONE)
    triage("fix", "1", "Added it to requirements.txt", "--pr", "1141", "--cause", "It was not listed")
    triage("resolve")
    triage("open", "Second deploy")
    return triage


SEEN = f"seen before: first-deploy blocker 1 fixed: {GONE} → Added it to requirements.txt (PR #1141)\n"


def test_similar_tells_what_fixed_it(past):
    ran = past.run("similar", "No module named 'sqlalchemy'")

    assert ran.out == (
        "first-deploy e3  2026-05-05 12:00 UTC  blocker 1 fixed  93% alike\n"
        "  title: Run the migrations\n"
        f"  error: {GONE}\n"
        "  cause: It was not listed\n"
        "  fix: Added it to requirements.txt\n"
        "  PR: #1141\n"
    )


def test_similar_reads_the_error_from_a_file_and_from_standard_input(past):
    (past.work / "build.log").write_text(f"building\nTraceback (most recent call last):\n  x\n{GONE}\n")

    for ran in (past.run("similar", "@build.log"), past.run("similar", "-", stdin=f"building\n{GONE}\n")):
        assert ran.out.splitlines()[0].endswith("the same error")


def test_similar_answers_in_json(past):
    [seen] = map(json.loads, past.run("similar", GONE, "--json").out.splitlines())

    assert seen["journal"] == "first-deploy"
    assert seen["event"] == "e3"
    assert (seen["same"], seen["likeness"]) == (True, 1.0)
    assert (seen["fix"], seen["pr"], seen["status"]) == ("Added it to requirements.txt", "#1141", "fixed")


def test_similar_that_finds_nothing_says_so_and_exits_1(past):
    ran = past.run("similar", "disk quota exceeded")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "no blocker was found that is like 'disk quota exceeded'\n"


def test_block_says_what_was_seen_before_beside_its_answer(past):
    past("action", "Run them again")

    ran = past.run("block", "1", GONE)

    assert ran.out == f"second-deploy e3 blocker 1 opened: Run them again — {GONE}\n"
    assert ran.err == SEEN


def test_blocker_says_it_in_its_json(past):
    ran = past.run("blocker", "Gone", "--error", GONE, "--json")

    assert [seen["journal"] for seen in json.loads(ran.out)["seen"]] == ["first-deploy"]
    assert ran.err == ""


def test_a_failed_run_says_what_was_seen_before_its_blocker(past):
    ran = past.run("run", "--action", "Migrate", "--", "sh", "-c", f"echo '{GONE}' >&2; exit 3")

    assert ran.code == 3
    assert ran.err.endswith(SEEN)


def test_a_failed_run_says_it_in_its_json(past):
    ran = past.run("run", "--json", "--action", "Migrate", "--", "sh", "-c", f"echo '{GONE}' >&2; exit 3")

    answer = json.loads(ran.err.splitlines()[-1])
    assert [seen["fix"] for seen in answer["seen"]] == ["Added it to requirements.txt"]


def test_what_was_seen_before_cannot_steer_a_terminal(triage):
    triage("open", "First deploy")
    triage("blocker", "Gone", "--error", "quota of disks \x1b[31mexceeded", "--fix", "more\x07")

    ran = triage.run("blocker", "Again", "--error", "quota of disks \x1b[31mexceeded")

    assert "quota of disks \\u{1B}[31mexceeded → more\\u{7}" in ran.err


def test_a_batch_says_once_what_was_seen_before_its_blockers(past):
    lines = [
        json.dumps({"kind": "blocker", "fields": {"title": f"Gone {n}", "error": GONE}}) for n in range(9)
    ]

    ran = past.run("record", "-", stdin="\n".join(lines))

    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1
    assert ran.err == SEEN


def test_a_batch_says_it_in_its_json(past):
    line = json.dumps({"kind": "blocker", "fields": {"title": "Gone", "error": GONE}})

    answer = json.loads(past("record", "-", "--json", stdin=line))

    assert [seen["fix"] for seen in answer["seen"]] == ["Added it to requirements.txt"]
