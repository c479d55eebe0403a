"""Checking journals: findings, waivers, and what stands in the way of a publication."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from triage import check
from triage.check import ERROR, RULES, Finding
from triage.errors import FindingsFound, InvalidValue, NotFound
from triage.events import Event
from triage.redact import Redactor
from triage.report import Report
from triage.store import JournalRow, Store
from triage.usecases import lookup
from triage.usecases.recorder import Recorder, Said


class Checked(NamedTuple):
    """What is wrong with a journal: ``names`` are those of its events, such as ``e12``, by their ids."""

    slug: str
    findings: tuple[Finding, ...]
    waived: int
    names: dict[str, str]


def journal(store: Store, row: JournalRow, redactor: Redactor, codes: AbstractSet[str]) -> Checked:
    """Check a journal by the rules of these codes."""
    events = list(store.events(row.id, output=True))
    report = Report.from_events(events)
    found = check.check(report, events, redactor, codes)
    names = {event.id: f"e{event.n}" for event in events}
    return Checked(row.slug, tuple(found), len(check.waivers(events)), names)


def codes_of(select: Sequence[str], ignore: Sequence[str], only: Sequence[str] = ()) -> frozenset[str]:
    """The codes that the options of these names leave; `InvalidValue` for one that names no rule."""
    for code in (*select, *ignore, *only):
        if not any(known.startswith(code) for known in RULES):
            raise InvalidValue(
                f"no rule {code!r:.40}", hint="see: triage check --rules", allowed=tuple(RULES)
            )
    return check.selected(RULES, select, ignore, only=only)


def waive(recorder: Recorder, code: str, name: str, reason: str) -> list[Event]:
    """Record that what a rule finds of an event now is all right, and why."""
    codes_of([code], [])
    store, journal = recorder.store, recorder.place.journal
    event = lookup.event(store, journal, name)
    events = list(store.events(journal, output=True))
    found = check.check(Report.from_events(events), events, Redactor(b""), frozenset(RULES))
    mine = [finding for finding in found if finding.event == event.id]
    meant = [finding for finding in mine if finding.code == code]
    if not meant:
        others = ", ".join(sorted({finding.code for finding in mine})) or "nothing"
        raise NotFound(f"{code} finds nothing wrong with e{event.n}", hint=f"found there: {others}")
    acts = ({"verb": "waive", "about": finding.key, "reason": reason} for finding in meant)
    key = recorder.circumstances.key
    keys = [f"{key}:{place}" if key and place > 1 else key for place in range(1, len(meant) + 1)]
    return recorder.record_all([Said("act", act, key=key) for act, key in zip(acts, keys, strict=True)])


SECRET = "TR701"  # noqa: S105  a rule's code
ERRORS = frozenset(code for code in check.USUAL if RULES[code].severity == ERROR) - {SECRET}
"""The rules that can find an error: a finding is never worse than its rule.

A secret is refused by the gate, which looks at all that a document shows, and cannot be forced.
"""


def errors(report: Report, events: Sequence[Event], redactor: Redactor) -> list[Finding]:
    """The errors of a journal that nobody published it in spite of."""
    forced = {key for forced in report.forced for key in forced.about}
    return [
        finding
        for finding in check.check(report, events, redactor, ERRORS)
        if finding.severity == ERROR and finding.key not in forced
    ]


def refuse_errors(report: Report, events: Sequence[Event], redactor: Redactor) -> None:
    """Raise `FindingsFound` where a journal has errors."""
    found = errors(report, events, redactor)
    if found:
        names = {event.id: f"e{event.n}" for event in events}
        slug, first = report.slug or report.journal[-8:], found[0]
        more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
        raise FindingsFound(
            f"{slug} contradicts itself: {first.code} {RULES[first.code].name}, {names.get(first.event, '')}"
            f" says {first.said!r:.80}, the record: {first.record:.80}{more}",
            hint=f"triage check {slug}; or publish it all the same: --force REASON",
            found=[{"code": each.code, "event": names.get(each.event, "")} for each in found],
        )


def force(recorder: Recorder, redactor: Redactor, reason: str) -> Event | None:
    """Record that a journal is published in spite of its errors; None where it has none."""
    events = list(recorder.store.events(recorder.place.journal, output=True))
    found = errors(Report.from_events(events), events, redactor)
    if not found:
        return None
    about = "; ".join(finding.key for finding in found)
    return recorder.record(Said("act", {"verb": "force", "about": about, "reason": reason}))
