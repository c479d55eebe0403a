"""`triage doctor` looks at all that recording rests on, and its fixes mend what it finds."""

import json
import os
import shlex
import sqlite3
import subprocess

import pytest
from test_spool import _no_bytecode, full, spool, spooled  # noqa: F401  a full disk needs the fixture

from triage.store import identity
from triage.store.sqlite import VERSION, filesystem

STORE = "data/triage/triage.db"


def checks(triage, *options):
    """The checks by their names; of several of one name the worst."""
    found = json.loads(triage.run("doctor", "--json", *options).out)["checks"]
    worst = sorted(found, key=lambda check: ("ok", "warn", "fail").index(check["state"]))
    return {check["name"]: check for check in worst}


def mended(triage, check):
    """Do what a check says, in a shell."""
    return subprocess.run(
        ["bash", "-c", check["fix"]], env=triage.environment, cwd=triage.work, capture_output=True, text=True,
        check=True,
    )  # fmt: skip


def database(triage):
    return sqlite3.connect(triage.home / STORE, isolation_level=None)


def test_all_is_well_with_a_journal(journal):
    ran = journal.run("doctor")

    assert ran.code == 0
    assert {line.split()[0] for line in ran.out.splitlines()} == {"ok"}
    assert (
        f"ok    store: {journal.home / STORE}, by the user's data folder, as nothing names another one: "
        "1 journal, 1 event\n"
    ) in ran.out


def test_every_thing_that_recording_rests_on_is_looked_at(journal):
    assert set(checks(journal)) == {
        "triage", "configuration", "actor", "current journal", "store", "file system", "schema", "SQLite",
        "integrity", "record", "clock", "spool", "refused", "sessions", "redaction key", "hook",
    }  # fmt: skip


def test_a_quick_look_leaves_out_what_reads_every_event(journal):
    found = checks(journal, "--quick")

    assert not {"record", "clock"} & found.keys()
    assert found["integrity"]["text"].startswith("quick_check of ")


def test_a_machine_on_which_nothing_was_recorded_is_well(triage):
    ran = triage.run("doctor")

    assert ran.code == 0
    assert "make one with: triage init, or triage open 'TITLE'" in ran.out
    assert not list(triage.home.iterdir())


# The store


def test_what_names_the_store_is_said(journal):
    by_default = checks(journal)["store"]["text"]
    journal.set("TRIAGE_STORE", str(journal.home / STORE))
    by_variable = checks(journal)["store"]["text"]
    by_option = checks(journal, "--store", str(journal.home / STORE))["store"]["text"]

    assert [text.split(": ")[0].split(", ")[1] for text in (by_default, by_variable, by_option)] == [
        "by the user's data folder", "by TRIAGE_STORE", "by --store",
    ]  # fmt: skip


def test_a_file_of_another_program_is_no_store(journal):
    (journal.home / STORE).write_bytes(b"no database at all" * 100)
    ran = journal.run("doctor")

    assert ran.code == 1
    assert "is not a triage store" in checks(journal)["store"]["text"]


def test_a_store_of_a_newer_triage_says_to_upgrade(journal):
    database(journal).execute("PRAGMA user_version = 99")

    assert checks(journal)["store"]["fix"] == "upgrade triage: pipx upgrade triagelog"


def test_a_store_of_an_older_triage_stays_as_it_is(journal):
    older = database(journal)
    for table in ("summary", "publication", "site", "claim"):  # what the first version did not have
        older.execute(f"DROP TABLE {table}")
    older.execute("PRAGMA user_version = 1")
    older.close()
    before = (journal.home / STORE).read_bytes()
    ran = journal.run("doctor")

    assert ran.code == 0
    assert "schema: version 1, which the next command that uses the store brings up to " in ran.out
    assert (journal.home / STORE).read_bytes() == before


def test_an_empty_file_is_not_made_a_store(journal):
    (journal.home / STORE).write_bytes(b"")
    journal.set("TRIAGE_SESSION", "one that recorded nothing yet")
    ran = journal.run("doctor")

    assert ran.code == 0
    assert f"no store in {journal.home / STORE} yet" in ran.out
    assert (journal.home / STORE).read_bytes() == b""


def test_an_empty_file_in_the_place_of_a_store_that_was_recorded_into_is_a_loss(journal):
    (journal.home / STORE).write_bytes(b"")
    ran = journal.run("doctor")

    assert ran.code == 1
    assert "the store that this session recorded into is gone" in ran.out


