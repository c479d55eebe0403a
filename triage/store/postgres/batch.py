"""What one transaction will write: worked out before anything is sent, so that no lock waits for a client.

The number of an event is a key. Where another writer takes it first, the transaction fails as a whole and is
worked out anew, so whatever was read after the tail of a journal still holds when it is written.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from triage.events import Draft, Event, Sealed, read_json
from triage.store import sealing, slugs
from triage.store.postgres.link import Link, Statement
from triage.store.postgres.names import Names
from triage.store.postgres.reader import Reader
from triage.store.sealing import Copy, Tail

TAIL = "SELECT n, last, heads FROM triage_event WHERE journal = %s ORDER BY n DESC LIMIT 1"
KNOWN = "SELECT n, id, digest, envelope FROM triage_event WHERE journal = %s AND n > %s ORDER BY n LIMIT %s"
PAGE = 1000
"""Envelopes that are read at once."""

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
        self._restated: dict[str, None] = {}

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
            for start in range(0, len(ids), PAGE):
                found = self._reader.of_ids(journal, ids[start : start + PAGE])
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
            slug = sealing.first_slug(event)
            slugs.check_free(slug, event.journal, self._names.holder)
            self._names.call(event.journal, slug, is_open=True)
        self._put(event, sealed, tail.after(event))
        if draft.keyed:
            self._known[event.id] = event
        if sealing.touches_header(event, lambda id: self._find(event.journal, id)):
            self._restated[event.journal] = None
        return event

    def merge(self, journal: str, copies: Iterable[Copy]) -> int:
        """Add copies that were sealed elsewhere; the number of those that are new."""
        tail = self._tail(journal)
        known = list(self._envelopes(journal))
        new = sealing.new_copies(copies, {(id, digest) for id, digest, _ in known})
        if not new:
            return 0
        parents = {digest: read_json(envelope)["parents"] for _, digest, envelope in known}
        parents |= {event.digest: list(event.parents) for event, _ in new}
        named = {parent for found in parents.values() for parent in found}
        heads = tuple(sorted(digest for digest in parents if digest not in named))
        last = max([tail.last, *(event.recorded_at for event, _ in new)])
        end = Tail(tail.n + len(new), last, heads)
        for n, (event, sealed) in enumerate(new, tail.n + 1):
            self._put(event._replace(n=n), sealed, end)
        self.settle(journal)
        return len(new)

    def settle(self, journal: str, purged: Iterable[str] = ()) -> None:
        """Name a journal as its header has it without what is ``purged``; a slug that another has gets digits."""
        gone = set(purged)
        header = (event._replace(body=None) if event.id in gone else event for event in self._header(journal))
        slug, is_open = sealing.named(journal, header)
        for id, name in slugs.settled(slug, journal, self._names.holder).items():
            self._names.call(id, name, is_open=is_open if id == journal else None)

    def statements(self) -> list[Statement]:
        """What writes the batch, in one transaction."""
        for journal in self._restated:
            slug, is_open = sealing.named(journal, self._header(journal))
            slugs.check_free(slug, journal, self._names.holder)
            self._names.call(journal, slug, is_open=is_open)
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
        """The events that say what a journal is called and whether it is open."""
        kinds = ("header", "amendment")
        yield from self._reader.events(journal, kinds=kinds)
        yield from (event for event, _, _ in self._added if event.journal == journal and event.kind in kinds)

    def _envelopes(self, journal: str) -> Iterator[tuple[str, str, bytes]]:
        after = 0
        while rows := self._link.rows(KNOWN, [journal, after, PAGE]):
            yield from ((id, digest, envelope) for _, id, digest, envelope in rows)
            after = rows[-1][0]


def _event(event: Event, sealed: Sealed, tail: Tail) -> tuple[object, ...]:
    return (
        event.journal, event.n, event.id, event.digest, event.kind, event.entity, event.creates,
        event.recorded_at, sealed.envelope, tail.last, " ".join(tail.heads),
    )  # fmt: skip


def _body(event: Event, sealed: Sealed) -> tuple[object, ...]:
    return event.journal, event.n, sealed.salt, sealed.body
