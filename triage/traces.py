"""Where the user's state lies, and the traces in it by which a hook sees, at no cost, that a session records.

The hook is waited for: this module loads nothing.
"""

import os
from collections.abc import Mapping

USED = "used"
STARTED = "started"
LONGEST = 100
"""Bytes of a name that a trace is called by; beyond that a file's name would be too long."""


def home(environ: Mapping[str, str]) -> str:
    """The user's home."""
    return environ.get("HOME") or os.path.expanduser("~")


def state_folder(environ: Mapping[str, str]) -> str:
    """The folder of the user's state."""
    return os.path.join(environ.get("XDG_STATE_HOME") or f"{home(environ)}/.local/state", "triage")


def used(state: str, session: str) -> str:
    """The trace of a session that records: where to."""
    return os.path.join(state, USED, _name(session))


def started(state: str, use: str) -> str:
    """The trace of a use of a tool: when it started."""
    return os.path.join(state, STARTED, _name(use))


def _name(said: str) -> str:
    """A file's name for what an agent calls a session or a use of a tool."""
    raw = said.encode("utf-8", "surrogatepass")
    return raw[:LONGEST].hex() + (f"-{len(raw)}" if len(raw) > LONGEST else "")
