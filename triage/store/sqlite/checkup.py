"""What `triage doctor` looks at in a SQLite store."""

import os
import shlex
import sqlite3
from collections.abc import Iterator

from triage.store.health import FAIL, OK, WARN, Health, schema
from triage.store.sqlite import filesystem
from triage.store.sqlite.migrations import MIGRATIONS
from triage.store.sqlite.shape import strange

WAL_MENDED = (3, 51, 3)
"""Before it, SQLite could corrupt a file in WAL mode: https://sqlite.org/wal.html"""


def checkup(db: sqlite3.Connection, path: str, *, quick: bool) -> Iterator[Health]:
    """What is well with the store at a path, and what is not."""
    yield _file_system(path)
    yield _schema(db)
    yield _sqlite(db, path)
    yield _integrity(db, path, "quick_check" if quick else "integrity_check")


def _schema(db: sqlite3.Connection) -> Health:
    """The schema, which nobody else may change: a trigger could change what is recorded."""
    found = list(strange(db))
    if found:
        fix = "export each journal, look at what verify says of it, and import it into a new store"
        return Health("schema", FAIL, f"somebody changed it: {'; '.join(found)}", fix)
    return schema(db.execute("PRAGMA user_version").fetchone()[0], len(MIGRATIONS))


def _file_system(path: str) -> Health:
    kind = filesystem.of_path(path)
    if kind in filesystem.NETWORK:
        text = (
            f"{kind} is a network file system: SQLite's locks do not hold there, and the store may be damaged"
        )
        return Health(
            "file system", FAIL, text, "move the store to a local disk, and name it in TRIAGE_STORE"
        )
    if kind in filesystem.SHARED:
        text = f"{kind} is shared with a host: only this side may write the store"
        return Health("file system", WARN, text, "let nothing on the host write to it")
    return Health("file system", OK, kind or "not known on this system")


def _sqlite(db: sqlite3.Connection, path: str) -> Health:
    mode = db.execute("PRAGMA journal_mode").fetchone()[0]
    text = f"{sqlite3.sqlite_version}, journal_mode {mode}"
    if mode != "wal":
        return Health("SQLite", OK, text)
    what = (
        "which this SQLite can corrupt" if sqlite3.sqlite_version_info < WAL_MENDED else "which nobody needs"
    )
    fix = f"sqlite3 {shlex.quote(path)} 'PRAGMA journal_mode = DELETE'"
    return Health(
        "SQLite", FAIL if sqlite3.sqlite_version_info < WAL_MENDED else WARN, f"{text}, {what}", fix
    )


def _integrity(db: sqlite3.Connection, path: str, check: str) -> Health:
    said = [row[0] for row in db.execute(f"PRAGMA {check}(3)")]
    size = os.stat(path).st_size
    if said == ["ok"]:
        return Health("integrity", OK, f"{check} of {size:,} bytes")
    quoted = shlex.quote(path)
    fix = f"cp {quoted} {quoted}.damaged && sqlite3 {quoted}.damaged .recover | sqlite3 {quoted}.recovered"
    return Health("integrity", FAIL, "; ".join(" ".join(text.split()) for text in said), fix)
