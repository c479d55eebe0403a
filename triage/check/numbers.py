"""Numbers and spans in prose, against what the record counts and measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from triage import times
from triage.check.finding import WARNING, Finding
from triage.check.view import MINUTE, Text, View, sentences
from triage.events import decoded
from triage.report import stamps
from triage.report.calls import WORDS

_WORD = "|".join(WORDS)
_NOUNS = {
    "blocker": "blocker", "blockers": "blocker",
    "action": "action", "actions": "action",
    "issue": "issue", "issues": "issue",
    "pr": "pr", "prs": "pr", "pull request": "pr", "pull requests": "pr",
    "addendum": "addendum", "addenda": "addendum",
    "environment": "environment", "environments": "environment",
}  # fmt: skip
_COUNT = re.compile(
    rf"(?<![\w#.,:/-])(?P<number>\d{{1,4}}|{_WORD}|both)(?P<between>(?:[ \t\n]+[\w-]+){{0,3}}?)[ \t\n]+"
    rf"(?P<noun>{'|'.join(sorted(_NOUNS, key=len, reverse=True))})\b(?!\s+(?:each|per)\b)(?![-/#])",
    re.IGNORECASE,
)
_NOUN = re.compile(r"blocker|action|issue|\bprs?\b|pull request|addend|environment", re.IGNORECASE)
"""What every count has somewhere."""
_LOOSE = re.compile(
    r"\b(?:of|or|and|more|other|another|than|least|most|to|further|new|additional|each|per|such|same|next)\b",
    re.IGNORECASE,
)
"""Words between a number and its noun after which it counts something else, or a part of it."""
_BEFORE = re.compile(
    r"(?:\b(?:least|most|than|about|some|of|up to|over|under|another|step|version|one)|[~<>±])\s*$",
    re.IGNORECASE,
)
_STATES = frozenset(
    ("open", "fixed", "accepted", "closed", "merged", "done", "failed", "skipped", "blocked", "todo")
)
_MINED = re.compile(
    r"(?<![\w.,:/#-])(?P<number>\d{1,5}) (?P<noun>[a-z]{4,20})(?:\(s\))?(?![\w/])", re.IGNORECASE
)
_COMMON = frozenset((
    "after", "byte", "bytes", "days", "error", "errors", "file", "files", "from", "hour", "hours",
    "info", "item", "items", "left", "line", "lines", "mins", "minute", "minutes", "more", "package",
    "packages", "percent", "request", "requests", "rows", "second", "seconds", "secs", "than", "time",
    "times", "users", "warn", "were", "with",
))  # fmt: skip
"""Words that follow a number in any output, and mean another thing in every one."""
MOST_OUTPUT = 64 * 1024
"""Bytes of an output in which numbers are looked for."""


def count(view: View) -> Iterator[Finding]:
    """TR101: counts of entities, and of what evidence counts."""
    accepted = _Accepted(view)
    mined = _mined(view)
    for text in view.texts:
        if text.about == "row" or text.field == "title" or not (mined or _NOUN.search(text.spoken)):
            continue
        for found in _COUNT.finditer(text.spoken):
            if _counts_otherwise(found):
                continue
            yield from _miscounted(view, text, found, accepted)
        if mined:
            yield from _other_than_evidence(view, text, mined)


def _counts_otherwise(found: re.Match[str]) -> bool:
    alone = found["number"].casefold() == "one" and _NOUNS[found["noun"].casefold()] != "blocker"
    before = found.string[max(0, found.start() - 12) : found.start()]
    return alone or bool(_LOOSE.search(found["between"]) or _BEFORE.search(before))


class _Accepted:
    """The numbers that may be told of each thing that can be counted."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[str, str, str], frozenset[int]] = {}

    def numbers(self, what: str, state: str, part: str) -> frozenset[int]:
        """What the record, or a part of it, counts; of one state, or of all and of each."""
        key = (what, state, part)
        if key not in self._known:
            self._known[key] = frozenset(self._numbers(what, state, part))
        return self._known[key]

    def _numbers(self, what: str, state: str, part: str) -> Iterator[int]:
        report = self._view.report
        for states in (self._view.answers.states[what], self._of_part(what, part)):
            if state:
                yield states.count(state)
            else:
                yield from (len(states), *(states.count(word) for word in {*states, "open"}))
        if what == "issue" and not state:
            yield len(report.related)
        if what == "environment":
            yield len({action.environment for each in report.parts for action in each.actions} - {""})

    def _of_part(self, what: str, part: str) -> list[str]:
        found = next(each for each in self._view.report.parts if each.id == part)
        if what in ("issue", "pr"):
            return [issue.state for issue in found.issues if issue.type == what]
        if what == "blocker":
            return [blocker.status for blocker in found.blockers]
        return [action.status for action in found.queue] if what == "action" else []


