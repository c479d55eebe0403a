"""Reading evidence back: what a command printed, in as few lines as tell it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage.errors import InvalidValue, NotFound
from triage.events import decoded
from triage.report import Evidence, Report
from triage.store import Store
from triage.usecases import lookup

HEAD, TAIL = 20, 40
"""Lines that are shown of the beginning and of the end of a long output."""
WIDTH = 2000
"""Characters of a line that are shown where no lines were asked for."""
_STYLE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


class Line(NamedTuple):
    """A line of an output: its number, from 1, the stream that it came from (or ''), and its text."""

    number: int
    stream: str
    text: str


def evidence(store: Store, journal: str, name: str) -> Evidence:
    """The evidence that a name means, be it by one of its later events; with its output.

    Raises `NotFound` where the name means something else, or what it means was withheld.
    """
    event = lookup.whole(store, lookup.event(store, journal, name))
    if event.kind != "evidence":
        raise NotFound(
            f"e{event.n} is no evidence but of kind {event.kind}", hint="see: triage events --kind evidence"
        )
    if event.body is None:
        raise NotFound(f"the output of e{event.n} was purged", hint="see: triage events --kind act")
    mine = store.events(journal, entities=[event.id], output=True)
    opening = store.events(journal, kinds=["header"])
    report = Report.from_events([*opening, *mine])
    found = (item for part in report.parts for item in part.evidence if item.event == event.id)
    item = next(found, None)
    if item is None:
        hint = f"bring it back: triage amend e{event.n} retracted=false"
        raise NotFound(f"e{event.n} was withdrawn", hint=hint)
    return item


def lines(item: Evidence) -> list[Line]:
    """The lines of an output; of which stream, where there are two."""
    found, place = [], 0
    streams = item.streams if len({stream for stream, _ in item.streams}) > 1 else (("", item.kept),)
    for stream, size in streams:
        text = decoded((item.output or b"")[place : place + size])
        place += size
        found += [(stream, line) for line in text.split("\n")[: -1 if text.endswith("\n") else None]]
    return [Line(number, stream, line) for number, (stream, line) in enumerate(found, 1)]


def chosen(every: Sequence[Line], span: str) -> list[Line]:
    """The lines of ``A-B``, ``A-``, ``-B`` or ``A``; `InvalidValue` for anything else."""
    first, mark, last = span.partition("-")
    if not (first + last).isdecimal() or not (first + last).isascii():
        raise InvalidValue(f"--lines cannot be {span!r:.40}", hint="give them as 10-20, 10-, -20 or 10")
    begin = int(first or 1)
    end = int(last or (len(every) if mark else begin))
    if not 1 <= begin <= end or begin > len(every):
        raise InvalidValue(f"there are no lines {span}: the output has {len(every):,}", hint="give others")
    return list(every[begin - 1 : end])


def told(every: Sequence[Line], name: str) -> Iterator[str]:
    """The output for reading: no colours, nothing overwritten or said again, the middle of it counted."""
    shown = list(every) if len(every) <= HEAD + TAIL else [*every[:HEAD], *every[-TAIL:]]
    before, again = "", 0
    for place, line in enumerate(shown):
        text = worded(line)
        if text == before and text and place != HEAD:
            again += 1
            continue
        yield from _again(again)
        again = 0
        if place == HEAD and len(shown) < len(every):
            left = f"{HEAD + 1}-{len(every) - TAIL}"
            yield f"[... {len(every) - HEAD - TAIL:,} lines more: triage output {name} --lines {left} ...]"
        yield text if len(text) <= WIDTH else f"{text[:WIDTH]}[... {len(text) - WIDTH:,} characters more]"
        before = text
    yield from _again(again)


def _again(count: int) -> Iterator[str]:
    if count:
        yield f"[... the same {count:,} times more ...]"


def worded(line: Line) -> str:
    """A line as a terminal would have shown it in the end; standard error is marked."""
    text = _STYLE.sub("", line.text).rstrip("\r").rpartition("\r")[2]
    return f"2> {text}" if line.stream == "err" else text
