"""Merging stores: whatever came first and however often, the same events and the same report in each."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import SCRIPT
from tests_support import START, new_recorder, new_store

from triage import redact, times
from triage.errors import SecretFound, TriageError
from triage.render import render
from triage.report import Report
from triage.store import open_store
from triage.usecases import corrections, facts, journals, lookup, purging, syncing, verifying
from triage.usecases.places import place_of
from triage.usecases.recorder import Said, log

NOW = times.from_timestamp_us(START + 86_400_000_000)
TEXT = "the-very-words-that-slipped-through"


def entry(text="x", **more):
    return Said("entry", {"text": text}, **more)


def synced(mine, other, *names, redactor=None, **way):
    return list(
        syncing.sync(
            mine,
            other,
            names,
            way=syncing.Way(**way),
            redactor=redactor or redact.Redactor(b"k" * 32),
            now=NOW,
        )
    )


def everything(store):
    """All that a store says of its journals, in an order of its own."""
    return {
        row: sorted(store.copies(row.id), key=lambda copy: copy.digest) for row in sorted(store.journals())
    }


def file_of(store):
    return Path(store.path).read_bytes()


def report(store, journal):
    return Report.from_events(store.events(journal, output=True))


def documents(store, journal):
    made = report(store, journal)
    return render(made), render(made, format="html")


@pytest.fixture
def other(tmp_path):
    with closing(new_store(tmp_path / "other.db", seed=21)) as made:
        yield made


@pytest.fixture
def there(store, recorder, other):
    """A recorder in the same journal in the other store, which knows its opening."""
    synced(store, other)
    return new_recorder(other, recorder.place, actor="bo", seed=22, start=START + 500_000)


def test_what_either_store_lacks_is_copied(store, recorder, other, there):
    recorder.record(entry("here"))
    there.record_all([entry("there"), entry("there too")])

    [one] = synced(store, other)

    assert (one.received, one.sent, one.withheld, one.error) == (2, 1, 0, None)
    assert everything(store) == everything(other)


def test_a_second_time_there_is_nothing_to_do(store, recorder, other):
    synced(store, other)
    before = file_of(store), file_of(other)

    assert not any(one.changed for one in synced(store, other))
    assert (file_of(store), file_of(other)) == before


def test_two_that_worked_apart_get_one_document_byte_for_byte(store, recorder, other, there):
    recorder.record(Said("action", {"title": "Push here", "status": "done"}))
    facts.evidence(there, [b"200 OK\n"], {"title": "healthz"})
    synced(store, other)

    journal = recorder.place.journal
    assert documents(store, journal) == documents(other, journal)
    assert "Push here" in documents(other, journal)[0]
    assert "200 OK" in documents(store, journal)[0]


def test_the_parting_shows_when_the_journal_is_verified(store, recorder, other, there):
    recorder.record(entry("here"))
    there.record(entry("there"))
    synced(store, other)

    for each in (store, other):
        found = verifying.journal(each, each.journals()[0])
        assert found.good
        assert found.verdict.partings == (1,)


def test_only_receiving_leaves_the_other_store_as_it_was(store, recorder, other, there):
    recorder.record(entry("here"))
    there.record(entry("there"))
    before = everything(other)

    [one] = synced(store, other, push=False)

    assert (one.received, one.sent) == (1, 0)
    assert everything(other) == before


def test_only_sending_leaves_this_store_as_it_was(store, recorder, other, there):
    recorder.record(entry("here"))
    there.record(entry("there"))
    before = everything(store)

    [one] = synced(store, other, pull=False)

    assert (one.received, one.sent) == (0, 1)
    assert everything(store) == before


def test_only_the_journals_that_are_named_are_merged(store, recorder, other):
    journals.open_journal(recorder, "Another", {})

    synced(store, other, "velvet")

    assert [row.slug for row in other.journals()] == ["velvet"]


def test_output_comes_over_whole_in_steps_of_bounded_size(store, recorder, other, monkeypatch):
    monkeypatch.setattr(syncing, "HEAVY", 2000)
    monkeypatch.setattr(syncing, "BATCH", 3)
    for number in range(10):
        recorder.record(Said("evidence", {"title": "x"}, output=random.Random(number).randbytes(900)))
    taken = []
    list(
        syncing.sync(
            store, other, redactor=redact.Redactor(b"k" * 32), now=NOW,
            progress=lambda slug: lambda *step: taken.append((slug, *step)),
        )
    )  # fmt: skip

    assert everything(store) == everything(other)
    assert taken == [("velvet", done, 11) for done in (3, 5, 7, 9, 11)]


# Slugs


def test_slugs_that_collide_get_their_digits_on_both_sides_alike(store, recorder, other):
    later = opened_there(other, "Velvet")
    synced(store, other)

    for each in (store, other):
        assert {row.id: row.slug for row in each.journals()} == {
            recorder.place.journal: "velvet",
            later.journal: f"velvet-{later.journal[-4:]}",
        }


def test_a_journal_with_digits_behind_its_slug_can_be_resolved_and_named_anew(store, recorder, other):
    later = opened_there(other, "Velvet")
    synced(store, other)
    in_it = new_recorder(store, later, seed=30, start=START + 9_000_000_000)

    journals.resolve(in_it, None, {})
    assert store.journal(later.journal).slug == f"velvet-{later.journal[-4:]}"
    assert not store.journal(later.journal).open

    journals.change(in_it, {"slug": "satin"})
    synced(store, other)
    assert store.journal(later.journal).slug == other.journal(later.journal).slug == "satin"


def test_the_slug_of_a_journal_that_was_named_anew_is_free_for_the_later_one(store, recorder, other):
    later = opened_there(other, "Velvet")
    synced(store, other)

    journals.change(recorder, {"slug": "satin"})
    synced(store, other)

    assert store.journal(later.journal).slug == other.journal(later.journal).slug == "velvet"


def opened_there(store, title):
    recorder = new_recorder(store, seed=23, start=START + 3_600_000_000)
    return journals.open_journal(recorder, title, {}).place


# Purges


def test_a_purge_travels(store, recorder, other, there):
    event = recorder.record(entry(TEXT))
    synced(store, other)
    assert TEXT.encode() in file_of(other)
    purging.purge(recorder, f"e{event.n}", "private")

    [one] = synced(store, other)

    assert one.withheld == 1
    assert TEXT.encode() not in file_of(other)
    assert everything(store) == everything(other)
    assert verifying.journal(other, other.journals()[0]).good


def test_what_was_purged_here_does_not_come_back_from_a_store_that_has_it_still(
    store, recorder, other, there
):
    event = recorder.record(entry(TEXT))
    synced(store, other)
    purging.purge(recorder, f"e{event.n}", "private")
    other_one = there.record(entry("went on"))

    synced(store, other)

    assert TEXT.encode() not in file_of(store)
    assert other_one.digest in {copy.digest for copy in store.copies(recorder.place.journal)}
    assert everything(store) == everything(other)


def test_an_amendment_that_was_made_apart_from_the_purge_goes_with_it(store, recorder, other, there):
    event = recorder.record(entry("first"))
    synced(store, other)
    purging.purge(recorder, f"e{event.n}", "private")
    for number in range(5):
        there.record(entry(f"later {number}"))
    corrections.amend(there, "e2", [f"text={TEXT}"], "why")

    synced(store, other)

    for each in (store, other):
        assert TEXT.encode() not in file_of(each)
        assert verifying.journal(each, each.journals()[0]).good
    assert everything(store) == everything(other)


def test_another_copy_of_what_was_purged_goes_with_it(store, recorder, other, there):
    event = recorder.record(entry(TEXT, key="k"))
    purging.purge(recorder, f"e{event.n}", "private")
    for number in range(5):
        there.record(entry(f"later {number}"))
    there.record(entry(TEXT, key="k"))

    synced(store, other)

    for each in (store, other):
        assert TEXT.encode() not in file_of(each)
        assert verifying.journal(each, each.journals()[0]).good


def test_a_purge_of_the_other_store_is_carried_out_though_its_copying_was_cut_short(
    store, recorder, other, there
):
    event = recorder.record(entry(TEXT))
    synced(store, other)
    purging.purge(recorder, f"e{event.n}", "private")
    other.merge(list(store.copies(recorder.place.journal)))  # as an import: it deletes nothing

    [one] = synced(store, other)

    assert one.withheld == 1
    assert everything(store) == everything(other)


@pytest.mark.parametrize(
    "damage", ["DELETE FROM body WHERE n IN (2, 4)", "DELETE FROM body"], ids=["two bodies", "all bodies"]
)
def test_bodies_that_a_damaged_store_lost_are_not_deleted_from_the_other(
    store, recorder, other, there, damage
):
    kept, oops = recorder.record(entry("keep me")), recorder.record(entry(TEXT))
    purging.purge(recorder, f"e{oops.n}", "private")
    synced(store, other)
    other._link.db.execute(damage)
    there.record(entry("went on"))

    [one] = synced(store, other)

    assert (one.withheld, one.received) == (0, 1)
    assert next(store.events(recorder.place.journal, entities=[kept.id])).body == kept.body
    assert verifying.journal(store, store.journals()[0]).good


def test_a_purge_of_a_purge_of_a_purge_is_no_fault(store, recorder):
    recorder.record(entry(TEXT))
    for place in (2, 3, 4):
        purge_even_acts(recorder, place)

    verified = verifying.journal(store, store.journals()[0])
    assert (verified.good, verified.verdict.withheld) == (True, 3)


def purge_even_acts(recorder, place):
    """Purge an event as other programs may: ours leaves the act of a purge alone."""
    event = lookup.event(recorder.store, recorder.place.journal, f"e{place}")
    recorder.purge([event.id], Said("act", {"verb": "purge", "about": event.id}))


# What is refused


def test_a_secret_stays_where_it_is_and_the_other_journals_are_merged(store, recorder, other):
    event = recorder.record(entry("the word is Kqz7-Tmw4-Plv9"))
    safe = journals.open_journal(recorder, "Safe", {}).place
    known = redact.Redactor(b"k" * 32, {"TOKEN": "Kqz7-Tmw4-Plv9"})

    first, second = synced(store, other, redactor=known)

    assert isinstance(first.error, SecretFound)
    assert str(first.error) == (
        f"velvet e2 of this store: entry {event.tail} holds a secret in 'text', by the rule known; "
        "the journal was left at the event before; mend or purge it in this store"
    )
    assert (second.journal, second.error) == (safe.journal, None)
    assert b"Kqz7" not in file_of(other)


def test_a_journal_with_a_gap_is_refused(store, recorder, other):
    recorder.record_all([entry("a"), entry("b"), entry("c")])
    copies = list(store.copies(recorder.place.journal))

    with pytest.raises(TriageError, match="the event before is missing"):
        other.merge([copies[0], copies[2]])

    assert other.journals() == []


def test_an_event_that_was_altered_is_not_taken(store, recorder, other):
    recorder.record(entry("as it was"))
    [[trigger]] = store._link.db.execute("SELECT sql FROM sqlite_master WHERE name = 'body_is_final'")
    store._link.db.execute("DROP TRIGGER body_is_final")
    store._link.db.execute(
        "UPDATE body SET body = replace(CAST(body AS TEXT), 'as it was', 'as I want') WHERE n = 2"
    )
    store._link.db.execute(trigger)  # a schema that was changed would be refused before

    [one] = synced(store, other)

    assert "e2 of this store: the body of" in str(one.error)
    assert [row.events for row in other.journals()] == []


# Any history


ACTS = ("open", "log", "keyed", "did", "evidence", "amend", "retract", "purge", "rename", "resolve", "sync")
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 1_000)), min_size=1, max_size=25
)


def _act(recorder, what, number):
    """One step in a store of those that worked apart; what cannot be is left out, as people would."""
    store = recorder.store
    rows = store.journals()
    if what == "open" or not rows:
        journals.open_journal(recorder, f"Velvet {number % 2}", {"slug": f"velvet-{number % 2}"})
        return
    row = rows[number % len(rows)]
    here = recorder.moved(place_of(store, row.id))
    named = f"e{1 + number % row.events}"
    {
        "log": lambda: log(here, f"line {number}", None, {}),
        "keyed": lambda: here.record(entry(f"keyed {number % 2}", key=f"key {number % 3}")),
        "did": lambda: here.record(Said("action", {"title": f"Action {number}", "status": "done"})),
        "evidence": lambda: facts.evidence(here, [b"output %d" % number], {"title": f"Evidence {number}"}),
        "amend": lambda: corrections.amend(here, named, [f"text=amended {number}"], "why"),
        "retract": lambda: corrections.retract(here, named, "why"),
        "purge": lambda: purging.purge(here, named, "private"),
        "rename": lambda: journals.change(here, {"slug": f"velvet-{number % 4}"}),
        "resolve": lambda: journals.resolve(here, None, {}),
    }[what]()


@given(STEPS, st.permutations([(0, 1), (1, 2), (0, 2)]))
def test_any_history_over_three_stores_ends_in_equal_sets_and_equal_reports(tmp_path_factory, steps, pairs):
    folder = tmp_path_factory.mktemp("stores")
    stores = [new_store(folder / f"{n}.db", seed=n, start=START + n * 333_333) for n in range(3)]
    recorders = [
        new_recorder(store, seed=10 + n, start=START + n * 333_333) for n, store in enumerate(stores)
    ]
    for place, what, number in steps:
        if what == "sync":
            synced(stores[place], stores[(place + 1 + number % 2) % 3])
            continue
        try:
            _act(recorders[place], what, number)
        except TriageError:
            continue
    for one, another in [*pairs, *pairs]:
        assert [each.error for each in synced(stores[one], stores[another]) if each.error] == []

    assert everything(stores[0]) == everything(stores[1]) == everything(stores[2])
    for row in stores[0].journals():
        assert documents(stores[0], row.id) == documents(stores[1], row.id) == documents(stores[2], row.id)
        assert all(verifying.journal(store, row).good for store in stores)
    for store in stores:
        store.close()


# On the command line


def test_sync_says_what_became_of_each_journal(journal):
    journal("log", "x")

    assert journal.run("sync", "other.db", "--create") == (
        0,
        "velvet-first-deploy: 0 received, 2 sent\n",
        "1 journal: 1 changed\n",
    )
    journal("open", "Satin")
    assert journal.run("sync", "other.db").err == "2 journals: 1 changed, 1 the same\n"
    assert journal.run("sync", "other.db") == (0, "", "2 journals: 2 the same\n")


def test_sync_makes_a_store_and_no_folder_for_it(journal):
    folder = journal.work / "nowhere"

    assert journal.refused("sync", "nowhere/triage.db", "--create") == (
        3,
        f"triage: no folder {folder}; make the folder first",
    )
    assert not folder.exists()


def test_sync_answers_with_one_object_for_each_journal(journal):
    told = journal.json("sync", "other.db", "--create")

    assert told == {
        "journal": journal.event(1)["id"], "slug": "velvet-first-deploy",
        "received": 0, "sent": 1, "withheld": 0, "error": None,
    }  # fmt: skip


def test_sync_makes_this_store_where_there_is_none(journal):
    journal("log", "x")
    journal("sync", "other.db", "--create")

    assert journal("sync", "other.db", "--store", "new.db") == "velvet-first-deploy: 2 received, 0 sent"
    assert journal("render", "--store", "new.db", "--journal", "velvet-first-deploy") == journal("render")


def test_sync_makes_no_other_store_unasked(journal):
    code, said = journal.refused("sync", "mistyped.db")

    assert code == 3
    assert said.startswith("triage: no store at ")
    assert said.endswith("; make it with --create")
    assert not (journal.work / "mistyped.db").exists()


def test_sync_of_a_journal_that_neither_store_knows_is_not_found(journal):
    journal("sync", "other.db", "--create")

    assert journal.refused("sync", "other.db", "satin")[0] == 3


def test_sync_ends_with_6_where_a_secret_was_found(journal):
    journal("log", "the word is Kqz7-Tmw4-Plv9")
    journal.set("DEPLOY_TOKEN", "Kqz7-Tmw4-Plv9")

    ran = journal.run("sync", "other.db", "--create")

    assert ran.code == 6
    assert "velvet-first-deploy e2 of this store: entry " in ran.err
    assert "Kqz7" not in ran.out + ran.err


def test_a_sync_that_is_killed_goes_on_where_it_was(journal):
    lines = "".join(f'{{"kind": "entry", "fields": {{"text": "line {n}"}}}}\n' for n in range(6000))
    journal("record", "-", stdin=lines)
    chance = random.Random(7)
    counts = []
    for _ in range(8):
        started = subprocess.Popen(
            [SCRIPT, "sync", "other.db", "--create"], env=journal.environment, cwd=journal.work,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 1.2))
        started.send_signal(signal.SIGKILL)
        started.wait(timeout=20)
        if (journal.work / "other.db").exists():
            with closing(
                open_store(str(journal.work / "other.db"), clock=lambda: 0, entropy=os.urandom, create=True)
            ) as other:
                counts.append(sum(row.events for row in other.journals()))
                assert all(verifying.journal(other, row).good for row in other.journals())
    journal("sync", "other.db", "--create")

    assert counts == sorted(counts)
    here, there = (journal("export", "--store", s, "--journal", "velvet-first-deploy")
                   for s in (str(journal.home / "data/triage/triage.db"), "other.db"))  # fmt: skip
    assert here == there


# A store on a server


@pytest.fixture
def server(postgres_place):
    with closing(new_store(postgres_place("server"), seed=41)) as made:
        yield made


def test_from_a_file_to_a_server_and_into_another_file_everything_is_the_same(store, recorder, server, other):
    recorder.record(Said("evidence", {"title": "x"}, output=random.Random(7).randbytes(600_000)))
    purging.purge(recorder, f"e{recorder.record(entry(TEXT)).n}", "private")

    synced(store, server)
    synced(other, server)

    assert everything(server) == everything(store) == everything(other)
    journal = recorder.place.journal
    assert list(store.copies(journal)) == list(server.copies(journal)) == list(other.copies(journal))
    assert documents(server, journal) == documents(store, journal)


def test_what_was_recorded_apart_on_a_server_and_in_a_file_becomes_one(store, recorder, server):
    synced(store, server)
    there = new_recorder(server, recorder.place, actor="bo", seed=42, start=START + 500_000)
    event = recorder.record(entry(TEXT))
    there.record(entry("there"))
    synced(store, server)
    purging.purge(there, event.tail, "private")

    [one] = synced(store, server)

    assert one.withheld == 1
    assert TEXT.encode() not in file_of(store)
    assert everything(store) == everything(server)
    for each in (store, server):
        found = verifying.journal(each, each.journals()[0])
        assert (found.good, found.verdict.partings) == (True, (1,))


def test_slugs_that_collide_on_a_server_get_their_digits_as_in_a_file(store, recorder, server):
    later = opened_there(server, "Velvet")
    synced(store, server)

    assert sorted(store.journals()) == sorted(server.journals())
    assert store.journal(later.journal).slug == f"velvet-{later.journal[-4:]}"


def test_a_store_whose_schema_was_changed_is_not_synced(journal):
    journal("sync", "other.db", "--create")
    with closing(sqlite3.connect(journal.work / "other.db")) as db:
        db.execute("CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM chunk; END")
    code, said = journal.refused("sync", "other.db")

    assert code
    assert "the trigger evil is none that triage makes" in str(said)
