"""The schema of the SQLite store, as an ordered list of small steps."""

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def record(db: sqlite3.Connection) -> None:
    """Envelopes, bodies, chunks of output, and what is known of each journal.

    Envelopes are append-only by triggers. Bodies lie apart, since a purge deletes them. ``journal`` is
    an index of the record: all of it can be worked out from the events again.
    """
    for statement in (
        """CREATE TABLE journal (
            id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, open INTEGER NOT NULL,
            events INTEGER NOT NULL, last TEXT NOT NULL, heads TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE event (
            journal TEXT NOT NULL, n INTEGER NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
            kind TEXT NOT NULL, entity TEXT NOT NULL, creates INTEGER NOT NULL,
            recorded_at TEXT NOT NULL, envelope BLOB NOT NULL,
            PRIMARY KEY (journal, n)) WITHOUT ROWID""",
        "CREATE UNIQUE INDEX event_id ON event (journal, id, digest)",
        "CREATE INDEX event_entity ON event (journal, entity) WHERE NOT creates",
        "CREATE INDEX event_kind ON event (journal, kind, creates, recorded_at, id)",
        """CREATE TABLE body (
            journal TEXT NOT NULL, n INTEGER NOT NULL, salt BLOB NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (journal, n)) WITHOUT ROWID""",
        """CREATE TABLE chunk (
            journal TEXT NOT NULL, n INTEGER NOT NULL, place INTEGER NOT NULL,
            salt BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (journal, n, place))""",
        """CREATE TRIGGER event_is_kept BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
        """CREATE TRIGGER event_is_final BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
        """CREATE TRIGGER body_is_final BEFORE UPDATE ON body
            BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
        """CREATE TRIGGER chunk_is_final BEFORE UPDATE ON chunk
            BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    ):
        db.execute(statement)


def publications(db: sqlite3.Connection) -> None:
    """What was published where, and what an index needs of each journal as it was then.

    Neither belongs to the record: both can be worked out again.
    """
    for statement in (
        """CREATE TABLE summary (
            journal TEXT NOT NULL, heads TEXT NOT NULL, slug TEXT NOT NULL, type TEXT NOT NULL,
            status TEXT NOT NULL, severity TEXT NOT NULL, service TEXT NOT NULL, opened TEXT NOT NULL,
            updated TEXT NOT NULL, owed INTEGER NOT NULL, data BLOB NOT NULL,
            PRIMARY KEY (journal, heads)) WITHOUT ROWID""",
        """CREATE TABLE publication (
            journal TEXT NOT NULL, target TEXT NOT NULL, heads TEXT NOT NULL, style TEXT NOT NULL,
            PRIMARY KEY (journal, target)) WITHOUT ROWID""",
        "CREATE TABLE site (target TEXT PRIMARY KEY, id TEXT NOT NULL, style TEXT NOT NULL) WITHOUT ROWID",
    ):
        db.execute(statement)


def claims(db: sqlite3.Connection) -> None:
    """The slugs that journals ask for and earlier ones have; they are named with digits of their ids."""
    db.execute("CREATE TABLE claim (journal TEXT PRIMARY KEY, slug TEXT NOT NULL) WITHOUT ROWID")
    db.execute(
        "INSERT INTO claim SELECT id, substr(slug, 1, length(slug) - 5) FROM journal"
        " WHERE slug LIKE '%-' || substr(id, -4)"
    )


def ranked_search(db: sqlite3.Connection) -> None:
    """Drop the index of the search: the next search makes one that ranks by the rule of all stores."""
    for table in ("search", "searched", "hit"):
        db.execute(f"DROP TABLE IF EXISTS {table}")


MIGRATIONS: tuple[Migration, ...] = (record, publications, claims, ranked_search)
"""Step N brings a store from version N to version N + 1."""
