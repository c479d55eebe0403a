"""What an event takes: bytes of the store by what keeps it, of an export and of a published site.

Prints bytes an event, of the journals that `filling` makes: short texts, no output.
"""

import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

from filling import fill
from installed import environment
from tables import Table, show
from timing import measured

JOURNALS = 100
MORE = 33
KEPT = {
    "event": "envelopes",
    "body": "bodies",
    "event_id": "index by id and digest",
    "event_kind": "index by kind",
    "event_entity": "index by entity",
}
"""What the tables and indexes of the store hold; all others are the search's, or small."""


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """Bytes an event, by what keeps it; and what publishing all of it takes."""
    own = fill(commands, dict(variables), JOURNALS, MORE)
    triage, home, store = str(commands / "triage"), Path(own["HOME"]), own["TRIAGE_STORE"]
    subprocess.run([triage, "search", "healthz"], env=own, check=True, stdout=-3, stderr=-3)
    events = JOURNALS * (3 + 3 * MORE)
    rows = [(what, f"{size / events:,.0f}") for what, size in _kept(store).items()]
    slug = _first_slug(store)
    subprocess.run([triage, "export", slug, "-o", "export.jsonl"], env=own, cwd=home, check=True)
    rows.append(("an export", f"{(home / 'export.jsonl').stat().st_size * JOURNALS / events:,.0f}"))
    cost = measured([triage, "publish", "--all", "--to", str(home / "site")], own)
    site = sum(path.stat().st_size for path in (home / "site").rglob("*") if path.is_file())
    rows.append(("a published site: pages, Markdown, JSON, the record, the search", f"{site / events:,.0f}"))
    return Table(
        "Bytes an event",
        f"{events:,} events of short texts in {JOURNALS} journals. Publishing all of them took"
        f" {cost.processor:.1f} s of the processor, {cost.processor / JOURNALS * 1000:.0f} ms a journal.",
        ("what", "bytes an event"),
        rows,
    )


def _kept(store: str) -> dict[str, int]:
    """The bytes of the store's pages, by what they hold."""
    found: dict[str, int] = {}
    with sqlite3.connect(store) as db:
        for name, size in db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            what = KEPT.get(name, "the search and all else")
            found[what] = found.get(what, 0) + size
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _first_slug(store: str) -> str:
    with sqlite3.connect(store) as db:
        return str(db.execute("SELECT slug FROM journal ORDER BY id").fetchone()[0])


if __name__ == "__main__":
    main()
