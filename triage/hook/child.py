"""Records what a hook was told: in a process of its own, which nobody waits for and which says nothing."""

import gc
import os
from contextlib import suppress
from importlib import import_module
from typing import Any

from triage import config, traces
from triage.agents import AGENTS
from triage.agents.seen import Seen, Unknown
from triage.config import Use
from triage.config.leavings import DAY, START, forget, tidy
from triage.console.call import Call
from triage.console.heard import Heard
from triage.errors import KeyConflict, TriageError
from triage.store import identity
from triage.usecases import capturing, unknown
from triage.usecases.noise import is_noise
from triage.usecases.recorder import Place

OLDEST_US = START.most * DAY * 1_000_000
"""Microseconds after which a command that was started is not waited for: its end was never told."""


def record(agent: str, raw: bytes, payload: dict[str, Any], trace: str, now: int) -> None:
    """Record the command that a payload tells of; a payload of another form is kept, without its secrets.

    ``trace`` is the path of the session's trace, ``now`` when the hook was called.
    """
    gc.disable()
    module = import_module(f"triage.agents.{AGENTS[agent]}")
    use = config.last_use(traces.state_folder(os.environ), trace)
    os.chdir(use.folder if use and use.folder else os.sep)
    _introduce(agent, payload)
    try:
        seen = module.seen(payload)
        if seen is not None and use is not None:
            _record(agent, seen, use, trace, now)
    except Unknown as error:
        _keep(agent, raw, payload, str(error))
    except KeyConflict:
        pass  # the same payload once more
    except TriageError as error:
        if not error.retryable:
            _keep(agent, raw, payload, f"it was not recorded: {error.message}")


def _introduce(agent: str, payload: dict[str, Any]) -> None:
    """Let the environment say of the agent what it says to the commands that the agent runs."""
    session = payload.get("session_id")
    if isinstance(session, str) and "\0" not in session:
        os.environ |= dict.fromkeys(config.variables_of(agent), session)


def _record(agent: str, seen: Seen, use: Use, trace: str, now: int) -> None:
    call = _call(use)
    failed = seen.state != "running" and seen.exit_code not in (None, 0)
    settings = call.settings
    started = _started(settings.state_folder, seen, now)
    if is_noise(
        seen.command[: capturing.LONGEST], skip=settings.hook_skip, keep=settings.hook_keep, failed=failed
    ):
        return
    chosen = use.chosen
    place = Place(chosen.journal, chosen.part, chosen.slug, chosen.addendum)
    try:
        recorder = call.recorder(place)
        if not capturing.takes(recorder, now):
            os.unlink(trace)  # until the session records again
            return
        forget(settings.state_folder, traces.STARTED)
        tidy(settings.state_folder)
        capturing.capture(recorder, seen, hook=agent, started_us=started, ended_us=now)
    finally:
        call.close()


def _call(use: Use) -> Call:
    """The call that the session would make: its store, and the name that it records under."""
    options = {"actor": use.actor}
    call = Call(dict(options), Heard())
    if identity(call.settings.store) != use.store:
        call = Call({**options, "store": use.store}, Heard())
    return call


def _started(state: str, seen: Seen, now: int) -> int | None:
    """When it started, in microseconds since 1970: as the payload says, or as was noted then; else None."""
    noted = _noted(traces.started(state, seen.use))
    if seen.duration_us is not None:
        return now - seen.duration_us
    return noted if noted and now - OLDEST_US < noted <= now else None


def _noted(path: str) -> int:
    """What was noted when the command started, which is over now; 0 where nothing was."""
    with suppress(OSError, ValueError):
        with open(path, encoding="ascii") as file:
            noted = int(file.read(20))
        os.unlink(path)
        return noted
    return 0


def _keep(agent: str, raw: bytes, payload: dict[str, Any], why: str) -> None:
    """Keep a payload that could not be made out, scrubbed, for `triage doctor` to tell of."""
    from triage import __version__
    from triage.console.redactor import redactor

    with suppress(TriageError):
        said = unknown.Payload(agent, __version__, why, payload or None, raw)
        try:
            settings = config.load(os.environ, os.getcwd())
        except TriageError:  # what is secret here is not known
            settings, said = config.load(os.environ, os.sep), said._replace(value=None, raw=b"")
        unknown.keep(settings.state_folder, said, redactor(settings))
