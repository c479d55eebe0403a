"""What SQLite and the operating system say as they fail, as errors that name the store and the next step."""

import os
from typing import TYPE_CHECKING

from triage import errors

if TYPE_CHECKING:
    import sqlite3


def translated(path: str, error: "sqlite3.Error | OSError") -> errors.TriageError:
    """What an error means for the store at a path."""
    if isinstance(error, PermissionError):
        return errors.NotAllowed(
            f"not allowed to write {error.filename or path}", hint="check its owner and mode"
        )
    if isinstance(error, OSError):
        return errors.Unavailable(
            f"cannot write beside {path}: {error.strerror}", hint="nothing was kept; try again"
        )
    return _of_sqlite(path, error)


def _of_sqlite(path: str, error: "sqlite3.Error") -> errors.TriageError:
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return errors.StoreLocked(
            f"another process holds the store {path}", hint="nothing was kept; try again"
        )
    if name.startswith("SQLITE_FULL"):
        return errors.StoreFull(
            f"no space left for the store {path}",
            hint="nothing was kept; free some space, try again",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_CANTOPEN")):
        return _no_access(path, name)
    if name.startswith("SQLITE_NOTADB"):
        return errors.StoreUnusable(
            f"{path} is not a triage store", hint="name another file with --store or TRIAGE_STORE"
        )
    if name.startswith("SQLITE_CORRUPT"):
        return errors.StoreUnusable(
            f"the store {path} is damaged",
            hint="keep a copy, then: sqlite3 FILE .recover, or import the last export",
        )
    if name.startswith("SQLITE_IOERR"):
        return errors.Unavailable(
            f"the disk failed under the store {path}", hint="nothing was kept; try again"
        )
    return errors.StoreUnusable(f"the store {path} failed: {error}", hint="see --store")


def _no_access(path: str, name: str) -> errors.TriageError:
    if _may_write(path):
        return errors.Unavailable(
            f"the store {path} cannot be written for now",
            hint="nothing was kept; look at the disk, try again",
        )
    if name.startswith("SQLITE_CANTOPEN"):
        return errors.NotAllowed(f"cannot open the store {path}", hint="check its folder and mode")
    return errors.NotAllowed(f"the store {path} is read-only", hint="check its owner and mode")


def _may_write(path: str) -> bool:
    """Whether the system allows to write a store; it says no too where the file system is read-only."""
    there = os.path.isfile(path) and os.access(path, os.R_OK | os.W_OK)
    return (there or not os.path.exists(path)) and os.access(os.path.dirname(path), os.W_OK | os.X_OK)
