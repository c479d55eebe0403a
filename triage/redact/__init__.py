"""The boundary that no secret passes: only `scrub` makes what a store accepts.

The way of a text: `search` finds what `known` values and the `rules` describe, `judges` say what of it is a
secret, and the `Redactor` puts a marker in its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from triage.events import Draft
from triage.kinds import CELLS, FIELDS
from triage.redact.known import is_telling, secret_names
from triage.redact.redactor import Allowed, Redactor
from triage.redact.rules import MARKER, Rule
from triage.redact.search import Hit

__all__ = [
    "MARKER",
    "Allowed",
    "CleanEvent",
    "Hit",
    "Redactor",
    "Rule",
    "inspect",
    "is_telling",
    "scrub",
    "secret_names",
]


class CleanEvent:
    """A draft that was scrubbed. Only `scrub` makes one, and a store accepts nothing else."""

    __slots__ = ("draft",)

    def __init__(self, draft: Draft, *, seal: object = None) -> None:
        if seal is not _SEAL:
            raise TypeError("a CleanEvent is made by redact.scrub alone")
        self.draft = draft


_SEAL = object()


def scrub(draft: Draft, redactor: "Redactor") -> CleanEvent:
    """Replace every secret in the draft's texts, its actor and its output."""
    body = _scrubbed(draft.body, draft.kind, redactor)
    actor = redactor.actor(draft.actor)
    output = draft.output
    if output is not None:
        output, hits = redactor.data(output)
        if hits:
            body["redactions"] = body.get("redactions", 0) + len(hits)
    return CleanEvent(Draft(*draft[:7], actor, body, output, draft.keyed), seal=_SEAL)


def _scrubbed(body: Mapping[str, Any], kind: str, redactor: "Redactor") -> dict[str, Any]:
    """The fields of a body, scrubbed by their types."""
    clean: dict[str, Any] = {}
    for name, value in body.items():
        field = FIELDS[kind].get(name)
        if field is not None and field.type == "cells" and value:
            clean[name] = redactor.row(value) if kind == "observation" else redactor.cells(value)
        elif name == "changes" and isinstance(value, dict):
            clean[name] = _scrubbed_changes(value, redactor)
        else:
            clean[name] = redactor.value(value)
    return clean


def _scrubbed_changes(changes: Mapping[str, Any], redactor: "Redactor") -> dict[str, Any]:
    clean: dict[str, Any] = redactor.value(changes)
    for name in CELLS:
        if changes.get(name):
            clean[name] = redactor.cells(changes[name])
    return clean


def inspect(value: Any, redactor: "Redactor") -> tuple[Hit, ...]:
    """The secrets in what was sealed elsewhere; the caller refuses where there are any."""
    return tuple(hit for text in texts(value) for hit in redactor.text(text)[1])


def texts(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, the names of objects with the rest."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for name, item in value.items() for text in (*texts(name), *texts(item)))
    elif isinstance(value, (list, tuple)):
        yield from (text for item in value for text in texts(item))
