"""What the program says: answers on standard output, complaints on standard error."""

import json
import os
import sys
from typing import Any

import click

from triage.errors import NotAllowed, TriageError, UsageError

LINE = 160
"""Characters of what was said that an answer repeats: a terminal's line or two."""


def plain(text: str) -> str:
    r"""The text without anything that a terminal would obey: control characters read ``\u{1B}``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _shown(c) for c in text)


def _shown(character: str) -> str:
    return " " if character in "\n\t\r" else f"\\u{{{ord(character):X}}}"


def shortened(text: str) -> str:
    """The text, cut to what an answer of one line can hold."""
    return text if len(text) <= LINE else f"{text[: LINE - 3]}..."


def plain_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(plain(line) for line in text.split("\n"))


def say(text: str) -> None:
    """Print data."""
    click.echo(text)


def say_json(value: Any) -> None:
    """Print data as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))


def note(text: str) -> None:
    """Print what is no data."""
    click.echo(text, err=True)


def complain(error: BaseException, *, as_json: bool) -> int:
    """Say what went wrong, in one line, and give the exit code."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return 130
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, click.ClickException):
        error = _from_click(error)
    elif isinstance(error, OSError):
        error = NotAllowed(f"{error.filename or 'a file'}: {error.strerror}")
    if not isinstance(error, TriageError):
        raise error
    if as_json:
        note(json.dumps({"error": error.as_dict()}, ensure_ascii=True))
    else:
        note(f"triage: {plain(str(error))}")
    return error.exit_code


def _from_click(error: click.ClickException) -> TriageError:
    """What click found wrong with the command line."""
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see: {error.ctx.command_path} --help"
    return UsageError(error.format_message().rstrip("."), hint=hint)
