"""Which values a field takes: the check of a body against the table of kinds."""

from collections.abc import Callable, Mapping
from typing import Any

from triage.errors import InvalidValue, near
from triage.events import is_id
from triage.kinds import FIELDS, REQUIRED, Field, fields_of
from triage.times import is_instant

STREAMS = ("out", "err")
"""Standard output and standard error, as evidence names them."""

DEEPEST = 10
"""Titles of one heading path: documents have six levels of headings."""

_SLUG_CHARACTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-")


def validate(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body, if the table of kinds allows them; else `InvalidValue`.

    A field that is None is one that a patch empties.
    """
    known = fields_of(kind)
    for name, value in fields.items():
        if name not in known:
            raise InvalidValue(f"{kind} has no field {name!r}", hint=near(name, known), allowed=tuple(known))
        if value is not None:
            _check(kind, name, known[name], value)
    for name in REQUIRED.get(kind, ()):
        if fields.get(name) in (None, "", []):
            raise InvalidValue(f"{kind} needs a {name}", hint="nothing was recorded")
    return dict(fields)


def fits(kind: str, name: str, value: Any) -> bool:
    """Whether a field may take a value: what an amendment must hold to for the fold to apply it."""
    field = FIELDS[kind].get(name)
    if field is None:
        return False
    if value is None:
        return name not in REQUIRED.get(kind, ())
    if field.choices:
        return value in field.choices
    return _SHAPES[field.type](value) and (bool(value) or name not in REQUIRED.get(kind, ()))


def _check(kind: str, name: str, field: Field, value: Any) -> None:
    if field.choices:
        if value not in field.choices:
            raise InvalidValue(
                f"{kind} {name} cannot be {value!r}",
                hint="one of: " + ", ".join(field.choices),
                allowed=field.choices,
            )
    elif not _SHAPES[field.type](value):
        raise InvalidValue(f"{kind} {name} must be {_SHAPE_NAMES[field.type]}, not {value!r:.80}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 64 and set(value) <= _SLUG_CHARACTERS


def _is_path(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= DEEPEST
        and all(isinstance(title, str) and title.strip() for title in value)
    )


def _is_cells(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(cell, list) and len(cell) == 2 and all(isinstance(item, str) for item in cell)
        for cell in value
    )


def _is_streams(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(run, list) and len(run) == 2 and run[0] in STREAMS and _is_integer(run[1]) and run[1] > 0
        for run in value
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not any(c.isspace() for c in value)


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "line": _is_text,
    "prose": _is_text,
    "slug": _is_slug,
    "reference": _is_url,
    "event": is_id,
    "url": _is_url,
    "path": _is_path,
    "cells": _is_cells,
    "streams": _is_streams,
    "instant": is_instant,
    "integer": _is_integer,
    "flag": _is_flag,
    "output": _is_text,
    "object": _is_object,
}

_SHAPE_NAMES: Mapping[str, str] = {
    "line": "text",
    "prose": "text (Markdown)",
    "slug": "a slug, [a-z0-9-]{1,64}",
    "reference": "a reference: 1140, owner/repo#1140 or a URL",
    "event": "the id of an event",
    "url": "an address without spaces",
    "path": f"a heading path: a list of up to {DEEPEST} titles",
    "cells": "a list of [label, value], both text",
    "streams": "a list of [out or err, a number of bytes]",
    "instant": "an instant such as 2026-05-05T04:10:37.530000Z",
    "integer": "a whole number under 2^53",
    "flag": "true or false",
    "output": "text",
    "object": "an object",
}
