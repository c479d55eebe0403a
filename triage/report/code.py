"""Where the code in a Markdown text stands: fences and code spans, in which nothing means anything."""

import re
from collections.abc import Iterator

FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_TICKS = re.compile(r"`+")
_SPAN = re.compile(r"`[^`]*`")
"""A code span of a line in which no run of backticks is longer than one."""
_GAP = re.compile(r"\n[ \t]*\n")


def closes(line: str, fence: str) -> bool:
    """Whether a line ends the fence that began with these marks."""
    bare = line.strip(" \t")
    return len(line) - len(line.lstrip(" ")) < 4 and len(bare) >= len(fence) and not bare.strip(fence[0])


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where code spans begin and end: between two runs of as many backticks, in one paragraph."""
    runs = [found.span() for found in _TICKS.finditer(text)]
    gaps = [found.start() for found in _GAP.finditer(text)]
    after: dict[int, list[int]] = {}
    for place in range(len(runs) - 1, -1, -1):
        after.setdefault(runs[place][1] - runs[place][0], []).append(place)
    place = gap = 0
    while place < len(runs):
        start, end = runs[place]
        start += is_escaped(text, start)
        same = after.get(end - start, [])
        while same and same[-1] <= place:
            same.pop()
        while gap < len(gaps) and gaps[gap] < start:
            gap += 1
        if end > start and same and not (gap < len(gaps) and gaps[gap] < runs[same[-1]][0]):
            yield start, runs[same[-1]][1]
            place = same[-1]
        place += 1


def is_escaped(text: str, place: int) -> bool:
    """Whether a backslash takes the meaning of the character at this place."""
    before = text[max(0, place - 99) : place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def stretches(text: str) -> list[tuple[int, int]]:
    """Where the text stands that is no code: between its fences and its code spans."""
    found: list[tuple[int, int]] = []
    for start, end in _between_fences(text):
        place = start
        for first, last in code_spans(text[start:end]):
            found.append((place, start + first))
            place = start + last
        found.append((place, end))
    return [(start, end) for start, end in found if start < end]


def blanked(text: str) -> str:
    """The text with blanks in the place of its code: every place stays what it is."""
    if "`" not in text and "~~~" not in text:
        return text
    if "\n" not in text and "``" not in text and "\\" not in text:
        return _SPAN.sub(lambda found: " " * len(found[0]), text)
    pieces, place = [], 0
    for start, end in stretches(text):
        pieces += [_blank(text[place:start]), text[start:end]]
        place = end
    return "".join([*pieces, _blank(text[place:])])


def _blank(text: str) -> str:
    return "".join("\n" if character == "\n" else " " for character in text)


def _between_fences(text: str) -> Iterator[tuple[int, int]]:
    start = place = 0
    open_fence = ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if open_fence:
            if closes(bare, open_fence):
                open_fence, start = "", place + len(line)
        elif (found := FENCE.match(bare)) is not None:
            yield start, place
            open_fence = found["mark"]
        place += len(line)
    if not open_fence:
        yield start, len(text)
