"""Placement: which prose, tables, evidence and checklists stand under which heading, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from triage.report.history import Patch
from triage.report.shapes import Action, Block, Checklist, Evidence, Prose, Section, Table

Order = tuple[str, str, str]
Path = tuple[str, ...]

EVIDENCE_HEADING = "Evidence"


class Placed(NamedTuple):
    """Something that stands under a heading at a place in time; a heading alone has no block."""

    order: Order
    path: Path
    block: Block | None


def prose(patches: Iterable[Patch]) -> list[Placed]:
    """The prose of each heading: a text replaces what its heading said before, an appended one follows."""
    by_path: dict[Path, list[Patch]] = {}
    for patch in patches:
        by_path.setdefault(heading(patch), []).append(patch)
    return [placed for path, group in by_path.items() for placed in _prose(path, group)]


def heading(patch: Patch) -> Path:
    """The heading path of a section event."""
    return tuple(title.strip() for title in patch.body["heading"])


def _prose(path: Path, patches: list[Patch]) -> list[Placed]:
    creation = min(patches, key=attrgetter("rank"))
    later = sorted((p for p in patches if p.id != creation.id), key=attrgetter("order"))
    found = [Placed(creation.order, path, None)]
    for patch in (creation, *later):
        body = patch.body.get("body")
        if body is None:
            continue
        order = patch.order if patch.body.get("append") else creation.order
        if not patch.body.get("append"):
            del found[1:]
        found.append(Placed(order, path, _prose_block(patch, body)))
    return found


def _prose_block(patch: Patch, body: str) -> Prose:
    return Prose(patch.id, patch.at, patch.precision, body, patch.body.get("basis") or "")


def checklists(actions: Iterable[tuple[Order, Action]]) -> list[Placed]:
    """Named groups, and the actions of a section, as checklists where the first of them stands."""
    groups: dict[tuple[Path, str], list[tuple[Order, Action]]] = {}
    for order, action in actions:
        if action.group or action.section:
            path = action.section or (action.group,)
            groups.setdefault((path, action.group), []).append((order, action))
    return [
        Placed(
            members[0][0],
            path,
            Checklist(members[0][1].event, name, tuple(action for _, action in members)),
        )
        for (path, name), members in groups.items()
    ]


def table_path(table: Table) -> Path:
    """Where a table stands: its section, else under its own name."""
    return table.section or (table.name,)


def evidence_path(evidence: Evidence) -> Path:
    """Where evidence stands: its section, else with all that has none."""
    return evidence.section or (EVIDENCE_HEADING,)


def tree(placed: Iterable[Placed]) -> tuple[Section, ...]:
    """The headings, in order of the first thing under each, with their blocks in order of time."""
    ordered = sorted(placed, key=attrgetter("order"))
    blocks: dict[Path, list[Block]] = {}
    children: dict[Path, dict[Path, None]] = {(): {}}
    for item in ordered:
        for depth in range(len(item.path)):
            children.setdefault(item.path[:depth], {})[item.path[: depth + 1]] = None
        if item.block is not None:
            blocks.setdefault(item.path, []).append(item.block)
    return _children((), blocks, children)


def _children(
    path: Path, blocks: dict[Path, list[Block]], children: dict[Path, dict[Path, None]]
) -> tuple[Section, ...]:
    return tuple(
        Section(child, tuple(blocks.get(child, ())), _children(child, blocks, children))
        for child in children.get(path, ())
    )
