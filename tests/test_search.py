"""Search: what was said is found, newest first, in an index that those who search keep; what is gone is not."""

import json
import os
import random
import shlex
import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import START, new_recorder, new_store, opened

from triage.errors import UsageError
from triage.store import scan as scanning
from triage.store.rows import Query
from triage.store.sqlite import fulltext
from triage.usecases import facts, purging, searching
from triage.usecases.recorder import Said

TEXT = "slippedthrough"


def entry(text, **more):
    return Said("entry", {"text": text}, **more)


def said(found):
    return [(event.body or {}).get("text") for event in found]


def search(store, text, **more):
    return said(store.search(Query(searching.phrases(text), **more)))


def scan(store, text, **more):
    return said(scanning.scan(store, Query(searching.phrases(text), **more)))


def tables(store):
    return {name for (name,) in store._link.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


# The index


def test_recording_does_not_touch_the_index(store, recorder):
    search(store, "x")
    recorder.record(entry("deploy"))

    assert fulltext.behind(store._link.db) == [(recorder.place.journal, 1, 2)]


def test_the_index_is_made_in_transactions_of_bounded_size(store, recorder, monkeypatch):
    monkeypatch.setattr(fulltext, "BATCH", 4)
    recorder.record_all([entry(f"deploy {number}") for number in range(9)])
    told = []

    list(store.search(Query(searching.phrases("deploy")), progress=lambda *step: told.append(step)))

    assert told == [(4, 10), (8, 10), (10, 10)]


def test_hits_are_read_page_by_page(store, recorder, monkeypatch):
    monkeypatch.setattr(fulltext, "PAGE", 3)
    recorder.record_all([entry(f"deploy {number}") for number in range(10)])

    assert search(store, "deploy") == [f"deploy {number}" for number in reversed(range(10))]


def test_a_store_that_cannot_be_written_is_searched_all_the_same(store, recorder, tmp_path):
    recorder.record_all([entry("deploy a"), entry("deploy b")])
    other = new_store(tmp_path / "other.db")
    other.merge(list(store.copies(recorder.place.journal)))
    other._link.db.execute("PRAGMA query_only = ON")

    assert search(other, "deploy") == ["deploy b", "deploy a"]
    assert "search" not in tables(other)
    other.close()


def test_a_file_of_somebody_else_is_searched_all_the_same(store, recorder):
    recorder.record(entry("deploy"))
    folder = Path(store.path).parent
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    os.chmod(store.path, stat.S_IRUSR)
    os.chmod(folder, stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert search(store, "deploy") == ["deploy"]
    finally:
        os.chmod(folder, stat.S_IRWXU)


def test_an_index_is_used_by_two_that_search_at_once(store, recorder):
    recorder.record(entry("deploy"))
    other = new_store(store.path)

    assert search(store, "deploy") == search(other, "deploy") == ["deploy"]
    other.close()


LETTERS = st.text(st.sampled_from('aAäßéΣς"_*-^:() \u0301\u0130\n1٣'), max_size=12)


@given(st.lists(LETTERS, max_size=8), LETTERS, st.booleans())
def test_the_index_and_a_scan_find_the_same(tmp_path_factory, texts, text, best):
    try:
        query = Query(searching.phrases(text), best=best)
    except UsageError:
        return
    store = new_store(tmp_path_factory.mktemp("search") / "triage.db")
    opened(store).record_all([Said("section", {"heading": ["x"], "body": f"{each}."}) for each in texts])

    assert [e.id for e in store.search(query)] == [e.id for e in scanning.scan(store, query)]
    store.close()


# What is gone


def everywhere(store):
    return b"".join(path.read_bytes() for path in Path(store.path).parent.iterdir())


def test_nothing_of_what_was_purged_is_left_in_the_index(store, recorder):
    for number in range(50):
        recorder.record(entry(f"deploy {TEXT if number == 25 else 'fine'}"))
    assert len(search(store, TEXT)) == 1
    assert everywhere(store).count(TEXT.encode()) > 1

    purging.purge(recorder, "e27", "private")

    assert TEXT.encode() not in everywhere(store)
    assert search(store, TEXT) == scan(store, TEXT) == []
    assert len(search(store, "fine")) == 49
    assert TEXT.encode() not in everywhere(store)


def test_nothing_of_the_words_of_an_output_is_left(store, recorder):
    rng = random.Random(7)
    output = " ".join(f"{rng.randrange(16**6):06x}" for _ in range(20_000)) + f" {TEXT}"
    facts.evidence(recorder, [output.encode()], {"title": "healthz"})
    assert len(search(store, TEXT)) == 1

    purging.purge(recorder, "e2", "private")

    assert TEXT.encode() not in everywhere(store)


def test_the_index_stays_where_what_was_purged_is_not_in_it(store, recorder):
    search(store, "deploy")
    recorder.record(entry(TEXT))
    purging.purge(recorder, "e2", "private")

    assert "search" in tables(store)


def test_a_purge_that_comes_from_another_store_reaches_the_index(store, recorder, tmp_path):
    recorder.record(entry(TEXT))
    other = new_store(tmp_path / "elsewhere" / "other.db")
    other.merge(list(store.copies(recorder.place.journal)))
    assert len(search(other, TEXT)) == 1

    other.withhold(recorder.place.journal, [event.id for event in store.events(recorder.place.journal)])

    assert TEXT.encode() not in everywhere(other)
    other.close()


def test_a_secret_is_found_by_its_fingerprint_and_not_by_itself(journal):
    token = "ghp_" + "Zk4vQm8sXw2pLr6tYb1nHc5jDf9gKa3eUo7i"
    marker = journal.json("log", f"the token {token}")["text"]
    fingerprint = marker.split(":")[-1].split("]")[0]

    assert journal.run("search", token).code == 1
    assert journal("search", fingerprint).startswith("velvet-first-deploy e2 ")


@pytest.fixture
def purge(store, recorder):
    """Purges an event through another connection, as another process would."""
    other = new_store(store.path, seed=9)
    yield lambda name: purging.purge(new_recorder(other, recorder.place, seed=10), name, "private")
    other.close()


def deploys(recorder, count=10):
    """Record events that happened in two seconds, five in each where there are ten."""
    half = count // 2
    early, late = "2026-05-05T11:00:00Z", "2026-05-05T11:00:01Z"
    recorder.record_all([entry(f"deploy {n}", at=early if n < half else late) for n in range(count)])


@pytest.mark.parametrize("taken", range(1, 10))
def test_a_search_goes_on_when_a_purge_drops_its_index(store, recorder, purge, monkeypatch, taken):
    monkeypatch.setattr(fulltext, "PAGE", 3)
    deploys(recorder)
    found = store.search(Query(searching.phrases("deploy")))
    first = said(next(found) for _ in range(taken))

    purge("e2")  # deploy 0, the last to be found

    rest = said(found)
    assert sorted(first + rest) == [f"deploy {n}" for n in range(1, 10)]


def test_a_search_goes_on_when_its_index_was_made_anew_meanwhile(store, recorder, purge, monkeypatch):
    """The new one numbers the events of a second in another way."""
    monkeypatch.setattr(fulltext, "PAGE", 3)
    deploys(recorder)
    found = store.search(Query(searching.phrases("deploy")))
    first = said(next(found) for _ in range(4))

    recorder.record_all([entry(f"earlier {n}", at="2026-05-01") for n in range(3)])
    purge("e2")
    other = new_store(store.path)
    assert len(search(other, "deploy")) == 9
    other.close()

    assert sorted(first + said(found)) == [f"deploy {n}" for n in range(1, 10)]


def test_a_search_goes_on_by_reading_where_its_index_cannot_be_made_anew(store, recorder, purge, monkeypatch):
    monkeypatch.setattr(fulltext, "PAGE", 3)
    deploys(recorder)
    found = store.search(Query(searching.phrases("deploy")))
    first = said(next(found) for _ in range(4))

    purge("e2")
    store._link.db.execute("PRAGMA query_only = ON")

    assert sorted(first + said(found)) == [f"deploy {n}" for n in range(1, 10)]
    assert "search" not in tables(store)


def test_a_search_for_the_best_does_not_mind_a_purge(store, recorder, purge):
    deploys(recorder)
    found = store.search(Query(searching.phrases("deploy"), best=True))
    first = said([next(found)])

    purge("e2")

    assert sorted(first + said(found)) == [f"deploy {n}" for n in range(1, 10)]


# On the command line


def test_search_prints_a_line_for_each_event(journal):
    journal("log", "Deploy of v14 failed", "healthz 503", "--at", "11:30")

    assert journal("search", "failed", "healthz") == (
        "velvet-first-deploy e2  2026-05-05 11:30 UTC  entry  ana  Deploy of v14 failed · healthz 503"
    )


def test_search_shows_the_lines_that_have_the_words_with_those_around_them(journal):
    output = "".join(f"line {n}\n" for n in range(1, 9)) + "curl: (7) refused\nafter\n"
    journal("evidence", "-", "--title", "healthz", stdin=output)

    assert journal("search", "refused", "-C", "1").splitlines()[1:] == [
        "  output:8- line 8",
        "  output:9: curl: (7) refused",
        "  output:10- after",
    ]


def test_more_context_than_there_is_shows_all_lines(journal):
    journal("evidence", "-", "--title", "healthz", stdin="before\nrefused\nafter\n")

    assert journal("search", "refused", "-C", "9" * 20).splitlines()[1:] == [
        "  output:1- before",
        "  output:2: refused",
        "  output:3- after",
    ]


def test_search_counts_the_lines_that_it_does_not_show(journal):
    journal("evidence", "-", "--title", "healthz", stdin="refused\n" * 10)

    assert journal("search", "refused").splitlines()[-1] == "  and 7 more lines"


def test_search_looks_into_all_journals_unless_one_is_named(journal):
    journal("log", "deploy here")
    journal("open", "Satin")
    journal("log", "deploy there")

    assert [line.split()[0] for line in journal("search", "deploy").splitlines()] == [
        "satin", "velvet-first-deploy", "velvet-first-deploy",
    ]  # fmt: skip
    assert journal("search", "deploy", "--journal", "satin").startswith("satin e2 ")


def test_search_is_narrowed_to_a_service_and_a_status(journal):
    journal("set", "service=Checkout")
    journal("log", "deploy here")
    journal("open", "Satin")
    journal("log", "deploy there")
    journal("resolve")

    assert journal("search", "deploy", "--service", "checkout", "--kind", "entry").startswith(
        "velvet-first-deploy e3"
    )
    assert journal("search", "deploy", "--status", "resolved").startswith("satin e2 ")


def test_search_says_that_an_event_was_corrected(journal):
    journal("log", "deploy of v14")
    journal("amend", "e2", "text=deploy of v15")
    journal("log", "deploy of v16")
    journal("retract", "e4")

    found = [
        json.loads(line) for line in journal("search", "deploy of", "--kind", "entry", "--json").splitlines()
    ]
    assert [(hit["event"], hit["state"]) for hit in found] == [("e4", "retracted"), ("e2", "amended")]


def test_search_ends_with_1_where_nothing_was_found(journal):
    assert journal.run("search", "nothing", '"like this"') == (
        1, "", """nothing was found that has nothing, "like this"\n""",
    )  # fmt: skip


def test_a_search_offers_what_begins_so_where_there_is_such(journal):
    journal("log", "two rollbacks, like thistles")

    assert journal.run("search", "rollback", '"like this"').err == (
        """nothing was found that has rollback, "like this"; for what begins so:"""
        """ triage search 'rollback* "like this*"'\n"""
    )
    assert journal.run("search", "rollback", "--kind", "blocker").err == (
        "nothing was found that has rollback\n"
    )


def test_the_way_to_find_more_is_a_search_that_finds_it(journal):
    journal("log", "two rollbacks")
    said = journal.run("search", "rollback").err

    assert journal("search", *shlex.split(said.partition(": triage search ")[2])).startswith(
        "velvet-first-deploy e2 "
    )


def test_the_lines_that_have_a_word_which_begins_so_are_shown(journal):
    journal("evidence", "-", "--title", "x", stdin="ok\nconnection refused\n")

    assert journal("search", "refus*").splitlines()[1] == "  output:2: connection refused"


def test_search_offers_no_star_where_all_words_have_one(journal):
    assert journal.run("search", "nothing*").err == "nothing was found that has nothing*\n"


def test_search_without_a_word_is_wrong_usage(journal):
    assert journal.refused("search", "!!!") == (
        2, "triage: no word in '!!!'; search for letters or digits",
    )  # fmt: skip


def test_search_for_an_unknown_kind_offers_the_near_miss(journal):
    code, line = journal.refused("search", "x", "--kind", "entri")

    assert (code, line) == (2, "triage: no kind 'entri'; did you mean 'entry'?")


def test_search_prints_nothing_that_a_terminal_would_obey(journal):
    journal("evidence", "-", "--title", "x", stdin=b"\x1b[31mrefused\x07")

    assert "\x1b" not in journal("search", "refused")
    assert "\x07" not in journal("search", "refused")


def test_a_long_line_is_shown_around_the_word(journal):
    journal("evidence", "-", "--title", "x", stdin="y " * 5000 + "refused" + " z" * 5000)

    line = journal("search", "refused").splitlines()[1]
    assert "refused" in line
    assert len(line) < 200


def test_a_store_of_nothing_has_nothing_to_find(tmp_path):
    store = new_store(tmp_path / "triage.db")

    assert search(store, "deploy") == []
    store.close()


def test_search_finds_in_a_store_of_sqlite_alone(tmp_path):
    """The index lies in the store's one file."""
    store = new_store(tmp_path / "triage.db")
    opened(store).record(entry("deploy"))
    search(store, "deploy")
    store.close()

    assert [name for name in os.listdir(tmp_path) if ".lock" not in name] == ["triage.db"]
    with sqlite3.connect(tmp_path / "triage.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_recorder_with_another_clock_is_no_matter(store, recorder):
    before = new_recorder(store, recorder.place, seed=5, start=START - 10**12)
    before.record(entry("deploy of old", at=""))
    recorder.record(entry("deploy of new"))

    assert search(store, "deploy of") == ["deploy of new", "deploy of old"]
