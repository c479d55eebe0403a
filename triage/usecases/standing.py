"""What stands in one part of a journal already, asked by what a note says."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage.events import Event
from triage.importer import units
from triage.report import Action, Issue, Part, Prose, Report, Section
from triage.report.history import Patch, one_per_id, survey
from triage.report.hosts import Hosts
from triage.report.sections import prose
from triage.report.tables import FINAL_STATE, UNLABELLED
from triage.usecases.recorder import Place

Path = tuple[str, ...]
_ID = re.compile(r"\be:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""An event in prose that was recorded."""
_NUMBERED = re.compile(r" \(\d+\)$")
"""What tells a table from an earlier one of its name."""


RowKey = tuple[Path, str, str]
"""What tells a row of a part from all others: where its table stands, its name, the row's key."""


class Line(NamedTuple):
    """What a line of a text says: where it stands, its minute or '', what it is about, and all the rest."""

    kind: str
    place: tuple[Any, ...]
    at: str
    title: str
    rest: tuple[Any, ...]


class Stood(NamedTuple):
    """What a row of a table says: its first event, its cells, and what is expected of the last of them."""

    event: str
    cells: dict[str, str]
    expected: str

    def value(self, label: str) -> str | None:
        """The value of a column; that without a label is the first."""
        return next(iter(self.cells.values()), None) if not label else self.cells.get(label)


class Standing:
    """What stands in a part. What was taken is not given again: a note may say the same twice.

    ``actor`` writes. ``ids`` are all events of the journal by their ids, ``withdrawn`` those that were;
    ``patches`` are those of the part as they stand, ``reworded`` the ids of those that a text said anew.
    ``statuses`` are those of actions, by their events.
    """

    def __init__(self, place: Place, events: Sequence[Event], actor: str) -> None:
        report = Report.from_events(events)
        found = survey(one_per_id(events))
        self.ids = {event.id: event for event in events}
        self.withdrawn = found.retracted
        self.part = next((part for part in report.parts if part.id == place.part), report.main)
        self.titles = (report.main.header.title, self.part.header.title)
        self.paths = set(_paths(self.part))
        self._hosts = Hosts(report.hosts)
        self.issues = {self._hosts.entity(issue.ref): issue for issue in self.part.issues}
        self.references = {each.url: each for each in self.part.references}
        self._first_labels = {(table.section, table.name): table.columns[0] for table in self.part.tables}
        self.actor = actor
        self._prose: dict[Path, list[Patch]] = {}
        self._units: dict[Path, Counter[str]] = {}
        self._outputs: dict[str, list[Event]] = {}
        mine = [each for each in found.patches if each.part == place.part and each.id not in found.retracted]
        self.patches = {patch.id: patch for patch in mine}
        self.reworded = {event.entity for event in events if _rewords(event)}
        keyed = {each.id for each in mine if each.kind == "observation" and each.body.get("row")}
        self.rows = {key: row for key, row in _rows(self.part) if row.event not in keyed}
        self._add_prose([patch for patch in mine if patch.kind == "section"])
        for patch in mine:
            self._add(patch)
        self._entries: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in self.part.rows:
            self._entries.setdefault(_row_key(row.at, row.text), []).append((row.event, row.outcome))
        self.statuses = {action.event: action.status for action in self.part.actions}
        self._actions: dict[tuple[Path, str, str], list[Action]] = {}
        for action in self.part.actions:
            self._actions.setdefault(_action_key(action), []).append(action)
        self._named = {action.event: action for action in self.part.actions}

    def _add_prose(self, patches: Sequence[Patch]) -> None:
        """The prose that stands: not what another text took the place of."""
        by_id = {patch.id: patch for patch in patches}
        for placed in prose(patches):
            if isinstance(placed.block, Prose) and placed.block.body:
                self._prose.setdefault(placed.path, []).append(by_id[placed.block.event])

    def _add(self, patch: Patch) -> None:
        if patch.kind == "observation" and patch.body.get("row"):
            self._add_row(patch)
        elif patch.kind == "evidence" and patch.body.get("sha256"):
            self._outputs.setdefault(patch.body["sha256"], []).append(self.ids[patch.entity])

    def _add_row(self, patch: Patch) -> None:
        """A row that has a key besides its first cell."""
        key = (
            tuple(patch.body.get("section") or ()),
            patch.body.get("table") or FINAL_STATE,
            patch.body["row"],
        )
        before = self.rows.get(key, Stood(patch.id, {}, ""))
        cells = before.cells | dict(patch.body["cells"])
        self.rows[key] = Stood(before.event, cells, patch.body.get("expected") or before.expected)

    def prose(self, path: Path, name: str = "") -> list[Patch]:
        """The prose under a heading as it stands; for a name, that of the actor's text of this name."""
        return [patch for patch in self._prose.get(path, ()) if not name or self.is_from(patch, name)]

    def is_from(self, said: Event | Patch, name: str) -> bool:
        """Whether the actor's text of a name said something."""
        source = str((said.body or {}).get("source") or "")
        same = source == name or source.startswith((f"{name} (", f"{name}: "))
        return same and said.actor.name == self.actor and said.part == self.part.id

    def last_prose(self, path: Path) -> Event | None:
        """The event of the prose that stands last under a heading, if any does."""
        stands = self._prose.get(path)
        return self.ids[stands[-1].id] if stands else None

    def headings_of(self, name: str) -> list[Path]:
        """The headings under which prose of the text of a name stands."""
        return [path for path in self._prose if self.prose(path, name)]

    def table(self, section: Path, name: str, label: str) -> str:
        """The name for a table: the next one where rows of something else, by the first column, have it."""
        bare, number, found = _NUMBERED.sub("", name), 1, name
        while label and self._first_labels.setdefault((section, found), label) not in (label, UNLABELLED):
            number += 1
            found = f"{bare} ({number})"
        return found

    def typed(self, text: str) -> str:
        """Prose as it was typed: its events by their numbers."""
        return _ID.sub(self._number, text)

    def _number(self, found: re.Match[str]) -> str:
        event = self.ids.get(found[1])
        return f"e{event.n}" if event else found[0]

    def take_unit(self, path: Path, unit: str) -> bool:
        """Whether a paragraph or an item stands under a heading, as often as it was asked for."""
        if path not in self._units:
            texts = (self.typed(patch.body["body"]) for patch in self.prose(path))
            self._units[path] = Counter(source for text in texts for source, _ in units(text))
        self._units[path][unit] -= 1
        return self._units[path][unit] >= 0

    def take_row(self, at: str | None, text: str, outcome: str) -> Event | None:
        """The event whose row of the sequence log says this of this minute, outcome and all."""
        rows = self._entries.get(_row_key(at, text), [])
        found = next((row for row in rows if outcome in ("", row[1])), None)
        if found is None:
            return None
        rows.remove(found)
        return self.ids[found[0]]

    def take(self, event: str) -> Action | None:
        """Take what an event makes: its row of the sequence log, or its action, which is given."""
        patch = self.patches.get(event)
        if patch is not None and patch.kind == "entry":
            rows = self._entries.get(_row_key(patch.at, patch.body["text"]), [])
            rows[:] = [row for row in rows if row[0] != event]
        action = self._named.get(event) if patch is not None and patch.kind == "action" else None
        actions = self._actions[_action_key(action)] if action else []
        if action not in actions:
            return None
        actions.remove(action)
        return action

    def take_action(self, fields: Mapping[str, Any]) -> Action | None:
        """The action that a note means: one of its title in its place, or the only one that has no place."""
        section, group = tuple(fields.get("section") or ()), str(fields.get("group") or "")
        found = self._meant((section, group), bare(fields["title"]))
        return found.pop(0) if found else None

    def _meant(self, place: tuple[Path, str], title: str) -> list[Action]:
        """The actions that a title may mean in a place."""
        mine, loose = self._actions.get((*place, title), []), self._actions.get(((), "", title), [])
        return mine or (loose if len(loose) == 1 and not loose[0].environment else [])

    def saying(self, line: Line) -> list[str]:
        """The events that say what a line says, or with other values of the same row."""
        if line.kind == "entry":
            rows = self._entries.get((line.at, line.title), [])
            return [event for event, outcome in rows if line.rest[0] in ("", outcome)]
        if line.kind == "action":
            return [action.event for action in self._meant(line.place, line.title)]
        row = self.rows.get((*line.place, line.title))
        return [row.event] if row else []

    def output(self, sha256: str, command: str) -> Event | None:
        """The evidence that has this very output, of this command where one is told."""
        found = self._outputs.get(sha256, ())
        return next((e for e in found if command in ("", (e.body or {}).get("command") or "")), None)

    def issue(self, ref: str) -> Issue | None:
        """The issue or PR of a reference, as it stands; none is where nothing named its host yet."""
        return self.issues.get(self._hosts.entity(ref)) if self._hosts.has(ref) else None