def _miscounted(view: View, text: Text, found: re.Match[str], accepted: _Accepted) -> Iterator[Finding]:
    what = _NOUNS[found["noun"].casefold()]
    said = 2 if found["number"].casefold() == "both" else _number(found["number"])
    state = next((word for word in found["between"].casefold().split() if word in _STATES), "")
    numbers = accepted.numbers(what, state, text.part)
    if said in numbers or not _is_counted(view, what):
        return
    total = len(view.answers.states[what]) if not state else view.answers.states[what].count(state)
    call = "count" if found["number"].isdigit() else "words"
    arguments = f'"{what}", "{state}"' if state else f'"{what}"'
    start, end = found.span("number")
    yield view.finding(
        "TR101",
        text.event,
        " ".join(found[0].split()),
        f"{total} {state + ' ' if state else ''}{what}{'s'[: total != 1]}",
        view.reworded(text, start, end, f"{{{{ {call}({arguments}) }}}}"),
        field=text.field,
    )


def _is_counted(view: View, what: str) -> bool:
    """Whether the record counts this at all: where it has none, prose may speak of others."""
    return bool(view.answers.states[what]) or what == "blocker"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else WORDS.index(text.casefold())


def _mined(view: View) -> Mapping[str, frozenset[int]]:
    """What outputs count, by the noun: ``Applied 3 migration(s)``; nouns of one number only."""
    found: dict[str, set[int]] = {}
    for item in view.outputs:
        for match in _MINED.finditer(decoded((item.output or b"")[:MOST_OUTPUT])):
            if match["noun"].casefold() not in _COMMON:
                found.setdefault(_singular(match["noun"]), set()).add(int(match["number"]))
    return {noun: frozenset(numbers) for noun, numbers in found.items() if len(numbers) == 1}


def _singular(noun: str) -> str:
    return noun.casefold().removesuffix("s")


_TOLD = re.compile(
    rf"(?<![\w#.,:/-])(?P<number>\d{{1,5}}|{_WORD})(?P<between>(?:[ \t\n]+[A-Za-z-]+)?)[ \t\n]+"
    r"(?P<noun>[a-z]{4,20})\b",
    re.IGNORECASE,
)


def _other_than_evidence(view: View, text: Text, mined: Mapping[str, frozenset[int]]) -> Iterator[Finding]:
    for found in _TOLD.finditer(text.spoken):
        numbers = mined.get(_singular(found["noun"]))
        said = _number(found["number"])
        if numbers is None or said in numbers or said < 2 or _counts_otherwise_of(found):
            continue
        yield view.finding(
            "TR101",
            text.event,
            " ".join(found[0].split()),
            f"{min(numbers)} {found['noun']}, as the evidence says",
            view.reworded(text, *found.span("number"), str(min(numbers))),
            field=text.field,
            severity=WARNING,
        )


def _counts_otherwise_of(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - 12) : found.start()]
    return bool(_LOOSE.search(found["between"]) or _BEFORE.search(before))


