"""What both SQL stores do with copies before they merge them: which are new, and what they follow."""

from collections.abc import Collection, Iterable, Sequence

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


def new_copies(copies: Iterable[Copy], known: Collection[tuple[str, str]]) -> list[Copy]:
    """Those whose (id, digest) is not known yet, each once, in the order that a merge numbers them by."""
    unique = {(event.id, event.digest): (event, copy) for event, copy in copies}
    new = [copy for name, copy in unique.items() if name not in known]
    return sorted(new, key=lambda copy: (copy[0].recorded_at, copy[0].id, copy[0].digest))


def strangers(tail: Tail, new: Sequence[Event]) -> list[str]:
    """The parents of new events that are neither new nor heads: a store must have them already."""
    known = {*tail.heads, *(event.digest for event in new)}
    return list(dict.fromkeys(parent for event in new for parent in event.parents if parent not in known))


def require(parents: Iterable[str], found: Collection[str]) -> None:
    """Raise `InvalidValue` unless all parents were found: a journal in a store has no gaps.

    Heads could not be kept up to date otherwise without reading all of a journal at each merge.
    """
    for parent in parents:
        if parent not in found:
            raise errors.InvalidValue(
                f"the event before is missing: {parent[:12]}",
                hint="nothing was added; see what happened to it: triage verify",
            )
