"""Bringing an existing page into a journal: its pieces become events, and a report says what became what."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from triage import events, times
from triage.check import RULES, Finding, View, look
from triage.errors import InvalidValue
from triage.events import Actor, Draft, Event, visible
from triage.importer import Page, Piece, Stated, read
from triage.redact import Redactor
from triage.render import summary
from triage.report import Report
from triage.report.entities import issue_key
from triage.usecases.fields import slugify
from triage.usecases.recorder import Place, Recorder

LONGEST = 4 * 1024 * 1024
"""Characters of a page: well above any that a person wrote."""


class Became(NamedTuple):
    """What a line of the page became: which kind of event, saying what."""

    line: int
    kind: str
    text: str


class Imported(NamedTuple):
    """A page that was brought in: its journal, its events, and what each of its lines became."""

    place: Place
    events: list[Event]
    became: list[Became]


class _Made(NamedTuple):
    """The drafts of a page, the journal's opening first, and the line of each."""

    drafts: list[Draft]
    lines: Mapping[str, int]


def import_page(recorder: Recorder, text: str, name: str, *, slug: str = "") -> Imported:
    """Bring a page into a journal of its own; the same page again adds nothing.

    Raises `InvalidValue` where the page says nothing, or is longer than any page.
    """
    page = _read(text, name)
    made = _made(page, name, text, slug, recorder.circumstances.actor)
    report = Report.from_events(_folded(made.drafts))
    stated = [each for each in page.stated if not _derived(each, report)]
    if stated:
        page = page._replace(pieces=_with_labels(page.pieces, stated))
        made = _made(page, name, text, slug, recorder.circumstances.actor)
    recorded = recorder.append(made.drafts)
    place = Place(recorded[0].journal, recorded[0].journal, (recorded[0].body or {}).get("slug", ""))
    became = [Became(made.lines[event.id], event.kind, _wording(event)) for event in recorded]
    return Imported(place, recorded, sorted(became))


def check_page(text: str, name: str, codes: frozenset[str], redactor: Redactor) -> list[Finding]:
    """What is wrong with a page, in the order of its lines."""
    page = _read(text, name)
    page = page._replace(pieces=_with_labels(page.pieces, page.stated))
    made = _made(page, name, text, "page", Actor("page"))
    known = _folded(made.drafts)
    view = View(Report.from_events(known), known, redactor, made.lines)
    found = [*look(view, codes), *_of_page(page, codes)]
    return sorted(found, key=lambda finding: (finding.line, finding.code))


def _read(text: str, name: str) -> Page:
    if len(text) > LONGEST:
        raise InvalidValue(f"{name} has {len(text):,} characters; a page has at most {LONGEST:,}")
    page = read(text)
    if not page.title and not any(piece.fields for piece in page.pieces):
        raise InvalidValue(
            f"{name} says nothing", hint="import takes an export (.jsonl) or a page in Markdown"
        )
    return page


def _made(page: Page, name: str, text: str, slug: str, actor: Actor) -> _Made:
    """The drafts of a page; their ids rest on the page's bytes, so that it can be brought in again."""
    digest = events.sha256(text.encode("utf-8", "backslashreplace"))
    title = page.title or os.path.splitext(os.path.basename(name))[0]
    journal = events.derived_id("", f"page:{digest}")
    parts = {0: journal}
    drafts: list[Draft] = []
    lines: dict[str, int] = {}
    for place, piece in enumerate(page.pieces):
        id = journal if place == 0 else events.derived_id(journal, f"page:{place}")
        fields = dict(piece.fields)
        if piece.kind == "header":
            parts.setdefault(piece.part, id)
            fields.setdefault("title", title)
            fields["slug"] = (slug if place == 0 else "") or slugify(fields["title"]) or id[-8:]
        fields["source"] = f"{os.path.basename(name)}:{piece.line}"
        drafts.append(
            Draft(
                id=id,
                journal=journal,
                kind=piece.kind,
                entity=id,
                part=parts[piece.part],
                at=piece.when.at,
                precision=piece.when.precision,
                actor=Actor(*visible(list(actor))),
                body=visible(events.validate(piece.kind, fields)),
                output=piece.output,
                keyed=True,
            )
        )
        lines[id] = piece.line
    return _Made(_linked(drafts), lines)


