"""The PostgreSQL store: insertions alone, races with one winner, lost connections without a double."""

import os
import subprocess
import sys
import threading
import time

import postgres_server
import psycopg
import pytest
from tests_support import START, new_recorder, new_store, opened

from triage import errors
from triage.store import identity, open_store
from triage.store.postgres import VERSION
from triage.store.postgres.schema import MIGRATIONS
from triage.usecases import journals, work
from triage.usecases.recorder import Said


@pytest.fixture
def address(postgres_place):
    """The address of an empty schema."""
    return postgres_place("it")


@pytest.fixture
def new(address):
    """Opens the store of the test as often as one likes; all are closed at the end."""
    made = []

    def make(**options):
        made.append(new_store(address, **options))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new):
    return new()


@pytest.fixture
def other(address):
    """A connection of another program to the same schema."""
    with postgres_server.connected(address) as connection:
        yield connection


def entry(text="x"):
    return Said("entry", {"text": text})


def texts(store, journal):
    return [event.body["text"] for event in store.events(journal, kinds=["entry"])]


def refused(address, error, **options):
    with pytest.raises(error) as caught:
        open_store(address, clock=lambda: START, entropy=os.urandom, **options)
    return str(caught.value)


# What it may do


@pytest.fixture
def writer(address, other, store, request):
    """The address of the same store for a role that may only insert and select."""
    [schema] = other.execute("SHOW search_path").fetchone()
    role = f"writer_{schema}"
    for statement in postgres_server.grants(role, "of-the-writer", schema):
        other.execute(statement)
    yield address.replace(f"postgres:{postgres_server.PASSWORD}@", f"{role}:of-the-writer@")
    other.execute(f"DROP OWNED BY {role}")
    other.execute(f"DROP ROLE {role}")


def test_recording_needs_no_more_than_to_insert_and_to_select(writer):
    store = new_store(writer)
    recorder = opened(store)
    recorder.record_all([entry("a"), Said("evidence", {"title": "x"}, output=b"x" * 600_000)])
    journals.assign(recorder, ["slug=renamed", "service=mail"])
    journals.resolve(recorder, None, {})

    assert [(row.slug, row.open, row.events) for row in store.journals()] == [("renamed", False, 5)]
    store.close()


@pytest.mark.parametrize("table", ["event", "body", "chunk", "state", "slug"])
@pytest.mark.parametrize(
    "verb", ["UPDATE triage_{} SET journal = ''", "DELETE FROM triage_{}", "TRUNCATE triage_{}"]
)
def test_the_server_refuses_that_role_to_change_what_was_recorded(writer, table, verb):
    with postgres_server.connected(writer) as mine, pytest.raises(psycopg.errors.InsufficientPrivilege):
        mine.execute(verb.format(table))


def test_that_role_is_told_that_a_purge_needs_the_owner(writer):
    store = new_store(writer)
    recorder = opened(store)
    made = recorder.record(entry())

    with pytest.raises(errors.NotAllowed) as caught:
        recorder.purge([made.id], Said("act", {"verb": "purge", "about": made.id}))

    assert "publish and purge need the role that owns the tables (docs/postgres.md)" in str(caught.value)
    assert texts(store, recorder.place.journal) == ["x"]
    assert store.journals()[0].events == 2
    store.close()


def test_a_purge_leaves_no_body_and_no_chunk(store, other):
    recorder = opened(store)
    made = recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))
    recorder.purge([made.id], Said("act", {"verb": "purge", "about": made.id}))

    assert other.execute("SELECT n FROM triage_body ORDER BY n").fetchall() == [(1,), (3,)]
    assert other.execute("SELECT count(*) FROM triage_chunk").fetchone() == (0,)


def test_no_row_comes_near_a_mebibyte(store, other):
    opened(store).record_all(
        [entry("x" * 262_000), Said("evidence", {"title": "x"}, output=b"x" * 3_000_000)]
    )

    for table in ("event", "body", "chunk"):
        widths = f"SELECT max(octet_length(t::text)) / 2 FROM triage_{table} t"  # noqa: S608  only constants
        [widest] = other.execute(widths).fetchone()
        assert widest < 300_000


