"""The commands that come next in a journal, by what is open in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from triage.report.report import Report
from triage.report.shapes import Action, Blocker, Evidence

LONGEST = 240
"""Characters of a command that somebody types again."""
UNTOLD = {
    "title": "WHAT COMES FIRST",
    "status_note": "WHAT WAS REACHED",
    "fix": "WHAT REMOVED IT",
    "cause": "WHY IT HAPPENED",
    "outcome": "WHAT CAME OF IT",
}
"""What stands in the commands of `steps` in the place of a field that the work will tell."""


class Step(NamedTuple):
    """A command that comes next; ``by`` recorded what it is to run, and is '' where it runs triage alone."""

    command: str
    by: str = ""


def steps(report: Report) -> list[Step]:
    """The commands that come next, ready for a shell; words in capitals stand for what the work will tell."""
    blockers, actions = open_blockers(report), open_actions(report)
    if blockers or actions:
        tried = {item.action: item for part in report.parts for item in part.evidence if _is_run(item)}
        doing = (_doing(action, tried.get(action.event)) for action in actions)
        return [*map(_fixing, blockers), *chain.from_iterable(doing)]
    if report.main.header.closed:
        slug = report.main.header.slug
        return [Step(f"triage publish {slug} --to TARGET" if slug else "triage publish --to TARGET")]
    if not _has_begun(report):
        return [Step(f"triage action '{UNTOLD['title']}'")]
    return [Step(f"triage resolve '{UNTOLD['status_note']}'")]


def open_blockers(report: Report) -> list[Blocker]:
    """The open blockers of all parts."""
    return [item for part in report.parts for item in part.blockers if item.status == "open"]


def open_actions(report: Report) -> list[Action]:
    """The open actions of all parts: blocked ones first, then those that are being done, then the rest."""
    found = [item for part in report.parts for item in part.actions if not item.closed]
    return sorted(found, key=lambda item: ("blocked", "doing", "todo").index(item.status))


def _has_begun(report: Report) -> bool:
    """Whether a journal says more than its header."""
    main = report.main
    logged = any(row.source != "header" for row in main.rows)
    prose = (main.verbatim, main.notes, main.final_notes)
    shown = (main.issues, main.tables, main.evidence, main.references, *prose)
    return logged or any(shown) or bool(report.addenda)


def _fixing(blocker: Blocker) -> Step:
    cause = "" if blocker.cause else f" --cause '{UNTOLD['cause']}'"
    pr = "" if blocker.pr else " --pr NUMBER"
    return Step(f"triage fix {blocker.number} '{UNTOLD['fix']}'{cause}{pr}")


def _is_run(item: Evidence) -> bool:
    """Whether somebody ran this command for an action, and it can be typed again as it stands."""
    return bool(item.action) and item.origin == "captured" and not item.hook and _is_typed(item.command)


def _is_typed(command: str) -> bool:
    """Whether a command can be typed: it is there, on one line, not long, and nothing in it is hidden."""
    return 0 < len(command) <= LONGEST and command.isprintable() and "[REDACTED:" not in command


def _doing(action: Action, tried: Evidence | None) -> Iterator[Step]:
    """The commands that bring an open action further: its own, or that with which it was ``tried`` last.

    One that somebody is at has to be taken first.
    """
    if action.status == "doing":
        yield Step(f"triage start {action.number} --take")
    if _is_typed(action.command):
        command = f"triage run --action {action.number} -- {_argument(action.command)}"
        yield Step(command, action.command_by)
    elif tried:
        where = f" --env {shlex.quote(tried.environment)}" if tried.environment else ""
        yield Step(f"triage run --action {action.number}{where} -- {tried.command}", tried.actor)
    else:
        yield Step(f"triage done {action.number} '{UNTOLD['outcome']}'")


_SHELL = set("|&;<>()$`\\*?[]~{}#!")
"""What means more than itself to a shell, somewhere."""


def _argument(command: str) -> str:
    """The command as `triage run` takes it: one that needs a shell is given to one."""
    try:
        words = shlex.split(command) if not _SHELL & set(command) else []
    except ValueError:
        words = []
    plain = words and "=" not in words[0]
    return shlex.join(words) if plain else f"sh -c {shlex.quote(command)}"
