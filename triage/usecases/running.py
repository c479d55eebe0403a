"""Running a command as evidence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from triage import capture, times
from triage.capture import Captured
from triage.errors import TriageError
from triage.events import Event
from triage.usecases.recorder import Recorder, Said


class Ran(NamedTuple):
    """What a command that was run did, and its event; or the error that kept it from being recorded."""

    captured: Captured
    output: bytes
    event: Event | None
    error: TriageError | None = None


def run(
    recorder: Recorder,
    argv: Sequence[str],
    fields: Mapping[str, Any],
    *,
    clock: Callable[[], int],
    keep_output: bool = True,
) -> Ran:
    """Run a command, pass its output on, and record what it did as captured evidence.

    Raises `InvalidValue` before the command runs where the time that was given cannot be read.
    """
    recorder.when()
    captured = capture.run(argv, clock=clock, keep_output=keep_output)
    what = said(recorder, captured, fields, keep_output=keep_output)
    if recorder.circumstances.at:
        what = what._replace(at="")
    try:
        return Ran(captured, what.output or b"", recorder.record(what))
    except TriageError as error:
        return Ran(captured, what.output or b"", None, error)


def unrecorded(argv: Sequence[str], *, clock: Callable[[], int]) -> Captured:
    """Run a command, and pass its output on, where nothing can be recorded."""
    return capture.run(argv, clock=clock, keep_output=False)


def said(recorder: Recorder, captured: Captured, fields: Mapping[str, Any], *, keep_output: bool) -> Said:
    """What there is to record of a captured command."""
    output, truncated = recorder.joined(captured.head, captured.tail, captured.dropped, capture.MARGIN)
    started = times.from_timestamp_us(captured.started_us)
    body: dict[str, Any] = {
        "command": recorder.command_line(captured.argv),
        "cwd": captured.cwd,
        "host": captured.host,
        "exit_code": captured.exit_code,
        "started_at": started,
        "ended_at": times.from_timestamp_us(captured.ended_us),
        "origin": "captured",
        "truncated": truncated or None,
        **fields,
    }
    return Said("evidence", body, output=output if keep_output else None, at=started)
