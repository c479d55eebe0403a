"""What is searched in the SQLite store: its full-text index, brought up to date first; else all events."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from triage import errors
from triage.events import Event
from triage.store import Name, Progress, likeness, scan
from triage.store.rows import Alike, Query
from triage.store.sqlite import fulltext
from triage.store.sqlite.link import Link
from triage.store.sqlite.reader import Reader


class Search:
    """Searches the file that a link leads to."""

    def __init__(self, link: Link, reader: Reader) -> None:
        self._link = link
        self._reader = reader

    def find(self, query: Query, progress: Progress) -> Iterator[Event]:
        """See `Store.search`; where the index cannot be brought up to date, all events are read."""
        return islice(self._find(query, progress), query.limit or None)

    def alike(self, alike: Alike, progress: Progress) -> likeness.Likely:
        """See `Store.alike`; where the index cannot be brought up to date, all blockers are read."""
        while self._has_index(progress, hurried=alike.hurried):
            try:
                with self._link.translated():
                    places, weights = fulltext.alike(self._link.db, alike)
            except fulltext.Lost:
                continue
            return likeness.Likely(self._at(places), weights)
        return likeness.Likely(iter(()), ()) if alike.hurried else likeness.read(self._reader, alike)

    def _find(self, query: Query, progress: Progress) -> Iterator[Event]:
        """What a query finds; where a purge drops the index meanwhile, it goes on where it was."""
        given = fulltext.Given()
        while self._has_index(progress):
            try:
                yield from filter(given.adds, self._indexed(given.rest(query)))
            except fulltext.Lost:
                continue
            return
        yield from filter(given.adds, scan.scan(self._reader, given.rest(query)))

    def _indexed(self, query: Query) -> Iterator[Event]:
        with self._link.translated():
            places = fulltext.find(self._link.db, query)
            yield from (event for event in self._at(places) if scan.is_asked_for(event, query))

    def _at(self, places: Iterable[tuple[str, int]]) -> Iterator[Event]:
        """The events at these places that say anything still: they may be purged since."""
        for journal, n in places:
            found = self._reader.find(journal, Name(number=n))
            yield from (event for event in found if event.body is not None)

    def _has_index(self, progress: Progress, *, hurried: bool = False) -> bool:
        """Whether there is an index, brought up to date first: of all events, unless somebody is hurried.

        Who is hurried waits for nobody.
        """
        writing = partial(self._link.writing, timeout=0) if hurried else self._link.writing
        try:
            with self._link.translated():
                if not fulltext.is_supported(self._link.db):
                    return False
                fulltext.catch_up(self._link.db, writing, self._reader.after, progress, once=hurried)
                return True
        except (errors.NotAllowed, errors.Unavailable):
            return hurried and fulltext.exists(self._link.db)
