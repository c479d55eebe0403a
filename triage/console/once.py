"""Running a command of a key once: not while it runs already."""

from collections.abc import Iterator
from contextlib import contextmanager

from triage import config
from triage.console.call import Call
from triage.errors import Conflict
from triage.usecases.recorder import Place


@contextmanager
def sole(call: Call, place: Place) -> Iterator[None]:
    """Refuse with `Conflict` to run a command that still runs under the same key, on this host."""
    if not call.key:
        yield
        return
    with config.sole(call.settings, f"{place.journal} {call.key}") as is_mine:
        if not is_mine:
            raise Conflict(
                f"the command of the key {call.key!r:.60} is still running: it was not started again",
                hint="wait for its end, and say the same again",
            )
        yield
