"""How long a journal of 10,000 and of 100,000 events takes to fold and render, as whole processes.

Prints wall time and peak memory for Markdown and HTML. The bars: 10,000 events in 1 s and 1.5 s under
200 MiB; 100,000 within 11 times of that.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from installed import environment
from tables import Table, show
from timing import Cost, measured

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
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """What folding and rendering takes, of 10,000 and of 100,000 events."""
    took = {size: _sizes(commands, variables, size) for size in (10_000, 100_000)}
    rows = []
    for (size, form), cost in [pair for found in took.values() for pair in found.items()]:
        times = cost.seconds / took[10_000][10_000, form].seconds
        bar = f"{BARS[form]} s, 200 MiB" if size == 10_000 else "11 ×"
        rows.append(
            (f"{size:,}", form, f"{cost.seconds:.2f} s", f"{cost.memory:.0f} MiB", f"{times:.1f} ×", bar)
        )
    return Table(
        "Fold and render",
        "`triage render`, the whole process, and its peak memory; beside it, how many times it takes what"
        " 10,000 events take.",
        ("events", "format", "seconds", "memory", "beside 10,000", "bar"),
        rows,
    )


def _sizes(commands: Path, variables: Mapping[str, str], size: int) -> dict[tuple[int, str], Cost]:
    """What rendering so many events takes, the median, by size and format."""
    slug, store = f"events-{size}", f"{variables['HOME']}/rendering.db"
    own = {**variables, "TRIAGE_STORE": store}
    subprocess.run([commands / "python", "-c", FILL, store, str(size), slug], env=own, check=True)
    found = {}
    for form in BARS:
        command = [str(commands / "triage"), "render", slug, "--format", form, "-o", f"{store}.{form}"]
        runs = [measured(command, own) for _ in range(RUNS if size == 10_000 else 1)]
        found[size, form] = sorted(runs)[len(runs) // 2]
    return found


if __name__ == "__main__":
    main()
