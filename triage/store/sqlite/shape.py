"""The schema of a SQLite store against the one that its migrations make.

A trigger or a view that somebody added can change what is recorded, or what is read; one that is gone lets
the record be changed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from triage.store.sqlite import fulltext
from triage.store.sqlite.migrations import MIGRATIONS

Shape = dict[tuple[str, str], str]
"""The statement that made each thing, by its type and name."""

_SHAPE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
_SHADOWS = frozenset(f"search_{name}" for name in ("config", "content", "data", "docsize", "idx"))
"""The tables that FTS5 makes for itself: their statements are those of its version."""
_WITHOUT = {"trigger": ": the record is not append-only without it"}


def strange(db: sqlite3.Connection) -> Iterator[str]:
    """What of a store's schema is missing, is otherwise, or is none of ours, in words."""
    found = _shape(db)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    wanted, index = _made(version, with_index=fulltext.is_supported(db))
    ours = wanted | index
    is_older = version < len(MIGRATIONS)  # then its index of the search may be, too
    for (kind, name), sql in found.items():
        if kind == "table" and name in _SHADOWS and fulltext.exists(db):
            continue
        if (kind, name) not in ours:
            yield f"the {kind} {name} is none that triage makes"
        elif sql != ours[kind, name] and not (is_older and (kind, name) in index):
            yield f"the {kind} {name} is not as triage makes it"
    for kind, name in sorted(wanted.keys() - found.keys()):
        yield f"the {kind} {name} is missing{_WITHOUT.get(kind, '')}"


def _made(version: int, *, with_index: bool) -> tuple[Shape, Shape]:
    """What the migrations to a version make, and what the search's index adds."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for migration in MIGRATIONS[:version]:
            migration(db)
        wanted = _shape(db)
        if with_index:
            fulltext.create(db)
        return wanted, {each: sql for each, sql in _shape(db).items() if each not in wanted}


def _shape(db: sqlite3.Connection) -> Shape:
    """What a database holds, without SQLite's own, such as what ANALYZE found."""
    return {(kind, name): sql for kind, name, sql in db.execute(_SHAPE) if not name.startswith("sqlite_")}
