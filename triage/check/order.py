"""Times: what is stale, out of order, impossible, missing, or less precise than what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from triage import times
from triage.check.finding import Finding
from triage.check.view import MINUTE, View
from triage.report import Part, Row

GAP = 4 * 60 * MINUTE
"""Microseconds without a row after which somebody asks what happened meanwhile."""
LONG_BEFORE = 365 * 1440 * MINUTE
"""Microseconds before the opening at which a year was mistyped."""
_UPDATED = re.compile(r"^(?:last[ -])?(?:updated?|modified|edited)(?: (?:at|on))?$", re.IGNORECASE)
_INSTANT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<clock>\d\d:\d\d))?")


def stale(view: View) -> Iterator[Finding]:
    """TR104: a typed time of the last update that later events contradict."""
    last = view.report.last_updated
    for part in view.report.parts:
        for label, value in part.header.labels:
            found = _INSTANT.search(value)
            if not (_UPDATED.match(label.strip()) and found and last):
                continue
            said = f"{found['day']}T{found['clock'] or '23:59'}"
            if said < last[:16] and not (part.number and said[:10] == last[:10] and not found["clock"]):
                event = view.setters.get((part.id, "labels"), part.id)
                record = f"last updated {times.show(last, 'minute')}"
                fix = f"triage amend {view.name(event)} '{label}=' (the document tells it by itself)"
                yield view.finding("TR104", event, f"{label}: {value}", record, fix, field=label)


def order(view: View) -> Iterator[Finding]:
    """TR201: an end before its beginning."""
    for part in view.report.parts:
        for action in part.actions:
            yield from _before(
                view, action.event, action.at, action.ended_at, f"action {action.number}", "ended"
            )
        for blocker in part.blockers:
            name = f"blocker {blocker.number}"
            yield from _before(view, blocker.event, blocker.at, blocker.fixed_at, name, "was fixed")
        for item in part.evidence:
            yield from _before(view, item.event, item.started_at, item.ended_at, "the command", "ended")
        yield from _before(view, part.id, part.at, part.resolved_at, "the work", "was resolved")
        yield from _after_the_end(view, part)


def _before(
    view: View, event: str, start: str | None, end: str | None, what: str, ended: str
) -> Iterator[Finding]:
    if not (start and end and end < start):
        return
    said = f"{what} {ended} at {times.show(end, 'minute')}"
    record = f"it began at {times.show(start, 'minute')}"
    yield view.finding("TR201", event, said, record, f"triage amend {view.name(event)} at=TIME", field="at")


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


def impossible(view: View) -> Iterator[Finding]:
    """TR202: times ahead of the record, and before the time at which the work was said to begin."""
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


def _apart(one: str, two: str) -> int:
    """Microseconds between two instants."""
    return abs(times.to_us(one) - times.to_us(two))


def _spare(precision: str) -> int:
    return {"day": 1440 * MINUTE, "approximate": 30 * MINUTE, "minute": MINUTE}.get(precision, 0)


def gap(view: View) -> Iterator[Finding]:
    """TR203: hours without a row before the work was resolved."""
    for part in view.report.parts:
        rows = [row for row in _timed(part) if not part.resolved_at or (row.at or "") <= part.resolved_at]
        for before, after in pairwise(rows):
            us = times.to_us(after.at or "") - times.to_us(before.at or "")
            if us > GAP and before.mark not in ("opened", "resolved", "abandoned") and after.mark != "opened":
                said = f"{times.span(us)} between {before.text!r} and {after.text!r}"
                fix = f"triage log 'what happened' --at {(before.at or '')[:16]}Z"
                yield view.finding("TR203", after.event, said, "nothing recorded", fix)


def _timed(part: Part) -> list[Row]:
    return [row for row in part.rows if row.at and row.precision in ("exact", "minute", "approximate")]


def precision(view: View) -> Iterator[Finding]:
    """TR204: rows of a day, or of no known time, among rows of a minute."""
    for part in view.report.parts:
        fine = sum(row.precision in ("exact", "minute") for row in part.rows)
        coarse = [row for row in part.rows if row.precision in ("day", "unknown") and row.source == "entry"]
        if fine > len(coarse) > 0:
            for row in coarse:
                said = f"{row.text!r} at {times.show(row.at, row.precision)}"
                fix = f"triage amend {view.name(row.event)} at=HH:MM"
                yield view.finding("TR204", row.event, said, f"{fine} rows tell the minute", fix, field="at")
