"""Which blockers' errors have most in common with another: one rule for every store.

A store says where the words of an error stand, the newest first. A word counts the more the fewer blockers
have it, as far as `MOST` of them were looked at.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from math import log
from typing import NamedTuple, TypeVar

from triage.events import Event
from triage.store import words
from triage.store.rows import Alike
from triage.store.scan import Readable

KINDS = ("blocker", "amendment")
"""The kinds of events that tell the error of a blocker."""
MOST = 1_000
"""Events that are looked at for each word: one that more have tells little."""
BEST = 100
"""Events that are read of those that have something in common."""

Place = TypeVar("Place", bound=Hashable)


class Likely(NamedTuple):
    """The events with most in common, the likeliest first, and what each of the words counts."""

    events: Iterator[Event]
    weights: tuple[float, ...]


def weights(found: Sequence[Sequence[Place]]) -> tuple[float, ...]:
    """What each word counts, given where each of them stands."""
    return tuple(log(2 + MOST / len(places)) if places else 1.0 for places in found)


def likeliest(found: Sequence[Sequence[Place]]) -> list[Place]:
    """The places that have most of the words, by what these count; of equals the one that was found first."""
    sums: dict[Place, float] = {}
    for places, weight in zip(found, weights(found), strict=True):
        for place in places:
            sums[place] = sums.get(place, 0.0) + weight
    return sorted(sums, key=sums.__getitem__, reverse=True)[:BEST]


def read(store: Readable, alike: Alike) -> Likely:
    """The same by reading all blockers: for a store without an index that could be kept up."""
    every = [event for event in _told(store, alike.journals) if event.body]
    every.sort(key=lambda event: (words.moment(event), event.recorded_at, event.id), reverse=True)
    said = [[words.words(text) for _, text in words.own(event)] for event in every]
    found = [
        [place for place, texts in enumerate(said) if any(words.have(texts, [each]) for each in sayings)]
        for sayings in alike.words
    ]
    return Likely((every[place] for place in likeliest(found)), weights(found))


def _told(store: Readable, journals: Sequence[str]) -> Iterable[Event]:
    rows = store.journals()
    wanted = journals or [row.id for row in rows]
    return (event for row in rows if row.id in wanted for event in store.events(row.id, kinds=KINDS))
