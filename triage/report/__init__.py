"""What a journal says: `Report.from_events` and the shapes that it is made of."""

from triage.report.history import is_withdrawn
from triage.report.report import Report, heading, heads
from triage.report.shapes import (
    Action,
    Backing,
    Block,
    Blocker,
    Cell,
    Checklist,
    Correction,
    Evidence,
    Forced,
    Header,
    Issue,
    Part,
    Prose,
    Reference,
    Row,
    Section,
    Table,
    TableRow,
    WallClock,
)
from triage.report.summary import Owed, Summary

__all__ = [
    "Action",
    "Backing",
    "Block",
    "Blocker",
    "Cell",
    "Checklist",
    "Correction",
    "Evidence",
    "Forced",
    "Header",
    "Issue",
    "Owed",
    "Part",
    "Prose",
    "Reference",
    "Report",
    "Row",
    "Section",
    "Summary",
    "Table",
    "TableRow",
    "WallClock",
    "heading",
    "heads",
    "is_withdrawn",
]
