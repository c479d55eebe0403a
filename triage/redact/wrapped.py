"""Base64 and hex that were broken into lines, as `base64` and `xxd -p` print them: the lines in one piece."""

from collections.abc import Callable, Iterator

SHORTEST_LINE = 24
"""Characters that a line must end in at least to be taken for one that was broken off."""
LONGEST_LINE = 256
_SIGNS = r"[A-Za-z0-9+/=_-]"

Block = tuple[str, Callable[[int], int]]
"""The lines without their ends, and where a place in them is in the text."""


def blocks(text: str) -> Iterator[Block]:
    """What was broken into lines."""
    done, end = 0, text.find("\n")
    while end >= 0:
        last = text[max(done, end - SHORTEST_LINE) : end]
        if len(last) == SHORTEST_LINE and " " not in last and "\n" not in last:
            lines = _lines(text, done, end)
            if len(lines) > 1:
                done = lines[-1][0] + len(lines[-1][1])
                yield _joined(lines)
        end = text.find("\n", max(end + 1, done))


def _lines(text: str, least: int, end: int) -> list[tuple[int, str]]:
    """The lines that belong together, the first of which ends there: each with its place."""
    import re

    end -= text[end - 1] == "\r"
    first = re.compile(rf"{_SIGNS}{{{SHORTEST_LINE},}}\Z").search(text, max(least, end - LONGEST_LINE), end)
    if first is None:
        return []
    lines = [(first.start(), first[0])]
    following = re.compile(rf"\r?\n[ \t]{{0,40}}({_SIGNS}+)")
    while found := following.match(text, end):
        lines.append((found.start(1), found[1]))
        end = found.end()
    return lines


def _joined(lines: list[tuple[int, str]]) -> Block:
    from bisect import bisect_right

    starts, size = [], 0
    for _, line in lines:
        starts.append(size)
        size += len(line)

    def place(at: int) -> int:
        n = bisect_right(starts, at) - 1
        return lines[n][0] + at - starts[n]

    return "".join(line for _, line in lines), place
