"""What stores tell those who publish, search, verify or sync, and are asked by them: recording loads none."""

from typing import NamedTuple


class Published(NamedTuple):
    """A journal that was published to a target, as it was then; ``style`` is what its documents rested on.

    ``heads`` is empty where the summary is gone (after a purge): it is to be published again. ``owed`` counts
    open obligations; instants are UTC texts or ''.
    """

    journal: str
    style: str
    heads: tuple[str, ...] = ()
    slug: str = ""
    type: str = ""
    status: str = ""
    severity: str = ""
    service: str = ""
    opened_at: str = ""
    updated_at: str = ""
    owed: int = 0


class SiteRow(NamedTuple):
    """A site that was published to a target: its id there, and what its indexes rest on."""

    id: str
    style: str


class Indexed(NamedTuple):
    """What a store keeps of an event beside its bytes, to find it by."""

    n: int
    id: str
    digest: str
    kind: str
    entity: str
    creates: bool
    recorded_at: str


BEST = 10_000
"""The newest hits among which the best are chosen."""


class Beside(NamedTuple):
    """What a store keeps of a journal beside its events: when it ends, and how many bodies and chunks."""

    last: str
    bodies: int
    chunks: int


Phrases = tuple[tuple[str, ...], ...]
"""Sequences of words as `words.phrase` makes them."""


class Alike(NamedTuple):
    """What blockers are looked for by: for each word of an error the phrases that say it.

    ``journals`` are all where they are empty. A look that is ``hurried`` waits for nobody, brings the index
    up to date by a bounded step only, and finds nothing where there is no index.
    """

    words: tuple[Phrases, ...]
    journals: tuple[str, ...] = ()
    hurried: bool = False


class Query(NamedTuple):
    """What is searched for: events that have all phrases.

    ``journals`` and ``kinds`` are all where they are empty; an event is from ``since`` on and before
    ``until``, instants or ''. The newest come first, or with ``best`` the best of the newest `BEST`, by the
    rule of `ranking`. No more than ``limit`` come; 0 is all.
    """

    phrases: Phrases
    journals: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    best: bool = False
    limit: int = 0
