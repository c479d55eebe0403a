"""Reading evidence back: what a command printed, in as few lines as tell it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage.errors import InvalidValue, NotFound
from triage.events import Event
from triage.report import Evidence, Report
from triage.report.lines import SEQUENCE, Line
from triage.report.lines import lines as lines_of
from triage.store import Store
from triage.usecases import lookup

__all__ = ["Found", "Line", "chosen", "find", "kept", "lines", "only", "told", "whole"]

HEAD, TAIL = 20, 40
"""Lines that are shown of the beginning and of the end of a long output."""
WIDTH = 2000
"""Characters of a line that are shown where no lines were asked for."""
_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")


class Found(NamedTuple):
    """Evidence that was asked for, with the number of its first event in this store."""

    number: int
    item: Evidence


def find(store: Store, journal: str, name: str) -> Found:
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
    report = Report.from_events(_about(store, event), captured=True)
    found = (item for part in report.parts for item in part.evidence if item.event == event.id)
    item = next(found, None)
    if item is None:
        hint = f"bring it back: triage amend e{event.n} retracted=false"
        raise NotFound(f"e{event.n} was withdrawn", hint=hint)
    return Found(event.n, item)


def _about(store: Store, event: Event) -> list[Event]:
    """The events that an evidence is folded from: its own, their amendments, and the headers."""
    mine = list(store.events(event.journal, entities=[event.id], output=True))
    ids = [each.id for each in mine]
    amended = store.events(event.journal, kinds=["amendment"], entities=ids)
    headers = store.events(event.journal, kinds=["header"])
    return [*{each.id: each for each in (*headers, *amended, *mine)}.values()]


def kept(found: Found, stream: str = "") -> bytes:
    """The bytes as they are kept, all or those of one stream; `NotFound` where none were."""
    item = found.item
    if item.output is None and (item.digest or item.size):
        digest = f"its salted SHA-256 is {item.digest}" if item.digest else ""
        raise NotFound(f"the output of e{found.number} was not kept", hint=digest)
    output = item.output or b""
    if not stream or not item.streams:
        return output if stream != "err" else b""
    ends = [0]
    for _, size in item.streams:
        ends.append(ends[-1] + size)
    runs = zip(item.streams, ends, ends[1:], strict=False)
    return b"".join(output[start:end] for (name, _), start, end in runs if name == stream)


def lines(found: Found) -> list[Line]:
    """The lines of an output, numbered as in the record; `NotFound` where it was not kept."""
    return lines_of(found.item) if kept(found) else []


def only(found: Found, every: Sequence[Line], stream: str) -> list[Line]:
    """The lines of one stream; an output of which that is not known counts as standard output."""
    names = {name for name, _ in found.item.streams}
    alone = names.pop() if len(names) == 1 else "out"
    return [line for line in every if (line.stream or alone) == stream]


def chosen(every: Sequence[Line], span: str) -> list[Line]:
    """The lines of ``A-B``, ``A-``, ``-B`` or ``A``; `InvalidValue` for anything else."""
    first, mark, last = span.partition("-")
    if not (first + last).isdecimal() or not (first + last).isascii():
        raise InvalidValue(f"--lines cannot be {span!r:.40}", hint="give them as 10-20, 10-, -20 or 10")
    begin = int(first or 1)
    end = int(last or (len(every) if mark else begin))
    if not every or begin > len(every):
        count = f"{len(every):,} line{'s'[: len(every) != 1]}"
        raise InvalidValue(f"there is no line {begin}: the output has {count}", hint="leave out --lines")
    if not 1 <= begin <= end:
        raise InvalidValue(f"--lines cannot be {span!r:.40}: the first line is 1, the last comes after it")
    return list(every[begin - 1 : end])


class Fold(NamedTuple):
    """A line that an output says once, or several times in a row; ``last`` is the number of the last time."""

    text: str
    first: int
    last: int
    times: int


def told(every: Sequence[Line], command: str) -> Iterator[str]:
    """The output for reading: no colours, nothing overwritten or said again, the middle of it counted.

    ``command`` is what shows the output: with ``--lines`` it shows what is left out.
    """
    folds = _folded(every)
    if len(folds) <= HEAD + TAIL:
        yield from _said(folds, command)
        return
    left = folds[HEAD : len(folds) - TAIL]
    yield from _said(folds[:HEAD], command)
    count, span = sum(fold.times for fold in left), f"{left[0].first}-{left[-1].last}"
    yield f"[... {count:,} line{'s'[: count != 1]} left out: {command} --lines {span}]"
    yield from _said(folds[-TAIL:], command)


def _folded(every: Sequence[Line]) -> list[Fold]:
    folds: list[Fold] = []
    for line in every:
        text = _marked(line, _in_the_end(line.text))
        if folds and text == folds[-1].text:
            folds[-1] = folds[-1]._replace(last=line.number, times=folds[-1].times + 1)
        else:
            folds.append(Fold(text, line.number, line.number, 1))
    return folds


def _said(folds: Sequence[Fold], command: str) -> Iterator[str]:
    for fold in folds:
        over = len(fold.text) - WIDTH
        cut = f"[... {over:,} characters left out: {command} --lines {fold.first}]"
        text = fold.text if over <= 0 else fold.text[:WIDTH] + cut
        yield text
        if fold.times == 2:
            yield text
        elif fold.times > 2:
            yield f"[the line above {fold.times - 1:,} more times, to line {fold.last:,}]"


def _in_the_end(text: str) -> str:
    """A line as a terminal shows it in the end: without colours, and without what was overwritten."""
    return SEQUENCE.sub("", text).rstrip("\r").rpartition("\r")[2]


def whole(line: Line) -> str:
    """All that a line holds but its colours: what was overwritten stands beside what overwrote it."""
    return _marked(line, _COLOUR.sub("", line.text).rstrip("\r"))


def _marked(line: Line, text: str) -> str:
    return f"2> {text}" if line.stream == "err" else text
