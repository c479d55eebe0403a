"""What a reader needs in ten seconds: labelled lines that stand first in a report and in each addendum."""

from collections.abc import Iterator
from typing import NamedTuple

from triage import times
from triage.render.grids import fixed_by
from triage.report import Backing, Blocker, Part, Report, Table
from triage.report.entities import tally
from triage.report.tables import asymmetries

MOST_ROWS = 4
"""Rows of the final state that the summary tells."""
MOST_LINES = 10
"""Lines for what there may be many of; one more tells how many are left."""
LONGEST = 40
"""Characters of a value that the summary tells; the table has the longer ones."""


class Line(NamedTuple):
    """One labelled line; ``target`` is the id of an event it is about, or the title of a heading.

    ``at`` is the instant that the text tells, where it is one.
    """

    label: str
    text: str
    target: str = ""
    tone: str = ""
    at: str = ""


def of_report(report: Report, zone: str, classification: str = "", spooled: int = 0) -> list[Line]:
    """The lines of the main report; ``spooled`` events of it wait to be delivered to its record."""
    standing = _standing(report, zone, classification, spooled)
    authors = Line("Author" if len(report.authors) == 1 else "Authors", ", ".join(report.authors))
    return [*standing, *_open(report), *_final(report.main), *_told(report), authors, *_labels(report.main)]


def of_addendum(part: Part, zone: str) -> list[Line]:
    """The lines of an addendum."""
    header = part.header
    status = [Line("Status", _status(part), tone=header.status)] if header.status != "open" else []
    return [
        Line("Time", moment(part.at, part.precision, zone)),
        *status,
        *_severity(part),
        *_labels(part),
        *(Line("Impact", header.impact) for _ in (1,) if header.impact),
        Line("Author" if len(part.authors) == 1 else "Authors", ", ".join(part.authors)),
    ]


def moment(at: str | None, precision: str, zone: str) -> str:
    """An instant in UTC, with the configured zone beside."""
    shown = times.show(at, precision)
    local = times.in_zone(at, zone) if at and zone and precision != "day" else None
    return f"{shown} ({local})" if local else shown


def _standing(report: Report, zone: str, classification: str, spooled: int) -> Iterator[Line]:
    main = report.main
    yield Line("Status", _status(main), tone=main.header.status)
    yield from _severity(main)
    if report.as_of:
        yield Line("As of", moment(report.as_of, "exact", zone), at=report.as_of)
    if classification:
        yield Line("Classification", classification)
    last = moment(report.last_updated, report.last_precision, zone)
    yield Line("Last updated", last, at=report.last_updated or "")
    if main.header.lead:
        yield Line("Lead", main.header.lead)
    if spooled:
        wait = "event waits" if spooled == 1 else "events wait"
        yield Line("Spooled", f"{spooled} more {wait} for the store; triage flush delivers them", tone="open")


def _final(main: Part) -> Iterator[Line]:
    """The impact, and the final state with what is known of some of its rows only."""
    if main.header.impact:
        yield Line("Impact", main.header.impact)
    table = main.final
    if table is None or not table.rows:
        return
    told = [_row_of(table, row.values) for row in table.rows[:MOST_ROWS]]
    more = f" and {len(table.rows) - MOST_ROWS} more" if len(table.rows) > MOST_ROWS else ""
    yield Line("Final state", "; ".join(told) + more, table.rows[0].event)
    uneven = [uneven.told for uneven in asymmetries(table)]
    if uneven:
        yield Line("Not alike", "; ".join(uneven), table.rows[0].event, "mitigated")


def _row_of(table: Table, values: tuple[str, ...]) -> str:
    """``staging: Release v41, Healthz ok``."""
    pairs = zip(table.columns[1:], values[1:], strict=True)
    said = (f"{label} {value if len(value) <= LONGEST else '…'}" for label, value in pairs if value)
    return f"{values[0]}: {', '.join(said) or 'nothing'}"


def _status(part: Part) -> str:
    header = part.header
    return " — ".join(text for text in (header.status.upper(), header.status_note) if text)


