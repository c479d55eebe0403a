"""Purging: what an event says is deleted for good, and the record says that it was."""

from collections.abc import Iterator
from typing import NamedTuple

from triage.errors import Conflict, NotAllowed, NotFound
from triage.events import Event
from triage.store import Name, Recording
from triage.usecases import lookup
from triage.usecases.recorder import Recorder, Said


class Purged(NamedTuple):
    """The events whose bodies went, and the act that says so; None where they would only have gone."""

    events: tuple[Event, ...]
    act: Event | None


def purge(recorder: Recorder, name: str, reason: str | None, *, dry_run: bool = False) -> Purged:
    """Delete the body of an event, with the amendments of it, and of evidence all that it printed.

    Raises `NotFound` for an unknown event, `Conflict` for one that was purged before, and `NotAllowed` for
    the act of a purge.
    """
    store = recorder.store
    event = lookup.whole(store, _named(recorder, name))
    if event.kind == "act" and (event.body or {}).get("verb") == "purge":
        raise NotAllowed(
            f"e{event.n} says who purged what: it stays", hint="name the event whose text has to go"
        )
    targets = tuple({target.id: target for target in _targets(store, event)}.values())
    if all(target.body is None for target in targets) and recorder.earlier() is None:
        raise Conflict(f"e{event.n} was purged already", hint="see what is left: triage events")
    if dry_run:
        return Purged(targets, None)
    said = Said("act", {"verb": "purge", "about": event.id, "reason": reason}, part=event.part)
    act = recorder.purge([target.id for target in targets], said)
    return Purged(targets, act)


def _named(recorder: Recorder, name: str) -> Event:
    """The event that a name means; where the call is made again, also by words that are gone."""
    try:
        return lookup.event(recorder.store, recorder.place.journal, name)
    except NotFound:
        act = recorder.earlier()
        body = (act.body if act else None) or {}
        if body.get("verb") != "purge":
            raise
        return recorder.store.find(recorder.place.journal, Name(id=body["about"]))[0]


def _targets(store: Recording, event: Event) -> Iterator[Event]:
    """The event, what belongs to it, and the amendments of all of that."""
    mine = [event]
    if event.kind == "evidence":
        mine += [patch for patch in store.events(event.journal, entities=[event.id]) if patch.id != event.id]
    for each in mine:
        yield each
        yield from lookup.amendments(store, each)
