"""Recording many events at once, from JSON Lines: all or nothing."""

from collections.abc import Iterable
from typing import Any

from triage import events, schema
from triage.errors import InvalidValue, NotFound, TriageError
from triage.events import KINDS, Actor, Draft, Event
from triage.schema import Line
from triage.store import Name
from triage.usecases import corrections, facts, lookup, places
from triage.usecases import fields as typed
from triage.usecases.recorder import Recorder, Said

DEFAULTS: dict[str, dict[str, Any]] = {"evidence": {"origin": "supplied"}}
"""What the commands would set where a line does not."""
NEEDED = {"action": ("title",), "blocker": ("title", "error"), "header": ("title",)}
"""One of these a creating event must have, or nobody could tell what it is."""


def record_lines(recorder: Recorder, lines: Iterable[str]) -> list[Event]:
    """Record every line, or none; errors name the line."""
    batch = _Batch(recorder)
    for number, line in schema.parse_lines(lines):
        batch.add(line, number)
    return recorder.append(batch.drafts)


class _Batch:
    """The drafts of a batch, and the keys that its lines were given."""

    def __init__(self, recorder: Recorder) -> None:
        self.drafts: list[Draft] = []
        self._recorder = recorder
        self._kinds: dict[str, str] = {}

    def add(self, line: Line, number: int) -> None:
        try:
            draft = self._draft(line)
        except TriageError as error:
            error.args = (f"line {number}: {error.message}",)
            error.message = f"line {number}: {error.message}"
            raise
        self.drafts.append(draft)
        self._kinds[draft.id] = draft.kind

    def _draft(self, line: Line) -> Draft:
        fields = {
            name: [list(item) for item in value]
            if (name in events.CELLS or name == "streams") and value
            else value
            for name, value in line.fields.model_dump(exclude_unset=True).items()
        }
        fields = self._resolved(line.kind, {**DEFAULTS.get(line.kind, {}), **fields})
        output = fields.pop("output", None)
        if output is not None:
            fields.pop("sha256", None)  # it is worked out from what is kept
        entity = self._entity(line)
        if line.kind == "amendment":
            fields["changes"] = self._changes(entity, fields.get("changes") or {})
            if fields.get("retracted"):
                corrections.refuse_opening(entity, self._recorder.place.journal)
        if not entity and not any(fields.get(name) for name in NEEDED.get(line.kind, fields)):
            raise InvalidValue(
                f"a new {line.kind} needs a {' or '.join(NEEDED.get(line.kind, ('field',)))}",
                hint="nothing was recorded; name its entity if it patches one",
            )
        said = Said(
            line.kind,
            facts.with_ids(self._recorder, line.kind, fields),
            entity=entity,
            part=self._part(line),
            at=line.at,
            key=line.key,
            output=None if output is None else output.encode("utf-8"),
        )
        draft = self._recorder.draft(said)
        if line.actor:
            draft = draft._replace(actor=self._actor(line.actor, draft.actor))
        return draft

    @staticmethod
    def _actor(said: str, mine: Actor) -> Actor:
        """``agent:NAME`` says the type, as it does with --actor."""
        kind, mark, name = said.partition(":")
        if mark and kind in events.ACTOR_TYPES and name.strip():
            return mine._replace(name=name.strip(), type=kind)
        return mine._replace(name=said)

    def _changes(self, target: str, changes: dict[str, Any]) -> dict[str, Any] | None:
        """The changes of an amendment, as the kind of the event that it names takes them."""
        if "at" in changes:
            when = self._recorder.when(str(changes["at"]))
            changes = {"precision": when.precision, **changes, "at": when.at}
        found = self._kinds.get(target)
        if found is None:
            found = self._recorder.store.find(self._recorder.place.journal, Name(id=target))[0].kind
        corrections.check(found, changes)
        return changes or None

    def _resolved(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        known = KINDS[kind].fields
        for name, value in fields.items():
            if value is None or name not in known:
                continue
            if known[name].type == "event":
                fields[name] = self._event(name, value)
            elif known[name].type == "reference":
                fields[name] = typed.reference(value, name)
            elif known[name].type == "instant":
                fields[name] = typed.parse(kind, name, value, find=str)
        return fields

    def _entity(self, line: Line) -> str:
        mode = KINDS[line.kind].entity
        if mode == "part" and not line.entity:
            return self._part(line) or self._recorder.place.part
        if mode == "target" and not line.entity:
            raise InvalidValue("an amendment needs an entity: the event that it amends")
        if not line.entity or mode in ("natural", "self"):
            return ""
        return self._event("" if mode == "target" else line.kind, line.entity)

    def _event(self, kind: str, name: str) -> str:
        """The id of an event that a line names: by key, also of an earlier line, or as commands do."""
        journal = self._recorder.place.journal
        if name.startswith("key:"):
            id = events.derived_id(journal, name.removeprefix("key:"))
            if id in self._kinds:
                return id
            name = name.removeprefix("key:")
        return lookup.finder(self._recorder.store, journal, kind)(name)

    def _part(self, line: Line) -> str:
        if not line.part:
            return ""
        place = self._recorder.place
        row = self._recorder.store.journal(place.journal)
        if row is None:
            raise NotFound(f"no journal {place.slug!r}")
        return places.addendum_of(self._recorder.store, row, line.part)[0]
