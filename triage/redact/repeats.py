"""Where values stand in a text, be they many: a secret that was found once is looked for everywhere."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator

from triage.redact.judges import SHORTEST

FEW = 200
"""Values up to which it is quicker to look for one after the other."""


def places(text: str, values: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where each of the values stands, which are not shorter than `SHORTEST`: the place and the value."""
    return _each(text, values) if len(values) <= FEW else _at_once(text, values)


def _each(text: str, values: Iterable[str]) -> Iterator[tuple[int, str]]:
    for value in values:
        start = text.find(value)
        while start >= 0:
            yield start, value
            start = text.find(value, start + len(value))


def _at_once(text: str, values: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The same in one pass: a place begins with the value before it in order, or with a beginning of it."""
    ordered = sorted(values)
    shorter = _beginnings(ordered)
    begins = {value[:SHORTEST] for value in ordered}
    longest = max(map(len, ordered))
    for start in range(len(text)):
        if text[start : start + SHORTEST] in begins:
            value = ordered[bisect_right(ordered, text[start : start + longest]) - 1]
            while value and not text.startswith(value, start):
                value = shorter[value]
            if value:
                yield start, value


def _beginnings(ordered: Iterable[str]) -> dict[str, str]:
    """For each value the longest other one that it begins with, or ''."""
    shorter: dict[str, str] = {}
    last = ""
    for value in ordered:
        while not value.startswith(last):
            last = shorter[last]
        shorter[value] = last
        last = value
    return shorter
