"""Which lines of a text with a name it said before, in the same words or in others; which it says no more.

A line stands in the place of an earlier one where that is gone from the text, and one only can be meant: an
entry that tells something else of its minute, or its own words of another minute; an action or a row of
nearly the same name, or of the same one under another heading. Where two can be meant, none is.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import product, zip_longest
from typing import Any, NamedTuple

from triage.events import Draft
from triage.report.entities import CLOSED_STATUSES
from triage.usecases.earlier import LINES, Earlier, line_of
from triage.usecases.standing import Line, Standing

MOST_COMPARED = 10_000
"""Pairs of lines of a text that are compared by their words; of more lines both wordings stand."""
LONGEST_COMPARED = 300
"""Characters of a line that are compared."""
NEGATIONS = frozenset(("no", "not", "never", "without", "don't", "cannot"))
_PART = re.compile(r"[^\W_]+")
NEAR_TEXT, NEAR_WORD = 0.6, 0.7
"""How much of two texts of one minute, and of two words of a name, must be the same."""


class New(NamedTuple):
    """A line of a text as it is now, and its place among all pieces; ``undated``: nobody told its day."""

    place: int
    line: Line
    undated: bool


class Rewordings(NamedTuple):
    """What lines of a text stand for, by their places, and what of the text is gone from it.

    ``same`` is said in the same words; ``before`` in others, ``beside`` too, but it was amended since.
    """

    same: dict[int, Earlier]
    before: dict[int, Earlier]
    beside: dict[int, Earlier]
    gone: list[Earlier]


def rewordings(
    standing: Standing, said: Sequence[Earlier], told: Iterable[tuple[int, Draft, bool]]
) -> Rewordings:
    """What the lines of a text stand for; ``told`` are those that it has now, ``said`` those that it had."""
    lines: dict[str, list[New]] = {kind: [] for kind in LINES}
    for place, draft, undated in told:
        if draft.kind in lines:
            lines[draft.kind].append(New(place, line_of(draft.kind, draft.body, draft.at), undated))
    found = Rewordings({}, {}, {}, [])
    for kind, news in lines.items():
        _match(kind, [each for each in said if each.patch.kind == kind], news, standing, found)
    return found


def _match(kind: str, olds: list[Earlier], news: list[New], standing: Standing, found: Rewordings) -> None:
    """Find what the lines of a kind stand for."""
    same = dict(_same(olds, news, KEYS[kind]))
    taken = {each.patch.id for each in same.values()}
    known = dict(_known((new for new in news if new.place not in same), standing, taken))
    taken.update(known.values())
    gone = {old.patch.id: old for old in olds if old.patch.id not in taken and not old.withdrawn}
    left = {new.place: new for new in news if new.place not in same and new.place not in known}
    gaps = _Gaps(same)
    for stage, amended in product(STAGES[kind], (False, True)):
        may = [old for old in gone.values() if old.alone and old.amended == amended]
        pairs = list(stage.pairs(may, list(left.values()), gaps))
        for old, new in (pair for pair in pairs if not _is_undone(*pair)):
            (found.beside if old.amended else found.before)[new.place] = gone.pop(old.patch.id)
            del left[new.place]
    found.same.update(same)
    found.gone.extend(gone.values())


def _is_undone(old: Earlier, new: New) -> bool:
    """Whether an action that is to be done would be told as done, in the place of one that is."""
    was, now = old.line.rest[0], new.line.rest[0]
    return old.patch.kind == "action" and was in CLOSED_STATUSES and now not in CLOSED_STATUSES


Key = Callable[[Line], Any]
Keys = Sequence[tuple[Key, Key]]


def _without_outcome(line: Line) -> Any:
    return line.at, line.title, line.rest[1]


def _named(line: Line) -> Any:
    return line.place, line.title


def _whole(line: Line) -> Any:
    return line


KEYS: Mapping[str, Keys] = {
    "entry": (
        (_whole, _whole),
        (_without_outcome, lambda line: None if line.rest[0] else _without_outcome(line)),
    ),
    "action": ((_whole, _whole), (_named, _named)),
    "observation": ((_named, _named),),
}
"""What is the same in an earlier line and one that says it again, the closest first.

