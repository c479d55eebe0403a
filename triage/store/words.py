"""The words that a search looks at: those of a query, of an event and of a line, told apart in one way.

An index keeps the words as they are made here, so that what it finds is what a scan finds. Whoever changes
them adds a migration that drops the index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Any, Protocol

from triage import events
from triage.events import Event
from triage.report.lines import SEQUENCE
from triage.store import JournalRow
from triage.store.rows import Query


class Readable(Protocol):
    """What a scan needs of a store."""

    def journals(self) -> list[JournalRow]:
        """See `Store.journals`."""
        ...

    def events(self, journal: str, *, kinds: Sequence[str] = (), output: bool = False) -> Iterator[Event]:
        """See `Store.events`."""
        ...


_WORD = re.compile(r"[^\W_]+")
_WORDLESS = frozenset({"event", "instant", "integer", "flag", "output", "streams"})
"""Types of fields that hold no words."""
_UNREADABLE = frozenset({"sha256", "digest"})


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, small, without accents."""
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """The text in small letters without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def spans(text: str, phrases: Iterable[Sequence[str]]) -> list[tuple[int, int]]:
    """Where the phrases stand in a text, as it was typed, in order."""
    found = [(word, match.span()) for match in _WORD.finditer(text) for word in words(match[0])]
    mine = [word for word, _ in found]
    where = {
        (found[place][1][0], found[place + len(phrase) - 1][1][1])
        for phrase in phrases
        for place in _places(mine, phrase)
    }
    return sorted(where)


def _places(mine: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    size = len(phrase)
    return (
        place
        for place, word in enumerate(mine)
        if word == phrase[0] and mine[place : place + size] == [*phrase]
    )


def texts(event: Event) -> Iterator[tuple[str, str]]:
    """What an event says, field by field; evidence says what it printed, too, where that was read."""
    known = events.FIELDS.get(event.kind, {})
    for name, value in (event.body or {}).items():
        field = known.get(name)
        if (field is None or field.type not in _WORDLESS) and name not in _UNREADABLE:
            yield from ((name, text) for text in _strings(value))
    if event.output:
        yield "output", SEQUENCE.sub("", events.decoded(event.output))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in _strings(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in _strings(item))


def moment(event: Event) -> str:
    """When an event happened; of one at an unknown time, when it was recorded."""
    return event.at or event.recorded_at


def fits(event: Event, query: Query) -> bool:
    """Whether an event has all phrases of a query, each within one text, and is one of those asked for."""
    if not is_asked_for(event, query):
        return False
    each = [words(text) for _, text in texts(event)]
    return all(any(True for mine in each for _ in _places(mine, phrase)) for phrase in query.phrases)


def is_asked_for(event: Event, query: Query) -> bool:
    """Whether an event is of the kinds and of the time that a query names."""
    if query.kinds and event.kind not in query.kinds:
        return False
    at = moment(event)
    return (not query.since or at >= query.since) and (not query.until or at < query.until)


def scan(store: Readable, query: Query) -> Iterator[Event]:
    """What a search finds, by reading all events: for a store without an index that could be kept up."""
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
    return (moment(event), event.recorded_at, event.id)
