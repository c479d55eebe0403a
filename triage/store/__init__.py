"""Where records are kept: the `Store` protocol, and `open_store` for the address of one."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.events import Event, Sealed
    from triage.redact import CleanEvent
    from triage.report import Summary
    from triage.store.likeness import Likely
    from triage.store.rows import Alike, Beside, Indexed, Published, Query, SiteRow

STORE_FILE = "triage.db"
BATCH = 2000
"""Events at most of one of many transactions: it holds the lock for some tenths of a second."""
HEAVY = 8 * 1024 * 1024
"""Bytes after which such a transaction ends, too."""


class JournalRow(NamedTuple):
    """What a store knows of a journal without folding it.

    ``open`` is false once it was resolved or abandoned; ``events`` is the number of events.
    """

    id: str
    slug: str
    open: bool
    events: int
    heads: tuple[str, ...]


Progress = Callable[[int, int], None]
"""What is told of long work: how much was done, and of how much."""


def untold(done: int, total: int) -> None:
    """Nobody is told."""


def unsaid() -> None:
    """Nobody is told that it takes long."""


class Recording(Protocol):
    """What recording asks of a store: a spool stands in for that much. Every call is one transaction."""

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: "Callable[[Recording], None] | None" = None
    ) -> "list[Event]":
        """Seal and keep the events, all or none, and give them back as they were kept.

        ``guard`` runs under the write lock before anything is written, and may raise. A keyed event
        that was kept before with the same statement is given back as it was; with another one the
        call raises `KeyConflict`.
        """
        ...

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> "Event":
        """Delete the bodies and the output of every copy of the events, and append the act that says so.

        Envelopes stay as they are: the record still verifies. Nothing of what was deleted is left in the
        store's files.
        """
        ...

    def events(
        self,
        journal: str,
        *,
        kinds: Sequence[str] = (),
        entities: Sequence[str] = (),
        newest_first: bool = False,
        output: bool = False,
    ) -> "Iterator[Event]":
        """The events of a journal in the order of this store, all or those of some kinds or entities."""
        ...

    def find(self, journal: str, name: "Name") -> "list[Event]":
        """The events that a name may mean; more than one only for a tail."""
        ...

    def journal(self, name: str) -> JournalRow | None:
        """The journal whose id or slug this is, or None."""
        ...


class Store(Recording, Protocol):
    """A place that keeps journals. Every call is one transaction."""

    def merge(self, copies: "Iterable[Sealed]") -> int:
        """Add copies of events that were sealed elsewhere; the number of those that were new.

        Raises `InvalidValue` where an event follows one that is neither here nor among them.
        """
        ...

    def withhold(self, journal: str, ids: Sequence[str]) -> int:
        """Delete the bodies and the output of every copy of the events, as acts in the record say.

        The number of bodies that were there. Nothing of them is left in the store's files.
        """
        ...

    def copies(self, journal: str, *, numbers: Sequence[int] = ()) -> "Iterator[Sealed]":
        """The kept bytes of the events of a journal, all or those of some numbers, in the store's order."""
        ...

    def index(self, journal: str) -> "Iterator[Indexed]":
        """What is kept of every event of a journal to find it by, in the order of this store."""
        ...

    def beside(self, journal: str) -> "Beside":
        """What is kept of a journal beside its events, be it of events that are not there."""
        ...

    def search(self, query: "Query", *, progress: Progress = untold) -> "Iterator[Event]":
        """The events that a query finds, without their output. What is withheld has no words."""
        ...

    def alike(self, alike: "Alike", *, progress: Progress = untold) -> "Likely":
        """The events that tell errors of blockers which have most in common with another."""
        ...

    def journals(self) -> list[JournalRow]:
        """All journals, the one that was opened last first."""
        ...

    def published(self, target: str) -> "list[Published]":
        """What was published to a target."""
        ...

    def summaries(self, target: str, journals: Sequence[str]) -> "list[Summary]":
        """The summaries of journals as they were published to a target, in the order asked for."""
        ...

    def site(self, target: str) -> "SiteRow":
        """The site that was published to a target; a new one where none was."""
        ...

    def keep_publication(
        self,
        target: str,
        site: "SiteRow",
        summaries: "Iterable[tuple[Summary, str]]",
        withdrawn: Sequence[str],
    ) -> None:
        """Remember what was published to a target: summaries with the style of their documents."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class Name(NamedTuple):
    """One way to name an event: exactly one of the fields is set.

    ``rank`` is a kind and a number, such as ("action", 4).
    """

    id: str = ""
    number: int = 0
    tail: str = ""
    rank: tuple[str, int] | None = None


def is_file(address: str) -> bool:
    """Whether a store's address means a file."""
    return "://" not in address or address.startswith("sqlite:")


def path_of(address: str) -> str:
    """The file that a store's address means: a path, a folder, or ``sqlite:///PATH``."""
    path = address.removeprefix("sqlite:///") if address.startswith("sqlite:") else address
    if "://" in path:
        raise UsageError(
            f"no store of the form {address.partition('://')[0]}://",
            hint="give the path of a file or a folder, sqlite:///PATH, or postgresql://USER@HOST/DATABASE",
        )
    if os.path.isdir(path) or path.endswith(os.sep):
        path = os.path.join(path, STORE_FILE)
    return os.path.abspath(os.path.expanduser(path))


SPOOLED = ".json"
"""How the files of a spool end that wait to be delivered."""


def is_spooled(folder: str) -> bool:
    """Whether events wait in the folder of a spool: every command asks, and mostly there is no folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name.endswith(SPOOLED) for name in names)


def identity(address: str) -> str:
    """What tells a store from others: the path of its file, or an address without its passwords."""
    if is_file(address):
        return path_of(address)
    import re

    # To the last @ before a query: a password may hold an @ or a / that nobody escaped.
    named = re.sub(r"(://[^:@/?#]*):(?:[^?#]*|.*)@", r"\1@", address)
    return re.sub(r"(?<=[?&])(?:ssl)?password=[^&]*&?", "", named).rstrip("?&")


def open_store(
    address: str,
    *,
    clock: Callable[[], int],
    entropy: Callable[[int], bytes],
    create: bool = False,
    migrate: bool = True,
    timeout: float = 10.0,
    waiting: Callable[[], None] = unsaid,
) -> Store:
    """The store at an address; `NotFound` where there is none and it is not to be created.

    ``waiting`` is called where another process keeps the embedded store for long.
    Without ``migrate`` one of an older triage is left as it is: it can be looked at, and not written.
    """
    if address.startswith(("postgresql://", "postgres://")):
        from triage.store.postgres import PostgresStore

        return PostgresStore.open(
            address, clock=clock, entropy=entropy, create=create, migrate=migrate, timeout=timeout
        )
    from triage.store.sqlite import SqliteStore

    return SqliteStore.open(
        path_of(address), clock=clock, entropy=entropy, create=create, migrate=migrate, timeout=timeout,
        waiting=waiting,
    )  # fmt: skip
