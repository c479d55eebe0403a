"""A connection to the file of a store: one transaction at a time, errors as Triage's own."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from triage import errors
from triage.store.lock import exclusive

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        # CPython's own; the module sqlite3 would load dates and times besides, 1 ms of every command.
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3

Value = TypeVar("Value")

FEW = 500
"""Values that one statement names: SQLite bounds the number of its parameters."""


class Link:
    """A connection to the file at a path."""

    def __init__(self, path: str, *, timeout: float, waiting: Callable[[], None]) -> None:
        self.path = path
        self._timeout = timeout
        self._waiting = waiting
        with self.translated():
            self.db = sqlite3.connect(path, timeout=timeout, isolation_level=None)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what SQLite and the system say into errors that name the store and the next step."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            from triage.store.sqlite.trouble import translated

            raise translated(self.path, error) from error

    @contextmanager
    def writing(self, timeout: float | None = None) -> Iterator[None]:
        """One transaction under the lock file; undone as a whole when anything goes wrong."""
        patience = self._timeout if timeout is None else timeout
        lock = exclusive(f"{self.path}.lock", patience, waiting=self._waiting)
        with self.translated(), lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._commit()
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def _commit(self) -> None:
        """Make what was written certain; `Uncertain` where only the last step of that fails."""
        try:
            self.db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_IOERR_DIR_FSYNC":
                raise
            self._confirm()

    def _confirm(self) -> None:
        """Sync the folder where SQLite could not: its journal is deleted, so nothing can be undone."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")
        from triage.durable import sync_folder

        try:
            sync_folder(os.path.dirname(self.path))
        except OSError as error:
            raise errors.Uncertain(
                f"the disk failed under the store {self.path} after it was written: it may be kept or not",
                hint="look with triage events --last 3 before you try again",
            ) from error


def few(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values, in as many at once as a statement may name."""
    return (values[start : start + FEW] for start in range(0, len(values), FEW))


def marks(values: Sequence[object]) -> str:
    """The place-holders of values in a statement."""
    return ", ".join("?" * len(values))
