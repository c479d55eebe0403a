"""`triage log` on the command line."""

from typing import Any

from triage.cli.command import argument, command
from triage.console import log
from triage.console.call import Call


@command("log", kind="entry", leave=("text",))
@argument("text")
@argument("outcome", optional=True)
def log_command(call: Call, **said: Any) -> None:
    """Record one line of the sequence log: what happened, and what came of it.

    \b
    triage log 'Deploy of v14' 'gunicorn boots, healthz 200'
    triage log 'Prod gated' --type escalation --at 03:53
    """
    log.log(call, **said)