# Races


def at_once(count, act):
    """What a function comes to in as many threads at once: values and errors."""
    came = []
    ready = threading.Barrier(count)

    def run(number):
        ready.wait()
        try:
            came.append(act(number))
        except errors.TriageError as error:
            came.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_many_that_claim_one_action_one_does(store, new):
    recorder = opened(store)
    recorder.record(Said("action", {"title": "Push"}))
    mine = [new_recorder(new(seed=n), recorder.place, actor=f"a{n}", seed=50 + n) for n in range(6)]

    came = at_once(6, lambda number: work.start(mine[number], "1", {}, take=False))

    lost = [each for each in came if isinstance(each, errors.AlreadyClaimed)]
    assert len(lost) == 5
    assert store.journals()[0].events == 3


def test_of_many_that_open_one_slug_one_does_and_the_others_join(store, new):
    mine = [new_recorder(new(seed=n), seed=50 + n) for n in range(6)]

    came = at_once(6, lambda number: journals.open_journal(mine[number], "Velvet", {}))

    assert sorted(each.joined for each in came) == [False] + [True] * 5
    assert [row.slug for row in store.journals()] == ["velvet"]


def test_of_many_that_use_one_key_one_records(store, new):
    recorder = opened(store)
    mine = [new_recorder(new(seed=n), recorder.place, seed=50 + n) for n in range(6)]

    came = at_once(6, lambda number: mine[number].record(Said("entry", {"text": "x"}, key="k")))

    assert {each.n for each in came} == {2}


def test_many_that_make_the_same_store_at_once_make_one(address):
    script = (
        "import os, sys; from triage.store import open_store;"
        "open_store(sys.argv[1], clock=lambda: 0, entropy=os.urandom, create=True).close()"
    )
    started = [subprocess.Popen([sys.executable, "-c", script, address]) for _ in range(4)]

    assert [process.wait() for process in started] == [0, 0, 0, 0]


def test_a_writer_that_is_always_too_late_is_told_so(store, address):
    recorder = opened(store)
    hasty = open_store(address, clock=lambda: START, entropy=os.urandom, timeout=0)
    mine = new_recorder(hasty, recorder.place, seed=3)

    with pytest.raises(errors.StoreLocked, match="nothing was kept; try again"):
        mine.record(entry("late"), guard=lambda _: recorder.record(entry("quick")) and None)

    assert set(texts(store, recorder.place.journal)) == {"quick"}
    hasty.close()


# Lost connections


def end_others(other):
    other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND application_name = 'triage'"
    )


def test_a_connection_that_was_lost_is_made_again(store, other):
    recorder = opened(store)
    end_others(other)
    assert len(list(store.events(recorder.place.journal))) == 1

    end_others(other)
    assert recorder.record(entry()).n == 2


def test_an_event_that_was_kept_though_the_connection_was_lost_is_kept_once(store, other, monkeypatch):
    recorder = opened(store)
    write = store._link.write

    def kept_but_lost(statements):
        monkeypatch.undo()
        write(statements)
        store._link._connection.close()
        raise errors_of_link.LostError

    from triage.store.postgres import link as errors_of_link

    monkeypatch.setattr(store._link, "write", kept_but_lost)
    made = recorder.record(entry(), guard=lambda _: None)

    assert (made.n, texts(store, recorder.place.journal)) == (2, ["x"])


def test_an_event_whose_transaction_was_lost_is_kept_after_all(store, other, monkeypatch):
    recorder = opened(store)

    def lost(statements):
        monkeypatch.undo()
        end_others(other)
        store._link.write(statements)

    monkeypatch.setattr(store._link, "write", lost)

    assert recorder.record(entry()).n == 2
    assert texts(store, recorder.place.journal) == ["x"]


# What it cannot do, it says


