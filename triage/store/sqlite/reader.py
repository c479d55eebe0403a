"""What is read of journals and events in the SQLite store: SELECTs, and events of their rows."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from triage.events import Event, Sealed, unseal
from triage.store import JournalRow, Name, sealing
from triage.store.sqlite.link import Link, few, marks

if TYPE_CHECKING:
    from triage.store.rows import Beside, Indexed

COLUMNS = "e.n, e.envelope, e.digest, b.salt, b.body"
JOURNALS = "SELECT id, slug, open, events, heads FROM journal"
READ = f"SELECT {COLUMNS} FROM event e LEFT JOIN body b USING (journal, n) WHERE e.journal = ?"  # noqa: S608  only constants
RANKED = (
    "SELECT n FROM event WHERE journal = ? AND kind = ? AND creates = 1"
    " ORDER BY recorded_at, id LIMIT 1 OFFSET ?"
)
"""The number of the event of a rank: all that it passes over lies in one index."""
INDEX = "SELECT n, id, digest, kind, entity, creates, recorded_at FROM event WHERE journal = ? ORDER BY n"
BESIDE = (
    "SELECT coalesce((SELECT last FROM journal WHERE id = :journal), ''),"
    " (SELECT count(*) FROM body WHERE journal = :journal),"
    " (SELECT count(*) FROM chunk WHERE journal = :journal)"
)
CHUNKS = "SELECT salt, data FROM chunk WHERE journal = ? AND n = ? ORDER BY place"


class Reader:
    """Reads what a link leads to."""

    def __init__(self, link: Link) -> None:
        self._link = link

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
        sql, values = READ, [journal]
        if kinds:
            sql += f" AND e.kind IN ({marks(kinds)})"
            values += kinds
        if entities:
            some = marks(entities)
            sql += f" AND ((e.entity IN ({some}) AND NOT e.creates) OR e.id IN ({some}))"
            values += [*entities, *entities]
        order = "DESC" if newest_first else "ASC"
        return self._read(f"{sql} ORDER BY e.n {order}", values, output=output)

    def find(self, journal: str, name: Name) -> list[Event]:
        """See `Store.find`."""
        sql, values = READ, [journal]
        if name.rank:
            kind, number = name.rank
            ranked = [journal, journal, kind, number - 1]
            return list(self._read(f"{sql} AND e.n = ({RANKED})", ranked)) if number > 0 else []
        if name.number:
            return list(self._read(f"{sql} AND e.n = ?", [journal, name.number]))
        if name.tail:
            return list(self._read(f"{sql} AND e.id LIKE ? ORDER BY e.n", [*values, f"%{name.tail}"]))
        # SQLite would look through the whole journal: it takes the primary key for the narrower index.
        by_id = sql.replace("event e", "event e INDEXED BY event_id", 1)
        return list(self._read(f"{by_id} AND e.id = ? ORDER BY e.recorded_at", [*values, name.id]))

    def after(self, journal: str, n: int) -> Iterator[Event]:
        """The events of a journal after a number, with their output."""
        return self._read(f"{READ} AND e.n > ? ORDER BY e.n", [journal, n], output=True)

    def copies(self, journal: str, *, numbers: Sequence[int] = ()) -> Iterator[Sealed]:
        """See `Store.copies`."""
        if not numbers:
            yield from self._copies(f"{READ} ORDER BY e.n", [journal])
        for some in few(numbers):
            yield from self._copies(f"{READ} AND e.n IN ({marks(some)}) ORDER BY e.n", [journal, *some])

    def index(self, journal: str) -> "Iterator[Indexed]":
        """See `Store.index`."""
        from triage.store.rows import Indexed

        with self._link.translated():
            yield from map(Indexed._make, self._link.db.execute(INDEX, [journal]))

    def beside(self, journal: str) -> "Beside":
        """See `Store.beside`."""
        from triage.store.rows import Beside

        with self._link.translated():
            return Beside(*self._link.db.execute(BESIDE, {"journal": journal}).fetchone())

    def journals(self) -> list[JournalRow]:
        """See `Store.journals`."""
        with self._link.translated():
            rows = self._link.db.execute(f"{JOURNALS} ORDER BY id DESC").fetchall()
        return [_journal(row) for row in rows]

    def journal(self, name: str) -> JournalRow | None:
        """See `Store.journal`."""
        with self._link.translated():
            row = self._link.db.execute(f"{JOURNALS} WHERE id = ?1 OR slug = ?1", [name]).fetchone()
        return _journal(row) if row else None

    def _copies(self, sql: str, values: Sequence[Any]) -> Iterator[Sealed]:
        for row in self._rows(sql, values):
            yield self._sealed(values[0], row)

    def _read(self, sql: str, values: Sequence[Any], *, output: bool = False) -> Iterator[Event]:
        journal = values[0]
        for row in self._rows(sql, values):
            sealed = self._sealed(journal, row) if output else sealing.without_output(row)
            yield unseal(sealed, row[0], output=output)

    def _rows(self, sql: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Rows of `COLUMNS`, with bytes for what was kept as bytes."""
        with self._link.translated():
            for row in self._link.db.execute(sql, values):
                is_kept = type(row[1]) is bytes and type(row[4]) is not str
                yield row if is_kept else _in_bytes(row)

    def _sealed(self, journal: str, row: Sequence[Any]) -> Sealed:
        sealed = sealing.without_output(row)
        if not sealing.has_output(sealed):
            return sealed
        chunks = self._link.db.execute(CHUNKS, [journal, row[0]]).fetchall()
        return sealed._replace(chunks=tuple((_bytes(salt), _bytes(data)) for salt, data in chunks))


def _journal(row: tuple[Any, ...]) -> JournalRow:
    id, slug, is_open, count, heads = row
    return JournalRow(id, slug, bool(is_open), count, tuple(heads.split()))


def _in_bytes(row: Sequence[Any]) -> list[Any]:
    """A row with bytes for what was kept as bytes: whoever changed it since may have left texts."""
    n, envelope, digest, *kept = row
    return [n, _bytes(envelope), digest, *map(_bytes, kept)]


def _bytes(value: Any) -> Any:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
