"""Where the reading of a page stands: what was read so far, under which heading, and what is left."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from triage.importer.blocks import Block
from triage.importer.moments import Clock
from triage.importer.pieces import Odd, Piece, Stated, joined, without_empty
from triage.importer.words import SUMMARY
from triage.times import When

MOST_PROSE = 32 * 1024
"""Characters after which prose goes on in another event: one holds so many bytes."""

Reader = Callable[["Reading", Block], bool]
"""Makes pieces of a block, and says whether the block was one of its own."""


class Reading:
    """The pieces so far, the heading under which the next block stands, and the blocks that are left.

    ``part`` is the addendum that is read, from 1, or 0. ``blocker`` is the place of the blocker under whose
    heading the next block stands, or -1; ``caption`` the name that the next table or checklist was given.
    ``issues`` are the rows that told of issues; ``claims`` the lines from which on the page speaks of a
    piece, each with its place. ``loose`` says that the heading is one that the text does not have; ``strict``
    that a table is only of actions where all that stands in it says so.
    """

    loose = False
    strict = False

    def __init__(self, found: Sequence[Block] = ()) -> None:
        self.title = ""
        self.pieces: list[Piece] = []
        self.stated: list[Stated] = []
        self.odd: list[Odd] = []
        self.clock = Clock()
        self.part = 0
        self.path: list[str] = []
        self.blocker = -1
        self.caption = ""
        self.tables: set[tuple[int, tuple[str, ...], str]] = set()
        self.merged: set[tuple[int, str]] = set()
        self.blockers: dict[tuple[int, str], int] = {}
        self._levels: list[int] = []
        self._base = 0
        self._bold = 0
        self._addenda = 0
        self._headers: dict[int, int] = {}
        self._labels: dict[int, dict[str, str]] = {}
        self._actions: set[tuple[int, str, str]] = set()
        self.issues: dict[str, Sequence[str]] = {}
        self.claims: list[tuple[int, int]] = []
        self._unclaimed = 1
        self._blocks = found
        self._place = 0
        self._open({}, 1)

    def left(self) -> Iterator[Block]:
        """The blocks that are left, one after the other."""
        while self._place < len(self._blocks):
            block = self.take()
            self._unclaimed = self._unclaimed or block.line
            yield block

    @property
    def after(self) -> Block | None:
        """The block that comes next."""
        return self._blocks[self._place] if self._place < len(self._blocks) else None

    @property
    def before(self) -> Block | None:
        """The block before the one that is read."""
        return self._blocks[self._place - 2] if self._place > 1 else None

    def take(self) -> Block:
        """The next block, for the reader of the one before."""
        self._place += 1
        return self._blocks[self._place - 1]

    @property
    def heading(self) -> str:
        """The heading under which the next block stands, or ''."""
        return self.path[-1] if self.path else ""

    @property
    def level(self) -> int:
        """The level of that heading, or 0."""
        return self._levels[-1] if self._levels else 0

    @property
    def header(self) -> Piece:
        """The header of the part that is read."""
        return self.pieces[self._headers[self.part]]

    def add(self, kind: str, fields: dict[str, Any], line: int, **more: Any) -> int:
        """Add a piece with the fields that say something; its place."""
        heading = "" if kind in ("header", "section") else self.heading
        piece = Piece(
            kind,
            without_empty(fields),
            line,
            part=self.part,
            heading=heading,
            undated=self.clock.assumed,
            **more,
        )
        self.pieces.append(piece)
        return self._claim(len(self.pieces) - 1, line)

    def _claim(self, place: int, line: int) -> int:
        """Let a piece have a line and, with it, those above that no other piece has."""
        self.claims.append((self._unclaimed or line, place))
        self._unclaimed = 0
        return place

    def add_action(self, fields: dict[str, Any], line: int, **more: Any) -> None:
        """Add an action, unless a list of what is open names again what a checklist of this part has."""
        key = (self.part, fields["title"], fields.get("owner") or "")
        if fields.get("section") or fields.get("group"):
            self._actions.add(key)
        elif key in self._actions and fields.get("owner"):
            return
        self.add("action", fields, line, **more)

    def add_prose(self, source: str, line: int) -> None:
        """Add Markdown: to the summary, to the prose that stands right before, or as prose of its own."""
        if not source.strip():
            return
        last = self.pieces[-1]
        if self._is_summary():
            self.patch_header(summary=joined(self.header.fields.get("summary", ""), source, by="\n\n"))
        elif last.kind == "section" and self._continues(last):
            self.pieces[-1] = last.with_fields(body=joined(last.fields["body"], source, by="\n\n"))
            self._claim(len(self.pieces) - 1, line)
        else:
            self.add("section", {"heading": list(self.path), "body": source, "append": True}, line)

    def _is_summary(self) -> bool:
        """Whether prose belongs to the summary of the part that is read."""
        return not self.path or (len(self.path) == 1 and bool(SUMMARY.match(self.heading)))

    def _continues(self, last: Piece) -> bool:
        """Whether prose goes on with a section: nothing stands between them."""
        same = last.part == self.part and last.fields["heading"] == self.path
        room = len(last.fields.get("body", "")) < MOST_PROSE
        return same and room and "body" in last.fields and "basis" not in last.fields

    def state(self, label: str, text: str, line: int) -> None:
        """Keep what the page states and a record derives."""
        self.stated.append(Stated(label, text, line, self.part))

    def patch_header(self, **fields: Any) -> None:
        """Set fields of the header of the part that is read."""
        place = self._claim(self._headers[self.part], self._unclaimed)
        self.pieces[place] = self.pieces[place].with_fields(**fields)

    def date_header(self, when: When) -> None:
        """Say when the part that is read was opened."""
        place = self._headers[self.part]
        self.pieces[place] = self.pieces[place]._replace(when=when)

    def add_label(self, label: str, value: str) -> None:
        """Add a free label to the header of the part that is read; one that is there has several values."""
        labels = self._labels.setdefault(self.part, {})
        labels[label] = joined(labels.get(label, ""), value)
        self._claim(self._headers[self.part], self._unclaimed)

    def put_labels(self) -> None:
        """Put the free labels into their headers, once all were read."""
        for part, labels in self._labels.items():
            place = self._headers[part]
            self.pieces[place] = self.pieces[place].with_fields(
                labels=[list(pair) for pair in labels.items()]
            )

    def open_addendum(self, block: Block, title: str) -> None:
        """Begin an addendum: what follows belongs to it, down to a heading of its own level."""
        self._addenda += 1
        self.part, self._base, self.path, self._levels = self._addenda, block.level, [], []
        self._open({"title": title}, block.line)

    def _open(self, fields: dict[str, Any], line: int) -> None:
        self._headers[self.part] = self.add("header", fields, line)

    def stand_under(self, title: str, level: int, *, bold: bool = False, told: bool = False) -> None:
        """Stand under a heading; one in bold is one level below the last that was none.

        A heading under which nothing stands is a section of its own, unless it is ``told`` otherwise.
        """
        if bold:
            level = self._bold = self._bold or (self._levels or [self._base + 1])[-1] + 1
        else:
            self._bold = 0
        if self.part and level <= self._base:
            self.part = self._base = 0
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
            self.path.pop()
        self._levels.append(level)
        self.path.append(title.strip() or "Untitled")
        if not told and self._is_empty(level):
            self.add("section", {"heading": list(self.path)}, self._blocks[self._place - 1].line)

    def _is_empty(self, level: int) -> bool:
        """Whether nothing stands under a heading, not even another one."""
        after = self.after
        return after is None or (after.kind == "heading" and after.level <= level)
