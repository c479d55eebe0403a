"""The timeline drawn: an SVG that stands in the page, with links and shapes that need no colour."""

from collections.abc import Iterator, Sequence
from html import escape as quoted
from itertools import accumulate

from triage import times
from triage.render.inline import shown
from triage.render.timeline import LEFT, WIDTH, Bar, Lane, Marker, Moment, Pause, Span, Timeline

HEIGHT = 30
"""Units of a lane, of which a marker takes 24."""
TOP = 34
"""Where the first lane begins, below the dates and the lengths of the gaps."""
CHARACTER = 7
"""Units that a character of a label takes, at most on average."""
LONGEST = 80
"""Characters of what a title quotes."""

SYMBOLS = {
    "done": '<circle r="6"/>',
    "failed": '<path d="M-6-6 6 6M6-6-6 6"/>',
    "blocked": '<path d="M-6-6h12v12h-12z"/>',
    "fixed": '<path d="M0-8 8 0 0 8-8 0z"/>',
    "skipped": '<path d="M-6 0h12"/>',
    "opened": '<path d="M0-7 7 6h-14z"/>',
    "observed": '<circle r="5" class="ring"/>',
    "note": '<circle r="3"/>',
}
"""A shape for every meaning, around the origin."""
_HIT = '<defs><path id="hit" class="hit" d="M-12-12h24v24h-24z"/></defs>'
"""What is clicked of a marker: 24 units square, whatever its shape."""
LOUD = ("failed", "blocked")
ROUND, SQUARE = '<circle r="11"/>', '<path d="M-11-11h22v22h-22z"/>'
"""What stands around the number of joined markers: a square where one of them is loud."""
MANY = (
    ("m many", '<circle r="8"/><text y="4">n</text>'),
    ("m failed many", '<path d="M-8-8h16v16h-16z"/><text y="4">n</text>'),
)
SEVERAL = ("several", "several, some failed or blocked")
"""How the legend draws joined markers, and what they mean: quiet ones, loud ones."""
WORDS = {"observed": "seen", "opened": "addendum"}
BARS = {"still": "blocked", "over": "was blocked"}
"""What a bar means that is not over, and one that is."""


def drawn(found: Timeline) -> str:
    """The figure with the SVG and its legend."""
    tops = list(accumulate((HEIGHT * max(len(lane.rows), 1) for lane in found.lanes), initial=TOP))
    height = tops[-1] + 6
    lanes = (part for lane, top in zip(found.lanes, tops, strict=False) for part in _lane(lane, top))
    body = "".join([*_axis(found, height), *lanes])
    legend = " ".join(_legend(found))
    return (
        '<figure class="timeline">'
        f'<div class="wide" role="group" aria-label="{_between(found)}" tabindex="0">'
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">{_HIT}{body}</svg></div>'
        f"<figcaption>{legend}</figcaption></figure>"
    )


def _between(found: Timeline) -> str:
    start, end = (times.show(times.from_timestamp_us(us), "exact") for us in (found.start, found.end))
    return f"Timeline from {start} to {end}"


def _legend(found: Timeline) -> Iterator[str]:
    """What the signs mean that are there."""
    markers = [marker for lane in found.lanes for marker in lane.markers]
    shapes = {marker.shape for marker in markers if len(marker.moments) == 1}
    yield from (
        _sign(f"m {shape}", SYMBOLS[shape], WORDS.get(shape, shape)) for shape in SYMBOLS if shape in shapes
    )
    loud = {marker.shape in LOUD for marker in markers if len(marker.moments) > 1}
    yield from (_sign(*MANY[is_loud], SEVERAL[is_loud]) for is_loud in sorted(loud))
    states = {_state(bar) for lane in found.lanes for row in lane.rows for bar in row}
    for state, word in BARS.items():
        if state in states:
            yield _sign(f"bar {state}", '<path d="M-8-5h16v10h-16z"/>', word)
    if found.pauses:
        yield _sign("", '<path class="pause" d="M0-9v18"/>', "long gap, drawn short")


def _sign(kind: str, drawing: str, word: str) -> str:
    """A sign of the legend, 18 units square around the origin, and what it means."""
    return f'<span><svg class="{kind}" viewBox="-9 -9 18 18" aria-hidden="true">{drawing}</svg>{word}</span>'


