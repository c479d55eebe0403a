"""`triage run`: the command's own output and exit code, and an event beside them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from program import SCRIPT


@pytest.fixture
def run(journal):
    """Start `triage run -- COMMAND` as a process of its own."""
    return lambda *argv, **options: journal.start("run", "--", *argv, **options)


def evidence(journal):
    """The last event with its output."""
    report = json.loads(journal("render", "--format", "json"))
    return report["main"]["evidence"][-1]


def recorded(journal):
    """The fields of the last evidence, as its events have them."""
    bodies = [event["body"] for event in journal.events() if event["kind"] == "evidence"]
    begins = [place for place, body in enumerate(bodies) if body.get("state") == "running"]
    return {name: value for body in bodies[begins[-1] :] for name, value in body.items()}


def kinds(journal):
    """The kinds of all events but the first, in order."""
    return [event["kind"] for event in journal.events()[1:]]


def test_the_output_goes_through_unchanged(run):
    ran = run("sh", "-c", "printf 'a\\r\\n\\033[1mb'; printf 'c' >&2")

    assert ran.out == "a\r\n\033[1mb"
    assert ran.err.startswith("c")


@pytest.mark.parametrize("code", [0, 1, 2, 42, 255])
def test_the_exit_code_is_that_of_the_command(run, code):
    assert run("sh", "-c", f"exit {code}").code == code


def test_a_command_that_a_signal_ended_has_the_code_of_a_shell(run):
    assert run("sh", "-c", "kill -TERM $$").code == 128 + signal.SIGTERM


def test_the_answer_is_on_standard_error(run):
    assert run("true").err == "velvet-first-deploy e2 exit 0: true\n"


def test_the_answer_shows_the_command_as_it_was_recorded(journal):
    ran = journal.run("run", "--", "true", "-uroot", "mysql", "-phunter2pw")

    assert "hunter2pw" not in ran.err
    assert "[REDACTED:" in ran.err


def test_what_it_did_is_recorded(journal, run):
    run("sh", "-c", "echo 'it works'; exit 3")
    body = recorded(journal)

    assert body["command"] == "sh -c 'echo '\"'\"'it works'\"'\"'; exit 3'"
    assert (body["exit_code"], body["origin"], body["cwd"]) == (3, "captured", str(journal.work))
    assert body["started_at"] <= body["ended_at"]
    assert body["host"] == os.uname().nodename


def test_what_it_printed_is_recorded(journal, run):
    run("sh", "-c", "echo one; sleep 0.1; echo two >&2")

    assert evidence(journal)["output"] == "one\ntwo\n"


def test_it_happened_when_it_started(journal, run):
    run("sleep", "0.2")

    assert journal.event(2)["at"] == recorded(journal)["started_at"]


def test_fields_are_options(journal):
    journal.start("run", "--title", "Disk space", "--section", "Checks", "--", "true")

    assert recorded(journal)["title"] == "Disk space"
    assert recorded(journal)["section"] == ["Checks"]


def test_it_backs_an_action(journal):
    journal("action", "Push")
    journal.start("run", "--action", "1", "--", "true")

    assert recorded(journal)["action"] == journal.event(2)["id"]


def test_the_output_may_be_left_out(journal):
    ran = journal.start("run", "--no-output", "--", "echo", "x")

    assert ran.out == "x\n"
    assert "output" not in recorded(journal)


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["no-such-command-at-all"], 127, "command not found: no-such-command-at-all"),
        (["/etc/passwd"], 126, "not executable: /etc/passwd"),
    ],
)
def test_a_command_that_cannot_run_is_recorded_too(journal, run, argv, code, message):
    ran = run(*argv)

    assert ran.code == code
    assert ran.err == f"triage: {message}\nvelvet-first-deploy e2 exit {code}: {argv[0]}\n"
    assert recorded(journal)["exit_code"] == code


def test_a_secret_is_seen_by_who_runs_it_and_not_recorded(journal, run):
    ran = run("echo", "DATABASE_PASSWORD=hunter2-hunter2")

    assert ran.out == "DATABASE_PASSWORD=hunter2-hunter2\n"
    assert "hunter2" not in journal("events", "--json")
    assert "hunter2" not in journal("render")
    assert evidence(journal)["redactions"] == 1


@pytest.mark.parametrize(
    ("argv", "secret"),
    [
        (["--password", "it's a 'quoted' one"], "quoted"),
        (["--db-password=Hunter22xyzD"], "Hunter22xyzD"),
        (["--token", "$ecretPass99"], "ecretPass99"),
    ],
)
def test_a_secret_on_the_command_line_is_not_recorded(journal, run, argv, secret):
    run("true", *argv)

    assert secret not in journal("events", "--json")
    assert "REDACTED" in recorded(journal)["command"]


@pytest.mark.parametrize("place", [524_288 - 20, 524_288 + 1_000_000 - 20])
def test_a_secret_that_lies_at_the_cut_of_a_long_output_is_not_kept(journal, run, place):
    token = "ghp_" + "a1B2" * 9
    text = ("x" * 79 + "\n") * 26_000
    (journal.work / "long.txt").write_text(
        f"{text[:place]}\n{token}\n{text[place:]}"[: 524_288 * 2 + 1_000_000]
    )
    run("cat", "long.txt")

    assert token[8:] not in evidence(journal)["output"]
    assert "bytes left out" in evidence(journal)["output"]


def test_a_key_whose_beginning_was_cut_off_is_not_kept(journal, run):
    key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2\n"
    end = "-----END RSA PRIVATE KEY-----\n"
    padding = "y" * (524_288 - 2 * len(key))
    (journal.work / "long.txt").write_text(
        "x" * 600_000 + "-----BEGIN RSA PRIVATE KEY-----\n" + key * 9000 + key * 2 + end + padding
    )
    run("cat", "long.txt")

    assert key[10:50] not in evidence(journal)["output"]


def test_a_slow_reader_gets_all_and_so_does_the_record(journal):
    done = subprocess.run(
        ["bash", "-c", f"{SCRIPT} run -- sh -c 'head -c 200000 /dev/zero | tr \"\\0\" a' | (sleep 2.5; wc -c)"],
        env=journal.environment, cwd=journal.work, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.stdout.strip() == "200000"
    assert len(evidence(journal)["output"]) == 200_000


def test_a_command_is_recorded_though_standard_output_is_closed(journal):
    subprocess.run(
        ["bash", "-c", f"{SCRIPT} run -- echo hi >&-"], env=journal.environment, cwd=journal.work,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip

    assert evidence(journal)["output"] == "hi\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_what_ends_the_program_ends_the_command_and_is_recorded(journal, number):
    started = subprocess.Popen(
        [SCRIPT, "run", "--", sys.executable, "-uc", "import time; print('up'); time.sleep(30)"],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout.readline() == b"up\n"
    started.send_signal(number)
    started.communicate(timeout=20)

    assert started.returncode == 128 + number
    assert recorded(journal)["exit_code"] == 128 + number


def test_standard_input_is_the_commands(journal, run):
    assert run("cat", input=b"from here").out == "from here"


def test_bytes_that_are_no_text_are_kept_and_shown_as_such(journal, run):
    ran = run("printf", r"\377\376")

    assert ran.out.encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert evidence(journal)["output"] == r"\xFF\xFE"


def test_a_long_output_is_kept_at_its_head_and_tail(journal, run):
    ran = run("sh", "-c", "echo first; yes 0123456789 | head -c 3000000; echo last")
    kept = evidence(journal)

    assert len(ran.out) == 3_000_011
    assert kept["output"].startswith("first\n0123456789\n")
    assert kept["output"].endswith("last\n")
    assert kept["truncated"] == 3_000_011 - 1_048_576
    assert f"[... {kept['truncated']} bytes left out ...]" in kept["output"]


def test_a_process_that_it_leaves_behind_is_not_waited_for(run):
    started = time.monotonic()

    assert run("sh", "-c", "sleep 30 & echo done", timeout=20).out == "done\n"
    assert time.monotonic() - started < 15


def test_an_interrupt_ends_the_command_and_is_recorded(journal):
    started = subprocess.Popen(
        [SCRIPT, "run", "--", sys.executable, "-uc", "import time; print('up'); time.sleep(30)"],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert started.stdout.readline() == b"up\n"
    os.killpg(started.pid, signal.SIGINT)
    started.communicate(timeout=20)

    assert started.returncode in (1, 130)
    assert recorded(journal)["exit_code"] == started.returncode


def test_a_command_runs_though_nothing_can_be_recorded(triage):
    ran = triage.start("run", "--", "sh", "-c", "exit 3")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines() == [
        f"triage: no store at {triage.home}/data/triage/triage.db; make one with: triage init, or triage open 'TITLE'",
        "triage: the command ran, and was not recorded",
    ]


def test_what_a_command_printed_is_kept_scrubbed_though_nothing_can_be_recorded(triage):
    triage.set("WORD", "hunter2-Zq8vL1xT")
    ran = triage.start("run", "--secret-env", "WORD", "--", "sh", "-c", 'echo "as $WORD"')

    kept = ran.err.partition("what it printed is kept in ")[2].strip()
    with open(kept, encoding="utf-8") as file:
        assert file.read().startswith("as [REDACTED:known:")


def test_an_output_that_is_not_wanted_is_not_kept_though_nothing_can_be_recorded(triage):
    ran = triage.start("run", "--no-output", "--", "echo", "x")

    assert ran.err.endswith("triage: the command ran, and was not recorded\n")


def test_a_line_for_the_shell_that_was_taken_for_a_command_says_how_to_run_it(journal):
    ran = journal.start("run", "ls | wc")

    assert ran.code == 127
    assert "a line for the shell is run with: triage run -- sh -c 'ls | wc'" in ran.err


def test_a_time_that_cannot_be_read_keeps_the_command_from_running(journal):
    ran = journal.start("run", "--at", "gestern", "--", "touch", "made")

    assert ran.code == 125
    assert not (journal.work / "made").exists()


def test_who_reads_the_output_may_stop(journal):
    done = subprocess.run(
        ["bash", "-c", f"{SCRIPT} run -- yes 0123456789 | head -n 1; echo ${{PIPESTATUS[0]}}"],
        env=journal.environment, cwd=journal.work, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.stdout.startswith("0123456789\n")
    assert "Traceback" not in done.stderr


def test_an_option_before_the_command_changes_no_exit_code(journal):
    assert journal.start("--json", "run", "--at", "bogus", "--", "true").code == 125
