"""How long `triage log` takes beside a Python that does nothing, with 10 to 1,000,000 earlier events.

Prints the median of the ratios of pairs that run in turn. The bar is 3.2, whatever was recorded before.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from installed import environment
from timing import Ratio, Run, beside

HISTORIES = (10, 10_000, 1_000_000)
PAIRS = 41
BAR = 3.2
FILL = """
import sys
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.places import only_open
from triage.usecases.recorder import Circumstances, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
store._link.db.execute("PRAGMA synchronous = OFF")  # filling only
recorder = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
left = int(sys.argv[2])
while left > 0:
    step = min(left, 5000)
    recorder.record_all([Said("entry", {"text": f"Deploy of v{left - i} started"}) for i in range(step)])
    left -= step
"""


def main() -> None:
    """Measure, and print a line for each length of history."""
    with environment() as (commands, variables):
        for history, ratio in measure(commands, variables, HISTORIES):
            print(f"{history:>9,} earlier events: triage log {ratio} of bare Python (bar {BAR})")
        size = Path(variables["TRIAGE_STORE"]).stat().st_size
        print(f"Python {sys.version.split()[0]}, {PAIRS} pairs each, store {size / 1e6:.0f} MB at the end")


def measure(
    commands: Path, variables: Mapping[str, str], histories: Sequence[int]
) -> Iterator[tuple[int, Ratio]]:
    """`triage log` beside bare Python, with each number of earlier events in the store of the variables."""
    home, python = Path(variables["HOME"]), str(commands / "python")
    subprocess.run([commands / "triage", "open", "Bench"], env=variables, check=True, stdout=-3)
    there = 1
    for history in histories:
        fill = [python, "-c", FILL, variables["TRIAGE_STORE"], str(history - there)]
        subprocess.run(fill, env=variables, check=True)
        log = Run([str(commands / "triage"), "log", "Deploy of v14 started", "v14"], home, variables)
        yield history, beside(lambda _, log=log: log, bare(commands, variables), PAIRS)  # type: ignore[misc]
        there = history + PAIRS + 1


def bare(commands: Path, variables: Mapping[str, str]) -> Run:
    """A Python that does nothing."""
    return Run([str(commands / "python"), "-c", "pass"], Path(variables["HOME"]), variables)


if __name__ == "__main__":
    main()
