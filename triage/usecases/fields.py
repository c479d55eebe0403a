"""From what was typed to the values of fields, by their types in the table of kinds."""

from collections.abc import Callable, Mapping
from typing import Any

from triage import times
from triage.errors import InvalidValue, near
from triage.kinds import fields_of

FindEvent = Callable[[str], str]
"""From the name of an event to its id."""


def parse(kind: str, name: str, text: str, *, find: FindEvent) -> Any:
    """The value of a field of a kind; `InvalidValue` where the text is none of its type."""
    known = fields_of(kind)
    if name not in known:
        raise InvalidValue(f"{kind} has no field {name!r}", hint=near(name, known), allowed=tuple(known))
    field = known[name]
    if field.type == "event":
        return find(text)
    return _PARSERS.get(field.type, _as_is)(text, name)


def parse_all(kind: str, typed: Mapping[str, Any], *, find: FindEvent) -> dict[str, Any]:
    """The values of all fields that were typed; texts are parsed, what is typed already is kept."""
    return {
        name: parse(kind, name, value, find=find) if isinstance(value, str) else value
        for name, value in typed.items()
        if value is not None
    }


def assignment(text: str) -> tuple[str, str] | None:
    """Label and value of ``LABEL=VALUE``, or None where the text is no assignment.

    A label is one word, or up to four words of which the first has a capital; neither is an address.
    """
    label, mark, value = text.partition("=")
    words = label.split()
    if not mark or not words or len(label) > 60 or "://" in label or not label[0].isalpha():
        return None
    if len(words) > 1 and not (label[0].isupper() and len(words) <= 4):
        return None
    return label.strip(), value


def outcome_and_cells(rest: tuple[str, ...]) -> tuple[str | None, list[list[str]]]:
    """What follows a title: at most one outcome, and values as LABEL=VALUE."""
    outcome: str | None = None
    cells: list[list[str]] = []
    for text in rest:
        pair = assignment(text)
        if text.startswith("=") or (pair and pair[0] in (label for label, _ in cells)):
            raise InvalidValue(
                f"{text!r:.60} has no label, or one that is given twice", hint="write it as LABEL=VALUE"
            )
        if pair is not None:
            cells.append(list(pair))
        elif outcome is None and not cells:
            outcome = text
        else:
            raise InvalidValue(
                f"{text!r:.60} is neither the outcome nor LABEL=VALUE",
                hint="put a text with spaces in single quotes",
            )
    return outcome, cells


def reference(text: str, name: str = "reference") -> str:
    """A reference as it is kept: ``#1140``, ``owner/repo#1140`` or a URL."""
    from triage import refs

    if kept := refs.typed(text):
        return kept
    text = text.strip()
    raise InvalidValue(f"{text!r:.80} is no reference", hint=f"give {name} as 1140, owner/repo#1140 or a URL")


def path(text: str, name: str = "heading") -> list[str]:
    """A heading path: ``A > B`` is B under A."""
    titles = [title.strip().lstrip("#").strip() for title in f" {text} ".split(" > ")]
    if not all(titles):
        raise InvalidValue(f"{name} {text!r:.80} has an empty title", hint="write it as 'A > B'")
    return titles


def slugify(title: str) -> str:
    """A slug for a title: its ASCII letters and digits, joined by hyphens."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title.casefold()).split()
    return "-".join(words)[:64].strip("-")


def _as_is(text: str, _name: str) -> str:
    return text


def _integer(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidValue(f"{name} must be a whole number, not {text!r:.40}") from None


def _flag(text: str, name: str) -> bool:
    if text.casefold() not in ("true", "false", "yes", "no"):
        raise InvalidValue(f"{name} must be true or false, not {text!r:.40}")
    return text.casefold() in ("true", "yes")


def _instant(text: str, _name: str) -> str:
    return times.parse_rfc3339(text)


def _address(text: str, name: str) -> str:
    if "://" not in text and not text.startswith("mailto:"):
        raise InvalidValue(f"{text!r:.80} is no address", hint=f"give {name} with its https://")
    return text.strip()


def _cells(text: str, _name: str) -> list[list[str]]:
    pair = assignment(text)
    if pair is None:
        raise InvalidValue(f"{text!r:.60} is not LABEL=VALUE")
    return [list(pair)]


_PARSERS: Mapping[str, Callable[[str, str], Any]] = {
    "reference": reference,
    "path": path,
    "integer": _integer,
    "flag": _flag,
    "instant": _instant,
    "url": _address,
    "cells": _cells,
}
