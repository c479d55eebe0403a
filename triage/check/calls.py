"""Calls of prose that say nothing, each with the call that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from triage.check.finding import Finding
from triage.check.view import View
from triage.kinds import PROSE
from triage.report.calls import COUNTED, STATES, Answers, Unanswered, found_in, near_misses


class Wrong(NamedTuple):
    """A stretch of a text that says nothing: as it was typed, why, and what says what it meant."""

    start: int
    typed: str
    why: str
    meant: str


def call(view: View) -> Iterator[Finding]:
    """TR602: calls that have no answer, and what was meant for one; one fix mends all of a text."""
    for text in view.texts:
        if "{{" not in text.text or text.field not in PROSE:
            continue
        wrong = sorted(_wrong(view.answers, text.text))
        fix = view.reworded(text, 0, len(text.text), _mended(text.text, wrong))
        for each in wrong:
            yield view.finding("TR602", text.event, each.typed, each.why, fix, field=text.field)


def _wrong(answers: Answers, text: str) -> Iterator[Wrong]:
    for found in found_in(text):
        try:
            answers.answer(found)
        except Unanswered as error:
            typed = text[found.start : found.end]
            yield Wrong(found.start, typed, str(error), _meant(answers, found.name, found.arguments, typed))
    for miss in near_misses(text):
        yield Wrong(miss.start, miss.typed, miss.hint, _meant(answers, miss.name, miss.arguments, miss.typed))


def _mended(text: str, wrong: list[Wrong]) -> str:
    pieces, place = [], 0
    for each in wrong:
        pieces += [text[place : each.start], each.meant]
        place = each.start + len(each.typed)
    return "".join([*pieces, text[place:]])


def _meant(answers: Answers, name: str, typed: tuple[str, ...], text: str) -> str:
    """The call that was meant, in a form that has an answer; else the text as code, which calls nothing."""
    for arguments in _candidates(name, typed):
        written = f"{{{{ {name}({', '.join(map(_literal, arguments))}) }}}}"
        if _has_answer(answers, written):
            return written
    marks = "``" if "`" in text else "`"
    return f"{marks}{text}{marks}"


def _literal(argument: str) -> str:
    return f"'{argument}'" if '"' in argument else f'"{argument}"'


def _has_answer(answers: Answers, written: str) -> bool:
    found = found_in(written)
    try:
        return bool(found) and bool(answers.answer(found[0]))
    except Unanswered:
        return False


def _candidates(name: str, typed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Arguments that may have been meant, the likeliest first: those typed, then words like them."""
    yield typed
    if name in ("count", "words"):
        what = _closest(typed[0], COUNTED) if typed else "blocker"
        states = STATES.get(what, ())
        if len(typed) > 1 and (state := _closest(typed[1], states)):
            yield what, state
        yield (what,)
    elif name == "span":
        yield "start", "end"
    elif name == "time_blocked":
        yield ()


def _closest(word: str, words: tuple[str, ...]) -> str:
    """The word that is like it, or ''."""
    return next(iter(get_close_matches(word, words, n=1)), "")
