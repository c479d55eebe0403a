"""What changed from one report of a journal to another, thing by thing and field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from triage import times
from triage.report.report import Report
from triage.report.shapes import Action, Blocker, Evidence, Issue, Part, Prose, Reference, Section
from triage.report.tables import FINAL_STATE

Things = dict[tuple[str, str], tuple[str, dict[str, str]]]
"""What a report says: by kind and identity, the name of each thing and its fields."""

UNTOLD = frozenset({
    "event", "number", "ref", "at", "precision", "section",  # which thing it is, and where it stands
    "shown", "closed", "ended_at", "claimed_by", "blockers", "evidence", "proof",  # what follows from others
    "fixed_at", "blocked_us", "action", "action_number", "blocker", "url", "closed_by",
    "started_at", "output", "streams", "size", "kept", "truncated", "redactions", "digest",
})  # fmt: skip
"""What is no field of a thing in its own right."""


class Change(NamedTuple):
    """A thing that was added, changed or removed: ``field`` is empty where all of it was."""

    verb: str
    kind: str
    event: str
    name: str
    field: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if not self.field:
            return f"{self.verb} {self.kind} {self.name}"
        told = f"{self.verb} {self.kind} {self.name}: {self.field}"
        if len(self.old) + len(self.new) <= SHORT:
            return f"{told} {self.old!r} → {self.new!r}"
        old, new = " ".join(self.old.split()), " ".join(self.new.split())
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        return f"{told}\n    - {_around(old, same)}\n    + {_around(new, same)}"


SHORT = 100
"""Characters that both values of a field may have to be told in one line."""
AROUND = 100
"""Characters of a longer value that are told, from shortly before the first that differs."""


def _around(text: str, place: int) -> str:
    """The part of a text in which a place lies, with dots where more stands."""
    start = max(place - AROUND // 4, 0) if len(text) > AROUND else 0
    end = start + AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def difference(old: Report | None, new: Report) -> list[Change]:
    """What changed; everything is new where there was nothing."""
    before = dict(_things(old)) if old else {}
    after = dict(_things(new))
    found: list[Change] = []
    for key, (name, values) in after.items():
        if key not in before:
            found.append(Change("+", key[0], key[1], name))
            continue
        found += _changed(key, name, before[key][1], values)
    found += [Change("-", key[0], key[1], name) for key, (name, _) in before.items() if key not in after]
    return found


def _changed(key: tuple[str, str], name: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for field in dict.fromkeys((*old, *new)):
        was, now = old.get(field, ""), new.get(field, "")
        if was != now:
            yield Change("~", *key, name, field, was, now)


def _things(report: Report) -> Iterator[tuple[tuple[str, str], tuple[str, dict[str, str]]]]:
    for part in report.parts:
        yield from _of_part(part)
    for part in report.parts:
        for row in part.rows:
            if row.source == "entry":
                at = times.show(row.at, row.precision)
                yield ("entry", row.event), (row.text, {"at": at, "text": row.text, "outcome": row.outcome})


def _of_part(part: Part) -> Iterator[tuple[tuple[str, str], tuple[str, dict[str, str]]]]:
    header = part.header
    names = (name for name in header.__dataclass_fields__ if name != "labels")
    fields = {name: str(getattr(header, name)) for name in names} | dict(header.labels)
    yield ("addendum" if part.number else "header", part.id), (header.title, fields)
    for kind, found in (("action", part.actions), ("blocker", part.blockers), ("evidence", part.evidence)):
        for each in found:
            yield (kind, each.event), (_name(each), _values(each))
    for issue in part.issues:
        yield ("issue", f"{part.id} {issue.ref}"), (issue.ref, _values(issue))
    for reference in part.references:
        yield ("reference", reference.event), (reference.url, _values(reference))
    for table in part.tables:
        where = "" if table.name == FINAL_STATE else f"{table.name}: "
        for row in table.rows:
            values = dict(zip(table.columns, row.values, strict=True))
            yield ("row", row.event), (f"{where}{row.values[0]}", values | {"expected": row.expected})
    for section in (*part.verbatim, *part.notes):
        for path, text in _prose(section):
            yield ("section", f"{part.id} {path}"), (path, {"text": text})


def _name(thing: Action | Blocker | Evidence) -> str:
    """What to call a thing: its title, or what it says in the place of one."""
    said = thing.error if isinstance(thing, Blocker) else thing.command
    return thing.title or said or thing.event[-8:]


def _prose(section: Section) -> Iterator[tuple[str, str]]:
    path = " > ".join(section.path)
    bodies = [block.body for block in section.blocks if isinstance(block, Prose)]
    if bodies:
        yield path, "\n\n".join(bodies)
    for child in section.children:
        yield from _prose(child)


def _values(thing: Action | Blocker | Evidence | Issue | Reference) -> dict[str, str]:
    """The fields of a thing, as texts."""
    names = [name for name in thing.__dataclass_fields__ if name not in UNTOLD]
    values = {name: _text(getattr(thing, name)) for name in names}
    if isinstance(thing, (Action, Blocker, Evidence)):
        values["at"] = times.show(thing.at, thing.precision)
    return values


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(f"{label}={text}" for label, text in value)
    return "" if value is None else str(value)
