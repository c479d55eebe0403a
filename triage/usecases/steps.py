"""The steps in which a note is recorded: what each piece becomes, under an id that rests on what it says."""

from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple

from triage import events
from triage.encoding import canonical, decoded, sha256
from triage.errors import InvalidValue
from triage.events import Draft, Event
from triage.importer import Piece
from triage.report.history import Patch
from triage.usecases import facts
from triage.usecases.earlier import reason, shown
from triage.usecases.importing import wording
from triage.usecases.recorder import Recorder, Said
from triage.usecases.standing import Standing

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
    """What one piece comes to: a draft, by its place among all, or the event that says it already.

    ``before`` is what the text said in its place, which the draft amends.
    """

    piece: Piece
    state: str
    title: str
    place: int = -1
    event: Event | None = None
    before: Patch | None = None


class Steps:
    """What the pieces of a note become: ``drafts``, and ``steps`` that tell what each has to do with them.

    ``name`` is that of the text, or ''. ``meant`` are the ids of events that a piece is, so that no other is.
    """

    def __init__(self, recorder: Recorder, standing: Standing, name: str) -> None:
        self.drafts: list[Draft] = []
        self.steps: list[Step] = []
        self.remarks: list[Remark] = []
        self.recorder = recorder
        self.standing = standing
        self.name = name
        self._seen: Counter[str] = Counter()
        self.meant: set[str] = set()

    def remark(self, line: int, text: str) -> None:
        """Remark on a line; on all of the note with 0."""
        self.remarks.append(Remark(line, text))

    def event(self, patch: Patch) -> Event:
        """The event of the record that a patch is."""
        return self.standing.ids[patch.id]

    def add(self, piece: Piece, draft: Draft, state: str = NEW, *, entity: str = "", said: str = "") -> None:
        """Add a draft under an id that rests on what it says, unless an event of that id says it already.

        ``said`` is what tells it from another of the same fields.
        """
        if entity:
            draft = draft._replace(entity=entity)
            return self._add_patch(piece, draft, state, self._content(draft, said))
        content = self._content(draft, said)
        self._seen[content] += 1
        while (id := self._id(content, self._seen[content])) in self.standing.reworded | self.meant:
            self._seen[content] += 1
        known = self.standing.ids.get(id)
        if known is not None:
            return self.know(piece, draft, known)
        return self._keep(piece, draft._replace(id=id, entity=id), state)

    def _add_patch(self, piece: Piece, draft: Draft, state: str, content: str) -> None:
        """Add a draft that says what does not hold now, though it may have been said before."""
        for number in count(1):
            id = self._id(content, number)
            known = self.standing.ids.get(id)
            if known is None:
                entity = id if draft.entity == draft.id else draft.entity
                return self._keep(piece, draft._replace(id=id, entity=entity), state)
            told_again = self.recorder.circumstances.at and known.at == draft.at
            if told_again and draft.kind != "amendment":
                return self.know(piece, draft, known)
        raise AssertionError("count has no end")

    def _content(self, draft: Draft, said: str) -> str:
        """What tells a draft from others: its kind and what it says, but for the name of the text.

        It is of what is recorded: nobody shall work out a secret from an id.
        """
        body = {name: value for name, value in draft.body.items() if name != "source"}
        entity = "" if draft.entity == draft.id else draft.entity
        source = draft.body.get("source", "").removeprefix(self.name or UNNAMED)
        return f"{draft.kind}:{sha256(canonical([body, entity, source, said]))}"

    def _id(self, content: str, number: int) -> str:
        place = self.recorder.place
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
            return facts.with_ids(self.recorder, draft.kind, draft.body)
        changes = facts.with_ids(self.recorder, "section", draft.body["changes"])
        return draft.body | {"changes": changes}

    def know(self, piece: Piece, draft: Draft, event: Event | None) -> None:
        """Say that something stands already, or did, and was withdrawn."""
        if event is not None and event.id in self.standing.withdrawn:
            self.remark(piece.line, f"e{event.n} was withdrawn, and is not written again")
        self.steps.append(Step(piece, KNOWN, _title(draft), event=event))
        if event is not None:
            self.meant.add(event.id)

    def amend(self, piece: Piece, draft: Draft, was: Patch, changes: Mapping[str, Any]) -> None:
        """Amend what this text said before."""
        fields = {"changes": changes, "reason": reason(self.name)}
        amendment = self.recorder.draft(Said("amendment", fields, entity=was.id, part=was.part))
        step = len(self.steps)
        self.add(piece, amendment, CHANGED, entity=was.id)
        title = _title(draft) if draft.kind == "section" else shown(draft.kind, draft.body, draft.at)
        self.steps[step] = self.steps[step]._replace(title=title, before=was)


def _title(draft: Draft) -> str:
    """What a draft says, in a few words; output without a title by its first line."""
    return wording(draft.body) or decoded((draft.output or b"").partition(b"\n")[0])
