"""The embedded store: one SQLite file, durable at every commit, append-only by its triggers.

The journal mode is DELETE and not WAL: SQLite before 3.51.3 can corrupt a WAL file when two connections
write and checkpoint at once, and one append per process is no slower without it (docs/opinions.md).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from triage import errors, events
from triage.events import Draft, Event, Sealed, hasten
from triage.store import JournalRow, Name, Progress, Recording, sealing, slugs, unsaid, untold
from triage.store.lock import exclusive
from triage.store.sealing import Tail

if TYPE_CHECKING:
    import sqlite3

    from triage.redact import CleanEvent
    from triage.report import Summary
    from triage.store.health import Health
    from triage.store.likeness import Likely
    from triage.store.rows import Alike, Beside, Indexed, Published, Query, SiteRow
else:
    try:
        # CPython's own; the module sqlite3 would load dates and times besides, 1 ms of every command.
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3

Value = TypeVar("Value")

APPLICATION_ID = 0x54524731
"""``TRG1`` in the file's header: a store, and not some other SQLite file."""
VERSION = 4
"""The schema that this program writes: the number of migrations."""
FEW = 500
"""Values that one statement names: SQLite bounds the number of its parameters."""
ROWS = 100
"""Rows that one statement inserts: a third of what a row costs is the beginning of its statement."""
MANY = 2000
"""Events of a batch that are written at once, and from which on it pays to load what is quicker for each."""

_COLUMNS = "e.n, e.envelope, e.digest, b.salt, b.body"
_JOURNALS = "SELECT id, slug, open, events, heads FROM journal"
_CLAIMS = "SELECT j.id, j.slug, coalesce(c.slug, j.slug) FROM journal j LEFT JOIN claim c ON c.journal = j.id"
_READ = f"SELECT {_COLUMNS} FROM event e LEFT JOIN body b USING (journal, n) WHERE e.journal = ?"  # noqa: S608  only constants
_RANKED = (
    "SELECT n FROM event WHERE journal = ? AND kind = ? AND creates = 1"
    " ORDER BY recorded_at, id LIMIT 1 OFFSET ?"
)
"""The number of the event of a rank: all that it passes over lies in one index."""
_BESIDE = (
    "SELECT coalesce((SELECT last FROM journal WHERE id = :journal), ''),"
    " (SELECT count(*) FROM body WHERE journal = :journal),"
    " (SELECT count(*) FROM chunk WHERE journal = :journal)"
)


