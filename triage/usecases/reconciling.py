"""Letting the record of a page say what the page says: when things happened, its ends, what it stated.

Each of the three takes a page, its drafts and their report, and gives the page with more in its pieces.
"""

import re
from collections.abc import Iterator, Sequence

from triage import times
from triage.importer import Page, Piece, Stated
from triage.render import grids, summary
from triage.report import Part, Report, Row
from triage.usecases.drafting import Drafted


def dated(page: Page, made: Drafted, report: Report) -> Page:
    """The page, each piece where and when its timeline has a row of it, instead of that row."""
    found = list(page.pieces)
    instead: dict[int, int] = {}
    dropped: set[int] = set()
    for row, mine in _rows_told(found, made, report):
        piece, when = found[mine], found[row].when
        if piece.kind == "action" and piece.patches < 0:
            found[mine], found[row] = _parted(piece, mine, found[row])
        elif piece.opens:
            found[mine] = piece if piece.when.at else piece._replace(when=when)
            dropped.add(row)
        else:
            found[mine] = piece._replace(when=when, quoted=piece.quoted + found[row].quoted)
            instead[row] = mine
            dropped.add(mine)
    order = [instead.get(place, place) for place in range(len(found)) if place not in dropped]
    return page._replace(pieces=_in_order(found, order))


def _rows_told(pieces: Sequence[Piece], made: Drafted, report: Report) -> list[tuple[int, int]]:
    """The places of the entries that tell of other pieces, each with the place of the piece."""
    rows = _rows_of_timeline(pieces)
    places = {draft.id: place for place, draft in enumerate(made.drafts)}
    told = []
    for part in report.parts:
        for row in grids.log(part).rows:
            mine = places.get(row.event, -1)
            key = (part.number, str(row.cells[1]), str(row.cells[2]))
            if mine >= 0 and pieces[mine].kind != "entry" and rows.get(key):
                told.append((rows[key].pop(0), mine))
    return told


RowKey = tuple[int, str, str]
"""The part, the text and the outcome of a row."""


def _rows_of_timeline(pieces: Sequence[Piece]) -> dict[RowKey, list[int]]:
    """The places of the entries that might tell of something else, by what they say."""
    rows: dict[RowKey, list[int]] = {}
    for place, piece in enumerate(pieces):
        if piece.kind == "entry" and "type" not in piece.fields:
            key = (piece.part, piece.fields["text"], piece.fields.get("outcome", ""))
            rows.setdefault(key, []).append(place)
    return rows


def _parted(piece: Piece, place: int, row: Piece) -> tuple[Piece, Piece]:
    """An action as two pieces: what is to be done, and how it ended, where a row of the timeline tells it."""
    names = [name for name in ("status", "outcome", "cells") if name in piece.fields]
    ended = row._replace(kind="action", fields={name: piece.fields[name] for name in names}, patches=place)
    return piece.with_fields(**dict.fromkeys(names)), ended


def _in_order(pieces: Sequence[Piece], order: Sequence[int]) -> list[Piece]:
    """The pieces in another order, with the places that they name."""
    new = {place: number for number, place in enumerate(order)}
    return [
        pieces[place]._replace(
            patches=new.get(pieces[place].patches, -1), about=new.get(pieces[place].about, -1)
        )
        for place in order
    ]


_WHEN = r"[\d-]{10} [\d:]{5}"
_ENDS = re.compile(
    rf"from (?P<start_name>.+) \((?P<start>{_WHEN}) UTC\) to (?P<end_name>.+) \((?P<end>{_WHEN}) UTC\)"
)
_UNTIL = re.compile(r"; time to (?P<word>detect|mitigate) (?P<span>[^;]+?)(?=;|\.?$)")
_MARKS = {"detect": "detected", "mitigate": "mitigated"}


def marked(page: Page, made: Drafted, report: Report) -> Page:
    """The page, with marks where it tells other ends of the work than those that follow from it."""
    found = list(page.pieces)
    places = {draft.id: place for place, draft in enumerate(made.drafts)}
    for each in page.stated:
        ends = None if each.label or each.part >= len(report.parts) else _ENDS.search(each.text)
        if ends is None:
            continue
        part = report.parts[each.part]
        for mark, row in (*_other_ends(ends, part), *_moments(each.text, ends, part)):
            place = places.get(row.event, -1)
            if place >= 0 and found[place].kind in ("entry", "action"):
                found[place] = found[place].with_fields(mark=mark)
    return page._replace(pieces=found)


