"""Letting the record of a page say what the page says: when things happened, its ends, what it stated.

Each function takes a page, most of them with a way to fold it, and gives the page with more in its pieces.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from triage import times
from triage.importer import Page, Piece, Stated
from triage.importer.moments import Clock, Stamp
from triage.importer.pieces import joined
from triage.render import grids, summary
from triage.report import Part, Report, Row
from triage.usecases.drafting import Drafted


class Folded(NamedTuple):
    """A page's drafts, one for each piece, and the report of them."""

    made: Drafted
    report: Report


Fold = Callable[[Page], Folded]


def updated(page: Page) -> Page:
    """The page, whose summary or title is as of its last update, where that is told and is the last time."""
    told = next(
        (each for each in page.stated if each.label.casefold() == "last updated" and not each.part), None
    )
    stamp = Clock().read(told.text) if told else None
    last = max((piece.when.at for piece in page.pieces if piece.when.at), default="")
    if told is None or stamp is None or stamp.rest or not stamp.when.at or stamp.when.at <= last:
        return page
    header = page.pieces[0]
    name = "summary" if "summary" in header.fields else "title"
    value = header.fields.get(name) or page.title
    if not value:
        return page
    opening = header if name == "title" else header.with_fields(summary=None)
    patch = Piece("header", {name: value}, told.line, stamp.when, patches=0)
    return page._replace(pieces=[opening, *page.pieces[1:], patch])


_DERIVING = {"action", "blocker", "issue", "header"}
"""Kinds of which rows of a sequence log derive; of a header where it is an addendum's, or a later status."""


def dated(page: Page, fold: Fold) -> Page:
    """The page, each piece where and when its timeline has a row of it, instead of that row."""
    found = list(page.pieces)
    if not {piece.kind for piece in found[1:]} & _DERIVING:
        return page
    instead: dict[int, int] = {}
    dropped: set[int] = set()
    for row, mine in _rows_told(page, fold):
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
    order.sort(key=lambda place: found[place].part)
    found = _with_final_values(found)
    return page._replace(pieces=_in_order(found, list(_fixes_last(_numbered(order, found), found))))


def _numbered(order: Sequence[int], pieces: Sequence[Piece]) -> list[int]:
    """The order, with the blockers of the page in their own: it is what numbers them."""
    mine = sorted(place for place in order if _opens_blocker(pieces[place]))
    blockers = iter(mine)
    return [next(blockers) if _opens_blocker(pieces[place]) else place for place in order]


def _fixes_last(order: Sequence[int], pieces: Sequence[Piece]) -> Iterator[int]:
    """The order, with the fix of a blocker after its opening: what is of one minute stands as recorded."""
    seen: set[int] = set()
    waiting: dict[int, list[int]] = {}
    for place in order:
        first = pieces[place].patches
        if first not in seen and pieces[place].kind == "blocker" and first >= 0:
            waiting.setdefault(first, []).append(place)
            continue
        seen.add(place)
        yield place
        yield from waiting.pop(place, ())


def _opens_blocker(piece: Piece) -> bool:
    return piece.kind == "blocker" and piece.patches < 0


