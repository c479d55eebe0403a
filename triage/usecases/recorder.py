"""The one way into the record: what was said becomes drafts, scrubbed, appended."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from triage import events, redact, times
from triage.encoding import visible
from triage.errors import InvalidValue, KeyConflict, Unavailable
from triage.events import Actor, Draft, Event
from triage.store import Name, Recording
from triage.values import validate

if TYPE_CHECKING:
    from triage.redact import Redactor
    from triage.redact.transcript import Runs, Transcript

Guard = Callable[[Recording], None]


class Place(NamedTuple):
    """Where something is recorded: a journal and one of its parts.

    ``slug`` is the journal's, ``addendum`` that of the part where it is no main report. ``open`` says whether
    the journal is, as far as the store was asked.
    """

    journal: str
    part: str
    slug: str
    addendum: str = ""
    open: bool = True

    @property
    def name(self) -> str:
        """How people name it: SLUG or SLUG/ADDENDUM."""
        return f"{self.slug}/{self.addendum}" if self.addendum else self.slug


class Circumstances(NamedTuple):
    """Who records, and when: what every command's options may say of any event.

    ``at`` is one of the forms of --at, or empty for now; ``day`` the date that a clock time belongs to.
    """

    actor: Actor
    at: str = ""
    key: str = ""
    log: str = ""
    day: str = ""


class Said(NamedTuple):
    """One thing to record: a kind, its fields, and what entity it is about.

    ``entity`` is empty for what begins an entity of its own. ``at`` and ``key`` win over the circumstances'.
    """

    kind: str
    fields: Mapping[str, Any]
    entity: str = ""
    part: str = ""
    output: bytes | None = None
    at: str = ""
    key: str = ""


class Recorder:
    """Records into one place of one store, under given circumstances.

    ``home`` is the store; ``store`` is where names are looked up: for a call that is made again under its key
    that is the record as it was then.
    ``spool`` gives what keeps events while the store cannot be written, for the reason that it is given.
    ``tried`` says that either was asked to keep something, whatever came of it.
    """

    __slots__ = (
        "_clock",
        "_entropy",
        "_redactor",
        "_spool",
        "circumstances",
        "home",
        "place",
        "store",
        "tried",
    )

    def __init__(
        self,
        store: Recording,
        place: Place,
        circumstances: Circumstances,
        *,
        redactor: "Redactor",
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        spool: Callable[[Unavailable], Recording] | None = None,
    ) -> None:
        self.store = self.home = store
        self.place = place
        self.circumstances = circumstances
        self._redactor = redactor
        self._clock = clock
        self._entropy = entropy
        self.tried = False
        self._spool = spool

    def earlier(self, key: str = "") -> Event | None:
        """The event that was recorded here under a key, or under that of the call, or None.

        What is spooled is looked up when it is delivered.
        """
        with suppress(Unavailable):
            return self.first(key or self.circumstances.key)
        return None

    def first(self, key: str) -> Event | None:
        """The event that was recorded here under a key, or None; `Unavailable` where the store cannot say."""
        if not key or not self.place.journal:
            return None
        id = events.derived_id(self.place.journal, key)
        return next(iter(self.home.find(self.place.journal, Name(id=id))), None)

    def as_it_was(self, key: str = "") -> Recording:
        """The store as it was when a key, or that of the call, was first used; as it is where none was."""
        known = self.earlier(key)
        if known is None:
            return self.home
        from triage.usecases.as_it_was import AsItWas

        return AsItWas(self.home, known)

    def look_back(self) -> None:
        """Look names up as they were when the key of the call was first used: they mean the same again."""
        self.store = self.as_it_was()

    def record(self, said: Said, *, guard: Guard | None = None) -> Event:
        """Record one thing; the event as the store kept it."""
        return self.record_all([said], guard=guard)[0]

    def record_all(self, many: Sequence[Said], *, guard: Guard | None = None) -> list[Event]:
        """Record several things in one transaction, all or none of them."""
        return self.append([self.draft(said) for said in many], guard=guard)

    def append(self, drafts: Sequence[Draft], *, guard: Guard | None = None) -> list[Event]:
        """Scrub the drafts and append them, or spool them where the store cannot be written."""
        return self._kept(drafts, guard, guard)

    def append_told(self, drafts: Sequence[Draft]) -> tuple[list[Event], int]:
        """Append drafts, and say how many events the journal had before: what is new has a greater number."""
        before = 0

        def count(store: Recording) -> None:
            nonlocal before
            row = store.journal(self.place.journal)
            before = row.events if row else 0

        return self._kept(drafts, count, None), before

    def _kept(self, drafts: Sequence[Draft], guard: Guard | None, spooling: Guard | None) -> list[Event]:
        """The drafts as they were appended under a guard, or spooled under another."""
        clean = [redact.scrub(draft, self._redactor) for draft in drafts]
        try:
            return self._append(clean, guard)
        except Unavailable as error:
            if self._spool is None:
                raise
            self.store = self.home = self._spool(error)  # from now on: nothing overtakes what waits
        return self._append(clean, spooling)

    def conflicts(self, drafts: Sequence[Draft]) -> Iterator[tuple[int, KeyConflict]]:
        """The places of those drafts whose key was recorded before with other fields, and what is wrong."""
        from triage.store.sealing import repeated

        for place, draft in enumerate(drafts):
            for known in self.home.find(draft.journal, Name(id=draft.id))[:1]:
                try:
                    repeated(redact.scrub(draft, self._redactor).draft, known)
                except KeyConflict as error:
                    yield place, error

    def _append(self, clean: Sequence[redact.CleanEvent], guard: Guard | None) -> list[Event]:
        acts = self._allows(clean[0].draft) if clean else []
        self.tried = True
        return self.home.append([*clean, *acts], guard=guard)[: len(clean)]

    def _allows(self, draft: Draft) -> list[redact.CleanEvent]:
        """What says that something was let through, once in a journal for each allow and reason."""
        acts = []
        for about, allow in [*self._redactor.let_through.items()]:
            id = events.derived_id(draft.journal, f"allow:{about}:{allow.reason}")
            if self._is_known(draft.journal, id):
                continue  # even if its reason would read otherwise now: nothing is refused for it
            act = self.plain().draft(Said("act", {"verb": "allow", "about": about, "reason": allow.reason}))
            # In the main part, wherever it was let through: so a repeat is the same.
            home = draft.journal
            at_home = act._replace(id=id, entity=id, journal=home, part=home, keyed=True)
            acts.append(redact.scrub(at_home, self._redactor))
        return acts

    def _is_known(self, journal: str, id: str) -> bool:
        try:
            return bool(self.home.find(journal, Name(id=id)))
        except Unavailable:
            return False  # what is spooled is looked up when it is delivered

    def purge(self, ids: Sequence[str], said: Said) -> Event:
        """Record an act, and delete what events say, in one transaction."""
        clean = redact.scrub(self.draft(said), self._redactor)
        return self.home.purge(self.place.journal, ids, clean)

    def draft(self, said: Said) -> Draft:
        """The draft of an event; `InvalidValue` where the table of kinds does not allow it."""
        fields = {name: value for name, value in said.fields.items() if value is not None}
        if self.circumstances.log:
            fields.setdefault("log", self.circumstances.log)
        body = visible(validate(said.kind, fields))
        when = self.when(said.at)
        key = said.key or self.circumstances.key
        id = events.derived_id(self.place.journal, key) if key else self.new_id()
        return Draft(
            id=id,
            journal=self.place.journal,
            kind=said.kind,
            entity=said.entity or id,
            part=said.part or self.place.part,
            at=when.at,
            precision=when.precision,
            actor=_visible_actor(self.circumstances.actor),
            body=body,
            output=said.output,
            keyed=bool(key),
        )

    def clean(self, draft: Draft) -> Draft:
        """The draft as it would be recorded."""
        return redact.scrub(draft, self._redactor).draft

    def opening(self, said: Said, key: str) -> Draft:
        """The draft that opens a journal: its id is the journal's, its part and its entity."""
        draft = self.draft(said._replace(key=""))
        id = events.derived_id("", key) if key else draft.id
        return draft._replace(id=id, journal=id, entity=id, part=id, keyed=bool(key))

    def body(self, said: Said) -> dict[str, Any]:
        """The fields of something said, as they would be recorded."""
        return redact.scrub(self.draft(said), self._redactor).draft.body

    def scrubbed(self, text: str) -> str:
        """The text as it would be recorded, for what is made from it."""
        return self._redactor.text(text)[0]

    def command_line(self, argv: Sequence[str]) -> str:
        """A command line as it would be recorded, ready for a shell."""
        import shlex

        return self.scrubbed(shlex.join(self._redactor.arguments(argv)))

    def transcript(self, data: bytes, runs: "Runs") -> "Transcript":
        """Output of which any piece can be given as it would be recorded."""
        from triage.redact.transcript import Transcript

        return Transcript(data, runs, self._redactor)

    def salt(self) -> tuple[str, bytes]:
        """A new salt in hex, and what it is with the key: without that, nobody can try a digest's text."""
        salt = self._entropy(16)
        return salt.hex(), self._redactor.keyed(salt)

    def when(self, at: str = "", *, now: str = "") -> times.When:
        """The instant that a form of --at means, now or at another one; now where nothing was said."""
        text = at or self.circumstances.at
        if not text:
            return times.When(self.now(), "exact")
        return times.parse_at(text, now=now or self.now(), day=self.circumstances.day or None)

    def now(self) -> str:
        """The clock as an instant."""
        return times.from_timestamp_us(self._clock())

    def new_id(self) -> str:
        """A new id."""
        return events.new_id(self._clock(), self._entropy(10))

    def moved(self, place: Place) -> "Recorder":
        """The same recorder at another place."""
        return self._like(place, self.circumstances)

    def keyed(self, key: str) -> "Recorder":
        """The same recorder with another key, for which names are looked up now."""
        return self._like(self.place, self.circumstances._replace(key=key))

    def plain(self, *, key: str = "") -> "Recorder":
        """The same recorder without the wording and the key that were given for one event, or with a key."""
        return self._like(self.place, self.circumstances._replace(key=key, log=""))

    def _like(self, place: Place, circumstances: Circumstances) -> "Recorder":
        return Recorder(
            self.home,
            place,
            circumstances,
            redactor=self._redactor,
            clock=self._clock,
            entropy=self._entropy,
            spool=self._spool,
        )


@lru_cache(maxsize=8)
def _visible_actor(actor: Actor) -> Actor:
    """The actor as it is recorded: event after event has the same."""
    return Actor(*visible(list(actor)))


def log(recorder: Recorder, text: str, outcome: str | None, fields: Mapping[str, Any]) -> Event:
    """Record one line of the sequence log."""
    return recorder.record(Said("entry", {"text": required(text, "TEXT"), "outcome": outcome, **fields}))


def required(text: str, name: str) -> str:
    """The text, unless it is empty."""
    if not text.strip():
        raise InvalidValue(f"{name} is empty", hint="nothing was recorded; say what happened")
    return text
