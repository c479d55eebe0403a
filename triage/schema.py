"""What comes from outside, checked against the table of kinds: the models and their JSON Schema.

One line of `triage record` is an object with `kind` and `fields`; it may have `entity`, `at`, `key`,
`part` (an addendum) and `actor`. Where `fields` is left out, they may stand beside these.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from triage.encoding import visible
from triage.errors import InvalidValue, near
from triage.kinds import FIELDS, KINDS
from triage.kinds import Field as KindField
from triage.values import DEEPEST

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


def items(raw: bytes) -> Iterator[tuple[int, Any]]:
    """The lines of a batch as texts, or the elements of its one array, each with its number from 1 on.

    Raises `InvalidValue` for an array that is none.
    """
    text = _text(raw)
    if text[:1000].lstrip().startswith("["):
        return enumerate(_value(text, ARRAY), 1)
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


ARRAY = "the array"


def _text(raw: bytes) -> str:
    """The text of a file, whatever mark it begins with: shells of Windows write UTF-16."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "backslashreplace")
    return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


class _Twice(ValueError):
    """A name that an object has twice: one of the values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return value


_read = json.JSONDecoder(object_pairs_hook=_object).decode


def parse_line(said: Any, number: int) -> Line:
    """One line of a batch, or one element; `InvalidValue` names line, field and the values allowed."""
    value = _value(said, f"line {number}") if isinstance(said, str) else visible(said)
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise _no_kind(value, kind, number)
    try:
        return _adapter(kind).validate_python(value if "fields" in value else _gathered(value, kind))
    except ValidationError as error:
        raise _explained(error, kind, f"line {number}") from error


def _no_kind(value: Any, kind: Any, number: int) -> InvalidValue:
    """What is wrong with a line that names no kind, or one that there is not."""
    if not isinstance(value, dict):
        return InvalidValue(f"line {number} is no JSON object", hint='such as {"kind": "entry", "text": "…"}')
    hint = f"did you mean {MEANT[kind]}?" if isinstance(kind, str) and kind in MEANT else ""
    said = f"no kind {kind!r:.60}" if "kind" in value else "it names no kind"
    return InvalidValue(f"line {number}: {said}", hint=hint or near(str(kind), KINDS), allowed=tuple(KINDS))


MEANT = {
    "log": "'entry'",
    "note": "'entry'",
    "did": "'action' with the status 'done'",
    "done": "'action' with its entity and the status 'done'",
    "block": "'blocker' with its action",
    "fix": "'blocker' with its entity and the status 'fixed'",
    "pr": "'issue' with the type 'pr'",
    "observe": "'observation'",
    "run": "'evidence'",
    "output": "'evidence'",
    "ref": "'reference'",
    "link": "'reference'",
    "amend": "'amendment'",
    "retract": "'amendment' with retracted: true",
    "open": "'header'",
    "set": "'header'",
}
"""What those mean who name a kind as a command or by another word."""


def key_of(said: Any) -> str:
    """The key that a line was given, also where it is refused; '' for none."""
    try:
        value = json.loads(said) if isinstance(said, str) else said
    except (ValueError, RecursionError):
        return ""
    key = value.get("key") if isinstance(value, dict) else None
    return key if isinstance(key, str) else ""


def _value(text: str, where: str) -> Any:
    """The value of JSON; what Python would take and we do not is refused, too."""
    whole = "one whole JSON array" if where == ARRAY else "a line is one whole JSON object"
    try:
        value = _read(text)
    except _Twice as error:
        raise InvalidValue(
            f"{where} says {error.args[0]!r:.60} twice", hint="nothing was recorded; say it once"
        ) from error
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise InvalidValue(
            f"{where} is not JSON: {error.msg} at {line}column {error.colno}",
            hint=f"nothing was recorded; {whole}",
        ) from error
    except ValueError as error:
        raise InvalidValue(
            f"{where} holds a number of too many digits", hint="nothing was recorded"
        ) from error
    except RecursionError as error:
        raise InvalidValue(f"{where} is nested too deeply", hint="nothing was recorded") from error
    # JSON may name half a surrogate pair, which is no text.
    return visible(value) if "\\u" in text or not text.isascii() else value


def _gathered(value: dict[str, Any], kind: str) -> dict[str, Any]:
    """The line with its fields in their place, where they stand beside its other names."""
    if value.keys().isdisjoint(FIELDS[kind]):
        return value
    own = {name: said for name, said in value.items() if name in Line.model_fields}
    return {**own, "fields": {name: said for name, said in value.items() if name not in own}}


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


def _explained(error: ValidationError, kind: str, where: str) -> InvalidValue:
    """The first thing that is wrong, with its line, its field and what would be allowed."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    name = place[1] if place[:1] == ["fields"] and len(place) > 1 else (place[0] if place else kind)
    fields = FIELDS[kind]
    if first["type"] == "extra_forbidden":
        known = fields if place[0] == "fields" else Line.model_fields
        stray = place[0] != "fields" and name in fields
        return InvalidValue(
            f"{where}: {kind} has no field {name!r}" + " beside its fields" * stray,
            hint="put it into fields" if stray else near(name, known),
            allowed=tuple(known),
        )
    choices = fields[name].choices if name in fields else ()
    hint = (
        "one of: " + ", ".join(choices)
        if choices
        else FORMS.get(_type_of(kind, name), "nothing was recorded")
    )
    return InvalidValue(
        f"{where}: {kind} {name}: {first['msg'].lower()}, not {first['input']!r:.60}",
        hint=hint,
        allowed=choices,
    )


def _type_of(kind: str, name: str) -> str:
    return FIELDS[kind][name].type if name in FIELDS[kind] else ""


FORMS = {
    "cells": 'write it as [["Release", "v15"], ["Slug", "2ef77cf3"]]',
    "path": 'write it as ["A", "B"]: B under A',
}
"""How to write what is easily written otherwise."""
