"""The index of the search on a PostgreSQL server: kept by insertions, exact, and done without where it is refused."""

import random

import postgres_server
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import new_recorder, new_store, opened

from triage import errors
from triage.store import scan as scanning
from triage.store.postgres import fulltext, schema
from triage.store.rows import Query
from triage.usecases import facts, purging, searching
from triage.usecases.recorder import Said


@pytest.fixture
def address(postgres_place):
    """The address of an empty schema."""
    return postgres_place("it")


@pytest.fixture
def store(address):
    """A fresh store on a server."""
    made = new_store(address)
    yield made
    made.close()


@pytest.fixture
def other(address):
    """A connection of another program to the same schema."""
    with postgres_server.connected(address) as connection:
        yield connection


@pytest.fixture
def as_role(address, other, store):
    """Opens the store of the test as a role that has these rights, on all tables unless one is named."""
    [schema_name] = other.execute("SHOW search_path").fetchone()
    role, made = f"searcher_{schema_name}", []
    other.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'of-the-searcher'")
    other.execute(f"GRANT USAGE ON SCHEMA {schema_name} TO {role}")

    def opened_as(rights):
        other.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema_name} TO {role}")
        made.append(
            new_store(address.replace(f"postgres:{postgres_server.PASSWORD}@", f"{role}:of-the-searcher@"))
        )
        return made[-1]

    yield opened_as
    for each in made:
        each.close()
    other.execute(f"DROP OWNED BY {role}")
    other.execute(f"DROP ROLE {role}")


def entry(text, **more):
    return Said("entry", {"text": text}, **more)


def search(store, text, **more):
    return [(event.body or {}).get("text") for event in store.search(Query(searching.phrases(text), **more))]


def same_by_reading(store, text, **more):
    """Whether a scan finds the same in the same order; the numbers of what was found."""
    query = Query(searching.phrases(text), **more)
    found = list(store.search(query))
    assert found == list(scanning.scan(store, query))
    return [event.n for event in found]


def indexed(other):
    return [
        n for (n,) in other.execute("SELECT n FROM triage_search WHERE words <> '' ORDER BY n").fetchall()
    ]


# Exact


LETTERS = st.text(st.sampled_from("aAäßéΣς\"_*-^:()&|!<>'\\ \u0301\u0130\n1٣"), max_size=12)


@given(st.lists(LETTERS, max_size=8), LETTERS, st.booleans())
def test_the_index_and_a_scan_find_the_same(searched, texts, text, best):
    try:
        searching.phrases(text)
    except errors.UsageError:
        return
    opened(searched, f"j{random.random()}").record_all(
        [Said("section", {"heading": ["x"], "body": f"{each}."}) for each in texts]
    )
    same_by_reading(searched, text, best=best)


@pytest.fixture(scope="module")
def searched(postgres):
    """A store of all examples of a property."""
    with postgres_server.connected(postgres) as connection:
        connection.execute("CREATE SCHEMA searched")
        made = new_store(postgres_server.in_schema(postgres, "searched"))
        yield made
        made.close()
        connection.execute("DROP SCHEMA searched CASCADE")


HANGUL = "한국어단어{}"


@pytest.mark.parametrize(
    "output",
    [
        " ".join(f"w{number % 200}" for number in range(20_000))
        + " queue refused",  # more places than it holds
        "queue " * 300 + "refused",  # and of one word
        "x" * 3_000 + " queue refused",  # a longer word
        " ".join(f"{number:068x}" for number in range(15_000))
        + " queue refused",  # more bytes, places included
        " ".join(map(HANGUL.format, range(40_000)))
        + " queue refused",  # and without, once each sign is three
    ],
    ids=["places", "times", "length", "bytes", "words"],
)
def test_what_a_tsvector_cannot_hold_is_found_all_the_same(store, other, output):
    recorder = opened(store)
    recorder.record(entry("the queue refused"))
    facts.evidence(recorder, [output.encode()], {"title": "of the queue"})
    facts.evidence(recorder, [output.encode()], {"title": "logs"})

    for best in (False, True):
        assert sorted(same_by_reading(store, '"queue refused"', best=best)) == [2, 3, 4]
        assert sorted(same_by_reading(store, "refus*", best=best)) == [2, 3, 4]
        assert same_by_reading(store, '"refused twice"', best=best) == []
    assert indexed(other) == [1, 2, 3, 4]
    assert same_by_reading(store, "queue", best=True) == [2, 3, 4]


def test_hits_are_read_page_by_page(store, monkeypatch):
    monkeypatch.setattr(fulltext, "PAGE", 3)
    opened(store).record_all([entry(f"deploy {number}", at="11:00") for number in range(10)])

    assert sorted(search(store, "deploy")) == [f"deploy {number}" for number in range(10)]


@pytest.mark.parametrize("text", ["a" * 40_000, " ".join(f"w{number}" for number in range(3_000))])
def test_a_text_that_no_index_takes_is_searched_for(store, text):
    opened(store).record(entry(text))

    assert search(store, text) == [text]


# Who keeps it


def test_recording_does_not_touch_the_index(store, other):
    recorder = opened(store)
    search(store, "deploy")
    recorder.record(entry("deploy"))

    assert indexed(other) == [1]
    assert search(store, "deploy") == ["deploy"]
    assert indexed(other) == [1, 2]