def as_told(name: str) -> str:
    """The name of a text as sources tell it: no other's is its beginning before a heading or words."""
    return f'"{name}"' if " (" in name or ": " in name or name.startswith('"') else name


REWORDED = "written anew in "
"""Begins the reason of what a text with a name amends of its own."""


def _rewords(event: Event) -> bool:
    return event.kind == "amendment" and str((event.body or {}).get("reason") or "").startswith(REWORDED)


def bare(text: str) -> str:
    """A text without regard to capitals and room."""
    return " ".join(text.casefold().split())


def _action_key(action: Action) -> tuple[Path, str, str]:
    return action.section, action.group, bare(action.title)


def _row_key(at: str | None, text: str) -> tuple[str, str]:
    return (at or "")[:16], bare(text)


def _rows(part: Part) -> Iterator[tuple[RowKey, Stood]]:
    for table in part.tables:
        for row in table.rows:
            cells = dict(zip(table.columns, row.values, strict=True))
            yield (table.section, table.name, row.values[0]), Stood(row.event, cells, row.expected)


def _paths(part: Part) -> Iterator[Path]:
    """The headings under which something stands, or that stand by themselves."""
    yield from _of_sections([*part.verbatim, *part.notes, *([part.final_notes] if part.final_notes else [])])


def _of_sections(sections: Iterable[Section]) -> Iterator[Path]:
    for section in sections:
        yield section.path
        yield from _of_sections(section.children)
