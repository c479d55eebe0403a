"""The hook of coding agents, as they call it: the installed program, a payload on standard input."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from program import SCRIPT

from triage import config
from triage.agents import AGENTS

HOOK = SCRIPT.with_name("triage-hook")
PAYLOADS = Path(__file__).parent / "hook_payloads"
SESSION = json.loads((PAYLOADS / "claude-code-2.1.258-post.json").read_text())["session_id"]
SECRET = "Tr0ub4dor-and-3-of-them"  # noqa: S105  it is to be found nowhere


def payload(name="claude-code-2.1.258-post", **changes):
    """A recorded payload, with other values at its top."""
    return {**json.loads((PAYLOADS / f"{name}.json").read_text()), **changes}


def used(command, *, use="", **more):
    """A payload that tells of another command."""
    return payload(tool_input={"command": command}, tool_use_id=use or f"toolu_{command}", **more)


class Agent:
    """An agent in a project: it calls triage in its shell, and the hook from itself."""

    def __init__(self, triage, variables):
        self.triage = triage
        self.own = {
            name: value
            for name, value in triage.environment.items()
            if name not in ("TRIAGE_SESSION", "TRIAGE_ACTOR")
        }
        self.shell = {**self.own, **variables}

    def says(self, *words):
        """What triage answers to the agent in its shell."""
        return self.triage.start(*words, env=self.shell).out

    def calls(self, value, agent="claude-code", **options):
        """Have the agent call the hook, which must end with 0 and say nothing."""
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        options = {"env": self.own, "cwd": self.triage.work, "input": raw, **options}
        done = subprocess.run([HOOK, agent], capture_output=True, timeout=60, check=False, **options)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def captured(self, count, journal="velvet"):
        """The captured commands, once there are so many, or after a while."""
        for _ in range(200):
            out = self.says("events", "--json", "--kind", "evidence", "--journal", journal)
            found = [json.loads(line) for line in out.splitlines()]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        return found

    def settled(self, journal="velvet"):
        """The captured commands, once a command that comes after them is there."""
        self.calls(used("make last", use="the last one"))
        for _ in range(200):
            found = self.captured(1, journal)
            if any(each["body"]["command"] == "make last" for each in found):
                return [each for each in found if each["body"]["command"] != "make last"]
            time.sleep(0.05)
        raise AssertionError("the last command was not captured")


@pytest.fixture
def agent(triage):
    variables = {
        "CLAUDECODE": "1",
        "AI_AGENT": "claude-code_2-1-263_agent",
        "CLAUDE_CODE_SESSION_ID": SESSION,
    }
    return Agent(triage, variables)


@pytest.fixture
def working(agent):
    """An agent that opened a journal."""
    agent.says("open", "Velvet")
    return agent


def everything(triage):
    """Every byte that lies in the home and the work folder."""
    return b"\n".join(path.read_bytes() for path in sorted(triage.home.parent.rglob("*")) if path.is_file())


# What is recorded


def test_a_command_is_recorded_with_intent_exit_code_output_and_duration(working):
    working.calls(payload())

    (event,) = working.captured(1)
    body = event["body"]
    assert {name: body[name] for name in ("title", "command", "cwd", "state", "exit_code", "origin", "hook")} == {
        "title": "Apply the migrations", "command": "make migrate", "cwd": "/home/ana/velvet", "state": "exited",
        "exit_code": 0, "origin": "captured", "hook": "claude-code",
    }  # fmt: skip
    assert (event["actor"]["name"], event["actor"]["type"], event["actor"]["session"]) == (
        "claude-code",
        "agent",
        SESSION,
    )
    assert working.says("output", event["id"]).splitlines()[-2:] == ["applied 001", "applied 002"]


def test_the_duration_that_the_payload_says_counts(working):
    working.calls(payload(duration_ms=61_500))

    body = working.captured(1)[0]["body"]
    assert duration(body) == 61.5


def duration(body):
    from triage import times

    return (times.to_us(body["ended_at"]) - times.to_us(body["started_at"])) / 1e6


def test_a_payload_without_a_duration_takes_it_from_the_hook_before_the_command(working):
    working.calls(payload("claude-code-2.1.258-pre", tool_use_id="t1"))
    time.sleep(0.3)
    working.calls(payload("claude-code-2.1.118-post", tool_use_id="t1", session_id=SESSION))

    body = working.captured(1)[0]["body"]
    assert 0.3 <= duration(body) < 60
    assert not list((working.triage.home / "state/triage/started").iterdir())


def test_a_start_whose_end_was_never_told_is_forgotten_after_a_day(working):
    working.calls(payload("claude-code-2.1.258-pre", tool_use_id="never"))
    (mark,) = (working.triage.home / "state/triage/started").iterdir()
    os.utime(mark, (1, 1))
    working.settled()

    assert not mark.exists()


def test_the_start_of_a_command_that_is_left_out_goes_with_its_end(working):
    working.calls(payload("claude-code-2.1.258-pre", tool_use_id="read"))
    (mark,) = (working.triage.home / "state/triage/started").iterdir()
    working.calls(used("ls", use="read"))
    for _ in range(200):
        if not mark.exists():
            break
        time.sleep(0.05)

    assert not mark.exists()


def test_a_captured_command_says_that_the_session_is_in_use_and_traces_that_are_not_go(working):
    state = working.triage.home / "state/triage"
    (trace,) = (state / "used").iterdir()
    others = [state / f"used/{number}" for number in range(1001)]
    for path in (trace, *others, state / "leavings.lock"):
        path.touch()
        os.utime(path, (1, 1))
    working.settled()

    assert time.time() - trace.stat().st_mtime < 60
    assert len([path for path in others if not path.exists()]) == 2


def test_a_command_of_which_nobody_knows_when_it_started_has_no_start(working):
    working.calls(payload("claude-code-2.1.118-post", session_id=SESSION))

    assert "started_at" not in working.captured(1)[0]["body"]


def test_a_failed_command_has_its_exit_code_and_what_it_printed(working):
    working.calls(payload("claude-code-2.1.258-failure"))

    (event,) = working.captured(1)
    assert (event["body"]["state"], event["body"]["exit_code"]) == ("exited", 2)
    assert "make: *** [Makefile:4: broken] Error 1" in working.says("output", event["id"])


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("claude-code-2.1.220-interrupt", "interrupted"),
        ("claude-code-2.1.258-post-background", "running"),
        ("claude-code-2.1.258-post-no-match", "exited"),
    ],
)
def test_an_exit_code_that_the_payload_does_not_say_is_not_made_up(working, name, state):
    working.calls(payload(name, session_id=SESSION))

    body = working.captured(1)[0]["body"]
    assert (body["state"], "exit_code" in body) == (state, False)


def test_the_streams_are_told_apart_where_the_agent_does(working):
    answer = {"stdout": "one\n", "stderr": "two\n", "interrupted": False, "isImage": False}
    working.calls(payload(tool_response=answer))

    (event,) = working.captured(1)
    assert working.says("output", event["id"], "--stream", "err").splitlines()[-1].endswith("two")


def test_a_subagent_records_into_the_journal_of_its_parent(working):
    working.calls(payload("claude-code-2.1.258-post-subagent", session_id=SESSION))

    assert len(working.captured(1)) == 1


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_that_is_captured_is_told_by_its_variables_and_has_samples(agent):
    variables = dict.fromkeys(config.variables_of(agent), "s-1")
    actor = config.actor_of("", variables, {}, "")

    assert (actor.name, actor.session) == (agent, "s-1")
    assert list(PAYLOADS.glob(f"{agent}-*-pre.json"))
    assert list(PAYLOADS.glob(f"{agent}-*-post.json"))


def test_of_an_agent_without_a_session_variable_only_its_own_variable_is_set():
    assert config.variables_of("cline") == ("CLINE_ACTIVE",)


def test_of_a_long_output_of_claude_code_all_is_kept(working, tmp_path):
    whole = "".join(f"line {number}\n" for number in range(10_000))
    (tmp_path / "output.txt").write_text(whole)
    value = payload("claude-code-2.1.332-post-long", session_id=SESSION)
    value["tool_response"]["persistedOutputPath"] = str(tmp_path / "output.txt")
    working.calls(value)

    (event,) = working.captured(1)
    assert event["body"]["size"] == len(whole)


@pytest.mark.parametrize("path", ["/nowhere/output.txt", "/dev/zero", "/proc/self/environ", "", "\0", 7])
def test_of_a_long_output_that_cannot_be_read_the_beginning_is_kept(working, path):
    value = payload("claude-code-2.1.332-post-long", session_id=SESSION)
    value["tool_response"]["persistedOutputPath"] = path
    working.calls(value)

    (event,) = working.captured(1)
    assert event["body"]["size"] == len(value["tool_response"]["stdout"])


class Codex(Agent):
    """Codex in a session that uses triage, of a version whose transcript is a sample."""

    def __init__(self, triage, version="0.169.0"):
        self.version = version
        session = payload(f"codex-{version}-post")["session_id"]
        super().__init__(triage, {"CODEX_THREAD_ID": session})
        self.says("open", "Velvet")
        self.transcript = triage.home / "transcript.jsonl"
        self.written = (PAYLOADS / f"codex-{version}-transcript.jsonl").read_bytes()

    def tells(self, name="post", **changes):
        """Have Codex call the hook with a sample, after it wrote its transcript."""
        value = payload(f"codex-{self.version}-{name}", transcript_path=str(self.transcript), **changes)
        self.calls(value, "codex")


@pytest.mark.parametrize("version", ["0.144.6", "0.169.0"])
def test_how_a_command_of_codex_ended_is_read_in_its_transcript(triage, version):
    codex = Codex(triage, version)
    codex.transcript.write_bytes(codex.written)
    for name in ("post", "failure"):
        codex.tells(name)

    ends = {event["body"]["command"]: event["body"]["exit_code"] for event in codex.captured(2)}
    assert ends == {"make migrate": 0, "make broken": 2}


def test_a_command_of_codex_that_ended_with_0_proves_what_rests_on_it(triage):
    codex = Codex(triage)
    codex.transcript.write_bytes(codex.written)
    codex.tells()
    codex.captured(1)
    codex.says("did", "Migrate", "--evidence", "last")

    assert "proved" in codex.says("render")


def test_a_transcript_that_codex_writes_after_the_hook_is_waited_for(triage):
    codex = Codex(triage, "0.144.6")
    codex.transcript.write_bytes(b"")
    codex.tells()
    time.sleep(0.4)
    codex.transcript.write_bytes(codex.written)

    assert codex.captured(1)[0]["body"]["exit_code"] == 0


def test_the_transcript_of_codex_tells_how_long_a_command_took(triage):
    codex = Codex(triage)
    line = next(line for line in codex.written.splitlines() if b"CommandExecution" in line)
    told = json.loads(line)
    told["payload"]["item"]["duration"] = {"secs": 61, "nanos": 500_000_000}
    codex.transcript.write_text(json.dumps(told))
    codex.tells()

    assert duration(codex.captured(1)[0]["body"]) == 61.5


@pytest.mark.parametrize("secs", [10**30, 4 * 10**9, -1, True, "1", None])
def test_a_command_is_recorded_though_the_transcript_of_codex_tells_an_absurd_duration(triage, secs):
    codex = Codex(triage)
    line = next(line for line in codex.written.splitlines() if b"CommandExecution" in line)
    told = json.loads(line)
    told["payload"]["item"]["duration"] = {"secs": secs, "nanos": 0}
    codex.transcript.write_text(json.dumps(told))
    codex.tells()

    assert codex.captured(1)[0]["body"]["exit_code"] == 0


def test_the_transcript_of_codex_has_more_of_the_output_than_its_payload(triage):
    codex = Codex(triage)
    codex.transcript.write_bytes(codex.written.replace(b"applied 002", b"applied 002\\napplied 003"))
    codex.tells()

    (event,) = codex.captured(1)
    assert codex.says("output", event["id"]).splitlines()[-1] == "applied 003"


ENDS = [True, "0", -1, 256, None, {}]


@pytest.mark.parametrize("end", ENDS)
def test_an_end_in_the_transcript_that_is_none_is_not_taken(triage, end):
    codex = Codex(triage)
    codex.transcript.write_bytes(
        codex.written.replace(b'"exit_code": 0', b'"exit_code": ' + json.dumps(end).encode())
    )
    answers = [
        line for line in codex.transcript.read_bytes().splitlines() if b"function_call_output" not in line
    ]
    codex.transcript.write_bytes(b"\n".join(answers))
    codex.tells()

    assert "exit_code" not in codex.captured(1)[0]["body"]


def test_the_end_of_another_command_that_names_this_one_is_not_taken(triage):
    codex = Codex(triage)
    told = codex.written.replace(b'"call_0"', b'"call_7"').replace(b"make migrate", b'say \\"call_0\\"')
    codex.transcript.write_bytes(told)
    codex.tells()

    assert "exit_code" not in codex.captured(1)[0]["body"]


@pytest.mark.parametrize(
    "text", [b"", b"\xff\n{\n", b'["call_0"]\n"call_0"\n', b'{"payload": "call_0"}', b"[" * 9999]
)
def test_a_transcript_of_another_form_loses_no_command(triage, text):
    codex = Codex(triage)
    codex.transcript.write_bytes(text)
    codex.tells()

    assert "exit_code" not in codex.captured(1)[0]["body"]


@pytest.mark.parametrize("path", [None, "", "/nowhere", "/dev/zero", "\0", 7])
def test_without_a_transcript_no_end_of_a_command_of_codex_is_made_up(triage, path):
    codex = Codex(triage)
    codex.calls(payload("codex-0.169.0-pre"), "codex")
    codex.calls(payload("codex-0.144.6-post-patch"), "codex")
    codex.calls(payload("codex-0.169.0-post", transcript_path=path), "codex")

    (event,) = codex.captured(1)
    assert (event["body"]["hook"], event["body"]["state"], "exit_code" in event["body"]) == (
        "codex",
        "exited",
        False,
    )
    assert event["actor"]["name"] == "codex"
    codex.says("did", "Migrate", "--evidence", "last")
    assert "observed" in codex.says("render")


def test_a_subagent_of_codex_that_uses_triage_itself_is_found_by_its_own_thread(triage):
    value = payload("codex-0.169.0-post-subagent")
    codex = Agent(triage, {"CODEX_THREAD_ID": value["agent_id"]})
    codex.says("open", "Velvet")
    codex.calls(value, "codex")

    assert len(codex.captured(1)) == 1


def test_the_same_payload_twice_is_one_event(working):
    working.calls(payload())
    working.calls(payload())

    assert len(working.settled()) == 1


def test_commands_stand_in_the_order_of_their_own_times(working):
    working.calls(used("make late", duration_ms=0))
    working.calls(used("make early", duration_ms=3_600_000))

    found = sorted(working.captured(2), key=lambda event: event["at"])
    assert [event["body"]["command"] for event in found] == ["make early", "make late"]


def test_a_long_output_keeps_its_ends_and_says_what_is_left_out(working):
    answer = {"stdout": "first\n" + "x" * 79 * 40_000 + "\nlast\n", "stderr": "", "interrupted": False}
    working.calls(payload(tool_response=answer))

    (event,) = working.captured(1)
    assert event["body"]["truncated"] > 1_000_000


def test_a_very_long_command_is_cut_and_recorded(working):
    working.calls(used("make " + "x" * 300_000, use="long"))

    (event,) = working.captured(1)
    assert event["body"]["command"].endswith("characters left out]")


# Who is recorded, and when


def test_an_agent_that_never_used_triage_leaves_no_trace(agent):
    agent.calls(payload())
    agent.calls(payload("claude-code-2.1.258-pre"))
    agent.calls(b"{")

    assert not list(agent.triage.home.iterdir())


def test_another_session_on_the_same_machine_leaves_no_trace(working):
    before = everything(working.triage)
    working.calls(payload(session_id="another"))
    working.calls(payload("claude-code-2.1.258-pre", session_id="another"))

    time.sleep(0.5)
    assert everything(working.triage) == before


def test_one_command_of_triage_in_a_journal_that_somebody_else_opened_is_enough(agent, triage):
    triage("open", "Velvet")
    agent.calls(used("make before"))
    agent.says("log", "I am here")
    agent.calls(used("make after"))

    assert [event["body"]["command"] for event in agent.captured(1)] == ["make after"]


def test_resolve_ends_it(working):
    working.calls(used("make first"))
    working.captured(1)
    working.says("resolve")
    working.calls(used("make second"))
    time.sleep(1)

    assert [event["body"]["command"] for event in working.captured(1)] == ["make first"]


def test_after_resolve_and_one_command_no_process_is_left_behind_any_more(working):
    working.says("resolve")
    mark = next((working.triage.home / "state/triage/used").iterdir())
    working.calls(payload())

    for _ in range(200):
        if not mark.exists():
            break
        time.sleep(0.05)
    assert not mark.exists()


def test_reopening_begins_it_anew(working):
    working.says("resolve")
    working.calls(used("make second"))
    time.sleep(1)
    working.says("reopen")
    working.calls(used("make third"))

    assert [event["body"]["command"] for event in working.captured(1)] == ["make third"]


def test_a_command_that_ended_before_the_journal_did_is_recorded_however_late(working):
    """The child that records it is held up by somebody who writes."""
    import sqlite3

    blocked = sqlite3.connect(working.triage.home / "data/triage/triage.db", isolation_level=None)
    blocked.execute("BEGIN IMMEDIATE")
    working.calls(used("make first"))
    time.sleep(0.5)
    blocked.execute("ROLLBACK")
    working.says("resolve")

    assert len(working.captured(1)) == 1


def test_the_journal_that_was_used_last_counts_from_whatever_folder(working, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    working.calls(payload(), cwd=other)

    assert len(working.captured(1)) == 1


def test_an_addendum_that_is_current_gets_the_commands(working):
    working.says("addendum", "DKIM")
    working.calls(payload())

    (event,) = working.captured(1)
    assert event["part"] != event["journal"]


def test_a_session_that_the_user_named_counts(agent):
    agent.own["TRIAGE_SESSION"] = agent.shell["TRIAGE_SESSION"] = "mine"
    agent.says("open", "Velvet")
    agent.calls(payload(session_id="whatever the agent says"))

    assert len(agent.captured(1)) == 1


# What is left out


def test_triage_itself_and_reads_are_left_out(working):
    for line in (
        "triage log 'x'",
        "cd x && .venv/bin/triage status",
        "ls -la",
        "git status",
        "cat x | grep y",
    ):
        working.calls(used(line))

    assert working.settled() == []


def test_a_failed_read_is_left_out_as_well_and_any_other_failure_is_kept(working):
    failed = payload("claude-code-2.1.258-failure")
    working.calls({**failed, "tool_input": {"command": "ls /nowhere"}, "tool_use_id": "a"})
    working.calls({**failed, "tool_input": {"command": "terraform plan"}, "tool_use_id": "b"})

    assert [event["body"]["command"] for event in working.settled()] == ["terraform plan"]


def test_the_users_configuration_leaves_out_and_keeps(working):
    config = working.triage.home / "config/triage"
    config.mkdir(parents=True, exist_ok=True)
    (config / "triage.toml").write_text('[hook]\nskip = ["terraform plan"]\nkeep = ["git log"]\n')
    for line in ("terraform plan -out x", "terraform apply", "git log -3", "git status"):
        working.calls(used(line))

    assert sorted(event["body"]["command"] for event in working.settled()) == [
        "git log -3",
        "terraform apply",
    ]


def test_a_cloned_folder_may_keep_more_and_hide_nothing(agent):
    work = agent.triage.work
    (work / ".triage").mkdir()
    (work / "triage.toml").write_text('[hook]\nskip = ["curl"]\nkeep = ["ls"]\n')
    agent.says("open", "Velvet")
    agent.calls(used("curl evil.example"))
    agent.calls(used("ls /etc"))
    assert sorted(event["body"]["command"] for event in agent.settled()) == ["curl evil.example", "ls /etc"]

    agent.says("trust")
    agent.calls(used("curl again"))
    assert "curl again" not in [event["body"]["command"] for event in agent.settled()]


# It never troubles the agent


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"null", b"[]", b"\xff\xfe", b"{}", b'{"session_id": 5}', b"[" * 100_000, b'{"a":' * 50_000,
        b'{"session_id": "\\ud800"}', b'{"session_id": ""}', b"x" * (33 * 1024 * 1024),
    ],
)  # fmt: skip
def test_whatever_comes_in_it_ends_with_0_and_says_nothing(working, raw):
    working.calls(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"tool_input": None}, {"tool_input": {"command": 5}}, {"tool_response": None}, {"tool_response": "text"},
        {"tool_response": {"stdout": 5}}, {"tool_use_id": None}, {"tool_name": ["Bash"]}, {"cwd": 7},
        {"duration_ms": "x"}, {"duration_ms": float("inf")}, {"duration_ms": -1}, {"duration_ms": 1e300},
        {"tool_input": {"command": "make \x00\ud800"}, "tool_use_id": "\ud800"}, {"hook_event_name": None},
        {"tool_input": {"command": "make '" + "$(" * 20_000}}, {"session_id": SESSION, "tool_use_id": "x" * 9000},
    ],
)  # fmt: skip
def test_hostile_payloads_of_the_session_leave_the_store_whole(working, changes):
    working.calls(payload(**changes))

    working.settled()
    assert working.triage.start("verify", env=working.shell).code == 0


def test_an_agent_or_arguments_that_nobody_knows_are_no_trouble(working):
    working.calls(payload(), agent="nobody")
    done = subprocess.run([HOOK], input=b"{}", capture_output=True, check=False, env=working.own)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_trouble(working, closed):
    done = subprocess.run(
        ["sh", "-c", f"'{HOOK}' claude-code {closed}"], input=b"", check=False, env=working.own
    )
    assert done.returncode == 0


@pytest.mark.parametrize("variables", [{"HOME": ""}, {"HOME": "/nowhere"}, {"HOME": "relative"}])
def test_a_home_that_is_not_there_is_no_trouble(working, variables):
    own = {name: value for name, value in working.own.items() if not name.startswith("XDG")}
    working.calls(payload(), env={**own, **variables})


def test_no_home_at_all_is_no_trouble(working):
    working.calls(payload(), env={"PATH": working.own["PATH"]})


def test_a_store_that_is_gone_is_no_trouble(working):
    (working.triage.home / "data/triage/triage.db").unlink()
    working.calls(payload())


def test_a_store_that_is_locked_delays_nobody_and_loses_nothing(working):
    import sqlite3

    held = sqlite3.connect(working.triage.home / "data/triage/triage.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    working.calls(payload())
    held.execute("ROLLBACK")

    assert len(working.captured(1)) == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_no_trouble(working):
    working.triage.home.chmod(0o500)
    working.calls(payload())
    working.triage.home.chmod(0o700)


@pytest.mark.parametrize(
    "place", ["state/triage/started", "state/triage/unknown", "state/triage/spool", "config/triage"]
)
def test_a_place_that_cannot_be_written_is_no_trouble(working, place):
    path = working.triage.home / place
    if path.exists():
        path.rename(path.with_name("aside"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("no folder")
    working.calls(payload("claude-code-2.1.258-pre"))
    working.calls(payload(tool_response={"output": "another form"}))
    working.calls(payload())


def test_a_full_disk_is_no_trouble(working):
    code = "import resource, os, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); os.execv(sys.argv[1], sys.argv[1:])"
    raw = json.dumps(payload()).encode()
    command = [sys.executable, "-c", code, str(HOOK), "claude-code"]
    done = subprocess.run(command, input=raw, capture_output=True, check=False, env=working.own)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_an_agent_that_keeps_its_end_open_is_let_go(working):
    started = time.monotonic()
    child = subprocess.Popen([HOOK, "claude-code"], stdin=subprocess.PIPE, env=working.own)
    assert child.wait(30) == 0
    assert time.monotonic() - started < 30
    child.stdin.close()


def test_the_agent_does_not_wait_for_the_child(working):
    """The streams that the agent gave are closed at the end of the hook, and its group has nobody left."""
    import sqlite3

    held = sqlite3.connect(working.triage.home / "data/triage/triage.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    child = subprocess.Popen(
        [HOOK, "claude-code"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=working.own, start_new_session=True,
    )  # fmt: skip
    out, err = child.communicate(json.dumps(payload()).encode())
    assert (child.returncode, out, err) == (0, b"", b"")
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
    held.execute("ROLLBACK")
    assert len(working.captured(1)) == 1


def test_what_is_waited_for_loads_little_and_nothing_of_the_record():
    code = "import sys; from triage.hook import start; print(*sorted(name for name in sys.modules if name.startswith('triage')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == ["triage", "triage.agents", "triage.hook", "triage.hook.start", "triage.traces"]


# Many at once, and killed


def test_fifty_at_once_are_all_recorded(working):
    values = [used(f"make part-{n}") for n in range(50)]
    threads = [threading.Thread(target=working.calls, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = {event["body"]["command"] for event in working.captured(50)}
    assert found == {f"make part-{n}" for n in range(50)}
    assert working.triage.start("verify", env=working.shell).code == 0


def test_a_child_that_is_killed_leaves_the_store_whole_and_the_next_one_records(working):
    import sqlite3

    held = sqlite3.connect(working.triage.home / "data/triage/triage.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    working.calls(used("make killed"))
    found = children(working)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    held.execute("ROLLBACK")

    assert found
    assert working.settled() == []
    assert working.triage.start("verify", env=working.shell).code == 0


def test_what_a_slow_rule_never_comes_to_an_end_with_is_given_up(working):
    folder = working.triage.home / "config/triage"
    (folder / "triage.toml").write_text('[[redact.rules]]\nname = "slow"\npattern = "[a-z]+[a-y]+[a-x]+9"\n')
    text = json.dumps(used("deploy " + "a" * 20_000)).encode()
    program = (
        f"import sys; from triage.hook import start; start.LONGEST = 1; sys.argv = ['{HOOK}', 'claude-code']"
    )
    subprocess.run(
        [sys.executable, "-c", f"{program}; start.main()"], input=text, env=working.own, check=True
    )

    (child,) = children(working)
    for _ in range(200):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def children(agent):
    """The processes that an agent's hooks left behind, once there is one."""
    for _ in range(200):
        found = [
            int(path.name)
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and _is_hook(path, agent)
        ]
        if found:
            return found
        time.sleep(0.02)
    return []


