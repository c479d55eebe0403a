"""What of a note is new: each piece of it is held against what stands in its place.

What the record says already is not said again, an action or a row that the note tells otherwise is patched,
and prose of a text that has a name takes the place of what that text said. Nothing is taken away.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from triage import events
from triage.encoding import canonical, decoded, sha256
from triage.errors import InvalidValue, TriageError
from triage.events import Draft, Event
from triage.importer import Piece, units
from triage.importer.pieces import joined
from triage.redact import MARKER
from triage.report import Action
from triage.report.history import Patch
from triage.report.tables import FINAL_STATE, matches
from triage.times import When
from triage.usecases import facts
from triage.usecases.importing import wording
from triage.usecases.recorder import Recorder, Said
from triage.usecases.standing import Path, Standing
from triage.usecases.versions import versions

NEW, CHANGED, KNOWN = "new", "changed", "known"
"""What became of lines of a note: something new, a change of what stood there, or nothing: it stood there."""
UNNAMED = "-"
"""What the source of an event calls a text that has no name."""


class Remark(NamedTuple):
    """Something about a line of a note, or with 0 about all of it, that somebody should look at."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class Step(NamedTuple):
    """What one piece comes to: a draft, by its place among all, or the event that says it already."""

    piece: Piece
    state: str
    title: str
    place: int = -1
    event: Event | None = None


