"""What `triage log` does. What it loads, every event pays for."""

from typing import Any

from triage.console.call import Call
from triage.usecases import recorder as verbs


def log(call: Call, text: str, outcome: str | None = None, **fields: Any) -> None:
    """Record one line of the sequence log."""
    recorder = call.recorder()
    event = verbs.log(recorder, text, outcome, call.fields(recorder, "entry", fields))
    call.answer(recorder.place, event, " — ".join(part for part in (text, outcome) if part))