def _is_hook(path, agent):
    """Whether a process is a hook of this agent: other tests have theirs."""
    try:
        command, variables = ((path / name).read_bytes() for name in ("cmdline", "environ"))
    except OSError:
        return False
    home = f"HOME={agent.own['HOME']}".encode()
    return str(HOOK).encode() in command and home in variables.split(b"\0")


# Secrets


def test_secrets_in_command_title_and_output_never_reach_the_disk(working):
    said = {"command": f"mysql --password={SECRET} -e x", "description": f"Log in with password={SECRET}"}
    answer = {"stdout": f"export DB_PASSWORD={SECRET}\n", "stderr": f"token: {SECRET}", "interrupted": False}
    working.calls(payload("claude-code-2.1.258-pre", tool_input=said, tool_use_id="s"))
    working.calls(payload(tool_input=said, tool_response=answer, tool_use_id="s"))
    working.calls({**payload("claude-code-2.1.258-failure"), "error": f"Exit code 1\npassword={SECRET}"})

    assert len(working.captured(2)) == 2
    assert SECRET.encode() not in everything(working.triage)


def test_secrets_in_payloads_that_nobody_knows_never_reach_the_disk(working):
    said = {"command": f"mysql --password={SECRET}"}
    working.calls(payload(tool_input=said, tool_response={"output": f"password={SECRET}"}))
    working.calls(f'{{"broken": "password={SECRET}'.encode())

    assert len(kept(working, 2)) == 2
    assert SECRET.encode() not in everything(working.triage)


