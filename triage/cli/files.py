"""Writing what a command was asked to write: beside its place, then renamed into it."""

import os
import stat
from collections.abc import Iterable
from typing import TextIO

from triage.errors import NotAllowed


def write_lines(path: str, lines: Iterable[str]) -> int:
    """Write lines; the number of them. A file is whole or as it was before, and keeps its mode.

    A device or a pipe is written to, and stays what it is.
    """
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode if os.path.exists(target) else None
        if mode is not None and not stat.S_ISREG(mode):
            with open(target, "w", encoding="utf-8", newline="\n") as file:
                return _write(file, lines)
        return _write_aside(target, mode, lines)
    except OSError as error:
        raise NotAllowed(
            f"cannot write {path!r:.80}: {error.strerror}", hint="name another file with -o"
        ) from error


def _write_aside(target: str, mode: int | None, lines: Iterable[str]) -> int:
    aside = f"{target}.{os.getpid()}.part"
    try:
        with open(aside, "w", encoding="utf-8", newline="\n") as file:
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            count = _write(file, lines)
        os.replace(aside, target)
    finally:
        if os.path.exists(aside):
            os.unlink(aside)
    return count


def _write(file: TextIO, lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        file.write(line + "\n")
        count += 1
    return count


def write_text(path: str, text: str) -> None:
    """Write a text, ending in one newline."""
    write_lines(path, [text.rstrip("\n")])
