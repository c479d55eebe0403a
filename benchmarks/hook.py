"""How long a coding agent waits for `triage-hook`, beside a Python that does nothing.

Prints the least and the median of the ratios of pairs that run in turn: where nobody ever used triage, in a
session that does not record, and in one that does. The bar is 3. Then what a render takes longer for 10,000
commands that were captured and that nothing rests on.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from installed import environment
from timing import Run, measured, took

PAIRS = 41
REST = 0.5
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
store._db.execute("PRAGMA synchronous = OFF")  # filling only
recorder = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
text = "".join(f"line {n} of what a command prints\\n" for n in range(50))
for n in range(int(sys.argv[2])):
    now = config.clock()
    seen = Seen(f"use-{n}", f"Look at {n}", f"make part-{n}", "/work", (("out", text),), "exited", 0, None)
    capturing.capture(recorder, seen, hook="claude-code", started_us=now - 1_000_000, ended_us=now)
"""


def main() -> None:
    """Measure, and print a line for each case."""
    with environment() as (commands, variables):
        for case, ratios, seconds in measure(commands, variables):
            least, median = ratios[0], ratios[len(ratios) // 2]
            print(f"{case}: {least:.2f} × at least, {median:.2f} × in the median of {len(ratios)} pairs, "
                  f"{seconds * 1000:.0f} ms (bar {BAR:.0f} ×)")  # fmt: skip
        for line in renders(commands, variables):
            print(line)
        print(f"Python {sys.version.split()[0]}")


def measure(commands: Path, variables: Mapping[str, str]) -> list[tuple[str, list[float], float]]:
    """The case, the ratios in order, and the median of the seconds; in a session that records last."""
    own = {name: value for name, value in variables.items() if name != "TRIAGE_SESSION"}
    found = [("nobody ever used triage", *_pairs(commands, own, SESSION))]
    shell = {**variables, "TRIAGE_SESSION": SESSION}
    subprocess.run([commands / "triage", "open", "Bench"], env=shell, check=True, stdout=subprocess.DEVNULL)
    found.append(("a session that does not record", *_pairs(commands, own, "another")))
    found.append(("a session that records", *_pairs(commands, own, SESSION)))
    return found


def _pairs(commands: Path, variables: Mapping[str, str], session: str) -> tuple[list[float], float]:
    home, python = Path(variables["HOME"]), str(commands / "python")
    bare = Run([python, "-c", "pass"], home, variables)
    ratios, seconds = [], []
    for number in range(PAIRS + 1):
        given = json.dumps(_payload(session, number)).encode()
        hook = Run([str(commands / "triage-hook"), "claude-code"], home, variables, given)
        other, mine = took(bare), took(hook)
        time.sleep(REST)
        ratios.append(mine / other)
        seconds.append(mine)
    return sorted(ratios[1:]), sorted(seconds[1:])[PAIRS // 2]


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
        runs = sorted(measured([triage, "render", "-o", f"{store}.md"], own) for _ in range(RENDERS))
        cost = runs[RENDERS // 2]
        lines.append(f"render with {count:,} captured commands: {cost.seconds:.2f} s, {cost.memory:.0f} MiB")
    return lines


if __name__ == "__main__":
    main()
