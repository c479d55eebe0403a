"""Running a command again under its key: not where its end was recorded, anew where it was not."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from triage.errors import KeyConflict
from triage.events import Event
from triage.usecases.recorder import Recorder, Said

OWN = frozenset(("cwd", "host", "origin", "state", "started_at", "log"))
"""Fields of a start in which two attempts may differ."""


class Before(NamedTuple):
    """A run that was recorded under the same key: its first event, and how it ended."""

    event: Event
    command: str
    state: str
    exit_code: int


def attempt(recorder: Recorder, argv: Sequence[str], fields: Mapping[str, Any]) -> "str | Before":
    """The key to run a command under; or the run of it that ended before, which is not repeated.

    An attempt whose end nobody recorded stays in the record as it is, and the next has a key of its own:
    ``K#2``. Raises `KeyConflict` where the key was used for something else, and `Unavailable` where the store
    cannot say: it might run twice.
    """
    key = name = recorder.circumstances.key
    number = 1
    while name and (known := recorder.first(name)) is not None:
        _check_same(recorder, known, argv, fields)
        ended = _end(recorder, known)
        if ended is not None:
            return Before(known, (known.body or {})["command"], ended["state"], ended["exit_code"])
        number += 1
        name = f"{key}#{number}"
    return name


def _check_same(recorder: Recorder, known: Event, argv: Sequence[str], fields: Mapping[str, Any]) -> None:
    said = Said("evidence", {**fields, "command": recorder.command_line(argv)})
    if known.kind != "evidence" or known.body is None or _typed(known.body) != _typed(recorder.body(said)):
        raise KeyConflict(
            f"the key was used before, for e{known.n}, with other words: the command was not run",
            hint="choose another --key",
        )


def _typed(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in OWN}


def _end(recorder: Recorder, creation: Event) -> Mapping[str, Any] | None:
    """What was recorded of the end of a run; None where that is not known."""
    bodies = (event.body or {} for event in recorder.home.events(creation.journal, entities=[creation.id]))
    return next((body for body in bodies if "exit_code" in body), None)
