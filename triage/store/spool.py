"""Events that wait beside the user's state for a store that cannot be written for now.

A file holds what one call appended, so that it is delivered whole. Its name begins with the time, so that the
names in order are the order of recording. What a store did not take is set aside under its error's code.
"""

import json
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from triage import times
from triage.durable import write_private
from triage.errors import InvalidValue, NotAllowed, Unavailable
from triage.events import Actor, Draft, Event, is_id
from triage.store import SPOOLED, JournalRow, Name, Recording
from triage.values import validate

if TYPE_CHECKING:
    from triage.redact import CleanEvent

FORMAT = "triage.spool.v1"


class Spool:
    """Stands in, for recording, for a store that cannot be written: keeps what it is given in a folder.

    ``address`` is the store's, without passwords; ``reason`` says why it cannot be written, and is raised for
    whatever needs it. ``readable`` is the store where it can be read all the same.
    """

    def __init__(
        self,
        folder: str,
        address: str,
        reason: Unavailable,
        *,
        clock: Callable[[], int],
        readable: Recording | None = None,
    ) -> None:
        self._folder = folder
        self._address = address
        self._reason = reason
        self._clock = clock
        self._readable = readable

    def append(
        self, events: "Sequence[CleanEvent]", *, guard: Callable[[Recording], None] | None = None
    ) -> list[Event]:
        """Keep the events until the store can be written, and give them back without a number.

        Raises `Unavailable` for what only the store can decide on, and where nothing can be kept here either.
        """
        drafts = [event.draft for event in events]
        if guard is not None or any(_takes_a_slug(draft) for draft in drafts):
            raise self._reason
        if drafts:
            self._keep(drafts)
        return [_unnumbered(draft) for draft in drafts]

    def purge(self, journal: str, ids: Sequence[str], act: "CleanEvent") -> Event:  # noqa: ARG002  nothing is kept
        """Refuse: what is deleted must be in the store."""
        raise self._reason

    def find(self, journal: str, name: Name) -> list[Event]:
        """See `Store.find`."""
        return self._read().find(journal, name)

    def journal(self, name: str) -> JournalRow | None:
        """See `Store.journal`."""
        return self._read().journal(name)

    def events(self, journal: str, *, entities: Sequence[str] = (), **how: Any) -> Iterator[Event]:
        """The events of some entities. No list of all: what waits here would be missing from it."""
        if not entities:
            raise self._reason
        return self._read().events(journal, entities=entities, **how)

    def _read(self) -> Recording:
        if self._readable is None:
            raise self._reason
        return self._readable

    def _keep(self, drafts: Sequence[Draft]) -> None:
        last = max((int(name[:DIGITS]) for name in _names(self._folder)), default=0)
        when = max(self._clock(), last + 1)
        path = os.path.join(self._folder, f"{when:0{DIGITS}}-{drafts[0].id}{SPOOLED}")
        try:
            write_private(path, _told(self._address, drafts))
        except (NotAllowed, Unavailable) as error:
            with suppress(OSError):
                os.unlink(path)
            raise type(self._reason)(
                f"{self._reason.message}; nor can it be spooled: {error.message}", hint=self._reason.hint
            ) from error


DIGITS = 16
"""Of the microseconds since 1970 that a name begins with."""


def _takes_a_slug(draft: Draft) -> bool:
    """Whether it gives a journal its slug, which no other journal of the store may have."""
    changes = draft.body.get("changes") or {}
    return draft.part == draft.journal and "slug" in (draft.body if draft.kind == "header" else changes)


def _unnumbered(draft: Draft) -> Event:
    """The event as far as it is known before a store has sealed it."""
    body = dict(draft.body)
    if draft.output is not None:
        body["output"] = [[len(draft.output), ""]]
    return Event(
        draft.id, draft.journal, draft.kind, draft.entity, draft.part, draft.at, draft.precision, "",
        draft.actor, (), "", body,
    )  # fmt: skip


def _told(address: str, drafts: Sequence[Draft]) -> bytes:
    events = [
        draft._asdict()
        | {
            "actor": list(draft.actor),
            "output": None if draft.output is None else b64encode(draft.output).decode(),
        }
        for draft in drafts
    ]
    return json.dumps({"format": FORMAT, "store": address, "events": events}).encode()


class Held(NamedTuple):
    """What a file of a spool holds: the store that it is for, and what one call appended."""

    store: str
    drafts: tuple[Draft, ...]


def read(path: str) -> Held:
    """What a file holds; ValueError where it is none of a spool, or of a newer triage."""
    raw = _bytes(path)
    try:
        value = json.loads(raw)
        if value["format"] != FORMAT or not isinstance(value["store"], str):
            raise ValueError(f"not of the form {FORMAT}")
        return Held(value["store"], tuple(map(_draft, value["events"])))
    except (KeyError, TypeError, RecursionError, InvalidValue) as error:
        raise ValueError(f"not of the form {FORMAT}") from error


def _bytes(path: str) -> bytes:
    """The bytes of a file; ValueError for a pipe or a device, which nobody waits for."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no file")
        return file.read()


def _draft(event: dict[str, Any]) -> Draft:
    """The draft that `_told` wrote; an error of `read` for anything that a store could not take."""
    output = event["output"]
    draft = Draft(
        **event
        | {
            "actor": Actor(*event["actor"]),
            "output": None if output is None else b64decode(output, validate=True),
        }
    )
    texts = (draft.kind, draft.precision, *draft.actor)
    ids = (draft.id, draft.journal, draft.entity, draft.part)
    if not all(isinstance(text, str) for text in texts) or not all(map(is_id, ids)):
        raise ValueError(f"not of the form {FORMAT}")
    if not (draft.at is None or times.is_instant(draft.at)) or not isinstance(draft.body, dict):
        raise ValueError(f"not of the form {FORMAT}")
    validate(draft.kind, draft.body)
    return draft


def waiting(folder: str) -> list[str]:
    """The paths of what is to be delivered, in the order of recording."""
    return [os.path.join(folder, name) for name in _names(folder) if name.endswith(SPOOLED)]


def aside(folder: str) -> list[str]:
    """The paths of what was set aside, in the order of recording."""
    return [os.path.join(folder, name) for name in _names(folder) if not name.endswith(SPOOLED)]


def code_of(path: str) -> str:
    """The code of the error for which a file was set aside."""
    return os.path.splitext(path)[1].removeprefix(".")


def set_aside(path: str, code: str) -> None:
    """Keep a file back from being delivered; where that fails it is refused again, and holds nothing up."""
    with suppress(OSError):
        os.replace(path, f"{path.removesuffix(SPOOLED)}.{code}")


def bring_back(path: str) -> None:
    """Have a file that was set aside be delivered after all."""
    with suppress(FileNotFoundError):
        os.replace(path, f"{os.path.splitext(path)[0]}{SPOOLED}")


def remove(path: str) -> None:
    """Forget a file; where that fails it is delivered again, which changes nothing."""
    with suppress(OSError):
        os.unlink(path)


def _names(folder: str) -> list[str]:
    """The names of what is in a spool, in order, but for what was not yet put into its place."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if _is_name(name))


def _is_name(name: str) -> bool:
    digits = name[:DIGITS]
    return digits.isascii() and digits.isdigit() and name.count(".") == 1
