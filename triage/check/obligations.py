"""Obligations: what must be done, and whether anybody is named for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.check.finding import Finding
from triage.check.view import Text, View, proses, quoted, sentences
from triage.report import Action, Part

_MARKED = re.compile(
    r"\bTODO\b|\bFIXME\b|(?i:\bhold for (?:the )?next sprint\b"
    r"|\boperator action (?:is )?(?:required|needed)\b"
    r"|\b(?:somebody|someone|operator) (?:still )?(?:must|needs? to|has to|will have to)\b"
    r"|\bfollow[- ]up (?:is )?(?:needed|required)\b)"
)
"""What nobody writes of anything but an obligation."""
_OBLIGATION = re.compile(
    _MARKED.pattern
    + r"|(?i:\b(?:still )?(?:needs|has|remains) to be (?:done|fixed|added|written|tested|decided)\b"
    r"|\b(?:operator|somebody|someone|we) (?:must|needs? to|has to|have to|should(?! have))\b|\bto be done\b)"
)
_HINTS = (
    "todo", "fixme", "next sprint", "operator", "somebody", "someone", "follow", "we ", "to be ", "[ ]",
)  # fmt: skip
"""What every obligation has somewhere, in small letters."""
_BOX = re.compile(r"^[ \t]*[-*+] \[ \] (?P<text>.+)$", re.MULTILINE)
_OWNED = re.compile(
    r"(?<![\w.])@[\w-]+|(?i:\bowners?\s*(?:[:=]|(?:is|are)\b)|\(owner\b|\bowned by\b|\bassign(?:ed to|ee)\b)"
    r"|\b(?!Operator|Somebody|Someone|This|That|They|There|Need|What|Which|Nobody|TODO|FIXME)"
    r"[A-Z][a-z]{2,} (?:to|will|must|has to)\b"
)
_TRACKED = re.compile(
    r"\([^()]{2,40}\)|[—–:-] [^\W\d_][\w .]{1,30}$|https?://|[#!]\d+|\b[A-Z]{2,10}-\d+\b|\[[^\]]+\]"
    r"|^[A-Z][\w .]{1,24}:"
)
"""How pages name who does something, or where it is tracked."""
_REQUIRED = re.compile(
    r"^(?:operator|manual|human) actions?(?: (?:is |are )?(?:required|needed))?$", re.IGNORECASE
)


def unowned(view: View) -> Iterator[Finding]:
    """TR403: what must be done, of which nobody is told to do it."""
    owners = _Owners(view)
    for part in view.report.parts:
        for action in part.actions:
            if not (action.closed or action.owner) and owners.are_due(part, action):
                fix = f"triage amend {view.name(action.event)} owner=NAME"
                said = f"action {action.number}, {action.title!r}, open"
                yield view.finding("TR403", action.event, said, "no owner", fix, field="owner")
    owned = {action.event for part in view.report.parts for action in part.actions if action.owner}
    owned |= _settled(view)
    for text in view.having(*_HINTS):
        if text.event not in owned and " " in text.text.strip():
            yield from _unowned(view, text)
    yield from _required(view)


class _Owners:
    """Which actions must have an owner: where the work has ended; on a page, where others of it have one."""

    def __init__(self, view: View) -> None:
        self._page = view.page
        self._told = {(part.id, action.section)
                      for part in view.report.parts for action in part.actions if action.owner}  # fmt: skip

    def are_due(self, part: Part, action: Action) -> bool:
        """Whether somebody must be named for an open action."""
        if self._page is None:
            return part.header.closed
        if self._page.is_row(action.event):
            return (part.id, action.section) in self._told
        said = f"{action.title} {action.outcome}"
        return bool(self._told) and not _TRACKED.search(said) and not action.issue


def _settled(view: View) -> set[str]:
    """The events that tell of issues that are closed, or whose action has an owner."""
    owned = {view.entity(a.issue) for part in view.report.parts for a in part.actions if a.owner and a.issue}
    return {
        view.setters.get((view.entity(issue.ref), "note"), issue.event)
        for part in view.report.parts
        for issue in part.issues
        if issue.state != "open" or view.entity(issue.ref) in owned
    }


def _unowned(view: View, text: Text) -> Iterator[Finding]:
    owned = re.compile(f"{_OWNED.pattern}|{_TRACKED.pattern}") if view.page is not None else _OWNED
    for box in _BOX.finditer(text.spoken) if "[ ]" in text.spoken else ():
        item = text.text[box.start("text") : box.end("text")]
        if not owned.search(item):
            fix = f"triage action {quoted(item.strip())} --owner NAME"
            yield view.finding("TR403", text.event, item.strip(), "no owner", fix, field=text.field)
    obligation = _MARKED if view.page is not None else _OBLIGATION
    for sentence in sentences(text.spoken) if obligation.search(text.spoken) else ():
        found = obligation.search(sentence[0])
        if found and not _OWNED.search(sentence[0]) and "[ ]" not in sentence[0]:
            said = " ".join(text.text[sentence.start() : sentence.end()].split())
            fix = f"triage action {quoted(said[:80])} --owner NAME"
            yield view.finding("TR403", text.event, said[:160], "no owner", fix, field=text.field)


def _required(view: View) -> Iterator[Finding]:
    """What stands under *Operator action required* and names nobody."""
    for part in view.report.parts:
        for section, prose in proses(part):
            if _REQUIRED.match(section.title) and not _OWNED.search(prose.body) and "[ ]" not in prose.body:
                said = f"{section.title}: {' '.join(prose.body.split())}"
                fix = f"triage action {quoted(' '.join(prose.body.split())[:80])} --owner NAME"
                yield view.finding("TR403", prose.event, said[:160], "no owner", fix, field="body")
