"""Opening, choosing and closing journals and addenda."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from triage.errors import SlugTaken, UsageError
from triage.events import Event
from triage.kinds import KINDS
from triage.report import Header, heading
from triage.store import JournalRow, Store
from triage.usecases import facts
from triage.usecases import fields as typed
from triage.usecases.places import existing
from triage.usecases.recorder import Place, Recorder, Said, required


class Opened(NamedTuple):
    """What `open_journal` did: the place, its opening event, and whether it had been open before."""

    place: Place
    event: Event
    joined: bool
    title: str


def open_journal(recorder: Recorder, title: str, fields: Mapping[str, Any], *, key: str = "") -> Opened:
    """Open a journal, or join the open one that has its slug."""
    slug = fields.get("slug", _slug(recorder, title))
    header = {**fields, "title": title, "slug": slug}
    draft = recorder.opening(Said("header", header), key)
    if not slug:
        draft.body["slug"] = draft.id[-8:]
    try:
        event = recorder.append([draft])[0]
    except SlugTaken:
        return _join(recorder, draft.body["slug"], fields)
    place = Place(event.journal, event.journal, draft.body["slug"])
    return Opened(place, event, joined=False, title=title)


def _join(recorder: Recorder, slug: str, fields: Mapping[str, Any]) -> Opened:
    """Join the open journal of a slug; what was said besides its title is said of it."""
    row = existing(recorder.store, slug)
    if not row.open:
        raise SlugTaken(
            f"the journal {slug!r} is closed",
            hint=f"continue it: triage use {slug}, then triage reopen; or choose another --slug",
        )
    place = Place(row.id, row.id, row.slug)
    more = {name: value for name, value in fields.items() if name != "slug"}
    title = heading(recorder.store.events(row.id, kinds=["header", "amendment"])).title
    if more:
        return Opened(place, change(recorder.moved(place), more), joined=True, title=title)
    opening = next(recorder.store.events(row.id, entities=[row.id]))
    return Opened(place, opening, joined=True, title=title)


def addendum(
    recorder: Recorder, title: str, fields: Mapping[str, Any], *, labels: Iterable[str] = ()
) -> Event:
    """Open an addendum of the recorder's journal, with free fields given as LABEL=VALUE."""
    slug = fields.get("slug", _slug(recorder, title))
    pairs = [list(_pair(text)) for text in labels]
    said = Said("header", {**fields, "title": title, "slug": slug, "labels": pairs or None})
    draft = recorder.draft(said)
    return recorder.append([draft._replace(part=draft.id, entity=draft.id)])[0]


def _slug(recorder: Recorder, title: str) -> str | None:
    """The slug that a title gives, a secret in it as little as in the title."""
    return typed.slugify(recorder.scrubbed(required(title, "TITLE"))) or None


def assign(recorder: Recorder, pairs: Iterable[str]) -> Event:
    """Change header fields; an unknown label is a free field."""
    known = KINDS["header"].fields
    fields: dict[str, Any] = {}
    labels: list[list[str]] = []
    for text in pairs:
        label, value = _pair(text)
        if label in known and label != "labels":
            fields[label] = _header_value(label, value)
        else:
            labels.append([label, value])
    fields = facts.with_ids(recorder, "header", fields)
    if "status" in fields:
        fields.setdefault("status_note", "")  # the note was about the status before
    return change(recorder, {**fields, "labels": labels or None})


def slips(pairs: Iterable[str], kind: str = "header") -> Iterator[tuple[str, str]]:
    """The free labels that are nearly the name of a field, or its beginning, each with that field."""
    known = [name for name, field in KINDS[kind].fields.items() if field.type != "cells"]
    known += ["at"] if kind != "header" else []
    for label, _ in map(_pair, pairs):
        if label not in known and label.isidentifier() and label.islower():
            from difflib import get_close_matches

            begun = [field for field in known if len(label) >= BEGINNING and field.startswith(label)]
            found = begun or get_close_matches(label, known, n=1, cutoff=0.8)
            yield from ((label, field) for field in found[:1])


BEGINNING = 3
"""Letters that tell a field by its beginning."""


def _pair(text: str) -> tuple[str, str]:
    label, mark, value = text.partition("=")
    if not mark or not label.strip():
        raise UsageError(f"{text!r:.60} is not FIELD=VALUE", hint="nothing was recorded")
    return label.strip(), value


def _header_value(label: str, value: str) -> Any:
    if not value:
        return ""
    return typed.parse("header", label, value, find=lambda name: name)


def change(recorder: Recorder, fields: Mapping[str, Any]) -> Event:
    """Patch the header of the recorder's part."""
    return recorder.record(Said("header", fields, entity=recorder.place.part))


def resolve(recorder: Recorder, note: str | None, fields: Mapping[str, Any]) -> Event:
    """Say that the work is resolved."""
    return change(recorder, {"status_note": note or "", **fields, "status": "resolved"})


def reopen(recorder: Recorder, note: str | None, fields: Mapping[str, Any]) -> Event:
    """Say that the work goes on."""
    return change(recorder, {"status_note": note or "", **fields, "status": "open"})


class Listed(NamedTuple):
    """One line of `triage list`."""

    row: JournalRow
    header: Header


def listing(store: Store) -> list[Listed]:
    """All journals with their headers, the one that was opened last first."""
    return [
        Listed(row, heading(store.events(row.id, kinds=["header", "amendment"]))) for row in store.journals()
    ]
