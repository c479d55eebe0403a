"""The lines of an output, and which stream each came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from triage.encoding import decoded

if TYPE_CHECKING:
    from triage.report.shapes import Evidence

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
"""What a terminal obeys and does not show: colours, titles, moves of the cursor."""


class Line(NamedTuple):
    """A line of an output: its number, from 1, the stream that it came from (or ''), and its text."""

    number: int
    stream: str
    text: str


def lines(item: Evidence) -> list[Line]:
    """The lines of an output; of which stream, where there are two."""
    found: list[tuple[str, str]] = []
    place = 0
    for stream, size in _runs(item):
        text = decoded((item.output or b"")[place : place + size])
        place += size
        found += [(stream, line) for line in text.split("\n")[: -1 if text.endswith("\n") else None]]
    return [Line(number, stream, line) for number, (stream, line) in enumerate(found, 1)]


def _runs(item: Evidence) -> Iterable[tuple[str, int]]:
    """The runs of each stream, neighbours of one stream as one; one run where there is one stream only."""
    if len({stream for stream, _ in item.streams}) < 2:
        return [("", len(item.output or b""))]
    grouped = groupby(item.streams, key=lambda run: run[0])
    return [(stream, sum(size for _, size in runs)) for stream, runs in grouped]


def ranges(numbers: Iterable[int]) -> Iterator[str]:
    """Numbers in order as ``3-5`` and ``9``."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in group]
        yield f"{found[0]}-{found[-1]}" if len(found) > 1 else str(found[0])
