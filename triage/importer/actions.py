"""Actions: tables with owners and states, and checklists."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from triage.importer.blocks import Block, Item
from triage.importer.pieces import Odd, joined
from triage.importer.reading import Reading
from triage.importer.words import (
    ACTION_COLUMNS,
    ACTION_WORDS,
    ACTIONS,
    BACKED,
    OWN_ACTIONS,
    REFERENCE,
    STATUSES,
    TITLES,
    known,
    owner,
    split,
)

_ITEMS = ["action", "owner", "status", "notes"]
"""The columns of a document's own table of action items, whose notes begin with the issue."""
_FREED = re.compile(r"^BLOCKED → (?:FIXED|ACCEPTED)$")
_OWN_OWNER = re.compile(r"^(?P<said>.*) — owner: (?P<owner>.+)$", re.DOTALL)
_OWNER = re.compile(
    r"(?:\s*[—–-]\s*|\s*\(|\s+)(?:owner:\s*(?P<named>[^()—–]+?)\)?|@(?P<at>[\w.-]*\w)\)?)\s*$", re.IGNORECASE
)
_FIRST_OWNER = re.compile(r"^@(?P<owner>[\w.-]*\w)(?:\s*[:,—–-])?\s+(?P<said>\S.*)$", re.DOTALL)
_CLOSED = re.compile(r"\s*\((?i:done|fixed|completed?|closed)\)$|\s+(?:DONE|FIXED)$")
_LOUD = re.compile(r" — (FAILED|SKIPPED|BLOCKED)(?P<freed> → (?:FIXED|ACCEPTED))?$")
_ENDING = re.compile(r"(?:^|\s)(?P<word>DONE|TODO|FIXED|WIP)$")
"""A status in capitals at the end of a cell, where no column has it."""


def is_table(reading: Reading, block: Block) -> bool:
    """Whether a table is of actions: by its columns, or by its columns and its heading."""
    names = [column.casefold() for column in block.columns]
    if not any(name in TITLES for name in names):
        return False
    owned = any(name in ("owner", "assignee", "state", "who") for name in names)
    if reading.strict and not _tells_states(block, names):
        return False
    return "status" in names or (owned and bool(ACTIONS.search(reading.heading)))


def _tells_states(block: Block, names: Sequence[str]) -> bool:
    """Whether every cell of the column of states, if there is one, is a state of an action."""
    place = next((place for place, name in enumerate(names) if name in ("status", "state")), -1)
    return all(_is_state(row[place]) for row in block.rows if place >= 0)


def _is_state(text: str) -> bool:
    bare = BACKED.sub("", text).strip()
    return bool(_FREED.match(bare) or known(split(bare).word, STATUSES, ACTION_WORDS))


def read_table(reading: Reading, block: Block) -> bool:
    """A table of actions, each row one of them."""
    if block.kind != "table" or not block.rows or not is_table(reading, block):
        return False
    names = [column.casefold() for column in block.columns]
    columns = _columns(names)
    for line, row in enumerate(block.rows, block.line + 2):
        if any(row):
            _row(reading, _Row(block.columns, columns, row, line, own=names == _ITEMS))
    return True


def _columns(names: Sequence[str]) -> dict[int, str]:
    """The field of an action that each column tells, by its place."""
    found: dict[int, str] = {}
    for place, name in enumerate(names):
        titles = name in TITLES and "title" not in found.values()
        field = "title" if titles else ACTION_COLUMNS.get(name, "")
        if field and field not in found.values():
            found[place] = field
    return found


class _Row(NamedTuple):
    """A row of a table of actions; ``own`` says that the table is a document's own."""

    labels: Sequence[str]
    columns: dict[int, str]
    cells: Sequence[str]
    line: int
    own: bool

    def cell(self, field: str) -> str:
        """What the column of a field says, or ''."""
        return next((self.cells[place] for place, name in self.columns.items() if name == field), "")

    def others(self) -> Iterator[tuple[str, str]]:
        """The labels and the texts of the columns that are of no field, where they say something."""
        for place, text in enumerate(self.cells):
            if text and not self.columns.get(place):
                yield self.labels[place], text


def _row(reading: Reading, row: _Row) -> None:
    told = _state(reading, row.cell("status"), row.line)
    others = [f"{label}: {text}" for label, text in row.others()]
    if "status" not in row.columns.values():
        others, told = _ending(others, told)
    number = row.cell("number")
    numbered = int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0
    outcome = row.cell("outcome")
    issue = REFERENCE.match(outcome.partition(", ")[0]) if row.own else None
    if issue:
        outcome = outcome.partition(", ")[2]
    owned_by = owner(row.cell("owner"))
    outcome = joined(
        outcome, owned_by.note, told.note, "" if numbered or not number else f"#: {number}", *others
    )
    fields: dict[str, Any] = {
        "title": row.cell("title") or outcome or "Untitled",
        "status": told.status,
        "owner": owned_by.word,
        "environment": row.cell("environment"),
        "outcome": outcome if row.cell("title") else "",
        "issue": issue["ref"] if issue else "",
        **where(reading),
    }
    reading.add_action(fields, row.line, tail=told.proof, number=numbered, freed=told.freed)


