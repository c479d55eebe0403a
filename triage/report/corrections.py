"""What was corrected: every amendment in force, with what was said before it and what is said since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from triage import times
from triage.events import Event
from triage.kinds import CELLS
from triage.report.history import effective
from triage.report.shapes import Correction

_TITLES = ("title", "text", "error", "ref", "url", "command")


def corrections(events: Sequence[Event]) -> list[Correction]:
    """The corrections of a journal's events, each field by itself, in the order of the record."""
    known = {event.id: event for event in events}
    found: list[Correction] = []
    for about, amendments in effective(events).items():
        event = known.get(about)
        if event is not None and event.kind != "amendment":
            found += _of_event(event, list(reversed(amendments)))
    return sorted(found, key=attrgetter("recorded_at", "event"))


def _of_event(event: Event, amendments: Sequence[Event]) -> Iterator[Correction]:
    """The corrections of one event, the first amendment first."""
    said: dict[str, Any] = dict(event.body or {}) | {"at": event.at, "precision": event.precision}
    withdrawn = False
    for amendment in amendments:
        body = amendment.body or {}
        for name, value in (body.get("changes") or {}).items():
            if name == "precision" and "at" in body["changes"]:
                continue
            old, new = _shown(name, said, said.get(name)), _shown(name, body["changes"], value)
            said[name] = _merged(said.get(name), value) if name in CELLS else value
            if old != new:
                yield _correction(amendment, event, name, old, new)
        if bool(body.get("retracted")) != withdrawn:
            withdrawn = bool(body.get("retracted"))
            yield _correction(amendment, event, "", "", "", withdrawn=withdrawn)


def _correction(
    amendment: Event, event: Event, field: str, old: str, new: str, *, withdrawn: bool = False
) -> Correction:
    body = event.body or {}
    title = next((str(body[name]) for name in _TITLES if body.get(name)), "")
    return Correction(
        event=amendment.id,
        recorded_at=amendment.recorded_at,
        actor=amendment.actor.name,
        about=event.id,
        kind=event.kind,
        title=title or " > ".join(body.get("heading") or ()),
        field=field,
        old=old,
        new=new,
        reason=str((amendment.body or {}).get("reason") or ""),
        withdrawn=withdrawn,
    )


def _merged(old: Any, new: Any) -> Any:
    return [[label, value] for label, value in (dict(old or ()) | dict(new or ())).items()]


def _shown(name: str, said: Any, value: Any) -> str:
    """A value as people read it."""
    if name == "at":
        return times.show(value, said.get("precision") or "exact")
    if name in CELLS:
        return ", ".join(f"{label} {text}".strip() for label, text in value or ())
    if isinstance(value, list):
        return " > ".join(map(str, value))
    return "" if value is None else str(value)
