"""Pages whose Markdown was lost when they were copied: headings, tables and fences are seen by their words.

Line by line, so that what is read keeps its line: a table's head and a fence take the place of empty lines.
"""

import re
from collections.abc import Iterator, Sequence

from triage import refs
from triage.importer import moments
from triage.importer.words import ADDENDUM, BLOCKER_TITLE

_MARKED = re.compile(r"^\s*(?:#{2,6} |[-*+] |>|```|~~~|\||\*\*|__|=+$|-{3,}$)")
"""A line that is Markdown."""
_HEADING = re.compile(r"^[A-Z][^:.;{}\"$]{1,78}[^:.;,{}\"$\s]$")
_HEAD = re.compile(r"^(?:# Action\b.*|Time\b.* (?:Action|Event)\b.*)$")
_ISSUES = re.compile(r"^Issue\b.*\bStatus$")
_ISSUE = re.compile(rf"^(?P<ref>{refs.SHORT}) (?P<title>.+?) (?P<status>(?:OPEN|CLOSED|MERGED)\b.*)$")
_STATUS = r"(?P<status>BLOCKED → FIXED|DONE|TODO|DOING|BLOCKED|FAILED|SKIPPED)"
_ACTION = re.compile(rf"^\d{{1,3}} (?P<title>.+?) {_STATUS}(?: (?P<notes>.+))?$")
_VERBATIM = re.compile(r"\(verbatim\):?$")
_OPEN = ("TODO", "DOING", "BLOCKED")
_DONE = ("DONE", "TODO", "DOING")
_LEAST = 3
"""Lines that look like headings, without which a page is prose."""


def marked(lines: Sequence[str]) -> list[str]:
    """The lines with the marks that they lost; those of a page that has marks, or is prose, as they are."""
    found = [line.rstrip() for line in lines]
    headings = [place for place in range(len(found)) if _is_heading(found, place)]
    if any(_MARKED.match(line) for line in found) or len(headings) < _LEAST:
        return list(lines)
    labels = next((place for place, line in enumerate(found) if re.match(r"Status: ", line)), 0)
    title = max((place for place in headings if place < labels), default=headings[0])
    written = [_line(line) for line in found]
    for place, level in _levels(found, [place for place in headings if place >= title]):
        written[place] = f"{'#' * level} {found[place]}"
    for start, end in _paragraphs(found):
        _fence_or_table(found, written, start, end)
    return written


def _is_heading(lines: Sequence[str], place: int) -> bool:
    """Whether a line stands alone and looks like a heading."""
    before = lines[place - 1] if place else ""
    after = lines[place + 1] if place + 1 < len(lines) else ""
    line = lines[place]
    alone = not before and not after and len(line) <= 120
    told = ADDENDUM.match(line) or BLOCKER_TITLE.match(line)
    return alone and bool(told or (_HEADING.match(line) and not moments.begins(line)))


def _levels(lines: Sequence[str], headings: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The level of each heading: the title, sections, and what stands in addenda or is of a blocker."""
    depth = 1
    for place in headings:
        if ADDENDUM.match(lines[place]):
            depth = 2
        blocker = depth > 1 and BLOCKER_TITLE.match(lines[place])
        yield place, depth + 1 if blocker else depth
        depth = 3 if ADDENDUM.match(lines[place]) else max(depth, 2)


def _line(line: str) -> str:
    """A line that is no heading: the head of a table says nothing, a hash begins no heading."""
    if _HEAD.match(line):
        return ""
    action = _ACTION.match(line)
    if action:
        box = " " if action["status"] in _OPEN else "x"
        loud = "" if action["status"] in _DONE else f" — {action['status']}"
        notes = f" — {action['notes']}" if action["notes"] else ""
        return f"- [{box}] {action['title']}{notes}{loud}"
    return f"\\{line}" if line.startswith("#") else line


def _paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where paragraphs begin, and the empty line after each, if both are inside the page."""
    start = -1
    for place, line in enumerate(lines):
        if line and start < 0:
            start = place
        elif not line and start >= 0:
            yield start, place
            start = -1


def _fence_or_table(lines: Sequence[str], written: list[str], start: int, end: int) -> None:
    """Mark a paragraph that follows a caption for verbatim text as a fence, and one of issues as a table."""
    if start > 1 and _VERBATIM.search(lines[start - 2]):
        written[start - 1] = written[end] = "```"
        written[start:end] = lines[start:end]
    rows = [_ISSUE.match(line) for line in lines[start + 1 : end]]
    if start and _ISSUES.match(lines[start]) and all(rows):
        written[start - 1 : start + 1] = ["| Issue | Title | Status |", "| - | - | - |"]
        written[start + 1 : end] = [
            "| " + " | ".join(cell.replace("|", "\\|") for cell in row.groups()) + " |" for row in rows if row
        ]