def _open(report: Report) -> Iterator[Line]:
    """What is open, and who must act, over all parts."""
    parts = report.parts
    blockers = [b for part in parts for b in part.blockers if b.status == "open"]
    unowned = [a for part in parts for a in part.actions if not (a.closed or a.owner)]
    issues = {i.ref: i for part in parts for i in part.issues if i.state == "open"}
    stuck = [Line(f"Blocker {b.number}", f"{b.title} — OPEN", b.event, "open") for b in blockers]
    yield from _first(stuck, "Blockers", "open")
    asked = [Line(f"{a.owner} must act", a.name, a.event, "open") for part in parts for a in part.operator]
    yield from _first(asked, "People must act", "open")
    if unowned:
        yield Line("Open actions", _few([action.name for action in unowned]), unowned[0].event)
    failed = [a for part in parts for a in part.actions if a.status == "failed"]
    if failed:
        yield Line("Failed", _few([action.name for action in failed]), failed[0].event, "open")
    if issues:
        yield Line("Open issues", ", ".join(issues))
    if not (blockers or unowned or failed or issues or any(part.operator for part in parts)):
        yield Line("Open", "nothing")


def _first(lines: list[Line], label: str, tone: str = "") -> Iterator[Line]:
    """The first lines, and how many more there are."""
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield Line(label, f"{len(lines) - MOST_LINES} more", lines[MOST_LINES].target, tone)


def _few(titles: list[str], most: int = 5) -> str:
    rest = f" and {len(titles) - most} more" if len(titles) > most else ""
    return "; ".join(titles[:most]) + rest


def _told(report: Report) -> Iterator[Line]:
    main = report.main
    over = [b for part in report.parts for b in part.blockers if b.status != "open"]
    yield from _first([Line(f"Blocker {b.number}", _blocker(b), b.event) for b in over], "Blockers")
    backed = backing(main)
    if backed:
        yield Line("Backing", backed)
    for forced in report.forced:
        text = f"{', '.join(forced.codes) or 'findings'} — {forced.reason} ({forced.actor})"
        yield Line("Published despite", text, tone="open")
    for part in report.addenda:
        yield Line("Addendum", f"{part.header.title}{_state(part)}", part.id)
    for count, word in ((report.newer, "need a newer triage"), (report.withheld, "are withheld")):
        if count:
            yield Line("Note", f"{count} event{'s'[: count != 1]} {word}")
    if report.orphans:
        yield Line("Note", f"{report.orphans} events patch something that is not in this record")


def _state(part: Part) -> str:
    """The status of an addendum, or what is open in it."""
    if part.header.status != "open":
        return f" ({part.header.status})"
    still = sum(not a.closed for a in part.actions) + sum(b.status == "open" for b in part.blockers)
    return f" ({still or 'nothing'} open)"


def _blocker(blocker: Blocker) -> str:
    stood = f", after {times.span(blocker.blocked_us)}" if blocker.blocked_us else ""
    return f"{blocker.title} — {fixed_by(blocker)}{stood}"


def backing(part: Part) -> str:
    """``11 of 13 actions proved, 2 observed; 1 of 2 fixes proved, 1 asserted``, and so for observations."""
    fixes = tally(blocker.backing for blocker in part.blockers if blocker.status == "fixed")
    rows = tally(row.backing for table in part.tables for row in table.rows)
    claims = ((part.backing, "actions"), (fixes, "fixes"), (rows, "observations"))
    return "; ".join(_backed(count, word) for count, word in claims if count.total)


def _backed(count: Backing, word: str) -> str:
    more = [f"{n} {how}" for n, how in ((count.observed, "observed"), (count.asserted, "asserted")) if n]
    return ", ".join([f"{count.proved} of {count.total} {word} proved", *more])


def _severity(part: Part) -> Iterator[Line]:
    header = part.header
    note = f" ({header.severity_note})" if header.severity_note else ""
    if header.severity:
        yield Line("Severity", header.severity + note)


def _labels(part: Part) -> Iterator[Line]:
    header = part.header
    known = (
        ("Service", header.service),
        ("Issue", header.issue),
        ("Epic", header.epic),
        *header.labels,
    )
    yield from (Line(label, value) for label, value in known if value)
