"""Starts the hook: what the agent waits for. It says nothing, always ends with 0, and leaves work to a child.

Only the standard library is loaded here, and of that as little as can be.
"""

import os
import sys
import time

try:
    import _signal as signal  # type: ignore[import-not-found]  # as in `triage.__main__`
except ImportError:
    import signal

from triage import traces
from triage.agents import AGENTS

PATIENCE = 5
"""Seconds that an agent has to give the payload."""
LONGEST = 600
"""Seconds that the process left behind may take: a rule of a redaction may be so slow that it never ends."""
LARGEST = 32 * 1024 * 1024
"""Bytes of a payload; of a larger one nothing is kept."""
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def main() -> "NoReturn":
    """Take the payload on standard input, for the agent that the first argument names."""
    now = time.time_ns() // 1000
    try:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
        signal.alarm(PATIENCE)
        _take(sys.argv[1], now)
    except BaseException:  # noqa: BLE001, S110  whatever happens, the agent is not to be troubled with it
        pass
    os._exit(0)  # nothing was written, and Python would take 5 ms to take itself down


def _take(agent: str, now: int) -> None:
    state = traces.state_folder(os.environ)
    raw = _read()
    if agent not in AGENTS or not raw or not os.path.isdir(os.path.join(state, traces.USED)):
        return
    payload = _parsed(raw)
    sessions = _sessions(payload)
    left = (traces.used(state, name) for name in sessions)
    trace = next((path for path in left if os.path.exists(path)), "")
    if sessions and not trace:
        return
    if payload.get("hook_event_name") == "PreToolUse":
        _note_start(state, payload, now)
    else:
        _leave_to_child(agent, raw, payload, trace, now)


def _read() -> bytes:
    """All of standard input; b'' for more than anybody needs, which is read all the same: it was offered."""
    pieces, size = [], 0
    while piece := os.read(0, 1 << 20):
        size += len(piece)
        if size <= LARGEST:
            pieces.append(piece)
    return b"".join(pieces) if size <= LARGEST else b""


def _parsed(raw: bytes) -> "dict[str, Any]":
    """The object that a payload is; {} where it is none."""
    import json

    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _sessions(payload: "dict[str, Any]") -> list[str]:
    """What the session may be called where it records: as the user names it, or as the agent does."""
    named = os.environ.get("TRIAGE_SESSION")
    said = [named] if named else [payload.get("session_id"), payload.get("agent_id")]
    return [name for name in said if isinstance(name, str) and name]


def _note_start(state: str, payload: "dict[str, Any]", now: int) -> None:
    """Keep when a command starts, for payloads that do not say how long it took."""
    use = payload.get("tool_use_id")
    if not isinstance(use, str) or not use:
        return
    path = traces.started(state, use)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.write(handle, str(now).encode())
    os.close(handle)


def _leave_to_child(agent: str, raw: bytes, payload: "dict[str, Any]", trace: str, now: int) -> None:
    """Have a process record that the agent does not wait for; what is not scrubbed yet stays in memory."""
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.alarm(LONGEST)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.closerange(3, 256)  # what the agent left open, and waits for
    from triage.hook.child import record

    record(agent, raw, payload, trace, now)
    os._exit(0)
