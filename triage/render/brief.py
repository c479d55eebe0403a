"""The hand-off as Markdown and as JSON, cut at a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from triage.errors import InvalidValue
from triage.render.escape import alone
from triage.render.inline import shown_lines
from triage.render.prose import code_span, fence
from triage.report.brief import HandOff, Item, Topic
from triage.report.tokens import estimate

LEAST = 100
"""Tokens of the smallest budget: a title, and where the work stands."""
USUAL = 1200
"""Tokens where no budget is given."""
_RESERVE = 48
"""Tokens that are kept free for saying what was left out."""


class Told(NamedTuple):
    """A hand-off as far as its budget goes; ``left`` says how many lines of a topic had no place."""

    hand_off: HandOff
    left: tuple[tuple[Topic, int], ...]


def told(hand_off: HandOff, budget: int = USUAL) -> Told:
    """What of a hand-off is told within a budget of tokens, the most important first.

    The first blocker and the command that comes next are sure; of each topic its first lines come before the
    rest of any. Raises `InvalidValue` for a budget below `LEAST`.
    """
    if budget < LEAST:
        raise InvalidValue(f"a budget of {budget} tokens is too small", hint=f"the least is {LEAST}")
    whole = _cut(hand_off, budget)
    return _cut(hand_off, budget - _RESERVE) if whole.left else whole


def _cut(hand_off: HandOff, budget: int) -> Told:
    room = _Room(budget)
    title = _fitting(hand_off.title, budget // 2)
    room.takes(_heading(title))
    standing = tuple(line for line in hand_off.standing if room.takes(_bullet(line)))
    taken: list[list[Item]] = [[] for _ in hand_off.topics]
    full: set[int] = set()
    for number, place in _order(hand_off.topics):
        topic = hand_off.topics[number]
        begun = "" if taken[number] else _heading(topic.title, level=2) + _frame(topic)
        forms = _forms(topic, topic.items[place]) if number not in full else ()
        chosen = next((form for form in forms if room.takes(begun + _line(topic, form))), None)
        if chosen is None:
            full.add(number)  # what follows in a topic is of less weight than what had no place
        else:
            taken[number].append(chosen)
    pairs = list(zip(hand_off.topics, taken, strict=True))
    topics = tuple(topic._replace(items=tuple(items)) for topic, items in pairs if items)
    left = tuple((topic, topic.total - len(items)) for topic, items in pairs if topic.total > len(items))
    return Told(hand_off._replace(title=title, standing=standing, topics=topics), left)


def _forms(topic: Topic, item: Item) -> Iterator[Item]:
    """A line as it is, then with the first only of what belongs to it, then alone; a command as it is."""
    yield item
    if topic.code:
        return
    for count in (1, 0):
        if len(item.more) > count:
            yield item._replace(more=item.more[:count])


class _Room:
    """What is left of a budget."""

    def __init__(self, budget: int) -> None:
        self._left = budget

    def takes(self, text: str) -> bool:
        """Whether a text has a place; it takes that then."""
        cost = estimate(text) + 1
        if cost > self._left:
            return False
        self._left -= cost
        return True


def _order(topics: tuple[Topic, ...]) -> list[tuple[int, int]]:
    """The lines of topics as pairs of places, by weight: the sure ones, then rounds of their first lines."""
    places = [(number, place) for number, topic in enumerate(topics) for place in range(len(topic.items))]

    def weight(pair: tuple[int, int]) -> tuple[bool, int, tuple[int, int]]:
        topic, place = topics[pair[0]], pair[1]
        return place >= topic.sure, place // topic.first, pair

    return sorted(places, key=weight)


def _fitting(text: str, budget: int) -> str:
    """The text, or as much of it as a budget holds."""
    while estimate(text) > budget:
        text = f"{text[: len(text) * 3 // 4].rstrip('…')}…"
    return text


MORE = "; see `triage brief --budget N`, `triage events`"
"""How what was left out is seen."""


def as_markdown(told: Told, *, language: str = "sh", more: str = MORE) -> str:
    """The Markdown of what is told; ``language`` is that of what comes next, ``more`` how to see the rest."""
    hand_off = told.hand_off
    lines = [_heading(hand_off.title), *map(_bullet, hand_off.standing)]
    for topic in hand_off.topics:
        lines.append(_heading(topic.title, level=2))
        lines += [_commands(topic, language)] if topic.code else [_line(topic, item) for item in topic.items]
    if told.left:
        lines.append(f"\nLeft out: {_left(told)}{more}\n")
    return "\n".join(lines).lstrip("\n")


def _left(told: Told) -> str:
    """What had no place."""
    many = told.left[:4]
    counts = ", ".join(f"{count} of {topic.title.casefold()}" for topic, count in many)
    return f"{counts} and others" if len(told.left) > len(many) else counts


def as_dict(told: Told) -> dict[str, Any]:
    """The JSON value of what is told; ``left`` counts what was not, by the same names."""
    hand_off = told.hand_off
    value: dict[str, Any] = {
        "journal": hand_off.slug,
        "title": hand_off.title,
        "status": hand_off.status,
        "standing": list(hand_off.standing),
    }
    for topic in hand_off.topics:
        value[topic.name] = [item.text if topic.code else _item(item) for item in topic.items]
    return value | {"left": {topic.name: count for topic, count in told.left}}


def _item(item: Item) -> dict[str, str]:
    labelled = {label.casefold(): text for label, text in item.more}
    return {"text": item.text, "event": item.event[-8:], **labelled}


def _heading(text: str, *, level: int = 1) -> str:
    return f"\n{'#' * level} {alone(text)}\n"


def _bullet(text: str) -> str:
    return f"- {alone(text)}"


def _line(topic: Topic, item: Item) -> str:
    """A line with what belongs to it."""
    if topic.code:
        return shown_lines("\n".join((*(f"# as {name} recorded it:" for _, name in item.more), item.text)))
    more: Iterator[str] = (f"  - {label}: {alone(text)}" for label, text in item.more)
    return "\n".join((f"- {_told(item)}", *more))


def _told(item: Item) -> str:
    """The text of a line, with its command as code: escapes would make it another one."""
    before, command, after = item.text.partition(item.command) if item.command else (item.text, "", "")
    parts = (alone(before), code_span(command) if command else "", alone(after))
    return " ".join(part for part in parts if part)


def _commands(topic: Topic, language: str) -> str:
    return fence("\n".join(_line(topic, item) for item in topic.items), language)


def _frame(topic: Topic) -> str:
    return "```sh\n\n```\n" if topic.code else ""
