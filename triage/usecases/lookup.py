"""From the names that people type to events: a number, `e12`, a tail, a key, a mark, `last`, a title."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from triage.errors import Conflict, NotFound, Unavailable
from triage.events import Event, derived_id
from triage.report.history import History, histories, survey
from triage.store import Name, Recording

COUNTED = ("action", "blocker")


class Found(NamedTuple):
    """An entity that was looked up: its id, its number, and its history so far."""

    id: str
    number: int
    history: History

    @property
    def title(self) -> str:
        """What to call it in an answer."""
        value = self.history.value
        return str(value("title") or value("error") or value("text") or value("ref") or "")


def event(store: Recording, journal: str, name: str) -> Event:
    """The event that a name means; `NotFound` or `Conflict` (several) otherwise.

    ``last`` is never an act, nor what a hook captured by itself.
    """
    found = _by_number(store, journal, name) or _by_id(store, journal, name)
    if found is None and name == "last":
        newest = store.events(journal, newest_first=True)
        found = next((each for each in newest if each.kind != "act" and not is_from_hook(each)), None)
    found = found or _by_mark_or_title(store, journal, name, "")
    if found is None:
        raise NotFound(
            f"no event {name!r:.80}",
            hint="name it as e12, by the tail of its id, or see: triage events",
        )
    return found


def entity(store: Recording, journal: str, kind: str, name: str) -> Found:
    """The action, blocker or evidence that a name means, be it by one of its later events."""
    found = _entity_event(store, journal, kind, name)
    if found is None:
        raise NotFound(f"no {kind} {name!r:.80}; {_open_ones(store, journal, kind)}")
    creation = found if found.creates else store.find(journal, Name(id=found.entity))[0]
    return Found(creation.id, number(store, creation), history(store, creation))


def history(store: Recording, creation: Event) -> History:
    """The history of one entity, amendments applied."""
    mine = list(store.events(creation.journal, entities=[creation.id]))
    ids = [event.id for event in mine]
    amended = store.events(creation.journal, kinds=["amendment"], entities=ids)
    known = {event.digest: event for event in (*mine, *amended)}
    found = survey(sorted(known.values(), key=lambda event: (event.recorded_at, event.id)))
    mine_now = [patch for patch in found.patches if patch.entity == creation.id]
    folded, _ = histories(mine_now, found.retracted, lambda patch: patch.entity)
    if creation.body is None:
        raise Conflict(
            f"{creation.kind} {creation.tail} was purged", hint="add it anew, without what had to go"
        )
    if not folded:
        raise Conflict(
            f"{creation.kind} {creation.tail} was retracted",
            hint=f"bring it back: triage amend {creation.tail} retracted=false",
        )
    return folded[0]


def whole(store: Recording, event: Event) -> Event:
    """The event, or for what a command printed later the one that it began with: a run is one thing."""
    if event.kind != "evidence" or event.creates:
        return event
    return store.find(event.journal, Name(id=event.entity))[0]


def is_from_hook(event: Event) -> bool:
    """Whether a hook captured it by itself: nobody said it."""
    return bool((event.body or {}).get("hook"))


RECENT = 100
"""Events at the end of a journal that are looked through: as many, however long it is."""


def recent(store: Recording, journal: str) -> list[Event]:
    """The last events, the newest first, without those that were withdrawn; none while the store is away."""
    with suppress(Unavailable):
        found = list(islice(store.events(journal, newest_first=True), RECENT))
        withdrawn = {event.entity for event in found if (event.body or {}).get("retracted")}
        return [event for event in found if event.id not in withdrawn]
    return []


def amendments(store: Recording, event: Event) -> Iterator[Event]:
    """The amendments of an event, and those of them in turn."""
    for amendment in store.events(event.journal, kinds=["amendment"], entities=[event.id]):
        if amendment.id != event.id:
            yield amendment
            yield from amendments(store, amendment)


def _entity_event(store: Recording, journal: str, kind: str, name: str) -> Event | None:
    if kind in COUNTED and name.isascii() and name.isdigit():
        found = store.find(journal, Name(rank=(kind, int(name)))) if len(name) < 10 else []
        return found[0] if found else None
    by_name = _by_number(store, journal, name) or _by_id(store, journal, name)
    if by_name is not None and by_name.kind == kind:
        return by_name
    if by_name is not None:
        raise NotFound(f"{name} is no {kind} but of kind {by_name.kind}")
    if name == "last":
        return next(store.events(journal, kinds=[kind], newest_first=True), None)
    return _by_mark_or_title(store, journal, name, kind)


def _by_number(store: Recording, journal: str, name: str) -> Event | None:
    digits = name.removeprefix("e")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return None
    found = store.find(journal, Name(number=int(digits)))
    return found[0] if found else None


def _by_id(store: Recording, journal: str, name: str) -> Event | None:
    by_key = store.find(journal, Name(id=derived_id(journal, name)))
    if by_key:
        return by_key[0]
    text = name.removeprefix("e-").casefold()
    if len(text) < 4 or not set(text) <= set("0123456789abcdef-"):
        return None
    found = store.find(journal, Name(tail=text))
    if len(found) > 1:
        raise Conflict(
            f"{name!r} means {len(found)} events",
            hint="one of: " + ", ".join(f"e{event.n}" for event in found[:9]),
        )
    return found[0] if found else None


def _by_mark_or_title(store: Recording, journal: str, name: str, kind: str) -> Event | None:
    """An event by its mark, or by a part of its title that no other has."""
    kinds = (kind,) if kind else ("header", "entry", "action", "blocker", "issue", "evidence")
    known = [event for event in store.events(journal, kinds=kinds) if event.body]
    marked = [event for event in known if (event.body or {}).get("mark") == name]
    if marked:
        return marked[-1]
    wanted = name.casefold()
    titled = [event for event in known if event.creates and wanted in _words(event)]
    titled = [event for event in titled if not is_from_hook(event)] or titled
    exact = [event for event in titled if wanted == _words(event)]
    titled = exact or titled
    if len(titled) > 1:
        choices = "; ".join(f"e{event.n} {_words(event)[:40]}" for event in titled[:5])
        raise Conflict(f"{name!r:.60} is part of {len(titled)} titles", hint=f"one of: {choices}")
    return titled[0] if titled else None


def _words(event: Event) -> str:
    body = event.body or {}
    return str(body.get("title") or body.get("text") or body.get("error") or "").casefold()


def number(store: Recording, creation: Event) -> int:
    """The number of an action or a blocker: its rank among those that were created; 0 while it is spooled."""
    if creation.kind not in COUNTED or not creation.n:
        return creation.n
    low, high = 1, creation.n
    while low < high:
        middle = (low + high) // 2
        found = store.find(creation.journal, Name(rank=(creation.kind, middle)))
        if found and (found[0].recorded_at, found[0].id) < (creation.recorded_at, creation.id):
            low = middle + 1
        else:
            high = middle
    return low


def _open_ones(store: Recording, journal: str, kind: str) -> str:
    from triage.report import Report

    known = Report.from_events(store.events(journal))
    items: list[tuple[int, str]] = []
    for part in known.parts:
        if kind == "action":
            items += [(item.number, item.title) for item in part.actions if not item.closed]
        elif kind == "blocker":
            items += [(item.number, item.title) for item in part.blockers if item.status == "open"]
    if not items:
        return f"no {kind} is open" if kind in COUNTED else "see: triage events"
    return "open: " + ", ".join(f"{number} ({title:.30})" for number, title in items[:8])


def finder(store: Recording, journal: str, kind: str = "") -> Callable[[str], str]:
    """A function from the name of an event, or of an entity of a kind, to its id."""
    if kind in ("action", "blocker", "evidence"):
        return lambda name: entity(store, journal, kind, name).id
    return lambda name: event(store, journal, name).id
