"""`triage run` on the command line."""

import sys
from typing import Any

import click

from triage import config
from triage.cli.command import Call, command
from triage.cli.speech import complain, note, plain
from triage.errors import TriageError, UsageError
from triage.usecases import running


@command("run", kind="evidence", leave=(
    "command", "cwd", "host", "exit_code", "started_at", "ended_at", "truncated", "redactions",
    "sha256", "origin",
))  # fmt: skip
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option("--no-output", is_flag=True, help="Record everything but what it printed.")
def run_command(call: Call, argv: tuple[str, ...], no_output: bool, **fields: Any) -> None:
    """Run a command, pass its output on, and record it as captured evidence.

    The exit code is the command's own; 125, 126 and 127 are failures of this program.

    \b
    triage run --title 'Disk space' -- df -h
    """
    try:
        recorder = call.recorder()
        parsed = call.fields(recorder, "evidence", fields)
    except TriageError as error:
        _run_unrecorded(argv, error)
    ran = running.run(recorder, argv, parsed, clock=config.clock, keep_output=not no_output)
    captured = ran.captured
    if captured.error:
        note(f"triage: {plain(captured.error)}")
    sys.stdout.flush()
    note(f"{recorder.place.slug} e{ran.event.n} exit {captured.exit_code}: {plain(captured.command)}")
    sys.exit(captured.exit_code)


def _run_unrecorded(argv: tuple[str, ...], error: TriageError) -> None:
    """The command runs all the same, unless the call itself was wrong."""
    if isinstance(error, UsageError):
        raise error
    from triage import capture

    complain(error, as_json=False)
    captured = capture.run(argv, clock=config.clock)
    note("triage: the command ran, and was not recorded")
    sys.exit(captured.exit_code)
