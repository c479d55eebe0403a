"""What one transaction will write: worked out before anything is sent, so that no lock waits for a client.

The number of an event is a key. Where another writer takes it first, the transaction fails as a whole and is
worked out anew, so whatever was read after the tail of a journal still holds when it is written.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from triage.events import Draft, Event, Sealed
from triage.store import merging, sealing
from triage.store.postgres.link import Link, Statement
from triage.store.postgres.names import Names
from triage.store.postgres.reader import Reader
from triage.store.sealing import HEADER, Copy, Tail

TAIL = "SELECT n, last, heads FROM triage_event WHERE journal = %s ORDER BY n DESC LIMIT 1"
COPIES = "SELECT id, digest FROM triage_event WHERE journal = %s AND id = ANY(%s)"
DIGESTS = "SELECT digest FROM triage_event WHERE journal = %s AND digest = ANY(%s)"
PAGE = 1000
"""Events that a statement names."""

Value = TypeVar("Value")

EVENT = (
    "INSERT INTO triage_event"
    " (journal, n, id, digest, kind, entity, creates, recorded_at, envelope, last, heads)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
BODY = "INSERT INTO triage_body (journal, n, salt, body) VALUES (%s, %s, %s, %s)"
CHUNK = "INSERT INTO triage_chunk (journal, n, place, salt, data) VALUES (%s, %s, %s, %s, %s)"


class Batch:
    """Events and names that are to be written together."""

    def __init__(
        self, link: Link, reader: Reader, *, clock: Callable[[], int], entropy: Callable[[int], bytes]
    ) -> None:
        self._link = link
        self._reader = reader
        self._clock = clock
        self._entropy = entropy
        self._names = Names(link)
        self._tails: dict[str, Tail] = {}
        self._added: list[tuple[Event, Sealed, Tail]] = []
        self._known: dict[str, Event] = {}

    def look_up(self, drafts: Sequence[Draft], *, every: bool) -> bool:
        """Read where the drafts' journals end and which keyed drafts, or ``every`` one, were kept before.

        Gives whether all were. What is read after this call holds until the batch is written.
        """
        for draft in drafts:
            self._tail(draft.journal)
        wanted: dict[str, list[str]] = {}
        for draft in drafts:
            if draft.keyed or every:
                wanted.setdefault(draft.journal, []).append(draft.id)
        for journal, ids in wanted.items():
            for some in pages(ids):
                found = self._reader.of_ids(journal, some)
                self._known |= {event.id: event for event in reversed(found)}
        return all(draft.id in self._known for draft in drafts)

    def add(self, draft: Draft) -> Event:
        """Add a draft as the next event of its journal, unless it is one that was kept before."""
        known = self._known.get(draft.id)
        if known is not None:
            return sealing.repeated(draft, known)
        tail = self._tail(draft.journal)
        event, sealed = sealing.seal_after(tail, draft, self._clock, self._entropy)
        if not tail.n:
            self._names.keep(event.journal, self._names.first(event), is_open=True)
        self._put(event, sealed, tail.after(event))
        if draft.keyed:
            self._known[event.id] = event
        if sealing.touches_header(event, self._find):
            self._names.restate(event, self._header(event.journal))
        return event

    def merge(self, journal: str, copies: Sequence[Copy]) -> int:
        """Add copies that were sealed elsewhere; the number of those that are new."""
        tail = self._tail(journal)
        new = merging.numbered(
            copies, tail, known=partial(self._known_copies, journal), found=partial(self._found, journal)
        )
        if not new:
            return 0
        added = [event for event, _ in new]
        end = tail.joined(added)
        for event, sealed in new:
            self._put(event, sealed, end)
        if any(event.kind in HEADER for event in added):
            self.settle(journal)
        return len(new)

    def settle(self, journal: str, purged: Iterable[str] = ()) -> None:
        """Name a journal as its header has it without what is ``purged``."""
        gone = set(purged)
        header = (event._replace(body=None) if event.id in gone else event for event in self._header(journal))
        self._names.settle(journal, header)

    def statements(self) -> list[Statement]:
        """What writes the batch, in one transaction."""
        chunks = [
            (event.journal, event.n, place, *chunk)
            for event, sealed, _ in self._added
            for place, chunk in enumerate(sealed.chunks)
        ]
        found: list[Statement] = [
            (EVENT, [_event(*added) for added in self._added]),
            (BODY, [_body(event, sealed) for event, sealed, _ in self._added if sealed.body is not None]),
            (CHUNK, chunks),
            *self._names.statements(),
        ]
        return [(sql, rows) for sql, rows in found if rows]

    def _put(self, event: Event, sealed: Sealed, tail: Tail) -> None:
        self._added.append((event, sealed, tail))
        self._tails[event.journal] = tail

    def _tail(self, journal: str) -> Tail:
        if journal not in self._tails:
            rows = self._link.rows(TAIL, [journal])
            self._tails[journal] = Tail(rows[0][0], rows[0][1], tuple(rows[0][2].split())) if rows else Tail()
        return self._tails[journal]

    def _find(self, journal: str, id: str) -> list[Event]:
        mine = [event for event, _, _ in self._added if (event.journal, event.id) == (journal, id)]
        return mine or self._reader.of_ids(journal, [id])

    def _header(self, journal: str) -> Iterator[Event]:
        """The events of those kinds, with what this batch adds."""
        yield from self._reader.events(journal, kinds=HEADER)
        yield from (event for event, _, _ in self._added if event.journal == journal and event.kind in HEADER)

    def _known_copies(self, journal: str, ids: Sequence[str]) -> set[tuple[str, str]]:
        """The copies of the events that are here, as (id, digest)."""
        return {(row[0], row[1]) for some in pages(ids) for row in self._link.rows(COPIES, [journal, some])}

    def _found(self, journal: str, digests: Sequence[str]) -> set[str]:
        """Those of the digests that are here."""
        return {row[0] for some in pages(digests) for row in self._link.rows(DIGESTS, [journal, some])}


def pages(values: Sequence[Value]) -> Iterator[list[Value]]:
    """The values, in as many at once as a statement may name."""
    return (list(values[start : start + PAGE]) for start in range(0, len(values), PAGE))


def _event(event: Event, sealed: Sealed, tail: Tail) -> tuple[object, ...]:
    return (
        event.journal, event.n, event.id, event.digest, event.kind, event.entity, event.creates,
        event.recorded_at, sealed.envelope, tail.last, " ".join(tail.heads),
    )  # fmt: skip


def _body(event: Event, sealed: Sealed) -> tuple[object, ...]:
    return event.journal, event.n, sealed.salt, sealed.body
