"""The output of two streams, scrubbed piece by piece, each piece judged in the whole that it stands in."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from triage.redact.redactor import Redactor

Runs = Sequence[tuple[str, int]]
"""Bytes of one stream each, in order: (stream, number of bytes)."""


class Piece(NamedTuple):
    """A piece of output without its secrets, with its runs and the number of secrets that were in it."""

    data: bytes
    runs: list[list]  # type: ignore[type-arg]  # [stream, bytes], as an event's body has them
    redactions: int


class Span(NamedTuple):
    """Where a secret stands, in bytes. One that another stream breaks is several; the first has its text."""

    start: int
    end: int
    rule: str
    secret: str


class Transcript:
    """Output of which any piece can be given without its secrets.

    A secret is looked for in the whole, and in each stream alone: lines of the other may stand in its middle.
    """

    def __init__(self, data: bytes, runs: Runs, redactor: Redactor) -> None:
        self._data = data
        self._runs = runs
        self._redactor = redactor
        self._spans = _merged([*_found(data, redactor), *_found_by_stream(data, runs, redactor)])

    def before(self, place: int) -> int:
        """The last place, up to this one, where a cut cuts no secret."""
        return next((span.start for span in self._spans if span.start < place < span.end), place)

    def after(self, place: int) -> int:
        """The first place, from this one on, where a cut cuts no secret."""
        return next((span.end for span in self._spans if span.start < place < span.end), place)

    def piece(self, start: int, end: int) -> Piece:
        """What stands between two places that cut no secret."""
        inside = list(_clipped(self._spans, start, end))
        data, runs = self._without(inside, start, end)
        count = sum(bool(span.secret) for span in inside)
        if not inside or not self._redactor.data(data)[1]:
            return Piece(data, runs, count)
        # A marker ended a word that had kept a rule from seeing what follows.
        again = Transcript(data, [(stream, size) for stream, size in runs], self._redactor).piece(
            0, len(data)
        )
        return again._replace(redactions=count + again.redactions)

    def _without(self, spans: Sequence[Span], start: int, end: int) -> tuple[bytes, list[list]]:  # type: ignore[type-arg]
        """The bytes with markers in the place of secrets, and the runs that they come to."""
        pieces: list[bytes] = []
        runs: list[list] = []  # type: ignore[type-arg]
        starts, ends = [span.start for span in spans], [span.end for span in spans]
        for stream, first, last in _within(self._runs, start, end):
            mine = spans[bisect_right(ends, first) : bisect_left(starts, last)]
            clean = b"".join(self._clean(mine, first, last))
            pieces.append(clean)
            if runs and runs[-1][0] == stream:
                runs[-1][1] += len(clean)
            elif clean:
                runs.append([stream, len(clean)])
        return b"".join(pieces), runs

    def _clean(self, spans: Sequence[Span], first: int, last: int) -> Iterator[bytes]:
        """The clean bytes of one run; the marker of a secret stands in the run where it begins."""
        place = first
        for span in spans:
            if span.start >= first:
                yield self._data[place : span.start]
                if span.secret:
                    yield self._redactor.marker(span.rule, span.secret).encode()
            place = min(span.end, last)
        yield self._data[place:last]


def _clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """What of the spans lies between two places: one may have grown over a place where it was cut before."""
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            yield span._replace(start=first, end=last)


def _found(data: bytes, redactor: Redactor) -> Iterator[Span]:
    text = data.decode("utf-8", "surrogateescape")
    size = len if len(text) == len(data) else _bytes
    place = offset = 0
    for hit in redactor.hits(text):
        start = offset + size(text[place : hit.start])
        secret = text[hit.start : hit.end]
        place, offset = hit.end, start + size(secret)
        yield Span(start, offset, hit.rule, secret)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _found_by_stream(data: bytes, runs: Runs, redactor: Redactor) -> Iterator[Span]:
    for stream in {stream for stream, _ in runs} if len({stream for stream, _ in runs}) > 1 else ():
        places = [(first, last) for name, first, last in _within(runs, 0, len(data)) if name == stream]
        mine = b"".join(data[first:last] for first, last in places)
        offsets = [0, *accumulate(last - first for first, last in places)]
        for span in _found(mine, redactor):
            yield from _spread(span, places, offsets)


def _spread(span: Span, places: Sequence[tuple[int, int]], offsets: Sequence[int]) -> Iterator[Span]:
    """A span of one stream as the spans that it is in the whole; ``offsets`` are its places in the stream."""
    secret = span.secret
    for number in range(bisect_right(offsets, span.start) - 1, bisect_left(offsets, span.end)):
        shift = places[number][0] - offsets[number]
        start, end = max(span.start, offsets[number]), min(span.end, offsets[number + 1])
        yield Span(start + shift, end + shift, span.rule, secret)
        secret = ""


def _within(runs: Runs, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The runs between two places: stream, first and last byte."""
    place = 0
    for stream, size in runs:
        first, last = max(place, start), min(place + size, end)
        if first < last:
            yield stream, first, last
        place += size


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; those that overlap are one, which has the text of the first."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = merged[-1] if merged else None
        if last is not None and span.start < last.end:
            merged[-1] = last._replace(end=max(last.end, span.end), secret=last.secret or span.secret)
        else:
            merged.append(span)
    return merged
