"""Names that survive a loss of power: to sync a file says nothing of the folder that it stands in."""

import errno
import os

NO_SUCH_CALL = (errno.EINVAL, errno.ENOTSUP)
"""What file systems say that cannot sync a folder: those of networks and user space."""


def sync_folder(path: str) -> None:
    """Make the names in a folder certain; OSError where the disk fails.

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
