"""What is said of blockers that were seen before."""

from itertools import islice
from typing import TYPE_CHECKING, Any

from triage.console.speech import note, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from triage.console.call import Call
    from triage.events import Event
    from triage.usecases.recalling import Seen


def seen_before(call: "Call", opened: "Event", *, beside: "Container[str]" = ()) -> "list[Seen]":
    """The few blockers that are so like the one just opened that they are told; none while it is spooled."""
    if not opened.n:
        return []
    from triage.usecases import recalling

    return recalling.seen_before(call.store(), opened, beside=beside)


MOST_TOLD = 3
"""Lines that a batch says of the past."""
MOST_OPENED = 3
"""Blockers of a batch for which the past is looked through: recording many stays cheap."""


def seen_by_many(call: "Call", recorded: "Iterable[Event]") -> "dict[str, list[Seen]]":
    """The same for the first blockers that a batch opened, by their ids."""
    opened = {event.id: event for event in recorded if event.kind == "blocker" and event.creates}
    first = islice(opened.items(), MOST_OPENED)
    return {id: seen_before(call, event, beside=opened) for id, event in first}


def tell(found: "Iterable[Seen]") -> None:
    """Say it, in one line each, where it does not mix with the answer."""
    for seen in found:
        note(f"seen before: {line(seen)}")


def line(seen: "Seen") -> str:
    """A blocker that was seen before, with what fixed it, in one line."""
    cured = f" → {seen.fix}" if seen.fix else ""
    pr = f" (PR {seen.pr})" if seen.pr else ""
    what = plain(f"{seen.error or seen.title}"[:_ERROR] + cured)
    named = f"{plain(seen.slug)} blocker {seen.number} {plain(seen.status)}"
    return f"{named}: {shortened(what)}{plain(pr)}"


def tell_once(found: "Iterable[Iterable[Seen]]") -> None:
    """The same of several looks: a few lines in all, each blocker once."""
    once = {(seen.slug, seen.number): seen for each in found for seen in each}
    tell(islice(once.values(), MOST_TOLD))


_ERROR = 80
"""Characters of an error that are repeated: what fixed it matters more."""


def as_dict(seen: "Seen") -> dict[str, Any]:
    """What the JSON answers say of it."""
    event = seen.event
    return {
        "journal": seen.slug,
        "event": f"e{event.n}",
        "id": event.id,
        "blocker": seen.number,
        "status": seen.status,
        "at": event.at,
        "precision": event.precision,
        "title": seen.title,
        "error": seen.error,
        "cause": seen.cause,
        "fix": seen.fix,
        "pr": seen.pr,
        "issue": seen.issue,
        "same": seen.likeness.same,
        "likeness": seen.likeness.share,
    }
