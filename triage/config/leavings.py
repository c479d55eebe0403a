"""What commands leave beside the user's state: for how long it stays, and how much of it lies there.

Deleting it is nobody's task: whoever leaves something does so once a day, and what then fails stays. The
starts of commands, of which a day brings many, are forgotten with every command that is captured.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from triage import traces
from triage.config.state import SESSIONS, SPOOLS
from triage.durable import clear, write_private
from triage.encoding import sha256
from triage.errors import TriageError

DAY = 24 * 3600
"""Seconds."""
REFUSED = "refused"


class Stay(NamedTuple):
    """For how long files of a folder stay after they were used: the last ``always`` of them at any age.

    Each of the others goes after ``most`` days, or already after ``least`` where it and those that were used
    after it have more than ``size`` bytes.
    """

    always: int
    least: int
    most: int
    size: int


SESSION = Stay(always=1000, least=90, most=90, size=0)
"""A few bytes each, of which a session that comes again needs its own."""
START = Stay(always=0, least=1, most=1, size=0)
"""Of a command whose end was never told: it is waited for no longer."""
STAYS = {
    SESSIONS: SESSION,
    traces.USED: SESSION,
    traces.STARTED: START,
    REFUSED: Stay(always=10, least=7, most=90, size=256 * 1024 * 1024),
}
"""What was refused may be the only copy, and of any size: nobody acknowledged it, and its path was told."""
MOST_AT_ONCE = 1000
"""Files that are deleted in one go: a command waits for it."""
PATIENCE = 2
"""Seconds that a writer waits for who deletes, who may have been stopped."""


class Left(NamedTuple):
    """A file that lies there: ``used`` is when it was used last, in seconds since 1970."""

    path: str
    size: int
    used: float


def left(state: str, folder: str) -> list[Left]:
    """What lies in a folder of the state, the newest first; what cannot be looked at is not told."""
    found = []
    with suppress(OSError), os.scandir(os.path.join(state, folder)) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    known = entry.stat(follow_symlinks=False)
                    found.append(Left(entry.path, known.st_size, known.st_mtime))
    return sorted(found, key=lambda each: each.used, reverse=True)


def ends(files: list[Left], stay: Stay) -> Iterator[tuple[Left, float]]:
    """Those of the files, the newest first, that do not stay at any age, each with the time when it goes."""
    size = 0
    for place, file in enumerate(files):
        size += file.size
        if place >= stay.always:
            yield file, file.used + (stay.least if size > stay.size else stay.most) * DAY


def tidy(state: str) -> None:
    """Delete what stayed for long enough, once a day; nobody waits for another process that does."""
    lock = _lock_of(state)
    with suppress(OSError):
        if abs(time.time() - os.stat(lock).st_mtime) < DAY:
            return
    with locked(state, alone=True, patience=0) as is_alone, suppress(OSError):
        if is_alone:
            os.utime(lock)
            for folder in STAYS:
                forget(state, folder)
            for path in _folders(state):
                clear(path)


def forget(state: str, folder: str) -> None:
    """Delete what stayed in a folder for long enough, also where it was looked at today."""
    now = time.time()
    over = [file for file, end in ends(left(state, folder), STAYS[folder]) if end < now]
    for file in over[-MOST_AT_ONCE:]:
        with suppress(OSError):
            os.unlink(file.path)


def _folders(state: str) -> Iterator[str]:
    """The folders in which files of the state are written."""
    for above in (state, os.path.join(state, SPOOLS)):
        with suppress(OSError):
            yield from (os.path.join(above, name) for name in os.listdir(above))


def put(state: str, path: str, data: bytes) -> None:
    """Write a file that `tidy` may delete, which never takes it for the older one; see `write_private`."""
    with locked(state):
        write_private(path, data)


def renew(state: str, path: str, data: bytes) -> None:
    """Have a file stay that is used, and was read as ``data``; where that cannot be it may go earlier."""
    with locked(state), suppress(OSError, TriageError):
        try:
            os.utime(path)
        except FileNotFoundError:  # it was deleted since
            write_private(path, data, new=True)


def keep_refused(state: str, data: bytes, now: int) -> str:
    """Keep what could not be recorded, once however often it comes; its path. Raises as `write_private`."""
    ending = f"-{sha256(data)[:16]}.txt"
    known = (each.path for each in left(state, REFUSED) if each.path.endswith(ending))
    path = next(known, os.path.join(state, REFUSED, f"{now}{ending}"))
    put(state, path, data)
    tidy(state)
    return path


@contextmanager
def locked(state: str, *, alone: bool = False, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock of what lies there, with others who write or ``alone``; whether it was had in time."""
    handle = -1
    try:
        import fcntl

        os.makedirs(state, mode=0o700, exist_ok=True)
        handle = os.open(_lock_of(state), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _wait(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH, patience)
        is_held = True
    except (ImportError, OSError):  # no such calls, or nothing can be written there
        is_held = False
    try:
        yield is_held
    finally:
        if handle >= 0:
            os.close(handle)


def _lock_of(state: str) -> str:
    return os.path.join(state, "leavings.lock")


def _wait(handle: int, how: int, seconds: float) -> None:
    """Lock a file; `BlockingIOError` where another process holds it for longer."""
    import fcntl

    end = time.monotonic() + seconds
    while True:
        try:
            return fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise
        time.sleep(0.01)
