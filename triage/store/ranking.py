"""Which of the events that a search found come first as the best: one rule for every store.

First come the events that say it in their own fields, by the share of their words that was searched for;
then those of which only the output has it. Of equals the newest comes first. The beginning of a word counts
once, however many words it begins.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from triage.events import Event
from triage.store import words

Phrases = Sequence[Sequence[str]]


class Weight(NamedTuple):
    """What is to be known of an event's own words: their number, and `` WORD:TIMES`` of each repeated one."""

    total: int
    repeated: str


def weight(texts: Iterable[Sequence[str]]) -> Weight:
    """The weight of texts, each as its words."""
    times = Counter(chain.from_iterable(texts))
    repeated = (f" {word}:{count}" for word, count in times.items() if count > 1)
    return Weight(times.total(), "".join(repeated))


def share_of(phrases: Phrases) -> Callable[[int, str], float]:
    """Gives, for the weight of an event that has the phrases, which part of its own words are theirs."""
    begins = [f" {word}:" for word in wanted(phrases)]

    def share(total: int, repeated: str) -> float:
        times = len(begins)
        for begin in begins:
            _, found, rest = repeated.partition(begin)
            if found:
                times += int(rest.partition(" ")[0]) - 1
        return times / total

    return share


def wanted(phrases: Phrases) -> frozenset[str]:
    """The words of phrases, each once."""
    return frozenset(chain.from_iterable(phrases))


def rank(event: Event, phrases: Phrases) -> float:
    """How good an event is that was found, the best the greatest; 0 where only its output has the phrases."""
    own = [words.words(text) for _, text in words.own(event)]
    return share_of(phrases)(*weight(own)) if words.have(own, phrases) else 0.0
