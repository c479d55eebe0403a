"""Merging two stores: every journal becomes the same set of events in both.

What is missing is copied in steps, each one transaction of the store that takes it and each with all that its
events follow: killed in the middle and started again, it goes on where it was.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from triage import integrity, times
from triage.errors import NotFound, StoreUnusable, TriageError
from triage.events import Event, Sealed
from triage.redact import Redactor
from triage.store import BATCH, HEAVY, JournalRow, Name, Progress, Store, untold
from triage.store.health import Shaped
from triage.store.rows import Indexed
from triage.usecases.admitting import Gate
from triage.usecases.places import place_of


class Synced(NamedTuple):
    """What became of one journal: events received from the other store and sent to it.

    ``withheld`` bodies were deleted in either, as a purge of the other one says. ``error`` is why it was not
    brought to its end; what came before stays.
    """

    journal: str
    slug: str
    received: int
    sent: int
    withheld: int
    error: TriageError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.received or self.sent or self.withheld)


class Way(NamedTuple):
    """Whether events are received, and sent."""

    pull: bool = True
    push: bool = True


BOTH_WAYS = Way()


def sync(
    mine: Store,
    other: Store,
    names: Sequence[str] = (),
    *,
    way: Way = BOTH_WAYS,
    redactor: Redactor,
    now: str,
    progress: Callable[[str], Progress] = lambda _: untold,
) -> Iterator[Synced]:
    """Merge the journals of two stores, all or those of some names, in the order in which they were opened.

    What comes in on either side is looked at: a journal with an event that was altered, or that holds a
    secret, is left as far as it came. ``progress`` gives who is told of a journal, by its slug: of the events
    that were copied after every step. Raises `NotFound` for a name that neither store knows, `StoreUnusable`
    where somebody changed the schema of one.
    """
    latest = times.plus_us(now, times.EARLY)
    for store in (mine, other):
        _refuse_strange(store)
    for journal in _wanted(mine, other, names, way):
        pair = _Pair(mine, other, Gate(journal, latest, redactor), way, progress)
        yield pair.sync()


def _refuse_strange(store: Store) -> None:
    """Raise `StoreUnusable` where somebody changed a store's schema: a trigger may change what is copied."""
    found = store.strange() if isinstance(store, Shaped) else []
    if found:
        raise StoreUnusable(
            f"somebody changed the schema of a store: {found[0]}",
            hint="see what is wrong: triage doctor --store STORE",
        )


def _wanted(mine: Store, other: Store, names: Sequence[str], way: Way) -> list[str]:
    if names:
        return [_named(mine, other, name) for name in dict.fromkeys(names)]
    rows = (other.journals() if way.pull else []) + (mine.journals() if way.push else [])
    return sorted({row.id for row in rows})


def _named(mine: Store, other: Store, name: str) -> str:
    """The journal of a name, which either store may know."""
    with suppress(NotFound):
        return place_of(mine, name).journal
    return place_of(other, name).journal


class _Pair:
    """One journal in two stores."""

    def __init__(
        self, mine: Store, other: Store, gate: Gate, way: Way, progress: Callable[[str], Progress]
    ) -> None:
        self._mine = mine
        self._other = other
        self._gate = gate
        self._way = way
        self._progress = progress
        self._journal = gate.journal
        self._received = self._sent = self._withheld = 0

    def sync(self) -> Synced:
        """Bring both to the same events; an error ends it, and what was done is told."""
        slug = self._slug()
        try:
            self._merge(slug)
        except TriageError as error:
            return self._synced(slug, error)
        return self._synced(self._slug(), None)

    def _merge(self, slug: str) -> None:
        lacking, extra = self._difference()
        gone = _purged((self._mine, self._other), self._journal)
        self._withheld += self._withhold(gone)
        total, progress = len(lacking) + len(extra), self._progress(slug)
        for count in self._copied(self._other, self._mine, lacking, gone):
            self._received += count
            progress(self._received, total)
        for count in self._copied(self._mine, self._other, extra, gone):
            self._sent += count
            progress(self._received + self._sent, total)

    def _synced(self, slug: str, error: TriageError | None) -> Synced:
        return Synced(self._journal, slug, self._received, self._sent, self._withheld, error)

    def _slug(self) -> str:
        row = self._mine.journal(self._journal) or self._other.journal(self._journal)
        return row.slug if row else self._journal

    def _difference(self) -> tuple[list[int], list[int]]:
        """The numbers of the events that mine lacks, as they are in the other, and the other way round."""
        rows = self._mine.journal(self._journal), self._other.journal(self._journal)
        if _same(*rows):
            return [], []
        extra = {event.digest: event.n for event in self._mine.index(self._journal)} if rows[0] else {}
        theirs = self._other.index(self._journal) if rows[1] else ()
        lacking = [event.n for event in theirs if not extra.pop(event.digest, 0)]
        return lacking if self._way.pull else [], list(extra.values()) if self._way.push else []

    def _withhold(self, gone: Collection[str]) -> int:
        """Delete what a purge of either store is about, where its body is still there."""
        count = 0
        for store, may in ((self._mine, self._way.pull), (self._other, self._way.push)):
            ids = [id for id in gone if may and _has_body(store, self._journal, id)]
            if ids:
                count += store.withhold(self._journal, ids)
        return count

    def _copied(
        self, source: Store, target: Store, numbers: Sequence[int], gone: Collection[str]
    ) -> Iterator[int]:
        """Copy events step by step; how many of each step were new."""
        where = "the other store" if source is self._other else "this store"
        hint = f"the journal was left at the event before; mend or purge it in {where}"
        for step in _steps(source, self._journal, numbers):
            admitted = []
            for n, copy in step:
                event = self._gate.admit(copy, f"{self._slug()} e{n} of {where}", hint)
                admitted.append(_bare(copy) if event.id in gone else copy)
            yield target.merge(admitted)


