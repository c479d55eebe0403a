"""`triage flush` on the command line."""

import sys
from typing import Any

import click

from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, say, say_json
from triage.errors import UsageError


@command("flush", records=False)
@click.option("--again", is_flag=True, help="Try what was set aside, too.")
@click.option("--take", is_flag=True, help="Print what was set aside for `triage record`, and forget it.")
def flush_command(call: Call, again: bool, take: bool, **_: Any) -> None:
    """Deliver the events that were spooled while the store could not be written.

    Every command does so before anything else. What the store does not take, such as an event whose journal
    is gone, is set aside and holds nothing up: exit 1.

    \b
    triage flush
    triage flush --take > left.jsonl; triage record left.jsonl --journal velvet-first-deploy
    """
    from triage.usecases import flushing

    if take and again:
        raise UsageError("--take and --again exclude each other", hint="give one of them")
    if take:
        for line in flushing.take(call.spool_folder):
            say(line)
        return
    if again:
        flushing.bring_back(call.spool_folder)
    done = flushing.flush(call.store(deliver=False), call.spool_folder, call.redactor)
    if call.json:
        say_json(done._asdict())
    else:
        note(f"{_count(done.delivered)} delivered" if done.delivered else "nothing was delivered")
    if done.aside:
        if not call.json:
            note(f"{_count(done.aside)} set aside, which the store does not take; see: triage doctor")
        sys.exit(1)


def _count(number: int) -> str:
    return f"{number} event{'s'[: number != 1]}"
