"""What one agent may do through this server, and the call that each of its requests becomes."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from triage.console.call import Call
from triage.console.heard import Heard
from triage.mcp_server.words import Words


class Session(NamedTuple):
    """What `triage mcp` was started with; ``run`` and ``publish`` say what it allows besides recording.

    ``environ`` says of each request who asks.
    """

    run: bool = False
    publish: bool = False
    journal: str = ""
    store: str = ""
    actor: str = ""
    secret_env: tuple[str, ...] = ()
    environ: Mapping[str, str] = os.environ

    @property
    def words(self) -> Words:
        """Our words as calls of the tools that there are."""
        return Words(self.run, self.publish)

    def scrub(self, text: str) -> str:
        """The text without what is a secret now, whatever it was when it was recorded."""
        with self.call() as call:
            return call.redactor.text(text)[0]

    @contextmanager
    def call(self, journal: str = "", *, at: str = "", key: str = "") -> Iterator[Call]:
        """A call of its own: store and settings are read anew, and closed after it; nothing can go stale."""
        options = {
            "journal": journal or self.journal,
            "store": self.store,
            "actor": self.actor,
            "secret_env": self.secret_env,
            "at": at or None,
            "key": key,
        }
        call = Call(options, Heard(), self.environ)
        try:
            yield call
        finally:
            call.close()
