"""`triage run` on the command line."""

import sys
from typing import Any, NoReturn

import click

from triage import config
from triage.capture import Captured
from triage.cli.command import Call, as_dict, command
from triage.cli.heard import keep
from triage.cli.speech import complain, note, note_json, plain, shortened
from triage.errors import TriageError
from triage.events import Event
from triage.usecases import running
from triage.usecases.recorder import Place


@command("run", kind="evidence", leave=(
    "command", "cwd", "host", "state", "exit_code", "signal", "started_at", "ended_at", "size", "digest",
    "truncated", "redactions", "sha256", "origin",
))  # fmt: skip
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option("--no-output", is_flag=True, help="Record everything but what it printed.")
def run_command(call: Call, argv: tuple[str, ...], no_output: bool, **fields: Any) -> None:
    """Run a command, pass its output on, and record it as captured evidence.

    The exit code is the command's own, also where it cannot be recorded; 125, 126 and 127 say that
    it did not run. The answer is on standard error, beside the command's own.

    \b
    triage run --title 'Disk space' -- df -h
    """
    try:
        recorder = call.recorder()
    except TriageError as error:
        complain(error, as_json=call.json)
        _end(call, running.unrecorded(argv, clock=config.clock))
    parsed = call.fields(recorder, "evidence", fields)
    ran = running.run(recorder, argv, parsed, clock=config.clock, keep_output=not no_output)
    if ran.error is not None:
        complain(ran.error, as_json=call.json, keep=lambda: keep(ran.output))
    _end(call, ran.captured, recorder.place, ran.event)


def _end(call: Call, captured: Captured, place: Place | None = None, event: Event | None = None) -> NoReturn:
    """Say what was recorded, beside the command's own output, and exit as the command did."""
    if captured.error:
        note(f"triage: {plain(captured.error)}")
    if place is None or event is None:
        note("triage: the command ran, and was not recorded")
        sys.exit(captured.exit_code)
    command = (event.body or {})["command"]
    if call.json:
        note_json(as_dict(place, event) | {"exit_code": captured.exit_code, "text": command})
    else:
        note(f"{place.name} e{event.n} exit {captured.exit_code}: {shortened(plain(command))}")
    sys.exit(captured.exit_code)
