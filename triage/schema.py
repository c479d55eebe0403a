"""What comes from outside, checked against the table of kinds: the models and their JSON Schema.

One line of `triage record` is an object with `kind` and `fields`; it may have `entity`, `at`, `key`,
`part` (an addendum) and `actor`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from triage.errors import InvalidValue
from triage.events import DEEPEST, FIELDS, KINDS, near, visible
from triage.events import Field as KindField

SCHEMA_ID = "triage.record.v1"

_TYPES: Mapping[str, Any] = {
    "line": str,
    "prose": str,
    "slug": Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")],
    "reference": Annotated[str, Field(pattern=r"^\S+$", examples=["#1140", "owner/repo#1140"])],
    "event": Annotated[str, Field(description="an event: its id, e12, or key:NAME of another line")],
    "url": Annotated[str, Field(pattern=r"^\S+$")],
    "path": Annotated[list[Annotated[str, Field(pattern=r"\S")]], Field(min_length=1, max_length=DEEPEST)],
    "cells": list[tuple[str, str]],
    "streams": list[tuple[Literal["out", "err"], int]],
    "instant": Annotated[str, Field(description="RFC 3339, such as 2026-05-05T04:10:37Z")],
    "integer": Annotated[int, Field(strict=True, gt=-(2**53), lt=2**53)],
    "flag": Annotated[bool, Field(strict=True)],
    "output": str,
    "object": dict[str, Any],
}


class Line(BaseModel):
    """One line of `triage record`."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    fields: Any
    entity: str = Field("", description="the entity that it patches: e12, 4, an id, or key:NAME")
    at: str = Field("", description="when it happened, in a form of --at; now where it is absent")
    key: str = Field("", description="makes a repeat of this line the same event")
    part: str = Field("", description="slug of the addendum that it belongs to")
    actor: str = Field("", description="who says so; the command's actor where it is absent")


def parse_lines(lines: Iterable[str]) -> Iterator[tuple[int, Line]]:
    """The lines of a batch with their numbers; `InvalidValue` names line, field and the values allowed."""
    return ((number, parse_line(text, number)) for number, text in enumerate(lines, 1) if text.strip())


class _Twice(ValueError):
    """A name that an object has twice: one of the values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return value


_read = json.JSONDecoder(object_pairs_hook=_object).decode


def parse_line(text: str, number: int) -> Line:
    """One line of a batch."""
    try:
        value = _read(text)
    except _Twice as error:
        raise InvalidValue(
            f"line {number} says {error.args[0]!r:.60} twice", hint="nothing was recorded; say it once"
        ) from error
    except json.JSONDecodeError as error:
        raise InvalidValue(
            f"line {number} is not JSON: {error.msg} at column {error.colno}",
            hint="nothing was recorded; a line is one whole JSON object",
        ) from error
    except ValueError as error:
        raise InvalidValue(
            f"line {number} holds a number of too many digits", hint="nothing was recorded"
        ) from error
    except RecursionError as error:
        raise InvalidValue(f"line {number} is nested too deeply", hint="nothing was recorded") from error
    if "\\u" in text or not text.isascii():
        value = visible(value)  # JSON may name half a surrogate pair, which is no text
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        kind = value.get("kind") if isinstance(value, dict) else None
        raise InvalidValue(
            f"line {number}: no kind {kind!r:.60}",
            hint=near(str(kind), KINDS),
            allowed=tuple(KINDS),
        )
    try:
        return _adapter(value["kind"]).validate_python(value)
    except ValidationError as error:
        raise _explained(error, value["kind"], number) from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of `triage record`."""
    union: Any = Annotated[_union(), Field(discriminator="kind")]
    schema = TypeAdapter(union).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA_ID, **schema}


@cache
def _adapter(kind: str) -> TypeAdapter[Line]:
    return TypeAdapter(_model(kind))


def _union() -> Any:
    from typing import Union

    return Union[tuple(_model(kind) for kind in KINDS)]  # noqa: UP007  made from a tuple


@cache
def _model(kind: str) -> type[Line]:
    """The model of a line of one kind."""
    literal: Any = Literal[kind]
    return create_model(
        f"{kind.title()}Line",
        __base__=Line,
        kind=(literal, ...),
        fields=(fields_model(kind), ...),
    )


@cache
def fields_model(kind: str) -> type[BaseModel]:
    """The model of the fields of a kind: all may be absent or null, none may be unknown."""
    definitions: dict[str, Any] = {
        name: (_type(field) | None, Field(None, description=field.help))
        for name, field in FIELDS[kind].items()
    }
    return create_model(f"{kind.title()}Fields", __config__=ConfigDict(extra="forbid"), **definitions)


def _type(field: KindField) -> Any:
    return Literal[field.choices] if field.choices else _TYPES[field.type]


def _explained(error: ValidationError, kind: str, number: int) -> InvalidValue:
    """The first thing that is wrong, with its line, its field and what would be allowed."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    name = place[1] if place[:1] == ["fields"] and len(place) > 1 else (place[0] if place else kind)
    fields = FIELDS[kind]
    if first["type"] == "extra_forbidden":
        known = fields if place[0] == "fields" else Line.model_fields
        return InvalidValue(
            f"line {number}: {kind} has no field {name!r}",
            hint=near(name, known),
            allowed=tuple(known),
        )
    choices = fields[name].choices if name in fields else ()
    hint = "one of: " + ", ".join(choices) if choices else "nothing was recorded"
    return InvalidValue(
        f"line {number}: {kind} {name}: {first['msg'].lower()}, not {first['input']!r:.60}",
        hint=hint,
        allowed=choices,
    )
