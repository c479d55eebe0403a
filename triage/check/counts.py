"""Numbers in prose, against what the record counts: entities, what outputs count, the list that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from triage.check.finding import WARNING, Finding
from triage.check.view import Text, View, spoken_of
from triage.encoding import decoded
from triage.kinds import PROSE
from triage.report.calls import WORDS, Call, Unanswered

_WORD = "|".join(WORDS)
_NUMBER = (
    rf"(?<![\w#.,:/$€£~-])(?P<number>\d{{1,4}}|{_WORD}|both|a (?:pair|couple) of|a dozen|single|sole|only)"
)
_NOUNS = {
    "blocker": "blocker", "blockers": "blocker",
    "action": "action", "actions": "action", "action item": "action", "action items": "action",
    "issue": "issue", "issues": "issue", "ticket": "issue", "tickets": "issue",
    "pr": "pr", "prs": "pr", "pull request": "pr", "pull requests": "pr",
    "addendum": "addendum", "addenda": "addendum", "addendums": "addendum",
    "environment": "environment", "environments": "environment", "env": "environment", "envs": "environment",
}  # fmt: skip
_COUNT = re.compile(
    rf"{_NUMBER}(?P<between>(?:[ \t\n]+[\w-]+){{0,3}}?)[ \t\n]+"
    rf"(?P<noun>{'|'.join(sorted(_NOUNS, key=len, reverse=True))})\b(?!\s+(?:each|per|types?)\b)(?![-/#])"
    r"(?P<after>(?:\s+(?:(?:are|were|is|was|remain(?:s|ed)?|stay(?:s|ed)?|have been|has been|still|now|left"
    r"|all|yet)\s+){0,3}(?P<state>open|fixed|accepted|closed|merged|done|failed|skipped|outstanding|unresolved)\b)?)",
    re.IGNORECASE,
)
_NAMES = (
    "blocker",
    " action",
    "issue",
    "ticket",
    " pr",
    "\npr",
    "pull request",
    "addend",
    " env",
    "\naction",
    "\nenv",
)
"""What every count has somewhere."""
_LOOSE = re.compile(
    r"\b(?:of|or|and|more|other|another|than|least|most|to|further|new|additional|each|per|such|same|next"
    r"|was|were|is|are|by|in|for|with|from|on|at|has|had|took|needed|caused|previous|earlier|similar|known|past|prior|unrelated|different|possible|potential)\b",
    re.IGNORECASE,
)
"""Words between a number and its noun after which it counts something else, or a part of it."""
_BEFORE = re.compile(
    r"(?:\b(?:least|most|than|about|around|some|up to|over|under|another|step|version|one|first|last|next"
    r"|other|further|every|any|expected|until|if|blocker|action|issue|addendum|phase|tier|part|day|week|sprint)|[~<>±])\s*$",
    re.IGNORECASE,
)
_PART_OF = re.compile(r"\b(?:of|out of|in)\s+(?:(?:the|all|our|these|those)\s+)?$", re.IGNORECASE)
_NONE_LEFT = re.compile(
    r"\s+(?:remain|left|now|any ?more|outstanding|is\b|are\b|at\b|since|that)", re.IGNORECASE
)
_STATES = {
    **{word: word for word in ("open", "fixed", "accepted", "closed", "merged", "done", "failed", "skipped",
                               "blocked", "todo")},
    "outstanding": "open", "unresolved": "open",
}  # fmt: skip
_NUMBERS = {"both": 2, "a pair of": 2, "a couple of": 2, "a dozen": 12, "single": 1, "sole": 1, "only": 1}


def count(view: View) -> Iterator[Finding]:
    """TR101: counts of entities, of what evidence counts, and of the list that follows."""
    known = _Known(view)
    mined = _mined(view)
    for told in _told(view):
        right = known.total(told.what, told.state)
        whole = told.what == "blocker" and not told.state and (told.total or told.said == 0)
        numbers = known.numbers(told.what, told.state, told.text.part)
        if told.said != right and (whole or told.said not in numbers):
            yield _finding(view, "TR101", told, right)
    for text in view.having(*mined):
        if text.about != "row" and text.field != "title":
            yield from _other_than_evidence(view, text, mined)
    yield from _lists(view)


def literal(view: View) -> Iterator[Finding]:
    """TR902: numbers that are right, and that a call would keep right."""
    known = _Known(view)
    for told in _told(view) if view.page is None else ():
        right = known.total(told.what, told.state)
        if told.said == right and told.text.field in PROSE and _call(view, told):
            yield _finding(view, "TR902", told, right)


class _Told(NamedTuple):
    """A number of entities as a text tells it; ``total`` where it is the whole of which a part is told."""

    text: Text
    found: re.Match[str]
    what: str
    state: str
    said: int
    total: bool


def _told(view: View) -> Iterator[_Told]:
    """All numbers of entities in prose."""
    for text in view.having(*_NAMES):
        if text.about == "row" or text.field == "title":
            continue
        place = 0
        while (found := _COUNT.search(text.spoken, place)) is not None:
            loose = _LOOSE.search(found["between"])
            place = found.start("between") + loose.end() if loose else found.end("noun")
            before = found.string[max(0, found.start() - 14) : found.start()]
            if not loose and not _BEFORE.search(before):
                yield from _meant(view, text, found, total=bool(_PART_OF.search(before)))


def _meant(view: View, text: Text, found: re.Match[str], *, total: bool) -> Iterator[_Told]:
    what, said = _NOUNS[found["noun"].casefold()], _number(found["number"])
    words = found["between"].casefold().split()
    state = next(
        (_STATES[word] for word in words if word in _STATES),
        _STATES.get((found["state"] or "").casefold(), ""),
    )
    if state == "fixed" and what != "blocker":
        state = "closed"
    if _is_meant(view, found, what, said, state, words):
        yield _Told(text, found, what, state, said, total)


def _call(view: View, told: _Told) -> str:
    """The call that says this number, in words where the text does; '' where none does."""
    name = "count" if told.found["number"].isdigit() else "words"
    arguments = (told.what, told.state) if told.state else (told.what,)
    try:
        view.answers.answer(Call(name, arguments, 0, 0))
    except Unanswered:
        return ""
    return name + "(" + ", ".join(f'"{each}"' for each in arguments) + ")"


def _finding(view: View, code: str, told: _Told, right: int) -> Finding:
    state = f"{told.state} " if told.state else ""
    in_words = WORDS[right] if right < len(WORDS) and not told.found["number"].isdigit() else str(right)
    return view.finding(
        code,
        told.text.event,
        " ".join(told.found[0].split()),
        f"{right} {state}{told.what}{'s'[: right != 1]}",
        view.reworded(told.text, *told.found.span("number"), in_words, call=_call(view, told)),
        field=told.text.field,
    )


class _Known:
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

    def total(self, what: str, state: str) -> int:
        """What the whole record counts."""
        states = self._view.answers.states[what]
        return states.count(state) if state else len(states)

    def _numbers(self, what: str, state: str, part: str) -> Iterator[int]:
        for states in (self._view.answers.states[what], self._of_part(what, part)):
            if state == "closed":
                yield sum(each in ("closed", "merged") for each in states)
            elif state:
                yield states.count(state)
            else:
                yield len(states)
                if what != "blocker":
                    yield from (states.count(word) for word in {*states, "open"})
        yield from self._besides(what, state)

    def _besides(self, what: str, state: str) -> Iterator[int]:
        """Other numbers that are as right: of related issues, of PRs that are named, of open actions."""
        report = self._view.report
        if what == "issue" and not state:
            yield len(report.related)
        if what == "pr" and not state:
            yield len(self._view.named_prs)
        if what == "environment":
            yield len({action.environment for each in report.parts for action in each.actions} - {""})
        if what == "action" and state in ("", "open"):
            for parts in (report.parts, *((each,) for each in report.parts)):
                yield sum(not action.closed for each in parts for action in each.actions)
                yield from {len([a for a in each.actions if a.section == b.section])
                            for each in parts for b in each.actions}  # fmt: skip

    def _of_part(self, what: str, part: str) -> list[str]:
        found = next(each for each in self._view.report.parts if each.id == part)
        if what in ("issue", "pr"):
            return [issue.state for issue in found.issues if issue.type == what]
        if what == "blocker":
            return [blocker.status for blocker in found.blockers]
        return [action.status for action in found.queue] if what == "action" else []


def _is_meant(view: View, found: re.Match[str], what: str, said: int, state: str, words: list[str]) -> bool:
    """Whether a number counts entities of the record, and not others of the same name.

    *Issue* and *action* are words that prose has for much else: they count only with a state, or with what
    makes them those of the record.
    """
    number = found["number"].casefold()
    if number in ("single", "sole", "only") and (what != "blocker" or found["noun"].casefold().endswith("s")):
        return False
    if said == 0:
        after = found.string[found.end() : found.end() + 14]
        if what != "blocker" and not state:
            return False
        if what == "blocker" and not state and _NONE_LEFT.match(after):
            return False
    if said == 1 and what != "blocker" and not state:
        return False
    if not view.answers.states[what]:
        return what == "blocker" and view.page is None
    noun = found["noun"].casefold()
    if what == "issue" or noun in ("action", "actions"):
        return bool(
            state or {"related", "tracked", "filed", "follow-up", "queued", "planned"}.intersection(words)
        )
    return True


def _number(text: str) -> int:
    word = " ".join(text.casefold().split())
    return int(word) if word.isdigit() else _NUMBERS.get(word, WORDS.index(word) if word in WORDS else 0)


_DONE = r"(?P<verb>[a-z]{3,12}ed|ran|run)"
_MINED = re.compile(
    rf"\b{_DONE}[ \t]+(?P<number>\d{{1,5}})[ \t]+(?P<noun>[a-z]{{4,20}})(?:\(s\))?(?![\w/])", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"(?P<all>\ball[ \t\n]+(?:the[ \t\n]+)?)?(?<![\w#.,:/-])(?P<number>\d{{1,5}}|{_WORD})"
    r"(?P<between>(?:[ \t\n]+[A-Za-z-]+){0,2}?)[ \t\n]+(?P<noun>[a-z]{4,20})\b"
    r"(?P<after>(?:[ \t\n]+[a-z]+){0,3})",
    re.IGNORECASE,
)
_COMMON = frozenset((
    "after", "byte", "bytes", "days", "error", "errors", "from", "hour", "hours", "info", "left", "mins",
    "minute", "minutes", "more", "percent", "request", "requests", "second", "seconds", "secs", "than",
    "time", "times", "users", "warn", "were", "with",
))  # fmt: skip
"""Words that follow a number in any output, and mean another thing in every one."""
MOST_OUTPUT = 64 * 1024
"""Bytes of an output in which numbers are looked for."""


def _mined(view: View) -> Mapping[str, tuple[int, str]]:
    """What outputs did, how often, by the noun: ``Applied 3 migration(s)``; nouns of one number only."""
    found: dict[str, set[tuple[int, str]]] = {}
    for item in view.outputs:
        for match in _MINED.finditer(decoded((item.output or b"")[:MOST_OUTPUT])):
            if match["noun"].casefold() not in _COMMON:
                told = (int(match["number"]), match["verb"].casefold()[:4])
                found.setdefault(_singular(match["noun"]), set()).add(told)
    return {noun: next(iter(told)) for noun, told in found.items() if len(told) == 1}


def _singular(noun: str) -> str:
    return noun.casefold().removesuffix("s")


def _other_than_evidence(view: View, text: Text, mined: Mapping[str, tuple[int, str]]) -> Iterator[Finding]:
    """Numbers of what an output counted: told of all of them, or with the verb that the output has."""
    for found in _COUNTED.finditer(text.spoken):
        number, verb = mined.get(_singular(found["noun"]), (-1, ""))
        said = _number(found["number"])
        before = found.string[max(0, found.start() - 24) : found.start()].casefold()
        meant = found["all"] or verb in (word[:4] for word in f"{before} {found['after'].casefold()}".split())
        if number in (-1, said) or not meant or _LOOSE.search(found["between"]) or _BEFORE.search(before):
            continue
        if _PART_OF.search(before):
            continue
        yield view.finding(
            "TR101",
            text.event,
            " ".join(found[0].split()),
            f"{number} {found['noun']}, as the evidence says",
            view.reworded(text, *found.span("number"), str(number)),
            field=text.field,
            severity=WARNING,
        )


_ANNOUNCED = re.compile(
    rf"(?<![\w#.,:/$-])(?P<number>\d{{1,2}}|{_WORD})(?P<noun>(?:[ \t\n]+[\w'-]+){{0,2}}?[ \t\n]+[a-z]{{3,}}s)"
    r"(?P<rest>(?:[ \t\n]+[\w'-]+){0,5}):[*_]*[ \t]*\n(?:[ \t]*\n)?(?P<list>(?:[-*+]|\d{1,2}[.)])[ \t])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:with|where|when|on|in|from|for|to|of|by|at|per|these|such|or|and|hours?|days?|minutes?|weeks?|months?"
    r"|years?|seconds?|times|more|than|least|most|users|customers|requests)\b",
    re.IGNORECASE,
)
"""Words with which a number is not that of the items of the list that follows."""
_ITEM = re.compile(r"^(?P<mark>[-*+]|\d{1,2}[.)])[ \t]")


def _lists(view: View) -> Iterator[Finding]:
    """Numbers that announce a list of another length: ``three causes:`` and two items."""
    if view.page is not None:
        place = partial(view.page.line_at)
        for found, items in _announced(view.page.spoken):
            said = " ".join(f"{found['number']}{found['noun']}{found['rest']}".split())
            yield view.on_page("TR101", place(found.start()), said, f"{items} in the list that follows")
        return
    for text in view.texts:
        for found, items in _announced(spoken_of(text.text)) if text.about == "section" else ():
            said = " ".join(f"{found['number']}{found['noun']}{found['rest']}".split())
            new = view.reworded(text, *found.span("number"), str(items))
            record = f"{items} in the list that follows"
            yield view.finding("TR101", text.event, said, record, new, field=text.field, severity=WARNING)


def _announced(text: str) -> Iterator[tuple[re.Match[str], int]]:
    for found in _ANNOUNCED.finditer(text):
        said = _number(found["number"])
        before = found.string[max(0, found.start() - 14) : found.start()]
        if _ELSEWHERE.search(f"{found['noun']} {found['rest']}") or _BEFORE.search(before) or said < 2:
            continue
        items = _items(text[found.start("list") :])
        if items != said and not _PART_OF.search(before):
            yield found, items


def _items(text: str) -> int:
    """How many items the list has with which a text begins."""
    found, blank = 0, False
    for line in text.split("\n"):
        if _ITEM.match(line):
            found += 1
        elif blank and line.strip() and not line.startswith((" ", "\t")):
            break
        blank = not line.strip()
    return found