def test_what_was_spooled_waits_on(journal):
    spool(journal, "x")
    checks(journal)

    assert len(spooled(journal)) == 1


def test_a_page_that_was_overwritten_fails_the_integrity(journal):
    index = (
        database(journal)
        .execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_kind'")
        .fetchone()[0]
    )
    with open(journal.home / STORE, "r+b") as file:
        file.seek((index - 1) * 4096 + 4000)
        file.write(b"\xff" * 40)

    found = checks(journal)["integrity"]
    assert found["state"] == "fail"
    assert ".recover" in found["fix"]


def test_an_event_that_was_changed_fails_the_record(journal):
    journal("log", "true")
    db = database(journal)
    db.execute("DROP TRIGGER body_is_final")
    db.execute("UPDATE body SET body = replace(body, 'true', 'lies') WHERE n = 2")
    db.close()
    ran = journal.run("doctor")

    assert ran.code == 1
    assert checks(journal)["record"]["fix"] == "triage verify velvet-first-deploy"
    assert checks(journal)["record"]["text"].startswith("velvet-first-deploy e2")


def test_a_store_in_wal_mode_is_put_back(journal):
    database(journal).execute("PRAGMA journal_mode = WAL")
    found = checks(journal)["SQLite"]
    _, path, statement = shlex.split(found["fix"])
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()

    assert found["state"] != "ok"
    assert checks(journal)["SQLite"]["state"] == "ok"


def test_a_store_that_is_held_cannot_be_written(journal):
    holder = database(journal)
    holder.execute("BEGIN IMMEDIATE")
    found = checks(journal, "--quick")
    holder.execute("ROLLBACK")

    assert (found["writing"]["state"], found["store"]["state"]) == ("fail", "ok")


# The file system

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /home rw,relatime shared:7 - nfs4 filer:/home rw
31 30 0:31 / /home/ana/my\\040disk rw,relatime - xfs /dev/vdb rw
32 27 0:32 / /mnt rw - ext4 /dev/vdc rw
33 27 0:33 / /mnt rw - cifs //filer/mnt rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/triage.db", "ext4"),
        ("/home/ana/triage.db", "nfs4"),
        ("/homework/triage.db", "ext4"),
        ("/home/ana/my disk/triage.db", "xfs"),
        ("/mnt/triage.db", "cifs"),
    ],
)
def test_the_deepest_mount_that_came_last_holds_a_path(path, kind):
    assert filesystem.type_of(path, MOUNTS) == kind


@pytest.fixture
def on_nfs(triage, monkeypatch):
    """The program on a machine whose home lies on a filer, by what its kernel says: no filer is at hand."""
    table = triage.work / "mountinfo"
    table.write_text(
        f"27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:30 / {triage.home} rw - nfs4 filer:/ rw\n"
    )

    def mount():
        monkeypatch.setattr(filesystem, "MOUNTS", str(table))

    return mount


def test_no_store_is_made_on_a_network_file_system(triage, on_nfs):
    on_nfs()
    code, line = triage.refused("open", "Velvet")

    assert code == 4
    assert line.endswith(
        "triage.db would lie on a network file system (nfs4), where SQLite's locks do not hold; "
        "name a place on a local disk with --store or TRIAGE_STORE"
    )
    assert not (triage.home / STORE).exists()
    assert triage("open", "Velvet", "--store", "local.db") == "velvet e1 opened: Velvet"


def test_a_store_that_came_to_lie_on_one_fails(journal, on_nfs):
    on_nfs()

    assert checks(journal)["file system"]["state"] == "fail"


# The clock


def test_a_record_that_is_ahead_of_the_clock_fails(journal):
    journal.now += 3_600_000_000
    journal("log", "later")
    journal.now -= 3_600_000_000

    found = checks(journal)["clock"]
    assert found["state"] == "fail"
    assert "velvet-first-deploy was recorded into 59m" in found["text"] or "1h" in found["text"]


# The spool


def test_what_waits_is_named_and_its_fix_delivers_it(journal):
    spool(journal, "one", "two")
    found = checks(journal)["spool"]
    ran = journal.run("doctor")
    done = mended(journal, found)

    assert (ran.code, found["state"]) == (0, "warn")
    assert found["text"] == f"2 calls to be delivered to {journal.home / STORE}"
    assert done.stderr == "2 events delivered\n"
    assert checks(journal)["spool"]["text"] == "nothing waits"


