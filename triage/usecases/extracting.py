"""Values that are taken from an output by regular expressions: numbers that nobody has to type."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from triage.errors import InvalidValue, UsageError

LONGEST = 1000
"""Characters of a value that is taken from an output."""


class Extract(NamedTuple):
    """A value to take: its name, and the pattern whose first group, or all of whose match, it is."""

    name: str
    pattern: re.Pattern[str]


class Taken(NamedTuple):
    """The values that were taken, and the names of those for which nothing matched."""

    cells: list[list[str]]
    missing: tuple[str, ...]


def extracts(options: Iterable[str]) -> tuple[Extract, ...]:
    """What ``NAME=REGEX`` asks for; raises `UsageError` or `InvalidValue` for what asks for nothing."""
    found: dict[str, Extract] = {}
    for text in options:
        name, mark, pattern = text.partition("=")
        name = name.strip()
        if not mark or not name or not pattern:
            raise UsageError(f"{text!r:.60} is not NAME=REGEX", hint=r"--extract 'Applied=Applied (\d+)'")
        if name in found:
            raise UsageError(f"--extract {name} is given twice", hint="give each value a name of its own")
        found[name] = Extract(name, compiled(pattern, "--extract"))
    return tuple(found.values())


def compiled(pattern: str, option: str) -> re.Pattern[str]:
    """The regular expression; `InvalidValue` where it is none."""
    try:
        return re.compile(pattern, re.MULTILINE)
    except (re.error, OverflowError) as error:
        raise InvalidValue(
            f"{option} is no regular expression: {error}", hint="see the re module of Python"
        ) from error


def first(pattern: re.Pattern[str], *texts: str) -> str | None:
    """The first group of the first match, or all of it, in the first of the texts that has one."""
    for text in texts:
        found = pattern.search(text)
        if found is not None:
            return str(found[1] if pattern.groups and found[1] is not None else found[0]).strip()[:LONGEST]
    return None


def take(wanted: Sequence[Extract], *texts: str) -> Taken:
    """The values that patterns find in the first of the texts that has them."""
    found = [(each.name, first(each.pattern, *texts)) for each in wanted]
    return Taken(
        [[name, value] for name, value in found if value is not None],
        tuple(name for name, value in found if value is None),
    )
