"""Tables of figures, and the machine that they were taken on."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """A table of figures; ``text`` says what was measured and how."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def markdown(self) -> str:
        """The table under its title, as Markdown."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        drawn = "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
        return f"## {self.title}\n\n{self.text}\n\n{drawn}\n"


def machine() -> Table:
    """What was measured on, without any name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = [
        ("CPUs", os.cpu_count()),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("load when it began", f"{os.getloadavg()[0]:.1f}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
    ]
    return Table("The machine", "Where all of this was measured.", ("what", "is"), rows)


def show(table: Table) -> None:
    """Print a table in columns, and what it says."""
    rows = [table.columns, *([str(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.write(f"{table.text}\n")
