"""How long `triage log` takes beside a Python that imports what any such program needs.

Prints the ratio of wall times, each the median of pairs run in turn, with 10 and with 100,000 earlier events.
The bar is 1.4.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from installed import environment

BARE = "import click, sqlite3, json, dataclasses, datetime"
PAIRS = 41
BAR = 1.4
FILL = """
import sys
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.places import only_open
from triage.usecases.recorder import Circumstances, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
recorder = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
left = int(sys.argv[2])
while left > 0:
    step = min(left, 5000)
    recorder.record_all([Said("entry", {"text": f"event {left - i}"}) for i in range(step)])
    left -= step
"""


def main() -> None:
    """Measure, and print a line for each length of history."""
    with environment() as (commands, variables):
        python, triage = str(commands / "python"), str(commands / "triage")
        before = 1
        for history in (10, 100_000):
            if before == 1:
                subprocess.run(
                    [triage, "open", "Bench"], env=variables, check=True, stdout=subprocess.DEVNULL
                )
            fill = [python, "-c", FILL, variables["TRIAGE_STORE"], str(history - before)]
            subprocess.run(fill, env=variables, check=True)
            before = history + PAIRS
            log, bare = pairs([triage, "log", "Deploy started", "v14"], [python, "-c", BARE], variables)
            ratio = statistics.median(a / b for a, b in zip(log, bare, strict=True))
            print(
                f"{history:>7,} earlier events: triage log {statistics.median(log) * 1000:.0f} ms,"
                f" bare imports {statistics.median(bare) * 1000:.0f} ms, ratio {ratio:.2f} (bar {BAR})"
            )
        size = Path(variables["TRIAGE_STORE"]).stat().st_size
        print(f"Python {sys.version.split()[0]}, {PAIRS} pairs each, store {size / 1e6:.0f} MB at the end")


def pairs(a: list[str], b: list[str], variables: dict[str, str]) -> tuple[list[float], list[float]]:
    """Wall times of two commands, run in turn."""
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(PAIRS + 2):
        for place, command in enumerate((a, b)):
            start = time.perf_counter()
            subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
            if turn >= 2:
                took[place].append(time.perf_counter() - start)
    return took


if __name__ == "__main__":
    main()
