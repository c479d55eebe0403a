"""Files on a disk that may fail: names that survive a loss of power, and what its errors mean."""

import errno
import os

from triage.errors import NotAllowed, TriageError, Unavailable

PASSING = (
    errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG,
    errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN,
)  # fmt: skip
"""What the system says where the same may work later: the disk fails or is full, too much is open."""
NO_SUCH_CALL = (errno.EINVAL, errno.ENOTSUP)
"""What file systems say that cannot sync a folder: those of networks and user space."""


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
