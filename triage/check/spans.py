"""Time spans in prose, against the moments of the record, the clock times beside them, and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from triage import times
from triage.check.finding import Finding
from triage.check.view import MINUTE, Text, View, sentences
from triage.report import stamps

_UNITS = {
    "ms": 1000, "millisecond": 1000,
    "s": 1_000_000, "sec": 1_000_000, "second": 1_000_000,
    "m": MINUTE, "min": MINUTE, "minute": MINUTE,
    "h": 60 * MINUTE, "hr": 60 * MINUTE, "hour": 60 * MINUTE,
    "d": 1440 * MINUTE, "day": 1440 * MINUTE,
}  # fmt: skip
DAY = 1440
"""Minutes."""
_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![\w])"
_PAIR = rf"\d{{1,5}}(?:\.\d)?[ \t-]?{_UNIT}(?:(?:[ \t]|,[ \t]?|[ \t]and[ \t])?\d{{1,3}}[ \t-]?{_UNIT}){{0,2}}"
_ABOUT = (
    r"about|around|roughly|approximately|approx\.?|some|nearly|almost|over|under|less than|more than|at least"
    "|up to"
)
_SPAN = re.compile(rf"(?P<about>~|≈|\b(?:{_ABOUT}) )?(?<![\w.:+$-])(?P<span>{_PAIR})", re.IGNORECASE)
_PIECE = re.compile(r"(?P<number>\d+(?:\.\d)?)[ \t-]?(?P<unit>[a-z]+)", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:total|wall[- ]?clock|took|lasted|lasting|downtime|outage|elapsed|end[- ]to[- ]end|overall)\b|"
    r"\b(?:blocked|down|unavailable|degraded|unreachable|stood|broken) for\b|\bduration\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:total (?:wall[- ]?clock|time|duration|downtime)|wall[- ]?clock|end[- ]to[- ]end"
    r"|(?:outage|incident|whole \w+|entire \w+) (?:lasted|took)|in total|altogether|start to finish)\b",
    re.IGNORECASE,
)
"""Words that tell the whole of the work: on a page only these spans are held against its timeline."""
_ZONE = r"(?:[ \t]?(?P<zone{n}>UTC|GMT|Z|[A-Z]{{2,3}}T)\b)?"
_CLOCK = r"(?P<{name}>[0-2]?\d:[0-5]\d)(?::[0-5]\d)?(?:[ \t]?(?P<half{n}>[ap]\.?m\b\.?))?" + _ZONE
_CLOCKS = re.compile(
    r"(?<![\d:.])"
    + _CLOCK.format(name="first", n=1)
    + r"(?P<one>[^→\n()\d]{0,60}?(?:#\d+[^→\n()\d]{0,40}?)?)\s*"
    r"(?:→|->|–|—|-|\bto\b|\buntil\b|\btill\b|\band\b|\bthrough\b)\s*"
    r"(?:\d{4}-\d\d-\d\d[T ])?" + _CLOCK.format(name="second", n=2) + r"(?!\d|:)(?P<two>[^).;,\n|]{0,60})",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\bfrom (?P<one>[^\n]{3,160}?) \((?:\d{4}-\d\d-\d\d[T ])?"
    + _CLOCK.format(name="first", n=1)
    + r"\) to (?P<two>[^\n]{3,160}?) \((?:\d{4}-\d\d-\d\d[T ])?"
    + _CLOCK.format(name="second", n=2)
    + r"\)"
)
"""Ends as our own documents tell them: named, and each with its time in brackets."""
_BESIDE = re.compile(
    r"[\s(),:*_=–—-]*(?:(?:from|between|for|a|total|of|lasting|lasted|about|i\.e\.|or|all|took|duration|roughly"
    r"|approximately|was|down|that|is|which|in|utc|gmt|z|the|outage|incident|window|period)[\s(),:*_=–—-]+)*(?:~|≈)?",
    re.IGNORECASE,
)
"""What may stand between a span and its two ends."""
_TELLS_SPAN = re.compile(rf"\d(?:[ \t-]?{_UNIT}|:[0-5]\d)")
"""What every text with a span, or with the ends of one, has somewhere."""
FEW = 4
"""Minutes with an event below which a record is no timeline that a span could be held against."""
_PLAIN = frozenset((
    "utc", "the", "from", "at", "with", "until", "and", "was", "both", "all", "this", "that", "time", "total",
))  # fmt: skip


def span(view: View) -> Iterator[Finding]:
    """TR102: spans that nothing bears out, spans that their own ends contradict, and ends that are none."""
    for text in view.texts:
        if not _TELLS_SPAN.search(text.spoken):
            continue
        for sentence in sentences(text.spoken):
            yield from _of_sentence(view, text, sentence)
    yield from _stated(view)


def _of_sentence(view: View, text: Text, sentence: re.Match[str]) -> Iterator[Finding]:
    words, start = sentence[0], sentence.start()
    ends = _FROM_TO.search(words) or _CLOCKS.search(words)
    told = [found for found in _SPAN.finditer(words) if found["span"]]
    if ends is not None:
        beside = next((found for found in told if _is_beside(words, found, ends)), None)
        if beside is not None:
            yield from _by_its_ends(view, text, beside, ends, start)
        if beside is not None or _CUE.search(words):
            yield from _ends(view, text, ends, words)
        told = [found for found in told if found is not beside]
    for found in told:
        us, unit = _us(found["span"])
        if us < 1_000_000:
            yield from _of_evidence(view, text, found, us, start)
        elif ends is None and us >= MINUTE and _is_unmatched(view, words, found, us, unit):
            record, shown = _wall_clock(view)
            call = 'span("start", "end")'
            new = view.reworded(text, start + found.start(), start + found.end(), shown, call=call)
            yield view.finding("TR102", text.event, found[0].strip(), record, new, field=text.field)


def _is_beside(words: str, found: re.Match[str], ends: re.Match[str]) -> bool:
    """Whether a span stands right before its two ends, or right after them."""
    if found.end() <= ends.start():
        return bool(_BESIDE.fullmatch(words[found.end() : ends.start()]))
    after = ends.end("zone2") if ends["zone2"] else ends.end("half2") if ends["half2"] else ends.end("second")
    return found.start() >= after and bool(_BESIDE.fullmatch(words[after : found.start("span")]))


def _us(span: str) -> tuple[int, int]:
    """Microseconds of a span, and of its smallest unit."""
    us, unit = 0.0, 0
    for piece in _PIECE.finditer(span):
        name = piece["unit"].casefold()
        unit = _UNITS.get(name) or _UNITS.get(name.removesuffix("s"), 0)
        us += float(piece["number"]) * unit
        if "." in piece["number"]:
            unit //= 10
    return int(us), unit


def _by_its_ends(
    view: View, text: Text, found: re.Match[str], ends: re.Match[str], start: int
) -> Iterator[Finding]:
    us, unit = _us(found["span"])
    apart = _apart(ends)
    if us < MINUTE or apart is None:
        return
    spare = max(unit, MINUTE) * (1 + bool(found["about"])) // MINUTE + (
        us // MINUTE // 10 if found["about"] else 0
    )
    if _differ(us // MINUTE, apart) <= spare:
        return
    shown = times.span(apart.minutes * MINUTE)
    new = view.reworded(text, start + found.start("span"), start + found.end("span"), shown)
    record = f"{ends['first']} to {ends['second']} is {shown}"
    yield view.finding("TR102", text.event, found[0].strip(), record, new, field=text.field)


class _Apart(NamedTuple):
    """The minutes between two clock times, up to whole days, or up to half days where nothing says more."""

    minutes: int
    modulus: int


def _apart(ends: re.Match[str]) -> _Apart | None:
    """How far apart two ends are; None where their zones differ."""
    zones = {
        zone.upper().replace("GMT", "UTC").replace("Z", "UTC")
        for zone in (ends["zone1"], ends["zone2"])
        if zone
    }
    if len(zones) > 1:
        return None
    halves = (ends["half1"], ends["half2"])
    first, second = _minute(ends["first"], halves[0] or halves[1]), _minute(ends["second"], halves[1])
    bare = not any(halves) and max(first, second) < 13 * 60 and not (zones or ends["first"].startswith("0"))
    unsure = bare or (halves[1] and not halves[0])
    return _Apart((second - first) % DAY, DAY // 2 if unsure else DAY)


def _differ(minutes: int, apart: _Apart) -> int:
    """By how many minutes a span differs from how far apart its ends are."""
    rest = (minutes - apart.minutes) % apart.modulus
    return min(rest, apart.modulus - rest)


def _minute(clock: str, half: str | None = None) -> int:
    hour, minute = clock.split(":")
    if half:
        return int(hour) % 12 * 60 + int(minute) + (720 if half.casefold().startswith("p") else 0)
    return int(hour) * 60 + int(minute)


def _ends(view: View, text: Text, ends: re.Match[str], words: str) -> Iterator[Finding]:
    """Ends at which nothing happened, or something else than they are named after."""
    if view.page is not None and (
        len(view.minutes) < FEW or ends["half1"] or ends["half2"] or ends["zone1"] not in (None, "UTC")
    ):
        return
    named = _named_ends(words[: ends.start()])
    for clock, label, whole in (
        (ends["first"], ends["one"], named[0]),
        (ends["second"], ends["two"], named[1]),
    ):
        minute = _minute(clock)
        happened = any(each % DAY == minute for each in view.minutes)
        if view.page is not None:
            record = _meant(view, minute, f"{label} {whole}", least=2)
        elif happened:
            record = _meant(view, minute, label)
        else:
            nearest = _meant(view, -1, label)
            record = f"nothing happened at {clock}{f'; {nearest}' if nearest else ''}"
        if record:
            fix = f"triage amend {view.name(text.event)} {text.field}='...'"
            said = f"{clock} {label.strip(' —-')}".strip()
            yield view.finding("TR102", text.event, said, record, fix, field=text.field)


def _named_ends(before: str) -> tuple[str, str]:
    """What stands before a span as its ends: ``from the merge → prod healthy: 3h``."""
    found = re.search(
        r"\bfrom\b(?P<one>[^→\n]{3,60}?)(?:→|->|\bto\b|\buntil\b)(?P<two>[^:(\n]{3,60})", before
    )
    return (found["one"], found["two"]) if found else ("", "")


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9#]{3,}", text.casefold())
    return frozenset(word[:4] for word in words if word not in _PLAIN)


def _rows(view: View) -> list[tuple[int, str, frozenset[str]]]:
    rows = [row for part in view.report.parts for row in part.rows if row.at]
    return [
        (times.to_us(row.at or "") // MINUTE % DAY, row.text, _stems(f"{row.text} {row.outcome} {row.mark}"))
        for row in rows
    ]


def _meant(view: View, minute: int, label: str, *, least: int = 1) -> str:
    """The row that an end is named after, where that is at another time; '' where it is at this one."""
    wanted = _stems(label)
    if not wanted:
        return ""
    rows = _rows(view)
    here = max((len(wanted & stems) for at, _, stems in rows if at == minute), default=0)
    other = max(reversed(rows), key=lambda row: len(wanted & row[2]), default=None)
    if other is None or len(wanted & other[2]) <= here or len(wanted & other[2]) < least:
        return ""
    return f"{other[1]!r} was at {other[0] // 60:02}:{other[0] % 60:02}"


def _is_unmatched(view: View, words: str, found: re.Match[str], us: int, unit: int) -> bool:
    """Whether a span is told of the work, and is none between events, of a blocker, or of a command."""
    is_blocked, is_whole, has_cue = _cues(words)
    if view.page is not None and is_blocked:
        told = [us for us in _blocked(view) if us]
        return bool(told) and all(abs(us - each) > max(unit, MINUTE, us // 10) for each in told)
    if view.page is not None:
        return is_whole and not found["about"] and not _matches(view, us, unit, spare=us // 20)
    return has_cue and not _matches(view, us, unit, spare=us // 10 if found["about"] else 0)


@lru_cache(maxsize=1)
def _cues(words: str) -> tuple[bool, bool, bool]:
    """Whether a sentence speaks of being blocked, of the whole, of how long anything took."""
    return bool(_BLOCKED.search(words)), bool(_WHOLE.search(words)), bool(_CUE.search(words))


def _matches(view: View, us: int, unit: int, *, spare: int) -> bool:
    spare += max(unit // 2, MINUTE)
    if len(view.minutes) < FEW or any(abs(us - each) <= spare for each in _spans(view)):
        return True
    return view.has_apart(-((spare - us) // MINUTE), (us + spare) // MINUTE)


_BLOCKED = re.compile(r"\b(?:blocked for|time blocked)\b", re.IGNORECASE)


def _blocked(view: View) -> Iterator[int]:
    """How long each part was blocked, and by each blocker."""
    for part in view.report.parts:
        yield part.time_blocked_us
        yield from (blocker.blocked_us or 0 for blocker in part.blockers)


def _spans(view: View) -> Iterator[int]:
    yield from _blocked(view)
    yield from (part.wall_clock.us for part in view.report.parts if part.wall_clock)
    for item in view.outputs:
        yield from _measured(item.started_at, item.ended_at)
        yield from (us for us in (stamps.span_us(item),) if us)


def _measured(start: str | None, end: str | None) -> Iterator[int]:
    if start and end:
        yield times.to_us(end) - times.to_us(start)


def _wall_clock(view: View) -> tuple[str, str]:
    """What the record has in place of a span, and how long the whole took."""
    clock = view.report.main.wall_clock
    if clock is None:
        return "no two events lie so far apart", "..."
    shown, so_far = times.span(clock.us), " so far" if clock.so_far else ""
    return f"no two events lie so far apart; the whole took {shown}{so_far}", shown


NEAR = 40
"""Characters before a span in which stands what it is a span of."""
_RAN = re.compile(r"\b(?:in|took|within|lasted|after|needed)\s*$", re.IGNORECASE)


def _of_evidence(view: View, text: Text, found: re.Match[str], us: int, start: int) -> Iterator[Finding]:
    """How long something ran that an output timed, to the millisecond: what shares a word with the output."""
    if not _RAN.search(found.string, max(found.start() - NEAR, 0), found.start()):
        return
    known = {item.event: span for item in view.outputs if (span := stamps.span_us(item)) and span < MINUTE}
    measured = [each for item in view.outputs for each in _measured(item.started_at, item.ended_at)]
    if not known or any(abs(us - each) <= 1000 for each in (*known.values(), *measured)):
        return
    titles = _stems(" ".join(f"{item.title} {item.command}" for item in view.outputs if item.event in known))
    if not titles & _stems(f"{found.string} {_title(view, text)}"):
        return
    event, nearest = min(known.items(), key=lambda pair: abs(pair[1] - us))
    call = f'evidence.span("{view.name(event)}")'
    first, last = start + found.start("span"), start + found.end("span")
    new = view.reworded(text, first, last, times.duration(nearest), call=call)
    record = f"{times.duration(nearest)}, by the timestamps of {view.name(event)}"
    yield view.finding("TR102", text.event, found["span"], record, new, field=text.field)


def _title(view: View, text: Text) -> str:
    """The title of the action, or the words of the row, whose outcome a text is."""
    actions = (
        action.title for part in view.report.parts for action in part.actions if action.event == text.event
    )
    rows = (row.text for part in view.report.parts for row in part.rows if row.event == text.event)
    return " ".join((*actions, *rows))


_MARKED = re.compile(
    r"^[ \t|*_>-]*(?P<label>(?:incident |outage |total |overall )?"
    r"(?:start(?:ed)?|beg[ai]n|end(?:ed)?|duration)(?: (?:time|at|of (?:incident|outage|impact)))?)"
    r"[\s*_]*[:|][\s*_|]*(?P<value>[^|\n]+)",
    re.IGNORECASE | re.MULTILINE,
)
_DAY = re.compile(
    r"\d{4}-\d\d-\d\d|\b\d{1,2}(?:st|nd|rd|th)?,? (?:\w{3,9},? )?\d{4}\b|\b[A-Z][a-z]{2,8} \d{1,2}\b"
)


def _stated(view: View) -> Iterator[Finding]:
    """A start, an end and a duration that a page, or a header, states, and that do not fit."""
    if view.page is not None:
        found = list(_MARKED.finditer(view.page.spoken))
    else:
        labels = "\n".join(f"{label}: {value}" for label, value in view.report.main.header.labels)
        found = list(_MARKED.finditer(labels))
    named = {_role(match["label"]): match for match in reversed(found)}
    start, end, duration = (named.get(role) for role in ("start", "end", "duration"))
    if start is None or end is None or duration is None:
        return
    clocks = _CLOCKS.search(f"{_bare(start['value'])} → {_bare(end['value'])}")
    told = _SPAN.search(duration["value"])
    apart = _apart(clocks) if clocks else None
    if apart is None or told is None or clocks is None:
        return
    us, unit = _us(told["span"])
    if _differ(us // MINUTE, apart) > max(unit // MINUTE, 1) * (1 + bool(told["about"])):
        said = f"{duration['label']}: {told[0].strip()}"
        record = f"{clocks['first']} to {clocks['second']} is {times.span(apart.minutes * MINUTE)}"
        if view.page is not None:
            yield view.on_page("TR102", view.page.line_at(duration.start("label")), said, record)
        else:
            event = view.setters.get((view.report.main.id, "labels"), view.report.main.id)
            fix = (
                f"triage amend {view.name(event)} '{duration['label']}={times.span(apart.minutes * MINUTE)}'"
            )
            yield view.finding("TR102", event, said, record, fix, field=duration["label"])


def _role(label: str) -> str:
    word = label.casefold()
    return "duration" if "duration" in word else "end" if "end" in word else "start"


def _bare(value: str) -> str:
    """The time of a value, without its day."""
    return _DAY.sub("", value).strip(" T,*_")
