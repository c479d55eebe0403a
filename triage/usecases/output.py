"""Reading evidence back: what a command printed, in as few lines as tell it."""

import re
from collections.abc import Iterator, Sequence

from triage.errors import InvalidValue, NotFound
from triage.report import Evidence, Report
from triage.report.lines import Line, lines
from triage.store import Store
from triage.usecases import lookup

__all__ = ["Line", "chosen", "evidence", "lines", "told", "worded"]

HEAD, TAIL = 20, 40
"""Lines that are shown of the beginning and of the end of a long output."""
WIDTH = 2000
"""Characters of a line that are shown where no lines were asked for."""
_STYLE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


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
