"""What our hooks, tools and skill come to in the agents themselves; only their model is not the real one."""

import json
import os
import time
from pathlib import Path

import pytest
from test_hook import PAYLOADS

from real_agents.agents import installed
from real_agents.model import Use
from real_agents.samples import heard, listening
from real_agents.session import Machine
from triage import times
from triage.usecases import skill

AGENTS = installed(os.environ.get("TRIAGE_REAL_AGENTS", ""))
pytestmark = [
    pytest.mark.skipif(not AGENTS, reason="no agents: make real-agents installs them"),
    pytest.mark.xdist_group("real agents"),
]
LINES = 100_000
COMMANDS = {
    "./deploy 'echo applied; echo warning >&2'": 0,
    "./deploy 'echo refused; exit 3'": 3,
    f"./deploy 'seq {LINES}'": 0,
    f"./deploy 'seq {LINES}; exit 4'": 4,
    "./deploy 'sleep 1'": 0,
}
"""What the agent runs, and how each ends."""
DEPLOY = '#!/bin/sh\neval "$1"\n'


def machine_of(agent, folder):
    """A machine with the agent's hooks, the skill, and another hook that keeps what the agent says."""
    machine = Machine(agent, folder)
    (machine.work / "deploy").write_text(DEPLOY)
    (machine.work / "deploy").chmod(0o755)
    listening(machine, folder)
    machine.triage("hook", "install", agent.name)
    machine.triage("skill", "install")
    return machine


def captured(machine, count):
    """The captured commands, once there are so many, or after a while."""
    for _ in range(100):
        found = machine.events("--kind", "evidence", "--journal", "velvet")
        if len(found) >= count:
            break
        time.sleep(0.1)
    return {event["body"]["command"]: event for event in found}


def printed(machine, event):
    """The lines that a captured command printed."""
    return machine.triage("output", event["id"], "--journal", "velvet").splitlines()


@pytest.fixture(scope="module", params=AGENTS, ids=lambda agent: f"{agent.name}-{agent.version}")
def worked(request, tmp_path_factory):
    """A machine on which the agent opened a journal, ran commands, and resolved it."""
    machine = machine_of(request.param, tmp_path_factory.mktemp("agent"))
    commands = ["triage open Velvet", *COMMANDS, "ls", "triage resolve", "./deploy 'echo afterwards'"]
    machine.model = machine.works([machine.shell(each, f"Why {each}") for each in commands])
    machine.captured = captured(machine, len(COMMANDS))
    return machine


def test_its_commands_are_captured_and_neither_reads_nor_what_came_after_the_end(worked):
    assert set(worked.captured) == set(COMMANDS)


def test_each_has_its_exit_code(worked):
    assert {name: event["body"].get("exit_code") for name, event in worked.captured.items()} == COMMANDS


def test_each_is_under_the_name_of_the_agent(worked):
    assert {event["actor"]["name"] for event in worked.captured.values()} == {worked.agent.name}


def test_each_has_its_duration(worked):
    body = worked.captured["./deploy 'sleep 1'"]["body"]
    took = times.to_us(body["ended_at"]) - times.to_us(body["started_at"])
    assert 500_000 < took < 10_000_000


def test_both_streams_are_kept(worked):
    event = worked.captured["./deploy 'echo applied; echo warning >&2'"]
    assert sorted(printed(worked, event)[-2:]) == ["applied", "warning"]


def test_of_a_long_output_both_ends_are_kept(worked):
    lines = printed(worked, worked.captured[f"./deploy 'seq {LINES}'"])
    assert "1" in lines
    assert lines[-1] == str(LINES)


def test_its_own_words_for_a_command_are_the_title(worked):
    if not worked.agent.known.says_why:
        pytest.skip("it has no such words")
    assert worked.captured["./deploy 'sleep 1'"]["body"]["title"] == "Why ./deploy 'sleep 1'"


def test_no_payload_was_of_an_unknown_form(worked):
    assert "payload" not in worked.triage("doctor")


def test_the_other_hook_was_called_too(worked):
    assert heard(worked.home.parent / "payloads")


def test_the_skill_is_offered_to_the_model(worked):
    description = skill.text().split("description: ")[1].split("\n")[0]
    assert description[:80] in json.dumps(worked.model.requests[0][1], ensure_ascii=False)


def test_the_samples_have_the_form_of_what_it_sends(worked):
    named = (PAYLOADS / f"{worked.agent.name}-{worked.agent.version}-{end}.json" for end in FORMS)
    samples = [path for path in named if path.exists()]
    if not samples:
        pytest.skip("no samples of this version")
    payloads = heard(worked.home.parent / "payloads")
    sent = {json.dumps(form(payload), sort_keys=True) for payload in payloads}
    assert {json.dumps(form(json.loads(path.read_text())), sort_keys=True) for path in samples} <= sent


FORMS = ("pre", "post", "failure", "post-long")
"""Endings of the names of samples whose form this agent is brought to send here."""


def form(value):
    """The names and types of a payload."""
    if isinstance(value, dict):
        return {name: form(each) for name, each in value.items()}
    return type(value).__name__


@pytest.fixture(scope="module", params=AGENTS, ids=lambda agent: f"{agent.name}-{agent.version}")
def told(request, tmp_path_factory):
    """A machine on which the agent recorded through the tools of `triage mcp`, and used its shell."""
    machine = machine_of(request.param, tmp_path_factory.mktemp("agent"))
    item = {"kind": "log", "text": "Deployed", "outcome": "v14"}
    script = [
        machine.shell("sleep 3"),  # servers are started beside: a script does not wait until they are there
        Use("mcp__triage__open", {"title": "Velvet"}),
        Use("mcp__triage__record", {"items": [item]}),
        machine.shell("./deploy 'echo applied'"),
        machine.shell("triage log 'By hand'"),
    ]
    machine.works(script, tools=True)
    machine.captured = captured(machine, 1)
    return machine


def test_what_it_records_through_tools_is_recorded(told):
    assert "Deployed · v14" in told.triage("events", "--journal", "velvet")


def test_tools_shell_and_hook_are_one_session_of_one_agent(told):
    actors = [event["actor"] for event in told.events("--journal", "velvet")]
    assert len(actors) == 4
    assert {(actor["name"], actor["session"]) for actor in actors} == {
        (told.agent.name, actors[0]["session"])
    }


def test_a_journal_that_was_opened_by_a_tool_gets_the_commands_of_the_shell(told):
    assert list(told.captured) == ["./deploy 'echo applied'"]


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: f"{agent.name}-{agent.version}")
def test_what_an_agent_runs_that_it_started_lands_in_its_journal(agent, tmp_path):
    machine = machine_of(agent, tmp_path)
    script = [
        machine.shell("triage open Velvet"),
        machine.start("Look after it"),
        machine.shell("sleep 4"),  # it is not waited for
    ]
    machine.works(script, others={"Look after it": [machine.shell("./deploy 'echo applied'")]})
    ((command, event),) = captured(machine, 1).items()
    assert (command, event["body"].get("exit_code")) == ("./deploy 'echo applied'", 0)


def test_nothing_of_a_session_that_uses_no_triage_is_recorded(tmp_path):
    machine = machine_of(AGENTS[0], tmp_path)
    machine.works([machine.shell("./deploy 'echo applied'")])
    assert not list(Path(machine.home).rglob("triage.db"))
