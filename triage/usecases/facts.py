"""Facts about the world: issues, observations, evidence, prose, references."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from triage.encoding import decoded
from triage.errors import NotFound, UsageError
from triage.events import Event
from triage.kinds import KINDS, fields_of
from triage.report.tables import matches
from triage.store import Name
from triage.usecases import fields as typed
from triage.usecases import lookup
from triage.usecases.extracting import Extract, Taken, take
from triage.usecases.recorder import Recorder, Said, required

STATES = KINDS["issue"].fields["state"].choices
NUMBERED = re.compile(r"(?<![\w./:-])e([1-9]\d{0,8})(?![\w/-]|\.\d)")
"""`e12` as a word of its own: not in a path, a name or a version."""


def issue(
    recorder: Recorder, ref: str, state: str | None, note: str | None, fields: Mapping[str, Any]
) -> Event:
    """Record the state of an issue or a PR."""
    if state and ref in STATES and state not in STATES:
        raise _turned("reference", f"triage issue {shlex.quote(state)} {ref}")
    body = {"ref": typed.reference(ref, "REF"), "state": state, "note": note}
    return recorder.record(Said("issue", {**body, **fields}))


def observe(recorder: Recorder, words: Iterable[str], fields: Mapping[str, Any]) -> Event:
    """Record one row of a table; a first word without = is the row's first cell."""
    cells: list[list[str]] = []
    for place, text in enumerate(words):
        pair = typed.assignment(text)
        if pair is None and place == 0:
            pair = ("", required(text, "ROW"))
        if pair is None:
            raise UsageError(
                f"{text!r:.60} is not LABEL=VALUE", hint="put a value with spaces in single quotes"
            )
        if pair[0] in (label for label, _ in cells):
            raise UsageError(
                f"{pair[0]!r:.60} is given twice", hint="nothing was recorded; give each label once"
            )
        cells.append(list(pair))
    if not any(label for label, _ in cells):
        raise UsageError("observe needs a value", hint="triage observe staging Release=v15")
    return recorder.record(Said("observation", {"cells": cells, **fields}))


def replaced(recorder: Recorder, event: Event) -> dict[str, str]:
    """The values that the same row had shortly before and that this observation changes, by their labels."""
    _, *cells = (event.body or {})["cells"]
    for other in lookup.recent(recorder.store, event.journal):
        if other.kind == event.kind and other.id != event.id and _row(other) == _row(event):
            before = dict((other.body or {})["cells"])
            return {label: before[label] for label, value in cells if before.get(label, value) != value}
    return {}


def _row(event: Event) -> tuple[Any, ...]:
    """What makes two observations tell of one row."""
    body = event.body or {}
    return event.part, body.get("table"), body["cells"][0] if body else None


def is_met(event: Event) -> bool | None:
    """Whether an observation is what was expected of it; None where nothing was."""
    body = event.body or {}
    expected = body.get("expected")
    if not expected:
        return None
    return matches(expected, body["cells"][-1][1], exact=bool(body.get("exact")))


SUPPLIED = 4 * 1024 * 1024
"""Bytes kept of the head of an output that was captured elsewhere, and as many of its tail."""


def evidence(
    recorder: Recorder, parts: Iterable[bytes], fields: Mapping[str, Any], wanted: Sequence[Extract] = ()
) -> tuple[Event, Taken]:
    """Record output that was captured elsewhere; of a very long one, head and tail.

    ``wanted`` are values to take from it, as it is recorded.
    """
    from triage.capture import MARGIN, OUT, Tape
    from triage.usecases.scribe import kept

    tape = Tape(SUPPLIED + MARGIN)
    for part in parts:
        tape.write(OUT, part)
    tape.end()
    pieces, truncated = kept(recorder, tape)
    left_out = {"truncated": truncated, "size": tape.size} if truncated else {}
    redactions = sum(piece.redactions for piece in pieces) or None
    output = b"".join(piece.data for piece in pieces)
    taken = take(wanted, decoded(output) if wanted else "")
    values = taken.cells or None
    body = {"origin": "supplied", "redactions": redactions, "values": values, **left_out, **fields}
    return recorder.record(Said("evidence", body, output=output)), taken


def section(recorder: Recorder, heading: str, text: str | None, fields: Mapping[str, Any]) -> Event:
    """Record prose under a heading; `e12` in it becomes the id of that event."""
    if text is not None:
        required(text, "TEXT")
    elif not fields.keys() & {"body", "basis"}:
        raise UsageError(f"no text for the section {heading!r:.80}", hint="give one, or @FILE, or -")
    body = {"heading": typed.path(heading), "body": _with_ids(recorder, text), **fields}
    return recorder.record(Said("section", body))


def reference(recorder: Recorder, url: str, title: str | None, fields: Mapping[str, Any]) -> Event:
    """Record an address and what is found there."""
    if title and "://" in title and "://" not in url:
        raise _turned("address", f"triage ref {shlex.quote(title)} {shlex.quote(url)}")
    address = typed.parse("reference", "url", url, find=lambda name: name)
    return recorder.record(Said("reference", {"url": address, "title": title, **fields}))


def _turned(first: str, line: str) -> UsageError:
    """What says that two words of a command line stand the wrong way round."""
    return UsageError(f"the {first} comes first: {line}")


def with_ids(recorder: Recorder, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with `e12` in every prose rewritten to the id of that event."""
    known = fields_of(kind)
    return {
        name: _with_ids(recorder, value) if name in known and known[name].type == "prose" else value
        for name, value in fields.items()
    }


def _with_ids(recorder: Recorder, text: str | None) -> str | None:
    if not text or not NUMBERED.search(text):
        return text

    def as_id(found: re.Match[str]) -> str:
        known = recorder.store.find(recorder.place.journal, Name(number=int(found[1])))
        return f"e:{known[0].id}" if known else found[0]

    return NUMBERED.sub(as_id, text)


PART = 1024 * 1024
"""Bytes that are read at once."""


def read_output(path: str) -> Iterator[bytes]:
    """The bytes of a file, part by part; `NotFound` where it cannot be read."""
    try:
        with open(path, "rb") as file:
            while part := file.read(PART):
                yield part
    except OSError as error:
        raise NotFound(
            f"cannot read {path!r}: {error.strerror}", hint="name a file, or - for standard input"
        ) from error
