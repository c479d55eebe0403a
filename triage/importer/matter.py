"""YAML before a page: its labels, one by one, without a YAML parser."""

from collections.abc import Sequence

LONGEST = 200
"""Lines of front matter: what is longer is none."""

Label = tuple[str, str, int]
"""A label, its value, and its line."""


def read(lines: Sequence[str]) -> tuple[list[Label], int]:
    """The labels that stand before a page, and how many lines they and their fences are."""
    if lines[0].strip() != "---":
        return [], 0
    end = next((n for n, line in enumerate(lines[1:LONGEST], 1) if line.strip() in ("---", "...")), 0)
    return (_labels(lines[1:end]), end + 1) if end else ([], 0)


def _labels(lines: Sequence[str]) -> list[Label]:
    """What the lines say; a line that begins no label goes on with the one before."""
    found: list[Label] = []
    for number, line in enumerate(lines, 2):
        label, mark, value = line.partition(":")
        if mark and label.strip() and not line.startswith((" ", "-", "\t", "#")):
            found.append((label.strip(), _bare(value), number))
        elif line.strip():
            label, value, first = found.pop() if found else ("Note", "", number)
            found.append((label, f"{value} {_bare(line.strip().removeprefix('- '))}".strip(), first))
    return found


def _bare(value: str) -> str:
    """A value without the marks of YAML's strings and lists."""
    value = value.strip()
    if value in ("|", ">", "|-", ">-"):
        return ""
    if value[:1] == "[" and value[-1:] == "]":
        return value[1:-1].strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