class _State(NamedTuple):
    """How far an action is, what else its cell says, and the evidence that backs it."""

    status: str
    note: str = ""
    proof: str = ""
    freed: bool = False


def _state(reading: Reading, text: str, line: int) -> _State:
    """What the cell of a status tells: ``DONE (proved by 0123abcd)``, ``BLOCKED → FIXED``, ``Open``."""
    backed = BACKED.search(text)
    bare = BACKED.sub("", text).strip()
    proof = (backed["by"] or "")[:8] if backed else ""
    word, note = split(bare)
    meant = known(word, STATUSES, ACTION_WORDS)
    if _FREED.match(bare):
        return _State("blocked", proof=proof, freed=True)
    if "→" in bare:
        return _State("done", bare, proof)
    if not meant:
        reading.odd.append(Odd(word, "status of an action", line))
        return _State("todo", bare, proof)
    same = word.casefold() == meant or (meant in ("todo", "done") and not note)
    return _State(meant, note if same else bare, proof)


def _ending(others: list[str], told: _State) -> tuple[list[str], _State]:
    """The further cells, and the status that one of them ends with, in capitals."""
    for place, text in enumerate(others):
        found = _ENDING.search(text)
        if found:
            left = text[: found.start()].rstrip()
            kept = [*others[:place], *([] if left.endswith(":") else [left]), *others[place + 1 :]]
            return kept, told._replace(status=known(found["word"], STATUSES, ACTION_WORDS))
    return others, told


def where(reading: Reading) -> dict[str, Any]:
    """Where actions stand: nowhere of their own under no heading, or under those that documents give them."""
    group, reading.caption = reading.caption, ""
    own = reading.loose or OWN_ACTIONS.match(reading.heading)
    return {"section": [] if own else list(reading.path), "group": group}


def is_checklist(block: Block) -> bool:
    """Whether a block is a list of boxes alone."""
    return block.kind == "list" and all(is_box(item) for item in block.items)


def is_box(item: Item) -> bool:
    """Whether an item has a box, and nothing in it that an action cannot hold."""
    return item.done is not None and item.plain


def read_list(reading: Reading, block: Block) -> bool:
    """A list of actions: its boxes, and under a heading of actions all of its items; the rest is prose."""
    if block.kind != "list":
        return False
    is_action = _is_action if ACTIONS.search(reading.heading) else is_box
    if not any(is_action(item) for item in block.items):
        return False
    place = where(reading)
    groups = [list(group) for _, group in groupby(block.items, is_action)]
    for items, source in zip(groups, block.parts(groups), strict=True):
        if not is_action(items[0]):
            reading.add_prose(source, items[0].line)
            continue
        for item in items:
            add_box(reading, item, place)
    return True


def _is_action(item: Item) -> bool:
    return item.plain


def _owned(text: str) -> tuple[str, str]:
    """What is to be done, and by whom: ``Rotate the key @ana``, ``Rotate the key — owner: Ana, due May``."""
    own, other, first = _OWN_OWNER.match(text), _OWNER.search(text), _FIRST_OWNER.match(text)
    if own:
        said, by = own["said"], own["owner"]
    elif other:
        said, by = text[: other.start()], (other["named"] or other["at"]).strip()
    elif first:
        said, by = first["said"], first["owner"]
    else:
        return text, ""
    found = owner(by)
    return (f"{said} — {found.note}" if found.note else said), found.word


def add_box(reading: Reading, item: Item, place: dict[str, Any]) -> None:
    """An action of a list; boxes inside it are actions, other items inside it what came of it."""
    text = BACKED.sub("", item.text).strip()
    said, owned_by = _owned(text)
    loud = _LOUD.search(said)
    status = loud[1].casefold() if loud else "done" if item.done else "todo"
    closed = None if loud else _CLOSED.search(said)
    if closed and said[: closed.start()].strip():
        said, status = said[: closed.start()], "done"
    title, _, outcome = (said[: loud.start()] if loud else said).strip().partition(" — ")
    more = joined(outcome, *(inner.text for inner in item.inner if inner.done is None))
    fields = {"title": title or "Untitled", "outcome": more, "status": status, "owner": owned_by}
    reading.add_action({**fields, **place}, item.line, freed=bool(loud and loud["freed"]))
    for inner in item.inner:
        if inner.done is not None:
            add_box(reading, inner._replace(items=()), place)