def test_what_waits_for_another_store_is_named_too(journal):
    journal("open", "Console", "--store", "other.db")
    journal.start("log", "x", "--store", "other.db", **full())

    assert checks(journal)["spool"]["fix"] == f"triage flush --store {journal.work / 'other.db'}"


def test_a_conflict_is_named_and_its_fix_records_what_was_said(journal):
    journal("log", "one", "--key", "k")
    spool(journal, "two")
    journal.start("log", "another", "--key", "k", **full())
    journal("list")
    found = checks(journal)["set aside"]
    ran = journal.run("doctor")
    mended(journal, found)

    assert (ran.code, found["state"]) == (1, "fail")
    assert "its key was used before, for something else" in found["text"]
    assert journal.body()["text"] == "another"
    assert spooled(journal) == []


def test_what_cannot_be_read_is_named(journal):
    spool(journal, "one")
    spooled(journal)[0].write_text("{}")
    journal("list")

    assert "cannot be read" in checks(journal)["set aside"]["text"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://ana:hunter2@db/triage", "postgresql://ana@db/triage"),
        ("postgresql://db/triage?user=ana&password=hunter2&sslmode=require",
         "postgresql://db/triage?user=ana&sslmode=require"),
        ("postgresql:///triage?host=/run/pg&password=hunter2", "postgresql:///triage?host=/run/pg"),
        ("postgresql://ana@db/triage", "postgresql://ana@db/triage"),
    ],
)  # fmt: skip
def test_what_tells_a_store_from_others_has_no_password(address, told):
    assert identity(address) == told


# The configuration


def test_an_unknown_key_fails_and_offers_the_near_miss(journal):
    folder = journal.home / "config/triage"
    (folder / "triage.toml").write_text('zones = "Europe/Paris"\n')
    ran = journal.run("doctor")

    assert ran.code == 1
    assert ran.out.endswith(
        f"fail  configuration: {folder / 'triage.toml'} has an unknown key 'zones'\n"
        "      fix: did you mean 'zone'?\n"
    )


def test_a_file_that_is_not_trusted_is_named_and_its_fix_trusts_it(journal):
    journal("init")
    (journal.work / "triage.toml").write_text('[publish.docs]\nto = "./site"\n')
    found = checks(journal)["configuration"]
    mended(journal, found)

    assert found["state"] == "warn"
    assert "is not trusted: it does not publish to 'docs'" in found["text"]
    assert checks(journal)["configuration"]["state"] == "ok"


def test_a_key_that_others_may_read_is_locked_up(journal):
    key = journal.home / "config/triage/redaction.key"
    key.chmod(0o644)
    found = checks(journal)["redaction key"]
    mended(journal, found)

    assert found["state"] == "warn"
    assert checks(journal)["redaction key"]["state"] == "ok"
    assert os.stat(key).st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM body; END", "the trigger evil is none that triage makes"),
        ("CREATE VIEW evil AS SELECT * FROM event", "the view evil is none that triage makes"),
        ("CREATE TABLE search_evil (x)", "the table search_evil is none that triage makes"),
        ("DROP TRIGGER event_is_kept", "the trigger event_is_kept is missing: the record is not append-only without it"),
    ],
)  # fmt: skip
def test_a_schema_that_somebody_changed_fails(journal, statement, text):
    database(journal).execute(statement)
    found = checks(journal)["schema"]

    assert (found["state"], found["text"]) == ("fail", f"somebody changed it: {text}")


def test_a_trigger_that_lost_its_teeth_fails_the_schema(journal):
    db = database(journal)
    db.execute("DROP TRIGGER event_is_final")
    db.execute("CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT 1; END")

    assert checks(journal)["schema"]["text"].endswith("the trigger event_is_final is not as triage makes it")


def test_the_index_of_the_search_of_an_older_triage_belongs_to_its_schema(journal):
    older = database(journal)
    older.execute("CREATE TABLE hit (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, n INTEGER NOT NULL)")
    older.execute("PRAGMA user_version = 3")

    assert "the table hit" not in journal.run("doctor").out
    older.execute(f"PRAGMA user_version = {VERSION}")
    assert "the table hit is not as triage makes it" in journal.run("doctor").out


def test_the_index_of_the_search_and_statistics_belong_to_the_schema(journal):
    journal("search", "velvet")
    database(journal).execute("ANALYZE")

    assert checks(journal)["schema"]["state"] == "ok"
