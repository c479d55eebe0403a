"""A note, in Markdown: what is to go into a journal that is there.

It is read by the readers of pages, but for what makes a page one: a note has no header, no addenda, no
blockers and states nothing that a record derives. What stands under no heading goes under `LOOSE`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from triage.importer import actions, captions, evidence, header, issues, matter, references, tables, timeline
from triage.importer.blocks import Block, Item, blocks, split_lines
from triage.importer.links import settled
from triage.importer.moments import ZONES, Clock, date_in, tells_day_alone
from triage.importer.pieces import Odd, Piece, joined
from triage.importer.prose import fenced
from triage.importer.quotes import quoted
from triage.importer.reading import MOST_PROSE, Reader, Reading
from triage.importer.spoken import Line
from triage.importer.words import JOURNAL, JOURNAL_WORDS, SUMMARY, TIMELINE, known, split

LOOSE = "Notes"
"""The heading of what stands under none."""
LONGEST_TITLE = 1000
"""Characters of a heading: what is longer is prose."""
_OWN = re.compile(
    r"^(?:timeline|sequence log|chronology|event log|log|action queue|action items|operator action required"
    r"|what remains|references|links|resources|further reading|issues?|related issues|final state)$",
    re.IGNORECASE,
)
"""Headings in whose place a document has its own."""
_NO_WORD = re.compile(rf"\((?:all )?(?:times )?(?:in )?(?:{'|'.join(ZONES)})\)|[^\w\s/-]", re.IGNORECASE)
"""What such a heading may hold besides: signs, and the zone of its times."""


class Told(NamedTuple):
    """A status of the whole work that a note tells in a labelled line: the record's word, and the line."""

    status: str
    line: int


class Note(NamedTuple):
    """What a note says: its pieces in its order, and what somebody should look at.

    ``unclosed`` is the line of a fence that nothing closes, or 0.
    """

    pieces: list[Piece]
    odd: list[Odd]
    statuses: list[Told]
    unclosed: int


class NoteReading(Reading):
    """The reading of a note; ``titles`` are those of the place that it goes to, which a note may repeat.

    ``filled`` are the paths of headings under which some piece stands.
    """

    strict = True

    def __init__(self, found: Sequence[Block], titles: Sequence[str], clock: Clock) -> None:
        self.filled: set[tuple[str, ...]] = set()
        super().__init__(found)
        self.clock = clock
        self.titles = {_bare(title) for title in titles}
        self.statuses: list[Told] = []
        self.headings: list[tuple[tuple[str, ...], int]] = []
        super().stand_under(LOOSE, _LOOSE_LEVEL, told=True)
        self.loose = True

    def stand_under(self, title: str, level: int, *, bold: bool = False, told: bool = False) -> None:
        """Stand under a heading of the note."""
        if self.loose:
            self.path.clear()
            self._levels.clear()
            self.loose = False
        super().stand_under(title, level, bold=bold, told=told)
        self.headings.append((tuple(self.path), self.line))

    def _claim(self, place: int, line: int) -> int:
        """Let a piece have its lines; the headings over it have something under them."""
        if not self.loose:
            self.filled.update(_beginnings(self.path))
        return super()._claim(place, line)

    @property
    def line(self) -> int:
        """The line of the block that is read."""
        return self._blocks[self._place - 1].line

    def add_prose(self, source: str, line: int) -> None:
        """Add Markdown, in parts that an event can hold."""
        for part in _parts(source):
            super().add_prose(part, line)

    def _is_summary(self) -> bool:
        return super()._is_summary() and len(self.header.fields.get("summary", "")) < MOST_PROSE

    def ends(self, lines: Sequence[str]) -> dict[int, int]:
        """The last line of each piece, by its place: the last that says something before the next piece."""
        claims = sorted(self.claims)
        nexts = [start for start, _ in claims[1:]]
        ends = {}
        for (start, place), after in zip(claims, [*nexts, len(lines) + 1], strict=True):
            said = (number for number in range(after - 1, start, -1) if lines[number - 1].strip())
            ends[place] = next(said, start)
        return ends


_LOOSE_LEVEL = 7
"""A level below all that Markdown has, so that any heading ends it."""


