"""Export and import: a journal's kept bytes as JSON Lines, exactly.

The first line has ``format`` (triage.export.v1), ``journal``, ``slug``, ``events`` and ``heads``. Every
other line is one event: ``envelope`` and ``body`` are the kept bytes as text, ``salt`` is hex, ``chunks`` a
list of [salt in hex, data in Base64]. A withheld body has neither ``salt`` nor ``body``.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from triage import events, times
from triage.errors import InvalidValue, SecretFound
from triage.events import Event, Sealed
from triage.redact import Hit, Redactor, inspect
from triage.store import JournalRow, Name, Store
from triage.usecases.places import existing

FORMAT = "triage.export.v1"


class Imported(NamedTuple):
    """What an import added to the store.

    ``asked`` are events that were purged where the export was made and whose bodies are here: nothing is
    deleted because a file says so.
    """

    journal: str
    slug: str
    new: int
    known: int
    asked: tuple[str, ...] = ()


def export(store: Store, row: JournalRow) -> Iterator[str]:
    """The lines of an export: the journal as it was when its row was read, whatever came since."""
    return export_of(row, islice(store.copies(row.id), row.events))


def export_of(row: JournalRow, copies: Iterable[Sealed]) -> Iterator[str]:
    """The lines of an export of these copies, all that there are of a journal."""
    yield _line(
        {
            "format": FORMAT,
            "journal": row.id,
            "slug": row.slug,
            "events": row.events,
            "heads": list(row.heads),
        }
    )
    for copy in copies:
        yield _line(_as_dict(copy))


def import_lines(store: Store, lines: Iterable[str], redactor: Redactor, *, now: str) -> Imported:
    """Add an export to the store; nothing is added when any line is not as it was sealed.

    Raises `InvalidValue` naming the line, or `SecretFound` where the text holds a secret.
    """
    numbered = ((number, text) for number, text in enumerate(lines, 1) if text.strip())
    head = _head(numbered)
    latest = times.plus_us(now, times.EARLY)
    copies = [_copy(text, number, head["journal"], latest, redactor) for number, text in numbered]
    if len(copies) < head["events"]:
        raise InvalidValue(
            f"the export is cut off: {len(copies)} of {head['events']} events are here",
            hint="nothing was imported; export it again",
        )
    new = store.merge(copies)
    row = existing(store, head["journal"])
    return Imported(row.id, row.slug, new, len(copies) - new, tuple(_asked(store, row.id)))


def _asked(store: Store, journal: str) -> Iterator[str]:
    for act in store.events(journal, kinds=["act"]):
        if act.body and act.body.get("verb") == "purge":
            for event in store.find(journal, Name(id=str(act.body.get("about") or ""))):
                if event.body is not None:
                    yield f"e{event.n}"


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _as_dict(copy: Sealed) -> dict[str, Any]:
    value: dict[str, Any] = {"envelope": copy.envelope.decode("utf-8")}
    if copy.body is not None and copy.salt is not None:
        value |= {"salt": copy.salt.hex(), "body": copy.body.decode("utf-8")}
    if copy.chunks:
        value["chunks"] = [[salt.hex(), b64encode(data).decode()] for salt, data in copy.chunks]
    return value


def _head(numbered: Iterator[tuple[int, str]]) -> dict[str, Any]:
    number, text = next(numbered, (1, ""))
    try:
        head = json.loads(text)
    except (ValueError, RecursionError):
        head = None
    if (
        not isinstance(head, dict)
        or head.get("format") != FORMAT
        or not isinstance(head.get("journal"), str)
        or not isinstance(head.get("events"), int)
    ):
        raise InvalidValue(
            f"line {number} is not the head of an export ({FORMAT})",
            hint="make one with: triage export -o FILE",
        )
    return head


def _copy(text: str, number: int, journal: str, latest: str, redactor: Redactor) -> Sealed:
    """The copy of an event that a line holds, checked against its own digests."""
    try:
        copy = sealed(json.loads(text))
        event = events.unseal(copy, output=True)
        problem = _problem(copy, event, journal, latest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidValue(f"line {number} is no event of an export", hint="nothing was imported") from error
    if problem:
        raise InvalidValue(f"line {number}: {problem}", hint="nothing was imported")
    _refuse_secrets(event, number, redactor)
    return copy


def sealed(value: dict[str, Any]) -> Sealed:
    """The copy that an object of an export holds; ValueError, KeyError or TypeError for another one."""
    envelope = value["envelope"].encode("utf-8")
    return Sealed(
        events.digest_of(envelope),
        envelope,
        bytes.fromhex(value["salt"]) if "salt" in value else None,
        value["body"].encode("utf-8") if "body" in value else None,
        tuple(
            (bytes.fromhex(salt), b64decode(data, validate=True)) for salt, data in value.get("chunks", ())
        ),
    )


def _problem(copy: Sealed, event: Event, journal: str, latest: str) -> str:
    """What is wrong with a copy: altered, of another journal, or not of the envelope's form."""
    if event.journal != journal:
        return "the event belongs to another journal"
    if not _well_formed(event) or not _is_canonical(copy.envelope, events.ENVELOPE):
        return "the envelope is not of the form of events"
    if event.recorded_at > latest:
        return f"{event.tail} was recorded later than now: {event.recorded_at}"
    if copy.body is None or copy.salt is None:
        return "output without a body" if copy.chunks else ""
    if events.sha256(copy.salt, copy.body) != json.loads(copy.envelope)["body"]:
        return f"the body of {event.tail} was altered"
    if not isinstance(event.body, dict) or not _is_canonical(copy.body):
        return "the body is not an object in canonical JSON"
    chunks = [[len(data), events.sha256(salt, data)] for salt, data in copy.chunks]
    if chunks != (event.body.get("output") or []):
        return f"the output of {event.tail} was altered"
    return _misfit(event)


