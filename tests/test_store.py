"""The SQLite store: append-only, all or nothing, durable, exact, and clear about what it cannot do."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading

import pytest
from tests_support import START, new_recorder, new_store, opened

from triage import errors, events, redact
from triage.store import Name, open_store, path_of
from triage.store.migrations import MIGRATIONS
from triage.store.sqlite import VERSION
from triage.usecases import journals
from triage.usecases.recorder import Said


def entry(text="x"):
    return Said("entry", {"text": text})


def raw(store):
    """Another connection to the file of a store, as any SQLite tool would open it."""
    return sqlite3.connect(store.path, isolation_level=None)


def file_of(store):
    with open(store.path, "rb") as file:
        return file.read()


# What is kept, and stays


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


def test_an_event_is_kept_under_its_number_from_one_on(store, recorder):
    made = [recorder.record(entry(text)) for text in "abc"]

    assert [event.n for event in made] == [2, 3, 4]
    assert [event.n for event in store.events(recorder.place.journal)] == [1, 2, 3, 4]


def test_what_append_gives_back_is_what_is_read_later(store, recorder):
    made = recorder.record(entry())

    assert list(store.events(recorder.place.journal))[-1] == made


def test_numbers_belong_to_their_journal(store, recorder):
    other = recorder.moved(journals.open_journal(recorder, "Other", {}).place)

    assert other.record(entry()).n == 2


def test_every_event_names_the_one_before_as_its_parent(store, recorder):
    for text in "abc":
        recorder.record(entry(text))

    kept = list(store.events(recorder.place.journal))

    assert [event.parents for event in kept] == [(), *((event.digest,) for event in kept[:-1])]


def test_the_head_of_a_journal_is_its_last_event(store, recorder):
    last = recorder.record(entry())

    assert store.journals()[0].heads == (last.digest,)


def test_the_digest_that_is_kept_is_that_of_the_bytes_that_are_kept(store, recorder):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))

    for copy in store.copies(recorder.place.journal):
        assert copy.digest == events.digest_of(copy.envelope)
        head = json.loads(copy.envelope)
        assert head["body"] == events.sha256(copy.salt, copy.body)
        assert [[len(data), events.sha256(salt, data)] for salt, data in copy.chunks] == json.loads(
            copy.body
        ).get("output", [])


def test_recorded_at_rises_though_the_clock_stands_or_goes_back(tmp_path):
    times = iter([START, START, START - 10_000_000, START + 5])
    store = open_store(
        str(tmp_path / "triage.db"), clock=lambda: next(times), entropy=os.urandom, create=True
    )
    recorder = opened(store)
    for text in "abc":
        recorder.record(entry(text))

    assert [event.recorded_at[19:] for event in store.events(recorder.place.journal)] == [
        ".000000Z",
        ".000001Z",
        ".000002Z",
        ".000005Z",
    ]


def test_output_comes_back_whole_and_only_where_it_is_asked_for(store, recorder):
    output = random.Random(7).randbytes(600_000)
    recorder.record(Said("evidence", {"title": "x"}, output=output))

    assert next(store.events(recorder.place.journal, newest_first=True, output=True)).output == output
    assert next(store.events(recorder.place.journal, newest_first=True)).output is None


# All or nothing


def test_a_batch_is_kept_as_a_whole_or_not_at_all(store, recorder):
    recorder.record(Said("entry", {"text": "x"}, key="k"))
    before = file_of(store)

    with pytest.raises(errors.KeyConflict):
        recorder.record_all([entry("a"), Said("entry", {"text": "y"}, key="k"), entry("b")])

    assert len(list(store.events(recorder.place.journal))) == 2
    assert file_of(store) == before


def test_a_guard_that_objects_keeps_everything_out(store, recorder):
    def object_to(_):
        raise errors.Conflict("no")

    with pytest.raises(errors.Conflict):
        recorder.record(entry(), guard=object_to)

    assert len(list(store.events(recorder.place.journal))) == 1


def test_a_text_that_is_too_long_says_where_long_output_belongs(store, recorder):
    with pytest.raises(errors.InvalidValue) as refused:
        recorder.record(entry("x" * 300_000))

    assert str(refused.value) == (
        "the text of this entry is 300,011 bytes; an event holds at most 262,144; "
        "record long output as evidence: triage evidence FILE"
    )


# Keys


def test_the_same_key_with_equal_fields_is_the_first_event(store, recorder):
    first = recorder.record(Said("entry", {"text": "x"}, key="k"))

    assert recorder.record(Said("entry", {"text": "x"}, key="k")) == first
    assert store.journals()[0].events == 2


def test_the_same_key_may_come_at_another_time(recorder):
    first = recorder.record(Said("entry", {"text": "x"}, key="k", at="11:00"))

    assert recorder.record(Said("entry", {"text": "x"}, key="k", at="11:30")) == first


def test_the_same_key_with_other_fields_is_a_conflict(recorder):
    recorder.record(Said("entry", {"text": "x"}, key="k"))

    with pytest.raises(errors.KeyConflict) as refused:
        recorder.record(Said("entry", {"text": "y"}, key="k"))

    assert str(refused.value) == (
        "the key was used before, for e2, with other fields; choose another --key, or correct the first one: "
        "triage amend e2 FIELD=VALUE"
    )


# Journals


def test_a_slug_belongs_to_one_journal(store, recorder):
    with pytest.raises(errors.SlugTaken):
        recorder.append([recorder.opening(Said("header", {"title": "x", "slug": "velvet"}), "")])


def test_an_event_of_no_journal_is_refused(store, recorder):
    nowhere = recorder.moved(recorder.place._replace(journal=events.new_id(0, bytes(10))))

    with pytest.raises(errors.NotFound, match="no journal 00000000"):
        nowhere.record(entry())


def test_a_journal_is_closed_by_its_header(store, recorder):
    journals.resolve(recorder, None, {})
    assert not store.journals()[0].open

    journals.reopen(recorder, None, {})
    assert store.journals()[0].open


def test_an_addendum_that_is_resolved_closes_no_journal(store, recorder):
    opening = journals.addendum(recorder, "DKIM", {})
    journals.resolve(recorder.moved(recorder.place._replace(part=opening.id)), None, {})

    assert store.journals()[0].open


# Finding


def test_an_event_is_found_by_id_number_tail_and_rank(store, recorder):
    made = recorder.record(Said("action", {"title": "Push"}))
    journal = recorder.place.journal

    for name in (Name(id=made.id), Name(number=2), Name(tail=made.tail), Name(rank=("action", 1))):
        assert store.find(journal, name) == [made]


@pytest.mark.parametrize(
    "name", [Name(number=99), Name(tail="ffffffff"), Name(rank=("action", 0)), Name(rank=("action", 1))]
)
def test_what_there_is_not_is_not_found(store, recorder, name):
    assert store.find(recorder.place.journal, name) == []


# Merging


def merged(path, *stores):
    made = new_store(path, seed=99)
    for store in stores:
        for row in store.journals():
            made.merge(list(store.copies(row.id)))
    return made


def kept(store, journal):
    return sorted(store.copies(journal), key=lambda copy: copy.digest)


def test_a_merge_into_an_empty_store_is_exact(tmp_path, store, recorder):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))

    other = merged(tmp_path / "other.db", store)

    assert list(other.copies(recorder.place.journal)) == list(store.copies(recorder.place.journal))
    assert other.journals() == store.journals()


def test_a_merge_again_adds_nothing(tmp_path, store, recorder):
    other = merged(tmp_path / "other.db", store)
    before = file_of(other)

    assert other.merge(list(store.copies(recorder.place.journal))) == 0
    assert file_of(other) == before


def test_two_stores_that_went_on_apart_merge_to_the_same_in_either_order(tmp_path, store, recorder):
    other = merged(tmp_path / "other.db", store)
    recorder.record(entry("here"))
    new_recorder(other, recorder.place, seed=3).record(entry("there"))

    one = merged(tmp_path / "one.db", store, other)
    two = merged(tmp_path / "two.db", other, store)

    journal = recorder.place.journal
    assert kept(one, journal) == kept(two, journal)
    assert one.journals()[0].heads == two.journals()[0].heads
    assert len(one.journals()[0].heads) == 2


def test_the_next_event_after_a_fork_has_both_heads_for_parents(tmp_path, store, recorder):
    other = merged(tmp_path / "other.db", store)
    recorder.record(entry("here"))
    new_recorder(other, recorder.place, seed=3).record(entry("there"))
    other.merge(list(store.copies(recorder.place.journal)))

    joined = new_recorder(other, recorder.place, seed=4).record(entry("again"))

    assert len(joined.parents) == 2
    assert other.journals()[0].heads == (joined.digest,)


def test_of_two_journals_with_one_slug_the_later_gets_digits_of_its_id(tmp_path, store, recorder):
    later = new_store(tmp_path / "later.db", seed=3)
    new_one = new_recorder(later, seed=4, start=START + 3_600_000_000)
    place = journals.open_journal(new_one, "Velvet", {}).place

    for order in ((store, later), (later, store)):
        both = merged(tmp_path / f"{order[0] is store}.db", *order)
        assert {row.id: row.slug for row in both.journals()} == {
            recorder.place.journal: "velvet",
            place.journal: f"velvet-{place.journal[-4:]}",
        }


# Many at once


def test_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "triage.db"
    store = new_store(path)
    place = opened(store).place

    def write(number):
        mine = open_store(str(path), clock=lambda: START, entropy=os.urandom)
        for count in range(20):
            new_recorder(mine, place, seed=number * 100 + count).record(entry(f"{number}.{count}"))
        mine.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made = list(store.events(place.journal))
    assert {event.body["text"] for event in made[1:]} == {f"{n}.{c}" for n in range(6) for c in range(20)}
    assert [event.n for event in made] == list(range(1, 122))
    assert len(store.journals()[0].heads) == 1


def test_appending_reads_no_more_of_a_long_journal_than_of_a_short_one(store, recorder):
    """SQLite itself counts the steps that it takes."""

    def steps():
        count = 0

        def step():
            nonlocal count
            count += 1

        store._db.set_progress_handler(step, 1)
        recorder.record(entry())
        store._db.set_progress_handler(None, 0)
        return count

    few = steps()
    recorder.record_all([entry(str(number)) for number in range(3000)])

    assert steps() <= few


# How the file is kept


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "delete"), ("synchronous", 3), ("secure_delete", 1), ("trusted_schema", 0)],
)
def test_the_connection_is_set_up_as_the_design_says(store, pragma, value):
    assert store._db.execute(f"PRAGMA {pragma}").fetchone()[0] == value


def test_at_rest_a_store_is_one_file_and_its_lock(tmp_path, store, recorder):
    recorder.record(entry())
    store.close()

    assert sorted(os.listdir(tmp_path)) == ["triage.db", "triage.db.lock"]


def test_a_new_store_has_the_version_of_the_program(store):
    assert store._db.execute("PRAGMA user_version").fetchone()[0] == VERSION == len(MIGRATIONS)


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
    assert again._db.execute("PRAGMA user_version").fetchone()[0] == VERSION


def test_two_that_make_the_same_store_at_once_make_one(tmp_path):
    script = (
        "import os, sys; from triage.store import open_store;"
        "open_store(sys.argv[1], clock=lambda: 0, entropy=os.urandom, create=True).close()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path / "new" / "triage.db"]) for _ in range(4)
    ]

    assert [process.wait() for process in started] == [0, 0, 0, 0]


# What a store cannot do, it says


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


def test_a_store_that_may_only_be_read_can_be_read(store, recorder, monkeypatch):
    """The file is opened as one that may only be read, and the system says so: root may write everything else."""
    store.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    store._db = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True, isolation_level=None)

    assert len(list(store.events(recorder.place.journal))) == 1
    with pytest.raises(errors.NotAllowed, match="is read-only; check its owner and mode"):
        recorder.record(entry())


def test_a_full_disk_keeps_nothing_and_says_so(store, recorder):
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")

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


def test_a_store_accepts_nothing_that_was_not_scrubbed(store, recorder):
    with pytest.raises(AttributeError):
        store.append([recorder.draft(entry())])


@pytest.mark.parametrize("address", ["postgresql://h/d", "https://example.org"])
def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(errors.UsageError, match="no store of the form"):
        path_of(address)


def test_the_address_of_a_folder_is_that_of_the_file_in_it(tmp_path):
    assert path_of(str(tmp_path)) == path_of(f"sqlite:///{tmp_path}/triage.db") == str(tmp_path / "triage.db")


def test_a_clean_event_is_what_append_takes(store, recorder):
    clean = redact.scrub(recorder.draft(entry()), redact.Redactor(b"k" * 32))

    assert store.append([clean])[0].n == 2
