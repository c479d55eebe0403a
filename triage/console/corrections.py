"""What the commands of corrections do."""

from triage.console.call import Call
from triage.console.journals import tell_slips
from triage.usecases import corrections as verbs
from triage.usecases import reading


def amend(call: Call, event: str, pairs: tuple[str, ...] = (), reason: str | None = None) -> None:
    """Say how an event should have been."""
    recorder = call.recorder()
    amended, named = verbs.amend(recorder, event, pairs, reason)
    call.answer(recorder.place, amended, f"amended e{named.n} ({named.kind}): {', '.join(pairs)}")
    tell_slips([pair for pair in pairs if not pair.startswith("retracted=")], named.kind)


def retract(call: Call, event: str, reason: str | None = None) -> None:
    """Withdraw an event."""
    recorder = call.recorder()
    retraction, named = verbs.retract(recorder, event, reason)
    call.answer(recorder.place, retraction, f"retracted e{named.n}: {reading.wording(named)}")


def undo(call: Call, reason: str | None = None) -> None:
    """Withdraw the last event of who calls."""
    recorder = call.recorder()
    retraction, event = verbs.undo(recorder, reason)
    told = f"retracted e{event.n}: {reading.wording(event)}"
    if event.kind == "amendment":
        target = reading.target(recorder.store, event)
        was_retraction = (event.body or {}).get("retracted")
        told = f"brought back {target}" if was_retraction else f"took the amendment of {target} back"
    call.answer(recorder.place, retraction, told)
