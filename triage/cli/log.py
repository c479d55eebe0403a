"""`triage log`: one line of the sequence log. What it loads, every event pays for."""

from typing import Any

from triage.cli.command import argument, command
from triage.console.call import Call
from triage.usecases import recorder as verbs


@command("log", kind="entry", leave=("text",))
@argument("text")
@argument("outcome", optional=True)
def log_command(call: Call, text: str, outcome: str | None, **fields: Any) -> None:
    """Record one line of the sequence log: what happened, and what came of it.

    \b
    triage log 'Deploy of v14' 'gunicorn boots, healthz 200'
    triage log 'Prod gated' --type escalation --at 03:53
    """
    recorder = call.recorder()
    event = verbs.log(recorder, text, outcome, call.fields(recorder, "entry", fields))
    call.answer(recorder.place, event, " — ".join(part for part in (text, outcome) if part))
