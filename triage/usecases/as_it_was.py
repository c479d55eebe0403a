"""The record as it was when a key was first used: a call that is made again means what it meant then."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from triage.events import Event
from triage.store import JournalRow, Name, Recording

if TYPE_CHECKING:
    from triage.redact import CleanEvent


class AsItWas:
    """A store in which a journal is looked up as it was before one of its events.

    So ``last`` or a part of a title mean what they meant when that was recorded, and `undo` finds what it
    found. What is recorded goes to the store as it is.
    """

    def __init__(self, store: Recording, event: Event) -> None:
        self._store = store
        self._event = event

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: Callable[[Recording], None] | None = None
    ) -> list[Event]:
        """See `Store.append`."""
        return self._store.append(events, guard=guard)

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> Event:
        """See `Store.purge`."""
        return self._store.purge(journal, ids, act)

    def events(self, journal: str, **how: Any) -> Iterator[Event]:
        """See `Store.events`."""
        return filter(self._was_there, self._store.events(journal, **how))

    def find(self, journal: str, name: Name) -> list[Event]:
        """See `Store.find`."""
        return list(filter(self._was_there, self._store.find(journal, name)))

    def journal(self, name: str) -> JournalRow | None:
        """See `Store.journal`."""
        return self._store.journal(name)

    def _was_there(self, event: Event) -> bool:
        return event.journal != self._event.journal or event.n < self._event.n
