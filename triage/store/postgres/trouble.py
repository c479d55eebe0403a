"""What a server says in its errors, as errors that name the store and the next step."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg

from triage import errors

COLLIDED = frozenset({"23505", "40001", "40P01"})
"""Another writer was quicker: the same key, a serialisation failure, a deadlock."""
UNKNOWN = frozenset({"40003", "08007"})
"""Nobody knows whether the transaction was kept: CockroachDB says so while a node fails."""


class _Meanwhile(NamedTuple):
    states: frozenset[str]
    tries: int


DEFINED_MEANWHILE = _Meanwhile(frozenset({"23505", "42P07", "42710", "40001", "XX000"}), 20)
"""What a definition comes to while others define the same, and how often it is tried."""

NOTHING_KEPT = "nothing was kept; try again"
OWNER = "publish and purge need the role that owns the tables (docs/postgres.md)"
HOW = "PGPASSWORD or ~/.pgpass hold a password, sslmode and sslrootcert say how to encrypt (docs/postgres.md)"
REFUSED = re.compile(
    r"authentication|pg_hba|no password|permission denied|role .* does not exist", re.IGNORECASE
)
ABSENT = re.compile(r"database .* does not exist", re.IGNORECASE)
ENCRYPTION = re.compile(r"\bSSL\b|certificate", re.IGNORECASE)


def refusal(store: str, text: str, parameters: Mapping[str, Any]) -> errors.TriageError:
    """What a connection that was not made means; libpq gives a text only."""
    said = _without_secrets(_last_line(text), parameters)
    if ABSENT.search(said):
        return errors.NotFound(
            f"no database at {store}: {said}", hint="make it with createdb, or name another"
        )
    if REFUSED.search(said):
        return errors.NotAllowed(f"not let in at {store}: {said}", hint=HOW)
    if ENCRYPTION.search(said):
        return errors.StoreUnusable(f"no encrypted connection to {store}: {said}", hint=HOW)
    return errors.Unavailable(f"cannot reach {store}: {said}", hint=NOTHING_KEPT)


def translated(store: str, error: psycopg.Error) -> errors.TriageError:
    """What an error of a statement means."""
    state, said = error.sqlstate or "", _last_line(str(error), first=True)
    if state == "42P01":
        return errors.NotFound(f"no store at {store}", hint="make one with: triage open 'TITLE'")
    if state == "42501":
        return errors.NotAllowed(f"the role may not do that in {store}: {said}", hint=OWNER)
    if state == "25006":
        return errors.NotAllowed(f"{store} can only be read", hint="name the primary server, not a standby")
    if state == "53100":
        return errors.StoreFull(f"no space left on the server of {store}", hint=NOTHING_KEPT)
    if state.startswith("22") or isinstance(error, psycopg.DataError):
        return errors.InvalidValue(f"{store} does not take that: {said}", hint="nothing was kept")
    if state == "54000":
        return errors.InvalidValue(
            f"too much at once for {store}: {said}", hint="record it in smaller pieces"
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return errors.Unavailable(f"{store} failed: {said}", hint=NOTHING_KEPT)
    return errors.StoreUnusable(f"the store {store} failed: {said}", hint="nothing was kept")


def _last_line(text: str, *, first: bool = False) -> str:
    """The line of an error that says what happened."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason given"]
    line = lines[0] if first else lines[-1]
    return line.rpartition("FATAL:")[2].strip() or line


def _without_secrets(text: str, parameters: Mapping[str, Any]) -> str:
    """The text without the values of what is secret in a connection's parameters."""
    for name in ("password", "sslpassword", "oauth_client_secret"):
        if parameters.get(name):
            text = text.replace(str(parameters[name]), "***")
    return text
