"""What `triage doctor` looks at in a store on a server."""

from collections.abc import Callable, Iterator

from triage.store.health import FAIL, OK, Health, schema
from triage.store.postgres import fulltext
from triage.store.postgres.link import Link
from triage.store.postgres.schema import MIGRATIONS
from triage.times import span

APART_US = 2_000_000
"""Microseconds that two clocks may be apart which are both well, the way to the server and back included."""


def checkup(link: Link, clock: Callable[[], int]) -> Iterator[Health]:
    """What is well with the store on a server, and what is not."""
    yield Health("server", OK, str(link.rows("SELECT version()")[0][0]))
    version = link.rows("SELECT coalesce(max(version), 0) FROM triage_migration")[0][0]
    yield schema(version, len(MIGRATIONS))
    if version == len(MIGRATIONS):
        by = (
            "by the server's index of words"
            if fulltext.exists(link)
            else "by reading: the server has no index"
        )
        yield Health("search", OK, by)
    yield _clocks(link, clock)


def _clocks(link: Link, clock: Callable[[], int]) -> Health:
    """The server's clock against ours, in the middle of asking for it."""
    before = clock()
    theirs = link.rows("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")[0][0]
    apart = theirs - (before + clock()) // 2
    if abs(apart) <= APART_US:
        return Health("server's clock", OK, "as ours, within 2 s")
    text = f"{span(abs(apart))} {'ahead of' if apart > 0 else 'behind'} ours: one of the two is wrong"
    return Health("server's clock", FAIL, text, "compare `date -u` on both, and synchronise the clocks")
