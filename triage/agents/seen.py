"""What a hook was told of a command that its agent ran."""

from typing import Any, NamedTuple


class Seen(NamedTuple):
    """A command that ended, or goes on in the background (``state`` is running).

    ``use`` is the agent's id of this use of its tool; ``parts`` are stream and text, in order. ``exit_code``
    and ``duration_us`` are None where the agent does not say them.
    """

    use: str
    title: str
    command: str
    cwd: str
    parts: tuple[tuple[str, str], ...]
    state: str
    exit_code: int | None
    duration_us: int | None


class Unknown(Exception):
    """A payload that is not of a form that is known; the message says where it differs."""


def text(value: Any, name: str, default: str | None = None) -> str:
    """The text that an object has under a name; `Unknown` where it is none."""
    found = value.get(name, default) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise Unknown(f"no text {name!r}")
    return found


def told(
    payload: dict[str, Any], parts: tuple[tuple[str, str], ...], state: str, exit_code: int | None
) -> Seen:
    """The command that a payload tells of; how it ended, and what it printed, each agent says in its way."""
    asked = payload.get("tool_input")
    line, title = text(asked, "command"), text(asked, "description", "")
    use, cwd = text(payload, "tool_use_id"), text(payload, "cwd", "")
    return Seen(use, title, line, cwd, parts, state, exit_code, _duration_us(payload))


def _duration_us(payload: dict[str, Any]) -> int | None:
    """How long it took, where the payload says so."""
    found = payload.get("duration_ms")
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found < LONGEST_MS:
        return None
    return round(found * 1000)


LONGEST_MS = 10**10
"""Milliseconds that no command takes."""
