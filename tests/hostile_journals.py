"""Journals in which a text stands in every field of every kind that takes one, by the table of kinds."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hostile import ADDRESS, OPENING, OUTPUT, PROSE, TWINS, said
from tests_support import counting, new_store, seeded

from triage.encoding import visible
from triage.events import Actor, derived_id
from triage.kinds import KINDS, Field
from triage.redact import Redactor
from triage.render import built_in, render
from triage.report import Report
from triage.store import Store
from triage.usecases import journals
from triage.usecases.recorder import Circumstances, Place, Recorder, Said

DAY = "2026-05-05T{hour:02}:{minute:02}:00Z"
ENDED = "2026-05-05T03:00:02.000000Z"
HOURS = {"main": 0, "addendum": 6}
STEP = 5
"""Minutes between two events: markers of the timeline stand alone, and joined."""

SAID: Mapping[str, Callable[[str], Any]] = {
    "line": lambda text: text,
    "prose": lambda text: said(text, PROSE),
    "path": lambda text: [f"{text.strip()} §"],
    "cells": lambda text: [[text, text], [f"{text} §", text]],
    "url": lambda text: said(text, ADDRESS),
    "reference": lambda text: said(text, ADDRESS),
    "output": lambda text: said(text, OUTPUT),
    "object": lambda text: {},
}
"""The value of a field of each type that holds text."""
OTHERS: Mapping[str, Any] = {
    "choice": None, "event": None, "flag": None, "instant": ENDED, "integer": 0, "slug": None, "streams": None,
}  # fmt: skip
"""The value of a field of each type that holds none; None leaves it out."""
APART: Mapping[tuple[str, str], Callable[[str], Any]] = {
    ("blocker", "pr"): lambda text: "p" + said(text, ADDRESS),
    ("evidence", "size"): lambda text: 100,
    ("evidence", "digest"): lambda text: None,
}
"""A PR that is no issue; a size that does not tell texts apart; no digest where there is an output."""
WITHOUT: Mapping[str, tuple[frozenset[str], ...]] = {
    "action": (
        frozenset({"section", "group", "owner"}), frozenset({"section", "group", "owner", "environment"}),
        frozenset({"section"}), frozenset({"section", "group"}), frozenset({"section", "group", "owner"}),
    ),
    "blocker": (frozenset({"title"}), frozenset({"pr", "error"})),
    "evidence": (frozenset({"section", "title"}),),
    "observation": (frozenset({"section", "row"}), frozenset({"section", "table", "expected"})),
    "section": (frozenset({"basis"}),),
    "reference": (frozenset({"title"}),),
}  # fmt: skip
"""Fields without which others stand elsewhere in a document."""
AMENDED = {"entry": "outcome", "action": "command", "blocker": "effect", "issue": "note"}
"""What is amended: a field of the first event of a kind."""


class Text(NamedTuple):
    """A field that takes a text."""

    kind: str
    name: str
    field: Field


def text_fields() -> list[Text]:
    """Every field of every kind that takes a text; one of a type that nobody placed yet counts as such."""
    found = [Text(kind, name, field) for kind in KINDS for name, field in KINDS[kind].fields.items()]
    return [each for each in found if each.field.type not in OTHERS]


class Remembering(Redactor):
    """The redactor, which looks at each text once: here the same one is said a hundred times."""

    def __init__(self) -> None:
        super().__init__(b"k" * 32)
        self._seen: dict[str, Any] = {}

    def hits(self, text: str) -> Any:
        """The secrets of a text."""
        if text not in self._seen:
            self._seen[text] = super().hits(text)
        return self._seen[text]


def record(
    store: Store, texts: tuple[str, str], *, slug: str, seed: int, redactor: Redactor, whole: bool = True
) -> Place:
    """Record a journal: the first text stands in every field of its main part, the second in an addendum's.

    Without ``whole`` each kind comes up once, and the addendum is left out.
    """
    text, other = texts
    main = _recorder(store, text, seed, redactor)
    header = _fields("header", 0, text, {}) | {"slug": slug}
    main = main.moved(journals.open_journal(main, header.pop("title"), header).place)
    main.record_all(list(_said(main, text, "main", whole=whole)))
    if whole:
        _add(main, other, seed, redactor)
        main.record(Said("header", {"status": "open", "status_note": text}, entity=main.place.journal))
    return main.place


def small(folder: Path, template: str) -> Path:
    """The page of a journal that says a harmless word once in every kind."""
    path = folder / f"small-{template}.html"
    if not path.exists():
        store = new_store(folder / f"small-{template}.db")
        place = record(store, TWINS, slug="small", seed=1, redactor=Remembering(), whole=False)
        report = Report.from_events(store.events(place.journal, output=True))
        path.write_text(render(report, template=template, format="html"), encoding="utf-8")
        store.close()
    return path


def templates() -> list[str]:
    """The names of the built-in templates of documents, the one that is taken unasked first."""
    names = {path.name.removesuffix(".md.j2") for path in built_in().glob("[!_]*.md.j2")}
    return ["triage", *sorted(names - {"triage"})]


def _add(main: Recorder, text: str, seed: int, redactor: Redactor) -> None:
    """Record the addendum."""
    added = _recorder(main.store, text, seed + 1, redactor).moved(main.place)
    header = _fields("header", 0, text, {}) | {"slug": "addendum"}
    event = journals.addendum(added, header.pop("title"), header)
    added = added.moved(main.place._replace(part=event.id, addendum="addendum"))
    added.record_all(list(_said(added, text, "addendum", whole=True)))


def _recorder(store: Store, text: str, seed: int, redactor: Redactor) -> Recorder:
    """A recorder of somebody of that name."""
    return Recorder(
        store, Place("", "", ""), Circumstances(Actor(text, "agent", text)), redactor=redactor,
        clock=counting(), entropy=seeded(seed),
    )  # fmt: skip


def _said(recorder: Recorder, text: str, part: str, *, whole: bool) -> Iterator[Said]:
    """Every kind with every field, for each of its choices and without what moves others; patches; amendments."""
    journal = recorder.place.journal
    first = {kind: derived_id(journal, _key(kind, 0, part)) for kind in KINDS}
    count = 0
    for kind in sorted(set(KINDS) - {"amendment"}, key=lambda kind: (kind != "evidence", kind)):
        entity = recorder.place.part if kind == "header" else ""
        for turn in range(_turns(kind) if whole else 1):
            fields = _fields(kind, turn, text, first)
            output = fields.pop("output", None)
            raw = None if output is None else visible(output).encode()
            count += 1
            yield Said(kind, fields, entity, output=raw, at=_at(part, count), key=_key(kind, turn, part))
    fixed = _fields("blocker", 1, text, first) | {"pr": None, "log": None, "fix": said(text, OPENING)}
    last = derived_id(journal, _key("blocker", _turns("blocker") - 1 if whole else 0, part))
    yield Said("blocker", fixed, last, at=_at(part, count + 1))
    for kind, name in AMENDED.items():
        amended = _fields("amendment", 0, text, first) | {"changes": {name: text}}
        yield Said("amendment", amended, first[kind])


def _at(part: str, count: int) -> str:
    hours, minute = divmod(STEP * count, 60)
    return DAY.format(hour=HOURS[part] + hours, minute=minute)


def _key(kind: str, turn: int, part: str) -> str:
    return f"{kind} {turn} {part}"


def _choices(kind: str) -> int:
    return max(2, *(len(field.choices) for field in KINDS[kind].fields.values()))


def _turns(kind: str) -> int:
    return _choices(kind) + len(WITHOUT.get(kind, ()))


def _fields(kind: str, turn: int, text: str, first: Mapping[str, str]) -> dict[str, Any]:
    """The fields of one event: every second one words its row of the log as well."""
    more = turn - _choices(kind)
    without = WITHOUT[kind][more] if more >= 0 else frozenset()
    names = KINDS[kind].fields.keys() - without
    fields = {name: _value(kind, name, turn, text, first) for name in names}
    fields |= {"log": text} if turn % 2 else {}
    return {name: value for name, value in fields.items() if value is not None}


def _value(kind: str, name: str, turn: int, text: str, first: Mapping[str, str]) -> Any:
    field = KINDS[kind].fields[name]
    if (kind, name) in APART:
        return APART[kind, name](text)
    if field.choices:
        return field.choices[turn % len(field.choices)]
    if field.type == "flag":
        return turn > 0
    if field.type == "event":
        return first.get(name) if turn % 2 else None
    return SAID[field.type](text) if field.type in SAID else OTHERS[field.type]
