"""Findings: where a report contradicts its own record, leaves something out, or claims more than it has.

Every rule has a code that does not change, one function, and a page in docs/checks. `check` is pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from triage.check import (
    calls,
    claims,
    counts,
    doubles,
    obligations,
    order,
    relations,
    spans,
    states,
    texts,
    told,
)
from triage.check.finding import ERROR, INFO, RULES, SEVERITIES, WARNING, Finding, Rule, selected
from triage.check.source import Source
from triage.check.view import Check, View
from triage.events import Event
from triage.redact import Redactor
from triage.report import Report
from triage.report.history import is_withdrawn

__all__ = [
    "ERROR",
    "INFO",
    "RULES",
    "SEVERITIES",
    "WARNING",
    "Finding",
    "Rule",
    "Source",
    "View",
    "check",
    "selected",
    "waivers",
]

CHECKS: Mapping[str, Check] = {
    "TR101": counts.count,
    "TR102": spans.span,
    "TR103": relations.relation,
    "TR104": order.stale,
    "TR105": told.value,
    "TR201": order.order,
    "TR202": order.impossible,
    "TR203": order.gap,
    "TR204": order.precision,
    "TR301": relations.dangling,
    "TR302": relations.orphan,
    "TR401": states.transition,
    "TR402": states.unknown,
    "TR403": obligations.unowned,
    "TR404": states.still_open,
    "TR405": claims.untested,
    "TR406": states.asymmetry,
    "TR407": doubles.double,
    "TR408": told.state,
    "TR501": claims.uncited,
    "TR502": claims.weak,
    "TR503": claims.truncated,
    "TR601": texts.empty,
    "TR602": calls.call,
    "TR701": texts.secret,
    "TR901": claims.absolute,
    "TR902": counts.literal,
}
"""What looks for each rule in a report. Rules that only a page can break have nothing here."""

USUAL = selected(RULES, (), ())
"""The codes that hold unless something else is asked for."""


def check(
    report: Report, events: Sequence[Event], redactor: Redactor, codes: AbstractSet[str] = USUAL
) -> list[Finding]:
    """What is wrong with a report and not waived: the worst first, then in the order of the record."""
    view = View(report, events, redactor)
    waived = waivers(view.events)
    found = [finding for finding in look(view, codes) if finding.key not in waived]
    ranks = {event.id: place for place, event in enumerate(view.events)}
    return sorted(
        found, key=lambda each: (SEVERITIES.index(each.severity), ranks.get(each.event, 0), each.code)
    )


def look(view: View, codes: AbstractSet[str] = USUAL) -> list[Finding]:
    """What the rules of these codes find, each thing once."""
    found = (finding for code, rule in CHECKS.items() if code in codes for finding in rule(view))
    return list({(finding.key, finding.line): finding for finding in found}.values())


def waivers(events: Sequence[Event]) -> Mapping[str, str]:
    """The findings that were waived, by their keys, with the reason."""
    found: dict[str, str] = {}
    ordered = list(events)
    for event in ordered:
        body = event.body or {}
        if event.kind == "act" and body.get("verb") == "waive" and not is_withdrawn(event.id, ordered):
            found[str(body.get("about") or "")] = str(body.get("reason") or "")
    return found
