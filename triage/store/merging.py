"""What both SQL stores do with copies before they merge them: which are new, and what they follow."""

from collections.abc import Callable, Collection, Iterable, Sequence

from triage import errors, events
from triage.events import Event, Sealed
from triage.store.sealing import Copy, Tail


def by_journal(copies: Iterable[Sealed]) -> dict[str, list[Copy]]:
    """The copies with the events that they say, for each journal."""
    found: dict[str, list[Copy]] = {}
    for copy in copies:
        event = events.unseal(copy)
        found.setdefault(event.journal, []).append((event, copy))
    return found


def numbered(
    copies: Sequence[Copy],
    tail: Tail,
    *,
    known: Callable[[Sequence[str]], Collection[tuple[str, str]]],
    found: Callable[[Sequence[str]], Collection[str]],
) -> list[Copy]:
    """Those of the copies of a journal that are new after its tail, each once, with their numbers.

    ``known`` gives (id, digest) of what is there of some ids, ``found`` those of some digests that are there.
    Raises `InvalidValue` where an event follows one that is neither there nor new.
    """
    new = _new(copies, known([event.id for event, _ in copies]))
    outside = _strangers(tail, [event for event, _ in new])
    _require(outside, found(outside))
    return [(event._replace(n=n), sealed) for n, (event, sealed) in enumerate(new, tail.n + 1)]


def _new(copies: Iterable[Copy], known: Collection[tuple[str, str]]) -> list[Copy]:
    """Those whose (id, digest) is not known yet, each once, in the order that a merge numbers them by."""
    unique = {(event.id, event.digest): (event, copy) for event, copy in copies}
    new = [copy for name, copy in unique.items() if name not in known]
    return sorted(new, key=lambda copy: (copy[0].recorded_at, copy[0].id, copy[0].digest))


def _strangers(tail: Tail, new: Sequence[Event]) -> list[str]:
    """The parents of new events that are neither new nor heads: a store must have them already."""
    known = {*tail.heads, *(event.digest for event in new)}
    return list(dict.fromkeys(parent for event in new for parent in event.parents if parent not in known))


def _require(parents: Iterable[str], found: Collection[str]) -> None:
    """Raise `InvalidValue` unless all parents were found: a journal in a store has no gaps.

    Heads could not be kept up to date otherwise without reading all of a journal at each merge.
    """
    for parent in parents:
        if parent not in found:
            raise errors.InvalidValue(
                f"the event before is missing: {parent[:12]}",
                hint="nothing was added; see what happened to it: triage verify",
            )
