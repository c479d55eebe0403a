"""Two agents, on different hosts and under different names, work on one journal of one store at once.

``TRIAGE_OPERATIONS`` says how many operations each of them says: 20 take a few seconds, `make agents-campaign` has
them say 1,000 each, and kills a server 20 times meanwhile (``TRIAGE_AGENTS_SERVER_KILLS``).
"""

import json
import os
import random
import time
from collections import Counter
from itertools import islice

import postgres_server
import pytest
from retried import commands

from durability import agents
from durability.agents import SHARED, SLUG, Agent, rage
from durability.storm import ON_POSTGRES, ON_SQLITE
from durability.test_postgres_kills import kill
from triage.events import derived_id

OPERATIONS = int(os.environ.get("TRIAGE_OPERATIONS", "20"))
SERVER_KILLS = int(os.environ.get("TRIAGE_AGENTS_SERVER_KILLS", "1"))
NAMES = ("night-shift", "day-shift")

needs_postgres = pytest.mark.skipif(
    not postgres_server.is_installed(), reason="no PostgreSQL: make venv installs one"
)


@pytest.fixture
def two(triage, tmp_path):
    """Makes two agents who have opened the journal of a store, each by itself."""

    def make(store, moments):
        environment = {"PATH": triage.environment["PATH"], "LANG": "C.UTF-8", "TRIAGE_STORE": store}
        made = [Agent(name, tmp_path, environment, moments) for name in NAMES]
        ids = {json.loads(agent("open", "Shared work", "--key", "shared", "--json"))["id"] for agent in made}
        assert len(ids) == 1
        lines = [
            {"kind": "action", "title": f"Shared {n}", "key": f"shared {n}"} for n in range(1, SHARED + 1)
        ]
        (tmp_path / "shared.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        made[0]("record", str(tmp_path / "shared.jsonl"), "--journal", SLUG)
        return made

    return make


def test_an_agent_says_every_command_that_takes_a_key_but_the_one_that_opens_the_journal():
    said = {operation.words[0] for operation in islice(agents.Script("ana", 7).operations(), 4000)}

    assert said == commands() - {"open"}


def test_two_agents_on_one_machine_lose_nothing_and_say_nothing_twice(two, tmp_path, figures):
    pair = two(str(tmp_path / "shared.db"), ON_SQLITE)
    took = rage(pair, OPERATIONS)

    count = assert_said_once(pair)
    figures(told("SQLite", pair, count, took))


@needs_postgres
def test_two_agents_on_a_server_lose_nothing_and_say_nothing_twice(two, figures):
    with postgres_server.server() as server:
        pair = two(server.address, ON_POSTGRES)
        took = rage(pair, OPERATIONS)

        count = assert_said_once(pair)
    figures(told("PostgreSQL", pair, count, took))


@needs_postgres
def test_two_agents_lose_nothing_however_often_their_server_is_killed(two, figures):
    chance = random.Random(8)
    with postgres_server.server() as server:
        pair = two(server.address, ON_POSTGRES)

        def kill_the_server():
            for _ in range(SERVER_KILLS):
                time.sleep(chance.uniform(0.5, OPERATIONS / max(SERVER_KILLS, 1) / 5))
                kill(server)
                time.sleep(chance.uniform(0, 1))
                server.start()

        took = rage(pair, OPERATIONS, kill_the_server)
        for agent in pair:
            agent("flush")

        count = assert_said_once(pair)
    figures(told(f"PostgreSQL, {SERVER_KILLS} kills of the server", pair, count, took))


def told(store, pair, count, took):
    """One line of figures."""
    sums = {name: sum(getattr(agent, name) for agent in pair) for name in ("calls", "kills", "repeats")} | {
        "said": sum(len(agent.acknowledged) for agent in pair),
        "refused": sum(len(agent.refused) for agent in pair),
    }
    return (
        f"{store}: two agents said {sums['said']:,} operations in {sums['calls']:,} calls and {took:.0f} s,"
        f" {sums['kills']:,} of them killed, {sums['repeats']:,} said again: {count:,} events, each once;"
        f" {sums['refused']} claims refused, one report"
    )


def assert_said_once(pair):
    """All that was acknowledged is in the record once, and nothing else; how many events that are."""
    assert [fault for agent in pair for fault in agent.faults] == []
    events = [json.loads(line) for line in pair[0]("events", "--json", "--journal", SLUG).splitlines()]
    journal = events[0]["id"]
    ids = Counter(event["id"] for event in events)
    wanted = [
        derived_id(journal, key) for agent in pair for each in agent.acknowledged for key in each.named()
    ]
    assert [id for id in wanted if ids[id] != 1] == []
    setup = {journal} | {derived_id(journal, f"shared {n}") for n in range(1, SHARED + 1)}
    assert_nothing_else(pair, events, {*wanted, *setup}, journal)
    assert_claims(pair, events, journal)
    assert_actors(pair, events, setup)
    assert_one_report(pair)
    return len(events)


def assert_nothing_else(pair, events, known, journal):
    """What has no id of an operation was said in a note, or belongs to a run: its output, its end, and what follows from it."""
    runs = {
        derived_id(journal, f"{each.key}#{attempt}" if attempt > 1 else each.key)
        for agent in pair
        for each in agent.acknowledged
        if each.words[0] == "run"
        for attempt in range(1, 10)
    }
    others = [event for event in events if event["id"] not in known and event["entity"] not in runs]
    assert {event["kind"] for event in others} <= {"action", "section"}
    assert len(others) == sum(each.follows for agent in pair for each in agent.acknowledged)
    ends = Counter(
        event["entity"]
        for event in events
        if event["kind"] == "evidence" and "exit_code" in (event["body"] or {})
    )
    assert set(ends.values()) <= {1}
    assert len(ends) == sum(each.words[0] == "run" for agent in pair for each in agent.acknowledged)


def assert_claims(pair, events, journal):
    """Each shared action was claimed by one agent, who was told so; the other one was refused."""
    shared = {derived_id(journal, f"shared {n}"): n for n in range(1, SHARED + 1)}
    claims = [
        event for event in events if event["entity"] in shared and event["body"].get("status") == "doing"
    ]
    assert len({event["entity"] for event in claims}) == len(claims)
    got = Counter(
        (agent.name, each.words[1]) for agent in pair for each in agent.acknowledged if each.may_fail
    )
    assert got == Counter((event["actor"]["name"], f"shared {shared[event['entity']]}") for event in claims)
    refused = {each.words[1] for agent in pair for each in agent.refused}
    assert refused <= {name for _, name in got}


def assert_actors(pair, events, setup):
    """Who said what, in which session and on which host, is as the agents are."""
    for agent in pair:
        mine = {derived_id(events[0]["id"], key) for each in agent.acknowledged for key in each.named()}
        actors = [event["actor"] for event in events if event["id"] in mine]
        assert all(
            actor == {"name": agent.name, "type": "agent", "session": f"session-of-{agent.name}"}
            for actor in actors
        )
    hosts = {
        (event["actor"]["name"], event["body"]["host"])
        for event in events
        if event["kind"] == "evidence" and (event["body"] or {}).get("host")
    }
    assert not agents.HOSTS or hosts <= {(agent.name, agent.host) for agent in pair}


def assert_one_report(pair):
    """Both fold the same report, whose numbers have no gap; the record verifies."""
    assert pair[1]("verify", SLUG).startswith(f"{SLUG} verified: ".encode())
    for form in ("md", "json", "html"):
        first, second = (agent("render", SLUG, "--format", form) for agent in pair)
        assert first == second
    report = json.loads(pair[0]("render", SLUG, "--format", "json"))
    parts = [report["main"], *report["addenda"]]
    for kind in ("actions", "blockers"):
        numbers = sorted(item["number"] for part in parts for item in part[kind])
        assert numbers == list(range(1, len(numbers) + 1))
