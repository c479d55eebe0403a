"""A report as JSON: its shapes as objects, with their own names."""

import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from triage.events import decoded, visible
from triage.report import Evidence, Report

FORMAT = "triage.report.v1"


def as_json(report: Report, *, indent: int | None = 1) -> str:
    """The report as JSON, sorted by the shapes' own order; made five times as fast without ``indent``."""
    return json.dumps({"format": FORMAT, **_plain(report)}, ensure_ascii=False, indent=indent) + "\n"


def _plain(value: Any) -> Any:
    shape = type(value)
    if shape is str:
        return visible(value)
    if shape is tuple:
        return [_plain(item) for item in value]
    names = _names(shape)  # type: ignore[arg-type]
    if not names:
        return visible(value)
    found = {name: _plain(getattr(value, name)) for name in names}
    if shape is Evidence:
        found["output"] = None if value.output is None else decoded(value.output)
    return found


@cache
def _names(shape: type) -> tuple[str, ...]:
    """The names of a shape's fields; none where it is a plain value."""
    return tuple(field.name for field in fields(shape)) if is_dataclass(shape) else ()


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `as_json`, made from the shapes."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Report).json_schema(mode="serialization")
    schema["properties"] = {"format": {"const": FORMAT}, **schema["properties"]}
    schema["required"] = ["format", *schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **schema}
