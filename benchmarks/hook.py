"""How long a coding agent waits for `triage-hook`, beside a Python that does nothing.

Prints the ratio of the least times, and the median of the ratios of pairs that run in turn: where nobody ever
used triage, in a session that does not record, and in one that does. The bar is 3. Then what a render takes
longer for 10,000 commands that were captured and that nothing rests on.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from installed import environment
from timing import Run, measured, took

PAIRS = 31
REST = 0.3
"""Seconds after a hook in which the process that it left behind has recorded: it is not measured."""
RENDERS = 5
BAR = 3.0
CAPTURED = 10_000
SESSION = "5b0e6e0c-8f2f-4c1f-9a43-2f7f1d0c9a11"
FILL = """
import sys
from triage import config, redact
from triage.agents.seen import Seen
from triage.events import Actor
from triage.store import open_store
from triage.usecases import capturing
from triage.usecases.places import only_open
from triage.usecases.recorder import Circumstances, Recorder
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
store._link.db.execute("PRAGMA synchronous = OFF")  # filling only
recorder = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
text = "".join(f"line {n} of what a command prints\\n" for n in range(50))
for n in range(int(sys.argv[2])):
    now = config.clock()
    seen = Seen(f"use-{n}", f"Look at {n}", f"make part-{n}", "/work", (("out", text),), "exited", 0, None)
    capturing.capture(recorder, seen, hook="claude-code", started_us=now - 1_000_000, ended_us=now)
"""


class Case(NamedTuple):
    """What a hook took and a bare Python beside it, in seconds, of each pair."""

    name: str
    pairs: list[tuple[float, float]]

    def __str__(self) -> str:
        least = min(mine for mine, _ in self.pairs) / min(other for _, other in self.pairs)
        ratio = statistics.median(mine / other for mine, other in self.pairs)
        seconds = statistics.median(mine for mine, _ in self.pairs)
        took_ms = f"{seconds * 1000:.0f} ms"
        return f"{self.name}: least times {least:.2f} ×, median {ratio:.2f} ×, {took_ms} (bar {BAR:.0f} ×)"


def main() -> None:
    """Measure, and print a line for each case."""
    with environment() as (commands, variables):
        for case in measure(commands, variables):
            print(case)
        for line in renders(commands, variables):
            print(line)
        print(f"Python {sys.version.split()[0]}, {PAIRS} pairs each")


def measure(commands: Path, variables: Mapping[str, str]) -> Iterator[Case]:
    """The cases; the session that records is the last."""
    own = {name: value for name, value in variables.items() if name != "TRIAGE_SESSION"}
    yield Case("nobody ever used triage", _pairs(commands, own, SESSION))
    shell = {**variables, "TRIAGE_SESSION": SESSION}
    subprocess.run([commands / "triage", "open", "Bench"], env=shell, check=True, stdout=subprocess.DEVNULL)
    yield Case("a session that does not record", _pairs(commands, own, "another"))
    yield Case("a session that records", _pairs(commands, own, SESSION))


def _pairs(commands: Path, variables: Mapping[str, str], session: str) -> list[tuple[float, float]]:
    home = Path(variables["HOME"])
    bare = Run([str(commands / "python"), "-c", "pass"], home, variables)
    pairs = []
    for number in range(PAIRS + 1):
        given = json.dumps(_payload(session, number)).encode()
        hook = Run([str(commands / "triage-hook"), "claude-code"], home, variables, given)
        other, mine = took(bare), took(hook)
        pairs.append((mine, other))
        time.sleep(REST)
    return pairs[1:]


def _payload(session: str, number: int) -> dict[str, object]:
    """A command with 20 kB of output: two thirds of what Claude Code gives at most."""
    printed = "".join(f"line {line} of the output of a build\n" for line in range(550))
    return {
        "session_id": session, "cwd": "/", "hook_event_name": "PostToolUse", "tool_name": "Bash",
        "tool_input": {"command": f"make part-{number}", "description": "Build a part"},
        "tool_response": {"stdout": printed, "stderr": "", "interrupted": False},
        "tool_use_id": f"toolu_{number}", "duration_ms": 1200,
    }  # fmt: skip


def renders(commands: Path, variables: Mapping[str, str]) -> list[str]:
    """What rendering takes without captured commands, and with 10,000 of them."""
    lines, store = [], f"{variables['HOME']}/renders.db"
    own = {**variables, "TRIAGE_STORE": store}
    triage = str(commands / "triage")
    subprocess.run([triage, "open", "Renders"], env=own, check=True, stdout=subprocess.DEVNULL)
    for count in (0, CAPTURED):
        subprocess.run([commands / "python", "-c", FILL, store, str(count)], env=own, check=True)
        cost = min(measured([triage, "render", "-o", f"{store}.md"], own) for _ in range(RENDERS))
        took_all = f"{cost.seconds:.2f} s, {cost.processor:.2f} s of the processor, {cost.memory:.0f} MiB"
        lines.append(f"render with {count:,} captured commands: {took_all}")
    return lines


if __name__ == "__main__":
    main()
