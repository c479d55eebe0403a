"""What the commands do that change the header of a journal, or open an addendum."""

from collections.abc import Iterable
from typing import Any

from triage.console import speech
from triage.console.call import Call
from triage.errors import NotAllowed, Unavailable
from triage.usecases import journals as verbs
from triage.usecases import reading
from triage.usecases.recorder import Place, Recorder


def set(call: Call, pairs: tuple[str, ...]) -> None:
    """Change fields of the header."""
    recorder = call.recorder()
    event = verbs.assign(recorder, pairs)
    call.answer(recorder.place, event, f"set {', '.join(pairs)}")
    tell_slips(pairs)


def tell_slips(pairs: Iterable[str], kind: str = "header") -> None:
    """Say of labels that they are no fields, where a field was nearly named."""
    for label, field in verbs.slips(pairs, kind):
        speech.note(f"{speech.plain(label)} is a label of your own; if you meant {field}: triage undo")


def resolve(call: Call, note: str | None = None, **fields: Any) -> None:
    """Say that the work is resolved; what is still open is said."""
    recorder = call.recorder()
    event = verbs.resolve(recorder, note, call.fields(recorder, "header", fields))
    call.answer(recorder.place, event, " — ".join(part for part in ("resolved", note) if part))
    if event.n:
        _say_open(recorder)


def reopen(call: Call, note: str | None = None, **fields: Any) -> None:
    """Say that the work goes on after all."""
    recorder = call.recorder()
    event = verbs.reopen(recorder, note, call.fields(recorder, "header", fields))
    choose(call, recorder.place._replace(open=True))
    call.answer(recorder.place, event, " — ".join(part for part in ("reopened", note) if part))


def addendum(call: Call, title: str, labels: tuple[str, ...] = (), **fields: Any) -> None:
    """Open an addendum and make it current."""
    recorder = call.recorder()
    parsed = call.fields(recorder, "header", fields)
    event = verbs.addendum(recorder, title, parsed, labels=labels)
    slug = (event.body or {}).get("slug") or event.tail
    place = recorder.place._replace(part=event.id, addendum=slug)
    choose(call, place)
    call.answer(place, event, f"addendum opened: {title}", part=event.id)


def choose(call: Call, place: Place) -> None:
    """Make a place current; what was recorded is recorded, even where that cannot be remembered."""
    try:
        call.choose(place)
    except (NotAllowed, Unavailable) as error:
        speech.note(f"triage: not remembered as current: {speech.plain(str(error))}")


def _say_open(recorder: Recorder) -> None:
    part = "" if recorder.place.part == recorder.place.journal else recorder.place.part
    standing = reading.standing(recorder.store, recorder.place.journal, part)
    for action in standing.actions:
        owner = f", owner {action.owner}" if action.owner else ""
        speech.note(f"still open: action {action.number}, {speech.plain(action.title)}{speech.plain(owner)}")
    for blocker in standing.blockers:
        speech.note(f"still open: blocker {blocker.number}, {speech.plain(blocker.title)}")
    for action in standing.failed:
        speech.note(f"failed: action {action.number}, {speech.plain(action.title)}")
    for each in standing.unmet:
        speech.note(f"not met: {speech.shortened(speech.plain(each.told))}")
