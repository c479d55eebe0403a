"""Recording a command that an agent ran by itself, as its hook tells of it."""

from hashlib import sha256
from typing import Any

from triage import capture as processes
from triage import times
from triage.agents.seen import Seen
from triage.capture import KEEP, MARGIN, Tape
from triage.errors import Unavailable
from triage.events import Event
from triage.usecases.recorder import Recorder, Said
from triage.usecases.scribe import kept

LONGEST = 64 * 1024
"""Characters of a command line that are recorded: well under the bytes that a body may have."""


def takes(recorder: Recorder, at_us: int) -> bool:
    """Whether the journal was open at a time, in microseconds since 1970; it was while the store is away."""
    journal = recorder.place.journal
    try:
        row = recorder.store.journal(journal)
        if row is None or row.open:
            return row is not None
        headers = recorder.store.events(journal, kinds=["header"], newest_first=True)
        closed = next((each for each in headers if each.part == journal and _closes(each)), None)
    except Unavailable:
        return True
    return closed is not None and at_us < times.to_us(closed.recorded_at)


def _closes(event: Event) -> bool:
    return (event.body or {}).get("status") in ("resolved", "abandoned")


def capture(recorder: Recorder, seen: Seen, *, hook: str, started_us: int | None, ended_us: int) -> Event:
    """Record a command as captured evidence, once however often it is told.

    Raises `KeyConflict` where it was recorded before. What its output holds is kept as `triage run` keeps it.
    """
    started = None if started_us is None else times.from_timestamp_us(started_us)
    ended = times.from_timestamp_us(ended_us)
    output, printed = _output(recorder, seen)
    fields = {
        "title": _cut(recorder, seen.title) or None,
        "command": _cut(recorder, seen.command),
        "cwd": seen.cwd or None,
        "host": processes.host(),
        "state": seen.state,
        "exit_code": seen.exit_code,
        "started_at": started,
        "ended_at": None if seen.state == "running" else ended,
        "origin": "captured",
        "hook": hook,
        **printed,
    }
    said = Said("evidence", fields, output=output, at=started or ended, key=f"hook:{hook}:{seen.use}")
    return recorder.record(said)


def _output(recorder: Recorder, seen: Seen) -> tuple[bytes, dict[str, Any]]:
    """What is kept of what a command printed, scrubbed, and what is to be said of that."""
    tape = Tape(KEEP + MARGIN)
    for stream, text in seen.parts:
        tape.write(stream, text.encode("utf-8", "surrogatepass"))
    tape.end()
    pieces, truncated = kept(recorder, tape)
    output = b"".join(piece.data for piece in pieces)
    return output, {
        "streams": [run for piece in pieces for run in piece.runs] or None,
        "size": tape.size,
        "truncated": truncated or None,
        "redactions": sum(piece.redactions for piece in pieces) or None,
        "sha256": sha256(output).hexdigest(),
    }


def _cut(recorder: Recorder, text: str) -> str:
    """The text as it is recorded, without its end where it is very long: no secret is cut."""
    clean = recorder.scrubbed(text)
    if len(clean) <= LONGEST:
        return clean
    return f"{clean[:LONGEST]}\n[... {len(clean) - LONGEST:,} characters left out]"
