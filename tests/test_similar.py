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


@pytest.mark.parametrize("name", ["1", "e3", "tail"])
def test_similar_takes_the_error_of_a_blocker_that_is_named_and_finds_the_others(past, name):
    past("action", "Run them again")
    opened_now = json.loads(past("block", "1", "No module named 'sqlalchemy'", "--json"))

    ran = past.run("similar", opened_now["id"][-8:] if name == "tail" else name)

    assert [line for line in ran.out.splitlines() if line[0] != " "] == [
        "first-deploy e3  2026-05-05 12:00 UTC  blocker 1 fixed  93% alike"
    ]


def test_similar_finds_as_many_others_as_were_asked_for(past):
    past("block", past("action", "Run them again") and "1", GONE)

    assert past("similar", "1", "--limit", "1").startswith("first-deploy e3")


TEXT = "give the text of an error: triage similar 'TEXT', or - for standard input"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("e2", "e2 is no blocker but of kind action"),
        ("e99", "no blocker 'e99'; no blocker is open"),
        ("7", "no blocker '7'; no blocker is open"),
    ],
)
def test_similar_of_a_name_that_no_blocker_has_says_how_a_text_is_given(past, name, what):
    past("action", "Run them again")

    ran = past.run("similar", name)

    assert (ran.code, ran.err) == (2, f"triage: {what}; {TEXT}\n")


def test_similar_of_a_name_where_no_journal_is_open_says_how_a_text_is_given(triage):
    triage("init")

    ran = triage.run("similar", "1")

    assert (ran.code, ran.err) == (
        2,
        f"triage: '1' is the name of an event, and no journal is open; {TEXT}\n",
    )


def test_a_blocker_without_a_journal_names_no_error_of_another(past):
    ran = past.run("similar", "1", "--journal", "first-deploy")

    assert (ran.code, ran.err) == (1, f"no blocker was found that is like {GONE!r}\n")


def test_the_line_of_a_log_that_a_failed_run_recorded_is_the_same_error_as_its_message(past):
    line = f"2026-11-26 07:13:03 ERROR {GONE}"

    ran = past.run("run", "--action", "Migrate", "--", "sh", "-c", f"echo '{line}' >&2; exit 3")

    assert ran.err.endswith(SEEN)
    assert past("similar", GONE).splitlines()[0].endswith("the same error")
    assert [json.loads(each)["same"] for each in past("similar", line, "--json").splitlines()] == [True, True]


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
