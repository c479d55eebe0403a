"""Bringing an existing page into a journal: its pieces become events, and a report says what became what."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage import events, times
from triage.check import RULES, Finding, View, look
from triage.errors import InvalidValue
from triage.events import Actor, Draft, Event, visible
from triage.importer import Page, Piece, Stated, read
from triage.importer.blocks import blocks
from triage.redact import Redactor
from triage.render import grids, summary
from triage.report import Part, Report
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
    made, _ = _placed(_read(text, name), name, text, slug, recorder.circumstances.actor)
    recorded = recorder.append(made.drafts)
    place = Place(recorded[0].journal, recorded[0].journal, (recorded[0].body or {}).get("slug", ""))
    became = [Became(made.lines[event.id], event.kind, _wording(event)) for event in recorded]
    return Imported(place, recorded, sorted(became))


def check_page(text: str, name: str, codes: frozenset[str], redactor: Redactor) -> list[Finding]:
    """What is wrong with a page, in the order of its lines."""
    made, page = _placed(_read(text, name), name, text, "page", Actor("page"))
    known = _folded(made.drafts)
    view = View(Report.from_events(known), known, redactor, made.lines)
    found = [*look(view, codes), *_of_page(page, codes)]
    return sorted(found, key=lambda finding: (finding.line, finding.code))


def _placed(page: Page, name: str, text: str, slug: str, actor: Actor) -> tuple[_Made, Page]:
    """The drafts of a page: rows of its timeline tell when what they derive from happened.

    What it stated, and the record would not, becomes free labels.
    """
    made = _made(page, name, text, slug, actor)
    page = page._replace(pieces=_timed(page.pieces, made, Report.from_events(_folded(made.drafts))))
    made = _made(page, name, text, slug, actor)
    report = Report.from_events(_folded(made.drafts))
    page = page._replace(pieces=_marked(page, made, report))
    made = _made(page, name, text, slug, actor)
    report = Report.from_events(_folded(made.drafts))
    stated = [each for each in page.stated if not _derived(each, report)]
    if stated:
        page = page._replace(pieces=_with_labels(page.pieces, stated))
        made = _made(page, name, text, slug, actor)
    return made, page


def _timed(pieces: Sequence[Piece], made: _Made, report: Report) -> list[Piece]:
    """The pieces, each where and when the timeline has a row of it, without those rows."""
    found = dict(enumerate(pieces))
    order = list(found)
    rows: dict[tuple[int, str, str], list[int]] = {}
    for place, piece in found.items():
        if piece.kind == "entry" and not piece.fields.get("type"):
            rows.setdefault((piece.part, piece.fields["text"], piece.fields.get("outcome", "")), []).append(
                place
            )
    places = {draft.id: place for place, draft in enumerate(made.drafts)}
    for part in report.parts:
        for row in grids.log(part).rows:
            key = (part.number, str(row.cells[1]), str(row.cells[2]))
            mine = places.get(row.event, -1)
            if mine >= 0 and found[mine].kind != "entry" and rows.get(key):
                _told(found, order, mine, rows[key].pop(0))
    new = {place: number for number, place in enumerate(order)}
    return [
        found[place]._replace(
            patches=new.get(found[place].patches, -1), about=new.get(found[place].about, -1)
        )
        for place in order
    ]


def _told(found: dict[int, Piece], order: list[int], mine: int, row: int) -> None:
    """Let a row of the timeline tell when a thing happened: it stands where the row stood."""
    when = found[row].when
    piece = found[mine]
    if piece.kind == "action" and piece.patches < 0:
        moved: dict[str, Any] = {
            name: piece.fields[name] for name in ("status", "outcome", "cells") if name in piece.fields
        }
        kept = {name: value for name, value in piece.fields.items() if name not in moved}
        found[mine] = piece._replace(fields=kept)
        found[row] = Piece("action", moved, piece.line, when, piece.part, patches=mine)
    elif piece.kind == "header" and piece.patches < 0:
        found[mine] = piece if piece.when.at else piece._replace(when=when)
        order.remove(row)
    else:
        found[mine] = piece._replace(when=when)
        order.remove(mine)
        order[order.index(row)] = mine


_WHEN = r"[\d-]{10} [\d:]{5}"
_ENDS = re.compile(rf"from (?P<one>.+) \((?P<start>{_WHEN}) UTC\) to (?P<two>.+) \((?P<end>{_WHEN}) UTC\)")


def _marked(page: Page, made: _Made, report: Report) -> list[Piece]:
    """The pieces with marks where the page tells other ends of the work than those that follow from it."""
    found = list(page.pieces)
    for each in page.stated:
        ends = _ENDS.search(_said(each.text)) if each.label == "" else None
        clock = report.parts[each.part].wall_clock if each.part < len(report.parts) else None
        if ends is None or clock is None:
            continue
        wanted = (
            ("start", ends["start"], ends["one"], clock.start_at),
            ("end", ends["end"], ends["two"], clock.end_at),
        )
        for mark, when, name, at in wanted:
            if at[:16].replace("T", " ") == when:
                continue
            for row in report.parts[each.part].rows:
                place = next((n for n, draft in enumerate(made.drafts) if draft.id == row.event), -1)
                mine = (row.at or "")[:16].replace("T", " ") == when and row.text == name
                if mine and place >= 0 and found[place].kind in ("entry", "action"):
                    found[place] = found[place]._replace(fields=found[place].fields | {"mark": mark})
    return found


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
    headers = {
        piece.part: place
        for place, piece in enumerate(page.pieces)
        if piece.kind == "header" and piece.patches < 0
    }
    drafts: list[Draft] = []
    lines: dict[str, int] = {}
    ids = [journal, *(events.derived_id(journal, f"page:{place}") for place in range(1, len(page.pieces)))]
    for place, piece in enumerate(page.pieces):
        id = ids[place]
        fields = {name: value for name, value in piece.fields.items() if value is not None}
        if piece.about >= 0:
            fields["action"] = ids[piece.about]
        if piece.kind == "header" and piece.patches < 0:
            fields.setdefault("title", title)
            fields["slug"] = (slug if place == 0 else "") or slugify(fields["title"]) or id[-8:]
        where = f" ({piece.heading})" if piece.heading else ""
        fields["source"] = f"{os.path.basename(name)}:{piece.line}{where}"
        drafts.append(
            Draft(
                id=id,
                journal=journal,
                kind=piece.kind,
                entity=ids[piece.patches] if piece.patches >= 0 else id,
                part=ids[headers[piece.part]],
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
    if stated.label == "Author":
        return {name.strip() for name in stated.text.split(",")} <= set(report.authors)
    if stated.label == "Related issues":
        return set(stated.text.replace(",", " ").split()) <= set(report.related)
    if _spans_it(stated, part):
        return True
    lines = summary.of_report(report, "") if not stated.part else summary.of_addendum(part, "")
    said = {(line.label.casefold(), " ".join(line.text.split())) for line in lines}
    return (stated.label.casefold(), " ".join(stated.text.split())) in said


def _spans_it(stated: Stated, part: Part) -> bool:
    """Whether a part derives a span that the page stated: of a blocker, of its blockers, of the work."""
    text = " ".join(_said(stated.text).split()).strip(" .")
    spans = {times.span(blocker.blocked_us) for blocker in part.blockers if blocker.blocked_us}
    blocked = {
        f"action {b.action_number}, for {times.span(b.blocked_us)}" for b in part.blockers if b.blocked_us
    }
    blocked |= {f"action {b.action_number}" for b in part.blockers}
    told = {"stood for": spans, "blocked": blocked}.get(stated.label.casefold(), set())
    if text in told:
        return True
    if stated.label:
        return False
    if text.startswith("Time blocked: "):
        return text == f"Time blocked: {times.span(part.time_blocked_us)}"
    clock = part.wall_clock
    if clock is None:
        return False
    ends = [times.show(at, "minute") for at in (clock.start_at, clock.end_at)]
    return text.startswith(f"Total wall-clock: {times.span(clock.us)}") and all(end in text for end in ends)


def _said(source: str) -> str:
    """What a paragraph says, as a short text."""
    found = blocks(source)
    return re.sub(r"\*\*", "", found[0].text) if found else ""


def _with_labels(pieces: Sequence[Piece], stated: Iterable[Stated]) -> list[Piece]:
    """The pieces with what the page stated, and the record would not, as free labels of its header."""
    found = list(pieces)
    headers = {
        piece.part: place for place, piece in reversed(list(enumerate(found))) if piece.kind == "header"
    }
    for each in sorted(stated, key=lambda each: each.label != "Author"):
        place = headers[each.part]
        label = (
            "Written by"
            if each.label == "Author"
            else each.label
            or ("Time blocked" if each.text.startswith("Time blocked") else "Total wall-clock")
        )
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
