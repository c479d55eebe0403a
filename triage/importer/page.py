"""From a page to its pieces: each block is read by the first reader that knows it."""

from triage.importer import (
    actions,
    blockers,
    captions,
    evidence,
    flat,
    header,
    headings,
    issues,
    links,
    matter,
    prose,
    quotes,
    references,
    states,
    tables,
    timeline,
)
from triage.importer.blocks import blocks, split_lines
from triage.importer.pieces import Page
from triage.importer.reading import Reader, Reading

READERS: tuple[Reader, ...] = (
    headings.read,
    blockers.read,
    header.read,
    captions.read,
    evidence.read,
    headings.read_bold,
    states.read,
    timeline.read,
    issues.read,
    actions.read_table,
    tables.read,
    references.read,
    actions.read_list,
    prose.read,
)
"""What knows the blocks of a page, in the order in which it is asked; prose takes what nothing else takes."""


def read(text: str) -> Page:
    """Read a page."""
    lines = split_lines(text)
    labels, skipped = matter.read(lines)
    found = [block.moved(skipped) for block in blocks("\n".join(flat.marked(lines[skipped:])))]
    reading = Reading(found)
    for label, value, line in labels:
        header.label(reading, label, value, line)
    for block in reading.left():
        next(reader for reader in READERS if reader(reading, block))
    reading.put_labels()
    header.settle_title(reading)
    pieces = links.linked(quotes.quoted(reading, lines))
    return Page(reading.title, pieces, reading.stated, reading.odd, reading.clock.seen)
