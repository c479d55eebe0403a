"""The half of the PostgreSQL store that reads: each call is one statement, or pages of one."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from triage import errors, events
from triage.events import Event, Sealed, is_id
from triage.store import JournalRow, Name, Progress, sealing, untold
from triage.store.postgres.link import Link, Row
from triage.store.rows import Alike, Beside, Indexed, Query

if TYPE_CHECKING:
    from triage.store.likeness import Likely
    from triage.store.postgres.fulltext import Hit

SMALLEST, LARGEST = 32, 512
"""Rows of the first page and of later ones: who looks at one event reads few; a body is 256 KiB at most."""

READ = (
    "SELECT e.n, e.envelope, e.digest, b.salt, b.body FROM triage_event e"
    " LEFT JOIN triage_body b USING (journal, n) WHERE e.journal = %s"
)
RANKED = (
    "SELECT n FROM triage_event WHERE journal = %s AND kind = %s AND creates"
    " ORDER BY recorded_at, id LIMIT 1 OFFSET %s"
)
"""The number of the event of a rank: what it passes over needs no body."""
HITS = (
    "SELECT e.journal, e.n, e.envelope, e.digest, b.salt, b.body"
    " FROM unnest(%s::text[], %s::bigint[]) AS hit (journal, n)"
    " JOIN triage_event e USING (journal, n) JOIN triage_body b USING (journal, n)"
)
INDEX = (
    "SELECT e.n, e.id, e.digest, e.kind, e.entity, e.creates, e.recorded_at FROM triage_event e"
    " WHERE e.journal = %s"
)
_UNKEPT = (errors.NotAllowed, errors.NotFound, errors.InvalidValue, errors.StoreLocked)
"""What says that the index of the search cannot be brought up to date, or be asked."""
CHUNKS = "SELECT salt, data FROM triage_chunk WHERE journal = %s AND n = %s ORDER BY place"
BESIDE = (
    "SELECT coalesce((SELECT last FROM triage_event WHERE journal = %s ORDER BY n DESC LIMIT 1), ''),"
    " (SELECT count(*) FROM triage_body WHERE journal = %s),"
    " (SELECT count(*) FROM triage_chunk WHERE journal = %s)"
)
JOURNALS = (
    "SELECT known.journal, known.slug, known.open, e.n, e.heads FROM ("
    "SELECT s.journal, s.slug, s.open,"
    " (SELECT max(n) FROM triage_event last WHERE last.journal = s.journal) AS n"
    " FROM triage_state s WHERE s.version ="
    " (SELECT max(version) FROM triage_state newest WHERE newest.journal = s.journal){only}"
    ") known JOIN triage_event e ON e.journal = known.journal AND e.n = known.n"
)
EVERY = JOURNALS.format(only="")
BY_ID = JOURNALS.format(only=" AND s.journal = %s")
BY_SLUG = JOURNALS.format(only=" AND s.journal IN (SELECT journal FROM triage_slug WHERE slug = %s)")


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
        sql, values = READ, list[Any]([journal])
        if kinds:
            sql += " AND e.kind = ANY(%s)"
            values.append(list(kinds))
        if entities:
            sql += " AND ((e.entity = ANY(%s) AND NOT e.creates) OR e.id = ANY(%s))"
            values += [list(entities), list(entities)]
        for row in self._pages(sql, values, newest_first=newest_first):
            yield self._event(journal, row, output=output)

    def find(self, journal: str, name: Name) -> list[Event]:
        """See `Store.find`."""
        sql, values = READ, list[Any]([journal])
        if name.rank:
            kind, number = name.rank
            if number < 1:
                return []
            sql += f" AND e.n = ({RANKED})"
            values += [journal, kind, number - 1]
        elif name.number:
            sql += " AND e.n = %s"
            values.append(name.number)
        elif name.tail:
            sql += " AND e.id LIKE %s ORDER BY e.n"
            values.append(f"%{name.tail}")
        else:
            return self.of_ids(journal, [name.id])
        return [self._event(journal, row) for row in self._link.rows(sql, values)]

    def of_ids(self, journal: str, ids: Sequence[str]) -> list[Event]:
        """The events that have one of the ids, the earliest recorded first."""
        rows = self._link.rows(f"{READ} AND e.id = ANY(%s)", [journal, list(ids)])
        return sorted((self._event(journal, row) for row in rows), key=lambda event: event.recorded_at)

    def copies(self, journal: str, *, numbers: Sequence[int] = ()) -> Iterator[Sealed]:
        """See `Store.copies`."""
        some = " AND e.n = ANY(%s)" if numbers else ""
        for row in self._pages(READ + some, [journal, list(numbers)] if numbers else [journal]):
            yield self._sealed(journal, row)

    def index(self, journal: str) -> Iterator[Indexed]:
        """See `Store.index`."""
        for row in self._pages(INDEX, [journal]):
            yield Indexed(*row)

    def beside(self, journal: str) -> Beside:
        """See `Store.beside`."""
        return Beside(*self._link.rows(BESIDE, [journal] * 3)[0])

    def search(self, query: Query, *, progress: Progress = untold) -> Iterator[Event]:
        """See `Store.search`; where no index can be brought up to date, all events are read."""
        from triage.store import scan
        from triage.store.postgres import fulltext

        try:
            if fulltext.takes(query) and fulltext.exists(self._link):
                fulltext.catch_up(self._link, self._after, progress)
                hits = fulltext.find(self._link, self._whole, query)
                return self._of_hits(islice(hits, query.limit or None))
        except _UNKEPT:
            pass
        return scan.scan(self, query)

    def alike(self, alike: Alike, *, progress: Progress = untold) -> "Likely":
        """See `Store.alike`; where no index can be brought up to date, all blockers are read."""
        from triage.store import likeness
        from triage.store.postgres import fulltext

        if not fulltext.exists(self._link):
            return likeness.Likely(iter(()), ()) if alike.hurried else likeness.read(self, alike)
        try:
            fulltext.catch_up(self._link, self._after, progress, once=alike.hurried)
        except _UNKEPT:
            if not alike.hurried:
                return likeness.read(self, alike)
        places, weights = fulltext.alike(self._link, alike)
        return likeness.Likely(self._of_hits(fulltext.Hit(*place, 0.0) for place in places), weights)

    def _of_hits(self, hits: "Iterator[Hit]") -> Iterator[Event]:
        """The events of hits that say anything still, in their order."""
        while page := list(islice(hits, SMALLEST)):
            rows = self._link.rows(HITS, [[hit.journal for hit in page], [hit.n for hit in page]])
            found = {(row[0], row[1]): row[1:] for row in rows}
            for hit in page:
                if (hit.journal, hit.n) in found:  # else it was purged since
                    yield self._event(hit.journal, found[hit.journal, hit.n])

    def _whole(self, journal: str, n: int) -> Event | None:
        """An event with its output; None where it was purged."""
        [row] = self._link.rows(f"{READ} AND e.n = %s", [journal, n])
        event = self._event(journal, row, output=True)
        return event if event.body is not None else None

    def _after(self, journal: str, n: int) -> Iterator[Event]:
        """The events of a journal after a number, with their output."""
        return (self._event(journal, row, output=True) for row in self._pages(READ, [journal], after=n))

    def journals(self) -> list[JournalRow]:
        """See `Store.journals`."""
        return sorted(map(_journal, self._link.rows(EVERY)), reverse=True)

    def journal(self, name: str) -> JournalRow | None:
        """See `Store.journal`."""
        found = self._link.rows(BY_ID, [name]) if is_id(name) else []
        rows = map(_journal, found or self._link.rows(BY_SLUG, [name]))
        return next((row for row in rows if name in (row.id, row.slug)), None)

    def _pages(
        self, sql: str, values: Sequence[Any], *, newest_first: bool = False, after: int = 0
    ) -> Iterator[Row]:
        """The rows of a statement by their numbers, a page at a time: no transaction stays open meanwhile."""
        beyond, order = ("<", "DESC") if newest_first else (">", "ASC")
        edge, size = 2**62 if newest_first else after, SMALLEST
        while True:
            page = f"{sql} AND e.n {beyond} %s ORDER BY e.n {order} LIMIT {size}"
            rows = self._link.rows(page, [*values, edge])
            yield from rows
            if len(rows) < size:
                return
            edge, size = rows[-1][0], min(size * 2, LARGEST)

    def _event(self, journal: str, row: Row, *, output: bool = False) -> Event:
        sealed = self._sealed(journal, row) if output else sealing.without_output(row)
        return events.unseal(sealed, row[0], output=output)

    def _sealed(self, journal: str, row: Row) -> Sealed:
        sealed = sealing.without_output(row)
        if not sealing.has_output(sealed):
            return sealed
        chunks = [(salt, data) for salt, data in self._link.rows(CHUNKS, [journal, row[0]])]
        return sealed._replace(chunks=tuple(chunks))


def _journal(row: Row) -> JournalRow:
    id, slug, is_open, count, heads = row
    return JournalRow(id, slug, is_open, count, tuple(heads.split()))
