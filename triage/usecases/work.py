"""Actions and blockers: planned, started, done, blocked, fixed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.errors import AlreadyClaimed
from triage.events import Event, derived_id
from triage.report.history import History, Patch
from triage.store import Name, Recording
from triage.usecases import lookup
from triage.usecases.fields import outcome_and_cells
from triage.usecases.lookup import Found
from triage.usecases.recorder import Recorder, Said, required


class Told(NamedTuple):
    """An event, with the number and the title of what it is about, for the answer.

    ``before`` is the status that was said of it last before, or ''; ``twin`` the number of an earlier one
    that says the same, or 0.
    """

    event: Event
    number: int
    title: str
    before: str = ""
    twin: int = 0


def did(recorder: Recorder, title: str, rest: tuple[str, ...], fields: Mapping[str, Any]) -> Told:
    """Record an action that was done."""
    return add(recorder, title, {"status": "done", **_left(rest), **fields})


def add(recorder: Recorder, title: str, fields: Mapping[str, Any]) -> Told:
    """Add an action."""
    event = recorder.record(Said("action", {"title": required(title, "TITLE"), **fields}))
    return _told(recorder, event, title)


def move(
    recorder: Recorder,
    name: str,
    status: str,
    rest: tuple[str, ...],
    fields: Mapping[str, Any],
) -> Told:
    """Bring an action to a status, with what came of it."""
    found = lookup.entity(recorder.store, recorder.place.journal, "action", name)
    event = recorder.record(
        Said(
            "action",
            {"status": status, **_left(rest), **fields},
            entity=found.id,
            part=found.history.creation.part,
        )
    )
    return _told_of(found, event)


def start(recorder: Recorder, name: str, fields: Mapping[str, Any], *, take: bool) -> Told:
    """Claim an action; `AlreadyClaimed` where somebody else did and ``take`` is not given."""
    found = lookup.entity(recorder.store, recorder.place.journal, "action", name)
    said = Said("action", {"status": "doing", **fields}, entity=found.id, part=found.history.creation.part)

    def unclaimed(store: Recording) -> None:
        if _is_repeat(recorder, store):
            return
        creation = store.find(recorder.place.journal, Name(id=found.id))[0]
        _check_claim(lookup.history(store, creation), found)

    event = recorder.record(said, guard=None if take else unclaimed)
    return _told_of(found, event)


def _is_repeat(recorder: Recorder, store: Recording) -> bool:
    """Whether the key of this call was recorded before: then it is no second claim."""
    journal, key = recorder.place.journal, recorder.circumstances.key
    return bool(key) and bool(store.find(journal, Name(id=derived_id(journal, key))))


def _check_claim(history: History, found: Found) -> None:
    last = _last_status(history)
    if last is None or last.body["status"] != "doing":
        return
    source = last.body.get("source") or ""
    by = f"before it was taken from {source.partition(' (')[0]:.80}" if source else f"by {last.actor.name}"
    raise AlreadyClaimed(
        f"action {found.number} ({found.title:.60}) was started {by}",
        hint=f"take it over: triage start {found.number} --take",
    )


def block(recorder: Recorder, name: str, error: str, fields: Mapping[str, Any]) -> Told:
    """Open a blocker that blocks an action."""
    found = lookup.entity(recorder.store, recorder.place.journal, "action", name)
    said = Said(
        "blocker",
        {"error": required(error, "ERROR"), "action": found.id, **fields},
        part=found.history.creation.part,
    )
    event = recorder.record(said)
    return _told(recorder, event, f"{found.title} — {error}")


def blocker(recorder: Recorder, title: str, fields: Mapping[str, Any]) -> Told:
    """Open a blocker."""
    event = recorder.record(Said("blocker", {"title": required(title, "TITLE"), **fields}))
    return _told(recorder, event, title)


def settle(recorder: Recorder, name: str, status: str, text: str | None, fields: Mapping[str, Any]) -> Told:
    """Say that a blocker is fixed or accepted, and how."""
    found = lookup.entity(recorder.store, recorder.place.journal, "blocker", name)
    event = recorder.record(
        Said(
            "blocker",
            {"status": status, "fix": text, **fields},
            entity=found.id,
            part=found.history.creation.part,
        )
    )
    return _told_of(found, event)


def in_vain(store: Recording, event: Event) -> str:
    """What an event that says done or fixed names as its evidence, and failed: ``e75 ended with exit 2``."""
    body = event.body or {}
    named = body.get("evidence")
    if not (named and event.n and body.get("status") in ("done", "fixed")):
        return ""
    from triage.report import entities

    creation = store.find(event.journal, Name(id=named))[0]
    found = entities.evidence(lookup.history(store, creation))
    return f"e{creation.n} {found.ending}" if found.failed else ""


def _left(rest: tuple[str, ...]) -> dict[str, Any]:
    outcome, cells = outcome_and_cells(rest)
    return {"outcome": outcome, "cells": cells or None}


def _told_of(found: Found, event: Event) -> Told:
    """What is told of an entity; a repeat of the event under its key changed nothing."""
    last = _last_status(found.history)
    before = "" if last is None or last.id == event.id else str(last.body["status"])
    return Told(event, found.number, found.title, before)


def _last_status(history: History) -> Patch | None:
    patches = [patch for patch in history.all() if patch.body.get("status")]
    return patches[-1] if patches else None


def _told(recorder: Recorder, event: Event, title: str) -> Told:
    return Told(event, lookup.number(recorder.store, event), title, twin=_twin(recorder, event))


def _twin(recorder: Recorder, event: Event) -> int:
    """The number of the last action or blocker of this part that says the same, if that is recent, or 0."""
    for other in lookup.recent(recorder.store, event.journal):
        is_other = other.kind == event.kind and other.creates and other.id != event.id
        if is_other and _said(other) == _said(event):
            return lookup.number(recorder.store, other)
    return 0


def _said(event: Event) -> tuple[Any, ...]:
    """What makes two actions, or two blockers, the same."""
    body = event.body or {}
    return event.part, *map(body.get, ("title", "error", "action", "environment"))
