"""An existing page, in Markdown, as what could have been recorded: nothing of its text is lost.

The way of the data: `blocks` gives the page's blocks with their lines; each is read by the first of the
readers in `page` that knows it, all of which add to one `Reading`; `links` and `moves` tell what the pieces
have to do with each other; `quotes` keeps the lines that say more than their pieces do. A `note` goes
the same way, with readers of its own where it differs.
"""

from triage.importer.blocks import units
from triage.importer.note import Note, read_note
from triage.importer.page import read
from triage.importer.pieces import Odd, Page, Piece, Stated

__all__ = ["Note", "Odd", "Page", "Piece", "Stated", "read", "read_note", "units"]
