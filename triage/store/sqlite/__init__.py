"""The embedded store: one SQLite file, durable at every commit, append-only by its triggers.

The journal mode is DELETE and not WAL: SQLite before 3.51.3 can corrupt a WAL file when two connections
write and checkpoint at once, and one append per process is no slower without it (docs/opinions.md).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from triage import errors
from triage.events import Event, Sealed, hasten
from triage.store import Progress, Recording, sealing, unsaid, untold
from triage.store.sqlite.batch import MANY, Batch
from triage.store.sqlite.link import Link
from triage.store.sqlite.reader import Reader

if TYPE_CHECKING:
    from triage.redact import CleanEvent
    from triage.report import Summary
    from triage.store.health import Health
    from triage.store.likeness import Likely
    from triage.store.rows import Alike, Published, Query, SiteRow
    from triage.store.sqlite.search import Search

APPLICATION_ID = 0x54524731
"""``TRG1`` in the file's header: a store, and not some other SQLite file."""
VERSION = 4
"""The schema that this program writes: the number of migrations."""


class SqliteStore(Reader):
    """A store in one file. Use `SqliteStore.open`."""

    def __init__(self, link: Link, *, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        super().__init__(link)
        self.path = link.path
        self._clock = clock
        self._entropy = entropy

    @classmethod
    def open(
        cls,
        path: str,
        *,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        create: bool = False,
        migrate: bool = True,
        timeout: float = 10.0,
        waiting: Callable[[], None] = unsaid,
    ) -> "SqliteStore":
        """Open a store; ``clock`` gives microseconds since 1970, ``entropy`` N random bytes.

        ``waiting`` is called where another process holds the store for so long that a person would ask why.
        """
        if not os.path.exists(path):
            _make_place(path, create=create)
        link = Link(path, timeout=timeout, waiting=waiting)
        try:
            with link.translated():
                _prepare(link, migrate=migrate)
        except BaseException:
            link.close()
            raise
        return cls(link, clock=clock, entropy=entropy)

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: "Callable[[Recording], None] | None" = None
    ) -> list[Event]:
        """See `Store.append`."""
        with self._link.writing():
            if guard is not None:
                guard(self)
            if len(events) >= MANY:
                hasten()
            batch = self._batch()
            appended = sealing.each(batch.add, (event.draft for event in events))
            batch.write()
            return appended

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> Event:
        """See `Store.purge`."""
        with self._link.writing():
            batch = self._batch()
            event = batch.add(act.draft)
            batch.write()
            batch.withhold(journal, ids)
            return event

    def withhold(self, journal: str, ids: Sequence[str]) -> int:
        """See `Store.withhold`."""
        with self._link.writing():
            return self._batch().withhold(journal, ids)

    def merge(self, copies: Iterable[Sealed]) -> int:
        """See `Store.merge`."""
        from triage.store import merging

        found = merging.by_journal(copies)
        with self._link.writing():
            batch = self._batch()
            return sum(batch.merge(journal, pairs) for journal, pairs in found.items())

    def search(self, query: "Query", *, progress: Progress = untold) -> Iterator[Event]:
        """See `Store.search`."""
        return self._search().find(query, progress)

    def alike(self, alike: "Alike", *, progress: Progress = untold) -> "Likely":
        """See `Store.alike`."""
        return self._search().alike(alike, progress)

    def published(self, target: str) -> "list[Published]":
        """See `Store.published`."""
        from triage.store.sqlite import catalogue

        with self._link.translated():
            return catalogue.published(self._link.db, target)

    def summaries(self, target: str, journals: Sequence[str]) -> "list[Summary]":
        """See `Store.summaries`."""
        from triage.store.sqlite import catalogue

        with self._link.translated():
            return catalogue.summaries(self._link.db, target, journals)

    def site(self, target: str) -> "SiteRow":
        """See `Store.site`."""
        from triage.store.rows import SiteRow
        from triage.store.sqlite import catalogue

        with self._link.translated():
            found = catalogue.site(self._link.db, target)
        return found or SiteRow(self._entropy(16).hex(), "")

    def keep_publication(
        self,
        target: str,
        site: "SiteRow",
        summaries: "Iterable[tuple[Summary, str]]",
        withdrawn: Sequence[str],
    ) -> None:
        """See `Store.keep_publication`."""
        from triage.store.sqlite import catalogue

        with self._link.writing():
            catalogue.keep(self._link.db, target, site, summaries, withdrawn)

    def diagnose(self, *, quick: bool) -> "Iterator[Health]":
        """See `Diagnosed.diagnose`."""
        from triage.store.sqlite.checkup import checkup

        with self._link.translated():
            yield from checkup(self._link.db, self.path, quick=quick)

    def strange(self) -> list[str]:
        """See `Shaped.strange`."""
        from triage.store.sqlite.shape import strange

        with self._link.translated():
            return list(strange(self._link.db))

    def _batch(self) -> Batch:
        return Batch(self._link.db, self, clock=self._clock, entropy=self._entropy)

    def _search(self) -> "Search":
        from triage.store.sqlite.search import Search

        return Search(self._link, self)


def _make_place(path: str, *, create: bool) -> None:
    """Make the folder of a new store, or say why there is none."""
    folder = os.path.dirname(path)
    if os.path.isdir(folder) and not os.access(folder, os.X_OK):
        raise errors.NotAllowed(f"not allowed to look into {folder}", hint="check its owner and mode")
    if not create:
        raise errors.NotFound(
            f"no store at {path}", hint="make one with: triage init, or triage open 'TITLE'"
        )
    _refuse_network(path)
    _make_folder(folder)


def _refuse_network(path: str) -> None:
    """Raise `NotAllowed` where a new store would lie on a network file system."""
    from triage.store.sqlite import filesystem

    kind = filesystem.of_path(path)
    if kind in filesystem.NETWORK:
        raise errors.NotAllowed(
            f"{path} would lie on a network file system ({kind}), where SQLite's locks do not hold",
            hint="name a place on a local disk with --store or TRIAGE_STORE",
        )


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        from triage.durable import refusal

        raise refusal(
            f"cannot make the folder {folder}", error, hint="name another place with --store or TRIAGE_STORE"
        ) from error


def _prepare(link: Link, *, migrate: bool) -> None:
    """Set the connection up, refuse what is no store, and bring an older one up to date if it may be."""
    db = link.db
    db.execute("PRAGMA synchronous = EXTRA")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID and db.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise errors.StoreUnusable(
            f"{link.path} is a database of another program",
            hint="name another file with --store or TRIAGE_STORE",
        )
    if version > VERSION:
        raise errors.StoreUnusable(
            f"the store {link.path} was made by a newer triage (version {version}, this one knows {VERSION})",
            hint="upgrade triage: pipx upgrade triagelog",
        )
    if version < VERSION and migrate:
        _migrate(link)
    elif not version:
        raise errors.NotFound(
            f"no store in {link.path} yet", hint="make one with: triage init, or triage open 'TITLE'"
        )


def _migrate(link: Link) -> None:
    from triage.durable import sync_folders
    from triage.store.sqlite.migrations import MIGRATIONS

    with link.writing():
        db = link.db
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if not version:
            sync_folders(os.path.dirname(link.path))  # whoever finds tables may rely on the folders
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            migration(db)
            db.execute(f"PRAGMA user_version = {number}")