def read_note(text: str, *, titles: Sequence[str] = (), date: str = "", assumed: bool = False) -> Note:
    """Read a note; ``date`` is the day of times that tell none, which may be ``assumed``."""
    lines = split_lines(text)
    _, skipped = matter.read(lines)
    found = [block.moved(skipped) for block in blocks("\n".join(lines[skipped:]))]
    reading = NoteReading(found, titles, Clock(date, assumed=assumed))
    if skipped:
        _add_matter(reading, lines[:skipped])
    for block in reading.left():
        reading.statuses += _statuses(reading, block)
        next(reader for reader in READERS if reader(reading, block))
    reading.pieces += _bare_headings(reading)
    unclosed = next((block.line for block in found if block.unclosed), 0)
    return Note(_in_order(reading, lines), reading.odd, reading.statuses, unclosed)


def _statuses(reading: NoteReading, block: Block) -> Iterator[Told]:
    """What a block tells of the status of the whole work: in labelled lines, or first under its heading."""
    headed = _is_status(reading.heading)
    if len(reading.path) - headed > 1:
        return
    opens = headed and reading.before is not None and reading.before.line == reading.headings[-1][1]
    for place, (line, number) in enumerate(_lines(block)):
        told = ("Status", line.text) if opens and not place else ("", "")
        label, value = header.labelled(line) or told
        status = known(split(value[:LONGEST_TITLE]).word, JOURNAL, JOURNAL_WORDS)
        if _is_status(label) and status:
            yield Told(status, number)


def _is_status(label: str) -> bool:
    return _plain(label).casefold() == "status"


def _lines(block: Block) -> Iterator[tuple[Line, int]]:
    """The lines of a paragraph, or the items of a list that have no box, with their numbers."""
    if block.kind == "paragraph":
        yield from ((line, number) for number, line in header.apart(block))
    for item in block.items:
        if item.done is None:
            yield Line(item.text, item.label), item.line


def _add_matter(reading: NoteReading, lines: Sequence[str]) -> None:
    """Add front matter as it was written."""
    source = "\n".join(lines[1:-1])
    reading.clock.told_date(source)
    if source.strip():
        reading.add_prose(fenced(source, "yaml"), 1)


def _in_order(reading: NoteReading, lines: Sequence[str]) -> list[Piece]:
    """The pieces in the order of their lines, without a header that says nothing."""
    ends = reading.ends(lines)
    opening, *pieces = [
        settled(piece)._replace(end=max(piece.line, ends.get(place, 0)))
        for place, piece in enumerate(quoted(reading, lines))
    ]
    if pieces and not opening.fields:
        pieces[0] = pieces[0]._replace(quoted=opening.quoted + pieces[0].quoted)
    else:
        line = next((start for start, place in sorted(reading.claims)[1:] if not place), 1)
        pieces.append(opening._replace(line=line))
    told = (each for piece in pieces for each in _with_short_quotes(piece))
    return sorted((piece for piece in told if piece.fields), key=lambda piece: piece.line)


def _with_short_quotes(piece: Piece) -> Iterator[Piece]:
    """The piece; lines that it does not say are prose where it has no fields, or cannot hold them."""
    said = "\n".join(piece.quoted)
    if piece.fields and len(said) <= MOST_PROSE:
        yield piece
        return
    yield piece._replace(quoted=())
    for part in _parts(said):
        yield Piece("section", {"heading": [LOOSE], "body": part, "append": True}, piece.line, end=piece.end)


def _bare_headings(reading: NoteReading) -> Iterator[Piece]:
    """A section for each heading over nothing at all; what stands under another one keeps its words."""
    shown = {path for piece in reading.pieces for path in _beginnings(_path(piece))}
    for whole, line in reading.headings:
        if whole in reading.filled:
            continue
        path = whole
        while path and (_is_own(path[-1]) or (len(path) == 1 and _is_summary(reading, path[0]))):
            path = path[:-1]
        if path not in shown:
            shown.update(_beginnings(path))
            yield Piece("section", {"heading": list(path)}, line)


