"""A search that reads all events: for a store without an index that could be kept up."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import islice
from typing import NamedTuple, Protocol

from triage.events import Event
from triage.store import JournalRow, ranking, words
from triage.store.rows import BEST, Query


class Readable(Protocol):
    """What a scan needs of a store."""

    def journals(self) -> list[JournalRow]:
        """See `Store.journals`."""
        ...

    def events(self, journal: str, *, kinds: Sequence[str] = (), output: bool = False) -> Iterator[Event]:
        """See `Store.events`."""
        ...


def scan(store: Readable, query: Query) -> Iterator[Event]:
    """What a search finds, by reading all events."""
    every = _hits(store, query)
    most = BEST if query.best else query.limit
    newest = nlargest(most, every, key=_order) if most else sorted(every, key=_order, reverse=True)
    found = sorted(newest, key=_rank, reverse=True) if query.best else newest
    yield from (hit.event for hit in islice(found, query.limit or None))


class _Hit(NamedTuple):
    """An event without its output, and its rank where that is asked for."""

    event: Event
    rank: float


def _hits(store: Readable, query: Query) -> Iterator[_Hit]:
    return (
        _Hit(event._replace(output=None), ranking.rank(event, query.phrases) if query.best else 0.0)
        for row in store.journals()
        if not query.journals or row.id in query.journals
        for event in store.events(row.id, kinds=query.kinds, output=True)
        if fits(event, query)
    )


def _order(hit: _Hit) -> tuple[str, str, str]:
    """The place of a hit: the newest has the greatest."""
    return (words.moment(hit.event), hit.event.recorded_at, hit.event.id)


def _rank(hit: _Hit) -> float:
    return hit.rank


def fits(event: Event, query: Query) -> bool:
    """Whether an event has all phrases of a query, each within one text, and is one of those asked for."""
    if not is_asked_for(event, query):
        return False
    return words.have((words.words(text) for _, text in words.texts(event)), query.phrases)


def is_asked_for(event: Event, query: Query) -> bool:
    """Whether an event is of the kinds and of the time that a query names."""
    if query.kinds and event.kind not in query.kinds:
        return False
    at = words.moment(event)
    return (not query.since or at >= query.since) and (not query.until or at < query.until)
