"""An existing page, in Markdown, as what could have been recorded: nothing of its text is lost.

The way of the data: `blocks` gives the page's blocks with their lines; `read` makes pieces of them, each of
which becomes an event, and says what the page stated that a record derives by itself.
"""

from triage.importer.page import Page, Piece, Stated, read

__all__ = ["Page", "Piece", "Stated", "read"]