def _axis(found: Timeline, height: int) -> Iterator[str]:
    start, end = (times.from_timestamp_us(us) for us in (found.start, found.end))
    yield f'<text x="{LEFT}" y="12">{start[:10]} {start[11:16]}</text>'
    last = end[11:16] if end[:10] == start[:10] else f"{end[:10]} {end[11:16]}"
    yield f'<text x="{WIDTH}" y="12" text-anchor="end">{last} UTC</text>'
    named = set(_named(found.pauses))
    yield from (_pause(pause, height, named=pause in named) for pause in found.pauses)


def _named(pauses: Sequence[Pause]) -> Iterator[Pause]:
    """The gaps whose lengths find room in their line, beside those before them."""
    reached = LEFT
    for pause in pauses:
        half = CHARACTER * len(times.span(pause.us)) // 2
        if reached <= pause.x - half and pause.x + half <= WIDTH:
            reached = pause.x + half + CHARACTER
            yield pause


def _pause(pause: Pause, height: int, *, named: bool) -> str:
    """A gap that is drawn short; its length is above it where there is room, else in its title."""
    span = times.span(pause.us)
    line = f'<path class="pause" d="M{pause.x} {TOP - 4}V{height}"><title>{span}</title></path>'
    name = f'<text class="pause" x="{pause.x}" y="26" text-anchor="middle">{span}</text>'
    return line + name if named else line


def _lane(lane: Lane, top: int) -> Iterator[str]:
    middle = top + HEIGHT // 2
    name = quoted(_short(lane.name, 16))
    yield f'<g role="group" aria-label="{name}"><text y="{middle + 4}">{name}</text>'
    for number, row in enumerate(lane.rows or ((),)):
        yield f'<path d="M{LEFT} {middle + HEIGHT * number}H{WIDTH}"/>'
        yield from (_bar(bar, middle + HEIGHT * number) for bar in row)
    yield from (_marker(marker, middle) for marker in lane.markers)
    yield "</g>"


def _state(bar: Bar) -> str:
    return "still" if any(span.end is None for span in bar.spans) else "over"


def _bar(bar: Bar, middle: int) -> str:
    count = len(bar.spans)
    number = f'<text x="{bar.x + bar.width // 2}" y="{middle + 4}">{count}</text>' if count > 1 else ""
    return (
        f'<a class="bar {_state(bar)}" href="#e-{quoted(bar.spans[0].event[-8:])}">'
        f"{_title(_stood(bar.spans))}"
        f'<path d="M{bar.x} {middle - 12}h{bar.width}v24h-{bar.width}z" class="hit"/>'
        f'<path d="M{bar.x} {middle - 6}h{bar.width}v12h-{bar.width}z"/>{number}</a>'
    )


def _title(text: str) -> str:
    """What a reader hears of a link, and sees beside the pointer."""
    return f"<title>{quoted(text, quote=False)}</title>"


def _stood(spans: tuple[Span, ...]) -> str:
    """The title of a bar."""
    first = spans[0]
    if len(spans) > 1:
        return f"{_clock(first.start)}: {len(spans)} at once, first {_short(first.text, 40)}"
    lasted = times.span(first.end - first.start) if first.end is not None else "still"
    return f"{_clock(first.start)} {_short(first.text)}, {lasted}"


def _marker(marker: Marker, middle: int) -> str:
    first = marker.moments[0]
    many = len(marker.moments)
    around = SQUARE if marker.shape in LOUD else ROUND
    sign = SYMBOLS[marker.shape] if many == 1 else f'{around}<text y="4">{many}</text>'
    return (
        f'<a class="m {marker.shape}{" many" if many > 1 else ""}" href="#e-{quoted(first.event[-8:])}"'
        f' transform="translate({marker.x} {middle})">{_title(_told(marker.moments))}'
        f'<use href="#hit"/>{sign}</a>'
    )


def _told(moments: tuple[Moment, ...]) -> str:
    """The title of a marker."""
    first = moments[0]
    if len(moments) == 1:
        return f"{_clock(first.us)} {_short(first.text)}, {WORDS.get(first.shape, first.shape)}"
    between = " to ".join(dict.fromkeys((_clock(first.us), _clock(moments[-1].us))))
    return f"{between}: {len(moments)} events, first {_short(first.text, 40)}"


def _clock(us: int) -> str:
    return times.from_timestamp_us(us)[11:16]


def _short(text: str, most: int = LONGEST) -> str:
    text = shown(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
