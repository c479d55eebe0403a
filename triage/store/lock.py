"""One writer at a time: an exclusive lock on a file beside the store.

The kernel wakes those who wait in turn, where SQLite's own busy handler polls and may starve a writer.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from triage.errors import StoreLocked

try:
    import fcntl
except ImportError:
    HAS_FLOCK = False
    """Windows has none; SQLite's own lock serves there."""
else:
    HAS_FLOCK = True

POLL = 0.02
"""Seconds between two tries where no signal can end the wait: outside the main thread."""


@contextmanager
def exclusive(path: str, timeout: float) -> Iterator[None]:
    """Hold the lock file, or a folder in place of one; `StoreLocked` after ``timeout`` seconds."""
    if not HAS_FLOCK:
        yield
        return
    handle = _lock(path, timeout) if os.path.isdir(path) else _lock_in_turn(path, timeout)
    try:
        yield
    finally:
        os.close(handle)


def _lock_in_turn(path: str, timeout: float) -> int:
    """The locked file, taken by one at a time who holds another lock for it.

    Who lets go of the first and asks again at once has to wait for that second one: without it the waiting
    process, which the kernel has yet to wake, would find the file locked anew.
    """
    end = time.monotonic() + timeout
    turn = _lock(f"{path}{NEXT}", timeout)
    try:
        return _lock(path, max(end - time.monotonic(), 0.001))
    except StoreLocked:
        raise _locked(path, timeout) from None
    finally:
        os.close(turn)


NEXT = ".next"
"""What the name of the file ends in that the next in turn holds."""


def _lock(path: str, timeout: float) -> int:
    flags = os.O_RDONLY if os.path.isdir(path) else os.O_RDWR | os.O_CREAT
    handle = os.open(path, flags | os.O_CLOEXEC, 0o666)
    is_mine = False
    try:
        is_mine = _try(handle) or _wait(handle, timeout)
    finally:
        if not is_mine:
            os.close(handle)
    if not is_mine:
        raise _locked(path.removesuffix(NEXT), timeout)
    return handle


def _locked(path: str, timeout: float) -> StoreLocked:
    return StoreLocked(
        f"another process has held the store for {timeout:g} s: {path}", hint="nothing was kept; try again"
    )


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(handle: int, timeout: float) -> bool:
    import threading

    if threading.current_thread() is threading.main_thread():
        return _wait_in_turn(handle, timeout)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if _try(handle):
            return True
        time.sleep(POLL)
    return False


def _wait_in_turn(handle: int, timeout: float) -> bool:
    """Wait in the kernel's queue; an alarm ends the wait."""
    import signal

    class _Late(Exception):
        pass

    def late(*_: object) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except _Late:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return True
