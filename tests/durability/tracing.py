"""What calls of the program do to the disk, as strace saw it: a list of writes, syncs and changes of names."""

import functools
import os
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from program import SCRIPT, Program

CHANGES = (
    "openat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync",
    "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat",
)  # fmt: skip
"""The calls of the system that the model of a disk knows."""
UNKNOWN = (
    "open", "creat", "writev", "pwritev", "pwritev2", "fallocate", "copy_file_range", "sendfile", "splice", "truncate",
    "rmdir", "symlink", "symlinkat", "sync", "syncfs", "sync_file_range", "io_uring_setup",
)  # fmt: skip
"""Others that could change a disk: a trace with one of them in the watched folder is refused."""


class Open(NamedTuple):
    """A file that is made unless it is there, or emptied where it is."""

    path: str
    empties: bool


class Folder(NamedTuple):
    """A new folder."""

    path: str


class Write(NamedTuple):
    """Bytes at a place of a file."""

    path: str
    offset: int
    data: bytes


class Truncate(NamedTuple):
    """A file cut, or lengthened, to a size."""

    path: str
    size: int


class Sync(NamedTuple):
    """All that was written to this file, or all names that changed in this folder, is on the disk."""

    path: str


class Rename(NamedTuple):
    """A file under another name."""

    path: str
    new: str


class Link(NamedTuple):
    """A file under one more name."""

    path: str
    new: str


class Unlink(NamedTuple):
    """A name that is taken away."""

    path: str


class Answer(NamedTuple):
    """Something the program printed."""

    text: str


Operation = Open | Folder | Write | Truncate | Sync | Rename | Link | Unlink | Answer


@functools.cache
def missing() -> str:
    """Why nothing can be traced here, or ''."""
    try:
        done = subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "true"], check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        return "strace is not installed: apt-get install strace"
    return f"strace may not trace here: {done.stderr.strip()}" if done.returncode else ""


def traced(triage: Program, *arguments: str, stdin: bytes = b"", fault: str = "") -> list[Operation]:
    """Run one call of the program, which must succeed; what it did below its home, and what it printed.

    ``fault`` has calls to the system fail, in the form of strace: ``pwrite64:error=ENOSPC``.
    """
    log = triage.home.parent / "trace"
    strace = ["strace", "-f", "-y", "-xx", "-s", "10000000", "--seccomp-bpf", "-z", "-o", log]
    subprocess.run(
        [
            *strace,
            *(("-e", f"inject={fault}") if fault else ()),
            "-e",
            f"trace=?{',?'.join(CHANGES + UNKNOWN)}",
            SCRIPT,
            *arguments,
        ],
        env=triage.environment,
        cwd=triage.work,
        input=stdin,
        capture_output=True,
        check=True,
    )
    return list(operations(log.read_text("ascii"), str(triage.home)))


_LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += \d+")
_TEXT = r'"((?:\\x[0-9a-f]{2})*)"'
_NAME = re.compile(rf"(?:<([^>]*)>, )?{_TEXT}")
_HANDLE = re.compile(r"(\d+)<([^>]*)>")
_DATA = re.compile(rf"{_TEXT}, \d+(?:, (\d+))?$")


def operations(log: str, root: str) -> Iterator[Operation]:
    """The operations of a log of strace that concern a folder, and what was printed."""
    places: dict[str, int] = {}
    for line in _whole(log):
        found = _LINE.match(line)
        if found is None:
            continue
        name, said = found.groups()
        handle = _HANDLE.match(said)
        if (
            name == "write"
            and handle
            and handle[1] in ("1", "2")
            and _unescaped(handle[2]).startswith(b"pipe:")
        ):
            yield Answer(_data(said)[0].decode())
            continue
        paths = [_unescaped(handle[2]).decode()] if handle and "at" not in name[-2:] else _paths(said)
        if not any(f"{path}/".startswith(f"{root}/") for path in paths):
            continue
        if name in UNKNOWN or "O_TMPFILE" in said or "O_APPEND" in said:
            raise ValueError(f"the model does not know this: {line[:200]}")
        yield from _operation(name, said, paths, places)


def _operation(name: str, said: str, paths: list[str], places: dict[str, int]) -> Iterator[Operation]:
    path = paths[0]
    if name == "openat" and "O_CREAT" in said:
        places[path] = 0
        yield Open(path, "O_TRUNC" in said)
    elif name in ("write", "pwrite64"):
        data, offset = _data(said)
        yield Write(path, places[path] if offset is None else offset, data)
        places[path] = places.get(path, 0) + len(data) * (offset is None)
    elif name == "ftruncate":
        yield Truncate(path, int(said.rpartition(", ")[2]))
    elif name in ("fsync", "fdatasync"):
        yield Sync(path)
    elif name.startswith("rename"):
        yield Rename(*paths)
    elif name.startswith("link"):
        yield Link(*paths)
    elif name.startswith("unlink"):
        yield Unlink(path)
    elif name.startswith("mkdir"):
        yield Folder(path)


def _whole(log: str) -> Iterator[str]:
    """The lines; a call that another process interrupted stands where it ended.

    What strace held back until the call had succeeded (``-z``) it writes at once, with the end on the next
    line and no word of whose it is. ValueError where a call has no end: the trace would be of another run.
    """
    begun: dict[str, str] = {}
    last = ""
    for line in log.splitlines():
        process = line.partition(" ")[0]
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>").rstrip()
            last = process
        elif " resumed>" in line:
            yield begun.pop(process, "") + line.partition(" resumed>")[2]
        elif line.startswith(")"):
            yield begun.pop(last) + line
        else:
            yield line
    if begun:
        raise ValueError(f"the trace has no end of: {', '.join(begun.values())[:200]}")


def _paths(said: str) -> list[str]:
    pairs = [(_unescaped(folder), _unescaped(name)) for folder, name in _NAME.findall(said)]
    return [os.path.join(folder, name).decode() for folder, name in pairs]


def _data(said: str) -> tuple[bytes, int | None]:
    text, offset = _DATA.search(said).groups()
    return _unescaped(text), None if offset is None else int(offset)


def _unescaped(text: str) -> bytes:
    return text.encode().decode("unicode_escape").encode("latin-1")
