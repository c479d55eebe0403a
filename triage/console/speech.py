"""What the program says: answers on standard output, complaints on standard error."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from triage.errors import TriageError

LINE = 160
"""Characters of what was said that an answer repeats: a terminal's line or two."""


def plain(text: str) -> str:
    r"""The text without anything that a terminal would obey: control characters read ``\u{1B}``."""
    if text.isprintable():
        return text
    return "".join(c if _is_harmless(c) else _shown(c) for c in text)


def _is_harmless(character: str) -> bool:
    """Whether a terminal may get it: Python calls wide spaces and joiners unprintable, too."""
    if character.isprintable() or character in "\u200c\u200d":
        return True
    return character >= "\xa0" and character.isspace() and character not in "\u2028\u2029"


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02X}"
    return " " if character in "\n\t\r" else f"\\u{{{code:X}}}"


def shortened(text: str) -> str:
    """The text, cut to what an answer of one line can hold."""
    return text if len(text) <= LINE else f"{text[: LINE - 3]}..."


def plain_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(plain(line) for line in text.split("\n"))


def plain_json(text: str) -> str:
    """The same for JSON, which has escapes of its own; it stays the same value."""
    if text.isprintable():
        return text
    import json

    return "".join(c if c == "\n" or _is_harmless(c) else json.dumps(c)[1:-1] for c in text)


class Unread(Exception):
    """Nobody reads the answer any more: that is no failure."""


def say(text: str) -> None:
    """Print data."""
    with _for_data() as stream:
        _write(stream, text)


def say_bytes(data: bytes) -> None:
    """Print data as they are."""
    with _for_data() as stream:
        stream.buffer.write(data)
        stream.flush()


@contextmanager
def _for_data() -> Iterator[TextIO]:
    """Standard output; an error where what is written does not get there."""
    if sys.stdout is None:  # it was closed before the start
        raise TriageError("standard output is closed", hint="what was recorded is kept")
    try:
        yield sys.stdout
    except BrokenPipeError as error:
        raise Unread from error
    except OSError as error:
        raise TriageError(
            f"cannot write to standard output: {error.strerror}", hint="what was recorded is kept"
        ) from error


def say_json(value: Any) -> None:
    """Print data as one line of JSON."""
    import json

    say(plain_json(json.dumps(value, ensure_ascii=False)))


def note_json(value: Any) -> None:
    """Print an answer in JSON where standard output belongs to somebody else."""
    import json

    note(json.dumps(value, ensure_ascii=True))


def note(text: str) -> None:
    """Print what is no data; that it cannot be printed changes nothing of what was done."""
    if sys.stderr is None:  # it was closed before the start
        return
    with suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:  # an encoding that was set for another program
        stream.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    stream.flush()


def _nothing() -> str:
    return ""


def complain(error: BaseException, *, as_json: bool, keep: Callable[[], str] = _nothing) -> int:
    """Say what went wrong, in one line, and give the exit code.

    ``keep`` puts what would be lost into a file, and gives its path or ''.
    """
    if isinstance(error, SystemExit):
        raise error
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, (BrokenPipeError, Unread)):
        return 0
    error = understood(error)
    kept = keep()
    if kept:
        error.hint = "; ".join(part for part in (error.hint, f"what was read is kept in {kept}") if part)
    if as_json:
        note_json({"error": error.as_dict()})
    else:
        note(f"triage: {plain(str(error))}")
    return error.exit_code


def let_go() -> None:
    """Send what nobody could take to nowhere: Python would try again at its end, and complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


INTERRUPTED = 130
"""As shells have it: 128 and the number of the signal."""


def understood(error: BaseException) -> TriageError:
    """The error in our own words."""
    if isinstance(error, TriageError):
        return error
    if isinstance(error, MemoryError):
        return TriageError("not enough memory", hint="try it where there is more")
    if isinstance(error, OSError):
        from triage.durable import refusal

        return refusal(error.filename or "the system", error, hint="")
    return _unexpected(error)


def _unexpected(error: BaseException) -> TriageError:
    """A fault of ours, in one line; TRIAGE_DEBUG shows where it came from."""
    if os.environ.get("TRIAGE_DEBUG"):
        raise error
    what = "nested too deeply" if isinstance(error, RecursionError) else f"{type(error).__name__}: {error}"
    return TriageError(
        f"internal error: {what:.200}", hint="set TRIAGE_DEBUG=1 to see where, and report it, please"
    )


def has_colours() -> bool:
    """Whether standard output is a terminal that shows colours, and nobody asked for none."""
    dumb = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
    return not dumb and sys.stdout is not None and sys.stdout.isatty()
