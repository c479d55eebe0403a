"""What an index needs to know of a journal: a small value worked out once from its report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from triage.encoding import visible
from triage.report.report import Report
from triage.report.shapes import Action, Evidence, Part, Section

LONGEST = 4_000
"""Characters of a journal's text that the site's search looks through: each word once, in order."""


class Owed(NamedTuple):
    """An obligation that is still open.

    ``kind`` is operator (a person must act), blocker, issue or action; ``who`` its owner or ''; ``event`` the
    tail of the event that it was recorded by.
    """

    kind: str
    text: str
    who: str
    event: str


class Summary(NamedTuple):
    """A journal in an index. Instants are UTC texts or ''; ``heads`` are those that it was made from.

    ``proved`` and ``claims`` count the actions of the main part; ``words`` is what a search looks through.
    """

    journal: str
    heads: tuple[str, ...]
    events: int
    slug: str
    title: str
    type: str
    status: str
    severity: str
    service: str
    lead: str
    impact: str
    opened_at: str
    updated_at: str
    blockers: int
    proved: int
    claims: int
    addenda: int
    owed: tuple[Owed, ...]
    words: str

    @classmethod
    def from_report(cls, report: Report) -> Summary:
        """Work out the summary of a report."""
        header, backing = report.main.header, report.main.backing
        texts = (
            header.title,
            header.type,
            header.status,
            header.severity,
            header.service,
            header.lead,
            header.impact,
        )
        title, type, status, severity, service, lead, impact = map(visible, texts)
        return cls(
            journal=report.journal,
            heads=report.heads,
            events=report.events,
            slug=header.slug or report.journal[-8:],
            title=title,
            type=type,
            status=status,
            severity=severity,
            service=service,
            lead=lead,
            impact=impact,
            opened_at=report.main.at or "",
            updated_at=report.last_updated or "",
            blockers=sum(len(part.blockers) for part in report.parts),
            proved=backing.proved,
            claims=backing.total,
            addenda=len(report.addenda),
            owed=tuple(sorted((owed for part in report.parts for owed in _owed(part)), key=_urgency)),
            words=_words(report),
        )

    def dumped(self) -> bytes:
        """The summary as one line of JSON."""
        value = self._asdict() | {"owed": [list(owed) for owed in self.owed]}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    @classmethod
    def loaded(cls, data: bytes) -> Summary:
        """The summary that `dumped` gave this line."""
        value = json.loads(data.decode("utf-8", "surrogatepass"))
        value["heads"] = tuple(value["heads"])
        value["owed"] = tuple(Owed(*owed) for owed in value["owed"])
        return cls(**value)


def _urgency(owed: Owed) -> int:
    """The order of obligations: what a person must do first."""
    return ("operator", "blocker", "action", "issue").index(owed.kind)


def _owed(part: Part) -> Iterator[Owed]:
    """What is open in a part."""
    operator = {action.event for action in part.operator}
    for action in part.operator:
        yield _action("operator", action)
    for blocker in part.blockers:
        if blocker.status == "open":
            yield Owed("blocker", visible(blocker.title), "", blocker.event[-8:])
    for issue in part.issues:
        if issue.state == "open":
            text = f"{issue.ref} {issue.title}".strip()
            yield Owed("issue", visible(text), "", issue.event[-8:])
    for action in part.actions:
        if not action.closed and action.event not in operator:
            yield _action("action", action)


def _action(kind: str, action: Action) -> Owed:
    return Owed(kind, visible(action.name), visible(action.owner), action.event[-8:])


_MARKED = "[REDACTED:"
_MARKER = re.compile(r"\[REDACTED:[^\]\s:]{1,40}:(\w{8})\]")


def _words(report: Report) -> str:
    """The words of a report, each once, in the order in which they come up.

    A marker of a secret is told by its fingerprint alone: in small letters it would be none, and what stands
    in its place a secret.
    """
    seen: dict[str, None] = {}
    size = 0
    for text in _texts(report):
        line = visible(text)
        line = _MARKER.sub(r" redacted \1 ", line) if _MARKED in line else line
        for word in line.split():
            known = word.casefold().strip(".,;:()[]{}\"'`*")
            if not known or known in seen:
                continue
            size += len(known) + 1
            if size > LONGEST:
                return " ".join(seen)
            seen[known] = None
    return " ".join(seen)


def _texts(report: Report) -> Iterator[str]:
    for part in report.parts:
        header = part.header
        yield from (
            header.title,
            header.slug,
            header.service,
            header.status_note,
            header.impact,
            header.summary,
        )
        yield from (text for label, value in header.labels for text in (label, value))
        for blocker in part.blockers:
            yield from (blocker.title, blocker.error, blocker.effect, blocker.cause, blocker.fix, blocker.pr)
        for action in part.actions:
            yield from (action.title, action.environment, action.outcome, action.owner)
        for row in part.rows:
            yield from (row.text, row.outcome)
        for issue in part.issues:
            yield from (issue.ref, issue.title, issue.note)
        for table in part.tables:
            yield from (text for each in table.rows for text in each.values)
        for section in (*part.verbatim, *part.notes):
            yield from _prose(section)
    yield from report.authors


def _prose(section: Section) -> Iterator[str]:
    yield section.title
    for block in section.blocks:
        if isinstance(block, Evidence):
            yield from (block.title, block.command)
        elif hasattr(block, "body"):
            yield block.body
    for child in section.children:
        yield from _prose(child)
