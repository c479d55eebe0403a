"""While the store cannot be written, what needs no look-up is spooled, and delivered once."""

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import time

import pytest
from durability.tracing import missing
from program import SCRIPT

from triage import times

STORE = "data/triage/triage.db"


ROOM = 8192
"""Bytes that a file may have on a full disk: enough for a spooled event, too few for the pages of a store."""


@pytest.fixture(autouse=True)
def _no_bytecode(triage):
    """Python keeps half of what it compiled where the disk is full."""
    triage.set("PYTHONDONTWRITEBYTECODE", "1")


def full():
    """How to start the program on a full disk."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))}


def spooled(journal):
    """What lies in the spools: the files that wait, and those that were set aside."""
    return sorted(path for path in (journal.home / "state/triage/spool").glob("*/*") if path.is_file())


def texts(journal):
    return [event["body"].get("text") for event in journal.events()][1:]


def spool(journal, *texts):
    for text in texts:
        assert journal.start("log", text, **full()).code == 0


# Acknowledged


def test_a_document_says_on_its_first_lines_how_many_events_wait(journal):
    spool(journal, "Deploy started", "Deploy ended")
    before = journal.start("render", **full()).out

    assert "- **Spooled:** 2 more events wait for the store; triage flush delivers them\n" in before
    assert "Spooled" not in journal("render")


def test_an_event_is_spooled_where_the_disk_is_full(journal):
    ran = journal.start("log", "Deploy started", **full())

    assert (ran.code, ran.out, ran.err) == (0, "velvet-first-deploy spooled: Deploy started\n", "")


def test_the_answer_in_json_says_so_and_names_no_number(journal):
    answer = json.loads(journal.start("log", "Deploy started", "--json", **full()).out)

    assert (answer["spooled"], answer["journal"], answer["kind"]) == (True, "velvet-first-deploy", "entry")
    assert not {"event", "recorded_at"} & answer.keys()
    assert [event["id"] for event in journal.events()][1:] == [answer["id"]]


def test_what_a_command_answers_with_has_no_number_yet(journal):
    answers = [
        journal.start(*words, **full()).out
        for words in (
            ["did", "Push", "v14 is up", "--env", "staging", "Release=v14"],
            ["issue", "1140", "open"],
            ["observe", "staging", "Healthz=ok"],
            ["blocker", "No database"],
            ["resolve", "all up"],
        )
    ]

    assert answers == [
        "velvet-first-deploy spooled: action done: Push · v14 is up · Release=v14\n",
        "velvet-first-deploy spooled: issue #1140 open\n",
        "velvet-first-deploy spooled: Final state: staging, Healthz=ok\n",
        "velvet-first-deploy spooled: blocker opened: No database\n",
        "velvet-first-deploy spooled: resolved — all up\n",
    ]
    assert journal("status").startswith("velvet-first-deploy  RESOLVED — all up; ")


def test_what_is_piped_in_is_spooled_with_its_output(journal):
    ran = journal.start("evidence", "--title", "Log", input=b"one\xff\ntwo\n", **full())

    assert ran.out == "velvet-first-deploy spooled: evidence 9 bytes: Log\n"
    assert journal.start("output", "Log").out == "one\\xFF\ntwo\n"


def test_a_batch_is_spooled_whole(journal):
    lines = (
        b'{"kind": "action", "key": "warm", "fields": {"title": "Warm"}}\n'
        b'{"kind": "action", "entity": "key:warm", "fields": {"status": "done"}}\n'
    )
    ran = journal.start("record", "-", input=lines, **full())

    assert ran.out == "velvet-first-deploy spooled: 2 events\n"
    assert len(spooled(journal)) == 1
    assert [event["body"] for event in journal.events()][1:] == [{"title": "Warm"}, {"status": "done"}]


def test_no_secret_reaches_the_spool(journal):
    journal.start("log", "password=Tr0ub4dor-and-3", **full())

    [path] = spooled(journal)
    assert b"Tr0ub4dor" not in path.read_bytes()
    assert b"[REDACTED:context:" in path.read_bytes()


def test_the_spool_is_its_owners_alone(journal):
    spool(journal, "x")

    [path] = spooled(journal)
    assert [os.stat(each).st_mode & 0o077 for each in (path, path.parent)] == [0, 0]


def test_a_relative_time_is_that_of_the_saying(journal):
    """It is delivered by a call whose clock says another day."""
    before = time.time_ns() // 1000
    answer = json.loads(journal.start("log", "x", "--at", "10s ago", "--json", **full()).out)
    after = time.time_ns() // 1000

    assert before <= times.to_us(answer["at"]) + 10_000_000 <= after
    assert journal.last()["at"] == answer["at"]


def test_a_journal_that_a_variable_names_is_known_where_the_session_chose_it(journal):
    journal.set("TRIAGE_JOURNAL", "velvet-first-deploy")
    with_lock = locked(journal)
    ran = journal.start("log", "x")
    other = journal.start("log", "x", "--journal", "console")
    with_lock()

    assert (ran.code, ran.out) == (0, "velvet-first-deploy spooled: x\n")
    assert other.code == 75


def locked(journal):
    """Keep the store from being read and written; what is given lets go of it."""
    holder = sqlite3.connect(journal.home / STORE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    def let_go():
        holder.execute("ROLLBACK")
        holder.close()

    return let_go


def test_an_event_is_spooled_where_the_store_is_locked(journal):
    let_go = locked(journal)
    ran = journal.start("log", "x")
    named = journal.start("done", "1")
    let_go()

    assert (ran.code, ran.out) == (0, "velvet-first-deploy spooled: x\n")
    assert named.code == 75
    assert named.err.endswith("nothing was kept; try again\n")


# What needs the store


@pytest.mark.parametrize(
    "words",
    [
        ["open", "Console"],
        ["set", "slug=other"],
        ["start", "1"],
        ["purge", "e2", "--reason", "x"],
        ["use", "nope"],
    ],
    ids=" ".join,
)
def test_what_only_the_store_can_decide_is_not_spooled(journal, words):
    journal("action", "Push")
    ran = journal.start(*words, **full())

    assert (ran.code != 0, ran.out) == (True, "")
    assert spooled(journal) == []


def test_a_name_that_the_store_could_still_look_up_is_resolved(journal):
    journal("action", "Push")
    ran = journal.start("done", "1", "v14", **full())

    assert ran.out == "velvet-first-deploy spooled: action 1 done: Push · v14\n"
    assert journal.json("status")["actions"] == []


def test_a_name_that_may_mean_what_waits_is_not_guessed(journal):
    journal("action", "Push")
    spool(journal, "first")
    answers = {
        name: journal.start(*name.split(), **full())
        for name in ("retract last", "undo", "done Push", "done 1")
    }

    assert {name: ran.code for name, ran in answers.items()} == {
        "retract last": 75, "undo": 75, "done Push": 75, "done 1": 0,
    }  # fmt: skip


def test_where_neither_disk_has_room_nothing_was_kept(journal):
    ran = journal.start("log", "x" * 9000, **full())

    assert ran.code == 75
    assert "nor can it be spooled: cannot write " in ran.err
    assert ran.err.endswith("nothing was kept; try again\n")
    assert spooled(journal) == []
    assert texts(journal) == []


def test_where_the_spool_cannot_be_made_nothing_was_kept(journal):
    (journal.home / "state/triage/spool").write_text("in the way")

    assert journal.start("log", "x", **full()).code == 75


# Delivered


def test_the_next_command_delivers_with_the_time_of_the_saying(journal):
    journal.start("log", "first", "--at", "2026-05-05T04:10:37Z", **full())
    journal("log", "second")

    first, second = journal.events()[1:]
    assert (first["body"]["text"], first["at"]) == ("first", "2026-05-05T04:10:37.000000Z")
    assert (second["body"]["text"], second["event"]) == ("second", "e3")
    assert spooled(journal) == []


def test_flush_says_how_many(journal):
    spool(journal, "one", "two", "three")

    assert journal.run("flush").err == "3 events delivered\n"
    assert journal.run("flush").err == "nothing was delivered\n"
    assert journal.json("flush") == {"delivered": 0, "aside": 0}
    assert texts(journal) == ["one", "two", "three"]


def test_nothing_overtakes_what_waits(journal):
    spool(journal, "one", "two")
    journal("log", "three")

    assert texts(journal) == ["one", "two", "three"]


def test_what_was_delivered_when_its_file_could_not_be_removed_is_there_once(journal):
    """As a kill between the two leaves it."""
    spool(journal, "one")
    [path] = spooled(journal)
    data = path.read_bytes()
    journal("list")
    path.write_bytes(data)
    journal.set("LATER_PASSWORD", "one-Secret-77")

    assert journal.run("flush").code == 0
    assert texts(journal) == ["one"]


def test_what_was_not_put_into_its_place_was_never_said(journal):
    """As a kill before the renaming leaves it."""
    spool(journal, "one")
    [path] = spooled(journal)
    path.rename(f"{path}.4711.0a1b2c3d")

    assert journal.run("flush").code == 0
    assert texts(journal) == []


def test_the_same_key_said_twice_is_one_event(journal):
    for _ in range(2):
        journal.start("log", "one", "--key", "k", **full())

    assert texts(journal) == ["one"]


def test_several_commands_deliver_at_once(journal):
    said = [f"line {number}" for number in range(12)]
    spool(journal, *said)
    many = [
        subprocess.Popen([SCRIPT, "flush"], env=journal.environment, cwd=journal.work, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    counts = [each.communicate(timeout=60)[1].split()[0] for each in many]

    assert sorted(counts) == [b"12", b"nothing", b"nothing", b"nothing"]
    assert texts(journal) == said


def test_a_command_that_only_reads_delivers_too_unless_it_may_not_write(journal):
    spool(journal, "one")
    read = journal.start("events", **full())

    assert (read.code, "one" in read.out) == (0, False)
    assert "one" in journal("events")


# Shown


def test_status_shows_what_waits(journal):
    spool(journal, "one")
    ran = journal.start("status", **full())
    answer = json.loads(journal.start("status", "--json", **full()).out)

    assert "1 spooled event, not in the record yet (triage doctor)\n" in ran.out
    assert answer["spooled"] == 1
    assert "spooled" not in journal("status")


# Set aside


def test_a_conflict_holds_nothing_else_up(journal):
    journal("log", "one", "--key", "k")
    spool(journal, "two")
    journal.start("log", "another", "--key", "k", **full())
    spool(journal, "three")

    ran = journal.run("flush")

    assert ran.code == 1
    assert ran.err == (
        "2 events delivered\n1 event set aside, which the store does not take; see: triage doctor\n"
    )
    assert texts(journal) == ["one", "two", "three"]
    assert [path.suffix for path in spooled(journal)] == [".key_conflict"]


def test_the_journal_that_is_gone_holds_no_command_up(journal):
    spool(journal, "lost")
    (journal.home / STORE).unlink()
    journal("open", "Console")

    assert [path.suffix for path in spooled(journal)] == [".not_found"]
    assert journal("log", "x") == "console e2 x"


@pytest.mark.parametrize("held", ['{"format": "triage.spool.v9"}', "[" * 100_000, "null", ""])
def test_what_is_no_file_of_a_spool_is_set_aside(journal, held):
    spool(journal, "one")
    [path] = spooled(journal)
    path.write_text(held)

    assert journal.run("flush").code == 1
    assert [path.suffix for path in spooled(journal)] == [".unreadable"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", None),
        ("body", {"text": 1}),
        ("body", {"text": "\ud800"}),
        ("entity", ["x"]),
        ("kind", "rumour"),
        ("kind", {}),
        ("actor", [1, 2, 3]),
        ("at", "soon"),
        ("at", "9999-99-99T99:99:99.999999Z"),
        ("output", "no base64"),
        ("precision", None),
    ],
)
def test_what_is_no_event_is_set_aside(journal, field, value):
    spool(journal, "one")
    [path] = spooled(journal)
    held = json.loads(path.read_bytes())
    held["events"][0][field] = value
    path.write_text(json.dumps(held))

    assert journal.run("flush").code == 1
    assert [path.suffix for path in spooled(journal)] == [".unreadable"]


def test_nobody_waits_for_a_pipe_in_a_spool(journal):
    spool(journal, "one")
    [path] = spooled(journal)
    os.mkfifo(path.with_name(f"0{path.name[1:]}"))

    assert journal.run("flush").code == 1
    assert texts(journal) == ["one"]


def test_a_file_that_is_named_by_other_digits_is_none_of_a_spool(journal):
    spool(journal, "one")
    [path] = spooled(journal)
    path.rename(path.with_name("\u00b2" * 16 + path.name[16:]))

    assert journal.run("flush").code == 0


def test_what_was_set_aside_is_delivered_once_its_journal_is_back(journal):
    journal("export", "-o", "velvet.jsonl")
    spool(journal, "late")
    (journal.home / STORE).unlink()
    journal("open", "Console")
    journal("import", "velvet.jsonl")

    assert journal.run("flush", "--again").err == "1 event delivered\n"
    assert journal("events", "velvet-first-deploy").splitlines()[-1].endswith("late")


def test_what_was_set_aside_can_be_recorded_elsewhere(journal):
    journal.start("action", "Push", "--at", "~2026-05-05 04:10", "--key", "k", **full())
    (journal.home / STORE).unlink()
    journal("open", "Console")
    lines = journal("flush", "--take")
    journal("record", "-", stdin=lines)

    assert journal.body() == {"title": "Push"}
    assert journal.last()["precision"] == "approximate"
    assert journal("flush", "--take") == ""
    assert spooled(journal) == []


# Runs


def test_a_run_is_spooled_as_a_whole(journal):
    ran = journal.start("run", "--title", "Hello", "--", "sh", "-c", "echo it ran; exit 7", **full())

    assert (ran.code, ran.out) == (7, "it ran\n")
    assert ran.err == "velvet-first-deploy spooled: exit 7: sh -c 'echo it ran; exit 7'\n"
    assert journal("output", "Hello") == "it ran"


def test_a_run_that_cannot_even_be_spooled_runs_and_says_so(journal):
    (journal.home / "state/triage/spool").write_text("in the way")
    ran = journal.start("run", "--", "echo", "it ran", **full())

    assert (ran.code, ran.out) == (0, "it ran\n")
    assert "the command ran, and was not recorded" in ran.err


def test_a_run_whose_action_cannot_be_looked_up_says_how_to_mend_it(journal):
    journal("action", "Push")
    spool(journal, "first")
    ran = journal.start("run", "--action", "Push", "--", "true", **full())

    assert ran.code == 0
    assert ran.err == (
        "triage: the action 'Push' could not be looked up: the evidence is recorded, the action is as it was; "
        "when the store is back: triage done N --evidence EVENT\n"
        "velvet-first-deploy spooled: exit 0: true\n"
    )


# Kills

KILLS = int(os.environ.get("TRIAGE_KILLS", "6"))


def killed(journal, wait, *words, **options):
    """Start a call and kill it after a wait; what it answered before that."""
    started = subprocess.Popen(
        [SCRIPT, *words], env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, **options,
    )  # fmt: skip
    answer = wait(started) or b""
    started.send_signal(signal.SIGKILL)
    return answer + started.communicate()[0]


def answered(started):
    """Wait for the answer of a call."""
    return started.stdout.readline()


def somewhere(chance, longest):
    """Wait until a call is somewhere on its way."""
    return lambda started: time.sleep(chance.uniform(0.05, longest))


def delivering(journal):
    """Wait until a call has delivered something of what was spooled."""
    before = spooled(journal)

    def wait(started):
        while started.poll() is None and spooled(journal) == before:
            time.sleep(0.001)

    return wait


def test_what_was_acknowledged_as_spooled_is_there_once_whoever_was_killed(journal):
    chance, acknowledged, delivered = random.Random(7), [], 0
    for number in range(2 * KILLS):
        text = f"line {number}"
        wait = answered if number % 4 == 1 else somewhere(chance, 0.4)
        if b" spooled: " in killed(journal, wait, "log", text, **full()):
            acknowledged.append(text)
        if number % 3 == 2:
            before = len(spooled(journal))
            killed(journal, delivering(journal) if number % 2 else somewhere(chance, 0.3), "flush")
            delivered += before - len(spooled(journal))
    assert acknowledged
    assert delivered
    journal("list")

    kept = texts(journal)
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert kept == sorted(kept, key=lambda text: int(text.split()[1]))


STEPS = ("write", "fsync", "rename", "unlink", "pwrite64", "fdatasync")
"""The calls to the system that change what is on the disk."""
MOST = 100
"""More of one kind than a call of the program makes."""
STRIDE = {"pwrite64": max(1, 50 // KILLS)}
"""Of the many pages that a commit writes, every so manyth; with TRIAGE_KILLS=50 every one."""


def killed_before(journal, step, number, *words, **options):
    """Run a call that is killed before its N-th call of a kind to the system; None where it makes no so many."""
    done = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={step}",
         "-e", f"inject={step}:signal=SIGKILL:when={number}", SCRIPT, *words],
        env=journal.environment, cwd=journal.work, capture_output=True, check=False, **options,
    )  # fmt: skip
    return done.stdout if done.returncode == -signal.SIGKILL else None


@pytest.mark.skipif(missing() != "", reason=missing())
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_before_any_step_of_spooling_or_delivering_loses_and_doubles_nothing(journal, step):
    acknowledged, kills = [], 0
    for number in range(1, MOST, STRIDE.get(step, 1)):
        out = killed_before(journal, step, number, "log", f"line {number}", **full())
        if out is None:
            break
        kills += 1
        acknowledged += [f"line {number}"] if b" spooled: " in out else []
    for number in range(1, MOST, STRIDE.get(step, 1)):
        spool(journal, f"then {number}")
        acknowledged.append(f"then {number}")
        if killed_before(journal, step, number, "flush") is None:
            break
        kills += 1
    journal("list")

    kept = texts(journal)
    assert kills > 0
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert journal.start("doctor").code == 0
