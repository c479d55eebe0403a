"""What a journal says: `Report.from_events` and the shapes that it is made of.

The names are loaded when they are asked for: who looks one entity up pays for no report.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {"is_withdrawn": "history", "Report": "report", "heading": "report", "heads": "report",
          "Owed": "summary", "Summary": "summary"}  # fmt: skip
"""The modules of what is no shape."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'shapes')}"), name)
    globals()[name] = found
    return found
