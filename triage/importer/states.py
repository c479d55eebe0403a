"""What a document says of its record by itself: how claims are backed, spans, what is related."""

import re

from triage.importer.blocks import Block
from triage.importer.pieces import Piece
from triage.importer.reading import Reading
from triage.importer.words import IMPACT, PROOFS, REFERENCE, RELATED, WALL_CLOCK

_ALIKE = re.compile(
    rf"^Backing: (?:proved|observed|asserted)(?: by {PROOFS})?(?:; (?P<basis>.+))?$", re.DOTALL
)
_RESTS = re.compile(r"^(?P<word>Backing|Basis): (?P<basis>.+)$", re.DOTALL)
_LEGEND = (
    "Proved: captured output with exit code 0 stands behind it. Observed: a recorded value or supplied output"
    " does. Unmarked: asserted."
)


def read(reading: Reading, block: Block) -> bool:
    """A paragraph that is derived from the record."""
    if block.kind != "paragraph":
        return False
    if is_italic(block):
        return _italic(reading, block.text)
    if WALL_CLOCK.match(block.text):
        reading.state("", block.text, block.line)
        return True
    if IMPACT.match(reading.heading) and block.text == reading.header.fields.get("impact"):
        return True
    return bool(RELATED.match(reading.heading)) and _related(reading, block)


def is_italic(block: Block) -> bool:
    """Whether a paragraph is in italics, from its first letter to its last."""
    source = block.source.strip()
    return source[:1] == source[-1:] == "*" and source[1:2] != "*"


def _italic(reading: Reading, text: str) -> bool:
    """How what stands before is backed, and on what it rests."""
    if text == _LEGEND:
        return True
    alike, rests = _ALIKE.match(text), _RESTS.match(text)
    last = reading.pieces[-1]
    if alike and not alike["basis"]:
        return last.kind in ("observation", "action")
    if not rests or not _can_rest(reading, last, rests["word"]):
        return False
    basis = alike["basis"] if alike else rests["basis"]
    reading.pieces[-1] = last.with_fields(basis=basis)
    return True


def _can_rest(reading: Reading, last: Piece, word: str) -> bool:
    """Whether what stands right above is prose or a table, which documents tell the basis of by that word."""
    before = reading.before
    if before is None or last.part != reading.part or "basis" in last.fields:
        return False
    if last.kind == "section":
        return word == "Basis" and last.fields.get("body", "").endswith(before.source)
    return word == "Backing" and last.kind == "observation" and before.kind == "table"


def _related(reading: Reading, block: Block) -> bool:
    refs = block.text.replace(",", " ").split()
    if not refs or not all(REFERENCE.match(ref) for ref in refs):
        return False
    reading.state("Related issues", block.text, block.line)
    return True