_UNITS = {
    "ms": 1000, "millisecond": 1000,
    "s": 1_000_000, "sec": 1_000_000, "second": 1_000_000,
    "m": MINUTE, "min": MINUTE, "minute": MINUTE,
    "h": 60 * MINUTE, "hr": 60 * MINUTE, "hour": 60 * MINUTE,
    "d": 1440 * MINUTE, "day": 1440 * MINUTE,
}  # fmt: skip
_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![\w])"
_PAIR = rf"\d{{1,5}}(?:\.\d)?[ \t]?{_UNIT}(?:(?:[ \t]|,[ \t]?|[ \t]and[ \t])?\d{{1,3}}[ \t]?{_UNIT})?"
_ABOUT = "about|around|roughly|approximately|some|nearly|almost|over|under|less than|more than"
_SPAN = re.compile(rf"(?P<about>~|≈|\b(?:{_ABOUT}) )?(?<![\w.:+-])(?P<span>{_PAIR})", re.IGNORECASE)
_PIECE = re.compile(r"(?P<number>\d+(?:\.\d)?)[ \t]?(?P<unit>[a-z]+)", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:total|wall[- ]?clock|took|lasted|lasting|downtime|outage|elapsed|end[- ]to[- ]end|overall)\b|"
    r"\b(?:blocked|down|unavailable|degraded|unreachable|stood|broken) for\b|\bduration\b",
    re.IGNORECASE,
)
_CLOCKS = re.compile(
    r"(?<![\d:.])(?P<first>[0-2]\d:[0-5]\d)(?::\d\d)?(?: ?(?:UTC|Z))?(?P<one>[^→\n()]{0,60}?)\s*"
    r"(?:→|->|–|—|\bto\b|\buntil\b|\btill\b)\s*(?P<second>[0-2]\d:[0-5]\d)(?!\d)(?::\d\d)?(?: ?(?:UTC|Z))?"
    r"(?P<two>[^).;,\n|]{0,60})"
)
_TELLS_SPAN = re.compile(rf"\d[ \t]?{_UNIT}|\d:[0-5]\d", re.IGNORECASE)
"""What every text with a span, or with the ends of one, has somewhere."""
FEW = 4
"""Minutes with an event below which a record is no timeline that a span could be held against."""
_PLAIN = frozenset(
    (
        "utc",
        "the",
        "from",
        "at",
        "with",
        "until",
        "and",
        "was",
        "both",
        "all",
        "this",
        "that",
        "time",
        "total",
    )
)


def span(view: View) -> Iterator[Finding]:
    """TR102: spans that nothing bears out, spans that their own ends contradict, and ends that are none."""
    for text in view.texts:
        if not _TELLS_SPAN.search(text.spoken):
            continue
        for sentence in sentences(text.spoken):
            yield from _of_sentence(view, text, sentence)


def _of_sentence(view: View, text: Text, sentence: re.Match[str]) -> Iterator[Finding]:
    words, start = sentence[0], sentence.start()
    ends = _CLOCKS.search(words)
    told = [found for found in _SPAN.finditer(words) if found["span"]]
    if ends is not None and told:
        yield from _by_its_ends(view, text, told[0], ends, start)
        yield from _ends(view, text, ends)
        return
    if ends is not None and _CUE.search(words):
        yield from _ends(view, text, ends)
    for found in told:
        us, unit = _us(found["span"])
        if us < 1_000_000:
            yield from _of_evidence(view, text, found, us, start)
        elif us >= MINUTE and _CUE.search(words) and not _matches(view, us, unit, about=bool(found["about"])):
            record, call = _wall_clock(view)
            new = view.reworded(text, start + found.start(), start + found.end(), call)
            yield view.finding("TR102", text.event, found[0].strip(), record, new, field=text.field)


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
    real = (_minute(ends["second"]) - _minute(ends["first"])) % 1440 * MINUTE
    if us < MINUTE or abs(us - real) <= max(unit, MINUTE) * (1 + bool(found["about"])):
        return
    shown = times.span(real)
    new = view.reworded(text, start + found.start("span"), start + found.end("span"), shown)
    record = f"{ends['first']} to {ends['second']} is {shown}"
    yield view.finding("TR102", text.event, found[0].strip(), record, new, field=text.field)


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:5])


