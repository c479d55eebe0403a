"""Lines of a page that say more than the pieces they became: kept with them, word for word."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import itemgetter

from triage.importer.pieces import Piece
from triage.importer.reading import Reading

_WORD = re.compile(r"\d+(?::\d+)+|[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f→—–·✓✗…]+")
"""What a reader would miss: times of day, and anything but room, punctuation and marks."""


def words(text: str) -> set[str]:
    """The words of a text, without regard to capitals."""
    return set(_WORD.findall(text.casefold()))


def quoted(reading: Reading, lines: Sequence[str]) -> list[Piece]:
    """The pieces, each with those of its lines whose words are not all in it, in a heading or in a header."""
    known = words(" ".join(f"{each.label} {each.text}" for each in reading.stated))
    for piece in reading.pieces:
        known |= words(" ".join(_headings(piece)))
        known |= _said(piece) if piece.kind == "header" else set()
    said = [_said(piece) for piece in reading.pieces]
    claims = sorted(reading.claims, key=itemgetter(0))
    starts = [start for start, _ in claims]
    found: dict[int, list[str]] = {}
    for number, line in enumerate(lines, 1):
        last = bisect_right(starts, number)
        first = bisect_left(starts, starts[last - 1])
        mine = [place for _, place in claims[first:last]]
        if reduce(set.difference, (said[place] for place in mine), words(line) - known):
            found.setdefault(mine[0], []).append(line.strip())
    return [piece._replace(quoted=tuple(found.get(place, ()))) for place, piece in enumerate(reading.pieces)]


def _said(piece: Piece) -> set[str]:
    """The words of a piece: of its fields, of its output, of when it happened."""
    told = " ".join(_texts(piece.fields))
    at = piece.when.at or ""
    output = (piece.output or b"").decode("utf-8", "replace")
    return words(f"{told} {output} {at[:10]} {at[11:16]} {at[11:19]}")


def _texts(value: object) -> Iterable[str]:
    """All texts in a field."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None:
        yield str(value)


def _headings(piece: Piece) -> list[str]:
    path = piece.fields.get("heading") or piece.fields.get("section") or []
    return [*path, piece.heading]
