"""What went wrong: the line of an output that tells.

The forms are those that the tools print themselves: the traces of Python, Node, Java and Go, and the messages
of npm, pip, psql, kubectl, terraform and of those that begin theirs with ``error:`` or ``fatal:``.
"""

import re
from collections.abc import Callable, Iterable, Sequence

LONGEST = 400
"""Characters of a telling line; the evidence has all of it."""
MOST_LINES = 20_000
"""Lines of an output that are looked at, counted from its end."""

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_EXCEPTION = re.compile(
    r"(?:[A-Za-z_$][\w$]*[./])*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt|Warning|Failure|Fault)\b"
    r"|(?:[a-z_]\w*\.)+(?:errors?|exceptions?|exc)\.[A-Z]\w*:"
)
_NAMES_ONE = re.compile(
    r"(?<![\w$])(?:[^\WA-Z]|\$)*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt|Warning|Failure|Fault)\b"
)
"""A word that holds such a name, tried once a word: a search for the other starts anew at each sign of it."""
_FRAME = re.compile(r"\s+at .*[:(]|\s+\.\.\. \d+ more")
_FATAL = re.compile(
    r"(?:\S+: ){0,3}(?:fatal|panic|FATAL|CRITICAL|emerg)(?: error)?(?:\[\w+\])?:? ", re.IGNORECASE
)
_ERROR = re.compile(
    r"(?:\S+:\s){0,4}(?:\[?error\]?(?:\[\w+\])?:|error:? from |an error occurred|err!)\s*\S"
    r"|✗ |✘ |\S*\[ERROR\]|ERROR[\s:]",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    r"command not found|no such file or directory|permission denied|connection refused|could not resolve"
    r"|unable to connect|was refused|timed out|not found$|access denied|unauthorized|forbidden|cannot "
    r"|couldn't |could not |failed to ",
    re.IGNORECASE,
)
_NPM = re.compile(r"npm (?:ERR!|error)\s+(?P<rest>.*)")
_NPM_ASIDE = re.compile(
    r"(?:code|errno|syscall|path|command|cwd|dest|file|signal|weird|node|npm|workspace|location)\b"
    r"|A complete log|$|\S+@\S+ \w+: `|[/~]|This is probably not|There is likely additional"
)
_NOT_TELLING = re.compile(
    r"make(?:\[\d+\])?: \*\*\* |npm (?:ERR!|error)|\s*$|Process exited"
    r"|exit(?:ed)?(?: with)?(?: status| code)? \d+$"
)


def telling_line(output: str) -> str:
    """The line that says what went wrong, undecorated; the last one where none does, '' without any."""
    lines = [_plain(line) for line in output.split("\n")[-MOST_LINES:]]
    for finder in _FINDERS:
        found = finder(lines)
        if found:
            return found[:LONGEST]
    return ""


def _plain(line: str) -> str:
    """The line as a reader sees it: no colours, what a progress bar wrote last, no frame of terraform's."""
    text = _ESCAPE.sub("", line).rstrip("\r").rpartition("\r")[2]
    return text.removeprefix("│ ").removeprefix("│").rstrip()


def _trace(lines: Sequence[str]) -> str:
    """The exception line of the last trace of Python; of a chain, what came out of it."""
    begin = _last(lines, lambda line: line.lstrip("| +-").startswith("Traceback (most recent call last)"))
    if begin is None:
        return ""
    for line in lines[begin + 1 :]:
        text = line.lstrip("| ") if line.startswith((" |", "|")) else line
        if text and not text.startswith((" ", "\t")):
            return text
    return ""


def _frames(lines: Sequence[str]) -> str:
    """The exception line over the frames of Java, where the last cause tells, and of Node."""
    cause = _last(lines, lambda line: line.startswith("Caused by: "))
    if cause is not None:
        return lines[cause].removeprefix("Caused by: ")
    first = next((n for n, line in enumerate(lines) if _FRAME.match(line)), None)
    if first is None:
        return ""
    for line in reversed(lines[:first]):
        if not line:
            break
        if _NAMES_ONE.search(line):
            return re.sub(r"^(?:Uncaught |Exception in thread \S+ )+", "", line.strip())
    return ""


def _go(lines: Sequence[str]) -> str:
    """The line of a panic, or of a fatal error, over the goroutines of Go."""
    if not any(re.match(r"goroutine \d+ \[", line) for line in lines):
        return ""
    return _first(lines, lambda line: line.startswith(("panic: ", "fatal error: ")))


def _npm(lines: Sequence[str]) -> str:
    """What npm says before it says where and when."""
    said = [found["rest"].strip() for line in lines if (found := _NPM.match(line))]
    return next((text for text in said if not _NPM_ASIDE.match(text)), "")


def _pytest(lines: Sequence[str]) -> str:
    """The first line that pytest marks as the error."""
    return (
        _first(lines, lambda line: line.startswith("E   ") and bool(line[4:].strip()))
        .removeprefix("E")
        .strip()
    )


def _fatal(lines: Sequence[str]) -> str:
    return _first(lines, lambda line: bool(_FATAL.match(line.strip())))


def _error(lines: Sequence[str]) -> str:
    return _first(lines, lambda line: bool(_ERROR.match(line.strip())))


def _exception(lines: Sequence[str]) -> str:
    """An exception that a program wrote by itself, without a trace."""
    return _first(lines, lambda line: bool(_EXCEPTION.match(line.strip())) and ":" in line)


def _says_no(lines: Sequence[str]) -> str:
    number = _last(lines, lambda line: bool(_SAYS_NO.search(line)))
    return "" if number is None else lines[number].strip()


def _last_line(lines: Sequence[str]) -> str:
    kept = [line.strip() for line in lines if line.strip()]
    return next((line for line in reversed(kept) if not _NOT_TELLING.match(line)), kept[-1] if kept else "")


_FINDERS: Sequence[Callable[[Sequence[str]], str]] = (
    _trace, _go, _frames, _npm, _pytest, _fatal, _error, _exception, _says_no, _last_line,
)  # fmt: skip
"""The surest first."""


def _first(lines: Iterable[str], holds: Callable[[str], bool]) -> str:
    return next((line.strip() for line in lines if holds(line)), "")


def _last(lines: Sequence[str], holds: Callable[[str], bool]) -> int | None:
    return next((n for n in range(len(lines) - 1, -1, -1) if holds(lines[n])), None)
