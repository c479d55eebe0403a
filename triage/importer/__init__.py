"""An existing page, in Markdown, as what could have been recorded: nothing of its text is lost.

The way of the data: `blocks` gives the page's blocks with their lines; `read` makes pieces of them, each of
which becomes an event, and says what the page stated that a record derives by itself; `links` tells what the
pieces have to do with each other.
"""

from triage.importer.page import Page, read
from triage.importer.pieces import Piece, Stated

__all__ = ["Page", "Piece", "Stated", "read"]
