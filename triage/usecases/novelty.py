"""What of a note is new: each piece of it is held against what stands in its place.

What the record says already is not said again, an action or a row that the note tells otherwise is patched,
and what a text that has a name says in other words takes the place of what that text said. Nothing is taken
away.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from triage.encoding import sha256
from triage.errors import TriageError
from triage.events import Draft
from triage.importer import Piece, units
from triage.importer.pieces import joined
from triage.redact import MARKER
from triage.report import Action
from triage.report.history import Patch
from triage.report.tables import matches
from triage.times import When
from triage.usecases.earlier import Earlier, bodies, earlier, line_of, shown
from triage.usecases.recorder import Recorder, Said
from triage.usecases.rewordings import Rewordings, rewordings
from triage.usecases.standing import Path, Standing
from triage.usecases.steps import CHANGED, NEW, UNNAMED, Steps
from triage.usecases.summaries import Share, renewed, share
from triage.usecases.versions import versions

MOST_GONE = 3
"""Lines of a text which are gone from it that a remark names."""


class Novelty(Steps):
    """What of a note is new, as the steps in which it is recorded.

    ``base`` is when all of it happened that tells no time. ``hidden`` is the number of secrets in the note.
    """

    def __init__(self, recorder: Recorder, standing: Standing, name: str, base: When) -> None:
        super().__init__(recorder, standing, name)
        self.hidden = 0
        self._base = base
        self._before: Mapping[int, Patch] = {}
        self._bodies: Mapping[str, str] = {}
        self._lines = Rewordings({}, {}, {}, [])
        self._own: dict[int, Action | None] = {}
        self._vacated: set[Path] = set()

    def add_all(self, pieces: Iterable[Piece]) -> None:
        """Plan what the pieces become; errors name the line."""
        clean = [self._clean(piece) for piece in pieces]
        if self.name:
            self._find_versions(clean)
            self._find_rewordings(clean)
        for place, (piece, draft) in enumerate(clean):
            try:
                _ADDERS[piece.kind](self, piece, draft, place)
            except TriageError as error:
                raise _on_line(error, piece.line) from None

    def _clean(self, piece: Piece) -> tuple[Piece, Draft]:
        """The draft of a piece as it would be recorded, under an id of no meaning, at its time."""
        try:
            raw = self.recorder.draft(
                Said(piece.kind, {**piece.fields, **self._source(piece)}, output=piece.output)
            )
        except TriageError as error:
            raise _on_line(error, piece.line) from None
        when = self._when(piece)
        draft = self.recorder.clean(raw._replace(at=when.at, precision=when.precision))
        self.hidden += _markers(draft) - _markers(raw)
        if piece.kind == "observation" and "table" in draft.body:
            section, label = tuple(draft.body.get("section") or ()), draft.body["cells"][0][0]
            draft.body["table"] = self.standing.table(section, draft.body["table"], label)
        return piece, draft

    def _when(self, piece: Piece) -> When:
        """When a piece happened: when it says, else when all did; for what was done nobody knows."""
        done = piece.kind == "action" and piece.fields.get("status") not in ("todo", "doing", "blocked")
        if piece.when.at or piece.kind == "entry" or (done and not self.recorder.circumstances.at):
            return piece.when
        return self._base

    def _source(self, piece: Piece) -> dict[str, str]:
        """Where a piece was taken from, as far as its fields do not say it: the text, a heading, words."""
        is_told = piece.fields.keys() & {"section", "heading", "table"} or not piece.heading
        where = "" if is_told else f" ({piece.heading})"
        said = ": " + "\n".join(piece.quoted) if piece.quoted else ""
        return {"source": f"{self.name or UNNAMED}{where}{said}"} if self.name or where or said else {}

    def _find_versions(self, clean: Sequence[tuple[Piece, Draft]]) -> None:
        """Find what prose of a text with a name stands for, and remark on what that text says no more."""
        told = [
            (tuple(draft.body["heading"]), place, draft.body["body"])
            for place, (piece, draft) in enumerate(clean)
            if piece.kind == "section" and "body" in draft.body
        ]
        self._bodies = bodies(self.standing, self.name)
        self._before, left = versions(self.standing, self.name, told, self._bodies)
        for path, event, place in left:
            self.remark(
                clean[place][0].line if place >= 0 else 0,
                f"{self._shown} says no more what it said under {' > '.join(path)!r:.60}, which stands;"
                f" to withdraw it: triage retract e{self.standing.ids[event].n}",
            )

    @property
    def _shown(self) -> str:
        """The name of the text as remarks have it: of a file without its folders."""
        return self.name.rpartition("/")[2]

    def _find_rewordings(self, clean: Sequence[tuple[Piece, Draft]]) -> None:
        """Find what lines of a text with a name stand for, and remark on those that it has no more."""
        told = ((place, draft, piece.undated) for place, (piece, draft) in enumerate(clean))
        self._lines = rewordings(self.standing, earlier(self.standing, self.name), told)
        for place, old in (self._lines.same | self._lines.before).items():
            self._own[place] = self.standing.take(old.patch.id)
            self.meant.add(old.patch.id)
            path = _place(old.patch.body)
            if path != _place(clean[place][1].body):
                self._vacated.update(path[:depth] for depth in range(len(path) + 1))
        for place, old in self._lines.beside.items():
            event = self._label(old)
            self.remark(
                clean[place][0].line,
                f"{event} was amended since, and stands beside this; to withdraw it: triage retract {event}",
            )
        self._tell_gone(self._lines.gone)

    def _tell_gone(self, gone: Sequence[Earlier]) -> None:
        """Remark on lines that the text has no more: they stand, and how one is withdrawn."""
        if gone:
            first = self.standing.ids[gone[0].patch.id].n
            more = f" and {len(gone) - MOST_GONE} more" if len(gone) > MOST_GONE else ""
            said = ", ".join(f"{self._label(old)} {_shown(old)!r:.40}" for old in gone[:MOST_GONE])
            self.remark(
                0,
                f"{self._shown} says no more what these say, which stand; to withdraw one:"
                f" triage retract e{first}; {said}{more}",
            )

    def _label(self, old: Earlier) -> str:
        return " ".join(f"e{self.standing.ids[id].n}" for id in old.events)

    def _know_own(self, piece: Piece, draft: Draft, said: Earlier) -> None:
        """Say that the text said this before, and what became of it since."""
        self._tell_amended(piece, said)
        self.know(piece, draft, self.standing.ids[said.patch.id])

    def _tell_amended(self, piece: Piece, said: Earlier) -> None:
        if said.amended:
            self.remark(piece.line, f"{self._label(said)} was amended since, and stands as it is")

    def entry(self, piece: Piece, draft: Draft, place: int) -> None:
        """An entry, unless a row of the sequence log says the same of the same minute."""
        if said := self._lines.same.get(place):
            return self._know_own(piece, draft, said)
        if before := self._lines.before.get(place):
            return self._reword(piece, draft, before)
        known = self.standing.take_row(draft.at, draft.body["text"], draft.body.get("outcome") or "")
        if known is not None:
            return self.know(piece, draft, known)
        at = piece.when.at or ""
        return self.add(piece, draft, said=at[11:] if piece.undated else at)

    def action(self, piece: Piece, draft: Draft, place: int) -> None:
        """An action, or what the note tells otherwise of one that stands."""
        said, before = self._lines.same.get(place), self._lines.before.get(place)
        if said and said.withdrawn:
            return self._know_own(piece, draft, said)
        if said:
            self._tell_amended(piece, said)
        if before:
            self._reword(piece, draft, before)
        known = self._own[place] if place in self._own else self.standing.take_action(draft.body)
        if known is None:
            return self.add(piece, draft)
        return self._patch_action(piece, draft, known, is_told=before is not None)

    def _patch_action(self, piece: Piece, draft: Draft, known: Action, *, is_told: bool) -> None:
        """What the note tells otherwise of an action, of which something ``is_told`` already."""
        self.meant.add(known.event)
        changes = _changes(known, draft.body)
        if known.closed and draft.body.get("status") == "todo":
            self.remark(
                piece.line, f"action {known.number} is {known.status} in the record: {known.title:.60}"
            )
        if changes:
            source = {name: draft.body[name] for name in ("source",) if name in draft.body}
            changed = draft._replace(body=changes | source, at=self._base.at, precision=self._base.precision)
            self.add(piece, changed, CHANGED, entity=known.event)
        elif not is_told:
            self.know(piece, draft, self.standing.ids[known.event])

    def observation(self, piece: Piece, draft: Draft, place: int) -> None:
        """A row of a table, unless the table says it, or the text said it last."""
        body = draft.body
        actual = body["cells"][-1]
        if body.get("expected") and not matches(body["expected"], actual[1], exact=False):
            self.remark(piece.line, f"{actual[0]} is {actual[1]!r:.60}, not {body['expected']!r:.60}")
        if before := self._lines.before.get(place):
            return self._reword(piece, draft, before)
        line, said = line_of(draft.kind, body, draft.at), self._lines.same.get(place)
        row = self.standing.rows.get((*line.place, line.title))
        same = row is not None and all(row.value(label) == value for label, value in body["cells"])
        if row is not None and same and body.get("expected", row.expected) == row.expected:
            return self.know(piece, draft, self.standing.ids.get(row.event))
        if said and said.line == line:
            if row is not None and not said.amended:
                self.remark(
                    piece.line, f"the record says otherwise of {line.title!r:.60} since, which stands"
                )
            return self._know_own(piece, draft, said)
        return self.add(piece, draft, CHANGED if row else NEW, entity=draft.id)

    def issue(self, piece: Piece, draft: Draft, _: int) -> None:
        """The state of an issue or a PR, unless it is known."""
        known = self.standing.issue(draft.body["ref"])
        told = {name: draft.body[name] for name in ("title", "state", "note") if draft.body.get(name)}
        if known is None:
            return self.add(piece, draft, entity=draft.id)
        if all(getattr(known, name) == value for name, value in told.items()):
            return self.know(piece, draft, self.standing.ids.get(known.event))
        return self.add(piece, draft, CHANGED, entity=draft.id)

    def reference(self, piece: Piece, draft: Draft, _: int) -> None:
        """An address, unless it is known under that title."""
        known = self.standing.references.get(draft.body["url"])
        if known is not None and draft.body.get("title", known.title) == known.title:
            return self.know(piece, draft, self.standing.ids.get(known.event))
        return self.add(piece, draft, CHANGED if known else NEW, entity=draft.id)

    def evidence(self, piece: Piece, draft: Draft, _: int) -> None:
        """Output, unless it is evidence already."""
        digest = sha256(draft.output or b"")
        known = self.standing.output(digest, draft.body.get("command") or "") if draft.output else None
        if known is not None:
            return self.know(piece, draft, known)
        return self.add(piece, draft, said=digest)

    def section(self, piece: Piece, draft: Draft, place: int) -> None:
        """Prose: a new version of what this text said here, else what of it does not stand here."""
        path, body = tuple(draft.body["heading"]), draft.body.get("body")
        if body is None:
            return self._heading(piece, draft, path)
        before = self._before.get(place)
        if before is not None and self.standing.typed(self._bodies[before.id]) == body:
            if before.body["body"] != self._bodies[before.id]:
                label = self.standing.ids[before.id].n
                self.remark(piece.line, f"e{label} was amended since, and stands as it is")
            return self.know(piece, draft, self.standing.ids[before.id])
        if before is not None:
            return self.amend(piece, draft, before, {"body": body})
        stands = self.standing.last_prose(path)
        if stands is None:
            return self.add(piece, draft)
        told = list(units(body))
        left = [unit for unit in told if not self.standing.take_unit(path, unit[0])]
        if not left:
            return self.know(piece, draft, stands)
        new = body if len(left) == len(told) else _as_text(left)
        return self.add(piece, draft._replace(body=draft.body | {"body": new}))

    def _heading(self, piece: Piece, draft: Draft, path: Path) -> None:
        """A heading over nothing, unless something stands under it that is not moved away."""
        if path in self.standing.paths and path not in self._vacated:
            return self.know(piece, draft, None)
        return self.add(piece, draft)

    def _reword(self, piece: Piece, draft: Draft, said: Earlier) -> None:
        """Amend a line that this text said before."""
        was = said.patch
        changes = {
            name: draft.body.get(name)
            for name in sorted(was.body.keys() | draft.body.keys())
            if draft.body.get(name) != was.body.get(name) and name not in _PATCHED.get(draft.kind, ())
        }
        if draft.kind == "entry" and draft.at != was.at:
            changes |= {"at": draft.at, "precision": draft.precision}
        return self.amend(piece, draft, was, changes)

    def header(self, piece: Piece, draft: Draft, _: int) -> None:
        """The summary: in the place of what this text said of it, else added to that of the record."""
        summary = self.standing.part.header.summary
        own = share(self.standing, self.name) if self.name else Share()
        stands = [source for source, _ in units(self.standing.typed(summary))]
        told = list(units(draft.body["summary"]))
        left = [unit for unit in told if unit[0] not in {*stands, *own.last}]
        is_own = not own.ever.isdisjoint(stands)
        new = _as_text(renewed(self.standing, told, own) if is_own else left)
        if self.standing.typed(new) == self.standing.typed(summary) if is_own else not left:
            return self.know(piece, draft, None)
        if summary and not is_own:
            self.remark(
                piece.line, "added to the summary; to put another in its place: triage set 'summary=TEXT'"
            )
        body = draft.body | {"summary": new if is_own else joined(summary, new, by="\n\n")}
        state = CHANGED if summary else NEW
        return self.add(piece, draft._replace(body=body), state, entity=self.recorder.place.part)


_PATCHED = {"action": ("status", "owner", "outcome")}
"""Fields of a line that a patch tells where the line is written again."""
_ADDERS: Mapping[str, Callable[[Novelty, Piece, Draft, int], None]] = {
    "entry": Novelty.entry,
    "action": Novelty.action,
    "observation": Novelty.observation,
    "issue": Novelty.issue,
    "reference": Novelty.reference,
    "evidence": Novelty.evidence,
    "section": Novelty.section,
    "header": Novelty.header,
}


def _place(body: Mapping[str, Any]) -> Path:
    """The headings under which a document shows an action or a row."""
    own = [body[name] for name in ("table", "group") if body.get(name)][:1]
    return tuple(body.get("section") or own)


def _shown(old: Earlier) -> str:
    return shown(old.patch.kind, old.patch.body, old.patch.at)


def _on_line(error: TriageError, line: int) -> TriageError:
    """The error, which names the line."""
    error.message = f"line {line}: {error.message}"
    error.args = (error.message,)
    return error


def _markers(draft: Draft) -> int:
    """How many secrets are hidden in a draft."""
    return str(draft.body).count(MARKER) + (draft.output or b"").count(MARKER.encode())


def _changes(action: Action, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a note tells otherwise of an action: a status but for the first one, an owner, an outcome."""
    told = body.get("status", "todo")
    changes: dict[str, Any] = {}
    if told not in ("todo", action.status) and not (told == "done" and action.closed):
        changes["status"] = told
    if body.get("owner") and body["owner"] != action.owner:
        changes["owner"] = body["owner"]
    if body.get("outcome") and body["outcome"] not in action.outcome:
        changes["outcome"] = body["outcome"]
    return changes


def _as_text(parts: Sequence[tuple[str, str]]) -> str:
    """Paragraphs and items as one text."""
    return "".join(joiner + source for source, joiner in parts).removeprefix("\n\n").removeprefix("\n")
