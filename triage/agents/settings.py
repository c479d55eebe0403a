"""Our hooks in an agent's settings: put into its JSON and taken out again, and not a byte else is changed.

The agents write hooks alike: ``hooks`` has for each event a list of groups, of a matcher and commands each.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

PROGRAM = "triage-hook"
"""By this word in it a command is ours, wherever the program lies."""

_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"\n([ \t]+)\S")
_decode = json.JSONDecoder().raw_decode


class Part(NamedTuple):
    """A member of an object, or an item of a list: from ``start`` to ``end``, its value from ``value`` on."""

    key: str
    start: int
    value: int
    end: int


class Spot(NamedTuple):
    """A part of a container that begins at ``at``."""

    at: int
    part: Part


def problem(text: str, events: Sequence[str]) -> str:
    """What makes a settings file none that hooks can be put into; '' where nothing does."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {error}"
    if not isinstance(value, dict):
        return "is no JSON object"
    hooks = value.get("hooks", {})
    if not isinstance(hooks, dict):
        return "has hooks that are no object"
    for event in events:
        groups = hooks.get(event, [])
        if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
            return f"has hooks for {event} that are no list of objects"
    return ""


def commands(text: str, events: Iterable[str]) -> dict[str, str]:
    """Our commands by their events."""
    found = ((event, spot) for event in events for spot in _handlers(text, event))
    return {event: _decode(text, spot.part.value)[0]["command"] for event, (spot, *_) in found}


def with_hooks(text: str, events: Iterable[str], tool: str, command: str, timeout: int) -> str:
    """The text with our command for each of the events, at the end of what is there.

    ``timeout`` is how long the agent waits for it at most, as the agent counts.
    """
    hook = {"type": "command", "command": command, "timeout": timeout}
    group = {"matcher": tool, "hooks": [hook]}
    for event in events:
        hooks = _member(text, _root(text), "hooks")
        if hooks is None:
            text = _put(text, _root(text), {"hooks": {event: [group]}})
            continue
        groups = _member(text, hooks.value, event)
        text = (
            _put(text, hooks.value, {event: [group]}) if groups is None else _put(text, groups.value, group)
        )
    return text


def without_hooks(text: str, events: Sequence[str]) -> str:
    """The text without our commands, and without the groups and lists that held nothing else."""
    while spots := next((chain for event in events for chain in _handlers(text, event)), None):
        levels = [spot for spot in spots if len(_parts(text, spot.at)) > 1]
        text = _cut(text, levels[0] if levels else spots[-1])
    return text


def _handlers(text: str, event: str) -> Iterable[list[Spot]]:
    """Each of our commands for an event, with the group, the list and the object that hold it."""
    root = _root(text)
    hooks = _member(text, root, "hooks")
    groups = None if hooks is None else _member(text, hooks.value, event)
    if hooks is None or groups is None:
        return
    for group in _parts(text, groups.value):
        listed = _member(text, group.value, "hooks")
        for handler in _parts(text, listed.value) if listed and text[listed.value] == "[" else ():
            if _is_ours(_decode(text, handler.value)[0]):
                yield [
                    Spot(listed.value, handler) if listed else Spot(root, hooks),
                    Spot(groups.value, group),
                    Spot(hooks.value, groups),
                    Spot(root, hooks),
                ]


def _is_ours(handler: Any) -> bool:
    return isinstance(handler, Mapping) and PROGRAM in str(handler.get("command", ""))


def _root(text: str) -> int:
    return _after_space(text, 0)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _member(text: str, at: int, key: str) -> Part | None:
    """The member of that key; the last, where there are several, as readers of JSON have it."""
    return next((part for part in reversed(_parts(text, at)) if part.key == key), None)


def _parts(text: str, at: int) -> list[Part]:
    """The parts of the object or the list that begins at a place."""
    found: list[Part] = []
    place, key = _after_space(text, at + 1), ""
    while text[place] not in "]}":
        start = place
        if text[at] == "{":
            key, place = _decode(text, place)
            place = _after_space(text, _after_space(text, place) + 1)
        _, end = _decode(text, place)
        found.append(Part(key, start, place, end))
        place = _after_space(text, end)
        place = _after_space(text, place + 1) if text[place] == "," else place
    return found


def _put(text: str, at: int, value: Any) -> str:
    """The text with an item, or the one member of an object, at the end of the container at a place."""
    parts = _parts(text, at)
    newline = "\r\n" if "\r\n" in text else "\n"
    found = _INDENT.search(text)
    unit = found[1] if found else "  "
    if parts:
        gap, end = text[at + 1 : parts[0].start], parts[-1].end
        tail = ""
    else:
        outer = _indent_at(text, at)
        gap, end, tail = f"{newline}{outer}{unit}", at + 1, f"{newline}{outer}"
    written = json.dumps(value, ensure_ascii=False, indent=unit if "\n" in gap else None)
    if text[at] == "{":
        written = _inside(written, unit) if "\n" in gap else written[1:-1]
    written = written.replace("\n", newline + gap.rpartition("\n")[2]) if "\n" in gap else written
    before = ("," + (gap or " ")) if parts else gap
    rest = text[end:] if parts else text[_after_space(text, end) :]
    return text[:end] + before + written + tail + rest


def _inside(written: str, unit: str) -> str:
    """The one member of an object that was written over several lines, at the depth of the object."""
    lines = written.split("\n")[1:-1]
    return "\n".join(line.removeprefix(unit) for line in lines)


def _indent_at(text: str, at: int) -> str:
    """The indent of the line that a place is on."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _cut(text: str, spot: Spot) -> str:
    """The text without a part of a container, and without the comma that it needed."""
    parts = _parts(text, spot.at)
    place = parts.index(spot.part)
    if place:
        return text[: parts[place - 1].end] + text[spot.part.end :]
    if len(parts) > 1:
        return text[: spot.part.start] + text[parts[1].start :]
    return text[: spot.at + 1] + text[_after_space(text, spot.part.end) :]
