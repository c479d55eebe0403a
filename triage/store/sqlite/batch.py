"""What one transaction writes to the SQLite store: events in their order, and what is kept of journals."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from triage.events import Draft, Event
from triage.store import Name, sealing
from triage.store.sealing import Copy, Tail
from triage.store.sqlite.link import few, marks
from triage.store.sqlite.reader import Reader

if TYPE_CHECKING:
    import sqlite3

    from triage.store.sqlite.names import Names

ROWS = 100
"""Rows that one statement inserts: a third of what a row costs is the beginning of its statement."""
MANY = 2000
"""Events of a batch that are written at once, and from which on it pays to load what is quicker for each."""


class Batch:
    """Events that are appended together, and copies and deletions of others; `write` ends it."""

    def __init__(
        self,
        db: "sqlite3.Connection",
        reader: Reader,
        *,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._db = db
        self._reader = reader
        self._clock = clock
        self._entropy = entropy
        self._forget_added()

    def add(self, draft: Draft) -> Event:
        """Seal a draft as the next event of its journal, unless it is one that was kept before."""
        if draft.keyed:
            known = self._of_id(draft.journal, draft.id)
            if known:
                return sealing.repeated(draft, known[0])
        tail = self._tails.get(draft.journal) or self._tail(draft.journal)
        event, sealed = sealing.seal_after(tail, draft, self._clock, self._entropy)
        if not tail.n:
            names = self._names()
            names.add(event.journal, names.first(event))
        self._added.append((event, sealed))
        self._by_id[event.journal, event.id] = event
        self._tails[event.journal] = tail.after(event)
        is_heading = sealing.touches_header(event, self._of_id)
        if is_heading or len(self._added) >= MANY:
            self.write()
        if is_heading:
            self._names().restate(event, self._header(event.journal))
        return event

    def write(self) -> None:
        """Write what was added so far, and where its journals end now."""
        self._insert(self._added)
        for journal, tail in self._tails.items():
            self._keep_tail(journal, tail)
        self._forget_added()

    def merge(self, journal: str, copies: Sequence[Copy]) -> int:
        """Write copies that were sealed elsewhere; the number of those that are new."""
        from triage.store import merging

        tail = self._tail(journal)
        new = merging.numbered(
            copies, tail, known=partial(self._known, journal), found=partial(self._found, journal)
        )
        if not new:
            return 0
        if not tail.n:
            self._names().add(journal, journal)
        self._insert(new)
        added = [event for event, _ in new]
        self._keep_tail(journal, tail.joined(added))
        if any(event.kind in sealing.HEADER for event in added):
            self._settle(journal)
        return len(new)

    def withhold(self, journal: str, ids: Sequence[str]) -> int:
        """Delete the bodies and the output of every copy of the events; the number of bodies."""
        from triage.store.sqlite import fulltext

        gone = 0
        for some in few(ids):
            sql = f"SELECT n FROM event WHERE journal = ? AND id IN ({marks(some)})"  # noqa: S608  only marks
            copies = [(journal, n) for (n,) in self._db.execute(sql, [journal, *some])]
            fulltext.drop(self._db, copies)
            self._db.executemany("DELETE FROM chunk WHERE journal = ? AND n = ?", copies)
            gone += self._db.executemany("DELETE FROM body WHERE journal = ? AND n = ?", copies).rowcount
        self._db.execute("DELETE FROM summary WHERE journal = ?", [journal])
        self._settle(journal)
        return gone

    def _forget_added(self) -> None:
        self._added: list[Copy] = []
        self._by_id: dict[tuple[str, str], Event] = {}
        self._tails: dict[str, Tail] = {}

    def _of_id(self, journal: str, id: str) -> list[Event]:
        """The events of an id, be they not written yet."""
        added = self._by_id.get((journal, id))
        return [added] if added else self._reader.find(journal, Name(id=id))

    def _tail(self, journal: str) -> Tail:
        row = self._db.execute("SELECT events, last, heads FROM journal WHERE id = ?", [journal]).fetchone()
        return Tail(row[0], row[1], tuple(row[2].split())) if row else Tail()

    def _keep_tail(self, journal: str, tail: Tail) -> None:
        self._db.execute(
            "UPDATE journal SET events = ?, last = ?, heads = ? WHERE id = ?",
            [tail.n, tail.last, " ".join(tail.heads), journal],
        )

    def _insert(self, copies: Sequence[Copy]) -> None:
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
            places = ", ".join([f"({marks(some[0])})"] * len(some))
            self._db.execute(f"INSERT OR FAIL INTO {table} VALUES {places}", [*chain.from_iterable(some)])  # noqa: S608  only marks

    def _names(self) -> "Names":
        from triage.store.sqlite.names import Names

        return Names(self._db)

    def _header(self, journal: str) -> Iterator[Event]:
        return self._reader.events(journal, kinds=sealing.HEADER)

    def _settle(self, journal: str) -> None:
        """Work out from its header what the store knows of a journal again."""
        self._names().settle(journal, self._header(journal))

    def _known(self, journal: str, ids: Sequence[str]) -> set[tuple[str, str]]:
        """The copies of the events that are here, as (id, digest)."""
        found: set[tuple[str, str]] = set()
        for some in few(ids):
            sql = f"SELECT id, digest FROM event WHERE journal = ? AND id IN ({marks(some)})"  # noqa: S608  only marks
            found.update(self._db.execute(sql, [journal, *some]))
        return found

    def _found(self, journal: str, digests: Sequence[str]) -> set[str]:
        """Those of the digests that are here. It reads an index of the journal: for where it parted only."""
        found: set[str] = set()
        for some in few(digests):
            sql = f"SELECT digest FROM event WHERE journal = ? AND digest IN ({marks(some)})"  # noqa: S608  only marks
            found.update(digest for (digest,) in self._db.execute(sql, [journal, *some]))
        return found
