"""From observations, and the values that actions left, to the tables of a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from triage.report.entities import Support, support
from triage.report.history import History, Patch
from triage.report.shapes import Cell, Evidence, Part, Table, TableRow

FINAL_STATE = "Final state"
ENVIRONMENT = "Environment"
UNLABELLED = "Item"
"""The first column of any other table whose rows told none."""


class Fact(NamedTuple):
    """Values for one row of one table, from one event. An empty first label is the table's own."""

    patch: Patch
    table: str
    section: tuple[str, ...]
    key: str
    cells: tuple[Cell, ...]
    evidence: tuple[str, ...]
    source: str


def from_observation(patch: Patch) -> Fact:
    """The fact that an observation states."""
    body = patch.body
    cells = tuple((label, value) for label, value in body["cells"])
    return Fact(
        patch,
        body.get("table") or FINAL_STATE,
        tuple(body.get("section") or ()),
        body.get("row") or cells[0][1],
        cells,
        (body["evidence"],) if body.get("evidence") else (),
        "observation",
    )


def from_action(history: History, evidence: Iterable[Evidence]) -> list[Fact]:
    """The facts that an action's values state about its environment."""
    environment = history.value("environment")
    if not environment:
        return []
    ids = tuple(item.event for item in evidence)
    return [
        Fact(
            patch,
            FINAL_STATE,
            (),
            environment,
            ((ENVIRONMENT, environment), *((label, value) for label, value in patch.body["cells"])),
            ids,
            "action",
        )
        for patch in history.all()
        if patch.body.get("cells")
    ]


def from_evidence(patch: Patch, environment: str) -> Fact:
    """The fact that values taken from an output state about the environment that it ran in."""
    cells = ((ENVIRONMENT, environment), *((label, value) for label, value in patch.body["values"]))
    return Fact(patch, FINAL_STATE, (), environment, cells, (patch.entity,), "evidence")


def tables(facts: Iterable[Fact], evidence: Mapping[str, Evidence]) -> tuple[Table, ...]:
    """The tables, in the order in which they came up."""
    grouped: dict[tuple[tuple[str, ...], str], list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.patch.rank):
        grouped.setdefault((fact.section, fact.table), []).append(fact)
    return tuple(_table(name, section, group, evidence) for (section, name), group in grouped.items())


def _table(name: str, section: tuple[str, ...], facts: list[Fact], evidence: Mapping[str, Evidence]) -> Table:
    first = _first_label(name, facts)
    rows: dict[str, list[Fact]] = {}
    columns: dict[str, None] = {}
    for fact in facts:
        rows.setdefault(fact.key, []).append(fact)
        columns.update(dict.fromkeys(label or first for label, _ in fact.cells))
    ordered = sorted(rows.values(), key=lambda group: group[0].patch.order)
    return Table(
        event=facts[0].patch.id,
        name=name,
        section=section,
        at=facts[0].patch.at,
        columns=tuple(columns),
        rows=tuple(_row(group, tuple(columns), first, evidence) for group in ordered),
    )


def _first_label(name: str, facts: list[Fact]) -> str:
    labels = [fact.cells[0][0] for fact in facts if fact.cells[0][0]]
    return labels[0] if labels else (ENVIRONMENT if name == FINAL_STATE else UNLABELLED)


def _row(
    facts: list[Fact], columns: tuple[str, ...], first: str, evidence: Mapping[str, Evidence]
) -> TableRow:
    history = sorted(facts, key=lambda fact: fact.patch.order)
    cells: dict[str, str] = {}
    said: dict[str, object] = {}
    for fact in history:
        cells.update({label or first: value for label, value in fact.cells})
        said.update({k: v for k, v in fact.patch.body.items() if k in ("expected", "exact", "basis")})
    expected, actual = str(said.get("expected") or ""), cells.get(columns[-1], "")
    met = matches(expected, actual, exact=bool(said.get("exact"))) if expected else None
    supports = [_fact_support(fact, evidence, met=met) for fact in history]
    found = [evidence[id] for fact in history for id in fact.evidence if id in evidence]
    return TableRow(
        event=facts[0].patch.id,
        at=history[-1].patch.at,
        precision=history[-1].patch.precision,
        values=tuple(cells.get(label, "") for label in columns),
        expected=expected,
        met=met,
        backing="proved" if all(item.backing == "proved" for item in supports) else "observed",
        basis=str(said.get("basis") or ""),
        evidence=tuple(dict.fromkeys(item.event for item in found)),
        proof=tuple(dict.fromkeys(id for item in supports for id in item.proof)),
    )


def _fact_support(fact: Fact, evidence: Mapping[str, Evidence], *, met: bool | None) -> Support:
    """How the values of a fact are backed; a row is proved where all of its facts are.

    What an action left is as proved as the action, and what was taken from evidence as that; what was
    observed, where it was expected and the value was taken from captured output by the program itself.
    """
    mine = [evidence[id] for id in fact.evidence if id in evidence]
    if fact.source != "observation":
        return support(mine, observed=True)
    taken = bool(fact.patch.body.get("taken")) and any(item.origin == "captured" for item in mine)
    return Support("proved" if met and taken else "observed", tuple(item.event for item in mine))


class Asymmetry(NamedTuple):
    """A column that some rows of a table have a value in, and others have none."""

    label: str
    there: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def told(self) -> str:
        """``Healthz: checked on staging, not on prod``."""
        return f"{self.label}: checked on {', '.join(self.there)}, not on {', '.join(self.lacking)}"


def asymmetries(table: Table) -> list[Asymmetry]:
    """What was recorded of some rows of a table and not of others."""
    found = []
    for place, label in enumerate(table.columns[1:], 1):
        there = tuple(row.values[0] for row in table.rows if row.values[place])
        lacking = tuple(row.values[0] for row in table.rows if not row.values[place])
        if there and lacking:
            found.append(Asymmetry(label, there, lacking))
    return found


class Unmet(NamedTuple):
    """A row that did not come out as expected when it was observed last."""

    table: Table
    row: TableRow

    @property
    def told(self) -> str:
        """``Endpoints / Admin: expected Actual=200, was 302``, on one line."""
        label, actual = self.table.columns[-1], self.row.values[-1] or "nothing"
        said = f"{self.table.name} / {self.row.values[0]}: expected {label}={self.row.expected}, was {actual}"
        return " ".join(said.split())


def unmet(part: Part) -> list[Unmet]:
    """The rows of a part that are not as expected, in the order of its tables."""
    return [Unmet(table, row) for table in part.tables for row in table.rows if row.met is False]


def matches(expected: str, actual: str, *, exact: bool) -> bool:
    """Whether the actual value is the expected one: all of it, or a whole word of it."""
    if exact or actual == expected:
        return actual == expected
    start = actual.find(expected)
    while start >= 0:
        if not (_joined(actual, start) or _joined(actual, start + len(expected))):
            return True
        start = actual.find(expected, start + 1)
    return False


def _joined(text: str, place: int) -> bool:
    """Whether a word runs on over this place of the text."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
