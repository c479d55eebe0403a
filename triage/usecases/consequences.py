"""What follows from how a command ended: for its action, for its blocker, for a row of a table."""

from collections.abc import Iterator
from typing import NamedTuple

from triage.capture import OUT, Captured
from triage.diagnosis.telling import telling_line
from triage.events import Draft, Event
from triage.report import Blocker, Report
from triage.report.tables import matches
from triage.store import Name
from triage.usecases import extracting, lookup
from triage.usecases.plan import Claim, Observed, Plan, work
from triage.usecases.recorder import Recorder, Said
from triage.usecases.scribe import Scribe

NO_MATCH = "(nothing matched)"


class Following(NamedTuple):
    """What follows from the end of a command; ``verb`` and ``what`` say it, where they are not empty."""

    draft: Draft
    verb: str = ""
    what: str = ""


def following(
    recorder: Recorder, plan: Plan, claim: Claim | None, scribe: Scribe, captured: Captured
) -> Iterator[Following]:
    """What follows for the action, for a blocker of it, and for the row that was to be filled."""
    later, log = recorder.plain(), recorder.circumstances.log
    if claim is not None and captured.exit_code == 0:
        yield _done(later, plan, claim, log)
    elif claim is not None and captured.state != "interrupted":
        yield from _blocked(later, claim, scribe, captured, log)
    elif plan.cells and captured.exit_code == 0:
        yield _left(later, plan, scribe.id)
    if plan.observed is not None:
        yield _observed(later, plan.observed, scribe)


def _done(recorder: Recorder, plan: Plan, claim: Claim, log: str) -> Following:
    fields = {
        "status": "done",
        "cells": [list(cell) for cell in plan.cells] or None,
        "environment": plan.fields.get("environment"),
        "log": log or None,
    }
    draft = recorder.draft(Said("action", fields, entity=claim.id, part=claim.part))
    return Following(draft, "done", claim.title)


def _left(recorder: Recorder, plan: Plan, evidence: str) -> Following:
    cells = [["", plan.fields["environment"]], *(list(cell) for cell in plan.cells)]
    draft = recorder.draft(Said("observation", {"cells": cells, "evidence": evidence}))
    return Following(draft, what="Final state: " + _row(cells))


def _observed(recorder: Recorder, observed: Observed, scribe: Scribe) -> Following:
    actual = _actual(observed, scribe)
    cells = [*map(list, observed.cells), [observed.label, actual]]
    fields = {
        "table": observed.table,
        "cells": cells,
        "expected": observed.expected or None,
        "exact": observed.exact or None,
        "evidence": scribe.id,
        "taken": observed.label,
    }
    draft = recorder.draft(Said("observation", fields))
    said = f"{observed.table}: {_row(cells)}"
    if not observed.expected:
        return Following(draft, what=said)
    met = matches(observed.expected, actual, exact=observed.exact)
    return Following(draft, what=f"{said} {'✓' if met else '✗'} expected {observed.expected}")


def _row(cells: list[list[str]]) -> str:
    return ", ".join(f"{label}={value}".lstrip("=") for label, value in cells)


def _actual(observed: Observed, scribe: Scribe) -> str:
    """The value that is taken from the output: standard output, or standard error where that is empty."""
    text = scribe.text(OUT) or scribe.text()
    if not observed.match:
        return text.strip()[: extracting.LONGEST]
    found = extracting.first(extracting.compiled(observed.match, "--match"), text, scribe.text())
    return NO_MATCH if found is None else found


def _blocked(
    recorder: Recorder, claim: Claim, scribe: Scribe, captured: Captured, log: str
) -> Iterator[Following]:
    """The blocker of a command that failed: one per action and error, a retry adds its evidence to it."""
    error = _error(recorder, scribe, captured)
    report = work(recorder)
    known = _same_error(report, claim, error)
    action = next((a for part in report.parts for a in part.actions if a.event == claim.id), None)
    if known is None:
        fields = {"error": error, "action": claim.id, "log": log or None}
        draft = recorder.draft(Said("blocker", fields, part=claim.part))
        yield Following(draft, "opened", error)
        return
    again = Said("blocker", {"status": "open"}, entity=known.event, part=claim.part)
    verb = "seen again" if known.status == "open" else "open again"
    yield Following(recorder.draft(again), verb, error)
    if action is not None and action.status != "blocked":
        status = Said("action", {"status": "blocked"}, entity=claim.id, part=claim.part)
        yield Following(recorder.draft(status))


def still_open(recorder: Recorder, claim: Claim | None, captured: Captured) -> tuple[int, ...]:
    """The numbers of the blockers that stay open though the action that they block went through."""
    if claim is None or captured.exit_code != 0:
        return ()
    blockers = (b for part in work(recorder).parts for b in part.blockers)
    return tuple(b.number for b in blockers if b.action == claim.id and b.status == "open")


def _same_error(report: Report, claim: Claim, error: str) -> Blocker | None:
    from triage.diagnosis.sameness import signature

    wanted = signature(error)
    mine = [b for part in report.parts for b in part.blockers if b.action == claim.id]
    return next((b for b in mine if signature(b.error) == wanted), None)


def _error(recorder: Recorder, scribe: Scribe, captured: Captured) -> str:
    """What went wrong, in one line."""
    if captured.error:
        return recorder.scrubbed(captured.error)
    said = telling_line(scribe.text())
    if captured.state == "timeout":
        return f"timed out: {said}" if said else "timed out"
    how = f"killed by {captured.signal}" if captured.state == "killed" else f"exit code {captured.exit_code}"
    return f"{said} ({how})" if said and captured.state == "killed" else said or how


def wording(recorder: Recorder, event: Event, followed: Following) -> str:
    """What to say of what followed, once it is recorded; '' for what is not said."""
    if not followed.verb:
        return followed.what
    if not event.n:
        return f"{event.kind} {followed.verb}: {followed.what}"
    creation = recorder.store.find(event.journal, Name(id=event.entity))[0]
    return f"{event.kind} {lookup.number(recorder.store, creation)} {followed.verb}: {followed.what}"
