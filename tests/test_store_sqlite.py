"""The SQLite store: one file, durable, and clear about what it cannot do. What all stores promise is in test_store."""

import os
import sqlite3
import subprocess
import sys

import pytest
from tests_support import START, new_recorder

from triage import errors
from triage.store import open_store, path_of
from triage.store.sqlite import VERSION
from triage.store.sqlite.batch import MANY, ROWS
from triage.store.sqlite.migrations import MIGRATIONS
from triage.usecases.recorder import Said


def entry(text="x"):
    return Said("entry", {"text": text})


def raw(store):
    """Another connection to the file of a store, as any SQLite tool would open it."""
    return sqlite3.connect(store.path, isolation_level=None)


def file_of(store):
    with open(store.path, "rb") as file:
        return file.read()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET kind = 'act'",
        "DELETE FROM event",
        "UPDATE body SET body = x''",
        "UPDATE chunk SET data = x''",
    ],
)
def test_the_file_itself_refuses_to_change_what_was_recorded(store, recorder, statement):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x"))

    with pytest.raises(sqlite3.IntegrityError, match="the record is append-only"):
        raw(store).execute(statement)


def test_what_somebody_turned_into_text_is_read_all_the_same(store, recorder):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x"))
    before = list(store.events(recorder.place.journal, output=True))
    for trigger in ("event_is_final", "body_is_final", "chunk_is_final"):
        raw(store).execute(f"DROP TRIGGER {trigger}")

    raw(store).execute("UPDATE event SET envelope = CAST(envelope AS TEXT)")
    raw(store).execute("UPDATE body SET body = CAST(body AS TEXT)")
    raw(store).execute("UPDATE chunk SET data = CAST(data AS TEXT)")

    assert raw(store).execute("SELECT DISTINCT typeof(body) FROM body").fetchall() == [("text",)]
    assert list(store.events(recorder.place.journal, output=True)) == before


def test_a_batch_that_is_refused_leaves_the_file_as_it_was(store, recorder):
    recorder.record(Said("entry", {"text": "x"}, key="k"))
    before = file_of(store)

    with pytest.raises(errors.KeyConflict):
        recorder.record_all([entry("a"), Said("entry", {"text": "y"}, key="k"), entry("b")])

    assert file_of(store) == before


def test_a_batch_of_which_one_row_fails_leaves_nothing_of_the_others(store, recorder):
    raw(store).execute(
        "CREATE TRIGGER stop BEFORE INSERT ON event WHEN NEW.n = 50 BEGIN SELECT RAISE(FAIL, 'stop'); END"
    )

    with pytest.raises(errors.StoreUnusable, match="stop"):
        recorder.record_all([entry(str(n)) for n in range(2 * ROWS)])

    assert [event.n for event in store.events(recorder.place.journal)] == [1]


@pytest.mark.parametrize("size", [ROWS - 1, ROWS, ROWS + 1, 2 * ROWS, MANY + 1])
def test_a_batch_is_read_back_as_it_was_appended_however_many_statements_it_takes(store, recorder, size):
    appended = recorder.record_all([entry(str(n)) for n in range(size)])

    assert list(store.events(recorder.place.journal))[1:] == appended


def test_a_key_is_known_again_in_a_long_batch_of_which_it_was_written_before(store, recorder):
    keyed = Said("entry", {"text": "x"}, key="k")

    appended = recorder.record_all([keyed, *[entry()] * MANY, keyed])

    assert appended[0] == appended[-1]


def test_a_merge_of_what_is_known_leaves_the_file_as_it_was(store, recorder):
    before = file_of(store)

    store.merge(list(store.copies(recorder.place.journal)))

    assert file_of(store) == before


def test_appending_reads_no_more_of_a_long_journal_than_of_a_short_one(store, recorder):
    """SQLite itself counts the steps that it takes."""

    def steps():
        count = 0

        def step():
            nonlocal count
            count += 1

        store._link.db.set_progress_handler(step, 1)
        recorder.record(entry())
        store._link.db.set_progress_handler(None, 0)
        return count

    few = steps()
    recorder.record_all([entry(str(number)) for number in range(3000)])

    assert steps() <= few


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "delete"), ("synchronous", 3), ("secure_delete", 1), ("trusted_schema", 0)],
)
def test_the_connection_is_set_up_as_the_design_says(store, pragma, value):
    assert store._link.db.execute(f"PRAGMA {pragma}").fetchone()[0] == value


def test_at_rest_a_store_is_one_file_and_its_locks(tmp_path, store, recorder):
    recorder.record(entry())
    store.close()

    assert sorted(os.listdir(tmp_path)) == ["triage.db", "triage.db.lock", "triage.db.lock.next"]


def test_a_new_store_has_the_version_of_the_program(store):
    assert store._link.db.execute("PRAGMA user_version").fetchone()[0] == VERSION == len(MIGRATIONS)


def test_a_store_of_an_older_program_is_brought_up_to_date_and_keeps_its_events(store, recorder):
    recorder.record(entry("kept"))
    store.close()
    older = raw(store)
    for table in ("summary", "publication", "site", "claim"):  # what the first version did not have
        older.execute(f"DROP TABLE {table}")
    older.execute("PRAGMA user_version = 1")
    older.close()
    again = open_store(store.path, clock=lambda: START, entropy=os.urandom)

    assert [event.body["text"] for event in again.events(recorder.place.journal, kinds=["entry"])] == ["kept"]
    assert again.published("./site") == []
    assert again._link.db.execute("PRAGMA user_version").fetchone()[0] == VERSION


