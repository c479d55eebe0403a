"""Writing what a command was asked to write: beside its place, then renamed into it."""

import os
from collections.abc import Iterable

from triage.errors import NotAllowed


def write_lines(path: str, lines: Iterable[str]) -> int:
    """Write lines; the number of them. The file is whole or as it was before."""
    count = 0
    aside = f"{path}.{os.getpid()}.part"
    try:
        with open(aside, "w", encoding="utf-8", newline="\n") as file:
            for line in lines:
                file.write(line + "\n")
                count += 1
        os.replace(aside, path)
    except OSError as error:
        raise NotAllowed(
            f"cannot write {path!r:.80}: {error.strerror}", hint="name another file with -o"
        ) from error
    finally:
        if os.path.exists(aside):
            os.unlink(aside)
    return count


def write_text(path: str, text: str) -> None:
    """Write a text, ending in one newline."""
    write_lines(path, [text.rstrip("\n")])
