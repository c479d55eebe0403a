"""The timeline of a report: lanes of markers and bars on an axis of time, before HTML says how it is drawn.

Long stretches in which nothing happened are drawn short, and say how long they were. Markers that would be
nearer to each other than a finger is wide are joined into one that tells their number.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from triage import times
from triage.report import Part, Report

WIDTH = 800
"""Units across, of which `LEFT` are for the names of the lanes; `page.css` leaves room for them."""
LEFT = 100
EDGE = 20
TARGET = 24
"""Units that a marker takes: the size of a target by WCAG 2.2, criterion 2.5.8, in CSS pixels."""
MOST_ENVIRONMENTS = 4
MOST_ROWS = 4
"""Rows of bars of a lane; what would overlap in the last one is joined."""
LONG = 3
"""How many times the median gap a gap may be before it is drawn short."""
SHAPES = ("failed", "blocked", "opened", "skipped", "fixed", "done", "observed", "note")
"""What a marker can mean, the loudest first: it is the one that joined markers show."""


class Moment(NamedTuple):
    """Something that happened: when (microseconds), as which shape, where on the page, in which words."""

    us: int
    shape: str
    event: str
    text: str


class Span(NamedTuple):
    """Something that lasted; ``end`` is None where it still does."""

    start: int
    end: int | None
    event: str
    text: str


class Marker(NamedTuple):
    """One or more moments of a lane at a place ``x``."""

    x: int
    moments: tuple[Moment, ...]

    @property
    def shape(self) -> str:
        """The loudest of its moments' shapes."""
        return min((moment.shape for moment in self.moments), key=SHAPES.index)


class Bar(NamedTuple):
    """A span between two places, or several that overlap."""

    x: int
    width: int
    spans: tuple[Span, ...]

    @property
    def end(self) -> int:
        """The place where it ends."""
        return self.x + self.width


class Lane(NamedTuple):
    """One lane of the timeline: markers, and rows of bars of which none overlaps another."""

    name: str
    rows: tuple[tuple[Bar, ...], ...]
    markers: tuple[Marker, ...]


class Pause(NamedTuple):
    """A long gap that is drawn short: its place, and how long it was."""

    x: int
    us: int


class Timeline(NamedTuple):
    """All that is drawn; ``start`` and ``end`` are microseconds since 1970."""

    lanes: tuple[Lane, ...]
    pauses: tuple[Pause, ...]
    start: int
    end: int


def timeline(report: Report) -> Timeline | None:
    """The timeline of all parts of a report; None where fewer than two things have a time."""
    named = [
        (name, list(moments), list(spans)) for name, moments, spans in _lanes(report) if moments or spans
    ]
    instants = sorted({us for _, moments, spans in named for us in _instants(moments, spans)})
    if len(instants) < 2:
        return None
    places, pauses = _places(instants)
    lanes = tuple(
        Lane(name, _rows_of(_bars(spans, places)), tuple(_markers(moments, places)))
        for name, moments, spans in named
    )
    return Timeline(lanes, tuple(pauses), instants[0], instants[-1])


def _instants(moments: Iterable[Moment], spans: Iterable[Span]) -> Iterator[int]:
    yield from (moment.us for moment in moments)
    yield from (us for span in spans for us in (span.start, span.end) if us is not None)


def _lanes(report: Report) -> Iterator[tuple[str, Sequence[Moment], Sequence[Span]]]:
    parts = report.parts
    yield "Actions", [moment for part in parts for moment in _rows(part, actions=True)], []
    yield "Blockers", [], [span for part in parts for span in _blockers(part)]
    names = dict.fromkeys(name for part in parts for name in _environments(part))
    for name in list(names)[:MOST_ENVIRONMENTS]:
        yield name, [moment for part in parts for moment in _seen(part, name)], []
    yield "Log", [moment for part in parts for moment in _rows(part, actions=False)], []


def _rows(part: Part, *, actions: bool) -> Iterator[Moment]:
    for row in part.rows:
        if row.at and row.source != "blocker" and (row.source == "action") is actions:
            shape = row.mark if row.mark in SHAPES else "note"
            yield Moment(times.to_us(row.at), shape, row.event, row.text)


def _blockers(part: Part) -> Iterator[Span]:
    for each in part.blockers:
        if each.at:
            end = times.to_us(each.fixed_at) if each.fixed_at else None
            yield Span(times.to_us(each.at), end, each.event, f"{each.title}, {each.status}")


def _environments(part: Part) -> Iterator[str]:
    yield from (action.environment for action in part.actions if action.environment)
    yield from (item.environment for item in part.evidence if item.environment)


def _seen(part: Part, name: str) -> Iterator[Moment]:
    """What was done and seen in an environment."""
    for action in part.actions:
        at = action.ended_at or action.at
        if action.environment == name and action.closed and at:
            shape = action.status if action.status in SHAPES else "done"
            yield Moment(times.to_us(at), shape, action.event, action.title)
    for item in part.evidence:
        if item.environment == name and item.at:
            shape = "failed" if item.exit_code else "observed"
            yield Moment(times.to_us(item.at), shape, item.event, item.title or item.command or "evidence")
    for row in part.final.rows if part.final else ():
        if row.values[:1] == (name,) and row.at:
            yield Moment(times.to_us(row.at), "observed", row.event, "final state")


def _places(instants: Sequence[int]) -> tuple[dict[int, int], list[Pause]]:
    """Where each instant is drawn, and the gaps that are drawn short."""
    gaps = [later - sooner for sooner, later in pairwise(instants)]
    most = max(int(LONG * median(gaps)), 1)
    total = sum(min(gap, most) for gap in gaps)
    scale = (WIDTH - LEFT - 2 * EDGE) / total
    places, pauses, drawn = {instants[0]: LEFT + EDGE}, [], 0
    for instant, gap in zip(instants[1:], gaps, strict=True):
        before = drawn
        drawn += min(gap, most)
        places[instant] = LEFT + EDGE + round(drawn * scale)
        if gap > most:
            pauses.append(Pause(LEFT + EDGE + round((before + drawn) / 2 * scale), gap))
    return places, pauses


def _bars(spans: Iterable[Span], places: dict[int, int]) -> Iterator[Bar]:
    for span in sorted(spans, key=lambda span: span[:1] + span[2:]):
        x = places[span.start]
        end = WIDTH if span.end is None else places[span.end]
        yield Bar(x, max(end - x, TARGET), (span,))


def _rows_of(bars: Iterable[Bar]) -> tuple[tuple[Bar, ...], ...]:
    """The bars in rows, each in the first one that is free; in the last row they are joined."""
    rows: list[list[Bar]] = []
    for bar in bars:
        row = next((row for row in rows if row[-1].end <= bar.x), None)
        if row is not None:
            row.append(bar)
        elif len(rows) < MOST_ROWS:
            rows.append([bar])
        else:
            last = rows[-1].pop()
            end = max(last.end, bar.end)
            rows[-1].append(Bar(last.x, end - last.x, (*last.spans, *bar.spans)))
    return tuple(map(tuple, rows))


def _markers(moments: Iterable[Moment], places: dict[int, int]) -> Iterator[Marker]:
    """The moments in order, each joined to the marker before where it would be too near to it."""
    joined: list[Moment] = []
    for moment in sorted(moments):
        if joined and places[moment.us] - places[joined[0].us] >= TARGET:
            yield Marker(places[joined[0].us], tuple(joined))
            joined = []
        joined.append(moment)
    if joined:
        yield Marker(places[joined[0].us], tuple(joined))
