"""What came from standard input, which is not lost where the call that read it is refused."""

import os
import sys
from collections.abc import Iterator

from triage import config, redact
from triage.cli.speech import note
from triage.errors import TriageError, UsageError


class Heard:
    """Standard input, which one call reads once."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data: bytes | None = None

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

    def keep(self) -> str:
        """Keep what was read in a file of the user's, scrubbed; its path, or '' where there is nothing."""
        return keep(self._data or b"")


def keep(data: bytes) -> str:
    """Keep what could not be recorded in a file of the user's, scrubbed; its path, or '' if that fails."""
    if not data:
        return ""
    own, state = config.folders(os.environ)
    path = os.path.join(state, "refused", f"{config.clock()}-{os.getpid()}.txt")
    try:
        redactor = redact.Redactor(config.redaction_key(own), redact.secret_names(os.environ))
        config.write_aside(path, redactor.data(data)[0])
    except TriageError:
        return ""
    return path