def test_a_schema_without_a_store_says_how_to_make_one(address):
    assert refused(address, errors.NotFound) == (
        f"no store at {identity(address)}; make one with: triage open 'TITLE'"
    )


def test_a_new_store_has_the_version_of_the_program(store, other):
    assert other.execute("SELECT max(version) FROM triage_migration").fetchone() == (VERSION,)
    assert len(MIGRATIONS) == VERSION


def test_a_store_of_a_newer_program_is_left_alone(store, other, address):
    other.execute("INSERT INTO triage_migration VALUES (99, 'of tomorrow')")

    assert "was made by a newer triage (version 99, this one knows" in refused(address, errors.StoreUnusable)


def test_a_store_of_an_older_program_is_brought_up_to_date_and_keeps_its_events(store, other, address):
    recorder = opened(store)
    recorder.record(entry("kept"))
    for table in ("summary", "publication", "site"):  # what the first version did not have
        other.execute(f"DROP TABLE triage_{table}")
    other.execute("DELETE FROM triage_migration WHERE version > 1")
    again = new_store(address)

    assert texts(again, recorder.place.journal) == ["kept"]
    assert again.published("./site") == []
    again.close()


def test_who_only_looks_leaves_a_store_of_an_older_program_as_it_is(store, other, address):
    opened(store)
    other.execute("DELETE FROM triage_migration WHERE version > 1")
    looked = open_store(address, clock=lambda: START, entropy=os.urandom, migrate=False)
    schema = next(health for health in looked.diagnose(quick=True) if health.name == "schema")
    looked.close()

    assert schema.text == f"version 1, which the next command that uses the store brings up to {VERSION}"
    assert other.execute("SELECT max(version) FROM triage_migration").fetchone() == (1,)


def test_a_server_that_is_not_there_is_told_at_once():
    start = time.monotonic()
    said = refused("postgresql://u:pass-word@127.0.0.1:1/db", errors.Unavailable)

    assert said.startswith("cannot reach postgresql://u@127.0.0.1:1/db: ")
    assert said.endswith("; nothing was kept; try again")
    assert time.monotonic() - start < 60


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("of-the-tests", "pass-word"), errors.NotAllowed),
        (("/postgres?", "/nothing?"), errors.NotFound),
        (("/postgres?", "/postgres?sslmode=require&sslpassword=pass-word&"), errors.StoreUnusable),
        (("/postgres?", "/postgres?nonsense=pass-word&"), errors.UsageError),
    ],
)
def test_a_password_is_in_no_error(address, change, error):
    said = refused(address.replace(*change), error)

    assert "pass-word" not in said
    assert postgres_server.PASSWORD not in said


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:pw@h/db", "postgresql://u@h/db"),
        ("postgresql://u:p@w/x@h/db", "postgresql://u@h/db"),
        ("postgresql://u@h/db?password=pw&sslmode=require", "postgresql://u@h/db?sslmode=require"),
        ("postgresql://h/db?sslpassword=pw", "postgresql://h/db"),
        ("postgresql:///db", "postgresql:///db"),
    ],
)
def test_an_address_is_shown_without_its_password(address, shown):
    assert identity(address) == shown


def test_a_character_that_a_text_cannot_hold_is_refused_and_named(store):
    recorder = opened(store)

    with pytest.raises(errors.InvalidValue, match="does not take that"):
        list(store.events(recorder.place.journal, kinds=["a\0b"]))


def test_a_text_may_hold_any_character(store):
    recorder = opened(store)

    assert recorder.record(entry("a\0b")).body == {"text": "a\0b"}


def test_psycopg_that_is_not_installed_is_a_sentence_with_the_command(tmp_path):
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from triage.store import open_store\n"
        "open_store('postgresql://h/db', clock=lambda: 0, entropy=bytes)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert "a store on a PostgreSQL server needs psycopg" in done.stderr.splitlines()[-1]
    assert "pip install 'triagelog[postgres]'" in done.stderr.splitlines()[-1]