def _same(mine: JournalRow | None, other: JournalRow | None) -> bool:
    """Whether both have the same events: heads name all that led to them."""
    if mine is None or other is None:
        return False
    return (mine.events, set(mine.heads)) == (other.events, set(other.heads))


def _steps(store: Store, journal: str, numbers: Sequence[int]) -> Iterator[list[tuple[int, Sealed]]]:
    """The copies of the events, in steps that bound what lies in memory and how long a lock is held."""
    done = 0
    while done < len(numbers):
        some, size = numbers[done : done + BATCH], 0
        step = []
        for n, copy in zip(some, store.copies(journal, numbers=some), strict=True):
            step.append((n, copy))
            size += len(copy.body or b"") + sum(len(data) for _, data in copy.chunks)
            if size >= HEAVY:
                break
        done += len(step)
        yield step


def _bare(copy: Sealed) -> Sealed:
    return copy._replace(salt=None, body=None, chunks=())


def _has_body(store: Store, journal: str, id: str) -> bool:
    return any(event.body is not None for event in store.find(journal, Name(id=id)))


def _purged(stores: Sequence[Store], journal: str) -> set[str]:
    """The ids of the events whose bodies a purge in one of the stores is about (docs/format.md).

    Those are the event itself, what adds to evidence, and what amends any of these, unless it was recorded
    where the purge was known. A body that is missing for another reason takes none from the other store.
    """
    acts = [act for store in stores for act in store.events(journal, kinds=["act"])]
    purges = [act for act in acts if act.body and act.body.get("verb") == "purge"]
    lineage = _Lineage(stores, journal)
    return {id for purge in purges for id in lineage.purged_by(purge)}


class _Lineage:
    """What belongs to which event of a journal, and what led to it; read where it is asked for."""

    def __init__(self, stores: Sequence[Store], journal: str) -> None:
        self._stores = stores
        self._journal = journal

    def purged_by(self, act: Event) -> list[str]:
        """The ids of the events that a purge is about."""
        about = [str((act.body or {}).get("about"))]
        for id in about:  # it grows as it is read
            for entry in self._belonging.get(id, ()):
                if entry.id not in about and not self._knew(entry, act):
                    about.append(entry.id)
        return about

    @cached_property
    def _belonging(self) -> dict[str, list[Indexed]]:
        """What adds to evidence, and what amends, by the event that it is about."""
        every = (entry for store in self._stores for entry in store.index(self._journal))
        found: dict[str, list[Indexed]] = {}
        for entry in every:
            if entry.kind in ("evidence", "amendment") and not entry.creates:
                found.setdefault(entry.entity, []).append(entry)
        return found

    def _knew(self, entry: Indexed, act: Event) -> bool:
        """Whether an event was recorded where the act had been."""
        return act.recorded_at < entry.recorded_at and act.digest in integrity.before(
            self._parents, [entry.digest]
        )

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        every = (event for store in self._stores for event in store.events(self._journal))
        return {event.digest: event.parents for event in every}
