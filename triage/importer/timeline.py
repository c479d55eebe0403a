"""Timelines: tables, lists and prose whose rows, items and lines tell when something happened."""

import re
from collections.abc import Sequence

from triage import refs
from triage.importer import moments
from triage.importer.blocks import Block, Item
from triage.importer.pieces import UNKNOWN, joined
from triage.importer.reading import Reading
from triage.importer.words import TIMELINE
from triage.times import When

_TIMED = re.compile(r"\b(?:time|when|timestamp)\b", re.IGNORECASE)
_DATED = re.compile(r"\bdate\b", re.IGNORECASE)
_WHAT = re.compile(
    r"^(?:events?|actions?|what.*|description|entry|message|activity|status update)$", re.IGNORECASE
)
_OUTCOME = re.compile(r"^(?:outcome|result|effect)s?$", re.IGNORECASE)
_MERGED = re.compile(rf"^PR (?P<ref>{refs.ANY}) merged(?: — (?P<title>.+))?$", re.DOTALL)
_TYPED = re.compile(r"^(?P<type>Hypothesis|Decision|Finding|Escalation|Handoff): (?P<text>.+)$", re.DOTALL)
_ARROW = re.compile(r"\s(?:→|->|=>)\s")


def is_table(reading: Reading, block: Block) -> bool:
    """Whether a block is a table of a timeline: by its heading and a column of times, or by its times."""
    if block.kind != "table" or len(block.columns) < 2:
        return False
    if TIMELINE.search(reading.heading):
        return _when(block.columns) >= 0
    when = 1 if _DATED.match(block.columns[0]) else 0
    timed = bool(block.rows) and bool(_TIMED.match(block.columns[when]))
    return timed and all(moments.begins(row[when]) for row in block.rows)


def read(reading: Reading, block: Block) -> bool:
    """A timeline: what stands under a heading that says so, or what tells a time in each of its lines."""
    if is_table(reading, block):
        _table(reading, block)
    elif block.kind == "list" and is_list(reading, block):
        for item in block.items:
            add_item(reading, item)
    elif block.kind == "paragraph":
        return _paragraph(reading, block)
    else:
        return False
    return True


def read_table(reading: Reading, block: Block) -> bool:
    """A table of a timeline, each row an entry."""
    if not is_table(reading, block):
        return False
    _table(reading, block)
    return True


def read_lines(reading: Reading, block: Block) -> bool:
    """A paragraph of lines that begin with times of day; what stands before them is prose."""
    starts = [place for place, line in enumerate(block.lines) if tells(reading, line.text)]
    source = block.source.split("\n")
    if block.kind != "paragraph" or not starts or len(source) != len(block.lines):
        return False
    led_in = not starts[0] or block.lines[starts[0] - 1].text.endswith(":")
    if not (led_in or all(_ARROW.search(block.lines[place].text) for place in starts)):
        return False
    if starts[0]:
        reading.add_prose("\n".join(source[: starts[0]]), block.line)
    _lines(reading, block, starts)
    return True


def tells(reading: Reading, text: str) -> bool:
    """Whether a line tells, after a time of day, what happened then; no sentence does, but in a timeline."""
    begins = moments.begins if TIMELINE.search(reading.heading) else moments.opens
    return begins(text) and _tells(text)


def _when(columns: Sequence[str]) -> int:
    """The place of the column of times, else of dates, or -1."""
    for form in (_TIMED, _DATED):
        found = next((place for place, name in enumerate(columns) if form.search(name)), -1)
        if found >= 0:
            return found
    return -1


def _table(reading: Reading, block: Block) -> None:
    when = _when(block.columns)
    date = next((n for n, name in enumerate(block.columns) if n != when and name.casefold() == "date"), -1)
    rest = [place for place in range(len(block.columns)) if place not in (when, date)]
    what = next((place for place in rest if _WHAT.match(block.columns[place])), rest[0] if rest else when)
    reading.clock.told(block.columns[when])
    for line, row in enumerate(block.rows, block.line + 2):
        told = joined(row[date] if date >= 0 else "", row[when], by=" ")
        more = [_more(block.columns[place], row[place]) for place in rest if place != what]
        _dated_row(reading, told, row[what] if what != when else "", joined(*more), line)


