"""Whether a pattern of a configuration may take time without end on some text: it is not trusted to be kind.

Backtracking explodes where a repeat can share out the same text in many ways. That is looked for in the
pattern's structure: a repeat without end in another; or a repeat of something that varies, unless a sign that
stands nowhere else in it tells one round from the next.
"""

import re
import re._constants as sre  # type: ignore[import-not-found]  # no other view of a pattern's structure
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

MOST_WAYS = 1_000
"""Ways to share out one text that a search may have to try."""
MOST_ROUNDS = 64
"""Rounds from which on even two ways in each are too many: it keeps the numbers small."""

_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", None))
_SIGNS = frozenset(map(chr, range(256)))
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def is_catastrophic(pattern: str) -> bool:
    """Whether the pattern can be shown to backtrack without end; RecursionError where it is too deep."""
    return any(_explodes(high, body) for high, body in _repeats(parser.parse(pattern)))


def _repeats(items: Any) -> Iterator[tuple[int, Any]]:
    """Every repeat in a parsed pattern, at any depth: how often at most, and what."""
    for name, value in items:
        if name in _REPEATS:
            yield value[1:]
        for part in _parts(value):
            yield from _repeats(part)


def _parts(value: Any) -> Iterator[Any]:
    """The parsed patterns that a part of one holds, through lists and tuples."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _parts(item)


def _explodes(high: int, body: Any) -> bool:
    if high <= 1:
        return False
    endless = high >= sre.MAXREPEAT
    if endless and any(inner >= sre.MAXREPEAT for inner, _ in _repeats(body)):
        return True
    ways: int = _ways(body)
    if ways == 1 or (_is_marked_off(body) and _is_clear(body)):
        return False
    return endless or bool(ways ** min(high, MOST_ROUNDS) > MOST_WAYS)


def _ways(items: Any) -> int:
    """In how many ways a pattern may be matched, at most: its lengths and its choices."""
    ways = 1
    for name, value in items:
        if name in _REPEATS:
            low, high, body = value
            ways *= min(high - low + 1, MOST_WAYS) * _ways(body)
        elif name is sre.BRANCH:
            choices = [_ways(branch) for branch in value[1]]
            ways *= max(choices) if _are_apart(value[1]) else sum(choices)
        else:
            for part in _parts(value):
                ways *= _ways(part)
    return min(ways, MOST_WAYS + 1)


def _are_apart(branches: Any) -> bool:
    """Whether alternatives leave no choice, because they begin differently."""
    begins = [_one_sign(_unwrapped(branch)[0]) for branch in branches]
    return all(begins) and sum(map(len, begins)) == len(frozenset().union(*begins))


def _is_clear(items: Any) -> bool:
    """Whether a pattern can be matched to one text in one way alone."""
    varying = sum(name in _REPEATS and value[0] != value[1] for name, value in items)
    branches = [value[1] for name, value in items if name is sre.BRANCH]
    if varying + len(branches) > 1:
        return False
    if any(not _are_apart([each for each in ways if len(each)] or ways) for ways in branches):
        return False
    if any(sum(not len(each) for each in ways) > 1 for ways in branches):
        return False
    return all(_is_clear(part) for _, value in items for part in _parts(value))


def _is_marked_off(body: Any) -> bool:
    """Whether each round begins or ends with a sign that stands nowhere else in it."""
    items = _unwrapped(body)
    for place in (0, -1):
        sign = _one_sign(items[place])
        others = [item for item in items if item is not items[place]]
        if sign and not sign & _all_signs(others):
            return True
    return False


def _unwrapped(body: Any) -> list[Any]:
    items = list(body)
    while len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        items = list(items[0][1][-1])
    return items or [(sre.AT, sre.AT_END)]


def _one_sign(item: Any) -> frozenset[str]:
    """The signs of which an item is exactly one; none where it is anything else."""
    name, value = item
    if name is sre.LITERAL:
        return frozenset({chr(value).lower(), chr(value).upper()})
    if name is sre.NOT_LITERAL:
        return _SIGNS - {chr(value)}
    if name is sre.ANY:
        return _SIGNS
    return _of_class(value) if name is sre.IN else frozenset()


def _of_class(members: Any) -> frozenset[str]:
    found: set[str] = set()
    for name, value in members:
        if name is sre.LITERAL:
            found.add(chr(value))
        elif name is sre.RANGE:
            found |= {sign for sign in _SIGNS if value[0] <= ord(sign) <= value[1]}
        elif name is sre.CATEGORY:
            found |= {sign for sign in _SIGNS if re.match(_CATEGORIES[value], sign)}
    if any(name is sre.NEGATE for name, _ in members):
        return _SIGNS - found
    return frozenset(found | {sign.lower() for sign in found} | {sign.upper() for sign in found})


def _all_signs(items: Any) -> frozenset[str]:
    """All signs that may stand in a pattern; every one where that cannot be told."""
    found: frozenset[str] = frozenset()
    for name, value in items:
        sign = _one_sign((name, value))
        parts = list(_parts(value))
        if name in (sre.AT, sre.ASSERT_NOT):
            continue
        if not sign and not parts:
            return _SIGNS
        found |= sign
        for part in parts:
            found |= _all_signs(part)
    return found
