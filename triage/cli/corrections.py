"""Corrections on the command line."""

from typing import Any

import click

from triage.cli.command import TEXT, argument, command
from triage.console import corrections
from triage.console.call import Call


@command("amend")
@argument("event", text=False)
@argument("pairs", many=True, optional=True, metavar="FIELD=VALUE...")
@click.option("--reason", type=TEXT, help="Why.")
def amend_command(call: Call, **said: Any) -> None:
    """Say how the fields, a cell or the time of an event should have been; the old value is kept.

    \b
    triage amend e12 outcome='v15, not v14' at=04:10
    """
    corrections.amend(call, **said)


@command("retract", kind="amendment", leave=("retracted",))
@argument("event", text=False)
@argument("reason", optional=True)
def retract_command(call: Call, **said: Any) -> None:
    """Withdraw an event; with the event that created something, all of it.

    \b
    triage retract e12 'wrong journal'
    """
    corrections.retract(call, **said)


@command("undo", kind="amendment", leave=("retracted",))
@argument("reason", optional=True)
def undo_command(call: Call, **said: Any) -> None:
    """Withdraw the last event that you recorded here.

    \b
    triage undo
    """
    corrections.undo(call, **said)