An outcome that is told no more stands. Of two actions of one name, that of the same status is meant.
"""


def _same(olds: Iterable[Earlier], news: Iterable[New], keys: Keys) -> Iterator[tuple[int, Earlier]]:
    """The places of lines that were said before, each with another one."""
    left = {old.patch.id: old for old in olds}
    rest = {new.place: new for new in news}
    for key, told in keys:
        for clock in (False, True):
            by_key: dict[Any, list[Earlier]] = {}
            for old in reversed(left.values()):
                by_key.setdefault(key(_clocked(old.line, clock=clock)), []).append(old)
            for new in list(rest.values()):
                may = new.undated or not clock
                matches = by_key.get(told(_clocked(new.line, clock=clock))) if may else None
                if matches:
                    old = matches.pop()
                    del left[old.patch.id]
                    del rest[new.place]
                    yield new.place, old


def _clocked(line: Line, *, clock: bool) -> Line:
    """The line; with ``clock`` at its time of day alone."""
    return line._replace(at=line.at[11:]) if clock else line


def _known(news: Iterable[New], standing: Standing, taken: set[str]) -> Iterator[tuple[int, str]]:
    """The places of lines that the record says by other events than those, with the event of each."""
    used = set(taken)
    for new in news:
        events = standing.saying(new.line)
        event = next((each for each in events if each not in used), None)
        if event is not None:
            used.add(event)
            yield new.place, event


class _Gaps:
    """Tells whether a line may stand where another stood: between the same lines before and behind it."""

    def __init__(self, same: Mapping[int, Earlier]) -> None:
        anchors = sorted(same.items(), key=lambda each: each[0])
        self._places = [place for place, _ in anchors]
        self._ranks = [old.patch.rank for _, old in anchors]

    def hold(self, old: Earlier, new: New) -> bool:
        """Whether the old line stood in the gap in which the new one stands."""
        at = bisect(self._places, new.place)
        before, behind = self._ranks[at - 1 : at], self._ranks[at : at + 1]
        return all(rank < old.patch.rank for rank in before) and all(old.patch.rank < rank for rank in behind)


class Stage(NamedTuple):
    """One way in which a line may be another wording: ``key`` is the same in both, None where there is none.

    Without ``near`` as many new lines as old ones of a key stand for them in their order; with it a new line
    stands for an old one where it is near to no other, and no other to it.
    """

    key: Key
    near: Callable[[Earlier, New, _Gaps], bool] | None = None

    def pairs(
        self, olds: Sequence[Earlier], news: Sequence[New], gaps: _Gaps
    ) -> Iterator[tuple[Earlier, New]]:
        """The earlier lines that new ones stand for."""
        by_key: dict[Any, tuple[list[Earlier], list[New]]] = {}
        for old in olds:
            by_key.setdefault(self.key(old.line), ([], []))[0].append(old)
        for new in news:
            by_key.setdefault(self.key(new.line), ([], []))[1].append(new)
        near, left = self.near, MOST_COMPARED
        for key, (mine, yours) in by_key.items():
            if key is None or not mine or not yours:
                continue
            if near is None:
                yield from zip(mine, yours, strict=True) if len(mine) == len(yours) else ()
            elif len(mine) * len(yours) <= left:
                left -= len(mine) * len(yours)
                yield from _only([pair for pair in product(mine, yours) if near(pair[0], pair[1], gaps)])


def _only(pairs: Sequence[tuple[Earlier, New]]) -> Iterator[tuple[Earlier, New]]:
    """The pairs whose lines are in no other."""
    of_old = Counter(old.patch.id for old, _ in pairs)
    of_new = Counter(new.place for _, new in pairs)
    return ((old, new) for old, new in pairs if of_old[old.patch.id] == of_new[new.place] == 1)


def _tells_alike(old: Earlier, new: New, _: _Gaps) -> bool:
    """Whether two texts have most of their letters in common."""
    one, two = old.line.title[:LONGEST_COMPARED], new.line.title[:LONGEST_COMPARED]
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    return matcher.quick_ratio() >= NEAR_TEXT and matcher.ratio() >= NEAR_TEXT


def _is_in_place(old: Earlier, new: New, gaps: _Gaps) -> bool:
    return gaps.hold(old, new)


def _is_named_alike(old: Earlier, new: New, _: _Gaps) -> bool:
    """Whether a name is another spelling of one: the same numbers and negations, and no word for another."""
    one, two = (line.title[:LONGEST_COMPARED].casefold().split() for line in (old.line, new.line))
    if _telling(one) != _telling(two):
        return False
    more = 0
    for step, start, end, other, last in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if step == "replace":
            words = zip(one[start:end], two[other:last], strict=False)
            if end - start != last - other or not all(_are_spelt_alike(*pair) for pair in words):
                return False
        elif step != "equal":
            more += end - start + last - other
    return more <= max(len(one), len(two)) / 2


def _labels(line: Line) -> tuple[str, ...]:
    """The labels of the cells of a row."""
    label, *others = line.rest[0]
    return (label, *(other for other, _ in others))


def _are_spelt_alike(one: str, two: str) -> bool:
    """Whether two words are one, with a slip; ``us-east`` and ``us-west``, mount and unmount are two."""
    parts = list(zip_longest(_PART.findall(one), _PART.findall(two), fillvalue=""))
    return all(_are_one_part(*pair) for pair in parts)


def _are_one_part(one: str, two: str) -> bool:
    """Whether two parts of words are one; a slip is seldom in its first letter."""
    if one[:1] != two[:1]:
        return False
    alike = SequenceMatcher(None, one, two, autojunk=False).ratio() >= NEAR_WORD
    return alike or sorted(one) == sorted(two)


def _telling(words: Iterable[str]) -> list[str]:
    """The words without which a name is another one: those with digits in them, and negations."""
    return [word for word in words if word in NEGATIONS or any(map(str.isdigit, word))]


STAGES: Mapping[str, tuple[Stage, ...]] = {
    "entry": (
        Stage(lambda line: (line.at, line.title)),
        Stage(lambda line: line.at or None, _tells_alike),
        Stage(lambda line: (line.at[:10], line.title, line.rest) if line.at else None, _is_in_place),
    ),
    "action": (
        Stage(lambda line: line.title),
        Stage(lambda line: line.place, _is_named_alike),
    ),
    "observation": (
        Stage(lambda line: (line.title, line.rest)),
        Stage(lambda line: (line.place, _labels(line)), _is_named_alike),
    ),
}
"""In which ways a line of each kind may be another wording of one, the surest first."""
