"""Lines in bold that name the table or the checklist which follows."""

from triage.importer import actions, tables
from triage.importer.blocks import Block
from triage.importer.reading import Reading


def read(reading: Reading, block: Block) -> bool:
    """A line in bold right before a table of values, or before a checklist."""
    after = reading.after
    if (
        not block.bold
        or after is None
        or not (tables.is_table(reading, after) or actions.is_checklist(after))
    ):
        return False
    reading.caption = block.bold
    return True
