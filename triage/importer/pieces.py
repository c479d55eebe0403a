"""What a page is read into: pieces, and what it stated that a record derives."""

from typing import Any, NamedTuple

from triage.times import When

UNKNOWN = When(None, "unknown")


class Piece(NamedTuple):
    """What becomes one event: its kind and fields, when it happened, and the line that says so.

    ``part`` is the place of the addendum that it belongs to, from 1, or 0. ``patches`` is the place of the
    piece that it patches, or -1; ``about`` that of the action which a blocker blocks, or evidence backs;
    ``tail`` what the page called it, ``heading`` where it stood. ``number`` is that of an action, or of the
    action that a blocker blocks, where the page tells it.
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


class Stated(NamedTuple):
    """Something that a page states and a record derives: ``label`` and ``text`` as they stood there."""

    label: str
    text: str
    line: int
    part: int = 0
