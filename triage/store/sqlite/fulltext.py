"""The full-text index of the SQLite store, brought up to date by who searches and not by who records.

An event is indexed under a number that grows with the moment at which it happened, so that FTS5 gives the
newest first without sorting. The index keeps no text, only words, those of an event's own fields apart from
those of what a command printed; beside them stands what ranks an event. FTS5 keeps the words of what was
deleted from it: so a purge drops the whole index, and the next search makes it anew.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, NamedTuple

from triage.events import Event
from triage.store import BATCH, HEAVY, Progress, likeness, ranking, words
from triage.store.rows import BEST, Alike, Phrases, Query
from triage.store.words import STAR
from triage.times import plus_us, to_us

PAGE = 200
"""Hits that are read at once: no lock is held while somebody looks at them."""

_SHIFT = 28
"""Bits of a number below the second in which an event happened: they count events, so that numbers differ."""
_LAST_SECOND = (1 << 34) - 1
"""The greatest second that a number holds, in the year 2514: what lies further ahead stands beside it."""
_BETWEEN, _MARK = "\u241e", "\u241f"
"""What no text has: a word between texts, lest a phrase reaches over two, and a mark of kind and journal."""


_FAR = 1 << 62
"""Beyond any number of the index."""


class Entry(NamedTuple):
    """What is kept of an event: the second in which it happened, where it is, its words, and its weight."""

    second: int
    journal: str
    n: int
    said: str
    printed: str
    weight: ranking.Weight


def is_supported(db: sqlite3.Connection) -> bool:
    """Whether this SQLite has FTS5."""
    return db.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is not None


def exists(db: sqlite3.Connection) -> bool:
    """Whether there is an index."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'").fetchone() is not None


