"""What was published where, on a PostgreSQL server: statements on the tables of publications.

Rows are replaced by a deletion and an insertion: what deletes needs the role that owns the tables.
"""

import json
from collections.abc import Iterable, Sequence

from triage.report import Summary
from triage.store.postgres.link import Link, Statement
from triage.store.rows import Published, SiteRow

PUBLISHED = (
    "SELECT p.journal, p.style, p.heads, s.brief FROM triage_publication p"
    " LEFT JOIN triage_summary s USING (journal, heads) WHERE p.target = %s"
)
SUMMARIES = (
    "SELECT s.data FROM triage_publication p JOIN triage_summary s USING (journal, heads)"
    " WHERE p.target = %s AND p.journal = ANY(%s)"
)
FEW = 500
"""Journals that one statement asks for: a summary has some thousand characters."""

STALE = (
    "DELETE FROM triage_summary WHERE journal = %s AND heads NOT IN"
    " (SELECT heads FROM triage_publication WHERE journal = %s)"
)


def published(link: Link, target: str) -> list[Published]:
    """See `Store.published`."""
    return [
        Published(journal, style, tuple(heads.split()), *json.loads(brief))
        if brief
        else Published(journal, style)
        for journal, style, heads, brief in link.rows(PUBLISHED, [target])
    ]


def summaries(link: Link, target: str, journals: Sequence[str]) -> list[Summary]:
    """See `Store.summaries`."""
    found: dict[str, Summary] = {}
    for start in range(0, len(journals), FEW):
        rows = link.rows(SUMMARIES, [target, list(journals[start : start + FEW])])
        found |= {summary.journal: summary for summary in (Summary.loaded(row[0]) for row in rows)}
    return [found[journal] for journal in journals if journal in found]


def site(link: Link, target: str) -> SiteRow | None:
    """The row of a site, or None."""
    rows = link.rows("SELECT id, style FROM triage_site WHERE target = %s", [target])
    return SiteRow(*rows[0]) if rows else None


def kept(
    target: str, site: SiteRow, summaries: Iterable[tuple[Summary, str]], withdrawn: Sequence[str]
) -> list[Statement]:
    """What writes `Store.keep_publication`. Summaries that no publication rests on any more are removed."""
    made = [(summary, " ".join(summary.heads), style) for summary, style in summaries]
    touched = [*withdrawn, *(summary.journal for summary, _, _ in made)]
    statements: list[Statement] = [
        ("DELETE FROM triage_site WHERE target = %s", [[target]]),
        ("INSERT INTO triage_site (target, id, style) VALUES (%s, %s, %s)", [[target, *site]]),
        (
            "DELETE FROM triage_publication WHERE journal = %s AND target = %s",
            [[journal, target] for journal in touched],
        ),
        (
            "DELETE FROM triage_summary WHERE journal = %s AND heads = %s",
            [[summary.journal, heads] for summary, heads, _ in made],
        ),
        (
            "INSERT INTO triage_summary (journal, heads, brief, data) VALUES (%s, %s, %s, %s)",
            [[summary.journal, heads, _brief(summary), summary.dumped()] for summary, heads, _ in made],
        ),
        (
            "INSERT INTO triage_publication (journal, target, heads, style) VALUES (%s, %s, %s, %s)",
            [[summary.journal, target, heads, style] for summary, heads, style in made],
        ),
        (STALE, [[journal, journal] for journal in touched]),
    ]
    return [(sql, rows) for sql, rows in statements if rows]


def _brief(each: Summary) -> bytes:
    """What an index needs of a journal that stays as it was, as JSON."""
    values = [
        each.slug, each.type, each.status, each.severity, each.service, each.opened_at, each.updated_at,
        len(each.owed),
    ]  # fmt: skip
    return json.dumps(values).encode("ascii")
