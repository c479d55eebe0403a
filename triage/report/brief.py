"""A hand-off: what whoever takes the work over needs of a journal, the most important first.

It is worked out from the report alone, so the same journal gives the same hand-off. How much of it is told
is the document's choice: each topic says how many of its lines come before those of lesser topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from triage import times
from triage.report.report import Report
from triage.report.shapes import Action, Blocker, Cell, Evidence, Part, Prose, Row, Section, Table, TableRow
from triage.report.steps import Step, open_actions, open_blockers, steps

LONGEST = 240
"""Characters of a text that a hand-off repeats; of an error it repeats twice as many."""
MOST = 100
"""Lines of a topic that are worked out: more than any budget holds."""


class Item(NamedTuple):
    """One line: its text, the id of the event that it is about (or ''), labelled lines that belong to it.

    ``command`` is what of the text is a command (or ''), which is told to the letter.
    """

    text: str
    event: str = ""
    more: tuple[Cell, ...] = ()
    command: str = ""


class Topic(NamedTuple):
    """The lines of one sort: at most `MOST` of ``total``.

    ``name`` is their key in JSON, beside those of `HandOff`. ``first`` of them are told before lesser topics
    tell theirs, and ``sure`` of them before any other line. ``code`` says that they are commands, ``ours``
    that their words are our own.
    """

    name: str
    title: str
    first: int
    items: tuple[Item, ...]
    total: int
    code: bool = False
    sure: int = 0
    ours: bool = False


class HandOff(NamedTuple):
    """What to tell: the title, where the work stands in lines that are always told, and the topics."""

    journal: str
    slug: str
    title: str
    status: str
    standing: tuple[str, ...]
    topics: tuple[Topic, ...]


def hand_off(
    report: Report,
    news: Sequence[Item] = (),
    captured: Sequence[Item] = (),
    *,
    place: str = "",
    spooled: int = 0,
) -> HandOff:
    """The hand-off of a journal.

    ``news`` is what was recorded since some event, where that was asked for; ``captured`` tells of what a
    hook captured, which is in no report; ``place`` is the journal or the addendum to go on in; ``spooled``
    events wait to be delivered to the record.
    """
    header, day = report.main.header, (report.last_updated or "")[:10]
    slug = header.slug or report.journal[-8:]
    said, rows = _rows(report)
    commands = [Step(f"triage use {place or slug}"), *steps(report)]
    topics = (
        _topic("news", "New", 20, news, _itself),
        _topic("blockers", "Open blockers", 5, open_blockers(report), partial(_blocker, day))._replace(
            sure=1
        ),
        _topic("next", "Next", 8, commands, _step)._replace(code=True, sure=2, ours=True),
        _topic("actions", "Open actions", 6, open_actions(report), _action),
        _topic("facts", "Last values", 6, _facts(report), _fact),
        _topic("failed", "Tried and failed", 5, _failures(report), partial(_failed, day)),
        _topic("captured", "Captured by a hook", 1, captured, _itself)._replace(ours=True),
        _topic("said", "Decided and escalated", 5, said, partial(_row, day)),
        _topic("log", "Other events, the latest first", 6, rows, partial(_row, day)),
        _topic("owed", "Open issues and boxes", 5, [*_issues(report), *_boxes(report)], _itself),
        _topic("solved", "Solved blockers", 3, _settled(report), _solved),
        _topic("parts", "Addenda", 3, report.addenda, _part),
    )
    standing = tuple(_standing(report, slug, spooled))
    told = tuple(topic for topic in topics if topic.items)
    return HandOff(report.journal, slug, header.title, header.status, standing, told)


Thing = TypeVar("Thing")


def _topic(
    name: str, title: str, first: int, things: Sequence[Thing], told: Callable[[Thing], Item]
) -> Topic:
    """A topic of things, of which the first are put into words."""
    return Topic(name, title, first, tuple(map(told, things[:MOST])), len(things))


def _itself(item: Item) -> Item:
    return item


def clipped(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to a length."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def failed_actions(report: Report) -> list[Action]:
    """The actions of all parts that failed."""
    return [item for part in report.parts for item in part.actions if item.status == "failed"]


def _standing(report: Report, slug: str, spooled: int) -> Iterator[str]:
    header, main = report.main.header, report.main
    status = " — ".join(filter(None, (header.status.upper(), clipped(header.status_note))))
    labelled = (("severity", header.severity), ("service", header.service), ("lead", header.lead))
    known = (header.type, *(f"{label} {clipped(value)}" for label, value in labelled if value))
    yield "; ".join(filter(None, (f"{slug}: {status}", *known)))
    last = times.show(report.last_updated, report.last_precision)
    actions = [item for part in report.parts for item in part.actions]
    closed = f"{sum(item.closed for item in actions)} of {len(actions)} actions closed" if actions else ""
    clock = main.wall_clock
    span = f"{times.span(clock.us)} {'so far' if clock.so_far else 'in all'}" if clock else ""
    authors = f"by {', '.join(map(clipped, report.authors[:4]))}" if report.authors else ""
    count = f"{report.events} event{'s'[: report.events != 1]} {authors}".rstrip()
    yield "; ".join(filter(None, (f"last event {last}", span, count, closed)))
    if header.impact:
        yield f"impact: {clipped(header.impact)}"
    if spooled:
        yield f"{spooled} more spooled, not in the record yet: triage flush"


def _step(step: Step) -> Item:
    return Item(step.command, more=(("by", clipped(step.by)),) if step.by else ())


def _blocker(day: str, blocker: Blocker) -> Item:
    blocks = f"blocks action {blocker.action_number}" if blocker.action_number else ""
    facts = (f"since {_moment(blocker.at, blocker.precision, day)}", blocks, _issue(blocker.issue))
    error = "" if blocker.error == blocker.title else clipped(blocker.error, 2 * LONGEST)
    more = (("Error", error), ("Effect", clipped(blocker.effect)), ("Cause", clipped(blocker.cause)))
    text = f"Blocker {blocker.number}: {clipped(blocker.title, 2 * LONGEST)} — {_joined(facts)}"
    return Item(text, blocker.event, tuple(pair for pair in more if pair[1]))


def _issue(ref: str) -> str:
    return f"issue {ref}" if ref else ""


def _joined(parts: Iterable[str], between: str = ", ") -> str:
    return between.join(part for part in parts if part)


def _action(action: Action) -> Item:
    who = f"{clipped(action.owner)} must act" if action.owner else ""
    claimed = f"by {clipped(action.claimed_by)}" if action.claimed_by else ""
    status = _joined((action.status, claimed), " ")
    aside = _joined((who, _issue(action.issue), clipped(action.notes)))
    text = f"Action {action.number} ({status}): {clipped(action.name)}"
    return Item(_joined((text, aside), " — "), action.event)


def _facts(report: Report) -> list[tuple[Table, TableRow]]:
    """The rows of all tables, which hold the last values: what did not come out as expected first."""
    rows = [(table, row) for part in report.parts for table in _tables(part) for row in table.rows]
    return sorted(rows, key=lambda pair: pair[1].met is not False)


def _tables(part: Part) -> list[Table]:
    """The tables of a part, the final state first."""
    return sorted(part.tables, key=lambda table: table is not part.final)


def _fact(pair: tuple[Table, TableRow]) -> Item:
    table, row = pair
    named = zip(table.columns[1:], row.values[1:], strict=True)
    said = [f"{label} {clipped(value)}" for label, value in named if value]
    wanted = f"expected {clipped(row.expected)}, NOT MET" if row.met is False else ""
    name = "" if table.name == "Final state" else f"{clipped(table.name)} / "
    return Item(f"{name}{clipped(row.values[0])}: {_joined((*said, wanted)) or 'nothing'}", row.event)


def _failures(report: Report) -> list[Action | Evidence]:
    """What was tried in vain: failed actions, then captured commands whose last run failed."""
    return [*failed_actions(report), *_failed_runs(report)]


def _failed(day: str, what: Action | Evidence) -> Item:
    if isinstance(what, Action):
        when = _moment(what.ended_at, "exact", day)
        said = f"Action {what.number}: {clipped(what.name)}"
        return Item(f"{when} {_joined((said, clipped(what.notes)), ' — ')}", what.event)
    code = f"exit {what.exit_code}" if what.exit_code is not None else what.state
    printed = f"triage output {what.event[-8:]}" if what.size else ""
    command, title = clipped(what.command), "" if what.title == what.command else clipped(what.title)
    when = _moment(what.started_at or what.at, what.precision, day)
    said = _joined((command, title, _joined((code, printed), "; ")), " — ")
    return Item(f"{when} {said}", what.event, command=command)


def _failed_runs(report: Report) -> list[Evidence]:
    """Of every command that was run, and failed when it was run last, that run; the latest first."""
    last: dict[tuple[str, str, str], Evidence] = {}
    for part in report.parts:
        for item in part.evidence:
            if item.origin == "captured" and item.state not in ("", "running"):
                last[item.command, item.environment, item.cwd] = item
    return [item for item in reversed(last.values()) if item.exit_code != 0]


def _rows(report: Report) -> tuple[list[Row], list[Row]]:
    """The rows of all parts, the latest first: what was decided, found and escalated, and the others."""
    rows = [row for part in report.parts for row in part.rows]
    if report.addenda:
        rows.sort(key=lambda row: row.at or "")
    said: list[Row] = []
    others: list[Row] = []
    for row in reversed(rows):
        (said if row.source == "entry" and row.mark not in ("", "note") else others).append(row)
    return said, others


def _row(day: str, row: Row) -> Item:
    tells = row.mark in ("", "note") or row.mark in row.text.casefold() or row.text.startswith("Blocker ")
    mark = "" if tells else f"{row.mark.capitalize()}: "
    said = _joined((clipped(row.text), clipped(row.outcome)), " — ")
    return Item(f"{_moment(row.at, row.precision, day)} {mark}{said}", row.event)


def _issues(report: Report) -> Iterator[Item]:
    """The open issues of all parts, each once."""
    found = {item.ref: item for part in report.parts for item in part.issues if item.state == "open"}
    for ref, item in found.items():
        about = _joined((clipped(item.title), clipped(item.note)), " — ")
        yield Item(_joined((f"Issue {ref}", about), ": "), item.event)


def _boxes(report: Report) -> Iterator[Item]:
    """The boxes in prose that nobody ticked."""
    sections = [section for part in report.parts for section in (*part.verbatim, *part.notes)]
    while sections:
        section = sections.pop(0)
        sections[:0] = section.children
        for block in section.blocks:
            yield from _unticked(section, block) if isinstance(block, Prose) else ()


def _unticked(section: Section, prose: Prose) -> Iterator[Item]:
    for line in prose.body.splitlines():
        mark, _, text = line.strip().partition("[ ] ")
        if mark.strip() in ("-", "*", "+") and text:
            yield Item(f"{clipped(' > '.join(section.path))}: {clipped(text)}", prose.event)


def _settled(report: Report) -> list[Blocker]:
    """What stood in the way before: the latest first."""
    return [item for part in report.parts for item in part.blockers if item.status != "open"][::-1]


def _solved(blocker: Blocker) -> Item:
    by = f"by PR {blocker.pr}" if blocker.pr else ""
    error = "" if blocker.error == blocker.title else clipped(blocker.error)
    said = _joined(
        (clipped(blocker.title), error, _joined((blocker.status, by), " "), clipped(blocker.fix)), " — "
    )
    return Item(f"Blocker {blocker.number}: {said}", blocker.event)


def _part(part: Part) -> Item:
    header = part.header
    opened = sum(not item.closed for item in part.actions)
    opened += sum(item.status == "open" for item in part.blockers)
    left = f"{opened} open" if opened else "nothing open"
    return Item(f"{header.slug or part.id[-8:]}: {clipped(header.title)} — {header.status}, {left}", part.id)


def _moment(at: str | None, precision: str, day: str) -> str:
    if at is None:
        return "at an unknown time"
    if at[:10] == day and precision != "day":
        return times.show_clock(at, precision)
    return times.show(at, precision).removesuffix(" UTC")