def _with_final_values(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces; values that an action left at no known time and the final state has not, as outcome."""
    rows = [piece.fields["cells"] for piece in pieces if piece.is_final]
    final = {row[0][1]: row for row in rows}
    found = list(pieces)
    for place, piece in enumerate(pieces):
        action = pieces[piece.patches] if piece.patches >= 0 else piece
        cells = piece.fields.get("cells", ()) if piece.kind == "action" and not piece.when.at else ()
        if any(cell not in final.get(action.fields.get("environment", ""), cells) for cell in cells):
            said = joined(piece.fields.get("outcome", ""), *map(" ".join, cells), by=", ")
            found[place] = piece.with_fields(outcome=said, cells=None)
    return found


def _rows_told(page: Page, fold: Fold) -> list[tuple[int, int]]:
    """The places of the entries that tell of other pieces, each with the place of the piece."""
    pieces, rows = page.pieces, _rows_of_timeline(page.pieces)
    if not rows:
        return []
    made, report = fold(page)
    places = {draft.id: place for place, draft in enumerate(made.drafts)}
    told = []
    for part in report.parts:
        for row in grids.log(part).rows:
            mine = places.get(row.event, -1)
            key = (part.number, _bare(str(row.cells[1])), _bare(str(row.cells[2])))
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
            key = (piece.part, _bare(piece.fields["text"]), _bare(piece.fields.get("outcome", "")))
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


def marked(page: Page, fold: Fold) -> Page:
    """The page, with marks where it tells other ends of the work than those that follow from it."""
    if not any(_ENDS.search(each.text) for each in page.stated if not each.label):
        return page
    found = list(page.pieces)
    made, report = fold(page)
    places = {draft.id: place for place, draft in enumerate(made.drafts)}
    for each in page.stated:
        ends = None if each.label or each.part >= len(report.parts) else _ENDS.search(each.text)
        if ends is None:
            continue
        part = report.parts[each.part]
        if ends["start_name"] == "opened":
            _open_at(found, each.part, Clock().read(ends["start"]))
        for mark, row in (*_other_ends(each.text, ends, part), *_moments(each.text, ends, part)):
            place = places.get(row.event, -1)
            if place >= 0 and found[place].kind in ("entry", "action"):
                found[place] = found[place].with_fields(mark=mark)
    return page._replace(pieces=found)


def _open_at(pieces: list[Piece], part: int, stamp: Stamp | None) -> None:
    """Let a part be opened at a time, where nothing else told it."""
    place = next(place for place, piece in enumerate(pieces) if piece.opens and piece.part == part)
    if stamp is not None and not pieces[place].when.at:
        pieces[place] = pieces[place]._replace(when=stamp.when)


def _other_ends(text: str, ends: re.Match[str], part: Part) -> Iterator[tuple[str, Row]]:
    """The rows at which the work began and ended, where these are not the ones that follow from the rows."""
    clock = part.wall_clock
    if _minute(clock.start_at if clock else None) != ends["start"]:
        yield from (("start", row) for row in _rows_at(part, ends["start"], ends["start_name"]))
    ended = " so far, " not in text[: ends.start() + 1]
    if ended and _minute(clock.end_at if clock else None) != ends["end"]:
        yield from (("end", row) for row in _rows_at(part, ends["end"], ends["end_name"]))


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


def labelled(page: Page, fold: Fold) -> Page:
    """The page, with what it stated, and its record does not say, as free labels of its header."""
    if not page.stated:
        return page
    found = list(page.pieces)
    report = fold(page).report
    said = [_said_by(part, report) for part in report.parts]
    headers = {piece.part: place for place, piece in enumerate(found) if piece.opens}
    labels: dict[int, dict[str, list[str]]] = {}
    for each in sorted(page.stated, key=lambda each: each.label != "Author"):
        if not _is_said(each, report, said[min(each.part, len(said) - 1)]):
            label, value = _as_label(each)
            labels.setdefault(headers[each.part], {}).setdefault(label, []).append(value)
    for place, told in labels.items():
        known = dict(found[place].fields.get("labels") or ())
        known |= {label: joined(known.get(label, ""), *values) for label, values in told.items()}
        found[place] = found[place].with_fields(labels=[list(pair) for pair in known.items()])
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


class _Said(NamedTuple):
    """What a document says of a part by itself: its labelled lines, and the spans of its blockers."""

    part: Part
    lines: set[tuple[str, str]]
    stood: set[str]
    blocked: set[str]


def _said_by(part: Part, report: Report) -> _Said:
    lines = summary.of_addendum(part, "") if part.number else summary.of_report(report, "")
    stood = [blocker for blocker in part.blockers if blocker.blocked_us]
    spans = {f"action {b.action_number}, for {times.span(b.blocked_us or 0)}" for b in stood}
    return _Said(
        part,
        {(_bare(line.label), _bare(line.text)) for line in lines},
        {times.span(blocker.blocked_us or 0) for blocker in stood},
        spans | {f"action {blocker.action_number}" for blocker in part.blockers},
    )


def _is_said(stated: Stated, report: Report, said: _Said) -> bool:
    """Whether a document of the record says what the page stated: then nothing of it is lost."""
    text = " ".join(stated.text.split()).strip(" .")
    if stated.label == "Author":
        return {name.strip() for name in stated.text.split(",")} <= set(report.authors)
    if stated.label == "Related issues":
        return set(stated.text.replace(",", " ").split()) <= set(report.related)
    if stated.label.casefold() == "stood for":
        return text in said.stood
    if stated.label.casefold() == "blocked":
        return text in said.blocked
    if stated.label:
        return (_bare(stated.label), _bare(stated.text)) in said.lines
    if text.startswith("Time blocked: "):
        return text == f"Time blocked: {times.span(said.part.time_blocked_us)}"
    return _is_wall_clock(text, said.part)


def _is_wall_clock(text: str, part: Part) -> bool:
    clock = part.wall_clock
    if clock is None or not text.startswith(f"Total wall-clock: {times.span(clock.us)}"):
        return False
    told = [times.show(clock.start_at, "minute"), times.show(clock.end_at, "minute")]
    for found in _UNTIL.finditer(text):
        us = clock.detect_us if found["word"] == "detect" else clock.mitigate_us
        told.append(f"time to {found['word']} {times.span(us)}" if us is not None else text + "?")
    return all(each in text for each in told)


def _bare(text: str) -> str:
    """The letters and digits of a text: backticks of joined texts can make code of what is between."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
