"""How long `triage brief` and `triage status` take in journals of 100 and 10,000 events, as whole processes.

Prints the median of wall and of processor seconds, and how many times those of a bare Python. The bar:
`brief` of 10,000 events in 0.5 s.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from installed import environment
from rendering import FILL
from tables import Table, show
from timing import Cost, measured

RUNS = 9
SIZES = (100, 10_000)
BAR = "0.5 s"


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """What handing over takes, by size and command."""
    store = f"{variables['HOME']}/handing-over.db"
    own = {**variables, "TRIAGE_STORE": store}
    bare = _median([str(commands / "python"), "-c", "pass"], own)
    rows = []
    for size in SIZES:
        slug = f"events-{size}"
        subprocess.run([commands / "python", "-c", FILL, store, str(size), slug], env=own, check=True)
        for command in (["status", slug], ["brief", slug], ["brief", slug, "--budget", "800", "--json"]):
            cost = _median([str(commands / "triage"), *command], own)
            times = f"{cost.processor / bare.processor:.1f} ×"
            bar = BAR if size == SIZES[-1] and command[0] == "brief" else ""
            said = " ".join(word for word in command if word != slug)
            rows.append((f"{size:,}", said, f"{cost.seconds:.2f} s", f"{cost.processor:.2f} s", times, bar))
    return Table(
        "Hand over",
        "The whole process; beside it, how many times the processor time of `python -c pass`.",
        ("events", "command", "seconds", "processor", "beside Python", "bar"),
        rows,
    )


def _median(command: list[str], variables: Mapping[str, str]) -> Cost:
    runs = sorted(measured(command, variables) for _ in range(RUNS))
    return runs[len(runs) // 2]


if __name__ == "__main__":
    main()
