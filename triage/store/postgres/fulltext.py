"""The full-text index of a store on a server, brought up to date by who searches and not by who records.

Who searches inserts a row for each event that has none yet: its words as a ``tsvector``, under a GIN index,
and what orders and ranks it. Where the server or the role does not let it, a scan finds the same. A purge
leaves a row without words in the place of the one it deletes: who indexes that event meanwhile collides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from triage import errors
from triage.events import Event
from triage.store import BATCH, HEAVY, Progress, likeness, ranking, scan, words
from triage.store.postgres.link import CollisionError, Link, Row, Statement, pause
from triage.store.rows import BEST, Alike, Query
from triage.times import to_us

PAGE = 200
"""Hits that are read at once."""
LONGEST = 500
"""Characters of a word that are kept, up to 4 bytes each: a ``tsvector`` takes words of 2,046 bytes.

A query of longer words, or of more words, is not for the index.
"""
TRIES = 20
"""How often in a row another may be quicker, or the index in disorder, before it is left alone."""
MOST_PLACES, MOST_TIMES = 16_000, 250
"""Places of all words, and of one word, that are kept: a ``tsvector`` forgets those beyond 16,383 and 255."""
LARGEST_EXACT, LARGEST = 500_000, 900_000
"""Bytes of the words of one event: a ``tsvector`` takes a mebibyte, places included."""
ANY = "*"
"""Stands for all the words of an event that has too many; no word is like it."""

TABLES = (
    """CREATE TABLE IF NOT EXISTS triage_search (
        journal text NOT NULL, n bigint NOT NULL,
        at bigint NOT NULL, recorded_at bigint NOT NULL, id text NOT NULL, kind text NOT NULL,
        total integer NOT NULL, repeated text NOT NULL, exact boolean NOT NULL, words tsvector NOT NULL,
        PRIMARY KEY (journal, n))""",
    "CREATE INDEX IF NOT EXISTS triage_search_words ON triage_search USING gin (words)",
    "CREATE INDEX IF NOT EXISTS triage_search_order ON triage_search (at, recorded_at, id, n)",
    """CREATE TABLE IF NOT EXISTS triage_searched (
        journal text NOT NULL, n bigint NOT NULL, PRIMARY KEY (journal, n))""",
)
"""``triage_searched`` says up to where a journal was indexed, and keeps what it said before."""

EXISTS = "SELECT name FROM triage_migration WHERE name = 'search'"
BEHIND = (
    "SELECT j.journal,"
    " coalesce((SELECT max(n) FROM triage_searched d WHERE d.journal = j.journal), 0), j.events"
    " FROM (SELECT s.journal, (SELECT max(n) FROM triage_event e WHERE e.journal = s.journal) AS events"
    " FROM triage_state s WHERE s.version = 1) j"
    " LEFT JOIN triage_searched up ON up.journal = j.journal AND up.n = j.events"
    " WHERE up.n IS NULL AND j.events > 0"
)
"""The journals that are not indexed to their end: journal, events indexed, events."""
INSERT = (
    "INSERT INTO triage_search"
    " (journal, n, at, recorded_at, id, kind, total, repeated, exact, words)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::tsvector)"
)
DONE = "INSERT INTO triage_searched (journal, n) VALUES (%s, %s)"
DELETE = "DELETE FROM triage_search WHERE journal = %s AND n = %s"
FIND = (
    "SELECT at, recorded_at, id, n, journal, exact, total, repeated, words @@ %s::tsquery"
    " FROM triage_search WHERE words @@ %s::tsquery AND (NOT exact OR words @@ %s::tsquery)"
)
HAVING = (
    "(SELECT %s::int AS place, journal, n, at, recorded_at FROM triage_search"
    " WHERE words @@ %s::tsquery AND kind = ANY(%s) AND (%s::text[] = '{}' OR journal = ANY(%s))"
    " ORDER BY at DESC, recorded_at DESC, id DESC LIMIT %s)"
)
"""Where a word stands, the newest first; of several words as one statement, in no order."""
ORDER = " ORDER BY at DESC, recorded_at DESC, id DESC, n DESC LIMIT %s"


class Hit(NamedTuple):
    """An event that was found, and its rank where that is asked for."""

    journal: str
    n: int
    rank: float


def exists(link: Link) -> bool:
    """Whether the server took the tables of the index."""
    return bool(link.rows(EXISTS))


def takes(query: Query) -> bool:
    """Whether the index can be asked."""
    every = ranking.wanted(query.phrases)
    return len(every) <= LONGEST and all(len(word) < LONGEST for word in every)


def catch_up(
    link: Link, read: Callable[[str, int], Iterator[Event]], progress: Progress, *, once: bool = False
) -> None:
    """Index what was recorded since the last time, in bounded transactions, or the first of them only.

    ``read`` gives the events of a journal after a number, with their output. Who else does the same may be
    quicker: then it is seen anew what is missing. Raises `StoreLocked` where that does not come to an end.
    """
    done = collided = 0
    while missing := [row for row in link.rows(BEHIND) if row[1] < row[2]]:
        total = done + sum(events - n for _, n, events in missing)
        try:
            for batch in _batches(missing, read):
                link.write(_inserted(batch))
                done, collided = done + len(batch), 0
                progress(done, max(done, total))
                if once:
                    return
        except CollisionError as error:
            collided += 1
            if collided == TRIES or once:
                raise errors.StoreLocked(
                    f"the search's index of {link.shown} cannot be brought up to date"
                ) from error
            pause(0.01)


def alike(link: Link, alike: Alike) -> tuple[list[tuple[str, int]], tuple[float, ...]]:
    """The journals and the numbers there of what has most in common, and what each of the words counts."""
    found: list[list[tuple[str, int]]] = [[] for _ in alike.words]
    values: list[object] = []
    for place, sayings in enumerate(alike.words):
        said = " | ".join(_expression([saying], own=True) for saying in sayings)
        values += [
            place,
            said,
            list(likeness.KINDS),
            list(alike.journals),
            list(alike.journals),
            likeness.MOST,
        ]
    statement = " UNION ALL ".join([HAVING] * len(alike.words))
    rows = link.rows(statement, values, prepare=False)
    for place, journal, n, *_ in sorted(rows, key=lambda row: row[3:], reverse=True):
        found[place].append((journal, n))
    return likeness.likeliest(found), likeness.weights(found)


def withheld(copies: Iterable[Sequence[Any]]) -> list[Statement]:
    """What takes the words of events away, each given as a journal and a number there, for good."""
    places = [list(copy) for copy in copies]
    return [(DELETE, places), (INSERT, [[*place, 0, 0, "", "", 0, "", True, ""] for place in places])]


def find(link: Link, read: Callable[[str, int], Event | None], query: Query) -> Iterator[Hit]:
    """What a query finds: the newest first, or the best of the newest.

    ``read`` gives an event with its output: those whose words are not kept exactly are looked at.
    """
    found = _newest(link, read, query)
    if not query.best:
        return found
    return iter(sorted(islice(found, BEST), key=lambda hit: hit.rank, reverse=True))


def _batches(missing: Iterable[Row], read: Callable[[str, int], Iterator[Event]]) -> Iterator[list[Event]]:
    """Events that one transaction should index."""
    batch: list[Event] = []
    size = 0
    for event in chain.from_iterable(read(journal, n) for journal, n, _ in missing):
        batch.append(event)
        size += len(event.output or b"")
        if len(batch) == BATCH or size >= HEAVY:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _inserted(batch: Sequence[Event]) -> list[Statement]:
    ends = {event.journal: event.n for event in batch}
    rows = [_row(event) for event in batch if event.body is not None]
    return [(INSERT, rows), (DONE, [*map(list, ends.items())])]


def _row(event: Event) -> list[Any]:
    own = [words.words(text) for _, text in words.own(event)]
    exact, indexed = _vector(own, words.words(words.printed(event)))
    at, recorded_at = to_us(words.moment(event)), to_us(event.recorded_at)
    weight = ranking.weight(own)
    return [event.journal, event.n, at, recorded_at, event.id, event.kind, *weight, exact, indexed]


def _vector(own: Sequence[Sequence[str]], printed: Sequence[str]) -> tuple[bool, str]:
    """Whether a ``tsvector`` holds words with all their places, and it; those of fields have weight A."""
    places: dict[str, list[str]] = {}
    place = size = 0
    for mark, mine in [*(("A", each) for each in own), ("", printed)]:
        for place, word in enumerate(mine, place + 2):  # noqa: B020  a gap ends each text
            places.setdefault(word[:LONGEST], []).append(f"{place}{mark}")
            size += len(word.encode())
    exact = (
        place <= MOST_PLACES
        and size <= LARGEST_EXACT
        and all(len(each) <= MOST_TIMES for each in places.values())
    )
    if exact:
        return True, " ".join(f"'{word}':{','.join(each)}" for word, each in places.items())
    if sum(len(word.encode()) for word in places) > LARGEST:
        return False, f"'{ANY}'"
    return False, " ".join(f"'{word}'" for word in places)


def _newest(link: Link, read: Callable[[str, int], Event | None], query: Query) -> Iterator[Hit]:
    share = ranking.share_of(query.phrases)
    for row in _candidates(link, query):
        *_, n, journal, exact, total, repeated, is_own = row
        if exact:
            yield Hit(journal, n, share(total, repeated) if query.best and is_own else 0.0)
        elif (event := read(journal, n)) is not None and scan.fits(event, query):
            yield Hit(journal, n, ranking.rank(event, query.phrases) if query.best else 0.0)


def _candidates(link: Link, query: Query) -> Iterator[Row]:
    """The rows of what may be found, the newest first, in pages."""
    sql, values = _narrowed(query)
    size = BEST if query.best else min(query.limit or PAGE, PAGE)
    edge: list[Any] = []
    while True:
        beyond = " AND (at, recorded_at, id, n) < (%s, %s, %s, %s)" if edge else ""
        rows = link.rows(f"{sql}{beyond}{ORDER}", [*values, *edge, size], prepare=False)
        yield from rows
        if len(rows) < size:
            return
        edge = list(rows[-1][:4])


def _narrowed(query: Query) -> tuple[str, list[Any]]:
    """The statement without its order, and its values."""
    phrases = _expression(query.phrases)
    every = _expression([[word] for word in sorted(ranking.wanted(query.phrases))])
    sql, values = FIND, list[Any]([_expression(query.phrases, own=True), f"({every}) | '{ANY}'", phrases])
    for condition, value in (
        (" AND journal = ANY(%s)", list(query.journals)),
        (" AND kind = ANY(%s)", list(query.kinds)),
        (" AND at >= %s", query.since and to_us(query.since)),
        (" AND at < %s", query.until and to_us(query.until)),
    ):
        if value:
            sql += condition
            values.append(value)
    return sql, values


def _expression(phrases: Iterable[Sequence[str]], *, own: bool = False) -> str:
    """Phrases as a ``tsquery``; ``own`` is without outputs."""
    mark = "A" if own else ""
    return " & ".join(f"({' <-> '.join(_operand(word, mark) for word in phrase)})" for phrase in phrases)


def _operand(word: str, mark: str) -> str:
    mark = f"{'*' if word.endswith(words.STAR) else ''}{mark}"
    return f"'{word.removesuffix(words.STAR)}'{':' if mark else ''}{mark}"
