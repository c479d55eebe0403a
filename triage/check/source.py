"""A page as the rules need it: its text, and where it says what."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from triage.report.code import blanked


class Source:
    """The text of a page in Markdown.

    ``lines`` are those on which the events stand that it was read into, ``times`` the instants of its
    timelines with their lines, in the order in which they stand there, ``odd`` words that stand for a
    status, what they are a status of, and their lines.
    """

    def __init__(
        self,
        text: str,
        lines: Mapping[str, int],
        times: Sequence[tuple[str, int]] = (),
        odd: Sequence[tuple[str, str, int]] = (),
        now: str = "",
    ) -> None:
        self.text = text
        self.lines = lines
        self.times = times
        self.odd = odd
        self.now = now

    @cached_property
    def spoken(self) -> str:
        """The text with blanks in the place of its code, its comments and its front matter."""
        bare = _without_comments(blanked(self.text))
        matter = _MATTER.match(bare)
        return bare if matter is None else _blank(matter) + bare[matter.end() :]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """The headings with their lines."""
        found = _HEADING.finditer(self.spoken)
        return [(self.line_at(match.start()), match["title"].strip()) for match in found]

    def heading_of(self, event: str) -> str:
        """The last heading at or above the line of an event; '' where none is."""
        place = bisect_right(self.headings, self.lines.get(event, 0), key=itemgetter(0))
        return self.headings[place - 1][1] if place else ""

    def is_row(self, event: str) -> bool:
        """Whether the line of an event is a row of a table."""
        return _ROW.match(self.text, self._start_of(event)) is not None

    def line_at(self, place: int) -> int:
        """The line of a character, from 1."""
        return bisect_right(self._starts, place)

    def line_of(self, event: str, said: str) -> int:
        """The line that says something, at or after that of the event which was read from it; 0 for none."""
        words, start = _WORD.findall(said)[:4], self._start_of(event)
        place = self._words.find(words, start, start + REACH) if words else -1
        return self.line_at(place) if place >= 0 else self.lines.get(event, 0)

    def _start_of(self, event: str) -> int:
        """Where the line of an event begins; the first line for one that has none."""
        line = self.lines.get(event, 0)
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _words(self) -> _Words:
        return _Words(self.text)


class _Words:
    """The words of a text without regard to capitals, among which those that follow each other are found.

    They are joined by blanks; where more than `BETWEEN` characters stand between two, by what no words have.
    """

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self._there: list[int] = []
        self._here: list[int] = []
        here = end = 0
        for found in _WORD.finditer(text):
            word = found[0].casefold()
            pieces += (" " if found.start() - end <= BETWEEN else "\0", word)
            self._there.append(found.start())
            self._here.append(here + 1)
            here, end = here + 1 + len(word), found.end()
        self._joined = "".join(pieces)

    def find(self, words: Sequence[str], start: int, end: int) -> int:
        """Where the first of some words stands that follow each other, in a stretch of the text; or -1."""
        first, last = (self._place_of(place) for place in (start, end))
        found = self._joined.find(" ".join(words).casefold(), first, last)
        return self._there[bisect_right(self._here, found) - 1] if found >= 0 else -1

    def _place_of(self, place: int) -> int:
        """Where the first word at or after a place of the text stands among the joined ones."""
        number = bisect_left(self._there, place)
        return self._here[number] if number < len(self._here) else len(self._joined)


_WORD = re.compile(r"\w+")
_ROW = re.compile(r"[^\S\n]*\|")
BETWEEN = 8
"""Characters that may stand between two words of an event: quotes, marks, the end of a line."""
REACH = 40 * 1024
"""Characters of a page within which the words of an event stand: more than its prose may hold."""
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<title>.*?)[ \t#]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)


def _without_comments(text: str) -> str:
    end = text.rfind("-->") + 3  # what opens after it never closes: each would be looked for to the end
    return _COMMENT.sub(_blank, text[:end]) + text[end:] if end > 2 else text


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
