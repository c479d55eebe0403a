"""Delivering what was spooled: each event once, in the order of recording, with its own time."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from triage import redact
from triage.encoding import decoded
from triage.errors import Conflict, NotFound, PolicyError, UsageError
from triage.events import Draft
from triage.redact import Redactor
from triage.store import Name, Store, spool
from triage.store.lock import exclusive

PATIENCE = 10.0
"""Seconds to wait for another command that delivers the same."""
REFUSALS = (Conflict, NotFound, PolicyError, UsageError)
"""What a store says of an event, and not of itself: to try again would not help."""


class Flushed(NamedTuple):
    """Numbers of events: of those that were delivered, and of those that were refused, and set aside."""

    delivered: int
    aside: int


def flush(store: Store, folder: str, redactor: Redactor) -> Flushed:
    """Deliver what waits in the folder of a spool.

    What the store refuses is set aside, and holds nothing else up. Raises what keeps the store from taking
    anything, such as `Unavailable`; the rest waits on.
    """
    if not spool.waiting(folder):
        return Flushed(0, 0)
    delivered = aside = 0
    with exclusive(folder, PATIENCE):
        for path in spool.waiting(folder):
            try:
                held = spool.read(path)
                delivered += _deliver(store, held.drafts, redactor)
            except OSError:
                continue  # it waits on; or another command delivered it, where folders cannot be locked
            except ValueError:
                spool.set_aside(path, UNREADABLE)
                aside += 1
            except REFUSALS as error:
                spool.set_aside(path, error.code)
                aside += len(held.drafts)
            else:
                spool.remove(path)
    return Flushed(delivered, aside)


def spooled(folder: str) -> dict[str, int]:
    """How many events wait for each journal, in the folder of a spool."""
    found: Counter[str] = Counter()
    for path in spool.waiting(folder):
        with suppress(OSError, ValueError):  # delivered meanwhile; or no file of ours
            found.update(draft.journal for draft in spool.read(path).drafts)
    return dict(found)


UNREADABLE = "unreadable"
"""The code of a file that holds nothing that can be delivered."""


def _deliver(store: Store, held: tuple[Draft, ...], redactor: Redactor) -> int:
    """Append what one call said, but for what was delivered before its file could be removed."""
    drafts = [draft for draft in held if not _is_known(store, draft)]
    store.append([redact.scrub(draft._replace(keyed=True), redactor) for draft in drafts])
    return len(drafts)


def _is_known(store: Store, draft: Draft) -> bool:
    """Whether the store has the event: an id that no key made is nobody else's.

    What was let through is recorded once, whatever its reason reads like now.
    """
    is_allow = draft.kind == "act" and draft.body.get("verb") == "allow"
    return (is_allow or not draft.keyed) and bool(store.find(draft.journal, Name(id=draft.id)))


def bring_back(folder: str) -> None:
    """Have what was set aside be delivered with the rest."""
    for path in spool.aside(folder):
        spool.bring_back(path)


def take(folder: str) -> Iterator[str]:
    """What was set aside, as lines of `triage record`; a file is forgotten once more is asked for."""
    for path in spool.aside(folder):
        if spool.code_of(path) == UNREADABLE:
            continue
        yield from map(_line, spool.read(path).drafts)
        spool.remove(path)


def _line(draft: Draft) -> str:
    """A draft as a line of `triage record`: an event of its own, which may stand in another journal."""
    fields = dict(draft.body)
    if draft.output is not None:
        fields["output"] = decoded(draft.output)
    line = {"kind": draft.kind, "fields": fields, "actor": f"{draft.actor.type}:{draft.actor.name}"}
    if draft.entity not in (draft.id, draft.part):
        line["entity"] = draft.entity
    if draft.part != draft.journal:
        line["part"] = draft.part[-8:]
    return json.dumps(line | {"at": _at(draft)}, ensure_ascii=False)


def _at(draft: Draft) -> str:
    """The time in the form of --at that says as much, and not more."""
    if draft.at is None:
        return "unknown"
    if draft.precision == "exact":
        return draft.at
    day, minute = draft.at[:10], draft.at[11:16]
    return {"day": day, "minute": f"{day} {minute}"}.get(draft.precision, f"~{day} {minute}")