class Novelty:
    """What of a note is new: ``drafts``; ``steps`` tell what each piece of it has to do with them.

    ``hidden`` is the number of secrets in the note.
    """

    def __init__(self, recorder: Recorder, standing: Standing, name: str, base: When) -> None:
        self.drafts: list[Draft] = []
        self.steps: list[Step] = []
        self.remarks: list[Remark] = []
        self.hidden = 0
        self._recorder = recorder
        self._standing = standing
        self._name = name
        self._base = base
        self._seen: Counter[str] = Counter()
        self._before: Mapping[int, Patch] = {}

    def remark(self, line: int, text: str) -> None:
        """Remark on a line; on all of the note with 0."""
        self.remarks.append(Remark(line, text))

    def add_all(self, pieces: Iterable[Piece]) -> None:
        """Plan what the pieces become; errors name the line."""
        clean = [self._clean(piece) for piece in pieces]
        if self._name:
            self._find_versions(clean)
        for place, (piece, draft) in enumerate(clean):
            try:
                _ADDERS[piece.kind](self, piece, draft, place)
            except TriageError as error:
                raise _on_line(error, piece.line) from None

    def _clean(self, piece: Piece) -> tuple[Piece, Draft]:
        """The draft of a piece as it would be recorded, under an id of no meaning, at its time."""
        try:
            raw = self._recorder.draft(
                Said(piece.kind, {**piece.fields, **self._source(piece)}, output=piece.output)
            )
        except TriageError as error:
            raise _on_line(error, piece.line) from None
        when = self._when(piece)
        draft = self._recorder.clean(raw._replace(at=when.at, precision=when.precision))
        self.hidden += _markers(draft) - _markers(raw)
        return piece, draft

    def _when(self, piece: Piece) -> When:
        """When a piece happened: when it says, else when all did; for what was done nobody knows."""
        done = piece.kind == "action" and piece.fields.get("status") not in ("todo", "doing", "blocked")
        if piece.when.at or piece.kind == "entry" or (done and not self._recorder.circumstances.at):
            return piece.when
        return self._base

    def _source(self, piece: Piece) -> dict[str, str]:
        """Where a piece was taken from, as far as its fields do not say it: the text, a heading, words."""
        shown = piece.fields.keys() & {"section", "heading", "table"} or not piece.heading
        where = "" if shown else f" ({piece.heading})"
        said = ": " + "\n".join(piece.quoted) if piece.quoted else ""
        return {"source": f"{self._name or UNNAMED}{where}{said}"} if self._name or where or said else {}

    def _find_versions(self, clean: Sequence[tuple[Piece, Draft]]) -> None:
        """Find what prose of a text with a name stands for, and remark on what that text says no more."""
        told = [
            (tuple(draft.body["heading"]), place, draft.body["body"])
            for place, (piece, draft) in enumerate(clean)
            if piece.kind == "section" and "body" in draft.body
        ]
        self._before, left = versions(self._standing, self._name, told)
        for path, event, place in left:
            self.remark(
                clean[place][0].line if place >= 0 else 0,
                f"{self._name} says no more what it said under {' > '.join(path)!r:.60}, which stands;"
                f" to withdraw it: triage retract e{self._standing.ids[event].n}",
            )

    def _add(self, piece: Piece, draft: Draft, state: str = NEW, *, entity: str = "", said: str = "") -> None:
        """Add a draft under an id that rests on what it says, unless an event of that id says it already.

        ``said`` is what tells it from another of the same fields.
        """
        content = self._content(draft, said)
        if entity:
            return self._add_patch(piece, draft._replace(entity=entity), state, content)
        self._seen[content] += 1
        id = self._id(content, self._seen[content])
        known = self._standing.ids.get(id)
        if known is not None:
            return self._know(piece, draft, known)
        return self._keep(piece, draft._replace(id=id, entity=id), state)

    def _add_patch(self, piece: Piece, draft: Draft, state: str, content: str) -> None:
        """Add a draft that says what does not hold now, though it may have been said before."""
        for number in count(1):
            id = self._id(content, number)
            known = self._standing.ids.get(id)
            if known is None:
                entity = id if draft.entity == draft.id else draft.entity
                return self._keep(piece, draft._replace(id=id, entity=entity), state)
            if self._recorder.circumstances.at and known.at == draft.at:
                return self._know(piece, draft, known)
        raise AssertionError("count has no end")

    def _content(self, draft: Draft, said: str) -> str:
        """What tells a draft from others: its kind and what it says, but for the name of the text.

        It is of what is recorded: nobody shall work out a secret from an id.
        """
        body = {name: value for name, value in draft.body.items() if name != "source"}
        entity = "" if draft.entity == draft.id else draft.entity
        source = draft.body.get("source", "").removeprefix(self._name or UNNAMED)
        return f"{draft.kind}:{sha256(canonical([body, entity, source, said]))}"

    def _id(self, content: str, number: int) -> str:
        place = self._recorder.place
        return events.derived_id(place.journal, f"write:{place.part}:{content}:{number}")

    def _keep(self, piece: Piece, draft: Draft, state: str) -> None:
        """Keep a draft; `InvalidValue` where an event cannot hold it."""
        if len(canonical(draft.body)) > events.MAX_BODY:
            raise InvalidValue(
                f"the text of this {piece.kind} is longer than an event can hold",
                hint="nothing was recorded; put part of it under another heading",
            )
        self.steps.append(Step(piece, state, _title(draft), len(self.drafts)))
        self.drafts.append(draft._replace(body=self._with_ids(draft), keyed=True))

    def _with_ids(self, draft: Draft) -> dict[str, Any]:
        """The body of a draft with `e12` in prose as the id of that event."""
        if draft.kind != "amendment":
            return facts.with_ids(self._recorder, draft.kind, draft.body)
        changes = facts.with_ids(self._recorder, "section", draft.body["changes"])
        return draft.body | {"changes": changes}

    def _know(self, piece: Piece, draft: Draft, event: Event | None) -> None:
        """Say that something stands already, or did, and was withdrawn."""
        if event is not None and event.id in self._standing.withdrawn:
            self.remark(piece.line, f"e{event.n} was withdrawn, and is not written again")
        self.steps.append(Step(piece, KNOWN, _title(draft), event=event))

    def entry(self, piece: Piece, draft: Draft, _: int) -> None:
        """An entry, unless a row of the sequence log says the same of the same minute."""
        known = self._standing.take_row(draft.at, draft.body["text"], draft.body.get("outcome") or "")
        if known is not None:
            return self._know(piece, draft, known)
        at = piece.when.at or ""
        return self._add(piece, draft, said=at[11:] if piece.undated else at)

    def action(self, piece: Piece, draft: Draft, _: int) -> None:
        """An action, or what the note tells otherwise of one that stands."""
        known = self._standing.take_action(draft.body)
        if known is None:
            return self._add(piece, draft)
        changes = _changes(known, draft.body)
        if known.closed and draft.body.get("status") == "todo":
            self.remark(
                piece.line, f"action {known.number} is {known.status} in the record: {known.title:.60}"
            )
        if not changes:
            return self._know(piece, draft, self._standing.ids[known.event])
        source = {name: draft.body[name] for name in ("source",) if name in draft.body}
        changed = draft._replace(body=changes | source, at=self._base.at, precision=self._base.precision)
        return self._add(piece, changed, CHANGED, entity=known.event)

    def observation(self, piece: Piece, draft: Draft, _: int) -> None:
        """A row of a table, unless the table says it."""
        body = draft.body
        section, label = tuple(body.get("section") or ()), body["cells"][0][0]
        if "table" in body:
            body["table"] = self._standing.table(section, body["table"], label)
        key = (section, body.get("table") or FINAL_STATE, body.get("row") or body["cells"][0][1])
        actual = body["cells"][-1]
        if body.get("expected") and not matches(body["expected"], actual[1], exact=False):
            self.remark(piece.line, f"{actual[0]} is {actual[1]!r:.60}, not {body['expected']!r:.60}")
        row = self._standing.rows.get(key)
        if row is None:
            return self._add(piece, draft, entity=draft.id)
        same = all(row.value(label) == value for label, value in body["cells"])
        if same and body.get("expected", row.expected) == row.expected:
            return self._know(piece, draft, self._standing.ids.get(row.event))
        return self._add(piece, draft, CHANGED, entity=draft.id)

    def issue(self, piece: Piece, draft: Draft, _: int) -> None:
        """The state of an issue or a PR, unless it is known."""
        known = self._standing.issue(draft.body["ref"])
        told = {name: draft.body[name] for name in ("title", "state", "note") if draft.body.get(name)}
        if known is None:
            return self._add(piece, draft, entity=draft.id)
        if all(getattr(known, name) == value for name, value in told.items()):
            return self._know(piece, draft, self._standing.ids.get(known.event))
        return self._add(piece, draft, CHANGED, entity=draft.id)

    def reference(self, piece: Piece, draft: Draft, _: int) -> None:
        """An address, unless it is known under that title."""
        known = self._standing.references.get(draft.body["url"])
        if known is not None and draft.body.get("title", known.title) == known.title:
            return self._know(piece, draft, self._standing.ids.get(known.event))
        return self._add(piece, draft, CHANGED if known else NEW, entity=draft.id)

    def evidence(self, piece: Piece, draft: Draft, _: int) -> None:
        """Output, unless it is evidence already."""
        digest = sha256(draft.output or b"")
        known = self._standing.output(digest, draft.body.get("command") or "") if draft.output else None
        if known is not None:
            return self._know(piece, draft, known)
        return self._add(piece, draft, said=digest)

    def section(self, piece: Piece, draft: Draft, place: int) -> None:
        """Prose: a new version of what this text said here, else what of it does not stand here."""
        path, body = tuple(draft.body["heading"]), draft.body.get("body")
        if body is None:
            return self._heading(piece, draft, path)
        before = self._before.get(place)
        if before is not None and self._standing.typed(before.body["body"]) == body:
            return self._know(piece, draft, self._standing.ids[before.id])
        if before is not None:
            return self._rewrite(piece, draft, before)
        stands = self._standing.last_prose(path)
        if stands is None:
            return self._add(piece, draft)
        told = list(units(body))
        left = [unit for unit in told if not self._standing.take_unit(path, unit[0])]
        if not left:
            return self._know(piece, draft, stands)
        new = body if len(left) == len(told) else _as_text(left)
        return self._add(piece, draft._replace(body=draft.body | {"body": new}))

    def _heading(self, piece: Piece, draft: Draft, path: Path) -> None:
        """A heading under which nothing stands, unless it does in the record."""
        if path in self._standing.paths:
            return self._know(piece, draft, None)
        return self._add(piece, draft)

    def _rewrite(self, piece: Piece, draft: Draft, before: Patch) -> None:
        """Amend prose that this text said before."""
        fields = {"changes": {"body": draft.body["body"]}, "reason": f"written anew in {self._name}"}
        amendment = self._recorder.draft(Said("amendment", fields, entity=before.id, part=before.part))
        step = len(self.steps)
        self._add(piece, amendment, CHANGED, entity=before.id)
        self.steps[step] = self.steps[step]._replace(title=wording(draft.body))

    def header(self, piece: Piece, draft: Draft, _: int) -> None:
        """The summary: what of it is not in that of the record is added to it."""
        summary = self._standing.part.header.summary
        stands = {source for source, _ in units(self._standing.typed(summary))}
        left = [unit for unit in units(draft.body["summary"]) if unit[0] not in stands]
        body = {**draft.body, "summary": joined(summary, _as_text(left), by="\n\n")}
        if not left:
            return self._know(piece, draft, None)
        if summary:
            self.remark(
                piece.line, "added to the summary; to put another in its place: triage set 'summary=TEXT'"
            )
        state = CHANGED if summary else NEW
        return self._add(piece, draft._replace(body=body), state, entity=self._recorder.place.part)


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


def _on_line(error: TriageError, line: int) -> TriageError:
    """The error, which names the line."""
    error.message = f"line {line}: {error.message}"
    error.args = (error.message,)
    return error


def _title(draft: Draft) -> str:
    """What a draft says, in a few words; output without a title by its first line."""
    return wording(draft.body) or decoded((draft.output or b"").partition(b"\n")[0])


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
