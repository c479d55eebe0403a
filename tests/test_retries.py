"""Every command that takes a key may be called again with it: what was recorded is recorded once."""

import json
import resource
import signal
import subprocess
from functools import partial

import pytest
from durability.audit import JOURNAL
from program import SCRIPT
from retried import SAMPLES, commands, meanwhile, prepare


@pytest.fixture
def world(triage):
    """The program in a journal in which every sample has something to do."""
    prepare(triage)
    return triage


def call(triage, name, *more, other=False):
    sample = SAMPLES[name]
    words, stdin = (sample.other, sample.other_stdin) if other else (sample.words, sample.stdin)
    key = ("--key", "again", "--json", *more)
    return triage.run(name, *key, *words, stdin=stdin)


def answered(ran):
    """The ids that a call answered with; `run` answers beside its command."""
    lines = [line for line in (ran.out + ran.err).splitlines() if line.startswith("{")]
    return [json.loads(line).get("id") for line in lines]


def kept(triage):
    """All events of all journals."""
    slugs = [json.loads(line)["journal"] for line in triage("list", "--json").splitlines()]
    return {slug: triage("events", "--json", "--journal", slug) for slug in slugs}


def test_every_command_that_takes_a_key_has_a_sample():
    assert set(SAMPLES) == commands()


def assert_recorded_once(world, name, between):
    first = call(world, name)
    between(world)
    before = kept(world)
    again = call(world, name)

    assert (first.code, again.code) == (0, 0), (first, again)
    assert answered(first) == answered(again) != []
    assert kept(world) == before


@pytest.mark.parametrize("name", SAMPLES)
def test_a_call_that_is_made_again_records_nothing_and_answers_alike(world, name):
    assert_recorded_once(world, name, lambda _: None)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_call_that_is_made_again_means_what_it_meant_whatever_was_recorded_meanwhile(world, name):
    assert_recorded_once(world, name, meanwhile)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_server_takes_a_call_that_is_made_again_for_the_same(triage, postgres_place, name):
    triage.set("TRIAGE_STORE", postgres_place("it"))
    prepare(triage)
    assert_recorded_once(
        triage, name, lambda triage: triage("log", "meanwhile", "--actor", "bob", "--journal", JOURNAL)
    )


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "write"])
def test_the_same_key_with_other_words_is_a_conflict_and_changes_nothing(world, name):
    assert call(world, name).code == 0
    before = kept(world)
    ran = call(world, name, other=True)

    assert ran.code in (5, 125 if name == "run" else 5), ran
    assert "key was used before" in ran.err
    assert kept(world) == before


def test_the_key_of_a_note_names_its_text_of_which_another_is_a_new_version(world):
    assert call(world, "write").code == 0
    before = len(world.events())

    assert call(world, "write", other=True).code == 0
    assert len(world.events()) == before + 1
    assert world.body()["changes"]["body"].startswith("As in e:")


# Of a call that finds its journal by itself


def test_a_resolve_that_is_made_again_finds_the_journal_that_it_resolved(world):
    said = ("resolve", "all is well", "--key", "done", "--actor", "bob")
    first = world.run(*said)
    world("open", "Another", "--actor", "ana")
    again = world.run(*said)

    assert (again.code, again.out) == (first.code, first.out)
    assert "| another " not in world("list")


# Of a run


def marks(world):
    """How often the command of the sample ran."""
    path = world.work / "ran"
    return len(path.read_text()) if path.exists() else 0


def test_a_command_whose_end_was_recorded_is_not_run_again(world):
    call(world, "run")
    again = call(world, "run")

    assert marks(world) == 1
    assert again.out == ""
    assert json.loads(again.err)["new"] is False


def test_the_answer_says_so_and_where_the_output_is(world):
    world.run("run", "--key", "k", "--", "sh", "-c", "echo said; exit 7")

    assert world.run("run", "--key", "k", "--", "sh", "-c", "echo said; exit 7") == (
        7,
        "",
        "velvet-first-deploy e8 exit 7: sh -c 'echo said; exit 7' (recorded before, not run again; what it printed: triage output e8)\n",
    )
    assert world("output", "e8", "--raw") == "said"


def test_a_command_that_was_killed_with_us_is_run_again_and_both_attempts_are_recorded(world):
    killed = ("run", "--key", "k", "--", "sh", "-c", "echo x >> ran; test -e go || kill -9 $PPID")
    process = subprocess.run([SCRIPT, *killed], env=world.environment, cwd=world.work, check=False)
    (world.work / "go").touch()
    again = world.start(*killed)
    third = world.start(*killed)

    assert process.returncode == -signal.SIGKILL
    assert (again.code, third.code) == (0, 0)
    assert (world.work / "ran").read_text() == "x\nx\n"
    states = [event["body"].get("state") for event in world.events() if event["kind"] == "evidence"]
    assert states == [None, "running", "running", "exited"]
    assert "not run again" in third.err


def test_a_command_that_is_still_running_is_not_started_again(world):
    said = ("run", "--key", "k", "--", "sh", "-c", "echo started; read line; echo $line")
    first = subprocess.Popen(
        [SCRIPT, *said], env=world.environment, cwd=world.work, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout.readline() == b"started\n"
    again = world.start(*said)
    first.communicate(b"go on\n")

    assert again.code == 125
    assert again.err.startswith(
        "triage: the command of the key 'k' is still running: it was not started again; "
    )
    assert first.returncode == 0
    assert len([event for event in world.events() if event["kind"] == "evidence"]) == 3


def test_a_failed_run_that_is_made_again_opens_no_second_blocker(world):
    said = ("run", "--key", "k", "--action", "Migrate", "--", "sh", "-c", "echo 'Error: no database'; exit 1")
    world.run(*said)
    before = kept(world)

    assert world.run(*said).code == 1
    assert kept(world) == before


# While the store is away


def test_a_command_is_not_run_under_a_key_where_nobody_can_say_whether_it_ran_before(world):
    world.set("TRIAGE_STORE", "postgresql://nobody@127.0.0.1:1/none")
    ran = world.run(
        "run", "--journal", "velvet-first-deploy", "--key", "k", "--", "sh", "-c", "echo x >> ran"
    )

    assert ran.code == 125
    assert not (world.work / "ran").exists()


@pytest.mark.parametrize(
    "name", ["log", "did", "observe", "set", "section", "ref", "issue", "record", "evidence"]
)
def test_a_call_that_is_spooled_and_made_again_is_recorded_once(world, name):
    world.set("PYTHONDONTWRITEBYTECODE", "1")  # half of it would be kept
    sample = SAMPLES[name]
    words = [word for word in sample.words if word not in ("--evidence", "last", "As in e2.")]
    words = [word.replace("see e2 and e30", "v14") for word in words]
    stdin = b'{"kind": "entry", "text": "x"}\n' if name == "record" else sample.stdin
    words += ["As before."] * (name == "section")
    full = {"preexec_fn": partial(resource.setrlimit, resource.RLIMIT_FSIZE, (8192, 8192)), "input": stdin}
    count = len(world.events())
    for _ in range(2):
        ran = world.start(name, "--key", "again", *words, **full)
        assert (ran.code, "spooled" in ran.out) == (0, True), ran

    assert world.run(name, "--key", "again", *words, stdin=stdin).code == 0
    assert len(world.events()) == count + 1
