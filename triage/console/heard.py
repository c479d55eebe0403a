"""What came from standard input, which is not lost where the call that read it is refused."""

import os
import sys
from collections.abc import Iterator, Sequence

from triage import config
from triage.console.redactor import redactor
from triage.console.speech import note
from triage.errors import TriageError, UsageError


class Heard:
    """Standard input, which one call reads once."""

    __slots__ = ("_data", "secret_env")

    def __init__(self) -> None:
        self._data: bytes | None = None
        self.secret_env: tuple[str, ...] = ()

    def read(self) -> bytes:
        """All of standard input; `UsageError` where it is closed or was read before."""
        if self._data is not None:
            raise UsageError("standard input was read already", hint="only one text can be -")
        if sys.stdin is None:
            raise UsageError("standard input is closed", hint="give the text, or @FILE")
        if sys.stdin.isatty():
            note("reading the text from standard input; end it with Ctrl-D")
        self._data = sys.stdin.buffer.read()
        return self._data

    def parts(self) -> Iterator[bytes]:
        """All of standard input; what is not recorded in the end can still be kept."""
        yield self.read()

    def forget(self) -> None:
        """Let go of what was read: it is a secret, and is kept nowhere."""
        self._data = b""

    def keep(self) -> str:
        """Keep what was read in a file of the user's, scrubbed; its path, or '' where there is nothing."""
        return keep(self._data or b"", self.secret_env)


def keep(data: bytes, names: Sequence[str] = ()) -> str:
    """Keep what could not be recorded in a file of the user's, scrubbed; its path, or '' if that fails."""
    if not data:
        return ""
    from triage.config.leavings import keep_refused

    try:
        settings = config.load(os.environ, config.working_folder(os.environ))
        return keep_refused(settings.state_folder, redactor(settings, names).data(data)[0], config.clock())
    except TriageError:
        return ""
