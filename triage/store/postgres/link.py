"""A connection to a server: statements in, rows out, made again where it was lost, errors as Triage's own."""

import logging
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

try:
    import psycopg
except ImportError as missing:
    from triage.errors import NotAllowed

    raise NotAllowed(
        "a store on a PostgreSQL server needs psycopg, which is not installed",
        hint="pipx install 'triagelog[postgres]', or pip install 'triagelog[postgres]'",
    ) from missing

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from triage import errors
from triage.store import identity
from triage.store.postgres.trouble import COLLIDED, DEFINED_MEANWHILE, UNKNOWN, refusal, translated

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Sequence[Any]]]
"""A statement and the values of each time that it is to be executed."""

DEFAULTS = {
    "connect_timeout": "3",  # whoever records waits for it
    "tcp_user_timeout": "10000",  # a host that went away without a word is noticed
    "fallback_application_name": "triage",
    "client_encoding": "UTF8",
}
"""Parameters of a connection that the address may set otherwise."""
PATIENCE = 5.0
"""Seconds for which a lost connection is tried again: a server that was killed needs 1 or 2 to come back."""


logging.getLogger("psycopg").setLevel(logging.ERROR)  # else each collision is a line on standard error


class CollisionError(Exception):
    """Another writer was quicker: what is to be written must be worked out anew."""


class LostError(Exception):
    """The connection was lost while a transaction was written: it may have been kept, or not."""


class Link:
    """A connection to the server at an address."""

    def __init__(self, address: str) -> None:
        self.shown = identity(address)
        self._address = address
        self._connection = self._connect()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = (), *, prepare: bool | None = None) -> list[Row]:
        """The rows of one SELECT, planned for its values unless it may be prepared.

        A lost connection is made again.
        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._live().execute(sql, values, prepare=prepare, binary=True).fetchall()
            except psycopg.Error as error:
                retryable = error.sqlstate in COLLIDED or self._connection.closed
                if not retryable or time.monotonic() > end:
                    raise translated(self.shown, error) from error
                pause(0.05)

    def write(self, statements: Iterable[Statement]) -> None:
        """Execute the statements in one transaction, sent as a whole.

        Raises `CollisionError` where another writer was quicker, `LostError` where nobody knows what became
        of it.
        """
        connection = self._live()
        try:
            with connection.pipeline():
                connection.execute("BEGIN")
                cursor = connection.cursor()
                for sql, values in statements:
                    cursor.executemany(sql, values)
                connection.execute("COMMIT")
        except psycopg.Error as error:
            if error.sqlstate in UNKNOWN or not _is_undone(connection):
                connection.close()
                raise LostError(str(error)) from error
            if error.sqlstate in COLLIDED:
                raise CollisionError(str(error)) from error
            raise translated(self.shown, error) from error

    def define(self, sql: str) -> None:
        """Execute a statement that defines what may be there already, as often as others do the same."""
        for turn in range(DEFINED_MEANWHILE.tries):
            try:
                self._live().execute(sql)
            except psycopg.Error as error:
                last = turn == DEFINED_MEANWHILE.tries - 1
                if error.sqlstate not in DEFINED_MEANWHILE.states or last:
                    raise translated(self.shown, error) from error
                pause(0.05)
            else:
                return

    def _live(self) -> "psycopg.Connection[Row]":
        """The connection; a new one where it was lost."""
        end = time.monotonic() + PATIENCE
        while self._connection.closed:
            try:
                self._connection = self._connect()
            except errors.Unavailable:
                if time.monotonic() > end:
                    raise
                pause(0.1)
        return self._connection

    def _connect(self) -> "psycopg.Connection[Row]":
        try:
            parameters = conninfo_to_dict(self._address)
        except psycopg.ProgrammingError as error:
            raise errors.UsageError(
                f"{self.shown.partition('?')[0]!r} and what follows is no address of a PostgreSQL server",
                hint="write postgresql://USER@HOST/DATABASE, with %40 for an @ in a password",
            ) from error
        try:
            return psycopg.connect(make_conninfo("", **{**DEFAULTS, **parameters}), autocommit=True)
        except psycopg.OperationalError as error:
            raise refusal(self.shown, str(error), parameters) from error


def _is_undone(connection: "psycopg.Connection[Row]") -> bool:
    """Undo what was begun; false where the connection is gone, which may show only now."""
    try:
        connection.rollback()
    except psycopg.Error:
        return False
    return not connection.closed


def pause(longest: float) -> None:
    """Wait for a random while, so that those who collided do not collide again."""
    time.sleep(random.uniform(0.1, 1) * longest)  # noqa: S311  no secret
