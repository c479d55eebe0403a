"""Writing what a command was asked to write: beside its place, then renamed into it."""

import os
from collections.abc import Iterable
from typing import IO

from triage.durable import aside
from triage.errors import NotAllowed


def write_lines(path: str, lines: Iterable[str]) -> int:
    """Write lines; the number of them. A file is whole or as it was before, and keeps its mode.

    A device or a pipe is written to, and stays what it is.
    """
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:
                return _write(file, lines)
        with aside(target, mode=0o666, keep_mode=True, sync=False) as file:  # it can be made again
            return _write(file, lines)
    except OSError as error:
        raise NotAllowed(
            f"cannot write {path!r:.80}: {error.strerror}", hint="name another file with -o"
        ) from error


def _write(file: IO[bytes], lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        file.write(f"{line}\n".encode())
        count += 1
    return count


def write_text(path: str, text: str) -> None:
    """Write a text, ending in one newline."""
    write_lines(path, [text.rstrip("\n")])
