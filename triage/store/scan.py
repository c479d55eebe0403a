"""A search that reads all events: for a store without an index that could be kept up."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import islice
from math import sqrt
from typing import NamedTuple, Protocol

from triage.events import Event
from triage.store import JournalRow, words
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
    found = sorted(newest, key=_score, reverse=True) if query.best else newest
    yield from (hit.event for hit in islice(found, query.limit or None))


class _Hit(NamedTuple):
    """An event without its output, and how well it fits where that is asked for."""

    event: Event
    score: float


def _hits(store: Readable, query: Query) -> Iterator[_Hit]:
    return (
        _Hit(event._replace(output=None), score(event, query) if query.best else 0.0)
        for row in store.journals()
        if not query.journals or row.id in query.journals
        for event in store.events(row.id, kinds=query.kinds, output=True)
        if fits(event, query)
    )


def _order(hit: _Hit) -> tuple[str, str, str]:
    """The place of a hit: the newest has the greatest."""
    return (words.moment(hit.event), hit.event.recorded_at, hit.event.id)


def _score(hit: _Hit) -> float:
    return hit.score


def score(event: Event, query: Query) -> float:
    """How well an event fits: how often it has the phrases, over the square root of how many words it has.

    What FTS5 does besides, which is to weigh a phrase by how rare it is, would take a second reading.
    """
    each = [words.words(text) for _, text in words.texts(event)]
    count = sum(1 for mine in each for phrase in query.phrases for _ in words.places(mine, phrase))
    return count / sqrt(sum(map(len, each)))


def fits(event: Event, query: Query) -> bool:
    """Whether an event has all phrases of a query, each within one text, and is one of those asked for."""
    if not is_asked_for(event, query):
        return False
    each = [words.words(text) for _, text in words.texts(event)]
    return all(any(True for mine in each for _ in words.places(mine, phrase)) for phrase in query.phrases)


def is_asked_for(event: Event, query: Query) -> bool:
    """Whether an event is of the kinds and of the time that a query names."""
    if query.kinds and event.kind not in query.kinds:
        return False
    at = words.moment(event)
    return (not query.since or at >= query.since) and (not query.until or at < query.until)
