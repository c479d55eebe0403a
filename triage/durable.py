"""Files on a disk that may fail: how they are written whole and to last, and what its errors mean."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from triage.errors import NotAllowed, TriageError, Unavailable

PASSING = (
    errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG,
    errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN,
)  # fmt: skip
"""What the system says where the same may work later: the disk fails or is full, too much is open."""
NO_SUCH_CALL = (errno.EINVAL, errno.ENOTSUP)
"""What file systems say that cannot sync a folder: those of networks and user space."""
UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Opens no file through a link, and waits for no end of a pipe."""
PREFIX, SUFFIX = ".triage-", ".part"
"""Begin and end the name of a file that is being written: it does not show, and is nobody else's."""


@contextmanager
def aside(
    path: str, *, mode: int = 0o600, keep_mode: bool = False, sync: bool = True, new: bool = False
) -> Iterator[IO[bytes]]:
    """Give a file to write beside ``path``, which takes that place whole, or not at all.

    A new file has ``mode``, as far as the user's mask lets it, and with ``keep_mode`` another one that of
    what it replaces. ``sync``: it survives a loss of power from then on, for what cannot be made again.
    ``new``: what is there stays. A link is replaced: who would write through one resolves it first. What a
    killed writer left in the folder is deleted. OSError where the disk fails.
    """
    folder = os.path.dirname(path) or os.curdir
    clear(folder)
    was = _mode(path) if keep_mode else None
    with _part(folder, mode if was is None else 0o600) as (part, handle):
        with open(handle, "wb") as file:
            yield file
            file.flush()
            if was is not None:
                os.fchmod(handle, was)
            if sync:
                os.fsync(handle)
        if new:
            with suppress(FileExistsError):
                os.link(part, path)
        else:
            os.replace(part, path)
    if sync:
        sync_folder(folder)


def write_private(path: str, data: bytes, *, sync: bool = True, new: bool = False) -> None:
    """Write a file that only this user may read, with the folders that lead to it; see `aside`."""
    folder = os.path.dirname(path)
    try:
        make_folders(folder, mode=0o700)
        with aside(path, sync=sync, new=new) as file:
            file.write(data)
    except OSError as error:
        raise refusal(f"cannot write {path}", error, hint="check the folder's owner") from error


def make_folders(path: str, *, mode: int = 0o777) -> None:
    """Make a folder with those above it, where it is missing, and make their names certain."""
    if not os.path.isdir(path):
        os.makedirs(path, mode=mode, exist_ok=True)
        sync_folders(os.path.dirname(path))


def clear(folder: str) -> None:
    """Delete what writers left in a folder who were killed: nobody holds its lock any more."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(PREFIX) and name.endswith(SUFFIX):
                _clear_one(os.path.join(folder, name))


def _mode(path: str) -> int | None:
    """The mode of a file; None where there is none."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return None


@contextmanager
def _part(folder: str, mode: int) -> Iterator[tuple[str, int]]:
    """A new file of a folder, by its name and open, which is gone at the end.

    It is locked while this lasts: who clears the folder takes it for nothing that was left.
    """
    while True:
        path = os.path.join(folder, f"{PREFIX}{os.urandom(8).hex()}{SUFFIX}")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        lock = _held(path, handle)
        if lock is not None:
            break
        os.close(handle)
    try:
        yield path, handle
    finally:
        with suppress(OSError):
            os.unlink(path)
        if lock >= 0:
            os.close(lock)


def _held(path: str, handle: int) -> int | None:
    """A handle that holds the lock of a new file; -1 where there are no locks, None where it was cleared."""
    try:
        _lock(handle)
    except BlockingIOError:
        return None
    except OSError:
        return -1
    return os.dup(handle) if os.path.exists(path) else None


def _lock(handle: int) -> None:
    """Lock a file, unless another process does: `BlockingIOError`; OSError where there are no locks."""
    try:
        import fcntl
    except ImportError as error:  # Windows has none, nor lets an open file be deleted
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from error
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _clear_one(path: str) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDWR | UNFOLLOWED)
        try:
            _lock(handle)
            os.unlink(path)
        finally:
            os.close(handle)


def sync_folder(path: str) -> None:
    """Make the names in a folder certain, which syncing a file in it does not; OSError where the disk fails.

    What this user may not look into was not made by this user. Windows has no such call, and needs none.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SUCH_CALL:
            raise
    finally:
        os.close(handle)


def sync_folders(path: str) -> None:
    """Make a folder certain: the names in it, and its own and those of all above it."""
    sync_folder(path)
    above = os.path.dirname(path)
    if above != path:
        sync_folders(above)


def refusal(what: str, error: OSError, *, hint: str) -> TriageError:
    """The error for what the system refused; the hint is for what the user may not do, or did wrong."""
    message = f"{what}: {error.strerror}"
    if error.errno not in PASSING:
        return NotAllowed(message, hint=hint)
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Unavailable(message, hint="free some space, try again" if is_full else "try again")
