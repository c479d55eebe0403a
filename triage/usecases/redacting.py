"""Scrubbing a text for who wants to see it, and saying which rule decided what."""

from collections.abc import Iterator
from typing import NamedTuple

from triage.errors import InvalidValue
from triage.redact import Hit, Redactor
from triage.redact.remembered import Entry, entries


class Decided(NamedTuple):
    """What a rule decided about a span of a text, which is never told itself.

    ``marker`` is what stands in its place, or '' where it was left alone, and ``reason`` says why.
    """

    line: int
    column: int
    size: int
    rule: str
    marker: str
    reason: str


def scrubbed(data: bytes, redactor: Redactor) -> tuple[bytes, int]:
    """The bytes as they would be recorded, and the number of secrets that were in them."""
    clean, hits = redactor.data(data)
    return clean, len(hits)


def explained(data: bytes, redactor: Redactor) -> Iterator[Decided]:
    """What was decided, in the order of the text: what is hidden, and what a rule matched and left alone."""
    text = data.decode("utf-8", "surrogateescape")
    hidden = redactor.hits(text)
    alone = [hit for hit in redactor.spared(text) if not any(_overlap(hit, other) for other in hidden)]
    line, place = 1, 0
    for hit in sorted([*hidden, *alone], key=lambda hit: (hit.start, hit.end)):
        line, place = line + text.count("\n", place, hit.start), hit.start
        column = hit.start - text.rfind("\n", 0, hit.start)
        marker = "" if hit.spared else redactor.marker(hit.rule, text[hit.start : hit.end])
        yield Decided(line, column, hit.end - hit.start, hit.rule, marker, hit.spared)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def to_remember(value: str, label: str, redactor: Redactor) -> list[Entry]:
    """What to keep of a value so that it is known again; `InvalidValue` where it tells too little."""
    found = entries(value, label, redactor.keyed)
    if not found:
        raise InvalidValue(
            "a value to remember has at least 8 characters of two kinds", hint="nothing was remembered"
        )
    return found
