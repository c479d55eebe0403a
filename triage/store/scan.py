"""A search that reads all events: for a store without an index that could be kept up."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import Protocol

from triage.events import Event
from triage.store import JournalRow, words
from triage.store.rows import Query


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
    rows = store.journals()
    every = (
        event._replace(output=None)
        for row in rows
        if not query.journals or row.id in query.journals
        for event in store.events(row.id, kinds=query.kinds, output=True)
        if fits(event, query)
    )
    yield from (
        nlargest(query.limit, every, key=order) if query.limit else sorted(every, key=order, reverse=True)
    )


def order(event: Event) -> tuple[str, str, str]:
    """The place of a hit: the newest has the greatest."""
    return (words.moment(event), event.recorded_at, event.id)


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