def _beginnings(path: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The path, and those of all headings over it."""
    return (tuple(path[:depth]) for depth in range(len(path) + 1))


def _is_own(title: str) -> bool:
    """Whether a document tells a heading by one of its own, or by the times of what stands under it."""
    return bool(_OWN.match(_plain(title)) or (date_in(title) and tells_day_alone(title)))


def _plain(title: str) -> str:
    """The title without signs and zones."""
    return " ".join(_NO_WORD.sub(" ", title).split())


def _is_summary(reading: NoteReading, title: str) -> bool:
    return bool(SUMMARY.match(title)) and "summary" in reading.header.fields


def _path(piece: Piece) -> tuple[str, ...]:
    """The headings that a document shows over a piece."""
    fields = piece.fields
    own = [fields[name] for name in ("table", "group") if name in fields][:1]
    return tuple(fields.get("heading") or fields.get("section") or own)


def _parts(source: str) -> Iterator[str]:
    """A text in parts that an event can hold, cut at the ends of lines or words where there are any."""
    while len(source) > MOST_PROSE:
        cuts = (source.rfind(sign, 1, MOST_PROSE) for sign in "\n ")
        cut = next((cut for cut in cuts if cut > 0), MOST_PROSE)
        yield source[:cut]
        source = source[cut:].removeprefix("\n")
    if source:
        yield source


def _read_long(reading: Reading, block: Block) -> bool:
    """A heading, a line, an item or a row that is longer than anybody wrote: it is kept as prose."""
    longest = max(map(len, block.source.split("\n")))
    items = max((len(item.source) for item in block.items), default=0)
    whole = len(block.source) if block.kind == "paragraph" else 0
    most = LONGEST_TITLE if block.kind == "heading" else MOST_PROSE
    if block.kind in ("fence", "code", "other") or max(longest, items, whole) <= most:
        return False
    reading.add_prose(block.source, block.line)
    return True


def _read_heading(reading: Reading, block: Block) -> bool:
    """A heading: one under which blocks stand, unless it is the title of the place that the note goes to."""
    if block.kind != "heading" or not isinstance(reading, NoteReading):
        return False
    _tell_clock(reading, block.text)
    is_title = block.level == 1 and reading.loose and _bare(block.text) in reading.titles
    if not is_title:
        reading.stand_under(block.text, block.level)
    return True


def _bare(title: str) -> str:
    return " ".join(title.casefold().split())


def _read_bold(reading: Reading, block: Block) -> bool:
    """A line in bold that stands for a heading."""
    if not 2 <= len(block.bold) <= 80:
        return False
    _tell_clock(reading, block.bold)
    reading.stand_under(block.bold.rstrip(":"), 0, bold=True)
    return True


def _tell_clock(reading: Reading, title: str) -> None:
    """Take the date of a heading; of one of a timeline the zone, too."""
    if TIMELINE.search(title):
        reading.clock.told(title)
    else:
        reading.clock.told_date(title)


Adder = Callable[[Reading, Item], None]


def _read_list(reading: Reading, block: Block) -> bool:
    """A list: its boxes are actions, its items with times are entries, the rest is prose in its place."""
    if block.kind != "list":
        return False
    all_timed = bool(TIMELINE.search(reading.heading)) and timeline.is_list(reading, block)
    place = actions.where(reading) if any(map(actions.is_box, block.items)) else {}

    def add_box(reading: Reading, item: Item) -> None:
        actions.add_box(reading, item, place)

    def adder(item: Item) -> Adder | None:
        if actions.is_box(item):
            return add_box
        timed = item.plain and item.done is None and timeline.tells(reading, item.text)
        return timeline.add_item if timed or all_timed else None

    if not any(map(adder, block.items)):
        return False
    groups = [list(group) for _, group in groupby(block.items, adder)]
    for items, source in zip(groups, block.parts(groups), strict=True):
        add = adder(items[0])
        if add is None:
            reading.add_prose(source, items[0].line)
            continue
        for item in items:
            add(reading, item)
    return True


def _read_prose(reading: Reading, block: Block) -> bool:
    """Any other block, as it was written; a comment is quoted with what follows it."""
    if block.source.startswith("<!--") and block.source.endswith("-->"):
        return True
    reading.clock.told_zone(block.text or block.source)
    caption, reading.caption = reading.caption, ""
    source = fenced(block.text.rstrip()) if block.kind == "code" else block.source
    reading.add_prose(joined(f"**{caption}**" if caption else "", source, by="\n\n"), block.line)
    return True


READERS: tuple[Reader, ...] = (
    _read_long,
    _read_heading,
    captions.read,
    evidence.read_any,
    _read_bold,
    timeline.read_table,
    timeline.read_lines,
    issues.read,
    actions.read_table,
    tables.read,
    references.read,
    _read_list,
    _read_prose,
)
"""What knows the blocks of a note, in the order in which it is asked; prose takes what nothing else takes."""
