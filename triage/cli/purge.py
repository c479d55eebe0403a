"""`triage purge` on the command line."""

from typing import Any

import click

from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json, shortened
from triage.usecases import purging, reading


@command("purge", kind="act", leave=("verb", "about"))
@click.argument("event")
@click.option("--dry-run", is_flag=True, help="Say what would go, and delete nothing.")
def purge_command(call: Call, event: str, dry_run: bool, reason: str | None, **_: Any) -> None:
    """Delete what an event says, for good: a secret that slipped through. The record still verifies.

    Evidence goes as a whole, with all that it printed. What else repeats the text must be purged by itself.

    \b
    triage purge last --dry-run
    triage purge last --reason 'held a password'
    """
    recorder = call.recorder()
    done = purging.purge(recorder, event, reason, dry_run=dry_run)
    if done.act is not None:
        names = ", ".join(f"e{gone.n}" for gone in done.events)
        call.answer(recorder.place, done.act, f"purged {names}: what was said there is gone for good")
        return
    for gone in done.events:
        if call.json:
            say_json({"event": f"e{gone.n}", "kind": gone.kind, "purged": gone.body is None})
        else:
            say(f"would go: e{gone.n} {gone.kind} {shortened(plain(reading.wording(gone)))}")
