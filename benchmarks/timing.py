"""Wall times of commands, run in turn with what they are compared with, for the other benchmarks."""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

LIMIT = 60.0
"""Seconds after which a command is given up."""
ENOUGH = 10.0
"""Seconds that one figure may take where a command is slow."""


class Run(NamedTuple):
    """One run of a command: where, with which variables, and what it reads."""

    command: list[str]
    folder: Path
    variables: Mapping[str, str]
    given: bytes = b""


class Ratio(NamedTuple):
    """The median wall time of a command in seconds, and how many times that of the one beside it."""

    seconds: float
    times: float

    def __str__(self) -> str:
        return f"{self.seconds * 1000:,.0f} ms, {self.times:,.1f} ×"


def took(run: Run) -> float:
    """Wall seconds of one run; `CalledProcessError` or `TimeoutExpired` where it fails.

    A wait with a limit would look again and again, in steps that double: a timer ends what takes too long.
    """
    start = time.perf_counter()
    child = subprocess.Popen(
        run.command, cwd=run.folder, env=run.variables,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    timer = threading.Timer(LIMIT, child.kill)
    timer.start()
    child.communicate(run.given)
    seconds = time.perf_counter() - start
    timer.cancel()
    if child.returncode and seconds >= LIMIT:
        raise subprocess.TimeoutExpired(run.command, LIMIT)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, run.command)
    return seconds


def beside(run: Callable[[int], Run], other: Run, pairs: int) -> Ratio:
    """A command beside another, in pairs that run in turn; fewer of them where it is slow."""
    found: list[tuple[float, float]] = []
    took(run(0))
    while len(found) < pairs and (not found or sum(a for a, _ in found) < ENOUGH):
        found.append((took(run(len(found) + 1)), took(other)))
    return Ratio(statistics.median(a for a, _ in found), statistics.median(a / b for a, b in found))


class Cost(NamedTuple):
    """What one command took: wall seconds, seconds of the processor, peak memory in MiB."""

    seconds: float
    processor: float
    memory: float


LAUNCH = """
import json, os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
"""Starts a command from a small process: one that a large process starts has its memory as a peak, too."""


def measured(command: list[str], variables: Mapping[str, str]) -> Cost:
    """What one command takes; it must succeed."""
    launched = [sys.executable, "-c", LAUNCH, *command]
    done = subprocess.run(launched, env=variables, check=True, capture_output=True)
    code, *cost = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{command} ended with {code}")
    return Cost(*cost)
