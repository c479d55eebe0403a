"""What was sealed elsewhere is looked at before it is kept: whether it is whole, and holds no secret."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from triage import events, times
from triage.encoding import canonical, sha256
from triage.errors import InvalidValue, SecretFound
from triage.events import Event, Sealed
from triage.kinds import CELLS, FIELDS
from triage.redact import Hit, Redactor, inspect
from triage.values import fits


class Gate(NamedTuple):
    """What a copy must pass: it is of ``journal``, from before ``latest``, and the redactor finds nothing."""

    journal: str
    latest: str
    redactor: Redactor

    def admit(self, copy: Sealed, where: str, hint: str) -> Event:
        """The event of a copy that may be kept.

        Raises `InvalidValue` for one that is not as it was sealed, and `SecretFound`; both say ``where``.
        """
        try:
            event = events.unseal(copy, output=True)
            problem = _problem(copy, event, self)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidValue(f"{where} is no event", hint=hint) from error
        if problem:
            raise InvalidValue(f"{where}: {problem}", hint=hint)
        for field, hits in _secrets(event, self.redactor):
            if hits:
                rule = hits[0].rule
                raise SecretFound(
                    f"{where}: {event.kind} {event.tail} holds a secret in {field!r}, by the rule {rule}",
                    hint=hint,
                    found=[{"event": event.tail, "field": field, "rule": rule}],
                )
        return event


def _problem(copy: Sealed, event: Event, gate: Gate) -> str:
    """What is wrong with a copy: altered, of another journal, or not of the envelope's form."""
    if event.journal != gate.journal:
        return "the event belongs to another journal"
    if copy.digest != events.digest_of(copy.envelope):
        return f"the envelope of {event.tail} was altered"
    if not _well_formed(event) or not _is_canonical(copy.envelope, events.ENVELOPE):
        return "the envelope is not of the form of events"
    if event.recorded_at > gate.latest:
        return f"{event.tail} was recorded later than now: {event.recorded_at}"
    if event.at is not None and event.at > gate.latest:
        return f"{event.tail} happened later than now: {event.at}"
    return _problem_of_body(copy, event)


def _problem_of_body(copy: Sealed, event: Event) -> str:
    if copy.body is None or copy.salt is None:
        return "output without a body" if copy.chunks else ""
    if sha256(copy.salt, copy.body) != json.loads(copy.envelope)["body"]:
        return f"the body of {event.tail} was altered"
    if not isinstance(event.body, dict) or not _is_canonical(copy.body):
        return "the body is not an object in canonical JSON"
    chunks = [[len(data), sha256(salt, data)] for salt, data in copy.chunks]
    if chunks != (event.body.get("output") or []):
        return f"the output of {event.tail} was altered"
    return _misfit(event)


_KIND = re.compile(r"[a-z]{1,32}")
"""A kind, a newer one too: no text that somebody typed stands in an envelope but the actor's name."""


def _well_formed(event: Event) -> bool:
    ids = (event.id, event.journal, event.entity, event.part)
    texts: tuple[Any, ...] = (*ids, event.kind, event.precision, *event.actor, *event.parents)
    return (
        all(isinstance(text, str) for text in texts)
        and all(map(events.is_id, ids))
        and event.actor.type in events.ACTOR_TYPES
        and event.precision in events.PRECISIONS
        and _KIND.fullmatch(event.kind) is not None
        and (event.at is None or times.is_instant(event.at))
        and times.is_instant(event.recorded_at)
    )


def _is_canonical(raw: bytes, names: Collection[str] = ()) -> bool:
    """Whether bytes are the canonical JSON of their value: nothing in them hides from a look at the value."""
    value = json.loads(raw)
    return canonical(value) == raw and (not names or value.keys() == set(names))


def _misfit(event: Event) -> str:
    """A field whose value is not of its type; fields and kinds that are newer are let through."""
    for name, value in (event.body or {}).items():
        known = event.kind in FIELDS and name in FIELDS[event.kind]
        if known and name != "output" and not fits(event.kind, name, value):
            return f"{event.kind} {name} cannot be {value!r:.60}"
    return ""


def _secrets(event: Event, redactor: Redactor) -> Iterator[tuple[str, tuple[Hit, ...]]]:
    if redactor.actor(event.actor) != event.actor:
        yield "actor", inspect((event.actor.name, event.actor.session), redactor)
    for name, value in (event.body or {}).items():
        if name == "output":
            continue
        is_known = name in FIELDS.get(event.kind, ())  # its name says nothing that was typed
        yield name, inspect(value if is_known else {name: value}, redactor)
        if name in CELLS and redactor.cells(value or ()) != value:
            yield name, (Hit("context", 0, 0),)
    if event.output:
        yield "output", redactor.data(event.output)[1]
