"""The words that a search looks at: those of a query, of an event and of a line, told apart in one way.

An index keeps the words as they are made here, so that what it finds is what a scan finds. Whoever changes
them adds a migration that drops the index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from triage.diagnosis.folding import folded
from triage.encoding import decoded
from triage.events import Event
from triage.kinds import FIELDS
from triage.report.lines import SEQUENCE

STAR = "*"
"""Ends a word of a query that is a beginning only; no word of a text holds it."""

_WORD = re.compile(r"[^\W_]+")
_BEGINNING = re.compile(r"[^\W_]\*+\s*\Z")
_WORDLESS = frozenset({"event", "instant", "integer", "flag", "output", "streams"})
"""Types of fields that hold no words."""
_UNREADABLE = frozenset({"sha256", "digest"})


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, small, without accents."""
    return _WORD.findall(folded(text))


def phrase(typed: str) -> tuple[str, ...]:
    """The words of what was typed as one phrase; a star right after its last word makes that a beginning."""
    found = words(typed)
    if found and _BEGINNING.search(folded(typed)):
        found[-1] += STAR
    return tuple(found)


def spans(text: str, phrases: Iterable[Sequence[str]]) -> list[tuple[int, int]]:
    """Where the phrases stand in a text, as it was typed, in order."""
    found = [(word, match.span()) for match in _WORD.finditer(text) for word in words(match[0])]
    mine = [word for word, _ in found]
    where = {
        (found[place][1][0], found[place + len(phrase) - 1][1][1])
        for phrase in phrases
        for place in places(mine, phrase)
    }
    return sorted(where)


def places(mine: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    """Where a phrase begins among words."""
    *before, last = phrase
    size, begins = len(before), last.endswith(STAR)
    last = last.removesuffix(STAR)
    return (
        place - size
        for place, word in enumerate(mine)
        if (word.startswith(last) if begins else word == last)
        and mine[max(place - size, 0) : place] == before
    )


def have(texts: Iterable[Sequence[str]], phrases: Iterable[Sequence[str]]) -> bool:
    """Whether texts, each as its words, have all the phrases, each within one text."""
    each = list(texts)
    return all(any(True for mine in each for _ in places(mine, phrase)) for phrase in phrases)


def texts(event: Event) -> Iterator[tuple[str, str]]:
    """What an event says, field by field; evidence says what it printed, too, where that was read."""
    yield from own(event)
    if event.output:
        yield "output", printed(event)


def own(event: Event) -> Iterator[tuple[str, str]]:
    """What an event says in its fields, without what a command printed."""
    known = FIELDS.get(event.kind, {})
    for name, value in (event.body or {}).items():
        field = known.get(name)
        if (field is None or field.type not in _WORDLESS) and name not in _UNREADABLE:
            yield from ((name, text) for text in _strings(value))


def printed(event: Event) -> str:
    """What a command printed, without what steers a terminal; '' where nothing was read."""
    return SEQUENCE.sub("", decoded(event.output or b""))


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