def _linked(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with each PR of a blocker as it is written among the issues, where it is."""
    refs = {issue_key(draft.body["ref"]): draft.body["ref"] for draft in drafts if draft.kind == "issue"}
    return [
        draft._replace(body=draft.body | {"pr": refs.get(draft.body["pr"], draft.body["pr"])})
        if draft.kind == "blocker" and draft.body.get("pr")
        else draft
        for draft in drafts
    ]


def _folded(drafts: Iterable[Draft]) -> list[Event]:
    """The events that drafts would become, without a store."""
    made: list[Event] = []
    heads: list[str] = []
    for number, draft in enumerate(drafts, 1):
        recorded_at = times.from_timestamp_us(4_000_000_000_000_000 + number)
        sealed = events.seal(draft, recorded_at, heads, bytes)
        heads = [sealed.digest]
        made.append(events.unseal(sealed, number, output=True))
    return made


def _derived(stated: Stated, report: Report) -> bool:
    """Whether a document of the record says what the page stated: then nothing of it is lost."""
    part = report.parts[stated.part] if stated.part < len(report.parts) else report.main
    if stated.label == "Related issues":
        return set(stated.text.replace(",", " ").split()) <= set(report.related)
    lines = summary.of_report(report, "") if not stated.part else summary.of_addendum(part, "")
    said = {(line.label.casefold(), " ".join(line.text.split())) for line in lines}
    return (stated.label.casefold(), " ".join(stated.text.split())) in said


def _with_labels(pieces: Sequence[Piece], stated: Iterable[Stated]) -> list[Piece]:
    """The pieces with what the page stated, and the record would not, as free labels of its header."""
    found = list(pieces)
    headers = {
        piece.part: place for place, piece in reversed(list(enumerate(found))) if piece.kind == "header"
    }
    for each in stated:
        place = headers[each.part]
        label = each.label or ("Time blocked" if each.text.startswith("Time blocked") else "Total wall-clock")
        value = each.text.partition(":")[2].strip(" *") if not each.label else each.text
        labels = [*(found[place].fields.get("labels") or []), [label, value or each.text]]
        merged: dict[str, str] = {}
        for name, text in labels:
            merged[name] = f"{merged[name]}; {text}" if name in merged else text
        found[place] = found[place]._replace(
            fields=found[place].fields | {"labels": [list(p) for p in merged.items()]}
        )
    return found


def _wording(event: Event) -> str:
    body = event.body or {}
    for name in ("title", "text", "ref", "url", "command"):
        if body.get(name):
            return str(body[name])
    if body.get("heading"):
        return " > ".join(body["heading"])
    return ", ".join(f"{label}={value}".lstrip("=") for label, value in body.get("cells") or ())


def _of_page(page: Page, codes: frozenset[str]) -> Iterator[Finding]:
    """What only a page can have: words that are no status, rows out of order."""
    if "TR402" in codes:
        for odd in page.odd:
            said = f"{odd.what}: {odd.word}"
            fix = f"mend line {odd.line}"
            yield Finding(
                "TR402", RULES["TR402"].severity, "", "", said, "no status of a record", fix, odd.line
            )
    if "TR201" in codes:
        latest = ""
        for at, line in page.times:
            if latest and at < latest:
                said = f"{times.show(at, 'minute')} after {times.show(latest, 'minute')}"
                yield Finding(
                    "TR201", RULES["TR201"].severity, "", "at", said, "earlier", f"mend line {line}", line
                )
            latest = max(latest, at)


def shown(text: str) -> str:
    """The text of a file as it can be recorded."""
    return str(visible(text))
