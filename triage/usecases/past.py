"""What a journal was: as of a time, or as of a checkpoint; and what changed between two of them."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from triage import integrity, times
from triage.errors import InvalidValue, NotFound, UsageError
from triage.events import Event
from triage.integrity import Checkpoint
from triage.report import Report
from triage.report.difference import Change, difference
from triage.store import Store


class AsOf(NamedTuple):
    """A moment of a record: an instant by which events had been recorded, or heads that they led to."""

    at: str = ""
    heads: tuple[str, ...] = ()


LEAST = 8
"""Hex digits by which a head may be named."""


def moment(text: str, *, read: Callable[[str], str], when: Callable[[str], str | None]) -> AsOf:
    """The moment that a text means: a file with a checkpoint, heads in hex, or a time.

    ``read`` gives a file's text, ``when`` the instant of a time. Raises `InvalidValue` for any other text.
    """
    words = text.replace(",", " ").split()
    if words and all(len(word) >= LEAST and set(word) <= set("0123456789abcdef") for word in words):
        return AsOf(heads=tuple(words))
    if os.path.isfile(text):
        return AsOf(heads=_checkpoint(text, read(text)).heads)
    at = when(text)
    if at is None:
        raise InvalidValue("--as-of unknown is no moment", hint="give a time, a head, or a checkpoint.json")
    return AsOf(at)


def _checkpoint(path: str, text: str) -> Checkpoint:
    first = text.partition("\n")[0]
    found = integrity.read_checkpoint(text) or integrity.read_checkpoint(first)
    if found is None:
        raise InvalidValue(f"{path} is no checkpoint", hint="a checkpoint.json of a site, or an export")
    return found


def before(events: Sequence[Event], as_of: AsOf) -> list[Event]:
    """The events that there were then; `NotFound` where there were none, or where a head is not here."""
    found = _until(events, as_of)
    if not found:
        first = min(event.recorded_at for event in events)
        raise NotFound(
            f"nothing had been recorded by {times.show(as_of.at, 'minute')}",
            hint=f"the first event was recorded at {times.show(first, 'minute')}",
        )
    return found


def _until(events: Sequence[Event], as_of: AsOf) -> list[Event]:
    if as_of.heads:
        return integrity.ancestors(events, [_head(events, head) for head in as_of.heads])
    return [event for event in events if event.recorded_at <= as_of.at]


def _head(events: Sequence[Event], name: str) -> str:
    found = [event.digest for event in events if event.digest.startswith(name)]
    if len(found) != 1:
        what = "no event" if not found else f"{len(found)} events"
        raise NotFound(
            f"{what} of digest {name[:16]} in this journal",
            hint="see the foot of the page, or its checkpoint.json",
        )
    return found[0]


def changes(store: Store, journal: str, start: AsOf | None, end: AsOf | None) -> list[Change]:
    """What changed from one moment to another; from the beginning, and until now, where none is given.

    Raises `UsageError` where the first moment is the later one.
    """
    if start and end and start.at > end.at > "":
        raise UsageError(
            f"--from {times.show(start.at, 'minute')} is later than --to {times.show(end.at, 'minute')}",
            hint="give the earlier moment with --from",
        )
    events = list(store.events(journal, output=True))
    earlier = _until(events, start) if start else []
    old = Report.from_events(earlier) if earlier else None
    new = Report.from_events(before(events, end) if end else events)
    return difference(old, new)
