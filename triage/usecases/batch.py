"""Recording many events at once, from JSON Lines: all or nothing, or each line that can be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from triage import events, schema
from triage.encoding import canonical
from triage.errors import InvalidValue, KeyConflict, LinesRefused, NotFound, TriageError, Unavailable
from triage.events import Actor, Draft, Event
from triage.kinds import CELLS, KINDS
from triage.schema import Line
from triage.store import Name
from triage.usecases import corrections, facts, lookup, places
from triage.usecases import fields as typed
from triage.usecases.recorder import Recorder, Said

DEFAULTS: dict[str, dict[str, Any]] = {"evidence": {"origin": "supplied"}}
"""What the commands would set where a line does not."""
PAIRS = frozenset((*CELLS, "streams"))
"""Fields whose values are lists of pairs."""
NEEDED = {"action": ("title",), "blocker": ("title", "error"), "header": ("title",)}
"""One of these a creating event must have, or nobody could tell what it is."""


class Became(NamedTuple):
    """What became of a line: its event, and whether it is new, or was recorded before under its key."""

    line: int
    event: Event
    is_new: bool


class Recorded(NamedTuple):
    """What became of the lines of a batch, in their order; ``refused`` has what is wrong with the others."""

    became: list[Became]
    refused: Mapping[int, TriageError]

    def check(self) -> None:
        """Raise `LinesRefused` where lines are refused while others are recorded."""
        if self.refused:
            count = len(self.became) + len(self.refused)
            raise refusal(self.refused, count, "the others are recorded; mend these, and send them again")


def record_lines(recorder: Recorder, raw: bytes, *, partial: bool = False) -> Recorded:
    """Record every line of a batch or, where one is refused, none; with ``partial`` each that can be.

    The lines that have no key get one from that of the call: ``K:3`` is the third, blank ones not counted.
    Raises `LinesRefused` where nothing is recorded because of lines that are refused.
    """
    batch = _Batch(recorder)
    for number, said in schema.items(raw):
        batch.add(number, said)
    return batch.record(partial=partial)


def refusal(refused: Mapping[int, TriageError], count: int, hint: str) -> LinesRefused:
    """The error for the lines of ``count`` that are refused; a single one is told as it is by itself."""
    lines = dict(sorted(refused.items()))
    if len(lines) > 1:
        return LinesRefused(f"{len(lines)} of {count} lines are refused", hint=hint, lines=lines)
    [only] = lines.values()
    error = LinesRefused(only.message, hint=only.hint, lines=lines)
    error.code, error.allowed = only.code, only.allowed
    return error


class _Batch:
    """The drafts of a batch by the numbers of their lines, and the lines that are refused."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._drafts: dict[int, Draft] = {}
        self._refused: dict[int, TriageError] = {}
        self._kinds: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        """The lines of what was given a key, by the ids that these make."""
        self._needs: dict[int, list[int]] = {}
        """The lines that a line refers to."""
        self._reading = 0
        """The number of the line that is read."""
        self._key = ""

    def add(self, number: int, said: Any) -> None:
        """Read one line; where it is refused, that is kept."""
        place = len(self._drafts) + len(self._refused) + 1
        self._reading = number
        try:
            line = schema.parse_line(said, number)
            self._key = line.key or self._derived(place)
            draft = self._draft(line)
            self._check_key(draft)
        except Unavailable:
            raise
        except TriageError as error:
            self._keep_refused(number, error)
            key = schema.key_of(said) or self._derived(place)
            if key:
                self._lines.setdefault(self._id(key), number)
        else:
            if draft.keyed and self._lines.get(draft.id) not in self._drafts:
                self._lines[draft.id] = number
            self._drafts[number] = draft
            self._kinds[draft.id] = draft.kind

    def record(self, *, partial: bool) -> Recorded:
        """Append the lines; one that the store refuses is refused with those that refer to it."""
        while True:
            if self._refused and not partial:
                self._refuse_conflicts()
                raise self._all_refused()
            numbers = list(self._drafts)
            try:
                return self._appended(numbers)
            except TriageError as error:
                if error.place is None or isinstance(error, Unavailable):
                    raise
                self._refuse(numbers[error.place], error)
                self._refuse_conflicts()

    def _appended(self, numbers: list[int]) -> Recorded:
        drafts = list(self._drafts.values())
        recorded, before = self._recorder.append_told(drafts) if drafts else ([], 0)
        became: list[Became] = []
        seen: set[str] = set()
        for number, event in zip(numbers, recorded, strict=True):
            became.append(Became(number, event, event.n > before and event.id not in seen))
            seen.add(event.id)
        for error in self._refused.values():  # of the line alone: others are recorded
            error.hint = error.hint.replace("nothing was recorded", "it was not recorded")
        return Recorded(became, dict(sorted(self._refused.items())))

    def _refuse(self, number: int, error: TriageError) -> None:
        """Refuse a line that was read, and with it what refers to it."""
        self._keep_refused(number, error)
        for other in [other for other, needs in self._needs.items() if number in needs]:
            if other in self._drafts:
                self._refuse(other, self._unfounded(number))

    def _keep_refused(self, number: int, error: TriageError) -> None:
        """Keep what is wrong with a line, under its name."""
        if not error.message.startswith(f"line {number}"):
            error.message = f"line {number}: {error.message}"
            error.args = (error.message,)
        self._refused[number] = error
        self._drafts.pop(number, None)

    @staticmethod
    def _unfounded(number: int) -> InvalidValue:
        return InvalidValue(
            f"it refers to line {number}, which is refused", hint=f"mend line {number}: this one may be right"
        )

    def _refuse_conflicts(self) -> None:
        """Refuse all lines whose key was recorded before with other fields."""
        numbers, drafts = list(self._drafts), list(self._drafts.values())
        keyed = [place for place, draft in enumerate(drafts) if draft.keyed]
        for place, error in self._recorder.conflicts([drafts[place] for place in keyed]):
            if numbers[keyed[place]] in self._drafts:
                self._refuse(numbers[keyed[place]], error)

    def _all_refused(self) -> LinesRefused:
        count = len(self._refused) + len(self._drafts)
        error = refusal(self._refused, count, "nothing was recorded; mend them, and send all lines again")
        error.exit_code = self._refused[min(self._refused)].exit_code
        return error

    def _derived(self, place: int) -> str:
        key = self._recorder.circumstances.key
        return f"{key}:{place}" if key else ""

    def _id(self, key: str) -> str:
        return events.derived_id(self._recorder.place.journal, key)

    def _check_key(self, draft: Draft) -> None:
        """Raise `KeyConflict` where an earlier line has the key, with other fields."""
        earlier = self._lines.get(draft.id) if draft.keyed else None
        same = self._drafts.get(earlier) if earlier else None
        if same is not None and _statement(same) != _statement(draft):
            raise KeyConflict(f"line {earlier} has the key, with other fields", hint="give each line its own")

    def _draft(self, line: Line) -> Draft:
        said, told = line.fields, line.fields.model_fields_set
        fields = {
            name: [list(item) for item in value] if value and name in PAIRS else value
            for name, value in vars(said).items()
            if name in told
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
        whole = Said(
            line.kind,
            facts.with_ids(self._recorder, line.kind, fields),
            entity=entity,
            part=self._part(line),
            at=line.at,
            key=self._key,
            output=None if output is None else output.encode("utf-8"),
        )
        draft = self._recorder.draft(whole)
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
        line = self._lines.get(self._id(name.removeprefix("key:"))) if name.startswith("key:") else None
        if line is None:
            store = self._recorder.as_it_was(self._key)
            return lookup.finder(store, journal, kind)(name.removeprefix("key:"))
        if line in self._refused:
            raise self._unfounded(line)
        self._needs.setdefault(self._reading, []).append(line)
        return self._drafts[line].id

    def _part(self, line: Line) -> str:
        if not line.part:
            return ""
        place = self._recorder.place
        row = self._recorder.store.journal(place.journal)
        if row is None:
            raise NotFound(f"no journal {place.slug!r}")
        return places.addendum_of(self._recorder.store, row, line.part)[0]


def _statement(draft: Draft) -> tuple[object, ...]:
    """What makes two lines of one key say the same."""
    return draft.kind, draft.entity, draft.part, canonical(draft.body), draft.output
