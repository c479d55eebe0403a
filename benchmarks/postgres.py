"""How long `triage log` takes on a PostgreSQL server beside a Python that only connects to it, on loopback.

The bar is 1.3. The server is the one of the tests.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from installed import ROOT, environment
from tables import Table, show
from timing import Run, beside

sys.path.append(str(ROOT / "tests"))
from postgres_server import server  # it lies with the tests

PAIRS = 41
CONNECT = "import sys, psycopg; psycopg.connect(sys.argv[1]).close()"


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """`triage log` beside the import of psycopg with a connection."""
    home = Path(variables["HOME"])
    with server() as running:
        own = {**variables, "TRIAGE_STORE": running.address}
        subprocess.run([commands / "triage", "open", "Bench"], env=own, check=True, stdout=-3)
        log = Run([str(commands / "triage"), "log", "Deploy of v14 started", "v14"], home, own)
        connect = Run([str(commands / "python"), "-c", CONNECT, running.address], home, own)
        ratio = beside(lambda _: log, connect, PAIRS)
    return Table(
        "On a PostgreSQL server",
        "The whole command that records one event, on loopback, beside a Python that imports psycopg and"
        " connects.",
        ("what", "time", "bar"),
        [("triage log", ratio, "1.3 ×")],
    )


if __name__ == "__main__":
    main()