def test_the_index_is_made_in_transactions_of_bounded_size(store, monkeypatch):
    monkeypatch.setattr(fulltext, "BATCH", 4)
    opened(store).record_all([entry(f"deploy {number}") for number in range(9)])
    told = []

    list(store.search(Query(searching.phrases("deploy")), progress=lambda *step: told.append(step)))

    assert told == [(4, 10), (8, 10), (10, 10)]


def test_the_index_is_asked(store, monkeypatch):
    opened(store).record(entry("deploy"))
    monkeypatch.setattr(scanning, "scan", None)

    assert search(store, "deploy") == ["deploy"]


def test_a_role_that_may_only_add_keeps_the_index(store, other, as_role, monkeypatch):
    opened(store).record(entry("deploy"))
    monkeypatch.setattr(scanning, "scan", None)

    assert search(as_role("SELECT, INSERT"), "deploy") == ["deploy"]
    assert indexed(other) == [1, 2]


def test_a_role_that_may_only_look_uses_what_others_indexed_and_reads_what_they_did_not(
    store, other, as_role
):
    recorder = opened(store)
    recorder.record(entry("deploy a"))
    mine = as_role("SELECT")
    assert search(mine, "deploy") == ["deploy a"]
    assert indexed(other) == []

    search(store, "deploy")
    recorder.record(entry("deploy b"))
    assert search(mine, "deploy") == ["deploy b", "deploy a"]
    assert indexed(other) == [1, 2]


def test_a_role_without_rights_to_the_index_searches_without(store, other, as_role):
    opened(store).record(entry("deploy"))
    mine = as_role("SELECT, INSERT")
    [role] = mine._link.rows("SELECT current_user")[0]
    other.execute(f"REVOKE ALL ON triage_search, triage_searched FROM {role}")

    assert search(mine, "deploy") == ["deploy"]


def test_two_that_index_at_once_index_each_event_once(store, address, other, monkeypatch):
    opened(store).record_all([entry("deploy a"), entry("deploy b")])
    mine = new_store(address)
    meanwhile(mine, monkeypatch, lambda: search(store, "deploy"))

    assert search(mine, "deploy") == ["deploy b", "deploy a"]
    assert indexed(other) == [1, 2, 3]
    mine.close()


def meanwhile(store, monkeypatch, act):
    """Have another do something once, after a store has read what it will index, and before it writes that."""
    write = store._link.write

    def late(statements):
        monkeypatch.setattr(store._link, "write", write)
        act()
        write(statements)

    monkeypatch.setattr(store._link, "write", late)


def test_an_index_in_disorder_is_left_alone(store, other, monkeypatch):
    monkeypatch.setattr(fulltext, "TRIES", 2)
    opened(store).record(entry("deploy"))
    search(store, "deploy")
    other.execute("UPDATE triage_searched SET n = 99")
    assert search(store, "deploy") == ["deploy"]

    other.execute("TRUNCATE triage_searched")
    assert search(store, "deploy") == ["deploy"]


# What is gone


def test_a_purge_takes_the_words_away(store, other):
    recorder = opened(store)
    recorder.record(entry("slippedthrough twice"))
    assert search(store, "slippedthrough") == ["slippedthrough twice"]

    purging.purge(recorder, "e2", "private")

    assert search(store, "slippedthrough") == []
    assert indexed(other) == [1, 3]
    assert other.execute("SELECT words::text, repeated FROM triage_search WHERE n = 2").fetchone() == ("", "")


def test_what_is_purged_while_it_is_indexed_leaves_no_words(store, address, other, monkeypatch):
    recorder = opened(store)
    recorder.record(entry("slippedthrough"))
    mine = new_store(address)
    meanwhile(mine, monkeypatch, lambda: purging.purge(recorder, "e2", "private"))

    assert search(mine, "slippedthrough") == []
    assert indexed(other) == [1, 3]
    mine.close()


def test_what_is_indexed_while_it_is_purged_leaves_no_words(store, address, other, monkeypatch):
    recorder = opened(store)
    recorder.record(entry("slippedthrough"))
    mine = new_store(address)
    meanwhile(mine, monkeypatch, lambda: search(store, "slippedthrough"))

    purging.purge(new_recorder(mine, recorder.place, seed=9), "e2", "private")

    assert search(store, "slippedthrough") == []
    assert indexed(other) == [1, 3]
    mine.close()


# Where it is refused


@pytest.fixture
def refusing(address, monkeypatch):
    """A store on a server that refuses the index, as Aurora DSQL does."""
    monkeypatch.setattr(
        fulltext, "TABLES", ("CREATE TABLE IF NOT EXISTS triage_search (words no_such_type)",)
    )
    made = new_store(address)
    yield made
    made.close()


def test_a_server_that_refuses_the_index_is_searched_by_reading(refusing, other):
    recorder = opened(refusing)
    recorder.record_all([entry("deploy a"), entry("deploy b")])
    purging.purge(recorder, "e2", "private")

    assert search(refusing, "deploy") == ["deploy b"]
    assert other.execute("SELECT name FROM triage_migration ORDER BY version").fetchall()[-1] == (
        schema.WITHOUT_SEARCH,
    )


def looked(store):
    return next(health for health in store.diagnose(quick=True) if health.name == "search").text


def test_doctor_says_how_a_store_is_searched(store):
    assert looked(store) == "by the server's index of words"


def test_doctor_says_that_a_server_has_no_index(refusing):
    assert looked(refusing) == "by reading: the server has no index"
