"""Text that is nothing else: the summary, or prose under its heading."""

import re

from triage.importer.blocks import Block
from triage.importer.pieces import joined
from triage.importer.reading import Reading


def read(reading: Reading, block: Block) -> bool:
    """Any block, as it was written; a comment and the zone of all times are quoted with what follows them."""
    if block.source.startswith("<!--") and block.source.endswith("-->"):
        return True
    if reading.clock.told_zone(block.text or block.source):
        return True
    caption, reading.caption = reading.caption, ""
    source = joined(f"**{caption}**" if caption else "", _source(block), by="\n\n")
    if not reading.clock.date:
        reading.clock.told(block.source)
    reading.add_prose(source, block.line)
    return True


def _source(block: Block) -> str:
    """The source of a block; indented code in a fence, since after a list it would belong to an item."""
    return fenced(block.text.rstrip()) if block.kind == "code" else block.source


def fenced(text: str, info: str = "") -> str:
    """A text in a fence that is longer than any run of backticks in it."""
    mark = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return f"{mark}{info}\n{text}\n{mark}"
