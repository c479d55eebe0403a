"""Which prose of a text with a name is a new version of what it said before, and what it says no more.

Prose that was amended since is none that a new version takes the place of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from triage.report.history import Patch
from triage.usecases.standing import Path, Standing

Told = tuple[Path, int, str]
"""Prose of a note: its heading, its place among all pieces, and what it says."""


class Left(NamedTuple):
    """Prose that a text has no more: its heading, its event, and the place of other prose there, or -1."""

    path: Path
    event: str
    place: int


class Versions(NamedTuple):
    """What prose of a text stands for: the earlier one by the place of the new one, and what is left."""

    before: Mapping[int, Patch]
    left: Sequence[Left]


def versions(standing: Standing, name: str, told: Iterable[Told], said: Mapping[str, str]) -> Versions:
    """The versions of the prose of a text: what is the same stands for itself, the rest in order.

    ``said`` is what the text said last, by the events.
    """
    by_path: dict[Path, list[tuple[int, str]]] = {path: [] for path in standing.headings_of(name)}
    for path, place, body in told:
        by_path.setdefault(path, []).append((place, body))
    before: dict[int, Patch] = {}
    left: list[Left] = []
    for path, prose in by_path.items():
        stood = standing.prose(path, name)
        before |= _same(prose, stood, standing, said)
        taken = {patch.id for patch in before.values()}
        rest = [patch for patch in stood if patch.id not in taken]
        new = [place for place, _ in prose if place not in before]
        own = [patch for patch in rest if patch.body["body"] == said[patch.id]]
        replaced = dict(zip(new, own, strict=False))
        before |= replaced
        first = prose[0][0] if prose else -1
        left += [Left(path, patch.id, first) for patch in rest if patch not in replaced.values()]
    return Versions(before, left)


def _same(
    prose: Sequence[tuple[int, str]], stood: Sequence[Patch], standing: Standing, said: Mapping[str, str]
) -> Iterator[tuple[int, Patch]]:
    """The places of prose that stood before as it is, each with another event of it."""
    by_body: dict[str, list[Patch]] = {}
    for patch in reversed(stood):
        by_body.setdefault(standing.typed(said[patch.id]), []).append(patch)
    for place, body in prose:
        if by_body.get(body):
            yield place, by_body[body].pop()
