"""Corrections on the command line."""

from typing import Any

import click

from triage.cli.command import TEXT, argument, command
from triage.console.call import Call
from triage.usecases import corrections, reading


@command("amend")
@argument("event", text=False)
@argument("pairs", many=True, optional=True, metavar="FIELD=VALUE...")
@click.option("--reason", type=TEXT, help="Why.")
def amend_command(call: Call, event: str, pairs: tuple[str, ...], reason: str | None, **_: Any) -> None:
    """Say how the fields, a cell or the time of an event should have been; the old value is kept.

    \b
    triage amend e12 outcome='v15, not v14' at=04:10
    """
    recorder = call.recorder()
    amended, named = corrections.amend(recorder, event, pairs, reason)
    call.answer(recorder.place, amended, f"amended e{named.n} ({named.kind}): {', '.join(pairs)}")


@command("retract", kind="amendment", leave=("retracted",))
@argument("event", text=False)
@argument("reason", optional=True)
def retract_command(call: Call, event: str, reason: str | None, **_: Any) -> None:
    """Withdraw an event; with the event that created something, all of it.

    \b
    triage retract e12 'wrong journal'
    """
    recorder = call.recorder()
    retraction, named = corrections.retract(recorder, event, reason)
    call.answer(recorder.place, retraction, f"retracted e{named.n}: {reading.wording(named)}")


@command("undo", kind="amendment", leave=("retracted",))
@argument("reason", optional=True)
def undo_command(call: Call, reason: str | None, **_: Any) -> None:
    """Withdraw the last event that you recorded here.

    \b
    triage undo
    """
    recorder = call.recorder()
    retraction, event = corrections.undo(recorder, reason)
    told = f"retracted e{event.n}: {reading.wording(event)}"
    if event.kind == "amendment":
        target = reading.target(recorder.store, event)
        was_retraction = (event.body or {}).get("retracted")
        told = f"brought back {target}" if was_retraction else f"took the amendment of {target} back"
    call.answer(recorder.place, retraction, told)
