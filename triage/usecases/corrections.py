"""Correcting the record: amend, retract, undo. What was said before is kept."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from triage import times
from triage.errors import Conflict, InvalidValue, NotAllowed, NotFound, UsageError, near
from triage.events import Event
from triage.kinds import fields_of
from triage.report.history import is_withdrawn
from triage.store import Recording
from triage.usecases import facts, lookup
from triage.usecases import fields as typed
from triage.usecases.recorder import Recorder, Said
from triage.values import fits


class Corrected(NamedTuple):
    """The amendment that was recorded, and the event that it names."""

    amendment: Event
    event: Event


def amend(recorder: Recorder, name: str, pairs: Iterable[str], reason: str | None) -> Corrected:
    """Say how the fields of an event should have been; a label that is no field is a cell."""
    event = lookup.event(recorder.store, recorder.place.journal, name)
    changes: dict[str, Any] = {}
    retracted: bool | None = None
    for text in pairs:
        label, value = _pair(text)
        if label == "retracted":
            retracted = value.casefold() in ("true", "yes")
        else:
            _change(recorder, event, changes, label, value)
    if recorder.circumstances.log:
        changes.setdefault("log", recorder.circumstances.log)
    if not changes and retracted is None:
        raise UsageError("nothing to amend", hint="triage amend e12 text='as it should read'")
    changes = facts.with_ids(recorder, event.kind, changes)
    check(event.kind, changes)
    fields = {"changes": changes or None, "retracted": retracted, "reason": reason}
    return Corrected(_record(recorder, event, fields), event)


def check(kind: str, changes: Mapping[str, Any]) -> None:
    """Raise `InvalidValue` for a change of an event of a kind that the fold would leave out."""
    known = fields_of(kind)
    for name, value in changes.items():
        if name in ("at", "precision"):
            continue
        if name not in known:
            raise InvalidValue(f"{kind} has no field {name!r}", hint=near(name, known), allowed=tuple(known))
        if not fits(kind, name, value):
            what = f"cannot be {value!r:.60}" if value is not None else "cannot be empty"
            raise InvalidValue(f"{kind} {name} {what}", hint="nothing was recorded")


def retract(recorder: Recorder, name: str, reason: str | None) -> Corrected:
    """Withdraw an event; with a creation, all that it created."""
    event = lookup.event(recorder.store, recorder.place.journal, name)
    if _is_withdrawn(recorder.store, event):
        raise Conflict(
            f"e{event.n} is withdrawn already", hint=f"bring it back: triage amend e{event.n} retracted=false"
        )
    return Corrected(_retract(recorder, event, reason), event)


UNDO = "undo"
"""Begins the reason of what `undo` withdrew, which a second `undo` leaves withdrawn and goes on."""


def undo(recorder: Recorder, reason: str | None) -> Corrected:
    """Withdraw the last event of this actor that still stands, be it a retraction."""
    actor = recorder.circumstances.actor.name
    journal = recorder.place.journal
    for newest in recorder.store.events(journal, newest_first=True):
        event = lookup.whole(recorder.store, newest)
        if event.actor.name == actor and not lookup.is_from_hook(event) and _stands(recorder.store, event):
            why = f"{UNDO}: {reason}" if reason else UNDO
            return Corrected(_retract(recorder, event, why), event)
    raise NotFound(f"{actor} recorded nothing here that still stands", hint="see: triage events")


def refuse_opening(id: str, journal: str) -> None:
    """Raise `NotAllowed` where what is to be withdrawn is the opening of the journal."""
    if id == journal:
        raise NotAllowed(
            "the opening of a journal cannot be withdrawn",
            hint="close it instead: triage set status=abandoned",
        )


def _retract(recorder: Recorder, event: Event, reason: str | None) -> Event:
    refuse_opening(event.id, event.journal)
    return _record(recorder, event, {"retracted": True, "reason": reason})


def _record(recorder: Recorder, event: Event, fields: Mapping[str, Any]) -> Event:
    return recorder.record(Said("amendment", fields, entity=event.id, part=event.part))


def _stands(store: Recording, event: Event) -> bool:
    body = event.body or {}
    undone = body.get("retracted") and str(body.get("reason") or "").startswith(UNDO)
    if event.kind == "act" or undone:
        return False
    return not _is_withdrawn(store, event)


def _is_withdrawn(store: Recording, event: Event) -> bool:
    every = [event, *lookup.amendments(store, event)]
    return is_withdrawn(event.id, sorted(every, key=lambda event: (event.recorded_at, event.id)))


def _pair(text: str) -> tuple[str, str]:
    label, mark, value = text.partition("=")
    if not mark or not label.strip():
        raise UsageError(f"{text!r:.60} is not FIELD=VALUE", hint="nothing was recorded")
    return label.strip(), value


def _when(recorder: Recorder, text: str) -> times.When:
    """The instant that a form of --at means; where the call is made again, the one that it meant at first."""
    known = recorder.earlier()
    before = ((known.body or {}).get("changes") or {}) if known else {}
    if known is None or not before.get("at"):
        return recorder.when(text)
    then, later = (recorder.when(text, now=times.plus_us(known.recorded_at, wait)) for wait in (0, SECOND))
    if then == later or abs(times.to_us(then.at or "") - times.to_us(before["at"])) > MOST_WAIT:
        return then
    return times.When(before["at"], before["precision"])  # such as -5m: no two calls mean the same


SECOND = 1_000_000
MOST_WAIT = 60 * SECOND
"""Microseconds that pass at most between the reading of a time and its record."""


def _change(recorder: Recorder, event: Event, changes: dict[str, Any], label: str, value: str) -> None:
    known = fields_of(event.kind)
    if label == "at":
        when = _when(recorder, value)
        changes["at"], changes["precision"] = when.at, when.precision
    elif label in known and known[label].type != "cells":
        find = lookup.finder(recorder.store, event.journal, label)
        changes[label] = typed.parse(event.kind, label, value, find=find) if value else None
    else:
        field = next((name for name in known if known[name].type == "cells"), "")
        if not field:
            typed.parse(event.kind, label, value, find=str)
        changes.setdefault(field, []).append([label, value])
