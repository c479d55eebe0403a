"""What a text with a name said of the summary of a part, and what of it stands when it is written again."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from triage.importer import units
from triage.usecases.standing import Standing

Unit = tuple[str, str]
"""A paragraph or an item, and what joins it to the one before."""


class Share(NamedTuple):
    """The paragraphs and items that a text said ever, before anybody else did, and those that it said last.

    Of the last are those, too, that somebody took out since.
    """

    ever: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()


def share(standing: Standing, name: str) -> Share:
    """What the text of a name said of the summary; what somebody amended of that is not the text's."""
    others: set[str] = set()
    before: frozenset[str] = frozenset()
    found = Share()
    for event in standing.ids.values():
        if event.kind != "header" or event.part != standing.part.id:
            continue
        said, patch = _said(standing, event.body), standing.patches.get(event.id)
        if said and standing.is_from(event, name):
            found = Share(found.ever | (said - others), (said - others) | (found.last - before))
        stands = _said(standing, patch.body if patch else None)
        others |= (said | stands) - found.ever
        before = stands or before
    return found


def renewed(standing: Standing, told: Sequence[Unit], own: Share) -> list[Unit]:
    """The summary with what a text tells in the place of what it told before; what others said stays there.

    What the text said last, and somebody took out since, is not put in again.
    """
    stands = [(standing.typed(source), source, by) for source, by in units(standing.part.header.summary)]
    there = {typed for typed, _, _ in stands}
    kept = there - own.ever
    first = next((place for place, (typed, _, _) in enumerate(stands) if typed in own.ever), len(stands))
    new = [unit for unit in told if unit[0] not in kept and (unit[0] in there or unit[0] not in own.last)]
    behind = [(source, by) for typed, source, by in stands[first:] if typed in kept]
    return [*((source, by) for _, source, by in stands[:first]), *new, *behind]


def _said(standing: Standing, body: Mapping[str, Any] | None) -> frozenset[str]:
    summary = (body or {}).get("summary") or ""
    return frozenset(source for source, _ in units(standing.typed(summary)))
