"""How long a journal of 10,000 and of 100,000 events takes to fold and render, as whole processes.

Prints wall time and peak memory for Markdown and HTML. The bars: 10,000 events in 1 s and 1.5 s under
200 MiB; 100,000 within 11 times of that.
"""

import os
import statistics
import subprocess
import sys
import time

from installed import environment

RUNS = 5
BARS = {"md": 1.0, "html": 1.5}
FILL = """
import random, sys
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy, create=True)
here = Recorder(store, Place("", "", ""), Circumstances(Actor("bench")),
                redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
here = here.moved(open_journal(here, sys.argv[3], {}).place)
rng = random.Random(7)
words = "deploy staging prod `heroku run` healthz 200 slug 2ef77cf3 #1140 rollback_plan a|b queue".split()
def text(n): return " ".join(rng.choice(words) for _ in range(n))
total, batch, actions = int(sys.argv[2]) - 1, [], []
for n in range(total):
    kind = n % 10
    if kind == 0:
        place = rng.choice(["staging", "prod"])
        fields = {"title": text(5), "environment": place, "status": "done", "outcome": text(4)}
        batch.append(Said("action", fields))
    elif kind == 1:
        cells = [["Check", f"{n}"], ["Result", text(3)]]
        batch.append(Said("observation", {"table": "Checks", "cells": cells}))
    elif kind == 2:
        batch.append(Said("issue", {"ref": f"#{n}", "state": "closed", "note": text(3)}))
    else:
        batch.append(Said("entry", {"text": text(6), "outcome": text(4)}))
    if len(batch) == 5000 or n == total - 1:
        here.record_all(batch)
        batch = []
"""


def main() -> None:
    """Measure, and print a line for each size and format."""
    with environment() as (commands, variables):
        python, triage = str(commands / "python"), str(commands / "triage")
        took: dict[tuple[int, str], float] = {}
        for size in (10_000, 100_000):
            slug = f"events-{size}"
            fill = [python, "-c", FILL, variables["TRIAGE_STORE"], str(size), slug]
            subprocess.run(fill, env=variables, check=True)
            for form, bar in BARS.items():
                page = os.path.join(variables["HOME"], f"out.{form}")
                command = [triage, "render", slug, "--format", form, "-o", page]
                runs = [_measure(command, variables) for _ in range(RUNS if size == 10_000 else 1)]
                took[size, form] = statistics.median(seconds for seconds, _ in runs)
                memory = max(kib for _, kib in runs) / 1024
                note = f"bar {bar} s, 200 MiB" if size == 10_000 else _linear(took, form)
                print(f"{size:>7,} events to {form:4}: {took[size, form]:.2f} s, {memory:.0f} MiB ({note})")
        print(f"Python {sys.version.split()[0]}, median of {RUNS} runs")


def _linear(took: dict[tuple[int, str], float], form: str) -> str:
    return f"{took[100_000, form] / took[10_000, form]:.1f} times the smaller one, bar 11"


def _measure(command: list[str], variables: dict[str, str]) -> tuple[float, int]:
    """Wall seconds and peak memory in KiB of one command."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return seconds, usage.ru_maxrss


if __name__ == "__main__":
    main()
