"""A report as JSON: its shapes as objects, with their own names."""

import json
import re
from dataclasses import fields
from functools import cache, partial
from typing import Any

from triage.encoding import decoded, visible
from triage.kinds import PROSE
from triage.report import Report
from triage.report.calls import Answers

FORMAT = "triage.report.v1"


def as_json(report: Report, *, indent: int | None = 1) -> str:
    """The report as JSON, sorted by the shapes' own order; made five times as fast without ``indent``."""
    value = {"format": FORMAT, **_fields(report)}
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    if "{{" in text:
        told = partial(_told, Answers(report))
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=told)
    return (text if text.isascii() else _NO_TEXT.sub(_escaped, text)) + "\n"


_NO_TEXT = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which no UTF-8 can say."""


def _escaped(found: re.Match[str]) -> str:
    return str(visible(found[0])).replace("\\", "\\\\")


def _plain(value: Any) -> Any:
    """What JSON has no word for: a shape is an object, an output the text that it decodes to."""
    return decoded(value) if isinstance(value, bytes) else _fields(value)


def _told(answers: Answers, value: Any) -> Any:
    """The same with the calls in prose answered, as in every form of the document."""
    plain = _plain(value)
    if isinstance(plain, dict):
        plain |= {name: answers.filled(plain[name]) for name in PROSE if isinstance(plain.get(name), str)}
    return plain


def _fields(shape: Any) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in _names(type(shape))}  # type: ignore[arg-type]


@cache
def _names(shape: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(shape))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `as_json`, made from the shapes."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Report).json_schema(mode="serialization")
    schema["properties"] = {"format": {"const": FORMAT}, **schema["properties"]}
    schema["required"] = ["format", *schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **schema}
