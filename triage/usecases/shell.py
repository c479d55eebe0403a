"""What a line for a shell runs: its pipelines, each of simple commands, as far as can be told without one."""

import re
from collections.abc import Iterator
from typing import NamedTuple

NOWHERE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty")
DEEPEST = 4
"""Substitutions in quotes in substitutions that are looked into."""

_PIECE = re.compile(
    r"(?P<gap>[ \t\r]+|\\\n)"
    r"|(?P<operator>&>>|&>|&&|\|\||\|&|;;|<<<|<<-|<<|<&|<>|>>|>&|>\||[|&;()<>\n])"
    r"|'(?P<single>[^']*)'?"
    r"|\"(?P<double>(?:[^\"\\]|\\.)*)\"?"
    r"|`(?P<back>[^`]*)`?"
    r"|\\(?P<escaped>.?)"
    r"|(?P<sum>\$\(\([^()]*\)\))"
    r"|(?P<plain>[^\s|&;()<>'\"`\\$]+|.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([$`\"\\])")
"""What a backslash stands before in double quotes, where it is no sign of its own."""
_SUBSTITUTED = re.compile(r"\$\((?!\([^()]*\)\))")


class Simple(NamedTuple):
    """One simple command: its words without quotes; ``writes`` says whether its output goes to a file."""

    words: tuple[str, ...]
    writes: bool = False


Pipeline = list[Simple]


def pipelines(line: str) -> list[Pipeline]:
    """The pipelines of a line, those of its substitutions among them; what a here-document says is none."""
    return _pipelines(line, DEEPEST)


def _pipelines(line: str, depth: int) -> list[Pipeline]:
    return _read(line, 0, _Reader(depth))[0]


def _read(line: str, at: int, reader: "_Reader") -> tuple[list[Pipeline], int]:
    """Read a line from a place on until the reader is through; what it took, and the place after it."""
    while not reader.closed and (found := _PIECE.match(line, at)):
        at = reader.take(found, line)
    return reader.finished(), at


class _Frame:
    """What is read of one list of commands: of the line itself, or of a substitution in it."""

    __slots__ = ("documents", "pipeline", "target", "word", "words", "writes")

    def __init__(self) -> None:
        self.word: str | None = None
        self.words: list[str] = []
        self.target = ""
        self.writes = False
        self.pipeline: Pipeline = []
        self.documents: list[str] = []

    def end_word(self) -> None:
        """The word is whole: it is one of the command, or where a redirection leads to."""
        word, self.word = self.word, None
        if word is None:
            return
        if not self.target:
            self.words.append(word)
        elif self.target.startswith("<<") and self.target != "<<<":
            self.documents.append(word)
        elif ">" in self.target and word not in NOWHERE and not word.isdigit() and word != "-":
            self.writes = True
        self.target = ""

    def end_command(self) -> None:
        """The command is whole."""
        self.end_word()
        if self.words or self.writes:
            self.pipeline.append(Simple(tuple(self.words), self.writes))
        self.words, self.writes, self.target = [], False, ""


class _Reader:
    """Takes a line piece by piece; one that is ``inside`` a substitution is ``closed`` where that ends."""

    def __init__(self, depth: int, *, inside: bool = False) -> None:
        self.closed = False
        self._depth = depth
        self._inside = inside
        self._frame = _Frame()
        self._above: list[_Frame] = []
        self._done: list[Pipeline] = []

    def take(self, found: "re.Match[str]", line: str) -> int:
        """Take a piece; the place in the line where the next one begins."""
        kind, frame = found.lastgroup, self._frame
        text = found[kind] if kind else ""
        if kind == "gap":
            frame.end_word()
        elif kind == "operator":
            return self._operate(text, line, found.end())
        elif kind == "plain" and text.startswith("#") and frame.word is None:
            end = line.find("\n", found.end())
            return end if end >= 0 else len(line)
        else:
            frame.word = (frame.word or "") + (_ESCAPED.sub(r"\1", text) if kind == "double" else text)
            self._look_into(kind or "", text)
        return found.end()

    def _look_into(self, kind: str, text: str) -> None:
        if not self._depth:
            return
        if kind == "back":
            self._done += _pipelines(text, self._depth - 1)
        at = 0
        while kind == "double" and (begins := _SUBSTITUTED.search(text, at)):
            # The patterns of `case WORD in` end in a parenthesis that ends no substitution.
            inner = _Reader(self._depth - 1, inside=" in " not in text)
            done, at = _read(text, begins.end(), inner)
            self._done += done

    def _operate(self, operator: str, line: str, after: int) -> int:
        frame = self._frame
        if operator == "(" and (frame.target or (frame.word or "").endswith("$")):
            frame.target = ""
            self._above.append(frame)
            self._frame = _Frame()
        elif operator == ")":
            self._end_pipeline()
            self.closed = self._inside and not self._above
            self._frame = self._above.pop() if self._above else self._frame
        elif operator in ("|", "|&"):
            frame.end_command()
        elif operator[0] in "<>" or operator.startswith("&>"):
            frame.word = None if (frame.word or "").isdigit() else frame.word
            frame.end_word()
            frame.target = operator
        else:
            self._end_pipeline()
            return _after_documents(line, after, frame) if operator == "\n" else after
        return after

    def _end_pipeline(self) -> None:
        frame = self._frame
        frame.end_command()
        if frame.pipeline:
            self._done.append(frame.pipeline)
            frame.pipeline = []

    def finished(self) -> list[Pipeline]:
        """All that was read, at the end of the line."""
        self._end_pipeline()
        while self._above:
            self._frame = self._above.pop()
            self._end_pipeline()
        return self._done


def _after_documents(line: str, at: int, frame: _Frame) -> int:
    """The place after the here-documents that begin at one."""
    for end in frame.documents:
        for row in _rows(line, at):
            at += len(row)
            if row.strip("\t\n") == end:
                break
    frame.documents = []
    return at


def _rows(line: str, at: int) -> Iterator[str]:
    while at < len(line):
        end = line.find("\n", at) + 1 or len(line)
        yield line[at:end]
        at = end
