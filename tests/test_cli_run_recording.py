"""`triage run`: what of a command comes into the record, when, and what follows from how it ended."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from program import SCRIPT

TOKEN = "ghp_" + "a1B2" * 9


def report(journal):
    return json.loads(journal("render", "--format", "json"))["main"]


def evidence(journal):
    """The last evidence of the report."""
    return report(journal)["evidence"][-1]


def kinds(journal):
    """The kinds of all events but the opening, in order."""
    return [event["kind"] for event in journal.events()[1:]]


def streams(journal):
    """The output of the last evidence, told apart."""
    item = evidence(journal)
    output, told, place = item["output"].encode(), [], 0
    for stream, size in item["streams"]:
        told.append((stream, output[place : place + size].decode()))
        place += size
    return told


def python(code):
    return [sys.executable, "-uc", code]


# One event before it starts, patches as it prints, one at the end


def test_a_command_is_in_the_record_before_it_starts(journal):
    journal.start("run", "--", "triage", "events", "--json")

    inside = [json.loads(line) for line in evidence(journal)["output"].splitlines()]
    assert [event["body"].get("state") for event in inside] == [None, "running"]


def test_a_quick_command_is_two_events(journal):
    journal.start("run", "--", "echo", "x")

    assert kinds(journal) == ["evidence", "evidence"]


def test_what_it_printed_a_while_ago_is_recorded_while_it_runs(journal):
    started = subprocess.Popen(
        [SCRIPT, "run", "--", *python("print('early'); import time; time.sleep(60)")],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_for(lambda: evidence(journal)["output"] == "early\n")
    finally:
        started.terminate()
        started.communicate(timeout=20)

    assert evidence(journal)["output"] == "early\n"


def test_a_kill_leaves_an_honest_record(journal):
    started = subprocess.Popen(
        [SCRIPT, "run", "--", *python("print('early'); import time; time.sleep(10)")],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: evidence(journal)["output"] == "early\n")
    started.kill()
    started.communicate(timeout=20)

    left = evidence(journal)
    assert (left["state"], left["exit_code"], left["ended_at"]) == ("running", None, None)
    assert left["output"] == "early\n"


def wait_for(holds, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (IndexError, AssertionError):
            pass
        time.sleep(0.1)
    raise AssertionError("it never came to hold")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_interrupts_the_program_reaches_the_command_and_is_said(journal, number):
    started = subprocess.Popen(
        [SCRIPT, "run", "--action", "Long one", "--", *python("print('up'); import time; time.sleep(60)")],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert started.stdout.readline() == b"up\n"
    started.send_signal(number)
    _, errors = started.communicate(timeout=20)

    found = report(journal)
    assert (found["evidence"][-1]["state"], found["evidence"][-1]["output"][:3]) == ("interrupted", "up\n")
    assert found["evidence"][-1]["signal"] == number.name
    assert found["actions"][0]["status"] == "doing"
    assert found["blockers"] == []
    assert b"interrupted exit " in errors


def test_a_signal_of_its_own_is_said(journal):
    journal.start("run", "--", "sh", "-c", "kill -KILL $$")

    item = evidence(journal)
    assert (item["state"], item["signal"], item["exit_code"]) == ("killed", "SIGKILL", 137)


def test_the_command_runs_though_the_store_is_held(journal):
    holder = sqlite3.connect(journal.home / "data/triage/triage.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ran = journal.start("run", "--", "sh", "-c", "echo it ran; exit 7", timeout=90)
    holder.execute("ROLLBACK")

    assert (ran.code, ran.out) == (7, "it ran\n")
    assert ran.err == "velvet-first-deploy spooled: exit 7: sh -c 'echo it ran; exit 7'\n"
    assert (evidence(journal)["exit_code"], evidence(journal)["output"]) == (7, "it ran\n")


def test_output_is_kept_though_neither_the_store_nor_the_spool_takes_it(journal):
    (journal.home / "state/triage/spool").write_text("in the way")
    holder = sqlite3.connect(journal.home / "data/triage/triage.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ran = journal.start("run", "--", "sh", "-c", "echo it ran; exit 7", timeout=90)
    holder.execute("ROLLBACK")

    assert (ran.code, ran.out) == (7, "it ran\n")
    assert "the command ran, and was not recorded" in ran.err
    kept = ran.err.partition("what was read is kept in ")[2].split()[0]
    with open(kept, encoding="utf-8") as file:
        assert file.read() == "it ran\n"


HOLD = """
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
while os.path.exists(sys.argv[2]):
    time.sleep(0.05)