def _more(column: str, text: str) -> str:
    """What a further column tells: the outcome, or what its name says."""
    return text if _OUTCOME.match(column) or not text else f"{column}: {text}"


def _dated_row(reading: Reading, told: str, text: str, outcome: str, line: int) -> None:
    stamp = reading.clock.read(told, line=line)
    if stamp is None or stamp.when.at is None:
        when = UNKNOWN
        text = text if told.strip().casefold() in ("", "unknown") else joined(told.strip(), text, by=" — ")
    else:
        when = stamp.when
        text = joined(stamp.rest.strip(), text, by=" ")
    if text or outcome:
        _row(reading, text or "—", outcome, line, when)


def is_list(reading: Reading, block: Block) -> bool:
    """Whether a list is a timeline: all of its items tell a time, or some under a heading that says so."""
    if not all(item.plain and item.done is None for item in block.items):
        return False
    timed = sum(moments.begins(item.text) for item in block.items)
    return timed > 0 if TIMELINE.search(reading.heading) else timed == len(block.items) > 1


def add_item(reading: Reading, item: Item) -> None:
    """Add an item as an entry, at its time where it tells one; the items inside it are what came of it."""
    more = joined(*(inner.text for inner in item.inner))
    if not _entry(reading, item.text, item.line, more):
        reading.add("entry", {"text": item.text, "outcome": more}, item.line)


def _paragraph(reading: Reading, block: Block) -> bool:
    """Lines of prose that begin with times; a line that does not goes on with the one before."""
    starts = [place for place, line in enumerate(block.lines) if moments.begins(line.text)]
    if TIMELINE.search(reading.heading):
        if not starts:
            reading.clock.told(block.text)
            return moments.tells_day_alone(block.text)
        if starts[0]:
            return False
    elif len(starts) < 2 or starts[0] or len(starts) < len(block.lines) / 2:
        return False
    _lines(reading, block, starts)
    return True


def _lines(reading: Reading, block: Block, starts: Sequence[int]) -> None:
    """Add the lines of a paragraph as entries, one from each of its starts."""
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        text = joined(*(line.text for line in block.lines[start:end]), by=" ")
        _entry(reading, text, block.line + start)


def _entry(reading: Reading, text: str, line: int, more: str = "") -> bool:
    """A text that begins with a time, as a row; whether it was one."""
    stamp = reading.clock.read(text, line=line) if _tells(text) else None
    if stamp is None:
        reading.clock.told(text)
        return False
    said, outcome = _outcome(stamp.rest if stamp.when.at else text)
    _row(reading, said, joined(outcome, more), line, stamp.when)
    return True


def _tells(text: str) -> bool:
    """Whether a text tells something after the time with which it begins."""
    stamp = moments.Clock("2000-01-01").read(text)
    if stamp is None or not stamp.rest.strip():
        return False
    return stamp.when.precision != "day" or not stamp.rest.startswith("(")


def _outcome(text: str) -> tuple[str, str]:
    """What was done, and what came of it, on both sides of an arrow that stands in no brackets."""
    arrows = _ARROW.finditer(text)
    arrow = next(
        (each for each in arrows if text.count("(", 0, each.start()) == text.count(")", 0, each.start())),
        None,
    )
    if arrow is None or not text[: arrow.start()].strip():
        return text.strip(), ""
    return text[: arrow.start()].strip(), text[arrow.end() :].strip()


def _row(reading: Reading, text: str, outcome: str, line: int, when: When) -> None:
    """A row of a timeline: a PR that was merged, an entry of some type, or an entry."""
    merged, typed = _MERGED.match(text), _TYPED.match(text)
    if merged and (reading.part, merged["ref"]) not in reading.merged:
        reading.merged.add((reading.part, merged["ref"]))
        fields = {"ref": merged["ref"], "type": "pr", "state": "merged", "title": merged["title"]}
        reading.add("issue", {**fields, "note": outcome}, line, when=when)
    elif typed:
        fields = {"text": typed["text"], "type": typed["type"].casefold(), "outcome": outcome}
        reading.add("entry", fields, line, when=when)
    else:
        reading.add("entry", {"text": text, "outcome": outcome}, line, when=when)