class SqliteStore:
    """A store in one file. Use `SqliteStore.open`."""

    def __init__(
        self,
        db: sqlite3.Connection,
        path: str,
        *,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        timeout: float,
        waiting: Callable[[], None] = unsaid,
    ) -> None:
        self.path = path
        self._db = db
        self._clock = clock
        self._entropy = entropy
        self._timeout = timeout
        self._waiting = waiting

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
            if os.path.isdir(os.path.dirname(path)) and not os.access(os.path.dirname(path), os.X_OK):
                raise errors.NotAllowed(
                    f"not allowed to look into {os.path.dirname(path)}", hint="check its owner and mode"
                )
            if not create:
                raise errors.NotFound(
                    f"no store at {path}", hint="make one with: triage init, or triage open 'TITLE'"
                )
            _refuse_network(path)
            _make_folder(path)
        with _translated(path):
            db = sqlite3.connect(path, timeout=timeout, isolation_level=None)
            try:
                store = cls(db, path, clock=clock, entropy=entropy, timeout=timeout, waiting=waiting)
                store._prepare(migrate=migrate)
            except BaseException:
                db.close()
                raise
        return store

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: "Callable[[Recording], None] | None" = None
    ) -> list[Event]:
        """See `Store.append`."""
        with self._writing():
            if guard is not None:
                guard(self)
            if len(events) >= MANY:
                hasten()
            appended = sealing.each(self._append, (event.draft for event in events))
            self._write_added()
            return appended

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> Event:
        """See `Store.purge`."""
        with self._writing():
            event = self._append(act.draft)
            self._write_added()
            self._withhold(journal, ids)
            return event

    def withhold(self, journal: str, ids: Sequence[str]) -> int:
        """See `Store.withhold`."""
        with self._writing():
            return self._withhold(journal, ids)

    def merge(self, copies: Iterable[Sealed]) -> int:
        """See `Store.merge`."""
        from triage.store import merging

        found = merging.by_journal(copies)
        with self._writing():
            return sum(self._merge(journal, pairs) for journal, pairs in found.items())

    def events(
        self,
        journal: str,
        *,
        kinds: Sequence[str] = (),
        entities: Sequence[str] = (),
        newest_first: bool = False,
        output: bool = False,
    ) -> Iterator[Event]:
        """See `Store.events`."""
        sql, values = _READ, [journal]
        if kinds:
            sql += f" AND e.kind IN ({_marks(kinds)})"
            values += kinds
        if entities:
            marks = _marks(entities)
            sql += f" AND ((e.entity IN ({marks}) AND NOT e.creates) OR e.id IN ({marks}))"
            values += [*entities, *entities]
        order = "DESC" if newest_first else "ASC"
        return self._read(f"{sql} ORDER BY e.n {order}", values, output=output)

    def find(self, journal: str, name: Name) -> list[Event]:
        """See `Store.find`."""
        sql, values = _READ, [journal]
        if name.rank:
            kind, number = name.rank
            ranked = [journal, journal, kind, number - 1]
            return list(self._read(f"{sql} AND e.n = ({_RANKED})", ranked)) if number > 0 else []
        if name.number:
            return list(self._read(f"{sql} AND e.n = ?", [journal, name.number]))
        if name.tail:
            return list(self._read(f"{sql} AND e.id LIKE ? ORDER BY e.n", [*values, f"%{name.tail}"]))
        # SQLite would look through the whole journal: it takes the primary key for the narrower index.
        by_id = sql.replace("event e", "event e INDEXED BY event_id", 1)
        return list(self._read(f"{by_id} AND e.id = ? ORDER BY e.recorded_at", [*values, name.id]))

    def copies(self, journal: str, *, numbers: Sequence[int] = ()) -> Iterator[Sealed]:
        """See `Store.copies`."""
        if not numbers:
            yield from self._copies(f"{_READ} ORDER BY e.n", [journal])
        for some in _few(numbers):
            yield from self._copies(f"{_READ} AND e.n IN ({_marks(some)}) ORDER BY e.n", [journal, *some])

    def index(self, journal: str) -> "Iterator[Indexed]":
        """See `Store.index`."""
        from triage.store.rows import Indexed

        sql = (
            "SELECT n, id, digest, kind, entity, creates, recorded_at FROM event WHERE journal = ? ORDER BY n"
        )
        with _translated(self.path):
            yield from map(Indexed._make, self._db.execute(sql, [journal]))

    def beside(self, journal: str) -> "Beside":
        """See `Store.beside`."""
        from triage.store.rows import Beside

        with _translated(self.path):
            return Beside(*self._db.execute(_BESIDE, {"journal": journal}).fetchone())

    def search(self, query: "Query", *, progress: Progress = untold) -> Iterator[Event]:
        """See `Store.search`; where the index cannot be brought up to date, all events are read."""
        return islice(self._search(query, progress), query.limit or None)

    def _search(self, query: "Query", progress: Progress) -> Iterator[Event]:
        """What a query finds; where a purge drops the index meanwhile, it goes on where it was."""
        from triage.store import fulltext, scan

        given = fulltext.Given()
        while self._has_fulltext(progress):
            try:
                yield from filter(given.adds, self._indexed(given.rest(query)))
            except fulltext.Lost:
                continue
            return
        yield from filter(given.adds, scan.scan(self, given.rest(query)))

    def _indexed(self, query: "Query") -> Iterator[Event]:
        from triage.store import fulltext, scan

        with _translated(self.path):
            for journal, n in fulltext.find(self._db, query):
                [event] = self.find(journal, Name(number=n))
                if event.body is not None and scan.is_asked_for(event, query):  # it may be gone since
                    yield event

    def alike(self, alike: "Alike", *, progress: Progress = untold) -> "Likely":
        """See `Store.alike`; where the index cannot be brought up to date, all blockers are read."""
        from triage.store import fulltext, likeness

        while self._has_fulltext(progress, hurried=alike.hurried):
            try:
                with _translated(self.path):
                    places, weights = fulltext.alike(self._db, alike)
            except fulltext.Lost:
                continue
            return likeness.Likely(self._at(places), weights)
        return likeness.Likely(iter(()), ()) if alike.hurried else likeness.read(self, alike)

    def _at(self, places: Iterable[tuple[str, int]]) -> Iterator[Event]:
        """The events at these places that say anything still."""
        for journal, n in places:
            yield from (event for event in self.find(journal, Name(number=n)) if event.body is not None)

    def _has_fulltext(self, progress: Progress, *, hurried: bool = False) -> bool:
        """Whether there is an index, brought up to date first: of all events, unless somebody is hurried."""
        from triage.store import fulltext

        try:
            with _translated(self.path):
                if not fulltext.is_supported(self._db):
                    return False
                writing = self._writing_soon if hurried else self._writing
                fulltext.catch_up(self._db, writing, self._after, progress, once=hurried)
                return True
        except (errors.NotAllowed, errors.Unavailable):
            return hurried and fulltext.exists(self._db)

    def _after(self, journal: str, n: int) -> Iterator[Event]:
        return self._read(f"{_READ} AND e.n > ? ORDER BY e.n", [journal, n], output=True)

    def journals(self) -> list[JournalRow]:
        """See `Store.journals`."""
        with _translated(self.path):
            rows = self._db.execute(f"{_JOURNALS} ORDER BY id DESC").fetchall()
        return [_journal(row) for row in rows]

    def journal(self, name: str) -> JournalRow | None:
        """See `Store.journal`."""
        with _translated(self.path):
            row = self._db.execute(f"{_JOURNALS} WHERE id = ?1 OR slug = ?1", [name]).fetchone()
        return _journal(row) if row else None

    def published(self, target: str) -> "list[Published]":
        """See `Store.published`."""
        from triage.store import catalogue

        with _translated(self.path):
            return catalogue.published(self._db, target)

    def summaries(self, target: str, journals: Sequence[str]) -> "list[Summary]":
        """See `Store.summaries`."""
        from triage.store import catalogue

        with _translated(self.path):
            return catalogue.summaries(self._db, target, journals)

    def site(self, target: str) -> "SiteRow":
        """See `Store.site`."""
        from triage.store import catalogue
        from triage.store.rows import SiteRow

        with _translated(self.path):
            found = catalogue.site(self._db, target)
        return found or SiteRow(self._entropy(16).hex(), "")

    def keep_publication(
        self,
        target: str,
        site: "SiteRow",
        summaries: "Iterable[tuple[Summary, str]]",
        withdrawn: Sequence[str],
    ) -> None:
        """See `Store.keep_publication`."""
        from triage.store import catalogue

        with self._writing():
            catalogue.keep(self._db, target, site, summaries, withdrawn)

    def diagnose(self, *, quick: bool) -> "Iterator[Health]":
        """See `Diagnosed.diagnose`."""
        from triage.store.checkup import checkup

        with _translated(self.path):
            yield from checkup(self._db, self.path, quick=quick)

    def strange(self) -> list[str]:
        """See `Shaped.strange`."""
        from triage.store.shape import strange

        with _translated(self.path):
            return list(strange(self._db))

    def _copies(self, sql: str, values: Sequence[Any]) -> Iterator[Sealed]:
        for row in self._rows(sql, values):
            yield self._sealed(values[0], row)

    def _read(self, sql: str, values: Sequence[Any], *, output: bool = False) -> Iterator[Event]:
        journal = values[0]
        for row in self._rows(sql, values):
            sealed = self._sealed(journal, row) if output else sealing.without_output(row)
            yield events.unseal(sealed, row[0], output=output)

    def _rows(self, sql: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Rows of `_COLUMNS`, with bytes for what was kept as bytes."""
        with _translated(self.path):
            for row in self._db.execute(sql, values):
                is_kept = type(row[1]) is bytes and type(row[4]) is not str
                yield row if is_kept else _in_bytes(row)

    def _sealed(self, journal: str, row: Sequence[Any]) -> Sealed:
        sealed = sealing.without_output(row)
        if not sealing.has_output(sealed):
            return sealed
        chunks = self._db.execute(
            "SELECT salt, data FROM chunk WHERE journal = ? AND n = ? ORDER BY place",
            [journal, row[0]],
        ).fetchall()
        return sealed._replace(chunks=tuple((_bytes(salt), _bytes(data)) for salt, data in chunks))

    def _writing_soon(self) -> AbstractContextManager[None]:
        """The same for what need not be: it waits for nobody."""
        return self._writing(timeout=0)

    @contextmanager
    def _writing(self, timeout: float | None = None) -> Iterator[None]:
        """One transaction under the lock file; undone as a whole when anything goes wrong."""
        patience = self._timeout if timeout is None else timeout
        lock = exclusive(f"{self.path}.lock", patience, waiting=self._waiting)
        with _translated(self.path), lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._forget_added()
            try:
                yield
                self._commit()
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _commit(self) -> None:
        """Make what was written certain; `Uncertain` where only the last step of that fails."""
        try:
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_IOERR_DIR_FSYNC":
                raise
            self._confirm()

    def _confirm(self) -> None:
        """Sync the folder where SQLite could not: its journal is deleted, so nothing can be undone."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        from triage.durable import sync_folder

        try:
            sync_folder(os.path.dirname(self.path))
        except OSError as error:
            raise errors.Uncertain(
                f"the disk failed under the store {self.path} after it was written: it may be kept or not",
                hint="look with triage events --last 3 before you try again",
            ) from error

    def _append(self, draft: Draft) -> Event:
        """Seal a draft as the next event of its journal; `_write_added` keeps it with the others."""
        if draft.keyed:
            known = self._of_id(draft.journal, draft.id)
            if known:
                return sealing.repeated(draft, known[0])
        tail = self._tails.get(draft.journal) or self._tail(draft.journal)
        event, sealed = sealing.seal_after(tail, draft, self._clock, self._entropy)
        if not tail.n:
            slug = sealing.first_slug(event)
            slugs.check_free(slug, event.journal, self._holder)
            self._db.execute("INSERT INTO journal VALUES (?, ?, 1, 0, '', '')", [event.journal, slug])
        self._added.append((event, sealed))
        self._by_id[event.journal, event.id] = event
        self._tails[event.journal] = tail.after(event)
        is_heading = sealing.touches_header(event, self._of_id)
        if is_heading or len(self._added) >= MANY:
            self._write_added()
        if is_heading:
            self._index_header(event)
        return event

    def _of_id(self, journal: str, id: str) -> list[Event]:
        """The events of an id, be they not written yet."""
        added = self._by_id.get((journal, id))
        return [added] if added else self.find(journal, Name(id=id))

    def _write_added(self) -> None:
        """Write what was appended in this transaction so far, and where its journals end now."""
        self._insert(self._added)
        for journal, tail in self._tails.items():
            self._keep_tail(journal, tail)
        self._forget_added()

    def _forget_added(self) -> None:
        self._added: list[sealing.Copy] = []
        self._by_id: dict[tuple[str, str], Event] = {}
        self._tails: dict[str, Tail] = {}

    def _tail(self, journal: str) -> Tail:
        row = self._db.execute("SELECT events, last, heads FROM journal WHERE id = ?", [journal]).fetchone()
        return Tail(row[0], row[1], tuple(row[2].split())) if row else Tail()

    def _insert(self, copies: Sequence[sealing.Copy]) -> None:
        """Write events, their bodies and their output, each table in one go."""
        self._insert_rows(
            "event",
            [
                (e.journal, e.n, e.id, e.digest, e.kind, e.entity, e.creates, e.recorded_at, sealed.envelope)
                for e, sealed in copies
            ],
        )
        self._insert_rows(
            "body",
            [(e.journal, e.n, sealed.salt, sealed.body) for e, sealed in copies if sealed.body is not None],
        )
        self._db.executemany(
            "INSERT INTO chunk VALUES (?, ?, ?, ?, ?)",
            [
                (e.journal, e.n, place, salt, data)
                for e, sealed in copies
                for place, (salt, data) in enumerate(sealed.chunks)
            ],
        )

    def _insert_rows(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write small rows, as many with one statement as `ROWS`.

        A row that fails undoes the transaction: SQLite need not write down how to undo the statement alone.
        """
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            marks = ", ".join([f"({_marks(some[0])})"] * len(some))
            self._db.execute(f"INSERT OR FAIL INTO {table} VALUES {marks}", [*chain.from_iterable(some)])  # noqa: S608  only marks

    def _index_header(self, event: Event) -> None:
        """Keep the journal's slug and state as the fold of its header has them."""
        claim, is_open = self._heading(event.journal)
        if sealing.names_slug(event) or claim != self._claim(event.journal):
            slugs.check_free(claim, event.journal, self._holder)
        self._keep_heading(event.journal, claim, is_open=is_open)

    def _merge(self, journal: str, copies: list[sealing.Copy]) -> int:
        from triage.store import merging

        new = merging.new_copies(copies, self._known(journal, [event.id for event, _ in copies]))
        if not new:
            return 0
        added = [event for event, _ in new]
        tail = self._tail(journal)
        outside = merging.strangers(tail, added)
        merging.require(outside, self._digests(journal, outside))
        if not tail.n:
            self._db.execute("INSERT INTO journal VALUES (?, ?, 1, 0, '', '')", [journal, journal])
        self._insert([(event._replace(n=n), sealed) for n, (event, sealed) in enumerate(new, tail.n + 1)])
        self._keep_tail(journal, tail.joined(added))
        if any(event.kind in ("header", "amendment") for event in added):
            self._index_heading(journal)
        return len(new)

    def _keep_tail(self, journal: str, tail: Tail) -> None:
        self._db.execute(
            "UPDATE journal SET events = ?, last = ?, heads = ? WHERE id = ?",
            [tail.n, tail.last, " ".join(tail.heads), journal],
        )

    def _known(self, journal: str, ids: Sequence[str]) -> set[tuple[str, str]]:
        """The copies of the events that are here, as (id, digest)."""
        found: set[tuple[str, str]] = set()
        for some in _few(ids):
            sql = f"SELECT id, digest FROM event WHERE journal = ? AND id IN ({_marks(some)})"  # noqa: S608  only marks
            found.update(self._db.execute(sql, [journal, *some]))
        return found

    def _digests(self, journal: str, wanted: Sequence[str]) -> set[str]:
        """Those of the digests that are here. It reads an index of the journal: for where it parted only."""
        found: set[str] = set()
        for some in _few(wanted):
            sql = f"SELECT digest FROM event WHERE journal = ? AND digest IN ({_marks(some)})"  # noqa: S608  only marks
            found.update(digest for (digest,) in self._db.execute(sql, [journal, *some]))
        return found

    def _withhold(self, journal: str, ids: Sequence[str]) -> int:
        from triage.store import fulltext

        gone = 0
        for some in _few(ids):
            sql = f"SELECT n FROM event WHERE journal = ? AND id IN ({_marks(some)})"  # noqa: S608  only marks
            copies = [(journal, n) for (n,) in self._db.execute(sql, [journal, *some])]
            fulltext.drop(self._db, copies)
            self._db.executemany("DELETE FROM chunk WHERE journal = ? AND n = ?", copies)
            gone += self._db.executemany("DELETE FROM body WHERE journal = ? AND n = ?", copies).rowcount
        self._db.execute("DELETE FROM summary WHERE journal = ?", [journal])
        self._index_heading(journal)
        return gone

    def _index_heading(self, journal: str) -> None:
        """Work out from its headers what the store knows of a journal again."""
        claim, is_open = self._heading(journal)
        self._keep_heading(journal, claim, is_open=is_open)

    def _heading(self, journal: str) -> tuple[str, bool]:
        """The slug that a journal's record asks for, and whether it is open."""
        return sealing.named(journal, self.events(journal, kinds=("header", "amendment")))

    def _keep_heading(self, journal: str, claim: str, *, is_open: bool) -> None:
        self._db.execute("UPDATE journal SET open = ? WHERE id = ?", [is_open, journal])
        known = self._claim(journal)
        if known == journal and not self._holder(claim):  # a new one, and nobody is in its way
            self._db.execute("UPDATE journal SET slug = ? WHERE id = ?", [claim, journal])
        elif claim != known:
            self._assign_slugs({journal: claim})

    def _claim(self, journal: str) -> str:
        """The slug that a journal's record asked for when it was looked at last; its id for a new one."""
        return str(self._db.execute(f"{_CLAIMS} WHERE j.id = ?", [journal]).fetchone()[2])

    def _assign_slugs(self, changed: dict[str, str]) -> None:
        """Give every journal its slug anew, as all ask for them; those that change have none in passing."""
        rows = self._db.execute(_CLAIMS).fetchall()
        claims = {id: claim for id, _, claim in rows} | changed
        names = slugs.assigned(claims.items())
        moved = [(names[id], id) for id, slug, _ in rows if names[id] != slug]
        self._db.executemany("UPDATE journal SET slug = '~' || id WHERE id = ?", [[id] for _, id in moved])
        self._db.executemany("UPDATE journal SET slug = ? WHERE id = ?", moved)
        self._db.execute("DELETE FROM claim")
        asking = [(id, claim) for id, claim in claims.items() if names[id] != claim]
        self._db.executemany("INSERT INTO claim VALUES (?, ?)", asking)

    def _holder(self, slug: str) -> str:
        """The id of the journal that has the slug, or ''."""
        row = self._db.execute("SELECT id FROM journal WHERE slug = ?", [slug]).fetchone()
        return str(row[0]) if row else ""

    def _prepare(self, *, migrate: bool) -> None:
        """Set the connection up, refuse what is no store, and bring an older one up to date if it may be."""
        db = self._db
        db.execute("PRAGMA synchronous = EXTRA")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        application = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID and self._holds_tables():
            raise errors.StoreUnusable(
                f"{self.path} is a database of another program",
                hint="name another file with --store or TRIAGE_STORE",
            )
        if version > VERSION:
            raise errors.StoreUnusable(
                f"the store {self.path} was made by a newer triage (version {version},"
                f" this one knows {VERSION})",
                hint="upgrade triage: pipx upgrade triagelog",
            )
        if version < VERSION and migrate:
            self._migrate()
        elif not version:
            raise errors.NotFound(
                f"no store in {self.path} yet", hint="make one with: triage init, or triage open 'TITLE'"
            )

    def _holds_tables(self) -> bool:
        return self._db.execute("SELECT 1 FROM sqlite_master").fetchone() is not None

    def _migrate(self) -> None:
        from triage.durable import sync_folders
        from triage.store.migrations import MIGRATIONS

        with self._writing():
            db = self._db
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if not version:
                sync_folders(os.path.dirname(self.path))  # whoever finds tables may rely on the folders
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            for number, migration in enumerate(MIGRATIONS[version:], version + 1):
                migration(db)
                db.execute(f"PRAGMA user_version = {number}")


def _refuse_network(path: str) -> None:
    """Raise `NotAllowed` where a new store would lie on a network file system."""
    from triage.store import filesystem

    kind = filesystem.of_path(path)
    if kind in filesystem.NETWORK:
        raise errors.NotAllowed(
            f"{path} would lie on a network file system ({kind}), where SQLite's locks do not hold",
            hint="name a place on a local disk with --store or TRIAGE_STORE",
        )


def _make_folder(path: str) -> None:
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        from triage.durable import refusal

        raise refusal(
            f"cannot make the folder {folder}", error, hint="name another place with --store or TRIAGE_STORE"
        ) from error


def _journal(row: tuple[Any, ...]) -> JournalRow:
    id, slug, is_open, count, heads = row
    return JournalRow(id, slug, bool(is_open), count, tuple(heads.split()))


def _in_bytes(row: Sequence[Any]) -> list[Any]:
    """A row with bytes for what was kept as bytes: whoever changed it since may have left texts."""
    n, envelope, digest, *kept = row
    return [n, _bytes(envelope), digest, *map(_bytes, kept)]


def _bytes(value: Any) -> Any:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _few(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values, in as many at once as a statement may name."""
    return (values[start : start + FEW] for start in range(0, len(values), FEW))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """Turn what SQLite and the operating system say into errors that name the store and the next step."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        from triage.store.trouble import translated

        raise translated(path, error) from error
