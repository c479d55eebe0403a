"""`triage purge`: what an event says goes for good, everywhere, and the record still verifies."""

import json
import random
import signal
import sqlite3
import subprocess
import time

import pytest
from program import SCRIPT

from triage import events
from triage.encoding import sha256
from triage.store import open_store

TEXT = "the-very-words-that-slipped-through"


def everything(journal):
    """All bytes of all files below the home and the work folder."""
    paths = [path for folder in (journal.home, journal.work) for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(path.read_bytes() for path in paths)


def store_of(journal):
    return open_store(
        str(journal.home / "data/triage/triage.db"), clock=lambda: 0, entropy=lambda size: b"\0" * size
    )


def verifies(journal):
    """Whether every envelope has its digest, names its parents, and fits its body where that is there."""
    store = store_of(journal)
    [row] = store.journals()
    known = set()
    for copy in store.copies(row.id):
        event = events.unseal(copy)
        assert events.digest_of(copy.envelope) == copy.digest
        assert set(event.parents) <= known
        known.add(copy.digest)
        if copy.body is not None:
            assert sha256(copy.salt, copy.body) == json.loads(copy.envelope)["body"]
            sealed = [[len(data), sha256(salt, data)] for salt, data in copy.chunks]
            assert sealed == (event.body.get("output") or [])
    store.close()
    return len(known)


def test_nothing_of_the_text_is_left_in_any_file(journal):
    journal("log", TEXT, "kept")
    assert TEXT.encode() in everything(journal)

    journal("purge", "last")

    assert TEXT.encode() not in everything(journal)


@pytest.mark.parametrize("size", [10, 3_000, 70_000, 3_000_000])
def test_nothing_of_an_output_is_left_however_long_it_was(journal, size):
    lines = size // len(TEXT) + 1
    journal("evidence", "-", "--title", "Long", stdin=f"{TEXT}\n" * lines)
    journal("purge", "last")

    assert TEXT.encode() not in everything(journal)
    assert verifies(journal) == 3


def test_what_lay_beside_it_is_as_it_was(journal):
    for number in range(40):
        journal("log", f"line {number} " + "x" * 50 * number)
    before = journal.events()
    journal("purge", "e20")

    after = journal.events()
    assert [event["body"] for event in after[:-1] if event["event"] != "e20"] == [
        event["body"] for event in before if event["event"] != "e20"
    ]
    assert (after[19]["body"], after[19]["digest"]) == (None, before[19]["digest"])


def test_the_record_says_what_was_done_and_why(journal):
    journal("log", TEXT)
    answer = journal("purge", "e2", "--reason", "held a password")

    assert answer == "velvet-first-deploy e3 purged e2: what was said there is gone for good"
    assert journal.body() == {"verb": "purge", "about": journal.event(2)["id"], "reason": "held a password"}


def test_a_run_goes_as_a_whole(journal):
    journal.start("run", "--title", TEXT, "--", "echo", TEXT)
    journal("purge", "e3")

    assert TEXT.encode() not in everything(journal)
    assert [event["body"] for event in journal.events()[1:3]] == [None, None]


def test_an_amendment_that_repeats_the_text_goes_too(journal):
    journal("log", TEXT)
    journal("amend", "e2", f"text=not {TEXT}")
    journal("purge", "e2")

    assert TEXT.encode() not in everything(journal)


def test_what_would_go_is_said_without_doing_it(journal):
    journal("log", TEXT)

    assert journal("purge", "e2", "--dry-run") == f"would go: e2 entry {TEXT}"
    assert journal.body()["text"] == TEXT


def test_a_second_purge_is_a_conflict(journal):
    journal("log", TEXT)
    journal("purge", "e2")

    assert journal.refused("purge", "e2") == (
        5,
        "triage: e2 was purged already; see what is left: triage events",
    )


def test_the_last_event_is_never_an_act(journal):
    journal("log", TEXT)
    journal("purge", "last", "--reason", "leak")

    assert journal.refused("purge", "last") == (
        5,
        "triage: e2 was purged already; see what is left: triage events",
    )
    assert journal.body()["reason"] == "leak"


def test_the_act_of_a_purge_stays(journal):
    journal("log", TEXT)
    journal("purge", "e2")

    assert journal.refused("purge", "e3") == (
        4,
        "triage: e3 says who purged what: it stays; name the event whose text has to go",
    )


def test_a_purge_may_be_repeated_under_its_key(journal):
    journal("log", TEXT)
    journal("purge", "e2", "--key", "k")
    journal("purge", "e2", "--key", "k")

    assert len(journal.events()) == 3


def test_a_keyed_call_is_not_recorded_again_after_its_purge(journal):
    journal("log", TEXT, "--key", "k")
    journal("purge", "e2")

    assert journal("log", TEXT, "--key", "k").startswith("velvet-first-deploy e2 ")
    assert TEXT.encode() not in everything(journal)


def test_a_document_says_how_much_is_withheld(journal):
    journal("log", TEXT)
    journal("purge", "e2")

    assert "1 event" in next(line for line in journal("render").splitlines() if "withheld" in line)


def test_a_journal_whose_opening_was_purged_goes_on(journal):
    journal("log", "stays")
    journal("purge", "e1")
    tail = journal.event(1)["id"][-8:]

    assert journal("log", "more").startswith(f"{tail} e4 ")
    assert tail in journal("list")
    assert "stays" in journal("render")
    journal("export", "-o", "it.jsonl")
    assert journal("import", "it.jsonl") == f"{tail}: 0 events imported, 4 were here already"


def test_a_purged_action_cannot_be_patched_unnoticed(journal):
    journal("action", TEXT)
    journal("purge", "e2")

    code, message = journal.refused("done", "1")
    assert (code, "was purged; add it anew" in message) == (5, True)


def test_an_old_export_does_not_bring_it_back(journal):
    journal("log", TEXT)
    journal("export", "-o", "../old.jsonl")
    journal("purge", "e2")
    journal("import", "../old.jsonl")

    assert journal.event(2)["body"] is None


def test_an_export_without_the_text_is_taken_elsewhere(journal):
    journal("log", TEXT)
    journal("purge", "e2")
    journal("export", "-o", "it.jsonl")
    journal("import", "it.jsonl", "--store", "other.db")

    assert verifies(journal) == 3
    assert TEXT not in journal("export", "--store", "other.db", "--journal", "velvet-first-deploy")


def test_an_import_deletes_nothing_and_says_what_it_asks_for(journal):
    journal("log", TEXT)
    journal("export", "-o", "old.jsonl")
    journal("import", "old.jsonl", "--store", "other.db")
    journal("purge", "e2")
    journal("export", "-o", "new.jsonl")

    answer = journal("import", "new.jsonl", "--store", "other.db")
    assert answer.splitlines()[-1] == "velvet-first-deploy asks to purge e2: triage purge e2"
    assert TEXT in journal("events", "--store", "other.db", "--journal", "velvet-first-deploy")


ANSWERED = (4, 7)
"""The purges that are killed once they answered; others are killed somewhere on their way."""


def test_a_purge_that_is_killed_is_whole_or_not_at_all(journal):
    for number in range(6):
        journal("log", f"{TEXT} {number}")
    chance = random.Random(7)
    for number in range(2, 8):
        started = subprocess.Popen(
            [SCRIPT, "purge", f"e{number}"], env=journal.environment, cwd=journal.work,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if number in ANSWERED:
            assert started.stdout.readline()
        else:
            time.sleep(chance.uniform(0.02, 0.25))
        started.send_signal(signal.SIGKILL)
        started.communicate(timeout=20)

    found = journal.events()
    purged = {event["body"]["about"] for event in found if event["kind"] == "act"}
    assert {event["id"] for event in found if event["body"] is None} == purged
    assert {found[number - 1]["id"] for number in ANSWERED} <= purged
    assert verifies(journal) == len(found)


def test_a_purge_needs_a_store_that_can_be_written(journal):
    journal("log", TEXT)
    with sqlite3.connect(journal.home / "data/triage/triage.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        ran = journal.start("purge", "e2", timeout=60)
        holder.execute("ROLLBACK")
    holder.close()

    assert ran.code == 75
    assert journal.event(2)["body"]["text"] == TEXT
