"""How many milliseconds redaction adds to one `triage log`: in a new process each, the median of many.

Times the making of a Redactor and the scrubbing of one event, after what the command imports anyway. The
bars: 2 ms for a text without a secret, 5 for one with it.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory

RUNS = 15
TEXTS = {
    "plain words": ("Deployed v14 to production, all pods are green", 2),
    "an address": (
        "Deployed from https://git.example.org/velvet/velvet/pull/1140, pods velvet-web-7d4b9c6f5-x2k9p",
        2,
    ),
    "words like token": (
        "The token of the deploy user was rotated: see the runbook, section secrets and keys",
        2,
    ),
    "a password": ("set DATABASE_PASSWORD=hunter2-hunter2 in the console", 5),
    "a provider's token": ("pushed with ghp_" + "a1B2" * 9, 5),
    "a password in an address": ("psql postgres://velvet:hunter2-hunter2@db.internal/velvet", 5),
}
MEASURE = """
import sys, time
import triage.cli.log, triage.store.sqlite, triage.usecases.recorder
from triage import redact
from triage.events import Actor, Draft
draft = Draft("i", "j", "entry", "i", "j", None, "unknown", Actor("ana"), {"text": sys.argv[1]})
start = time.perf_counter()
redact.scrub(draft, redact.Redactor(b"k" * 32))
print(time.perf_counter() - start)
"""


def main() -> None:
    """Measure, and print a line for each kind of text."""
    with TemporaryDirectory() as folder:
        # An installed program has its bytecode; a checkout may not.
        variables = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for name, (text, bar) in TEXTS.items():
            seconds(text, variables)
            took = [seconds(text, variables) for _ in range(RUNS)]
            print(f"{name}: {statistics.median(took) * 1000:.2f} ms (bar {bar} ms)")


def seconds(text: str, variables: Mapping[str, str]) -> float:
    """What redaction takes in a process that has done nothing else yet."""
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, text], check=True, capture_output=True, text=True, env=variables
    )
    return float(found.stdout)


if __name__ == "__main__":
    main()
