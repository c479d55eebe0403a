"""What both SQL stores do with an event before they write it: where it goes, its bytes, its repeats."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from triage import errors, events
from triage.events import Draft, Event, Sealed
from triage.times import from_timestamp_us, plus_us


class Tail(NamedTuple):
    """Where a journal ends: its number of events, the greatest ``recorded_at`` and the heads."""

    n: int = 0
    last: str = ""
    heads: tuple[str, ...] = ()

    def after(self, event: Event) -> "Tail":
        """Where the journal ends once the event was appended."""
        return Tail(event.n, event.recorded_at, (event.digest,))

    def joined(self, new: Sequence[Event]) -> "Tail":
        """Where the journal ends once events were merged into it, whose parents are all there."""
        parents = {parent for event in new for parent in event.parents}
        heads = {*self.heads, *(event.digest for event in new)} - parents
        last = max(self.last, *(event.recorded_at for event in new))
        return Tail(self.n + len(new), last, tuple(sorted(heads)))


HEADER = ("header", "amendment")
"""The kinds of events that say what a journal is called and whether it is open."""

Copy = tuple[Event, Sealed]
"""An event with the bytes that it is kept as."""


def seal_after(tail: Tail, draft: Draft, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> Copy:
    """Seal a draft as the next event after the tail.

    Raises `NotFound` where there is no journal to append to, `InvalidValue` for a text that is too long.
    """
    recorded_at = from_timestamp_us(clock())
    if tail.last and recorded_at <= tail.last:
        recorded_at = plus_us(tail.last, 1)
    sealed = events.seal(draft, recorded_at, tail.heads, entropy)
    size = len(sealed.body or b"")
    if size > events.MAX_BODY:
        raise errors.InvalidValue(
            f"the text of this {draft.kind} is {size:,} bytes; an event holds at most {events.MAX_BODY:,}",
            hint="record long output as evidence: triage evidence FILE",
        )
    event = events.appended(draft, sealed, recorded_at, tail.heads, tail.n + 1)
    if not tail.n and event.id != event.journal:
        raise errors.NotFound(f"no journal {event.journal}", hint="open one: triage open 'TITLE'")
    return event, sealed


def each(append: Callable[[Draft], Event], drafts: Iterable[Draft]) -> list[Event]:
    """Append each of the drafts; an error says by its ``place`` at which of them it happened."""
    kept: list[Event] = []
    try:
        for draft in drafts:
            kept.append(append(draft))  # noqa: PERF401  how many there are tells where it went wrong
    except errors.TriageError as error:
        error.place = len(kept)
        raise
    return kept


def repeated(draft: Draft, known: Event) -> Event:
    """The event that was kept under the draft's id, if the draft says the same; else `KeyConflict`."""
    if known.body is None or events.same_statement(draft, known):
        return known  # what was purged is not recorded again
    raise errors.KeyConflict(
        f"the key was used before, for e{known.n}, with other fields",
        hint=f"choose another --key, or correct the first one: triage amend e{known.n} FIELD=VALUE",
    )


def touches_header(event: Event, find: Callable[[str, str], list[Event]]) -> bool:
    """Whether an event may change the slug or the state of its journal.

    ``find`` gives the events of an id in a journal, for what an amendment names.
    """
    if event.kind == "amendment":
        named = find(event.journal, event.entity)
        return any(other.kind in HEADER for other in named)
    body = event.body or {}
    if event.kind != "header" or event.part != event.journal:
        return False
    return "status" in body or ("slug" in body and event.id != event.journal)


def without_output(row: Sequence[Any]) -> Sealed:
    """The kept bytes in a row of number, envelope, digest, salt and body."""
    _, envelope, digest, salt, body = row
    return Sealed(digest, envelope, salt, body)


def has_output(sealed: Sealed) -> bool:
    """Whether output lies in chunks beside the body."""
    return sealed.body is not None and b'"output":' in sealed.body