def _other_ends(ends: re.Match[str], part: Part) -> Iterator[tuple[str, Row]]:
    """The rows at which the work began and ended, where these are not the ones that follow from the rows."""
    clock = part.wall_clock
    for mark, at in (("start", clock.start_at if clock else None), ("end", clock.end_at if clock else None)):
        if _minute(at) != ends[mark]:
            yield from ((mark, row) for row in _rows_at(part, ends[mark], ends[f"{mark}_name"]))


def _rows_at(part: Part, minute: str, text: str) -> list[Row]:
    """The first row of a minute that says a text, if there is one."""
    return [row for row in part.rows if _minute(row.at) == minute and row.text == text][:1]


def _moments(text: str, ends: re.Match[str], part: Part) -> Iterator[tuple[str, Row]]:
    """The rows at which it was detected and mitigated, by how long after the start they were."""
    start = next((row.at for row in part.rows if _minute(row.at) == ends["start"]), None)
    for found in _UNTIL.finditer(text):
        rows = [row for row in part.rows if start and row.at and row.at >= start
                and row.source in ("entry", "action")
                and times.span(times.to_us(row.at) - times.to_us(start)) == found["span"]]  # fmt: skip
        yield from ((_MARKS[found["word"]], row) for row in rows[:1])


def _minute(at: str | None) -> str:
    return (at or "")[:16].replace("T", " ")


def labelled(page: Page, made: Drafted, report: Report) -> Page:  # noqa: ARG001  as the other two are called
    """The page, with what it stated, and its record does not say, as free labels of its header."""
    found = list(page.pieces)
    headers = {piece.part: place for place, piece in enumerate(found) if piece.opens}
    left = [each for each in page.stated if not _is_said(each, report)]
    for each in sorted(left, key=lambda each: each.label != "Author"):
        place = headers[each.part]
        found[place] = _with_label(found[place], *_as_label(each))
    return page._replace(pieces=found)


def _as_label(stated: Stated) -> tuple[str, str]:
    """The label and the value of what was stated; a sentence begins with its label."""
    if stated.label == "Author":
        return "Written by", stated.text
    if stated.label:
        return stated.label, stated.text
    label, _, value = stated.text.partition(":")
    return (
        "Time blocked" if label.startswith("Time blocked") else "Total wall-clock"
    ), value.strip() or label


def _with_label(header: Piece, label: str, value: str) -> Piece:
    labels = dict(header.fields.get("labels") or ())
    labels[label] = f"{labels[label]}; {value}" if label in labels else value
    return header.with_fields(labels=[list(pair) for pair in labels.items()])


def _is_said(stated: Stated, report: Report) -> bool:
    """Whether a document of the record says what the page stated: then nothing of it is lost."""
    part = report.parts[stated.part] if stated.part < len(report.parts) else report.main
    if stated.label == "Author":
        return {name.strip() for name in stated.text.split(",")} <= set(report.authors)
    if stated.label == "Related issues":
        return set(stated.text.replace(",", " ").split()) <= set(report.related)
    if stated.label.casefold() in ("stood for", "blocked", ""):
        return _is_span(stated, part)
    lines = summary.of_report(report, "") if not stated.part else summary.of_addendum(part, "")
    return (stated.label.casefold(), _flat(stated.text)) in {
        (line.label.casefold(), _flat(line.text)) for line in lines
    }


def _is_span(stated: Stated, part: Part) -> bool:
    """Whether a part derives a span that was stated: of a blocker, of all of its blockers, of the work."""
    text = _flat(stated.text).strip(" .")
    stood = [blocker for blocker in part.blockers if blocker.blocked_us]
    if stated.label.casefold() == "stood for":
        return text in {times.span(blocker.blocked_us or 0) for blocker in stood}
    if stated.label:
        told = {f"action {b.action_number}, for {times.span(b.blocked_us or 0)}" for b in stood}
        return text in told | {f"action {b.action_number}" for b in part.blockers}
    if text.startswith("Time blocked: "):
        return text == f"Time blocked: {times.span(part.time_blocked_us)}"
    return _is_wall_clock(text, part)


def _is_wall_clock(text: str, part: Part) -> bool:
    clock = part.wall_clock
    if clock is None or not text.startswith(f"Total wall-clock: {times.span(clock.us)}"):
        return False
    told = [times.show(clock.start_at, "minute"), times.show(clock.end_at, "minute")]
    for found in _UNTIL.finditer(text):
        us = clock.detect_us if found["word"] == "detect" else clock.mitigate_us
        told.append(f"time to {found['word']} {times.span(us)}" if us is not None else text + "?")
    return all(each in text for each in told)


def _flat(text: str) -> str:
    return " ".join(text.split())
