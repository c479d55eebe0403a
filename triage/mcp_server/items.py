"""Items as agents write them, brought into the form of the lines of `triage record`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from triage.kinds import FIELDS, KINDS
from triage.schema import Line
from triage.usecases import fields as typed

ENTRIES = KINDS["entry"].fields["type"].choices
VERBS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    **{name: ("entry", {"type": name}) for name in ENTRIES},
    "log": ("entry", {}),
    "did": ("action", {"status": "done"}),
    "start": ("action", {"status": "doing"}),
    "done": ("action", {"status": "done"}),
    "fail": ("action", {"status": "failed"}),
    "skip": ("action", {"status": "skipped"}),
    "block": ("blocker", {}),
    "fix": ("blocker", {"status": "fixed"}),
    "accept": ("blocker", {"status": "accepted"}),
    "pr": ("issue", {"type": "pr"}),
    "observe": ("observation", {}),
    "ref": ("reference", {}),
    "resolve": ("header", {"status": "resolved"}),
    "reopen": ("header", {"status": "open"}),
}
"""What the commands' names, and those of entries, mean where a kind is asked for."""
NAMING = ("start", "done", "fail", "skip", "fix", "accept")
"""Commands that change what there is; without an entity the title names it, as on the command line."""
ALIASES = {"env": "environment"}
TEXTS = ("line", "prose", "reference", "event", "url", "slug")


def lines(items: Sequence[Any]) -> bytes:
    """Items as `triage record` takes them; what has no one meaning is left for that to refuse."""
    gathered = [_gathered(item) if isinstance(item, dict) else item for item in items]
    return json.dumps(gathered, ensure_ascii=True).encode()


def _gathered(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item with its fields gathered: they may stand beside its kind, which may be a command's name."""
    kind, given = VERBS.get(str(item.get("kind")), (item.get("kind"), {}))
    envelope = [name for name in Line.model_fields if name not in ("kind", "fields")]
    said = {ALIASES.get(name, name): value for name, value in item.items() if value is not None}
    inner = said.pop("fields", {})
    outer = {name: value for name, value in said.items() if name not in ("kind", *envelope)}
    gathered: dict[str, Any] = {"kind": kind}
    gathered |= {name: _text(said[name]) for name in envelope if name in said}
    if not isinstance(inner, dict):
        return gathered | {"fields": inner}
    inner = {ALIASES.get(name, name): value for name, value in inner.items() if value is not None}
    fields = {**given, **outer, **inner}
    if item.get("kind") in NAMING and not gathered.get("entity") and isinstance(fields.get("title"), str):
        gathered["entity"] = fields.pop("title")
    if item.get("kind") == "block" and gathered.get("entity") and "action" not in fields:
        fields["action"] = gathered.pop("entity")
    known = FIELDS.get(str(kind), {})
    types = {name: known[name].type if name in known else "" for name in fields}
    return gathered | {"fields": {name: _value(types[name], value) for name, value in fields.items()}}


def _value(type: str, value: Any) -> Any:
    """A value in the one form that its field takes, where it says the same in another."""
    if type == "cells":
        return _cells(value)
    if type == "path" and isinstance(value, str):
        return typed.path(value)
    if type in (*TEXTS, "choice"):
        return _text(value)
    return value


def _cells(value: Any) -> Any:
    """Pairs of label and value, from an object or from words as `triage observe` takes them."""
    if isinstance(value, dict):
        return [[label, _text(each)] for label, each in value.items()]
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return value
    return [_cell(each) for each in value]


def _cell(word: Any) -> Any:
    if isinstance(word, str):
        label, mark, value = word.partition("=")
        return [label, value] if mark else ["", word]
    if isinstance(word, list):
        return [_text(each) for each in word]
    return word


def _text(value: Any) -> Any:
    """A number, or true and false, as their text."""
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


OF_EVIDENCE = ("title", "command", "environment", "exit_code", "output", "action", "blocker", "section")
"""Fields of evidence that was captured elsewhere; a run fills the others."""


def fields_of_kinds() -> str:
    """The kinds with the fields that an agent says, for the tool's description; made from the one table."""
    return "\n".join(f"{kind}: {', '.join(_fields(kind))}" for kind in KINDS if kind != "act")


def _fields(kind: str) -> list[str]:
    known = KINDS[kind].fields
    names = OF_EVIDENCE if kind == "evidence" else known
    return [f"{name}={'|'.join(known[name].choices)}" if known[name].choices else name for name in names]
