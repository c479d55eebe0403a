"""Any table that is of nothing else: rows of observations."""

import re
from collections.abc import Iterator, Sequence

from triage.importer import actions, issues, timeline
from triage.importer.blocks import Block
from triage.importer.reading import Reading
from triage.importer.words import PROOFS

FINAL = "Final state"
_BACKING = re.compile(rf"^(?:proved|observed|asserted)(?: by {PROOFS})?$")
_MET = re.compile(r" (?:✓|✗ not as expected)$")


def is_table(reading: Reading, block: Block) -> bool:
    """Whether a block is a table of values: every column has a label of its own, or all but the first."""
    columns = block.columns
    if block.kind != "table" or not block.rows or len(set(columns)) < len(columns):
        return False
    if not all(columns[1:] or columns):
        return False
    others = (timeline.is_table, issues.is_table, actions.is_table)
    return not any(is_other(reading, block) for is_other in others)


def read(reading: Reading, block: Block) -> bool:
    """A table of values, each row one observation."""
    if not is_table(reading, block):
        return False
    fields = _place(reading)
    columns = list(block.columns)
    backing = (
        len(columns) > 1 and columns[-1] == "Backing" and all(_BACKING.match(row[-1]) for row in block.rows)
    )
    if backing:
        columns.pop()
    expected, actual = _compared(columns)
    order = [place for place in range(len(columns)) if place not in (expected, actual)]
    order += [actual] if actual >= 0 else []
    keys = _keys([row[order[0]] for row in block.rows])
    for number, (row, key) in enumerate(zip(block.rows, keys, strict=True), block.line + 2):
        cells = [[columns[place], row[place]] for place in order]
        if actual >= 0:
            cells[-1][1] = _MET.sub("", cells[-1][1])
        told = row[expected] if expected >= 0 else ""
        reading.add("observation", {**fields, "cells": cells, "expected": told, "row": key}, number)
    return True


def _place(reading: Reading) -> dict[str, object]:
    """The name of the table and where it stands; a name that is taken there is told with a number."""
    path = tuple(reading.path)
    name = first = reading.caption or reading.heading or "Table"
    reading.caption, number = "", 1
    while (reading.part, path, name) in reading.tables:
        number += 1
        name = f"{first} ({number})"
    reading.tables.add((reading.part, path, name))
    if path == (name,):
        path = ()
    return {} if name == FINAL and not path else {"table": name, "section": list(path)}


def _compared(columns: Sequence[str]) -> tuple[int, int]:
    """The places of the columns of expected and of actual values, or -1 for both.

    A record compares with the last column: it is where the actual values go.
    """
    names = [column.casefold() for column in columns]
    if "expected" in names and "actual" in names:
        return names.index("expected"), names.index("actual")
    if len(columns) > 1 and columns[-2] == f"{columns[-1]} expected":
        return len(columns) - 2, len(columns) - 1
    return -1, -1


def _keys(firsts: Sequence[str]) -> Iterator[str]:
    """The key of each row where its first cell does not tell it from the others, else ''."""
    taken = set(firsts)
    seen: set[str] = set()
    for number, first in enumerate(firsts, 1):
        key = ""
        if first in seen or not first:
            key = f"{first} {number}".strip()
            while key in taken:
                key += "'"
            taken.add(key)
        seen.add(first)
        yield key
