"""Payloads of agents' hooks that could not be made out: kept without their secrets, few, and small."""

import json
import os
from hashlib import sha256
from typing import Any, NamedTuple

from triage.config.leavings import locked
from triage.durable import write_private
from triage.encoding import decoded
from triage.redact import Redactor

FOLDER = "unknown"
MOST = 20
"""Payloads that are kept; each is of another form."""
LONGEST = 500
"""Characters that are kept of each text: the form tells, not what stood there."""
LARGEST = 64 * 1024
"""Bytes of a file."""
PATIENCE = 60
"""Seconds to wait for others who keep one, and count them as well; no agent waits for it."""


class Payload(NamedTuple):
    """A payload as it came: ``value`` is None where it is no JSON object."""

    agent: str
    version: str
    why: str
    value: dict[str, Any] | None
    raw: bytes


def keep(state: str, payload: Payload, redactor: Redactor) -> str:
    """Keep a payload unless one of its form is kept, or there are many; its path, or ''."""
    folder = os.path.join(state, FOLDER)
    path = os.path.join(folder, f"{payload.agent}-{_form(payload)}.json")
    told = _told(payload, redactor)
    with locked(state, alone=True, patience=PATIENCE):
        if os.path.exists(path) or len(kept(state)) >= MOST:
            return ""
        write_private(path, told)
    return path


def kept(state: str) -> list[str]:
    """The paths of what was kept."""
    folder = os.path.join(state, FOLDER)
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith(".json")]


def _form(payload: Payload) -> str:
    """What tells payloads of one form from those of another: the names in it, and what they hold."""
    return sha256(json.dumps([payload.why, _types(payload.value)]).encode()).hexdigest()[:12]


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _types(value[name]) for name in sorted(value)}
    return type(value).__name__


def _told(payload: Payload, redactor: Redactor) -> bytes:
    """The file that is kept: scrubbed as a value, cut, and scrubbed once more as a text."""
    value = redactor.value(payload.value if payload.value is not None else decoded(payload.raw))
    told = {"agent": payload.agent, "triage": payload.version, "why": redactor.text(payload.why)[0]}
    text = json.dumps(told | {"payload": _cut(value)}, indent=2)
    return redactor.data(text.encode())[0][:LARGEST]


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}[... {len(value) - LONGEST} more]"
    if isinstance(value, dict):
        return {str(_cut(name)): _cut(item) for name, item in value.items()}
    return [_cut(item) for item in value] if isinstance(value, list) else value
