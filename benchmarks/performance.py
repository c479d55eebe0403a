"""All that is promised about speed and about many at once, beside other programs: docs/performance.md.

Writes the page anew. ``--most 10000`` leaves out records longer than that, for a quick look.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import append
import contention
import postgres
import rendering
import searching
import sizes
import storing
from installed import ROOT, environment
from peers import Peer, installed
from tables import Table, machine
from timing import LIMIT, Ratio, beside

PAGE = ROOT / "docs/performance.md"
HEAD = """# What it costs, and what is lost

Made by `make performance`, which measures everything below in one run and writes this page; nothing in it
is typed. A figure with a × says how many times as long a thing takes as what it stands beside: both ran in
turn, so that the machine's load falls on both. A program that could not be installed is said to be missing.
"""
PAIRS = 11


def main() -> None:
    """Measure everything, and write the page."""
    most = _arguments().most
    with environment() as (commands, variables), installed(Path(variables["HOME"])) as peers:
        tables = [machine()]
        for measure in (
            lambda: appending(commands, variables, peers, [n for n in append.HISTORIES if n <= most]),
            lambda: contention.lost([contention.Triage(commands, variables), *peers]),
            lambda: contention.waiting(commands, variables),
            lambda: storing.measure(commands, variables),
            lambda: postgres.measure(commands, variables),
            lambda: rendering.measure(commands, variables),
            lambda: sizes.measure(commands, variables),
            lambda: searching.measure(commands, variables, min(most, searching.EVENTS)),
        ):
            tables.append(measure())
            print(tables[-1].markdown(), flush=True)
    PAGE.write_text("\n".join([HEAD, *(table.markdown() for table in tables)]), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=append.HISTORIES[-1], help="the longest record")
    return parser.parse_args()


def appending(
    commands: Path, variables: Mapping[str, str], peers: Sequence[Peer], histories: Sequence[int]
) -> Table:
    """One event more, by the command line of each program."""
    ours = [str(ratio) for _, ratio in append.measure(commands, variables, histories)]
    rows = [("triage", _own_version(commands), *ours)]
    for peer in peers:
        if not peer.program:
            rows.append((peer.name, "not installed", *("" for _ in histories)))
            continue
        rows.append((peer.name, peer.version(), *_beside_python(commands, variables, peer, histories)))
    return Table(
        "One event more",
        "The whole command that records one event, with so many recorded before, beside `python -c pass`."
        f" The bar for triage is {append.BAR} ×, and as much with a million events as with ten.",
        ("program", "version", *(f"{history:,} events before" for history in histories)),
        rows,
    )


def _beside_python(
    commands: Path, variables: Mapping[str, str], peer: Peer, histories: Sequence[int]
) -> list[str]:
    """The cells of a peer; once it was too slow, longer records are not tried."""
    cells: list[str] = []
    for history in histories:
        if history > peer.most:
            cells.append("not tried: a file for each")
        elif cells and cells[-1].startswith("over"):
            cells.append(cells[-1])
        else:
            cells.append(_cell(commands, variables, peer, history))
    return cells


def _cell(commands: Path, variables: Mapping[str, str], peer: Peer, history: int) -> str:
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        folder = Path(name)
        peer.fill(folder, history)
        try:
            ratio: Ratio = beside(
                lambda number: peer.append(folder, number), append.bare(commands, variables), PAIRS
            )
        except subprocess.TimeoutExpired:
            return f"over {LIMIT:.0f} s"
        except subprocess.CalledProcessError as error:
            return f"failed with {error.returncode}"
        return str(ratio)


def _own_version(commands: Path) -> str:
    said = subprocess.run([commands / "triage", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[-1]


if __name__ == "__main__":
    sys.exit(main())
