"""A page as the rules need it: its text, and where it says what."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

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

    def line_at(self, place: int) -> int:
        """The line of a character, from 1."""
        return bisect_right(self._starts, place)

    def line_of(self, event: str, said: str) -> int:
        """The line that says something, at or after that of the event which was read from it; 0 for none."""
        first = self.lines.get(event, 0)
        words = re.findall(r"\w+", said)[:4]
        if not words:
            return first
        start = self._starts[min(max(first, 1), len(self._starts)) - 1]
        pattern = re.compile(r"\W{1,8}".join(map(re.escape, words)), re.IGNORECASE)
        found = pattern.search(self.text, start, start + REACH)
        return self.line_at(found.start()) if found else first

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]


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
