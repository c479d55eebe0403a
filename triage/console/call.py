"""One call of a command: its options, and what it needs of the surroundings."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from triage import config
from triage.config import Chosen, Settings
from triage.console.heard import Heard
from triage.console.redactor import redactor
from triage.console.speech import note, plain, say, say_json, shortened
from triage.encoding import visible
from triage.errors import NotFound, StoreGone, TriageError, Unavailable, UsageError
from triage.events import Event
from triage.redact import Redactor
from triage.store import Recording, Store, identity, is_spooled, open_store
from triage.usecases.recorder import Circumstances, Place, Recorder

if TYPE_CHECKING:
    from triage.store.spool import Spool

SHARED = ("journal", "store", "secret_env", "actor", "at", "key", "log", "json")
"""The options that are the call's, whatever the command does."""


WORK = ("entry", "action", "blocker")
"""The kinds of events that say that work goes on."""


class Call:
    """One call of a command: its options, and what it needs of the surroundings, when asked for."""

    def __init__(
        self, options: dict[str, Any], heard: Heard, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.json: bool = options.pop("json", False) or False
        self.heard = heard
        heard.secret_env = tuple(options.pop("secret_env", None) or ())
        self._options = options
        self._environ = environ
        self._store: Store | None = None
        self._settings: Settings | None = None
        self._redactor: Redactor | None = None
        self._recorder: Recorder | None = None
        self._behind: Unavailable | None = None

    @property
    def settings(self) -> Settings:
        """The settings, read once."""
        if self._settings is None:
            self._settings = config.load(
                self._environ,
                config.working_folder(self._environ),
                store=self._options.get("store") or "",
                actor=self._options.get("actor") or "",
            )
        return self._settings

    def reload(self) -> None:
        """Read the settings again, after something was kept that they rest on."""
        self._settings = None

    @property
    def redactor(self) -> Redactor:
        """The redactor, with the secrets that this environment holds."""
        if self._redactor is None:
            self._redactor = redactor(self.settings, self.heard.secret_env)
        return self._redactor

    def store(self, *, create: bool = False, deliver: bool = True) -> Store:
        """The store, opened once; what was spooled for it is delivered first."""
        if self._store is None:
            self._store = self._opened(create=create)
            if deliver and is_spooled(self.spool_folder):
                self._deliver(self._store)
        return self._store

    def store_as_it_is(self) -> Store:
        """The store to be looked at: one of an older triage stays so, and nothing is delivered to it."""
        if self._store is None:
            self._store = self._opened(migrate=False)
        return self._store

    def _opened(self, *, create: bool = False, migrate: bool = True) -> Store:
        """The store, opened; one that this session recorded into, and that is not there, is gone."""
        address = self.settings.store
        try:
            return open_store(
                address, clock=config.clock, entropy=config.entropy, create=create, migrate=migrate,
                waiting=_say_wait,
            )  # fmt: skip
        except NotFound as error:
            if not self.chosen.journal:
                raise
            raise StoreGone(
                f"the store that this session recorded into is gone: {self._identity}",
                hint="restore or mount it; or begin anew: triage init",
            ) from error

    @property
    def spool_folder(self) -> str:
        """Where events wait for the store."""
        return config.spool_folder(self.settings, self._identity)

    @property
    def chosen(self) -> Chosen:
        """What this session chose in this store."""
        return config.current(self.settings, self._identity)

    def choose(self, place: Place) -> None:
        """Make a place the current one of this session."""
        config.choose(self.settings, self._identity, _as_chosen(place))
        self._leave_trace(place)

    def _leave_trace(self, place: Place) -> None:
        """Leave a trace that this session records there, for the hook of its agent."""
        if not (place.journal and place.open):
            return
        config.keep_use(
            self.settings, self._identity, _as_chosen(place), config.working_folder(self._environ)
        )

    @property
    def _identity(self) -> str:
        return identity(self.settings.store)

    def _deliver(self, store: Store) -> None:
        """Deliver what was spooled; where that fails it waits on, and `triage doctor` says why."""
        from triage.usecases.flushing import flush

        try:
            flush(store, self.spool_folder, self.redactor)
        except Unavailable as error:
            self._behind = error
        except (TriageError, OSError):
            pass

    def _spool(self, reason: Unavailable) -> "Spool":
        """What keeps events while the store cannot be written."""
        from triage.store.spool import Spool

        return Spool(
            self.spool_folder,
            self._identity,
            reason,
            clock=config.clock,
            readable=self._store,
        )

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()

    def place(self, name: str = "") -> Place:
        """The journal and part that this call is about, by the order of design section 4."""
        named = name or self._options.get("journal") or self.settings.journal
        if named:
            from triage.usecases.places import place_of

            return place_of(self.store(), named)
        journal, part, addendum, _ = self.chosen
        if journal:
            row = self.store().journal(journal)
            if row is not None:
                return Place(journal, part, row.slug, addendum, row.open)
        from triage.usecases.places import only_open

        return only_open(self.store(), key=self.key)

    def _remembered(self, reason: Unavailable) -> Place:
        """The same as far as it is known without the store; else the reason why that cannot say."""
        journal, part, addendum, slug = self.chosen
        current = Place(journal, part, slug or journal[-8:], addendum)
        named = self._options.get("journal") or self.settings.journal
        if journal and named in ("", current.name):
            return current
        if journal and named in (slug, journal):
            return current._replace(part=journal, addendum="")
        raise reason

    @property
    def at(self) -> str:
        """The time that was given, or ''; `UsageError` for an empty one, such as an unset variable gives."""
        at: str | None = self._options.get("at")
        if at is not None and not at.strip():
            raise UsageError("--at is empty", hint="leave it out for now, or give a time such as 04:10")
        return at or ""

    def recorder(self, place: Place | None = None, *, create: bool = False) -> Recorder:
        """A recorder at a place; at the current one where none is given."""
        store, place = self._reached(place, create=create)
        self._leave_trace(place)
        self._recorder = Recorder(
            store,
            place,
            Circumstances(
                actor=self.settings.actor,
                at=self.at,
                key=self._options.get("key") or "",
                log=self._options.get("log") or "",
                day=self.settings.day,
            ),
            redactor=self.redactor,
            clock=config.clock,
            entropy=config.entropy,
            spool=self._spool,
        )
        self._recorder.look_back()
        return self._recorder

    @property
    def tried(self) -> bool:
        """Whether the store was asked to keep something: asked again, it might keep it twice."""
        return self._recorder is not None and self._recorder.tried

    def _reached(self, place: Place | None, *, create: bool) -> tuple[Recording, Place]:
        """Store and place of a recorder: where that cannot be written, what keeps events for it."""
        try:
            store = self.store(create=create)
            found = place or self.place()
        except Unavailable as error:
            return self._spool(error), place or self._remembered(error)
        return self._spool(self._behind) if self._behind else store, found

    @property
    def address(self) -> str:
        """The store that was named with --store, or ''."""
        return self._options.get("store") or ""

    @property
    def named(self) -> str:
        """The journal that was given with --journal, or ''."""
        return self._options.get("journal") or ""

    @property
    def actor(self) -> str:
        """Who was named with --actor, or ''."""
        return self._options.get("actor") or ""

    @property
    def key(self) -> str:
        """The key that was given, or ''."""
        return self._options.get("key") or ""

    def fields(self, recorder: Recorder, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        """The fields of a kind from the options of the same names."""
        typed = {name: value for name, value in values.items() if value is not None}
        if not typed:
            return {}
        from triage.usecases import facts, fields, lookup

        parsed: dict[str, Any] = {}
        for name, value in typed.items():
            find = lookup.finder(recorder.store, recorder.place.journal, name)
            parsed |= fields.parse_all(kind, {name: value}, find=find)
        return facts.with_ids(recorder, kind, parsed)

    def answer(self, place: Place, event: Event, what: str, **more: Any) -> None:
        """Acknowledge an event, in one line that names its journal.

        A standard output that was closed says that nobody wants it, and the event is kept.
        """
        if sys.stdout is None:
            return
        what, hits = self.redactor.text(visible(what))
        if self.json:
            say_json(as_dict(place, event) | more | {"text": what})
            return
        hidden = f" ({len(hits)} secret{'s'[: len(hits) != 1]} redacted)" if hits else ""
        say(f"{place.name} {label(event)} {shortened(plain(what))}{hidden}{self._when(event)}")
        if not place.open and place.part == place.journal and event.kind in WORK:
            note(f"{place.name} was resolved; if the work goes on: triage reopen")

    def _when(self, event: Event) -> str:
        if not self._options.get("at"):
            return ""
        from triage.times import show

        return f" (at {show(event.at, event.precision)})"


def _as_chosen(place: Place) -> Chosen:
    return Chosen(place.journal, place.part, place.addendum, place.slug)


def _say_wait() -> None:
    note("triage: another process holds the store; waiting for it")


def label(event: Event) -> str:
    """An event in an answer: by its number, which one that was spooled has not yet."""
    return f"e{event.n}" if event.n else "spooled:"


def as_dict(place: Place, event: Event) -> dict[str, Any]:
    """What the JSON answer says of any event."""
    value = {
        "journal": place.name,
        "event": f"e{event.n}",
        "id": event.id,
        "kind": event.kind,
        "entity": event.entity,
        "at": event.at,
        "precision": event.precision,
        "recorded_at": event.recorded_at,
    }
    if event.n:
        return value
    del value["event"], value["recorded_at"]  # it gets both when it is delivered
    return value | {"spooled": True}
