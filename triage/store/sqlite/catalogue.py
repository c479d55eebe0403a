"""What was published where, in the SQLite store: statements on the tables summary, publication and site."""

import sqlite3
from collections.abc import Iterable, Sequence

from triage.report import Summary
from triage.store.rows import Published, SiteRow
from triage.store.sqlite.link import few, marks


def published(db: sqlite3.Connection, target: str) -> list[Published]:
    """See `Store.published`."""
    rows = db.execute(
        "SELECT p.journal, p.style, coalesce(s.heads, ''), s.slug, s.type, s.status, s.severity, s.service,"
        " s.opened, s.updated, s.owed FROM publication p LEFT JOIN summary s USING (journal, heads)"
        " WHERE p.target = ?",
        [target],
    )
    return [
        Published(
            id, style, tuple(heads.split()), slug, type, status, severity, service, opened, updated, owed
        )
        if heads
        else Published(id, style)
        for id, style, heads, slug, type, status, severity, service, opened, updated, owed in rows
    ]


def summaries(db: sqlite3.Connection, target: str, journals: Sequence[str]) -> list[Summary]:
    """See `Store.summaries`."""
    found: dict[str, Summary] = {}
    for some in few(journals):
        rows = db.execute(
            "SELECT s.data FROM publication p JOIN summary s USING (journal, heads)"  # noqa: S608  only marks
            f" WHERE p.target = ? AND p.journal IN ({marks(some)})",
            [target, *some],
        )
        found |= {summary.journal: summary for summary in (Summary.loaded(row[0]) for row in rows)}
    return [found[journal] for journal in journals if journal in found]


def site(db: sqlite3.Connection, target: str) -> SiteRow | None:
    """The row of a site, or None."""
    row = db.execute("SELECT id, style FROM site WHERE target = ?", [target]).fetchone()
    return SiteRow(*row) if row else None


def keep(
    db: sqlite3.Connection,
    target: str,
    site: SiteRow,
    summaries: Iterable[tuple[Summary, str]],
    withdrawn: Sequence[str],
) -> None:
    """See `Store.keep_publication`. Summaries that no publication rests on any more are removed."""
    db.execute("REPLACE INTO site VALUES (?, ?, ?)", [target, *site])
    gone = [*withdrawn]
    for summary, style in summaries:
        heads = " ".join(summary.heads)
        db.execute("REPLACE INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(summary, heads))
        db.execute("REPLACE INTO publication VALUES (?, ?, ?, ?)", [summary.journal, target, heads, style])
        gone.append(summary.journal)
    db.executemany(
        "DELETE FROM publication WHERE journal = ? AND target = ?", [[id, target] for id in withdrawn]
    )
    db.executemany(
        "DELETE FROM summary WHERE journal = ?1 AND NOT EXISTS"
        " (SELECT 1 FROM publication p WHERE p.journal = ?1 AND p.heads = summary.heads)",
        [[id] for id in gone],
    )


def _row(each: Summary, heads: str) -> list[object]:
    return [
        each.journal, heads, each.slug, each.type, each.status, each.severity, each.service,
        each.opened_at, each.updated_at, len(each.owed), each.dumped(),
    ]  # fmt: skip
