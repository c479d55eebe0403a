"""The shared store: journals on a PostgreSQL server, or a distributed relative, that many hosts write to.

Recording inserts and selects only; docs/decisions/0004-postgresql-store.md says how writers keep out of each
other's way.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from triage import errors
from triage.events import Event, Sealed
from triage.store import Recording, merging, sealing
from triage.store.postgres.batch import Batch, pages
from triage.store.postgres.link import CollisionError, Link, LostError, Statement, pause
from triage.store.postgres.reader import Reader
from triage.store.rows import Published, SiteRow

if TYPE_CHECKING:
    from triage.redact import CleanEvent
    from triage.report import Summary
    from triage.store.health import Health

VERSION = 3
"""The schema that this program writes: the number of migrations."""

Kept = TypeVar("Kept")


class PostgresStore(Reader):
    """A store on a server. Use `PostgresStore.open`."""

    def __init__(
        self, link: Link, *, clock: Callable[[], int], entropy: Callable[[int], bytes], timeout: float
    ) -> None:
        super().__init__(link)
        self._clock = clock
        self._entropy = entropy
        self._timeout = timeout

    @classmethod
    def open(
        cls,
        address: str,
        *,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        create: bool = False,
        migrate: bool = True,
        timeout: float = 10.0,
    ) -> "PostgresStore":
        """Open a store; ``clock`` gives microseconds since 1970, ``entropy`` N random bytes."""
        link = Link(address)
        try:
            _prepare(link, create=create, migrate=migrate)
        except BaseException:
            link.close()
            raise
        return cls(link, clock=clock, entropy=entropy, timeout=timeout)

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    def diagnose(self, *, quick: bool) -> "Iterator[Health]":  # noqa: ARG002  nothing here reads all of it
        """See `Diagnosed.diagnose`."""
        from triage.store.postgres.checkup import checkup

        return checkup(self._link, self._clock)

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: Callable[[Recording], None] | None = None
    ) -> list[Event]:
        """See `Store.append`."""
        drafts = [event.draft for event in events]

        def batch(lost: bool) -> tuple[list[Event], list[Statement]]:  # noqa: FBT001  of one caller
            made = self._batch()
            were_kept = made.look_up(drafts, every=lost)
            if guard is not None and not (lost and were_kept):
                guard(self)
            return sealing.each(made.add, drafts), made.statements()

        return self._keep(batch)

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> Event:
        """See `Store.purge`."""

        def batch(lost: bool) -> tuple[Event, list[Statement]]:  # noqa: FBT001  of one caller
            made = self._batch()
            made.look_up([act.draft], every=lost)
            event = made.add(act.draft)
            _, deletions = self._withheld(made, journal, ids)
            return event, [*made.statements(), *deletions]

        return self._keep(batch)

    def withhold(self, journal: str, ids: Sequence[str]) -> int:
        """See `Store.withhold`."""

        def batch(lost: bool) -> tuple[int, list[Statement]]:  # noqa: ARG001, FBT001  it may be repeated
            made = self._batch()
            count, deletions = self._withheld(made, journal, ids)
            return count, [*made.statements(), *deletions]

        return self._keep(batch)

    def merge(self, copies: Iterable[Sealed]) -> int:
        """See `Store.merge`."""
        found = merging.by_journal(copies)

        def batch(lost: bool) -> tuple[int, list[Statement]]:  # noqa: ARG001, FBT001  a merge may be repeated
            made = self._batch()
            new = sum(made.merge(journal, copies) for journal, copies in found.items())
            return new, made.statements()

        return self._keep(batch)

    def published(self, target: str) -> list[Published]:
        """See `Store.published`."""
        from triage.store.postgres import catalogue

        return catalogue.published(self._link, target)

    def summaries(self, target: str, journals: Sequence[str]) -> "list[Summary]":
        """See `Store.summaries`."""
        from triage.store.postgres import catalogue

        return catalogue.summaries(self._link, target, journals)

    def site(self, target: str) -> SiteRow:
        """See `Store.site`."""
        from triage.store.postgres import catalogue

        return catalogue.site(self._link, target) or SiteRow(self._entropy(16).hex(), "")

    def keep_publication(
        self, target: str, site: SiteRow, summaries: "Iterable[tuple[Summary, str]]", withdrawn: Sequence[str]
    ) -> None:
        """See `Store.keep_publication`."""
        from triage.store.postgres import catalogue

        statements = catalogue.kept(target, site, summaries, withdrawn)
        self._keep(lambda _: (None, statements))

    def _batch(self) -> Batch:
        return Batch(self._link, self, clock=self._clock, entropy=self._entropy)

    def _withheld(self, made: Batch, journal: str, ids: Sequence[str]) -> tuple[int, list[Statement]]:
        """The number of bodies that are there, and what deletes them; the batch renames the journal."""
        copies = [
            [journal, copy.n]
            for some in pages(ids)
            for copy in self.of_ids(journal, some)
            if copy.body is not None
        ]
        if not copies:
            return 0, []
        made.settle(journal, purged=ids)
        from triage.store.postgres import fulltext

        words = fulltext.withheld(copies) if fulltext.exists(self._link) else []
        return len(copies), [
            *words,
            ("DELETE FROM triage_body WHERE journal = %s AND n = %s", copies),
            ("DELETE FROM triage_chunk WHERE journal = %s AND n = %s", copies),
            ("DELETE FROM triage_summary WHERE journal = %s", [[journal]]),
        ]

    def _keep(self, batch: Callable[[bool], tuple[Kept, list[Statement]]]) -> Kept:
        """Write what ``batch`` works out, in one transaction, and give back what it says of it.

        It is worked out anew where another writer was quicker, and where the connection was lost: then it is
        told so, since the transaction may have been kept.
        """
        end = time.monotonic() + self._timeout
        lost = False
        while True:
            try:
                kept, statements = batch(lost)
                if statements:
                    self._link.write(statements)
            except CollisionError as error:
                if time.monotonic() > end:
                    raise errors.StoreLocked(
                        f"others have written to {self._link.shown} first for {self._timeout:g} s",
                        hint="nothing was kept; try again",
                    ) from error
                pause(0.01)
            except LostError as error:
                if time.monotonic() > end:
                    raise self._unknown() from error
                lost = True
            except errors.Unavailable as error:
                if not lost:
                    raise
                raise self._unknown() from error
            else:
                return kept

    def _unknown(self) -> errors.Uncertain:
        return errors.Uncertain(
            f"the connection to {self._link.shown} was lost while it was written: it may be kept or not",
            hint="look with triage events --last 3 before you try again",
        )


def _prepare(link: Link, *, create: bool, migrate: bool) -> None:
    """Make the tables where there are none, refuse newer ones, bring older ones up to date if they may be."""
    try:
        version = link.rows("SELECT coalesce(max(version), 0) FROM triage_migration")[0][0]
    except errors.NotFound:
        if not create:
            raise
        version = 0
    if version > VERSION:
        raise errors.StoreUnusable(
            f"the store {link.shown} was made by a newer triage (version {version},"
            f" this one knows {VERSION})",
            hint="upgrade triage: pipx upgrade triagelog",
        )
    if version < VERSION and migrate:
        _migrate(link, version)


def _migrate(link: Link, version: int) -> None:
    from triage.store.postgres.schema import MIGRATIONS, NOTE, VERSIONS, WITHOUT_SEARCH, search

    link.define(VERSIONS)
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        name = migration.__name__
        try:
            for statement in migration():
                link.define(statement)
        except errors.StoreUnusable:
            if migration is not search:
                raise
            name = WITHOUT_SEARCH
        with suppress(CollisionError):  # another program has just taken the same step
            link.write([(NOTE, [[number, name]])])
