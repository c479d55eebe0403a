"""The file system that a path lies on: SQLite needs one that locks and syncs, which networks may not."""

import os

MOUNTS = "/proc/self/mountinfo"
"""What the kernel says of mounts (proc(5)); where there is no such file, nothing is known."""

NETWORK = frozenset((
    "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.davfs", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "orangefs", "panfs", "pvfs2", "smb3", "smbfs",
))  # fmt: skip
"""Those that several machines write at once."""

SHARED = frozenset(("9p", "fuse.grpcfuse", "fuse.osxfs", "fuse.vmhgfs-fuse", "prl_fs", "vboxsf", "virtiofs"))
"""Those that a virtual machine or a container shares with its host."""


def of_path(path: str) -> str:
    """The type of the file system that a path lies on, or will once it is made; '' where nobody says."""
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            return type_of(os.path.realpath(path), file.read())
    except OSError:
        return ""


def type_of(path: str, mounts: str) -> str:
    """The type of the mount that holds an absolute path: the deepest, and of those the last one mounted."""
    found, depth = "", -1
    for line in mounts.splitlines():
        mount, _, kind = line.partition(" - ")
        point = _unescaped(mount.split(" ")[4])
        if len(point) >= depth and (path == point or path.startswith(point.rstrip("/") + "/")):
            found, depth = kind.split(" ")[0], len(point)
    return found


def _unescaped(text: str) -> str:
    r"""A blank, a tab, a newline and a backslash stand as ``\040`` and so on."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text
