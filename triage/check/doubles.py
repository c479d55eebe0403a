"""What was said twice: entries, actions and blockers of the same words, entries that repeat a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage import times
from triage.check.finding import Finding
from triage.check.view import View
from triage.report import Part, Row


def double(view: View) -> Iterator[Finding]:
    """TR407: two entries, actions or blockers that say the same, and entries that repeat a row."""
    for part in view.report.parts:
        yield from _entries(view, part)
        seen: dict[tuple[str, ...], str] = {}
        for action in part.actions:
            key: tuple[str, ...] = (
                "action",
                _plain(action.title),
                _plain(action.environment),
                action.status,
                (action.ended_at or "")[:16] if view.page is None else "",
                *((_plain(action.notes), action.owner) if view.page is not None else ()),
            )
            yield from _again(view, seen, key, action.event, f"action {action.number}, {action.title!r}")
        for blocker in part.blockers:
            if blocker.error:
                key = ("blocker", _plain(blocker.error), blocker.action, (blocker.at or "")[:16])
                yield from _again(
                    view, seen, key, blocker.event, f"blocker {blocker.number}, {blocker.title!r}"
                )


def _again(
    view: View, seen: dict[tuple[str, ...], str], key: tuple[str, ...], event: str, said: str
) -> Iterator[Finding]:
    first = seen.setdefault(key, event)
    if first != event:
        record = f"the same as {view.name(first)}"
        yield view.finding("TR407", event, said, record, f"triage retract {view.name(event)} 'said twice'")


_STATE = re.compile(
    r"#(?P<ref>\d{1,7})\b[^.#]{0,20}\b(?P<state>merged|closed)\b|\b(?P<was>merged|closed)\b[^.#]{0,12}#(?P<that>\d{1,7})",
    re.IGNORECASE,
)


def _entries(view: View, part: Part) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    derived = _Derived(part)
    for row in part.rows:
        if row.source != "entry":
            continue
        text = _plain(row.text)
        key = ("entry", text, _plain(row.outcome), (row.at or row.event)[:16])
        yield from _again(view, seen, key, row.event, repr(row.text))
        if said := derived.says(row, text):
            fix = f"triage retract {view.name(row.event)} 'said twice'"
            yield view.finding(
                "TR407", row.event, repr(row.text), f"the row of {view.name(said)} says it", fix
            )


class _Derived:
    """The rows of a part that nobody typed."""

    def __init__(self, part: Part) -> None:
        self._states: dict[tuple[str, str], Row] = {}
        self._texts: dict[tuple[str, str], str] = {}
        for row in (row for row in part.rows if row.source != "entry"):
            self._texts.setdefault((_plain(row.text), (row.at or "")[:16]), row.event)
            if row.source == "issue" and row.mark and (found := re.search(r"#(\d{1,7})", row.text)):
                self._states[(found[1], row.mark)] = row

    def says(self, entry: Row, text: str) -> str:
        """The event whose row says what an entry does, or ''."""
        for found in _STATE.finditer(entry.text) if "#" in entry.text else ():
            ref, state = found["ref"] or found["that"], (found["state"] or found["was"]).casefold()
            other = self._states.get((ref, state))
            if other is not None and _near(other.at, entry.at):
                return other.event
        return self._texts.get((text, (entry.at or "")[:16]), "")


def _near(one: str | None, two: str | None) -> bool:
    return bool(one and two) and abs(times.to_us(one or "") - times.to_us(two or "")) <= 300_000_000


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")