def behind(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """The journals that are not indexed to their end: id, events indexed, events."""
    if not exists(db):
        rows = db.execute("SELECT id, 0, events FROM journal WHERE events > 0")
    else:
        rows = db.execute(
            "SELECT j.id, coalesce(s.n, 0), j.events FROM journal j LEFT JOIN searched s ON s.journal = j.id"
            " WHERE j.events > coalesce(s.n, 0)"
        )
    return rows.fetchall()


def catch_up(
    db: sqlite3.Connection,
    writing: Callable[[], AbstractContextManager[None]],
    read: Callable[[str, int], Iterator[Event]],
    progress: Progress,
    *,
    once: bool = False,
) -> None:
    """Index what was recorded since the last time, in bounded transactions, or the first of them only.

    ``read`` gives the events of a journal after a number, with their output.
    """
    done = 0
    total = sum(events - n for _, n, events in behind(db))
    while behind(db) or not exists(db):
        with writing():
            create(db)
            done += _index(db, _entries(behind(db), read))
        progress(done, max(done, total))
        if once:
            return


def create(db: sqlite3.Connection) -> None:
    """Make the index, empty, where there is none."""
    if exists(db):
        return
    db.execute("CREATE VIRTUAL TABLE search USING fts5(said, printed, content='', tokenize='ascii')")
    db.execute(
        "CREATE TABLE searched (number INTEGER PRIMARY KEY, journal TEXT NOT NULL UNIQUE, n INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE hit (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, n INTEGER NOT NULL,"
        " words INTEGER NOT NULL, repeated TEXT NOT NULL, printed INTEGER NOT NULL)"
    )


def drop(db: sqlite3.Connection, copies: Iterable[tuple[str, int]]) -> None:
    """Drop the index if one of these events is in it, each a journal and a number there."""
    if exists(db):
        ends = dict(db.execute("SELECT journal, n FROM searched"))
        if any(n <= ends.get(journal, 0) for journal, n in copies):
            for table in ("search", "searched", "hit"):
                db.execute(f"DROP TABLE {table}")


def _entries(
    missing: Iterable[tuple[str, int, int]], read: Callable[[str, int], Iterator[Event]]
) -> Iterator[Entry]:
    """What is to be indexed next, as much as one transaction should hold."""
    every = (event for journal, n, _ in missing for event in read(journal, n))
    size = 0
    for event in islice(every, BATCH):
        yield _entry(event)
        size += len(event.output or b"")
        if size >= HEAVY:
            return


def _entry(event: Event) -> Entry:
    second = min(to_us(words.moment(event)) // 1_000_000, _LAST_SECOND)
    own = [words.words(text) for _, text in words.own(event)]
    marks = [[_MARK + event.kind], [_MARK + event.journal.replace("-", "")]]
    said = f" {_BETWEEN} ".join(map(" ".join, [*marks, *own]))
    printed = " ".join(words.words(words.printed(event)))
    return Entry(second, event.journal, event.n, said, printed, ranking.weight(own))


def _index(db: sqlite3.Connection, entries: Iterable[Entry]) -> int:
    found = sorted(entries)
    numbers = _numbers(db, {entry.journal for entry in found})
    count = db.execute("SELECT coalesce(sum(n), 0) FROM searched").fetchone()[0]
    ids = [(entry.second << _SHIFT) + place for place, entry in enumerate(found, count)]
    db.executemany(
        "INSERT INTO search (rowid, said, printed) VALUES (?, ?, ?)",
        [(id, entry.said, entry.printed) for id, entry in zip(ids, found, strict=True)],
    )
    db.executemany(
        "INSERT INTO hit VALUES (?, ?, ?, ?, ?, ?)",
        [
            (id, numbers[entry.journal], entry.n, *entry.weight, bool(entry.printed))
            for id, entry in zip(ids, found, strict=True)
        ],
    )
    db.executemany(
        "UPDATE searched SET n = max(n, ?) WHERE journal = ?", [(entry.n, entry.journal) for entry in found]
    )
    return len(found)


def _numbers(db: sqlite3.Connection, journals: Iterable[str]) -> dict[str, int]:
    """The numbers by which the index knows journals."""
    db.executemany("INSERT OR IGNORE INTO searched (journal, n) VALUES (?, 0)", [[id] for id in journals])
    return {journal: number for number, journal in db.execute("SELECT number, journal FROM searched")}


class Lost(Exception):
    """The index was dropped, and perhaps made anew, while it was read."""


def find(db: sqlite3.Connection, query: Query) -> Iterator[tuple[str, int]]:
    """The journal and the number there of what a query finds: the newest first, or the best of the newest.

    Raises `Lost` where a purge dropped the index meanwhile; what was given before is right.
    """
    for page in _best(db, query) if query.best else _newest(db, query):
        yield from ((journal, n) for _, journal, n in page)


def alike(db: sqlite3.Connection, alike: Alike) -> tuple[list[tuple[str, int]], tuple[float, ...]]:
    """The journals and the numbers there of what has most in common, and what each of the words counts.

    Raises `Lost` where a purge dropped the index meanwhile.
    """
    made = _made(db)
    asked = [_alternatives(sayings, alike.journals) for sayings in alike.words]
    found = [[id for (id,) in _rows(db, _HAVING, [each, likeness.MOST], made)] for each in asked]
    best = likeness.likeliest(found)
    marks = ", ".join("?" * len(best))
    where = {id: place for id, *place in _rows(db, f"{_WHERE} ({marks})", best, made)}
    return [(where[id][0], where[id][1]) for id in best], likeness.weights(found)


_HAVING = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
_WHERE = "SELECT h.id, s.journal, h.n FROM hit h CROSS JOIN searched s USING (number) WHERE h.id IN"


def _alternatives(sayings: Phrases, journals: Sequence[str]) -> str:
    """Any of the phrases, in the language of FTS5, said in an event that tells the error of a blocker."""
    said = " OR ".join(_quoted(*saying) for saying in sayings)
    return " AND ".join([f"said : ({said})", *_groups(likeness.KINDS, journals)])


Page = list[tuple[int, str, int]]
"""Hits: their number in the index, their journal, and their number there."""

_MATCHING = "search MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
_PLACES = "CROSS JOIN hit h USING (id) CROSS JOIN searched s USING (number)"
"""CROSS: SQLite is to look up the hits that were found, and not to go through all."""
_NEWEST = f"SELECT rowid AS id FROM search WHERE {_MATCHING}"  # noqa: S608  only constants
_BEST = (
    f"SELECT id, s.journal, h.n FROM ({_NEWEST}) {_PLACES}"  # noqa: S608  only constants
    f" ORDER BY CASE WHEN h.printed AND id NOT IN ({_NEWEST}) THEN 0"
    " WHEN h.repeated = '' THEN 1.0 * ? / h.words ELSE share(h.words, h.repeated) END DESC, id DESC LIMIT ?"
)
"""See `ranking`: the second case is the share of most events, ten times as quick. SQLite looks for those
that say it themselves only if one of them also has an output."""


def _newest(db: sqlite3.Connection, query: Query) -> Iterator[Page]:
    size = min(query.limit or PAGE, PAGE)
    low, high = _second(query.since, -_FAR), _second(query.until, _FAR) + (1 << _SHIFT)
    sql = f"SELECT id, s.journal, h.n FROM ({_NEWEST}) {_PLACES} ORDER BY id DESC"  # noqa: S608  only constants
    made = _made(db)
    while page := _page(db, sql, [_expression(query), low, high, size], made):
        yield page
        high = page[-1][0]


def _best(db: sqlite3.Connection, query: Query) -> Iterator[Page]:
    bounds = [_second(query.since, -_FAR), _second(query.until, _FAR) + (1 << _SHIFT), BEST]
    found, own = _expression(query), _expression(query, own=True)
    db.create_function("share", 2, ranking.share_of(query.phrases), deterministic=True)
    count = len(ranking.wanted(query.phrases))
    # of a second that is asked for in part, some hits are left out afterwards
    limit = BEST if query.since or query.until else query.limit or BEST
    yield _page(db, _BEST, [found, *bounds, own, *bounds, count, limit], _made(db))


def _page(db: sqlite3.Connection, sql: str, values: Sequence[str | int], made: int) -> Page:
    """Hits in one statement."""
    page: Page = _rows(db, sql, values, made)
    return page


def _rows(db: sqlite3.Connection, sql: str, values: Sequence[str | int], made: int) -> list[Any]:
    """Rows of the index that was there at first: another one numbers its events anew."""
    try:
        rows = db.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        if exists(db) and _made(db) == made:
            raise
        raise Lost from error
    if _made(db) != made:
        raise Lost
    return rows


def _made(db: sqlite3.Connection) -> int:
    """What grows whenever tables are made or dropped."""
    version: int = db.execute("PRAGMA schema_version").fetchone()[0]
    return version


class Given:
    """What a search gave last, by which it goes on with another index, or with none.

    Any of them gives the seconds in one order, but not what happened within a second.
    """

    def __init__(self) -> None:
        self._second = ""
        self._events: set[tuple[str, int]] = set()

    def adds(self, event: Event) -> bool:
        """Take an event down; whether it had not been given."""
        second = words.moment(event)[: len("2026-05-05T11:15:00")]
        if second != self._second:
            self._second, self._events = second, set()
        known = len(self._events)
        self._events.add((event.journal, event.n))
        return len(self._events) > known

    def rest(self, query: Query) -> Query:
        """What is still to be found: what happened until the end of the second that was reached."""
        if not self._second:
            return query
        end = plus_us(f"{self._second}.000000Z", 1_000_000)
        return query._replace(until=min(query.until or end, end))


def _second(at: str, otherwise: int) -> int:
    return to_us(at) // 1_000_000 << _SHIFT if at else otherwise


def _expression(query: Query, *, own: bool = False) -> str:
    """The query in the language of FTS5: phrases in quotes, which no word holds; ``own`` omits outputs."""
    column = "said : " if own else ""
    phrases = [column + _quoted(*phrase) for phrase in query.phrases]
    return " AND ".join([*phrases, *_groups(query.kinds, query.journals)])


def _groups(kinds: Sequence[str], journals: Sequence[str]) -> list[str]:
    """What narrows to kinds and to journals, where any are named."""
    marks = [_MARK + kind for kind in kinds], [_MARK + id.replace("-", "") for id in journals]
    return [f"({' OR '.join(map(_quoted, each))})" for each in marks if each]


def _quoted(*words: str) -> str:
    """A phrase in quotes; a star stands behind them."""
    text = " ".join(words)
    return f'"{text.removesuffix(STAR)}"{STAR if text.endswith(STAR) else ""}'
