"""Wall times of commands, run in turn with what they are compared with, for the other benchmarks."""

import os
import statistics
import subprocess
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
    """Wall seconds of one run; `CalledProcessError` or `TimeoutExpired` where it fails."""
    start = time.perf_counter()
    subprocess.run(
        run.command, cwd=run.folder, env=run.variables, input=run.given, check=True, timeout=LIMIT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start


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


def measured(command: list[str], variables: Mapping[str, str]) -> Cost:
    """What one command takes; it must succeed."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
