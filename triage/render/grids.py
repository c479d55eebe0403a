"""The tables of a document as grids of cells: what they say, before Markdown or HTML says how."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage import times
from triage.report import Action, Blocker, Correction, Issue, Part, Report, Row, Table, TableRow

LOUD = ("blocked", "failed", "skipped")
"""Marks that precede the outcome of a row in the sequence log."""
TOLD = ("hypothesis", "decision", "finding", "escalation", "handoff")
"""Types of entries that precede the text: a hypothesis must not read as a fact."""


class Mark(NamedTuple):
    """A status word with how the claim is backed, and what else is to be said about it."""

    word: str
    backing: str = ""
    note: str = ""
    proof: tuple[str, ...] = ()


class Backed(NamedTuple):
    """How a claim is backed: the word, and the ids of the evidence that bears it out."""

    word: str
    proof: tuple[str, ...] = ()


class Clock(NamedTuple):
    """A time in the sequence log; ``text`` is what is shown."""

    at: str | None
    text: str


class Check(NamedTuple):
    """A value that was compared with what was expected."""

    text: str
    met: bool


Cell = str | Mark | Backed | Clock | Check


class GridRow(NamedTuple):
    """One row; ``event`` is the id whose tail is its anchor, ``tone`` a word for its look.

    ``kind`` is what the sequence log can be filtered by.
    """

    event: str
    cells: tuple[Cell, ...]
    tone: str = ""
    kind: str = ""


class Grid(NamedTuple):
    """One table; ``form`` is queue, log or issues where its columns are always the same."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    form: str = ""


def queue(part: Part) -> Grid:
    """The action queue: number, action, status, notes."""
    blockers = {blocker.event: blocker for blocker in part.blockers}
    rows = (_action(action, blockers) for action in part.queue)
    return Grid("Action queue", ("#", "Action", "Status", "Notes"), tuple(rows), "queue")


def _action(action: Action, blockers: dict[str, Blocker]) -> GridRow:
    proof = action.proof if action.closed else ()
    status = Mark(action.shown, action.backing if action.closed else "", proof=proof)
    notes = [_blocked_by(blockers[id]) for id in action.blockers if id in blockers]
    if action.notes:
        notes.append(action.notes)
    if action.claimed_by:
        notes.append(f"started by {action.claimed_by}")
    cells = (str(action.number), action.name, status, "; ".join(notes))
    return GridRow(action.event, cells, "freed" if "→" in action.shown else action.status)


def _blocked_by(blocker: Blocker) -> str:
    fixed = f" — {fixed_by(blocker)}" if blocker.status != "open" else ""
    return f"{blocker.error or blocker.title}{fixed}"


def fixed_by(blocker: Blocker) -> str:
    """How a blocker stands, in a few words."""
    if blocker.status == "fixed":
        return f"fixed by PR {blocker.pr}" if blocker.pr else "fixed"
    return blocker.status


def log(part: Part) -> Grid:
    """The sequence log: time, action, outcome; the date is shown where it changes."""
    return Grid("Sequence log", ("Time (UTC)", "Action", "Outcome"), tuple(_log_rows(part.rows)), "log")


def _log_rows(rows: tuple[Row, ...]) -> Iterator[GridRow]:
    day = ""
    for row in rows:
        clock, day = _clock(row, day), (row.at or day)[:10]
        outcome = row.outcome
        if row.mark in LOUD:
            outcome = " — ".join(part for part in (row.mark.upper(), outcome) if part)
        elif row.source == "action":
            outcome = outcome or row.mark
        text = f"{row.mark.capitalize()}: {row.text}" if row.mark in TOLD else row.text
        kind = "status" if row.source == "header" else row.source
        yield GridRow(row.event, (clock, text, outcome), row.mark, kind)


def _clock(row: Row, day: str) -> Clock:
    if row.at is None:
        return Clock(None, "unknown")
    if row.precision == "day":
        return Clock(row.at, row.at[:10])
    clock = times.show_clock(row.at, row.precision)
    return Clock(row.at, clock if row.at[:10] == day else f"{row.at[:10]} {clock}")


def issues(part: Part) -> Grid:
    """Issues, and PRs that are not merged yet."""
    rows = tuple(map(_issue, part.listed_issues))
    return Grid("Issues status", ("Issue", "Title", "Status"), rows, "issues")


def _issue(issue: Issue) -> GridRow:
    notes = [f"by PR {pr}" for pr in issue.closed_by if issue.state != "open"]
    notes += [issue.note] if issue.note else []
    name = f"PR {issue.ref}" if issue.type == "pr" else issue.ref
    return GridRow(
        issue.event, (name, issue.title, Mark(issue.state.upper(), "", ", ".join(notes))), issue.state
    )


def items(actions: Sequence[Action]) -> Grid:
    """Action items: what, who, how far, and what came of it."""
    rows = (GridRow(a.event, (a.name, a.owner, _action(a, {}).cells[2], _item(a)), a.status) for a in actions)
    return Grid("Action items", ("Action", "Owner", "Status", "Notes"), tuple(rows))


def _item(action: Action) -> str:
    return ", ".join(part for part in (action.issue, action.notes) if part)


def corrections(report: Report) -> Grid:
    """What was corrected: when and by whom, what it was, what was said before and what is said since."""
    columns = ("Recorded (UTC)", "By", "What", "Was", "Is", "Why")
    return Grid("Corrections", columns, tuple(map(_correction, report.corrections)))


def _correction(item: Correction) -> GridRow:
    what = " — ".join(part for part in (f"{item.kind} {item.field}".strip(), item.title) if part)
    was, now = (item.old, item.new) if item.field else ("", "withdrawn" if item.withdrawn else "brought back")
    cells = (
        times.show(item.recorded_at, "minute").removesuffix(" UTC"),
        item.actor,
        what,
        was,
        now,
        item.reason,
    )
    return GridRow(item.event, cells)


def data(table: Table) -> Grid:
    """A table of observations; where values were expected, they precede the last column."""
    columns, expects = list(table.columns), table.expects
    if expects:
        last = columns[-1]
        columns.insert(len(columns) - 1, "Expected" if last == "Actual" else f"{last} expected")
    tells = alike(table.rows) is None
    if tells:
        columns.append("Backing")
    rows = (_data_row(row, expects=expects, tells=tells) for row in table.rows)
    return Grid(table.name, tuple(columns), tuple(rows))


def alike(claims: Sequence[Action | TableRow]) -> Backed | None:
    """How claims are backed, where it is the same for all of them and can be said once."""
    found = {Backed(claim.backing, claim.proof) for claim in claims}
    return found.pop() if len(found) == 1 else None


def told(actions: Sequence[Action]) -> list[Action]:
    """The actions of a checklist that claim something: those that were closed, and not by skipping them."""
    return [action for action in actions if action.closed and action.status != "skipped"]


def _data_row(row: TableRow, *, expects: bool, tells: bool) -> GridRow:
    cells: list[Cell] = list(row.values)
    if expects:
        cells.insert(len(cells) - 1, row.expected)
    if row.met is not None:
        cells[-1] = Check(row.values[-1], row.met)
    if tells:
        cells.append(Backed(row.backing, row.proof))
    return GridRow(row.event, tuple(cells), "" if row.met is not False else "failed")


def bases(table: Table) -> list[str]:
    """What the rows of a table rest on, each said once."""
    return list(dict.fromkeys(row.basis for row in table.rows if row.basis))
