"""Which rules can apply to a text: those of which a hint comes up in it."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from sys import byteorder
from typing import NamedTuple

from triage.redact.rules import PLACES, SHORTEST_TOKEN, Rule, provider_rules


def hinted(text: str, small: str, more: Sequence[Rule], off: frozenset[str]) -> list[Rule]:
    """The rules of which a hint is in the text, without those that are off; ``more`` are not built in.

    A long text is taken apart, since logs say much again: its words are looked at once each, with one sign
    for every hexadecimal digit, so that numbers and ids are the same word.
    """
    if len(text) < LONG:
        longest = max(map(len, text.split()), default=0)
        maybe = _maybe(small, with_providers=longest >= SHORTEST_TOKEN)
        on = (rule for rule in (*maybe, *more) if rule.name not in off and longest >= rule.least)
        return [rule for rule in on if _has(rule.hints, small) and _has(rule.also, small)]
    words = _shortened(
        b"\n".join({*_blurred(small).split(), *(_blurred(pair) for pair in PAIRS if pair in small)})
    )
    fours = _fours(words)
    has = _hints_of(words, fours, small)
    rules = (*_beginning(fours), *more)
    return [r for r in rules if r.name not in off and has(r.hints) and _has(r.also, small)]


def _beginning(fours: set[int]) -> list[Rule]:
    """The built-in rules, in order, but for those that have hints of which no first four letters come up."""
    rules, always, known = _four_table()
    found = set(always).union(*(known[four] for four in fours & known.keys()))
    return [rules[place] for place in sorted(found)]


@cache
def _four_table() -> tuple[tuple[Rule, ...], frozenset[int], dict[int, set[int]]]:
    """The built-in rules; the places of those without hints or with a shorter one; others by four letters."""
    rules = (*PLACES, *provider_rules())
    always: set[int] = set()
    known: dict[int, set[int]] = {}
    for place, rule in enumerate(rules):
        for four in [_begins(hint)[0] for hint in rule.hints] or [None]:
            (always if four is None else known.setdefault(four, set())).add(place)
    return rules, frozenset(always), known


def _maybe(small: str, *, with_providers: bool) -> list[Rule]:
    """The built-in rules, in order, but for those that have hints of which not even a beginning comes up."""
    table = _hint_table(with_providers)
    found = set(table.always)
    for three in table.threes.keys() & zip(small, small[1:], small[2:], strict=False):
        found |= table.threes[three]
    for two, rules in table.twos.items():
        if two in small:
            found |= rules
    return [table.rules[place] for place in sorted(found)]


class _HintTable(NamedTuple):
    """The built-in rules, and the places of those with a hint of two letters, or that begins with three.

    ``always`` are the places of rules without hints, or with one of a single letter.
    """

    rules: tuple[Rule, ...]
    always: frozenset[int]
    twos: dict[str, set[int]]
    threes: dict[tuple[str, ...], set[int]]


@cache
def _hint_table(with_providers: bool) -> _HintTable:  # noqa: FBT001  an argument of a cached function
    rules = (*PLACES, *provider_rules()) if with_providers else (*PLACES,)
    always = {place for place, rule in enumerate(rules) if not rule.hints or min(map(len, rule.hints)) < 2}
    table = _HintTable(rules, frozenset(always), {}, {})
    for place, rule in enumerate(rules):
        for hint in rule.hints:
            if len(hint) == 2:
                table.twos.setdefault(hint, set()).add(place)
            else:
                table.threes.setdefault((*hint[:3],), set()).add(place)
    return table


def _has(literals: Sequence[str], small: str) -> bool:
    return not literals or any(literal in small for literal in literals)


def _fours(words: bytes) -> set[int]:
    """Every four letters that come up, each as an integer."""
    fours: set[int] = set()
    for start in range(GRAM):
        fours.update(memoryview(words)[start : start + (len(words) - start) // GRAM * GRAM].cast("I"))
    return fours


def _hints_of(words: bytes, fours: set[int], small: str) -> Callable[[Sequence[str]], bool]:
    """What tells whether one of some hints is in a text; ``words`` are its words, blurred.

    Whether four letters of a hint come up at all is looked up; only if they do, the words are read for it.
    """

    def has(hint: str) -> bool:
        four, word = _begins(hint)
        return (four is None or four in fours) and word in words and hint in small

    return lambda hints: not hints or any(map(has, hints))


@lru_cache(maxsize=4096)
def _begins(hint: str) -> tuple[int | None, bytes]:
    """The first four letters of a hint, if it has as many, and all of it, blurred."""
    word = _blurred(hint)
    return (int.from_bytes(word[:GRAM], byteorder) if len(word) >= GRAM else None), word


GRAM = 4
"""Letters of a hint that are looked up: as many as an integer of the machine has bytes."""


def _shortened(words: bytes) -> bytes:
    """The words with long runs of digits made short: in a run of one letter a search is slow."""
    import re

    return re.sub(b"0{9,}", b"0" * 8, words)


def _blurred(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(_HEXADECIMAL)


_HEXADECIMAL = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
LONG = 16 * 1024
"""Characters from which on it pays to take a text apart."""
PAIRS = tuple(hint for rule in PLACES for hint in rule.hints if " " in hint)
"""The hints that are no single word."""
