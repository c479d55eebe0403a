"""How much of what is secret the redactor hides, how much that is not it touches, and how fast it is.

Reads the corpora in ``../shared/corpora`` beside the checkout, or in the folder that TRIAGE_CORPORA names. A
secret counts as hidden when no run of 60 % of its length, and of at least 6 characters, is left; a harmless
line as touched when it changed at all. The bars: 99.5 % of gitleaks' and betterleaks' samples, 80 % of
CredSweeper's; 0.3 % of harmless lines; 10 MB/s on ordinary logs.
"""

import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.redact import Redactor

CORPORA = Path(
    os.environ.get("TRIAGE_CORPORA") or Path(__file__).resolve().parent.parent.parent / "shared/corpora"
)
BARS = {"gitleaks": 99.5, "betterleaks": 99.5, "credsweeper": 80.0}
REDACTOR = Redactor(b"k" * 32)
LINE = (
    "2026-05-05 04:10:{second:02},530 INFO __main__: Applied migration {number:03}_create_jobs.sql in"
    " {number} ms, request_id=0190a6a0-7a3b-7cc2-9f01-{number:012x}\n"
)


def main() -> None:
    """Measure, and print a line for each figure."""
    _speed()
    if not CORPORA.is_dir():
        print(f"no corpora in {CORPORA}: recall and false positives were not measured")
        return
    for name, bar in BARS.items():
        rows = list(_rows(f"secrets-{name}"))
        hidden = sum(not _is_left(row["secret"], REDACTOR.text(row["text"])[0]) for row in rows)
        print(f"{name}: {100 * hidden / len(rows):.2f} % of {len(rows):,} secrets hidden (bar {bar} %)")
    rows = list(_rows("benign-ops"))
    touched = sum(REDACTOR.text(row["text"])[0] != row["text"] for row in rows)
    print(f"benign: {100 * touched / len(rows):.2f} % of {len(rows):,} lines touched (bar 0.3 %)")


def _speed() -> None:
    log = "".join(LINE.format(second=number % 60, number=number) for number in range(20_000))
    start = time.perf_counter()
    REDACTOR.text(log)
    seconds = time.perf_counter() - start
    print(f"ordinary log: {len(log) / 1e6 / seconds:.1f} MB/s (bar 10)")


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _is_left(secret: str, clean: str) -> bool:
    run = max(6, -(-len(secret) * 6 // 10))
    if len(secret) < run:
        return secret in clean
    return any(secret[place : place + run] in clean for place in range(len(secret) - run + 1))


if __name__ == "__main__":
    main()
