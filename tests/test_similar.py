"""What is said of blockers that were seen before: when one is opened, and by `triage similar`."""

import json

import pytest
from tests_support import new_store

from triage.store.sqlite import fulltext
from triage.usecases import recalling
from triage.usecases.recorder import Said
from triage.usecases.searching import Scope


def blocker(error, title="It stopped", **fields):
    return Said("blocker", {"title": title, "error": error, **fields})


def errors(found):
    return [seen.error for seen in found]


# The look after a blocker was opened


def test_only_good_matches_are_told_unasked_and_at_most_three(store, recorder):
    recorder.record_all([blocker(f"quota of disks exceeded by {n} GiB") for n in range(5)])
    recorder.record(blocker("disks are slow today and nobody knows what the reason of it may be"))

    near = recalling.seen_before(store, recorder.record(blocker("quota of disks exceeded by 70 GiB")))
    far = recalling.seen_before(store, recorder.record(blocker("disks were stolen by somebody at night")))

    assert len(near) == 3
    assert far == []


def test_the_look_indexes_a_bounded_number_of_events(store, recorder, monkeypatch):
    monkeypatch.setattr(fulltext, "BATCH", 3)
    recorder.record_all([blocker("quota exceeded"), *(Said("entry", {"text": str(n)}) for n in range(9))])
    opened_now = recorder.record(blocker("quota exceeded"))

    assert errors(recalling.seen_before(store, opened_now)) == ["quota exceeded"]
    assert fulltext.behind(store._link.db) == [(recorder.place.journal, 3, 12)]


def test_the_look_waits_for_nobody_and_takes_the_index_as_it_is(store, recorder):
    recorder.record(blocker("quota exceeded"))
    recalling.recall(store, "quota", Scope(), limit=1)
    opened_now = recorder.record(blocker("quota exceeded"))
    holder = new_store(store.path)

    with holder._link.writing():
        assert errors(recalling.seen_before(store, opened_now)) == ["quota exceeded"]
    assert len(fulltext.behind(store._link.db)) == 1


def test_a_look_that_fails_is_no_failure(store, recorder):
    opened_now = recorder.record(blocker("quota exceeded"))
    store.close()

    assert recalling.seen_before(store, opened_now) == []


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
