"""Running a command as evidence, and what follows from how it ended: for an action, for a row of a table."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage import capture, diagnosis
from triage.capture import OUT, Captured
from triage.errors import InvalidValue, NotFound, TriageError
from triage.events import Draft, Event
from triage.report import Blocker, Report
from triage.report.tables import matches
from triage.usecases import lookup
from triage.usecases.recorder import Recorder, Said
from triage.usecases.scribe import Scribe

LONGEST_VALUE = 1000
"""Characters of a value that is taken from an output."""
NO_MATCH = "(nothing matched)"


class Observed(NamedTuple):
    """A row to be filled from the output: its table, its cells, the column to fill, and what is expected.

    ``match`` is a regular expression: the first group of its first match is the value, or all of the match;
    without one the whole output is.
    """

    table: str
    cells: tuple[tuple[str, str], ...]
    label: str
    expected: str
    exact: bool = False
    match: str = ""


class Plan(NamedTuple):
    """What is to be done with a command. ``timeout`` is in seconds.

    ``action`` names or adds one; ``cells`` are values that it leaves where it succeeds; ``live`` says whether
    its output is shown.
    """

    fields: Mapping[str, Any]
    action: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    observed: Observed | None = None
    keep_output: bool = True
    timeout: float | None = None
    live: bool = True
    terminal: bool = False


class Told(NamedTuple):
    """What was recorded besides the evidence, and what to say of it."""

    event: Event
    what: str


class Ran(NamedTuple):
    """What a command that was run did, its event, what followed, and what kept any of it from being kept."""

    captured: Captured
    command: str
    output: bytes
    event: Event | None
    told: tuple[Told, ...] = ()
    error: TriageError | None = None


class _Claim(NamedTuple):
    """The action that a command is run for: its id, and its draft where the command adds it."""

    id: str
    title: str
    part: str
    draft: Draft | None = None


def run(recorder: Recorder, argv: Sequence[str], plan: Plan, *, clock: Callable[[], int]) -> Ran:
    """Run a command, pass its output on, and record what it did as captured evidence.

    Raises `InvalidValue`, `NotFound` or `Conflict`, before the command runs, where what was asked for cannot
    be understood. Where the store does not work the command runs all the same.
    """
    recorder.when()
    _check(plan)
    claim = _claim(recorder, plan) if plan.action else None
    fields = {**plan.fields, "action": claim.id if claim else None}
    mine = recorder.plain(key=recorder.circumstances.key) if claim else recorder
    scribe = Scribe(mine, argv, fields, keep_output=plan.keep_output)
    scribe.begin([claim.draft] if claim and claim.draft else [])
    captured = capture.run(
        argv,
        clock=clock,
        watch=scribe.watch,
        timeout=plan.timeout,
        live=plan.live,
        terminal=plan.terminal,
        digests=not plan.keep_output,
    )
    return _recorded(recorder, plan, claim, scribe, captured)


def unrecorded(argv: Sequence[str], plan: Plan, *, clock: Callable[[], int]) -> Captured:
    """Run a command, and pass its output on, where nothing can be recorded."""
    return capture.run(argv, clock=clock, timeout=plan.timeout, live=plan.live, terminal=plan.terminal)


def _check(plan: Plan) -> None:
    if plan.cells and not (plan.action or plan.fields.get("environment")):
        raise InvalidValue("--set needs the row that it is for", hint="add --env staging, or --action N")
    if plan.observed and not plan.keep_output:
        raise InvalidValue("--observe takes a value from the output", hint="leave out --no-output")
    if plan.observed and plan.observed.match:
        try:
            re.compile(plan.observed.match)
        except re.error as error:
            raise InvalidValue(
                f"--match is no regular expression: {error}", hint="see the re module of Python"
            ) from error


def _claim(recorder: Recorder, plan: Plan) -> _Claim | None:
    """The action that a name means, or a new one of that title; None where the store cannot say."""
    try:
        found = _named(recorder, plan)
    except (InvalidValue, NotFound):
        raise
    except TriageError as error:
        if error.exit_code in (2, 3, 5):
            raise
        return None
    if found is not None:
        return found
    said = {"title": plan.action, "status": "doing", "environment": plan.fields.get("environment")}
    draft = recorder.plain().draft(Said("action", said))
    return _Claim(draft.id, plan.action, draft.part, draft)


def _named(recorder: Recorder, plan: Plan) -> _Claim | None:
    """The action that a number, an event or a title means; a part of a title means an open action only."""
    journal, name = recorder.place.journal, plan.action
    wanted, environment = name.strip().casefold(), plan.fields.get("environment") or ""
    actions = [(part.id, a) for part in _work(recorder).parts for a in part.actions]
    same = [(part, a) for part, a in actions if a.title.casefold() == wanted]
    fitting = [(part, a) for part, a in same if environment in ("", a.environment)]
    if fitting:
        part, known = fitting[-1]
        return _Claim(known.event, known.name, part)
    if same:
        return None
    try:
        found = lookup.entity(recorder.store, journal, "action", name)
    except NotFound:
        if name.removeprefix("e").isdigit():
            raise
        return None
    action = next((a for _, a in actions if a.event == found.id), None)
    if action is not None and action.closed and wanted in action.title.casefold():
        return None
    return _Claim(found.id, found.title, found.history.creation.part)


def _work(recorder: Recorder) -> Report:
    """The actions and blockers of the journal."""
    kinds = ("header", "action", "blocker", "amendment")
    return Report.from_events(recorder.store.events(recorder.place.journal, kinds=kinds))


def _recorded(
    recorder: Recorder, plan: Plan, claim: _Claim | None, scribe: Scribe, captured: Captured
) -> Ran:
    """Record how it ended and what follows, in one transaction."""
    command = recorder.command_line(captured.argv)
    drafts = scribe.end(captured)
    try:
        following, problem = list(_following(recorder, plan, claim, scribe, captured)), None
    except TriageError as error:
        following, problem = [], error  # what it printed is recorded all the same
    drafts[-1] = _with_blocker(drafts[-1], following)
    try:
        events = scribe.record([*drafts, *(draft for draft, _ in following)])
    except TriageError as error:
        return Ran(captured, command, scribe.output, None, error=error)
    said = zip(events[len(drafts) :], (what for _, what in following), strict=True)
    told = tuple(Told(event, what) for event, what in said if what)
    return Ran(captured, command, scribe.output, scribe.event, told, problem)


Following = tuple[Draft, str]
"""What follows from the end of a command, and what to say of it."""


def _following(
    recorder: Recorder, plan: Plan, claim: _Claim | None, scribe: Scribe, captured: Captured
) -> Iterator[Following]:
    later, log = recorder.plain(), recorder.circumstances.log
    if claim is not None and captured.exit_code == 0:
        yield _done(later, plan, claim, log)
    elif claim is not None and captured.state != "interrupted":
        yield from _blocked(later, claim, scribe, captured, log)
    elif plan.cells and captured.exit_code == 0:
        yield _left(later, plan, scribe.id)
    if plan.observed is not None:
        yield _observed(later, plan.observed, scribe)


def _done(recorder: Recorder, plan: Plan, claim: _Claim, log: str) -> Following:
    fields = {
        "status": "done",
        "cells": [list(cell) for cell in plan.cells] or None,
        "environment": plan.fields.get("environment"),
        "log": log or None,
    }
    draft = recorder.draft(Said("action", fields, entity=claim.id, part=claim.part))
    return draft, f"action done: {claim.title}"


def _left(recorder: Recorder, plan: Plan, evidence: str) -> Following:
    cells = [["", plan.fields["environment"]], *(list(cell) for cell in plan.cells)]
    draft = recorder.draft(Said("observation", {"cells": cells, "evidence": evidence}))
    return draft, "Final state: " + ", ".join(f"{label}={value}".lstrip("=") for label, value in cells)


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
    said = f"{observed.table}: " + ", ".join(f"{label}={value}".lstrip("=") for label, value in cells)
    if not observed.expected:
        return draft, said
    met = matches(observed.expected, actual, exact=observed.exact)
    return draft, f"{said} {'✓' if met else '✗'} expected {observed.expected}"


def _actual(observed: Observed, scribe: Scribe) -> str:
    """The value that is taken from the output: standard output, or standard error where that is empty."""
    text = scribe.text(OUT) or scribe.text()
    if not observed.match:
        return text.strip()[:LONGEST_VALUE]
    found = re.search(observed.match, text, re.MULTILINE) or re.search(
        observed.match, scribe.text(), re.MULTILINE
    )
    if found is None:
        return NO_MATCH
    return str(found[1] if found.re.groups and found[1] is not None else found[0]).strip()[:LONGEST_VALUE]


def _blocked(
    recorder: Recorder, claim: _Claim, scribe: Scribe, captured: Captured, log: str
) -> Iterator[Following]:
    """The blocker of a command that failed: one per action and error, a retry adds its evidence to it."""
    error = _error(recorder, scribe, captured)
    work = _work(recorder)
    known = _same_error(work, claim, error)
    action = next((a for part in work.parts for a in part.actions if a.event == claim.id), None)
    if known is None:
        fields = {"error": error, "action": claim.id, "log": log or None}
        draft = recorder.draft(Said("blocker", fields, part=claim.part))
        yield draft, f"blocker opened: {error}"
        return
    again = Said("blocker", {"status": "open"}, entity=known.event, part=claim.part)
    yield recorder.draft(again), f"blocker {known.number} again: {error}"
    if action is not None and action.status != "blocked":
        yield recorder.draft(Said("action", {"status": "blocked"}, entity=claim.id, part=claim.part)), ""


def _same_error(work: Report, claim: _Claim, error: str) -> Blocker | None:
    wanted = diagnosis.signature(error)
    mine = [b for part in work.parts for b in part.blockers if b.action == claim.id]
    return next((b for b in mine if diagnosis.signature(b.error) == wanted), None)


def _error(recorder: Recorder, scribe: Scribe, captured: Captured) -> str:
    """What went wrong, in one line."""
    if captured.error:
        return recorder.scrubbed(captured.error)
    said = diagnosis.telling_line(scribe.text())
    if captured.state == "timeout":
        return f"timed out: {said}" if said else "timed out"
    how = f"killed by {captured.signal}" if captured.state == "killed" else f"exit code {captured.exit_code}"
    return f"{said} ({how})" if said and captured.state == "killed" else said or how


def _with_blocker(draft: Draft, following: Sequence[Following]) -> Draft:
    """The last event of the evidence names the blocker that it is about."""
    blocker = next((other.entity for other, _ in following if other.kind == "blocker"), None)
    return draft._replace(body=draft.body | {"blocker": blocker}) if blocker else draft
