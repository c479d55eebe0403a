"""The fold: from the survey of a journal's events to its parts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from triage import refs, times
from triage.report import entities, log, sections, tables
from triage.report.history import History, Patch, Survey, histories
from triage.report.hosts import Hosts, references
from triage.report.sections import Placed
from triage.report.shapes import (
    Action,
    Blocker,
    Evidence,
    Issue,
    Part,
    Reference,
    Row,
    Section,
    Table,
)


class Fold:
    """The histories of one journal, and the parts that they come to.

    Entities belong to the part of their creation; issues belong to every part that speaks of them, with
    the state that they have now.
    """

    def __init__(self, journal: str, survey: Survey) -> None:
        self.journal = journal
        self.orphans = 0
        self.survey = survey
        self.hosts = Hosts().followed_by(references(survey.patches, but=survey.retracted))
        self._by_kind: dict[str, list[Patch]] = defaultdict(list)
        self.by_part: dict[str, list[Patch]] = defaultdict(list)
        for patch in survey.patches:
            self._by_kind[patch.kind].append(patch)
            if patch.id not in survey.retracted:
                self.by_part[patch.part].append(patch)
        self.orders = {patch.id: patch.order for patch in survey.patches}
        self.openings = {item.id: item for item in self._histories("header")}
        self.actions = self._histories("action")
        self.blockers = self._histories("blocker")
        self.issue_histories = self._histories("issue", lambda patch: self.hosts.entity(patch.body["ref"]))
        self.evidence = {item.id: entities.evidence(item) for item in self._histories("evidence")}
        self._link()
        self.issues = {item.id: self._issue(item) for item in self.issue_histories}
        self.addenda = [
            item.id
            for item in sorted(self.openings.values(), key=lambda item: item.creation.order)
            if item.id != journal
        ]

    def _histories(
        self, kind: str, key: Callable[[Patch], Any] = lambda patch: patch.entity
    ) -> list[History]:
        found, orphans = histories(self._by_kind[kind], self.survey.retracted, key)
        self.orphans += orphans
        return found

    def _link(self) -> None:
        """Which blockers name an action or an issue, and which evidence backs what."""
        self.blockers_of: dict[str, list[History]] = defaultdict(list)
        self._fixes_of: dict[str, list[str]] = defaultdict(list)
        self._prs = {self.hosts.entity(pr) for blocker in self.blockers if (pr := blocker.value("pr"))}
        self.backing: dict[str, list[Evidence]] = defaultdict(list)
        for blocker in self.blockers:
            self.blockers_of[blocker.value("action")].append(blocker)
            if blocker.value("status") == "fixed" and blocker.value("pr"):
                issue = self.hosts.entity(blocker.value("issue"))
                self._fixes_of[issue].append(blocker.value("pr"))
        for evidence in self.evidence.values():
            for backed in {evidence.action, evidence.blocker} - {""}:
                self.backing[backed].append(evidence)
        for claim in (*self.actions, *self.blockers):
            for id in dict.fromkeys(patch.body.get("evidence") for patch in claim.all()):
                if id in self.evidence and self.evidence[id] not in self.backing[claim.id]:
                    self.backing[claim.id].append(self.evidence[id])

    def related(self) -> tuple[str, ...]:
        """The issues that any part names, lowest number first.

        A bare number stands for the only other issue that has it, too.
        """
        named = self.hosts.once(self._refs())
        found = [ref for entity, ref in named.items() if ref and entity not in self._prs]
        of_number = Counter(map(refs.number_of, found))
        bare = {ref[1:] for ref in found if ref.startswith("#") and of_number[ref[1:]] == 2}
        return tuple(
            sorted((i for i in found if i[0] == "#" or refs.number_of(i) not in bare), key=refs.order)
        )

    def _refs(self) -> Iterator[str]:
        yield from (issue.ref for issue in self.issues.values() if issue.type == "issue")
        for history in (*self.openings.values(), *self.blockers, *self.actions):
            yield history.value("issue")

    def _issue(self, history: History) -> Issue:
        """The issue or PR of a history, with the PRs that closed it."""
        entity = self.hosts.entity(history.value("ref"))
        fixes = self.hosts.once(self._fixes_of.get(entity, ()))
        is_pr = entity in self._prs or refs.is_request(history.value("ref"))
        return entities.issue(history, is_pr=is_pr, closed_by=tuple(fixes.values()))

    def part(self, id: str, number: int) -> Part:
        """The main report (the journal's own id) or the addendum that an opening event created."""
        return _PartFold(self, id, number).part()


class _PartFold:
    """One part of a fold: what was created in it, placed and derived."""

    def __init__(self, fold: Fold, id: str, number: int) -> None:
        self._fold = fold
        self._id = id
        self._number = number
        self._opening = fold.openings.get(id)
        self._patches = fold.by_part[id]
        self._of_kind: dict[str, list[Patch]] = defaultdict(list)
        for patch in self._patches:
            self._of_kind[patch.kind].append(patch)
        self._action_histories = self._mine(fold.actions)
        self._blocker_histories = self._mine(fold.blockers)
        self._issue_histories = [
            item for item in fold.issue_histories if any(patch.part == id for patch in item.all())
        ]
        created = {patch.id for patch in self._of_kind["evidence"] if patch.creates}
        self._evidence = [item for item in fold.evidence.values() if item.event in created]

    def _mine(self, found: Iterable[History]) -> list[History]:
        return [item for item in found if item.creation.part == self._id]

    def part(self) -> Part:
        header = entities.header(self._opening)
        actions = [self._action(item) for item in self._action_histories]
        blockers = [self._blocker(item) for item in self._blocker_histories]
        found = tables.tables(self._facts(), self._fold.evidence)
        final = next((t for t in found if t.name == tables.FINAL_STATE and not t.section), None)
        rows = tuple(self._rows())
        queue = tuple(a for a in actions if _queued(a, closed=header.closed))
        queued = {action.event for action in queue}
        headings = sections.tree(self._placed(actions, found, final))
        final_notes, headings = _take(headings, tables.FINAL_STATE)
        verbatim, notes = _split(headings, queued=bool(queue or blockers))
        creation = self._opening.creation if self._opening else None
        resolved = log.resolve_patch(self._opening)
        return Part(
            id=self._id,
            number=self._number,
            at=creation.at if creation else None,
            precision=creation.precision if creation else "unknown",
            header=header,
            rows=rows,
            actions=tuple(actions),
            queue=queue,
            operator=tuple(a for a in actions if not a.closed and a.owner),
            remains=tuple(a for a in actions if _remains(a) and a.event not in queued),
            blockers=tuple(blockers),
            issues=self._issues(),
            tables=found,
            final=final,
            final_notes=final_notes,
            evidence=tuple(self._evidence),
            verbatim=verbatim,
            notes=notes,
            references=tuple(self._references()),
            authors=tuple(dict.fromkeys(patch.actor.name for patch in self._patches)),
            wall_clock=log.wall_clock(self._opening, rows, log.marks(self._patches)),
            time_blocked_us=self._time_blocked(blockers, rows),
            backing=entities.tally(a.backing for a in actions if a.closed and a.status != "skipped"),
            resolved_at=resolved.at if resolved else None,
        )

    def _action(self, history: History) -> Action:
        return entities.action(
            history,
            self._fold.survey.numbers[history.id],
            blockers=self._fold.blockers_of[history.id],
            evidence=self._fold.backing[history.id],
        )

    def _blocker(self, history: History) -> Blocker:
        fold = self._fold
        return entities.blocker(
            history,
            fold.survey.numbers[history.id],
            fold.survey.numbers,
            evidence=fold.backing[history.id],
            of_action=fold.backing.get(history.value("action"), []),
        )

    def _issues(self) -> tuple[Issue, ...]:
        found = (self._fold.issues[history.id] for history in self._issue_histories)
        return tuple(sorted(found, key=lambda issue: refs.order(issue.ref)))

    def _facts(self) -> Iterator[tables.Fact]:
        for patch in self._of_kind["observation"]:
            if patch.body.get("cells"):
                yield tables.from_observation(patch)
        for history in self._action_histories:
            yield from tables.from_action(history, self._fold.backing[history.id])
        for patch in self._of_kind["evidence"]:
            item = self._fold.evidence.get(patch.entity)
            if item is not None and item.environment and patch.body.get("values"):
                yield tables.from_evidence(patch, item.environment)

    def _placed(self, actions: list[Action], found: Iterable[Table], final: Table | None) -> Iterator[Placed]:
        orders = self._fold.orders
        yield from sections.prose(self._of_kind["section"])
        yield from sections.checklists((orders[action.event], action) for action in actions)
        for table in found:
            if table is not final:
                yield Placed(orders[table.event], sections.table_path(table), table)
        for evidence in self._evidence:
            yield Placed(orders[evidence.event], sections.evidence_path(evidence), evidence)

    def _rows(self) -> list[Row]:
        orders = self._fold.orders
        return sorted(self._all_rows(), key=lambda row: orders[row.event])

    def _all_rows(self) -> Iterator[Row]:
        fold = self._fold
        said_here = {patch.id for patch in self._of_kind["issue"]}
        for patch in self._of_kind["entry"]:
            yield log.of_entry(patch)
        for history in self._action_histories:
            yield from log.of_action(history, fold.blockers_of[history.id])
        for history in self._blocker_histories:
            yield from log.of_blocker(history, fold.survey.numbers[history.id])
        for history in self._issue_histories:
            kind = fold.issues[history.id].type
            yield from (row for row in log.of_issue(history, kind) if row.event in said_here)
        if self._opening:
            yield from log.of_header(self._opening)
        if self._id == fold.journal:
            yield from (log.of_addendum(fold.openings[id]) for id in fold.addenda)
        for kind in ("observation", "evidence", "section", "reference"):
            for patch in self._of_kind[kind]:
                row = log.of_other(patch, patch.entity)
                if row:
                    yield row

    def _references(self) -> list[Reference]:
        found, _ = histories(self._of_kind["reference"], frozenset(), lambda patch: patch.body["url"])
        return [Reference(item.id, item.value("url"), item.value("title")) for item in found]

    def _time_blocked(self, blockers: list[Blocker], rows: tuple[Row, ...]) -> int:
        """How long any blocker stood while the part's work went on: no longer than its wall-clock."""
        ending = log.ending(self._opening, rows)
        if ending is None:
            return 0
        end = ending[0]
        stood = [blocker for blocker in blockers if blocker.status != "accepted"]
        intervals = [(blocker.at, min(blocker.fixed_at or end, end)) for blocker in stood]
        return times.union_us((a, b) for a, b in intervals if a and a <= b)


def _queued(action: Action, *, closed: bool) -> bool:
    """Whether the action queue shows it: no checklist has it, and it is nobody's open obligation."""
    if action.group or action.section or (action.owner and not action.closed):
        return False
    return action.status != "todo" or not closed


def _remains(action: Action) -> bool:
    return not (action.closed or action.owner or action.group or action.section)


def _take(headings: tuple[Section, ...], title: str) -> tuple[Section | None, tuple[Section, ...]]:
    taken = next((section for section in headings if section.path == (title,)), None)
    return taken, tuple(section for section in headings if section is not taken)


def _split(headings: tuple[Section, ...], *, queued: bool) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Where a part has a queue or blockers, verbatim evidence goes before them and the rest after."""
    if not queued:
        return headings, ()
    return (
        tuple(section for section in headings if section.verbatim),
        tuple(section for section in headings if not section.verbatim),
    )
