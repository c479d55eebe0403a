"""What the commands of actions and blockers do."""

from typing import Any

from triage.console import recalled
from triage.console.call import Call, label
from triage.console.speech import note
from triage.usecases import work as verbs
from triage.usecases.recorder import Place, Recorder
from triage.usecases.work import Told


def did(call: Call, title: str, rest: tuple[str, ...] = (), **fields: Any) -> None:
    """Record an action that was done."""
    recorder = call.recorder()
    told = verbs.did(recorder, title, rest, call.fields(recorder, "action", fields))
    _tell(call, recorder.place, told, "action", "done")
    _tell_in_vain(recorder, told)


def action(call: Call, title: str, **fields: Any) -> None:
    """Add an action to the queue."""
    recorder = call.recorder()
    told = verbs.add(recorder, title, call.fields(recorder, "action", fields))
    _tell(call, recorder.place, told, "action", "added")


def start(call: Call, action: str, *, take: bool = False, **fields: Any) -> None:
    """Claim an action."""
    recorder = call.recorder()
    told = verbs.start(recorder, action, call.fields(recorder, "action", fields), take=take)
    _tell(call, recorder.place, told, "action", "started")


def done(call: Call, action: str, rest: tuple[str, ...] = (), **fields: Any) -> None:
    """Say that an action is done."""
    _move(call, action, "done", rest, fields)


def fail(call: Call, action: str, rest: tuple[str, ...] = (), **fields: Any) -> None:
    """Say that an action failed."""
    _move(call, action, "failed", rest, fields)


def skip(call: Call, action: str, rest: tuple[str, ...] = (), **fields: Any) -> None:
    """Say that an action is skipped."""
    _move(call, action, "skipped", rest, fields)


def block(call: Call, action: str, error: str, **fields: Any) -> None:
    """Say what blocks an action."""
    recorder = call.recorder()
    told = verbs.block(recorder, action, error, call.fields(recorder, "blocker", fields))
    _opened(call, recorder.place, told)


def blocker(call: Call, title: str, **fields: Any) -> None:
    """Open a blocker."""
    recorder = call.recorder()
    told = verbs.blocker(recorder, title, call.fields(recorder, "blocker", fields))
    _opened(call, recorder.place, told)


def fix(call: Call, blocker: str, text: str | None = None, **fields: Any) -> None:
    """Say that a blocker is fixed."""
    _settle(call, blocker, "fixed", text, fields)


def accept(call: Call, blocker: str, reason: str, **fields: Any) -> None:
    """Say that a blocker is accepted."""
    _settle(call, blocker, "accepted", reason, fields)


def _move(call: Call, action: str, status: str, rest: tuple[str, ...], fields: dict[str, Any]) -> None:
    recorder = call.recorder()
    told = verbs.move(recorder, action, status, rest, call.fields(recorder, "action", fields))
    _tell(call, recorder.place, told, "action", status)
    _tell_in_vain(recorder, told)


def _settle(call: Call, blocker: str, status: str, text: str | None, fields: dict[str, Any]) -> None:
    recorder = call.recorder()
    told = verbs.settle(recorder, blocker, status, text, call.fields(recorder, "blocker", fields))
    _tell(call, recorder.place, told, "blocker", status)
    _tell_in_vain(recorder, told)


def _opened(call: Call, place: Place, told: Told) -> None:
    """Acknowledge a blocker, and then say what was seen before; JSON says both in one line."""
    if call.json:
        found = recalled.seen_before(call, told.event)
        _tell(call, place, told, "blocker", "opened", seen=[recalled.as_dict(each) for each in found])
        return
    _tell(call, place, told, "blocker", "opened")
    recalled.tell(recalled.seen_before(call, told.event))


def _tell(call: Call, place: Place, told: Told, what: str, verb: str, **more: Any) -> None:
    body = told.event.body or {}
    left = [body.get("outcome") or "", *(f"{label}={value}" for label, value in body.get("cells") or ())]
    said = " · ".join(text for text in (told.title, *left) if text)
    number = {"number": told.number} if told.number else {}
    call.answer(
        place,
        told.event,
        f"{' '.join([what, *map(str, number.values()), verb])}: {said}{_again(told, what)}",
        **number,
        **more,
    )


def _tell_in_vain(recorder: Recorder, told: Told) -> None:
    """Say that the evidence of what is done or fixed is a command that failed."""
    failed = verbs.in_vain(recorder.store, told.event)
    if failed:
        note(f"{failed}; if another proves it: triage amend {label(told.event)} evidence=EVENT")


SETTLED = ("done", "skipped", "fixed", "accepted")
"""States after which nothing is expected to follow."""


def _again(told: Told, what: str) -> str:
    """What a state follows, where that was the last one, and what was said in the same words before."""
    if told.twin:
        return f" (as {what} {told.twin}; if this was a slip: triage undo)"
    if told.before not in SETTLED:
        return ""
    return f" (it was {told.before} before; if this was a slip: triage undo)"