def test_two_that_make_the_same_store_at_once_make_one(tmp_path):
    script = (
        "import os, sys; from triage.store import open_store;"
        "open_store(sys.argv[1], clock=lambda: 0, entropy=os.urandom, create=True).close()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path / "new" / "triage.db"]) for _ in range(4)
    ]

    assert [process.wait() for process in started] == [0, 0, 0, 0]


def refused(path, error, **options):
    with pytest.raises(error) as caught:
        open_store(str(path), clock=lambda: START, entropy=os.urandom, **options)
    return str(caught.value)


def test_a_store_that_there_is_not_says_how_to_make_one(tmp_path):
    path = tmp_path / "triage.db"

    assert refused(path, errors.NotFound) == (
        f"no store at {path}; make one with: triage init, or triage open 'TITLE'"
    )
    assert not path.exists()


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for the header of one\n" * 20)

    assert refused(path, errors.StoreUnusable) == (
        f"{path} is not a triage store; name another file with --store or TRIAGE_STORE"
    )


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE users (name)")
    other.commit()
    other.close()
    before = path.read_bytes()

    assert refused(path, errors.StoreUnusable, create=True) == (
        f"{path} is a database of another program; name another file with --store or TRIAGE_STORE"
    )
    assert path.read_bytes() == before


def test_a_store_of_a_newer_program_is_left_alone(store):
    store.close()
    newer = raw(store)
    newer.execute("PRAGMA user_version = 99")
    newer.close()

    assert refused(store.path, errors.StoreUnusable) == (
        f"the store {store.path} was made by a newer triage (version 99, this one knows {VERSION}); "
        "upgrade triage: pipx upgrade triagelog"
    )


def test_a_damaged_store_says_what_to_do(store, recorder):
    recorder.record_all([entry("x" * 500) for _ in range(200)])
    store.close()
    with open(store.path, "r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 60_000)

    damaged = open_store(store.path, clock=lambda: START, entropy=os.urandom)
    with pytest.raises(errors.StoreUnusable, match="is damaged; keep a copy, then"):
        list(damaged.events(recorder.place.journal))


def test_a_store_that_another_process_holds_is_waited_for_and_then_told(tmp_path, store, recorder):
    holder = raw(store)
    holder.execute("BEGIN IMMEDIATE")
    mine = open_store(store.path, clock=lambda: START, entropy=os.urandom, timeout=0.05)

    with pytest.raises(errors.StoreLocked, match="nothing was kept; try again"):
        new_recorder(mine, recorder.place).record(entry())

    holder.execute("ROLLBACK")
    assert new_recorder(mine, recorder.place).record(entry()).n == 2


def test_a_lock_file_that_another_process_holds_is_waited_for_and_then_told(store, recorder):
    from triage.store.lock import exclusive

    mine = open_store(store.path, clock=lambda: START, entropy=os.urandom, timeout=0.05)
    with exclusive(f"{store.path}.lock", 1), pytest.raises(errors.StoreLocked, match="has held the store"):
        new_recorder(mine, recorder.place).record(entry())


def test_who_waits_long_for_another_process_is_told_once(store, recorder):
    from triage.store.lock import exclusive

    told = []
    clock, waiting = (lambda: START), (lambda: told.append("waiting"))
    mine = open_store(store.path, clock=clock, entropy=os.urandom, timeout=1.2, waiting=waiting)
    with exclusive(f"{store.path}.lock", 1), pytest.raises(errors.StoreLocked):
        new_recorder(mine, recorder.place).record(entry())

    assert told == ["waiting"]


def test_a_store_that_may_only_be_read_can_be_read(store, recorder, monkeypatch):
    """The file is opened as one that may only be read, and the system says so: root may write everything else."""
    store.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    store._link.db = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True, isolation_level=None)

    assert len(list(store.events(recorder.place.journal))) == 1
    with pytest.raises(errors.NotAllowed, match="is read-only; check its owner and mode"):
        recorder.record(entry())


def test_a_full_disk_keeps_nothing_and_says_so(store, recorder):
    pages = store._link.db.execute("PRAGMA page_count").fetchone()[0]
    store._link.db.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(errors.StoreFull) as full:
        recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))

    assert (full.value.exit_code, full.value.retryable) == (75, True)
    assert len(list(store.events(recorder.place.journal))) == 1


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    assert refused(tmp_path / "file" / "triage.db", errors.NotAllowed, create=True) == (
        f"cannot make the folder {tmp_path / 'file'}: File exists; "
        "name another place with --store or TRIAGE_STORE"
    )


@pytest.mark.parametrize("address", ["mysql://h/d", "https://example.org"])
def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(errors.UsageError, match="no store of the form"):
        path_of(address)


def test_the_address_of_a_folder_is_that_of_the_file_in_it(tmp_path):
    assert path_of(str(tmp_path)) == path_of(f"sqlite:///{tmp_path}/triage.db") == str(tmp_path / "triage.db")
