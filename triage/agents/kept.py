"""What an agent keeps of a command in files of its own: its transcript, and output too long for a payload.

They are read by the process that the agent does not wait for, and never trusted to be there, or whole.
"""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

NEWEST = 16 * 1024 * 1024
"""Bytes at a transcript's end that are looked through: the command has just ended."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an output that are read."""


def lines(path: str, use: str) -> Iterator[dict[str, Any]]:
    """The objects of a transcript (JSON Lines) that name a use of a tool, the newest first."""
    name = json.dumps(use, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for line in reversed(_read(path, -NEWEST).split(b"\n")):
        if name in line:
            with suppress(ValueError, RecursionError):
                value = json.loads(line)
                if isinstance(value, dict):
                    yield value


def output(path: str) -> str:
    """The text of a file that holds an output; '' where it cannot be read."""
    return _read(path, LARGEST).decode("utf-8", "replace")


def _read(path: str, size: int) -> bytes:
    """The first bytes of a file, or the last where ``size`` is below 0; b'' for what is no file of this user.

    What the system makes up as it is read, such as /proc/self/environ, says that it has no bytes.
    """
    with suppress(OSError, ValueError):
        known = os.stat(path)
        if stat.S_ISREG(known.st_mode) and known.st_size and known.st_uid == os.getuid():
            with open(path, "rb") as file:
                file.seek(max(0, known.st_size + size) if size < 0 else 0)
                return file.read(abs(size))
    return b""
