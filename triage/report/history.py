"""From a set of events to the history of each entity: rules 1 to 3 of the fold.

Events become one per id; amendments are applied to the events they name; what is left is grouped into
histories, the creation first and the patches in order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from triage import times
from triage.events import PRECISIONS, Actor, Event
from triage.kinds import CELLS, FIELDS, KINDS
from triage.values import fits


class Patch(NamedTuple):
    """An event as it stands after its amendments; ``body`` holds only known fields."""

    id: str
    kind: str
    entity: str
    part: str
    at: str | None
    precision: str
    recorded_at: str
    actor: Actor
    body: Mapping[str, Any]
    creates: bool
    output: bytes | None = None

    @property
    def order(self) -> tuple[str, str, str]:
        """Its place in time; one that happened at an unknown time stands where it was recorded."""
        return (self.at or self.recorded_at, self.recorded_at, self.id)

    @property
    def rank(self) -> tuple[str, str]:
        """Its place in the record."""
        return (self.recorded_at, self.id)


class Survey(NamedTuple):
    """What the events of a journal come to before they are read as a report.

    ``retracted`` are the ids of withdrawn events. ``numbers`` gives actions and blockers their ranks.
    """

    patches: list[Patch]
    retracted: frozenset[str]
    numbers: Mapping[str, int]
    newer: int
    withheld: int


class History(NamedTuple):
    """One entity: its creation and the patches that followed, in order of time."""

    creation: Patch
    patches: tuple[Patch, ...]

    @property
    def id(self) -> str:
        """The id of the creating event."""
        return self.creation.id

    def all(self) -> tuple[Patch, ...]:
        """The creation and the patches."""
        return (self.creation, *self.patches)

    def value(self, name: str, default: Any = "") -> Any:
        """The last value of a field; ``default`` where it was never set or was emptied."""
        for patch in reversed(self.patches):
            if name in patch.body:
                value = patch.body[name]
                return default if value is None else value
        value = self.creation.body.get(name)
        return default if value is None else value

    def cells(self, name: str = "cells") -> tuple[tuple[str, str], ...]:
        """The last value of every label, in the order in which the labels came up."""
        merged: dict[str, str] = {}
        for patch in self.all():
            merged.update(dict(patch.body.get(name) or ()))
        return tuple(merged.items())


def one_per_id(events: Iterable[Event]) -> list[Event]:
    """The earliest copy of every id, in the order of the record (rule 1)."""
    ordered = sorted(events, key=attrgetter("recorded_at", "digest"))
    first: dict[str, Event] = {}
    for event in ordered:
        first.setdefault(event.id, event)
    return sorted(first.values(), key=attrgetter("recorded_at", "id"))


def survey(events: list[Event]) -> Survey:
    """The amended events of a journal (rule 2) with the ranks that they keep (rule 4)."""
    amendments = effective(events)
    patches: list[Patch] = []
    retracted: set[str] = set()
    newer = withheld = 0
    for event in events:
        if not _is_known(event):
            newer += 1
        elif event.body is None:
            withheld += 1
        elif event.kind not in ("amendment", "act"):
            mine = amendments.get(event.id)
            changes, withdrawn = _merge(mine) if mine else ({}, False)
            if withdrawn:
                retracted.add(event.id)
            patches.append(_patch(event, changes))
    return Survey(patches, frozenset(retracted), _ranks(events), newer, withheld)


def histories(
    patches: Iterable[Patch], retracted: frozenset[str], key: Callable[[Patch], Any]
) -> tuple[list[History], int]:
    """The histories by ``key``, in the order of their creations, and the number of orphans (rule 3).

    Where an entity has a creating event, a retracted one hides it whole. What has a natural key only is
    created by the first of its events that was not retracted.
    """
    groups: dict[Any, list[Patch]] = {}
    for patch in patches:
        groups.setdefault(key(patch), []).append(patch)
    found: list[History] = []
    orphans = 0
    for group in groups.values():
        natural = KINDS[group[0].kind].entity in ("natural", "self")
        live = [patch for patch in group if patch.id not in retracted]
        creation = _creation(live if natural else group, natural=natural)
        if creation is None:
            orphans += len(live)
        elif creation.id not in retracted:
            rest = [patch for patch in live if patch.id != creation.id]
            found.append(History(creation, tuple(sorted(rest, key=attrgetter("order")))))
    return sorted(found, key=lambda history: history.creation.rank), orphans


def is_withdrawn(id: str, events: list[Event]) -> bool:
    """Whether the amendments among the events, in the order of the record, withdraw the one with this id."""
    return _merge(effective(events).get(id, ()))[1]


def _creation(group: list[Patch], *, natural: bool) -> Patch | None:
    if natural:
        return min(group, key=attrgetter("rank"), default=None)
    return next((patch for patch in group if patch.creates), None)


def _is_known(event: Event) -> bool:
    if event.kind not in KINDS or event.precision not in PRECISIONS:
        return False
    return event.body is None or event.body.keys() <= FIELDS[event.kind].keys()


def effective(events: Sequence[Event]) -> dict[str, list[Event]]:
    """The amendments of each event that are themselves in force, the last one first.

    Going from the last to the first, each is judged by later ones only: names cannot run in circles.
    """
    named: dict[str, list[Event]] = {}
    for event in reversed(events):
        if event.kind == "amendment" and event.body is not None and _is_known(event):
            changes, withdrawn = _merge(named.get(event.id, ()))
            if not withdrawn:
                body = {**event.body, **{k: v for k, v in changes.items() if k in event.body}}
                named.setdefault(event.entity, []).append(event._replace(body=body))
    return named


def _merge(amendments: Sequence[Event]) -> tuple[dict[str, Any], bool]:
    """The changes that hold and whether the event is withdrawn; the amendments come last one first."""
    changes: dict[str, Any] = {}
    withdrawn = False
    for amendment in reversed(amendments):
        body = amendment.body or {}
        withdrawn = bool(body.get("retracted"))
        for name, value in (body.get("changes") or {}).items():
            adds = name in CELLS and changes.get(name) and value
            changes[name] = _merge_cells(changes[name], value) if adds else value
    return changes, withdrawn


def _merge_cells(old: list[list[str]], new: list[list[str]]) -> list[list[str]]:
    merged = dict(old) | dict(new)
    return [[label, value] for label, value in merged.items()]


def _patch(event: Event, changes: Mapping[str, Any]) -> Patch:
    body = event.body or {}
    at, precision = event.at, event.precision
    if changes:
        at, precision = _amended_time(at, precision, changes)
        body = _amended(event.kind, body, changes)
    return Patch(
        event.id,
        event.kind,
        event.entity,
        event.part,
        at,
        precision,
        event.recorded_at,
        event.actor,
        body,
        event.creates,
        event.output,
    )


def _amended(kind: str, body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    known = FIELDS[kind]
    amended = dict(body)
    for name, value in changes.items():
        if not fits(kind, name, value):
            continue
        adds = known[name].type == "cells" and value and body.get(name)
        amended[name] = _merge_cells(body[name], value) if adds else value
    return amended


def _amended_time(at: str | None, precision: str, changes: Mapping[str, Any]) -> tuple[str | None, str]:
    new_at, new_precision = changes.get("at", at), changes.get("precision", precision)
    if new_precision not in PRECISIONS or not (new_at is None or times.is_instant(new_at)):
        return at, precision
    return new_at, new_precision


def _ranks(events: list[Event]) -> dict[str, int]:
    """Action 4, blocker 2: ranks of the creating events, retracted and withheld ones included."""
    counts = {"action": 0, "blocker": 0}
    numbers: dict[str, int] = {}
    for event in events:
        if event.kind in counts and event.creates:
            counts[event.kind] += 1
            numbers[event.id] = counts[event.kind]
    return numbers