def test_secrets_wait_for_a_store_that_is_away_without_being_said(working):
    import sqlite3

    held = sqlite3.connect(working.triage.home / "data/triage/triage.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    working.calls(used(f"mysql --password={SECRET}"))
    time.sleep(0.5)
    assert SECRET.encode() not in everything(working.triage)
    held.execute("ROLLBACK")
    assert len(working.captured(1)) == 1


def test_a_rule_of_the_project_counts_also_where_the_agent_went_elsewhere(agent, tmp_path):
    (agent.triage.work / ".triage").mkdir()
    (agent.triage.work / "triage.toml").write_text(
        '[[redact.rules]]\nname = "badge"\npattern = "ACME-[0-9]{6}"\n'
    )
    agent.says("open", "Velvet")
    agent.calls(used("make ACME-123456"), cwd=tmp_path)

    assert "[REDACTED:badge" in agent.captured(1)[0]["body"]["command"]


# What nobody knows


def kept(agent, count):
    folder = agent.triage.home / "state/triage/unknown"
    for _ in range(200):
        found = sorted(folder.glob("*.json")) if folder.exists() else []
        if len(found) >= count:
            return found
        time.sleep(0.05)
    return found


def test_a_payload_of_another_form_is_kept_once_and_doctor_says_so(working):
    working.calls(payload(tool_response={"output": "new form"}, tool_use_id="a"))
    (path,) = kept(working, 1)
    working.calls(payload(tool_response={"output": "the same form"}, tool_use_id="b"))
    working.settled()

    told = json.loads(path.read_text())
    assert (told["agent"], told["why"], told["payload"]["tool_name"]) == (
        "claude-code",
        "no text 'stdout'",
        "Bash",
    )
    assert kept(working, 1) == [path]
    said = working.says("doctor")
    assert f"warn  hook: 1 payload could not be made out, the last in {path}: " in said
    assert f"fix: rm -r {path.parent}" in said


def test_that_a_configuration_keeps_commands_from_being_recorded_is_told_and_nothing_of_them(agent):
    agent.says("init")
    agent.says("open", "Velvet")
    with (agent.triage.work / "triage.toml").open("a") as file:
        file.write('store = "elsewhere.db"\n')
    agent.calls(used(f"login {SECRET}"))
    agent.calls(used("make migrate"))

    (path,) = kept(agent, 1)
    told = json.loads(path.read_text())
    assert told["why"] == f"it was not recorded: {agent.triage.work}/triage.toml may not set 'store'"
    assert told["payload"] == ""
    assert SECRET.encode() not in everything(agent.triage)


def test_no_more_than_twenty_are_kept_and_each_is_small(working):
    for number in range(23):
        working.calls(payload(tool_response={f"form {number}": "x" * 100_000}))
    kept(working, 20)
    working.settled()

    found = kept(working, 20)
    assert len(found) == 20
    assert max(path.stat().st_size for path in found) < 64 * 1024