"""


def test_a_store_that_is_free_again_gets_all_of_it(journal):
    store, held = journal.home / "data/triage/triage.db", journal.work / "held"
    with subprocess.Popen([sys.executable, "-c", HOLD, store, held]):
        wait_for(held.exists)
        ran = journal.start("run", "--", "sh", "-c", f"sleep 1; echo it ran; rm {held}", timeout=90)

    assert ran.code == 0
    assert (evidence(journal)["state"], evidence(journal)["output"]) == ("exited", "it ran\n")


# Both streams


def test_the_streams_are_told_apart_in_the_order_in_which_they_came(journal):
    script = "echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three"
    journal.start("run", "--", "sh", "-c", script)

    assert streams(journal) == [("out", "one\n"), ("err", "two\n"), ("out", "three\n")]


def test_a_line_of_one_stream_is_not_cut_by_the_other(journal):
    script = "printf 'half '; sleep 0.2; echo other >&2; sleep 0.2; echo 'a line'"
    journal.start("run", "--", "sh", "-c", script)

    assert streams(journal) == [("err", "other\n"), ("out", "half a line\n")]


def test_a_secret_that_the_other_stream_breaks_is_not_recorded(journal):
    key = "\n".join(["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2"] * 6)
    code = (
        "import sys, time\n"
        "for line in sys.argv[1].splitlines():\n"
        "    print(line); time.sleep(0.05); print('still at it', file=sys.stderr); time.sleep(0.05)\n"
    )
    whole = f"-----BEGIN RSA PRIVATE KEY-----\n{key}\n-----END RSA PRIVATE KEY-----"
    (journal.work / "say.py").write_text(code)
    (journal.work / "key").write_text(whole)
    journal.start("run", "--", "sh", "-c", f'{sys.executable} -u say.py "$(cat key)"')

    assert key[:40] not in journal("render")
    assert "still at it" in journal("render")


def test_the_record_says_how_much_it_printed_and_what_is_kept(journal):
    journal.start("run", "--", "sh", "-c", f"echo token={TOKEN}; echo done")
    item = evidence(journal)

    assert (item["size"], item["redactions"], item["truncated"]) == (len(TOKEN) + 7 + 5, 1, 0)
    assert item["kept"] == len(item["output"])


# What follows for an action


def test_a_title_adds_the_action_and_success_ends_it(journal):
    journal.start("run", "--action", "Run the migrations", "--env", "staging", "--", "true")
    [action] = report(journal)["actions"]

    assert (action["title"], action["environment"], action["status"]) == (
        "Run the migrations",
        "staging",
        "done",
    )
    assert (action["backing"], action["proof"]) == ("proved", [evidence(journal)["event"]])


def test_a_number_names_the_action(journal):
    journal("action", "Push")
    journal("action", "Migrate")
    journal.start("run", "--action", "2", "--", "true")

    assert [action["status"] for action in report(journal)["actions"]] == ["todo", "done"]


def test_an_action_that_is_not_there_keeps_the_command_from_running(journal):
    ran = journal.start("run", "--action", "7", "--", "touch", "made")

    assert (ran.code, "no action '7'" in ran.err) == (125, True)
    assert not (journal.work / "made").exists()


def test_the_same_title_elsewhere_is_another_action(journal):
    for environment in ("staging", "prod", "staging"):
        journal.start("run", "--action", "Migrate", "--env", environment, "--", "true")

    assert [action["environment"] for action in report(journal)["actions"]] == ["staging", "prod"]


def test_a_part_of_a_title_means_an_open_action(journal):
    journal("action", "Migrate the database")
    journal.start("run", "--action", "migrate", "--", "true")
    journal.start("run", "--action", "migrate", "--", "true")

    assert [action["title"] for action in report(journal)["actions"]] == ["Migrate the database", "migrate"]


def test_failure_blocks_the_action_with_the_telling_line(journal):
    ran = journal.start("run", "--action", "Import", "--", *python("print('x'); import no_such_module"))
    found = report(journal)

    assert ran.code == 1
    assert found["actions"][0]["status"] == "blocked"
    assert [b["error"] for b in found["blockers"]] == [
        "ModuleNotFoundError: No module named 'no_such_module'"
    ]
    assert "blocker 1 opened: ModuleNotFoundError: No module named 'no_such_module'" in ran.err
    assert "(reword it: triage amend e5 error='...')" in ran.err


def test_a_retry_with_the_same_error_adds_its_evidence_to_the_blocker(journal):
    for line in ("17", "18"):
        journal.start(
            "run", "--action", "Migrate", "--", "sh", "-c", f"echo error: no table, line {line}; exit 1"
        )
    [blocker] = report(journal)["blockers"]

    assert blocker["evidence"] == [item["event"] for item in report(journal)["evidence"]]


def test_another_error_is_another_blocker(journal):
    for error in ("no table", "no database"):
        journal.start("run", "--action", "Migrate", "--", "sh", "-c", f"echo error: {error}; exit 1")

    assert [b["error"] for b in report(journal)["blockers"]] == ["error: no table", "error: no database"]


def test_an_error_that_comes_back_opens_its_blocker_again(journal):
    fails = ["sh", "-c", "echo error: no table; exit 1"]
    journal.start("run", "--action", "Migrate", "--", *fails)
    journal("fix", "1", "made one")
    journal.start("run", "--action", "Migrate", "--", *fails)

    assert [(b["status"], len(b["evidence"])) for b in report(journal)["blockers"]] == [("open", 2)]
    assert report(journal)["actions"][0]["shown"] == "BLOCKED"


def test_an_error_that_comes_back_before_it_was_fixed_is_seen_again(journal):
    fails = ["sh", "-c", "echo error: no table; exit 1"]
    journal.start("run", "--action", "Migrate", "--", *fails)
    ran = journal.start("run", "--action", "Migrate", "--", *fails)

    assert "blocker 1 seen again: error: no table" in ran.err


def test_a_fix_after_a_failed_retry_does_not_make_the_action_done(journal):
    journal("did", "Migrate")
    journal.start("run", "--action", "1", "--", "false")
    journal("fix", "1", "made a table")
    [action] = report(journal)["actions"]

    assert (action["status"], action["closed"]) == ("todo", False)


def test_only_a_later_success_makes_an_action_done_whose_run_failed(journal):
    journal.start("run", "--action", "Migrate", "--", "false")
    journal("fix", "1", "made a table")
    journal.start("run", "--action", "1", "--", "true")

    assert report(journal)["actions"][0]["status"] == "done"


def test_a_run_that_goes_through_says_which_blockers_are_still_open(journal):
    for error in ("no table", "no database"):
        journal.start("run", "--action", "Migrate", "--", "sh", "-c", f"echo error: {error}; exit 1")
    ran = journal.start("run", "--action", "Migrate", "--", "true")

    told = "blockers 1 and 2 are still open: triage fix 1 'what fixed it'"
    assert ran.err.splitlines()[-1] == told


def test_a_fix_is_proved_by_the_retry_that_goes_through(journal):
    journal.start("run", "--action", "Migrate", "--", "sh", "-c", "echo error: no table; exit 1")
    journal.now = time.time_ns() // 1000
    journal("fix", "1", "made one")
    journal.start("run", "--action", "Migrate", "--", "true")

    [blocker] = report(journal)["blockers"]
    assert (blocker["backing"], blocker["proof"]) == ("proved", [evidence(journal)["event"]])


def test_a_wording_is_that_of_the_actions_row(journal):
    journal.start("run", "--action", "Migrate", "--log", "Migrations went through", "--", "true")

    assert [row["text"] for row in report(journal)["rows"]] == ["Migrations went through"]


def test_what_is_set_is_left_by_the_action(journal):
    journal.start("run", "--action", "Push", "--env", "staging", "--set", "Release=v15", "--", "true")
    [row] = report(journal)["final"]["rows"]

    assert (row["values"], row["backing"]) == (["staging", "v15"], "proved")


def test_what_is_set_without_an_action_is_a_row_of_its_environment(journal):
    journal.start("run", "--env", "staging", "--set", "Release=v15", "--", "true")

    assert report(journal)["final"]["rows"][0]["values"] == ["staging", "v15"]


def test_a_command_that_failed_sets_nothing(journal):
    journal.start("run", "--env", "staging", "--set", "Release=v15", "--", "false")

    assert report(journal)["final"] is None


def test_what_is_set_needs_a_row(journal):
    ran = journal.start("run", "--set", "Release=v15", "--", "touch", "made")

    assert ran.code == 125
    assert ran.err == "triage: --set needs the row that it is for; add --env staging, or --action N\n"
    assert not (journal.work / "made").exists()


# A row of a table from the output


def observe(journal, *options, output="404", table="Endpoints"):
    ran = journal.start("run", "--observe", table, "Test=No token", *options, "--", "printf", output)
    return ran, report(journal)["tables"][0]


def test_the_whole_output_fills_the_column_that_is_expected(journal):
    ran, table = observe(journal, "--expect", "Actual=404")

    assert table["columns"] == ["Test", "Actual"]
    assert [(row["values"], row["met"], row["backing"]) for row in table["rows"]] == [
        (["No token", "404"], True, "proved")
    ]
    assert "Endpoints: Test=No token, Actual=404 ✓ expected 404" in ran.err


def test_a_value_that_was_not_expected_is_told(journal):
    ran, table = observe(journal, "--expect", "401")

    assert [(row["met"], row["backing"]) for row in table["rows"]] == [(False, "observed")]
    assert "✗ expected 401" in ran.err


def test_an_expression_picks_the_value(journal):
    output = 'HTTP/2 404\n{"detail": "unknown job"}\n'
    _, table = observe(
        journal, "--expect", "Detail=unknown job", "--match", '"detail": "([^"]*)"', output=output
    )

    assert table["rows"][0]["values"] == ["No token", "unknown job"]


def test_an_expression_that_matches_nothing_is_told(journal):
    _, table = observe(journal, "--expect", "404", "--match", "status=(\\d+)")

    assert (table["rows"][0]["values"][-1], table["rows"][0]["met"]) == ("(nothing matched)", False)


def test_the_row_is_filled_though_the_command_failed(journal):
    words = [
        "run",
        "--observe",
        "Endpoints",
        "Test=a",
        "--expect",
        "404",
        "--",
        "sh",
        "-c",
        "printf 404; exit 22",
    ]

    assert journal.start(*words).code == 22
    assert report(journal)["tables"][0]["rows"][0]["backing"] == "proved"


def test_a_secret_in_the_value_is_not_recorded(journal):
    observe(journal, "--expect", "yes", output=TOKEN)

    assert TOKEN[6:] not in journal("events", "--json")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--expect", "404", "--"],
            "a row to fill needs its table; --observe TABLE LABEL=VALUE... -- COMMAND",
        ),
        (["--observe", "T", "--expect", "404", "--"], "--observe needs the cells that tell the row"),
        (["--observe", "T", "nothing", "--"], "'nothing' is not LABEL=VALUE"),
        (["--observe", "T", "A=b", "--match", "(", "--"], "--match is no regular expression"),
        (["--observe", "T", "A=b", "--no-output", "--"], "--observe takes a value from the output"),
        (["--observe", "T", "A=b", "--expect", "1", "--expect-exact", "2", "--"], "exclude each other"),
        (["--timeout", "soon", "--"], "--timeout cannot be 'soon'; give it as 90s, 5m or 1h30m"),
    ],
)
def test_what_cannot_be_understood_keeps_the_command_from_running(journal, options, message):
    ran = journal.start("run", *options, "touch", "made")

    assert (ran.code, message in ran.err) == (125, True), ran.err
    assert not (journal.work / "made").exists()


# Less output, none, and its end


def test_only_the_last_lines_are_printed(journal):
    ran = journal.start("run", "--tail", "2", "--", "seq", "1000")

    assert ran.out == "999\n1000\n"
    assert ran.err.endswith("exit 0: seq 1000 (1,000 lines, the last 2 are above; all: triage output e2)\n")
    assert evidence(journal)["output"].startswith("1\n2\n")


def test_the_last_lines_go_where_they_belong(journal):
    ran = journal.start("run", "--tail", "2", "--", "sh", "-c", "echo a; echo b; sleep 0.2; echo c >&2")

    assert (ran.out, ran.err.startswith("c\n")) == ("b\n", True)


def test_all_lines_are_printed_where_there_are_no_more(journal):
    ran = journal.start("run", "--tail", "20", "--", "printf", "a\nb")

    assert (ran.out, "lines" in ran.err) == ("a\nb", False)


def test_without_its_output_a_digest_is_kept(journal):
    journal.start("run", "--no-output", "--", "echo", "it is so")
    item = evidence(journal)

    assert (item["output"], item["size"], item["exit_code"], item["sha256"]) == (None, 9, 0, "")
    salt, _, digest = item["digest"].partition(":")
    assert (len(salt), len(digest)) == (32, 64)


def test_two_digests_of_the_same_output_differ(journal):
    for _ in range(2):
        journal.start("run", "--no-output", "--", "echo", "it is so")
    first, second = (item["digest"] for item in report(journal)["evidence"])

    assert first != second


def test_a_command_without_its_output_blocks_by_its_exit_code(journal):
    journal.start("run", "--no-output", "--action", "Look", "--", "sh", "-c", "echo error: private; exit 3")

    assert [b["error"] for b in report(journal)["blockers"]] == ["exit code 3"]


def test_a_command_whose_time_is_up_is_ended(journal):
    ran = journal.start("run", "--timeout", "1", "--action", "Wait", "--", "sleep", "60", timeout=30)
    item = evidence(journal)

    assert (ran.code, item["state"], item["signal"]) == (124, "timeout", "SIGTERM")
    assert [b["error"] for b in report(journal)["blockers"]] == ["timed out"]


def test_a_command_that_will_not_end_is_killed(journal):
    ran = journal.start("run", "--timeout", "1s", "--", *python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    ), timeout=40)  # fmt: skip

    assert (ran.code, evidence(journal)["signal"]) == (124, "SIGKILL")


# A terminal


def test_a_command_may_have_a_terminal(journal):
    ran = journal.start("run", "--pty", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo yes")

    assert (ran.code, ran.out) == (0, "yes\r\n")
    assert evidence(journal)["output"] == "yes\r\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "401\r\nvelvet-first-deploy e2 exit 0: printf 401\r\n"),
        (("--tail", "1"), "401\r\nvelvet-first-deploy e2 exit 0: printf 401\r\n"),
        (("--tail", "0"), "velvet-first-deploy e2 exit 0: printf 401\r\n"),
    ],
)
def test_on_a_terminal_the_answer_has_a_line_of_its_own(journal, options, said):
    assert on_a_terminal(journal, "run", *options, "--", "printf", "401") == said


def test_on_a_terminal_a_line_that_the_command_ended_is_ended_once(journal):
    assert on_a_terminal(journal, "run", "--", "echo", "401").startswith("401\r\nvelvet")


def test_what_a_command_leaves_open_elsewhere_opens_no_line_on_the_terminal(journal):
    with open(journal.work / "out.txt", "w+b") as out:
        said = on_a_terminal(journal, "run", "--", "printf", "401", stdout=out)

    assert (said[:6], (journal.work / "out.txt").read_bytes()) == ("velvet", b"401")


def on_a_terminal(journal, *arguments, **options):
    """What a terminal shows that standard output and standard error are joined to."""
    ours, theirs = pty.openpty()
    try:
        ends = {"stdout": theirs, "stderr": theirs, **options}
        journal.start(*arguments, capture_output=False, **ends)
        return os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_what_is_typed_reaches_it(journal):
    ran = journal.start("run", "--pty", "--", "sh", "-c", "read word; echo got $word", input=b"hello\n")

    assert "got hello" in ran.out


def test_without_the_option_it_has_none(journal):
    assert journal.start("run", "--", "test", "-t", "1").code == 1


def test_a_person_at_a_terminal_ends_it_with_ctrl_c_and_the_terminal_is_as_it_was(journal):
    ours, theirs = pty.openpty()
    before = subprocess.run(["stty", "-g"], stdin=theirs, capture_output=True, check=True).stdout
    started = subprocess.Popen(
        [SCRIPT, "run", "--pty", "--", *python("print('up'); import time; time.sleep(60)")],
        stdin=theirs, stdout=theirs, stderr=theirs, env=journal.environment, cwd=journal.work,
        start_new_session=True,
    )  # fmt: skip
    read_until(ours, b"up")
    os.write(ours, b"\x03")
    started.wait(timeout=20)

    after = subprocess.run(["stty", "-g"], stdin=theirs, capture_output=True, check=True).stdout
    assert after == before
    assert "KeyboardInterrupt" in evidence(journal)["output"]


def read_until(handle, mark):
    seen = b""
    while mark not in seen:
        seen += os.read(handle, 4096)
    return seen


# Taking it back


def test_undo_takes_a_run_back_as_a_whole(journal):
    journal.start("run", "--", "echo", "x")
    journal("undo")

    assert report(journal)["evidence"] == []


def test_undo_goes_on_before_a_run_that_it_took_back(journal):
    journal("log", "before")
    journal.start("run", "--", "echo", "x")
    journal("undo")
    journal("undo")

    assert report(journal)["rows"] == []


def test_what_would_end_the_program_while_it_records_the_end_does_not(journal):
    store, held = journal.home / "data/triage/triage.db", journal.work / "held"
    with subprocess.Popen([sys.executable, "-c", HOLD, store, held]):
        wait_for(held.exists)
        started = subprocess.Popen(
            [SCRIPT, "run", "--", "echo", "it ran"],
            env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert started.stdout.readline() == b"it ran\n"
        time.sleep(0.5)
        started.terminate()
        held.unlink()
        started.communicate(timeout=30)

    assert (evidence(journal)["state"], evidence(journal)["output"]) == ("exited", "it ran\n")


def test_data_of_which_a_later_line_says_that_they_are_secret_wait_for_it(journal):
    manifest = "apiVersion: v1\ndata:\n  user: YWRtaW4tb2YtdGhlLWRi\n"
    code = f"import time; print('up'); print({manifest!r}, end=''); time.sleep(6); print('kind: Secret')"
    started = subprocess.Popen(
        [SCRIPT, "run", "--", *python(code)], env=journal.environment, cwd=journal.work,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: evidence(journal)["output"] == "up\napiVersion: v1\n")
    started.communicate(timeout=30)

    assert "YWRtaW4tb2YtdGhlLWRi" not in evidence(journal)["output"]
    assert evidence(journal)["output"].endswith("kind: Secret\n")


def test_a_key_that_comes_line_by_line_is_not_recorded(journal):
    code = (
        "import time\n"
        "print('-----BEGIN RSA PRIVATE KEY-----')\n"
        "for n in range(5): time.sleep(1.2); print('QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZn')\n"
        "print('-----END RSA PRIVATE KEY-----'); print('done')\n"
    )
    journal.start("run", "--", *python(code), timeout=60)

    assert "QUJDREVG" not in evidence(journal)["output"]
    assert evidence(journal)["output"].endswith("done\n")
