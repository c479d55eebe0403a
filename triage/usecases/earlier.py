"""What a text with a name said before, in the words that it gave it last, whatever became of that since."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from triage.events import Event
from triage.report.history import Patch, one_per_id, survey
from triage.report.tables import FINAL_STATE
from triage.usecases.importing import wording
from triage.usecases.standing import REWORDED, Line, Standing, bare


class Earlier(NamedTuple):
    """A line of an earlier writing of a text, or prose of it: ``patch`` holds what the text said last.

    ``events`` are the ids of all events that said it. ``amended`` says that somebody changed it since by an
    amendment, ``alone`` that nobody else observed the same row.
    """

    patch: Patch
    line: Line
    events: tuple[str, ...]
    withdrawn: bool
    amended: bool
    alone: bool


LINES = ("entry", "action", "observation")
"""The kinds of events that a line of a text becomes, and a later wording of it may change."""


def line_of(kind: str, body: Mapping[str, Any], at: str | None) -> Line:
    """What an event of one of these kinds says, as a line of a text."""
    section = tuple(body.get("section") or ())
    if kind == "entry":
        rest = (body.get("outcome") or "", body.get("type") or "")
        return Line(kind, (), (at or "")[:16], bare(body["text"]), rest)
    if kind == "action":
        return Line(
            kind, (section, body.get("group") or ""), "", bare(body["title"]), (body.get("status") or "todo",)
        )
    (label, first), *others = body["cells"]
    cells = (label, *map(tuple, others))
    place = (section, body.get("table") or FINAL_STATE)
    return Line(kind, place, "", body.get("row") or first, (cells, body.get("expected") or ""))


def shown(kind: str, body: Mapping[str, Any], at: str | None) -> str:
    """What an event that a text wrote says, as the text does."""
    if kind == "section":
        return str(body.get("body") or wording(body))
    if kind != "entry":
        return wording(body)
    outcome = f" → {body['outcome']}" if body.get("outcome") else ""
    return f"{(at or '')[11:16]} {body['text']}{outcome}".strip()


def reason(name: str) -> str:
    """Why a text of a name amends what it said before."""
    return f"{REWORDED}{name}"


def bodies(standing: Standing, name: str) -> dict[str, str]:
    """What prose of a text said last, by its events."""
    patches = (patch for patch in _told(standing, name) if patch.kind == "section")
    return {patch.id: patch.body.get("body") or "" for patch in patches}


def earlier(standing: Standing, name: str) -> list[Earlier]:
    """The lines that a text wrote before, in the order of the record, but the withdrawn ones last."""
    observed = Counter(
        line_of("observation", patch.body, None)[:4]
        for patch in standing.patches.values()
        if patch.kind == "observation"
    )
    found: dict[Any, Earlier] = {}
    for patch in _told(standing, name):
        if patch.kind in LINES and patch.id == patch.entity:
            line = line_of(patch.kind, patch.body, patch.at)
            said = _earlier(standing, patch, line, observed)
            key = (line.place, line.title) if patch.kind == "observation" and not said.withdrawn else patch.id
            found[key] = _together(found[key], said) if key in found else said
    return sorted(found.values(), key=lambda each: each.withdrawn)


def _earlier(standing: Standing, patch: Patch, line: Line, observed: Mapping[Any, int]) -> Earlier:
    """The line that a text wrote, an action by the status that it has now."""
    stands = standing.patches.get(patch.id)
    if patch.kind == "action" and patch.id in standing.statuses:
        line = line._replace(rest=(standing.statuses[patch.id],))
    amended = stands is not None and (stands.at, stands.body) != (patch.at, patch.body)
    alone = patch.kind != "observation" or (observed[line[:4]] == 1 and not patch.body.get("row"))
    return Earlier(patch, line, (patch.id,), stands is None, amended, alone)


def _together(first: Earlier, then: Earlier) -> Earlier:
    """A row that a text wrote more than once: its last values."""
    values = dict(first.patch.body["cells"]) | dict(then.patch.body["cells"])
    body = {**first.patch.body, **then.patch.body, "cells": [[*cell] for cell in values.items()]}
    patch = then.patch._replace(body=body)
    return Earlier(
        patch,
        line_of(patch.kind, body, patch.at),
        first.events + then.events,
        withdrawn=False,
        amended=first.amended or then.amended,
        alone=False,
    )


def _told(standing: Standing, name: str) -> Iterable[Patch]:
    """The events of a text, without what others amended of them."""
    own = {event.id for event in standing.ids.values() if standing.is_from(event, name)}
    return survey(one_per_id(_own(standing, own, name))).patches


def _own(standing: Standing, own: set[str], name: str) -> Iterator[Event]:
    for event in standing.ids.values():
        rewords = event.kind == "amendment" and event.entity in own and event.actor.name == standing.actor
        if event.id in own or (rewords and (event.body or {}).get("reason") == reason(name)):
            yield event
