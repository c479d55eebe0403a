"""What is to be done with a command that is run, and the action that it is run for."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from triage.errors import InvalidValue, NotFound, TriageError, UsageError
from triage.events import Draft
from triage.report import Report
from triage.usecases import extracting, lookup
from triage.usecases.extracting import Extract
from triage.usecases.fields import assignment
from triage.usecases.recorder import Recorder, Said


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

    @classmethod
    def from_options(
        cls,
        table: str | None,
        words: Sequence[str],
        expect: str | None,
        expect_exact: str | None,
        match: str | None,
    ) -> "Observed | None":
        """The row that the options of `triage run` ask for, or None; `UsageError` where they do not fit."""
        if table is None:
            if words or expect or expect_exact or match:
                raise UsageError("a row to fill needs its table", hint=f"--observe {OBSERVE}")
            return None
        if not words:
            raise UsageError("--observe needs the cells that tell the row", hint=f"--observe {OBSERVE}")
        if expect and expect_exact:
            raise UsageError("--expect and --expect-exact exclude each other", hint="give one of them")
        label, mark, value = (expect_exact or expect or "").partition("=")
        if not mark:
            label, value = ACTUAL, label
        cells = cells_of(words, "--observe TABLE")
        return cls(table, cells, label.strip() or ACTUAL, value, bool(expect_exact), match or "")


ACTUAL = "Actual"
"""The column that is filled from the output where --expect names none."""
OBSERVE = "TABLE LABEL=VALUE... -- COMMAND"


def cells_of(words: Sequence[str], option: str) -> tuple[tuple[str, str], ...]:
    """The cells that ``LABEL=VALUE`` words say; `UsageError` for one that says none."""
    pairs = [assignment(word) for word in words]
    for word, pair in zip(words, pairs, strict=True):
        if pair is None:
            raise UsageError(
                f"{word!r:.60} is not LABEL=VALUE, which {option} needs", hint="put -- before the command"
            )
    return tuple(pair for pair in pairs if pair is not None)


class Plan(NamedTuple):
    """What is to be done with a command. ``timeout`` is in seconds.

    ``action`` names or adds one; ``cells`` are values that it leaves where it succeeds, ``extracts`` those
    taken from its output; ``live`` says whether its output is shown;
    ``environ`` is its environment, None for ours.
    """

    fields: Mapping[str, Any]
    action: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    observed: Observed | None = None
    extracts: tuple[Extract, ...] = ()
    keep_output: bool = True
    timeout: float | None = None
    live: bool = True
    terminal: bool = False
    environ: Mapping[str, str] | None = None


class Claim(NamedTuple):
    """The action that a command is run for: its id, and its draft where the command adds it."""

    id: str
    title: str
    part: str
    draft: Draft | None = None


def check(plan: Plan) -> None:
    """Raise `InvalidValue` where a plan cannot be carried out."""
    if plan.cells and not (plan.action or plan.fields.get("environment")):
        raise InvalidValue("--set needs the row that it is for", hint="add --env staging, or --action N")
    if plan.observed and not plan.keep_output:
        raise InvalidValue("--observe takes a value from the output", hint="leave out --no-output")
    if plan.observed and plan.observed.match:
        extracting.compiled(plan.observed.match, "--match")
    if plan.extracts and not plan.keep_output:
        raise InvalidValue("--extract takes values from the output", hint="leave out --no-output")


def claim(recorder: Recorder, plan: Plan) -> Claim | None:
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
    return Claim(draft.id, plan.action, draft.part, draft)


def _named(recorder: Recorder, plan: Plan) -> Claim | None:
    """The action that a number, an event or a title means; a part of a title means an open action only."""
    journal, name = recorder.place.journal, plan.action
    wanted, environment = name.strip().casefold(), plan.fields.get("environment") or ""
    actions = [(part.id, a) for part in work(recorder).parts for a in part.actions]
    same = [(part, a) for part, a in actions if a.title.casefold() == wanted]
    fitting = [(part, a) for part, a in same if environment in ("", a.environment)]
    if fitting:
        part, known = fitting[-1]
        return Claim(known.event, known.name, part)
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
    return Claim(found.id, found.title, found.history.creation.part)


def work(recorder: Recorder) -> Report:
    """The actions and blockers of the journal."""
    kinds = ("header", "action", "blocker", "amendment")
    return Report.from_events(recorder.store.events(recorder.place.journal, kinds=kinds))
