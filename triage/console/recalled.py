"""What is said of blockers that were seen before."""

from typing import TYPE_CHECKING, Any

from triage.console.speech import note, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from triage.console.call import Call
    from triage.events import Event
    from triage.usecases.recalling import Seen


def seen_before(call: "Call", opened: "Event") -> "list[Seen]":
    """The few blockers that are so like the one just opened that they are told; none while it is spooled."""
    if not opened.n:
        return []
    from triage.usecases import recalling

    return recalling.seen_before(call.store(), opened)


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
