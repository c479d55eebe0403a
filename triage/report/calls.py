"""Calls in prose: a number that the text takes from the record instead of telling it from memory.

Prose is no template. Outside of code, what one expression recognises is a call with literal arguments, such
as ``{{ count("blocker", "open") }}``; anything else in braces is text. Each call is answered by a pure
function of the report; one that cannot be answered stays as it was typed, and is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from triage import times
from triage.errors import near
from triage.report import stamps
from triage.report.code import stretches
from triage.report.hosts import Hosts
from triage.report.report import Report
from triage.report.shapes import Evidence

USES: Mapping[str, str] = {
    "count": 'count("blocker") or count("blocker", "open")',
    "words": 'words("blocker"), which says small numbers in words',
    "span": 'span("start", "end"), of marks or events',
    "last": 'last("Staging", "Release") of the final state, or last("TABLE", "ROW", "LABEL")',
    "time_blocked": "time_blocked()",
    "value": 'value("NAME") or value("NAME", "e12"), as --extract took it from evidence',
    "evidence.span": 'evidence.span("e12") or evidence.span("e12", "text of its lines"), by its timestamps',
}
"""Every call, and how it is used."""
COUNTED = ("action", "blocker", "issue", "pr", "entry", "evidence", "addendum", "environment")
"""What can be counted."""
WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
"""Numbers that prose tells in words."""

_LITERAL = r"(?:\"[^\"{}\n]{0,200}\"|'[^'{}\n]{0,200}')"
_CALL = re.compile(
    r"(?<!\$)\{\{[ \t]*(?P<name>[a-z_]+(?:\.[a-z_]+)?)[ \t]*"
    rf"\((?P<arguments>[ \t]*(?:{_LITERAL}(?:[ \t]*,[ \t]*{_LITERAL}){{0,3}})?[ \t]*)\)[ \t]*\}}\}}"
)
_BRACES = re.compile(r"(?<!\$)\{\{[ \t]*(?P<name>[A-Za-z_]+(?:\.[A-Za-z_]+)?)(?P<rest>[^{}\n]{0,300})\}\}")
_QUOTED = re.compile(_LITERAL)


class Call(NamedTuple):
    """A call: its name, its arguments, and where it stands in its text."""

    name: str
    arguments: tuple[str, ...]
    start: int
    end: int


class Miss(NamedTuple):
    """What looks like a call and is none: as it was typed, where it stands, what is wrong.

    ``name`` is the call that was meant, ``arguments`` what was typed as such, in quotes or without.
    """

    typed: str
    start: int
    hint: str
    name: str
    arguments: tuple[str, ...]


class Unanswered(Exception):
    """A call that the record has no answer to; the message says why."""


def found_in(text: str) -> list[Call]:
    """The calls of a text, in order."""
    if "{{" not in text:
        return []
    calls = []
    for start, end in stretches(text):
        for match in _CALL.finditer(text, start, end):
            arguments = tuple(
                quoted[1:-1].removeprefix("e:") for quoted in _QUOTED.findall(match["arguments"])
            )
            if match["name"] in USES:
                calls.append(Call(match["name"], arguments, match.start(), match.end()))
    return calls


def near_misses(text: str) -> Iterator[Miss]:
    """What in braces was meant for a call, by its name and its form, and is none."""
    if "{{" not in text:
        return
    known = {call.start for call in found_in(text)}
    for start, end in stretches(text):
        for match in _BRACES.finditer(text, start, end):
            if match.start() not in known and (meant := _meant(match["name"], match["rest"].strip())):
                known_name = match["name"] == meant
                hint = _use(meant) if known_name else f"no call {match['name']!r}; did you mean {meant!r}?"
                yield Miss(match[0], match.start(), hint, meant, _arguments(match["rest"]))


def _use(name: str) -> str:
    return f"{name} is used as {USES[name]}"


def _meant(name: str, rest: str) -> str:
    """The call that was meant, or ''."""
    if name in USES:
        return name if not rest or rest[0] in "(\"'" else ""
    close = get_close_matches(name, USES, n=1, cutoff=0.75)
    return close[0] if close and rest.startswith("(") and rest.endswith(")") else ""


def _arguments(rest: str) -> tuple[str, ...]:
    """What stands behind a name as its arguments: literals, or words that lack their quotes."""
    words = (word[1] or word[2] or word[3] for word in _WORD.finditer(rest))
    return tuple(word.removeprefix("e:") for word in words)


_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s,()\"']+)")


class Answers:
    """What the calls of a report's prose come to."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def filled(self, text: str, written: Callable[[str], str] = str) -> str:
        """The text with the answer of each call in its place, as ``written`` writes it."""
        pieces, place = [], 0
        for call in found_in(text):
            try:
                answer = written(self.answer(call))
            except Unanswered:
                answer = text[call.start : call.end]
            pieces += [text[place : call.start], answer]
            place = call.end
        return "".join([*pieces, text[place:]])

    def answer(self, call: Call) -> str:
        """The answer of a call; `Unanswered` where there is none."""
        least, most, function = _FUNCTIONS[call.name]
        if not least <= len(call.arguments) <= most:
            raise Unanswered(_use(call.name))
        return function(self, *call.arguments)

    def count(self, what: str, state: str = "") -> str:
        """How many there are, in digits."""
        return str(self._number(what, state))

    def words(self, what: str, state: str = "") -> str:
        """How many there are, in words up to twelve."""
        number = self._number(what, state)
        return WORDS[number] if number < len(WORDS) else str(number)

    def _number(self, what: str, state: str) -> int:
        if what not in COUNTED:
            raise Unanswered(f"{what!r} cannot be counted; {near(what, COUNTED)}")
        states = self.states[what]
        known = {"": len(states)} | {word: states.count(word) for word in states}
        allowed = STATES.get(what, ())
        if state and state not in allowed:
            hint = near(state, allowed) if allowed else f"{what} has none"
            raise Unanswered(f"no state {state!r} of {what}; {hint}")
        return known.get(state, 0)

    @cached_property
    def states(self) -> Mapping[str, list[str]]:
        """The state of everything that can be counted, over all parts."""
        parts = self._report.parts
        issues = {issue.event: issue for part in parts for issue in part.issues}.values()
        hosts = Hosts(self._report.hosts)
        prs = {hosts.entity(issue.ref): issue.state for issue in issues if issue.type == "pr"}
        blockers = [blocker for part in parts for blocker in part.blockers]
        for blocker in blockers:
            if blocker.pr:
                prs.setdefault(hosts.entity(blocker.pr), "unknown")
        final = self._report.main.final
        return {
            "action": [action.status for part in parts for action in part.actions],
            "blocker": [blocker.status for blocker in blockers],
            "issue": [issue.state for issue in issues if issue.type == "issue"],
            "pr": list(prs.values()),
            "entry": [row.mark for part in parts for row in part.rows if row.source == "entry"],
            "evidence": [item.origin for item in self._outputs],
            "addendum": [part.header.status for part in self._report.addenda],
            "environment": [row.values[0] for row in final.rows] if final else [],
        }

    @property
    def _outputs(self) -> list[Evidence]:
        return [item for part in self._report.parts for item in part.evidence]

    def span(self, start: str, end: str) -> str:
        """The time between two moments."""
        first, last = self._moment(start), self._moment(end)
        us = times.to_us(last) - times.to_us(first)
        if us < 0:
            raise Unanswered(f"{end!r} lies before {start!r}")
        return times.span(us)

    def _moment(self, name: str) -> str:
        at = self.moments.get(name)
        if at is None:
            raise Unanswered(f"no moment {name!r} with a known time: name a mark or an event")
        return at

    @cached_property
    def moments(self) -> Mapping[str, str]:
        """When every named moment and every event that shows happened."""
        found: dict[str, str] = {}
        for part in self._report.parts:
            for shapes in (part.actions, part.blockers, part.issues, part.evidence, part.rows):
                found |= {shape.event: shape.at for shape in shapes if shape.at}
            found |= {row.name: row.at for row in part.rows if row.name and row.at}
            found |= {part.id: part.at} if part.at else {}
            clock = part.wall_clock
            if clock is not None and not part.number:
                found = {"start": clock.start_at, "end": clock.end_at} | found
        return found

    def last(self, *names: str) -> str:
        """The last value of a row: of the final state, or of a named table."""
        table, row, label = names if len(names) == 3 else ("Final state", *names)
        for part in self._report.parts:
            for each in part.tables:
                if each.name == table and label in each.columns:
                    place = each.columns.index(label)
                    for line in each.rows:
                        if line.values[0] == row and line.values[place]:
                            return line.values[place]
        raise Unanswered(f"no value {label!r} of {row!r} in the table {table!r}")

    def time_blocked(self) -> str:
        """How long the main part was blocked."""
        us = self._report.main.time_blocked_us
        return times.span(us) if us else "no time"

    def value(self, name: str, event: str = "") -> str:
        """The last value of a name that was taken from evidence."""
        items = [self._evidence(event)] if event else self._outputs
        found = [text for item in items for label, text in item.values if label == name]
        if not found:
            where = f"from {event!r}" if event else "from evidence"
            raise Unanswered(f"no value {name!r} was taken {where}: --extract {name}=REGEX")
        return found[-1]

    def evidence_span(self, event: str, containing: str = "") -> str:
        """The time between the first and the last timestamp of an output, or of its lines with a text."""
        us = stamps.span_us(self._evidence(event), containing)
        if us is None:
            where = f", in lines with {containing!r}" if containing else ""
            raise Unanswered(f"the output of {event!r} has not two timestamps{where}")
        return times.duration(us)

    def _evidence(self, name: str) -> Evidence:
        for item in self._outputs:
            if name in (item.event, item.event[-8:], item.title):
                return item
        raise Unanswered(f"no evidence {name!r}")


STATES: Mapping[str, tuple[str, ...]] = {
    "action": ("todo", "doing", "blocked", "done", "failed", "skipped"),
    "blocker": ("open", "fixed", "accepted"),
    "issue": ("open", "closed", "merged", "unknown"),
    "pr": ("open", "closed", "merged", "unknown"),
    "evidence": ("captured", "supplied"),
    "entry": ("note", "decision", "finding", "hypothesis", "escalation", "handoff"),
}
"""The states of what can be counted by state."""

_FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., str]]] = {
    "count": (1, 2, Answers.count),
    "words": (1, 2, Answers.words),
    "span": (2, 2, Answers.span),
    "last": (2, 3, Answers.last),
    "time_blocked": (0, 0, Answers.time_blocked),
    "value": (1, 2, Answers.value),
    "evidence.span": (1, 2, Answers.evidence_span),
}
"""Each call: the fewest and the most arguments that it takes, and what answers it."""
