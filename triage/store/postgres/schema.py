"""The schema of the PostgreSQL store, as an ordered list of small steps.

Each statement stands in a transaction of its own, makes no index but by a constraint of its table, and may
be repeated: that is what distributed relatives of PostgreSQL allow (docs/decisions/0004-postgresql-store.md).
The journal comes first in every key.
"""

from collections.abc import Callable

from triage.store.postgres import fulltext

Migration = Callable[[], tuple[str, ...]]

VERSIONS = """CREATE TABLE IF NOT EXISTS triage_migration (
    version integer PRIMARY KEY, name text NOT NULL)"""
"""Says which steps were taken."""
NOTE = "INSERT INTO triage_migration (version, name) VALUES (%s, %s)"


def record() -> tuple[str, ...]:
    """Envelopes, bodies, chunks of output; where each journal ends, what it is called, who has a slug.

    Recording only inserts. A row of ``triage_event`` says where its journal ends after it. The newest
    version of ``triage_state`` is a journal's slug, the one that its record asks for, and its state; a slug
    is held by the journal of its newest generation, as long as that is what the journal is called.
    """
    return (
        """CREATE TABLE IF NOT EXISTS triage_event (
            journal text NOT NULL, n bigint NOT NULL, id text NOT NULL, digest text NOT NULL,
            kind text NOT NULL, entity text NOT NULL, creates boolean NOT NULL,
            recorded_at text NOT NULL, envelope bytea NOT NULL, last text NOT NULL, heads text NOT NULL,
            PRIMARY KEY (journal, n),
            UNIQUE (journal, id, digest),
            UNIQUE (journal, entity, n),
            UNIQUE (journal, kind, creates, recorded_at, id, n))""",
        """CREATE TABLE IF NOT EXISTS triage_body (
            journal text NOT NULL, n bigint NOT NULL, salt bytea NOT NULL, body bytea NOT NULL,
            PRIMARY KEY (journal, n))""",
        """CREATE TABLE IF NOT EXISTS triage_chunk (
            journal text NOT NULL, n bigint NOT NULL, place integer NOT NULL,
            salt bytea NOT NULL, data bytea NOT NULL, PRIMARY KEY (journal, n, place))""",
        """CREATE TABLE IF NOT EXISTS triage_state (
            journal text NOT NULL, version integer NOT NULL, slug text NOT NULL, claim text NOT NULL,
            open boolean NOT NULL,
            PRIMARY KEY (journal, version))""",
        """CREATE TABLE IF NOT EXISTS triage_slug (
            slug text NOT NULL, generation integer NOT NULL, journal text NOT NULL,
            PRIMARY KEY (slug, generation))""",
    )


def publications() -> tuple[str, ...]:
    """What was published where, and what an index needs of each journal as it was then.

    ``brief`` and ``data`` are JSON in bytes: what was typed may hold characters that a text cannot.
    """
    return (
        """CREATE TABLE IF NOT EXISTS triage_summary (
            journal text NOT NULL, heads text NOT NULL, brief bytea NOT NULL, data bytea NOT NULL,
            PRIMARY KEY (journal, heads))""",
        """CREATE TABLE IF NOT EXISTS triage_publication (
            journal text NOT NULL, target text NOT NULL, heads text NOT NULL, style text NOT NULL,
            PRIMARY KEY (journal, target))""",
        """CREATE TABLE IF NOT EXISTS triage_site (
            target text PRIMARY KEY, id text NOT NULL, style text NOT NULL)""",
    )


def search() -> tuple[str, ...]:
    """The index of the search. A relative may refuse it: then a search reads the events."""
    return fulltext.TABLES


MIGRATIONS: tuple[Migration, ...] = (record, publications, search)
"""Step N brings a store from version N to version N + 1."""
WITHOUT_SEARCH = "without search"
"""The name of the step that was taken where the server refused `search`."""
