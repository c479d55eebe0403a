"""Times: what is stale, out of order, impossible, missing, or less precise than what stands around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from triage import times
from triage.check.finding import Finding
from triage.check.source import Source
from triage.check.view import MINUTE, View
from triage.report import Part, Row

GAP = 4 * 60 * MINUTE
"""Microseconds without a row after which somebody asks what happened meanwhile."""
LONG_BEFORE = 365 * 1440 * MINUTE
"""Microseconds before the opening at which a year was mistyped."""
_UPDATED = re.compile(
    r"^(?:last[ -])?(?:updated?|modified|edited|changed|revised)(?: (?:at|on))?$", re.IGNORECASE
)
_FOOTER = re.compile(
    r"^[ \t*_>(|-]*(?P<label>last[ -](?:updated?|modified|edited|changed|revised)(?: (?:at|on))?)"
    r"[\s*_|]*[:,]?[\s*_|]*(?P<value>[^|\n*_)]+)",
    re.IGNORECASE | re.MULTILINE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_INSTANT = re.compile(
    rf"(?:(?P<day>\d{{4}}-\d\d-\d\d)"
    rf"|(?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<date>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})"
    rf"|(?P<date2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{'|'.join(_MONTHS)})[a-z]*,? (?P<year2>\d{{4}}))"
    r"(?:(?:T|,? (?:at )?)(?P<clock>\d\d:\d\d)(?!:?\d*\s?[ap]m)(?::\d\d)?"
    r"(?P<zone> ?(?:[A-Z]{3,4}|[+-]\d\d:?\d\d|Z)\b)?)?",
    re.IGNORECASE,
)


def stale(view: View) -> Iterator[Finding]:
    """TR104: a typed time of the last update that later events contradict."""
    if view.page is not None:
        for found in _FOOTER.finditer(view.page.spoken):
            if record := _older(view, found["value"], view.report.main):
                said = f"{found['label']}: {found['value'].strip()}"
                yield view.on_page("TR104", view.page.line_at(found.start("label")), said, record)
        return
    for part in view.report.parts:
        for label, value in part.header.labels:
            if _UPDATED.match(label.strip()) and (record := _older(view, value, part)):
                event = view.setters.get((part.id, "labels"), part.id)
                fix = f"triage amend {view.name(event)} '{label}=' (the document tells it by itself)"
                yield view.finding("TR104", event, f"{label}: {value}", record, fix, field=label)


def _older(view: View, value: str, part: Part) -> str:
    """When the record was last updated, where that is after what a header tells; '' where it is not."""
    found, last = _INSTANT.search(value), view.report.last_updated
    if not (found and last):
        return ""
    said = f"{_day_of(found)}T{found['clock'] or '23:59'}"
    utc = (found["zone"] or "").strip().upper() in ("", "UTC", "GMT", "Z", "+00:00")
    late = said < last[:16] if utc else said[:10] < last[:10]
    if not late or (part.number and said[:10] == last[:10] and not found["clock"]):
        return ""
    return f"last updated {times.show(last, 'minute')}"


def _day_of(found: re.Match[str]) -> str:
    if found["day"]:
        return found["day"]
    month = (found["month"] or found["month2"])[:3].casefold()
    date, year = found["date"] or found["date2"], found["year"] or found["year2"]
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(date):02}"


def order(view: View) -> Iterator[Finding]:
    """TR201: an end before its beginning."""
    for part in view.report.parts:
        for action in part.actions:
            event, began = view.starts.get(action.event, (action.event, action.at))
            yield from _before(view, event, began, action.ended_at, f"action {action.number} ended")
        for blocker in part.blockers:
            said = f"blocker {blocker.number} was {blocker.status}"
            yield from _before(view, blocker.event, blocker.at, blocker.fixed_at, said)
        for item in part.evidence:
            said, field = "the command ended", "started_at"
            yield from _before(view, item.event, item.started_at, item.ended_at, said, field=field)
        yield from _before(view, part.id, part.at, part.resolved_at, "the work was resolved")
        yield from _after_the_end(view, part)
    if view.page is not None:
        yield from _rows(view, view.page)
        yield from _addenda(view, view.page)


def _before(
    view: View, event: str, start: str | None, end: str | None, ended: str, *, field: str = "at"
) -> Iterator[Finding]:
    """What ended before its beginning, which ``event`` told in ``field``: the fix begins it with its end."""
    if not (start and end and end < start):
        return
    seconds = start[:16] == end[:16]
    said = f"{ended} at {times.show(end, 'minute', seconds=seconds)}"
    record = f"it began at {times.show(start, 'minute', seconds=seconds)}"
    yield view.finding(
        "TR201", event, said, record, f"triage amend {view.name(event)} {field}={end}", field=field
    )


def _after_the_end(view: View, part: Part) -> Iterator[Finding]:
    """What a part that is resolved did after it."""
    if not part.resolved_at:
        return
    opened = {blocker.event for blocker in part.blockers}
    for row in part.rows:
        if row.at and row.at > part.resolved_at and row.about in opened and row.mark == "blocked":
            said = f"{row.text!r} at {times.show(row.at, 'minute')}"
            record = f"resolved at {times.show(part.resolved_at, 'minute')}"
            yield view.finding("TR201", row.event, said, record, "triage reopen 'why'")


def _rows(view: View, page: Source) -> Iterator[Finding]:
    """The rows of each timeline of a page that stand out of its order; the newest may stand first."""
    bounds = [line for line, _ in page.headings]
    timelines: dict[int, list[tuple[str, int]]] = {}
    for at, line in page.times:
        timelines.setdefault(bisect_right(bounds, line), []).append((at, line))
    for rows in timelines.values():
        down = sum(two < one for (one, _), (two, _) in pairwise(rows))
        up = sum(two > one for (one, _), (two, _) in pairwise(rows))
        falling = down > up or (down == up and rows[-1][0] < rows[0][0])
        if not 0 < (up if falling else down) <= max(len(rows) // 4, 1):
            continue
        for (before, _), (at, line) in pairwise(rows):
            if at > before if falling else at < before:
                said = f"{times.show(at, 'minute')} after {times.show(before, 'minute')}"
                yield view.on_page("TR201", line, said, "later" if falling else "earlier", field="at")


def _addenda(view: View, page: Source) -> Iterator[Finding]:
    """Addenda that stand before one that was added earlier."""
    known = sorted((page.lines.get(part.id, 0), part) for part in view.report.addenda if part.at)
    latest = ""
    for line, part in known:
        at = part.at or ""
        if at < latest:
            said = f"addendum {part.header.title!r} of {times.show(at, 'minute')}"
            yield view.on_page("TR201", line, said, f"it stands after one of {times.show(latest, 'minute')}")
        latest = max(latest, at)


_CLOCK = re.compile(
    r"(?<![\d:.-])(?:\d{4}-\d\d-\d\d[T ])?(?:(?:2[4-9]|[3-9]\d):[0-5]\d|[0-2]?\d:[6-9]\d)(?::\d\d)?"
    r"[ \t]?(?:UTC|GMT|Z\b)"
)
_DATE = re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<date>\d\d)(?![\d/-])")


def _unreal(view: View) -> Iterator[Finding]:
    """Dates and clock times that no calendar and no clock has."""
    for text in view.having("utc", "gmt", "z", "19", "20"):
        if "-" not in text.spoken and ":" not in text.spoken:
            continue
        for found in (*_CLOCK.finditer(text.spoken), *_DATE.finditer(text.spoken)):
            day = found["year"] if found.re is _DATE else ""
            if found[0].startswith("24:00") or (day and times.is_instant(f"{found[0]}T00:00:00.000000Z")):
                continue
            what = "no such day" if day else "no such time of day"
            fix = f"triage amend {view.name(text.event)} {text.field}='...'"
            yield view.finding("TR202", text.event, found[0].strip(), what, fix, field=text.field)


def impossible(view: View) -> Iterator[Finding]:
    """TR202: times ahead of the record, before the work was said to begin, or on no clock."""
    yield from _unreal(view)
    if view.page is not None:
        yield from _ahead(view, view.page)
        return
    opening = next((patch for patch in view.patches if patch.id == view.report.journal), None)
    began = opening.at if opening is not None and opening.at else ""
    stated = opening is not None and _apart(opening.recorded_at, began or opening.recorded_at) > MINUTE
    for patch in view.patches:
        if patch.at is None or patch.precision == "unknown" or began <= patch.at <= patch.recorded_at:
            continue
        shown = times.show(patch.at, patch.precision)
        fix = f"triage amend {view.name(patch.id)} at=TIME"
        spare = _spare(patch.precision)
        if _apart(patch.at, patch.recorded_at) > times.EARLY + spare and patch.at > patch.recorded_at:
            record = f"recorded at {times.show(patch.recorded_at, 'minute')}"
            yield view.finding("TR202", patch.id, shown, record, fix, field="at")
        elif patch.at < began and patch.id != view.report.journal:
            early = _apart(began, patch.at) - spare
            if (stated and early >= MINUTE) or early > LONG_BEFORE:
                record = f"the work began at {times.show(began, 'minute')}"
                yield view.finding("TR202", patch.id, shown, record, fix, field="at")


def _ahead(view: View, page: Source) -> Iterator[Finding]:
    """Rows of a page that lie later than it was read."""
    for row in (row for part in view.report.parts for row in part.rows):
        if row.at and page.now and row.at[:10] > times.plus_us(page.now, 1440 * MINUTE)[:10]:
            said = f"{times.show(row.at, row.precision)} {row.text!r}"
            yield view.finding("TR202", row.event, said, f"it is {times.show(page.now, 'minute')}", "")


def _apart(one: str, two: str) -> int:
    """Microseconds between two instants."""
    return abs(times.to_us(one) - times.to_us(two))


def _spare(precision: str) -> int:
    return {"day": 1440 * MINUTE, "approximate": 30 * MINUTE, "minute": MINUTE}.get(precision, 0)


def gap(view: View) -> Iterator[Finding]:
    """TR203: hours without a row before the work was resolved."""
    for part in view.report.parts:
        rows = [row for row in _timed(part) if not part.resolved_at or (row.at or "") <= part.resolved_at]
        least = GAP if view.page is None else _usual_gap(rows)
        for place, (before, after) in enumerate(pairwise(rows)):
            us = times.to_us(after.at or "") - times.to_us(before.at or "")
            if us <= least or before.mark in ("opened", "resolved", "abandoned") or after.mark == "opened":
                continue
            if view.page is not None and not _unexplained(rows, place):
                continue
            said = f"{times.span(us)} between {before.text!r} and {after.text!r}"
            fix = f"triage log 'what happened' --at {(before.at or '')[:16]}Z"
            yield view.finding("TR203", after.event, said, "nothing recorded", fix)


MANY = 10
"""Times the usual interval of a page's timeline that its gap must be."""
_IDLE = re.compile(
    r"\b(?:overnight|next (?:day|morning)|pause[ds]?|resum|wait|monitor|watch|soak|until|hours? later|backlog"
    r"|restor|copy|copied|backup|sleep|handoff|handover|business hours|weekend|all clear|resolved|closed"
    r"|ends?\b|over\b|back to normal)",
    re.IGNORECASE,
)
"""What tells why nothing was recorded for long."""


