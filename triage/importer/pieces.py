"""What a page is read into: pieces, and what it stated that a record derives."""

from typing import Any, NamedTuple

from triage.times import When

UNKNOWN = When(None, "unknown")


class Piece(NamedTuple):
    """What becomes one event: its kind and fields, when it happened, and the line that says so.

    ``part`` is the place of the addendum that it belongs to, from 1, or 0. ``patches`` is the place of the
    piece that it patches, or -1; ``about`` that of the action which a blocker blocks, or evidence backs;
    ``tail`` what the page called it, ``heading`` where it stood. ``number`` is that of an action, or of the
    action that a blocker blocks, where the page tells it; ``freed`` says that its blockers are gone.
    ``quoted`` are lines of the page that say more than its fields do. ``end`` is its last line, where that is
    told; ``undated`` says that the day of its time was told by nobody.
    """

    kind: str
    fields: dict[str, Any]
    line: int
    when: When = UNKNOWN
    part: int = 0
    output: bytes | None = None
    patches: int = -1
    about: int = -1
    tail: str = ""
    heading: str = ""
    number: int = 0
    freed: bool = False
    quoted: tuple[str, ...] = ()
    end: int = 0
    undated: bool = False

    @property
    def opens(self) -> bool:
        """Whether it opens the report or an addendum."""
        return self.kind == "header" and self.patches < 0

    @property
    def is_final(self) -> bool:
        """Whether it is a row of the final state."""
        return self.kind == "observation" and "table" not in self.fields

    def with_fields(self, **fields: Any) -> "Piece":
        """The piece with other values of some fields; '' or None takes one away."""
        return self._replace(fields=without_empty({**self.fields, **fields}))


class Stated(NamedTuple):
    """Something that a page states and a record derives: ``label`` and ``text`` as they stood there."""

    label: str
    text: str
    line: int
    part: int = 0


class Odd(NamedTuple):
    """A word that is none of the record's: which, in what, on which line."""

    word: str
    what: str
    line: int


class Page(NamedTuple):
    """What a page says. ``times`` are those of its timelines, with their lines, as they were written."""

    title: str
    pieces: list[Piece]
    stated: list[Stated]
    odd: list[Odd]
    times: list[tuple[str, int]]


def without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def joined(*texts: str, by: str = "; ") -> str:
    """The texts that say something, as one."""
    return by.join(text for text in texts if text)
