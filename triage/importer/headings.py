"""Headings: the title, addenda, blockers, and under what the blocks stand."""

from triage.importer import blockers
from triage.importer.blocks import Block
from triage.importer.reading import Reading
from triage.importer.words import ADDENDUM, BLOCKER_TITLE


def read(reading: Reading, block: Block) -> bool:
    """A heading: the title of the page where it is the first, else one under which blocks stand."""
    if block.kind != "heading":
        return False
    reading.clock.told(block.text)
    reading.blocker = -1
    addendum, blocker = ADDENDUM.match(block.text), BLOCKER_TITLE.match(block.text)
    if not reading.title and block.level == 1 and not reading.path and block.text:
        reading.title = block.text
        reading.patch_header(title=block.text)
    elif addendum:
        reading.open_addendum(block, addendum["title"].strip())
    else:
        reading.stand_under(block.text, block.level, told=blocker is not None)
        if blocker:
            blockers.begin(reading, block, blocker["title"].strip())
    return True


def read_bold(reading: Reading, block: Block) -> bool:
    """A line in bold that stands for a heading: nothing else is on it."""
    if not 2 <= len(block.bold) <= 80:
        return False
    reading.clock.told(block.bold)
    reading.stand_under(block.bold.rstrip(":"), 0, bold=True)
    return True