def _usual_gap(rows: Sequence[Row]) -> int:
    """Microseconds above which a gap of a page's timeline is out of its usual."""
    ats = [times.to_us(row.at or "") for row in rows]
    intervals = sorted(two - one for one, two in pairwise(ats))
    usual = intervals[len(intervals) // 2] if len(intervals) > 4 else GAP
    return max(GAP, usual * MANY)


def _unexplained(rows: Sequence[Row], place: int) -> bool:
    """Whether a gap lies amid the work, and neither row beside it tells why."""
    amid = 2 <= place < len(rows) - 3
    beside = f"{rows[place].text} {rows[place].outcome} {rows[place + 1].text}"
    return amid and not _IDLE.search(beside)


def _timed(part: Part) -> list[Row]:
    return [row for row in part.rows if row.at and row.precision in ("exact", "minute", "approximate")]


def precision(view: View) -> Iterator[Finding]:
    """TR204: rows of a day, or of no known time, among rows of a minute."""
    for part in view.report.parts:
        fine = sum(row.precision in ("exact", "minute") for row in part.rows)
        coarse = [row for row in part.rows if row.precision in ("day", "unknown") and row.source == "entry"]
        if view.page is not None:
            days = {(row.at or "")[:10] for row in part.rows if row.precision in ("exact", "minute")}
            coarse = [row for row in coarse if row.at and row.at[:10] in days]
        if fine > len(coarse) > 0:
            for row in coarse:
                said = f"{row.text!r} at {times.show(row.at, row.precision)}"
                fix = f"triage amend {view.name(row.event)} at=HH:MM"
                yield view.finding("TR204", row.event, said, f"{fine} rows tell the minute", fix, field="at")
