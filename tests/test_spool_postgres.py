"""A server goes away while people record, and comes back: nothing is lost, and nothing is there twice."""

import json
import os
import signal
import subprocess
import time

import postgres_server
import pytest
from program import SCRIPT

pytestmark = pytest.mark.xdist_group("server that goes away")


@pytest.fixture(scope="module")
def going():
    """A server that tests may stop."""
    if not postgres_server.is_installed():
        missing = "no PostgreSQL of our own to stop: make venv installs one"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with postgres_server.server(options=("-cfsync=off",)) as server:
        yield server


@pytest.fixture
def away(triage, going, request):
    """The program in a journal of a server that has gone away; the server comes back at the end."""
    schema = f"s{abs(hash(request.node.name)) % 10**9}"
    with postgres_server.connected(going.address) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    triage.set("TRIAGE_STORE", postgres_server.in_schema(going.address, schema))
    triage("open", "Velvet first deploy")
    triage("action", "Push")
    going.stop(signal.SIGQUIT)
    try:
        yield triage
    finally:
        going.stop()
        going.start()


def files(triage):
    return list((triage.home / "state/triage/spool").glob("*/*.json"))


def test_an_event_waits_for_the_server_and_is_delivered_once(away, going):
    answer = away("log", "Deploy started", "--at", "2026-05-05T04:10:37Z")
    going.start()
    away("log", "later")

    assert answer == "velvet-first-deploy spooled: Deploy started (at 2026-05-05 04:10 UTC)"
    assert [(event["event"], event["body"].get("text")) for event in away.events()][2:] == [
        ("e3", "Deploy started"),
        ("e4", "later"),
    ]
    assert away.event(3)["at"] == "2026-05-05T04:10:37.000000Z"
    assert files(away) == []


def test_what_names_another_event_needs_the_server(away):
    answers = [away.run(*words) for words in (["done", "1"], ["log", "see e2"], ["status"])]

    assert [ran.code for ran in answers] == [75, 0, 75]
    assert answers[0].err.endswith("; nothing was kept; try again\n")


def test_a_journal_of_which_only_the_server_knows_needs_the_server(away):
    assert away.run("log", "x", "--journal", "console").code == 75
    assert away.run("log", "x", "--journal", "velvet-first-deploy").code == 0


def test_a_run_goes_through_without_the_server(away, going):
    ran = away.start("run", "--title", "Hello", "--", "echo", "hello")
    going.start()

    assert (ran.code, ran.out) == (0, "hello\n")
    assert away("output", "Hello") == "hello"


def test_no_password_of_a_store_lies_in_the_spool(away):
    away("log", "x")

    [path] = files(away)
    assert postgres_server.PASSWORD.encode() not in path.read_bytes()
    assert json.loads(path.read_bytes())["store"].startswith("postgresql://postgres@127.0.0.1:")


def test_the_doctor_says_that_the_server_is_away_and_what_waits(away):
    away("log", "x")
    ran = away.run("doctor")

    assert ran.code == 1
    assert "fail  store: cannot reach postgresql://postgres@127.0.0.1:" in ran.out
    assert "warn  spool: 1 call to be delivered to postgresql://postgres@127.0.0.1:" in ran.out
    assert postgres_server.PASSWORD not in ran.out


def test_the_doctor_finds_a_server_that_is_back_well(away, going):
    going.start()
    ran = away.start("doctor")

    assert ran.code == 0, ran.out
    assert "ok    server: PostgreSQL " in ran.out
    assert "ok    server's clock: as ours, within 2 s\n" in ran.out


def test_the_doctor_says_that_the_clock_of_the_server_is_another(away, going):
    """The clock of this process stands in May 2026."""
    going.start()
    ran = away.run("doctor")

    assert ran.code == 1
    assert "fail  server's clock: " in ran.out
    assert " ours: one of the two is wrong\n      fix: compare `date -u` on both" in ran.out


def test_several_commands_that_deliver_at_once_deliver_each_event_once(away, going):
    said = [f"line {number}" for number in range(8)]
    for text in said:
        away("log", text)
    going.start()
    many = [
        subprocess.Popen([SCRIPT, "flush"], env=away.environment, cwd=away.work, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for each in many:
        each.communicate(timeout=60)

    assert [event["body"].get("text") for event in away.events()][2:] == said


def test_a_delivery_that_is_killed_goes_on_where_it_was(away, going):
    said = [f"line {number}" for number in range(8)]
    for text in said:
        away("log", text)
    going.start()
    for delay in (0.3, 0.4, 0.5):
        flush = subprocess.Popen([SCRIPT, "flush"], env=away.environment, cwd=away.work)
        time.sleep(delay)
        flush.kill()
        flush.wait()

    assert [event["body"].get("text") for event in away.events()][2:] == said
