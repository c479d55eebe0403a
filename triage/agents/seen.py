"""What a hook was told of a command that its agent ran."""

from typing import Any, NamedTuple


class Seen(NamedTuple):
    """A command that ended, or goes on in the background (``state`` is running).

    ``use`` is the agent's id of this use of its tool; ``parts`` are stream and text, in order. ``exit_code``
    and ``duration_us`` are None where the payload does not say them.
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


def command(payload: dict[str, Any]) -> tuple[str, str]:
    """The command of a use of a shell, and the agent's own description of it."""
    asked = payload.get("tool_input")
    return text(asked, "command"), text(asked, "description", "")


def duration_us(payload: dict[str, Any]) -> int | None:
    """How long it took, where the payload says so."""
    found = payload.get("duration_ms")
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found < LONGEST_MS:
        return None
    return round(found * 1000)


LONGEST_MS = 10**10
"""Milliseconds that no command takes."""
