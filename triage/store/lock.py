"""One writer at a time: an exclusive lock on a file beside the store, given in the order of asking.

SQLite's own busy handler polls and may starve a writer. The kernel wakes all who wait for a lock, and the
quickest gets it, or whoever just let go. So each waits for a lock of its own: that of the one before.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from triage.errors import StoreLocked
from triage.store import unsaid

try:
    import fcntl
except ImportError:
    HAS_FLOCK = False
    """Windows has none; SQLite's own lock serves there."""
else:
    HAS_FLOCK = True

Lock = Callable[[int], object]
"""Locks something, in the manner of the flags that it is given."""

POLL = 0.02
"""Seconds between two tries where no signal can end the wait: outside the main thread."""


SILENT = 1.0
"""Seconds of waiting after which it is said."""


@contextmanager
def exclusive(path: str, timeout: float, *, waiting: Callable[[], None] = unsaid) -> Iterator[None]:
    """Hold the lock file, or a folder in place of one; `StoreLocked` after ``timeout`` seconds.

    ``waiting`` is called where it takes so long that a person would ask why.
    """
    if not HAS_FLOCK:
        yield
        return
    lock = _lock if os.path.isdir(path) else _lock_in_turn
    handle = lock(path, timeout, waiting)
    try:
        yield
    finally:
        os.close(handle)


def _lock_in_turn(path: str, timeout: float, waiting: Callable[[], None]) -> int:
    """The locked file; where all goes well only one waits for it, and the others in a queue."""
    end = time.monotonic() + timeout
    queue = os.open(f"{path}{NEXT}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _queue(queue, min(timeout / 2, PATIENCE))
        return _lock(path, max(end - time.monotonic(), 0), waiting, told=timeout)
    finally:
        os.close(queue)


NEXT = ".next"
"""What the name of the queue's file ends in: the number drawn last, and behind it a byte for each."""
NUMBER, MOST = 8, 2**62
"""Bytes of a number, and where the numbers begin anew: as far as a file can be locked."""
PATIENCE = 2.0
"""Seconds in the queue: a process that was stopped in it keeps its number, and is overtaken then."""


def _queue(handle: int, timeout: float) -> None:
    """Draw a number, hold it, and wait until nobody holds the one before, or for so long.

    A number belongs to a process and goes with it. Where none can be drawn the caller takes its chance.
    """
    with suppress(OSError):
        if not _acquire(_byte(handle, 0), timeout):
            return
        number = int.from_bytes(os.pread(handle, NUMBER, 0)) % MOST + 1
        os.pwrite(handle, number.to_bytes(NUMBER), 0)
        _try(_byte(handle, NUMBER + number))
        fcntl.lockf(handle, fcntl.LOCK_UN, 1, 0)
        _acquire(_byte(handle, NUMBER + number - 1), timeout)


def _byte(handle: int, place: int) -> Lock:
    return lambda how: fcntl.lockf(handle, how, 1, place)


def _lock(path: str, timeout: float, waiting: Callable[[], None], *, told: float | None = None) -> int:
    flags = os.O_RDONLY if os.path.isdir(path) else os.O_RDWR | os.O_CREAT
    handle = os.open(path, flags | os.O_CLOEXEC, 0o666)
    is_mine = False

    def lock(how: int) -> None:
        fcntl.flock(handle, how)

    try:
        is_mine = _acquire(lock, min(timeout, SILENT))
        if not is_mine and timeout > SILENT:
            waiting()
            is_mine = _acquire(lock, timeout - SILENT)
    finally:
        if not is_mine:
            os.close(handle)
    if not is_mine:
        raise _locked(path, timeout if told is None else told)
    return handle


def _locked(path: str, timeout: float) -> StoreLocked:
    return StoreLocked(
        f"another process has held the store for {timeout:g} s: {path}", hint="nothing was kept; try again"
    )


def _acquire(lock: Lock, timeout: float) -> bool:
    """Lock now, or wait for it; false where that takes too long."""
    if _try(lock):
        return True
    import threading

    if threading.current_thread() is threading.main_thread():
        return _wait(lock, timeout)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if _try(lock):
            return True
        time.sleep(POLL)
    return False


def _try(lock: Lock) -> bool:
    try:
        lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # lockf may say either
        return False
    return True


def _wait(lock: Lock, timeout: float) -> bool:
    """Wait in the kernel; an alarm ends the wait."""
    import signal

    class _Late(Exception):
        pass

    def late(*_: object) -> None:
        raise _Late

    if timeout <= 0:
        return False
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        lock(fcntl.LOCK_EX)
    except _Late:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return True
