"""A call that was killed anywhere, and is made again under its key, is recorded exactly once.

``TRIAGE_RETRIES`` says at how many of the calls to the system that a command makes it is killed: one takes a few
seconds, `make durability` kills each command at every one.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
from collections import Counter

import pytest
from program import SCRIPT
from retried import SAMPLES, prepare

from durability.audit import assert_sound_file
from durability.faults import counted
from durability.storm import Call
from durability.tracing import missing

RETRIES = int(os.environ.get("TRIAGE_RETRIES", "1"))
TRIES = 3
"""Calls until one answers: only the first is killed."""

pytestmark = pytest.mark.skipif(missing() != "", reason=missing())


@pytest.fixture
def fresh(triage):
    """Puts the program's home and its work folder back to what they were before the call."""
    prepare(triage)
    before = shutil.copytree(triage.home, triage.home.parent / "before")

    def put_back():
        shutil.rmtree(triage.home)
        shutil.copytree(before, triage.home)

    return put_back


@pytest.mark.parametrize("name", SAMPLES)
def test_a_call_that_is_killed_anywhere_and_made_again_is_recorded_once(triage, fresh, figures, name):
    call = Call((name, "--key", "again", *SAMPLES[name].words), (), SAMPLES[name].stdin)
    assert start(triage, call) == 0
    expected = essence(triage)
    killed = silent = 0
    for moment in moments(triage, fresh, call):
        fresh()
        killed += start(triage, call, moment) == -signal.SIGKILL
        silent += essence(triage) == expected
        codes = [start(triage, call) for _ in range(TRIES)]
        assert codes == [0] * TRIES, moment
        assert essence(triage) == expected, moment
        assert triage("verify", "velvet-first-deploy").startswith("velvet-first-deploy verified: ")
        assert_sound_file(triage.home / "data/triage/triage.db")
    figures(
        f"{killed} kills of `triage {name} --key`, each made again {TRIES} times: recorded once;"
        f" {silent} were kept before they could say so"
    )


def moments(triage, fresh, call):
    """Calls to the system at which the program is killed: every one, or some of them, the same at every run."""
    fresh()
    count = counted(triage, call)
    count["flock"] += 2
    every = [
        (name, place) for name in sorted(count) if name != "openat" for place in range(1, count[name] + 1)
    ]
    return random.Random(call.arguments[0]).sample(every, min(RETRIES, len(every)))


def start(triage, call, moment=None):
    """The exit code of a call, which is killed at a moment."""
    trap = []
    if moment:
        name, place = moment
        inject = f"inject={name}:signal=KILL:when={place}"
        following = [] if call.arguments[0] == "run" else ["-f"]  # not the command that it runs
        trap = ["strace", *following, "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", inject]
    return subprocess.run(
        [*trap, SCRIPT, *call.arguments],
        env=triage.environment,
        cwd=triage.work,
        input=call.stdin,
        capture_output=True,
        check=False,
    ).returncode


VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Ids, digests and instants, in which two records of the same may differ."""


def essence(triage):
    """What all journals say, but for attempts to run a command whose end nobody recorded."""
    found = Counter()
    for line in triage("list", "--json").splitlines():
        slug = json.loads(line)["journal"]
        events = [json.loads(event) for event in triage("events", "--json", "--journal", slug).splitlines()]
        runs = {
            event["entity"] for event in events if event["body"] and event["body"].get("state") == "running"
        }
        ended = {event["entity"] for event in events if event["body"] and "exit_code" in event["body"]}
        told = [event for event in events if event["entity"] not in runs - ended]
        found.update((event["kind"], VARYING.sub("?", json.dumps(event["body"]))) for event in told)
    return found