def _ends(view: View, text: Text, ends: re.Match[str]) -> Iterator[Finding]:
    """Ends at which nothing happened, or something else than they are named after."""
    for clock, label in ((ends["first"], ends["one"]), (ends["second"], ends["two"])):
        minute = _minute(clock)
        if not any(each % 1440 == minute for each in view.minutes):
            record = f"nothing happened at {clock}{_nearest(view, label)}"
        else:
            meant = _meant(view, minute, label)
            if not meant:
                continue
            record = meant
        fix = f"triage amend {view.name(text.event)} {text.field}='...'"
        yield view.finding(
            "TR102", text.event, f"{clock} {label.strip(' —-')}".strip(), record, fix, field=text.field
        )


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9#]{3,}", text.casefold())
    return frozenset(word[:4] for word in words if word not in _PLAIN)


def _rows(view: View) -> list[tuple[int, str, frozenset[str]]]:
    rows = [row for part in view.report.parts for row in part.rows if row.at]
    return [
        (times.to_us(row.at or "") // MINUTE % 1440, row.text, _stems(f"{row.text} {row.outcome} {row.mark}"))
        for row in rows
    ]


def _meant(view: View, minute: int, label: str) -> str:
    """The row that an end is named after, where that is at another time; '' where it is at this one."""
    wanted = _stems(label)
    if not wanted:
        return ""
    rows = _rows(view)
    here = max((len(wanted & stems) for at, _, stems in rows if at == minute), default=0)
    other = max(rows, key=lambda row: len(wanted & row[2]), default=None)
    if other is None or len(wanted & other[2]) <= here:
        return ""
    return f"{other[1]!r} was at {other[0] // 60:02}:{other[0] % 60:02}"


def _nearest(view: View, label: str) -> str:
    meant = _meant(view, -1, label)
    return f"; {meant}" if meant else ""


def _matches(view: View, us: int, unit: int, *, about: bool) -> bool:
    """Whether a span is one that the record has: between two events, of a blocker, of a command."""
    spare = max(unit // 2, MINUTE) + (us // 10 if about else 0)
    if len(view.minutes) < FEW or any(abs(us - each) <= spare for each in _spans(view)):
        return True
    return view.has_apart(-((spare - us) // MINUTE), (us + spare) // MINUTE)


def _spans(view: View) -> Iterator[int]:
    for part in view.report.parts:
        yield part.time_blocked_us
        yield from (blocker.blocked_us for blocker in part.blockers if blocker.blocked_us)
        if part.wall_clock:
            yield part.wall_clock.us
    for item in view.outputs:
        yield from _measured(item.started_at, item.ended_at)
        yield from (us for us in (stamps.span_us(item),) if us)


def _measured(start: str | None, end: str | None) -> Iterator[int]:
    if start and end:
        yield times.to_us(end) - times.to_us(start)


def _wall_clock(view: View) -> tuple[str, str]:
    """What the record has in place of a span, and the call that says it."""
    clock = view.report.main.wall_clock
    if clock is None:
        return "no two events lie so far apart", '{{ span("start", "end") }}'
    so_far = " so far" if clock.so_far else ""
    return (
        f"no two events lie so far apart; the whole took {times.span(clock.us)}{so_far}",
        '{{ span("start", "end") }}',
    )


def _of_evidence(view: View, text: Text, found: re.Match[str], us: int, start: int) -> Iterator[Finding]:
    """A span under a second, which only an output can tell; its timestamps are exact to a millisecond."""
    known = {item.event: span for item in view.outputs if (span := stamps.span_us(item)) and span < MINUTE}
    measured = [each for item in view.outputs for each in _measured(item.started_at, item.ended_at)]
    if not known or any(abs(us - each) <= 1000 for each in (*known.values(), *measured)):
        return
    event, nearest = min(known.items(), key=lambda pair: abs(pair[1] - us))
    call = f'{{{{ evidence.span("{view.name(event)}") }}}}'
    new = view.reworded(text, start + found.start("span"), start + found.end("span"), call)
    record = f"{times.duration(nearest)}, by the timestamps of {view.name(event)}"
    yield view.finding("TR102", text.event, found["span"], record, new, field=text.field)