def _well_formed(event: Event) -> bool:
    ids = (event.id, event.journal, event.entity, event.part)
    texts: tuple[Any, ...] = (*ids, event.kind, event.precision, *event.actor, *event.parents)
    return (
        all(isinstance(text, str) for text in texts)
        and all(map(events.is_id, ids))
        and event.actor.type in events.ACTOR_TYPES
        and (event.at is None or times.is_instant(event.at))
        and times.is_instant(event.recorded_at)
    )


def _is_canonical(raw: bytes, names: Collection[str] = ()) -> bool:
    """Whether bytes are the canonical JSON of their value: nothing in them hides from a look at the value."""
    value = json.loads(raw)
    return events.canonical(value) == raw and (not names or value.keys() == set(names))


def _misfit(event: Event) -> str:
    """A field whose value is not of its type; fields and kinds that are newer are let through."""
    for name, value in (event.body or {}).items():
        known = event.kind in events.FIELDS and name in events.FIELDS[event.kind]
        if known and name != "output" and not events.fits(event.kind, name, value):
            return f"{event.kind} {name} cannot be {value!r:.60}"
    return ""


def _refuse_secrets(event: Event, number: int, redactor: Redactor) -> None:
    """Raise `SecretFound` naming line, event, field and rule, and never the secret."""
    for field, hits in _found(event, redactor):
        if hits:
            where = f"{event.kind} {event.tail} holds a secret in {field!r}, by the rule {hits[0].rule}"
            raise SecretFound(
                f"line {number}: {where}",
                hint="nothing was imported; have it purged where it comes from",
                found=[{"line": number, "event": event.tail, "field": field, "rule": hits[0].rule}],
            )


def _found(event: Event, redactor: Redactor) -> Iterator[tuple[str, tuple[Hit, ...]]]:
    yield "actor", inspect((event.actor.name, event.actor.session), redactor)
    for name, value in (event.body or {}).items():
        if name == "output":
            continue
        yield name, inspect({name: value}, redactor)
        if name in events.CELLS and redactor.cells(value or ()) != value:
            yield name, (Hit("context", 0, 0),)
    if event.output:
        yield "output", redactor.data(event.output)[1]
