"""Running a command: its output goes on at once and is kept, up to a limit, head and tail."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import IO, NamedTuple

from triage.capture.guard import Guard, guarded
from triage.capture.pump import Pump, Stream
from triage.capture.tape import ERR, KEEP, MARGIN, OUT, Kept, Tape

__all__ = [
    "ERR",
    "KEEP",
    "MARGIN",
    "OUT",
    "Captured",
    "Guard",
    "Kept",
    "Manner",
    "Tape",
    "Watch",
    "folder",
    "guarded",
    "host",
    "run",
]

NOT_FOUND, NOT_EXECUTABLE, FAILED, TIMED_OUT = 127, 126, 125, 124
"""Exit codes of our own failures, as env and timeout have them."""
KILL_AFTER = 5.0
"""Seconds from the request to end, at a timeout, to the signal that nobody can ignore."""

NEVER = 3600.0 * 24 * 365
"""Seconds that nobody waits for."""

Watch = Callable[[Tape], float]
"""Called with what passed so far; gives the seconds until it wants to be called again."""


class Manner(NamedTuple):
    """How a command is run.

    ``timeout`` is in seconds; ``live`` says whether the output is shown; ``terminal`` gives the command a
    terminal; ``digests`` has the tape digest all of it; ``environ`` is its environment, None for ours.
    """

    timeout: float | None = None
    live: bool = True
    terminal: bool = False
    digests: bool = False
    environ: Mapping[str, str] | None = None


class Captured(NamedTuple):
    """What a command did. Times are microseconds since 1970.

    ``state`` is exited, killed, timeout or interrupted; ``signal`` the name of the signal that ended it, or
    that we were sent meanwhile. ``error`` says why it could not run.
    """

    argv: tuple[str, ...]
    cwd: str
    host: str
    state: str
    exit_code: int
    signal: str
    started_us: int
    ended_us: int
    tape: Tape
    error: str = ""


class _End(NamedTuple):
    state: str
    code: int
    signal: str = ""
    error: str = ""


def folder() -> str:
    """The folder that a command runs in, or '' where it is gone."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def host() -> str:
    """The name of this host."""
    return socket.gethostname()


def run(
    argv: Sequence[str],
    manner: Manner,
    *,
    clock: Callable[[], int],
    guard: Guard,
    watch: Watch | None = None,
) -> Captured:
    """Run a command without a shell, pass its output on unchanged, and say what it did.

    What would end us meanwhile is what the ``guard`` takes. ``watch`` is called now and then, in this thread,
    while the command runs. A command that a signal ended has the exit code of shells, 128 + its number.
    """
    tape, started = Tape(digests=manner.digests), clock()
    try:
        end = _Run(argv, manner, tape, guard, watch).end()
    except FileNotFoundError:
        end = _End("exited", NOT_FOUND, error=_not_found(argv))
    except PermissionError:
        end = _End("exited", NOT_EXECUTABLE, error=f"not executable: {argv[0]}")
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        end = _End("exited", FAILED, error=f"cannot run {argv[0]}: {reason}")
    tape.end()
    return Captured(
        argv=tuple(argv),
        cwd=folder(),
        host=host(),
        state=end.state,
        exit_code=end.code,
        signal=end.signal,
        started_us=started,
        ended_us=clock(),
        tape=tape,
        error=end.error,
    )


def _not_found(argv: Sequence[str]) -> str:
    """That there is no such command; what was meant for a shell is no command."""
    said = f"command not found: {argv[0]}"
    if len(argv) > 1 or not any(mark in argv[0] for mark in " |&;<>$"):
        return said
    return f"{said}; a line for the shell is run with: triage run -- sh -c {shlex.quote(argv[0])}"


class _Run:
    """One command that runs: its process, the pumps of its streams, and what we were sent meanwhile."""

    def __init__(
        self, argv: Sequence[str], manner: Manner, tape: Tape, guard: Guard, watch: Watch | None
    ) -> None:
        self._argv = argv
        self._manner = manner
        self._guard = guard
        self._tape = tape
        self._watch = watch
        self._ended = threading.Event()

    def end(self) -> _End:
        """Run it to its end."""
        return self._to_its_end_on_a_terminal() if self._manner.terminal else self._to_its_end()

    def _to_its_end(self) -> _End:
        (out, theirs_out), (err, theirs_err) = os.pipe(), os.pipe()
        try:
            child = subprocess.Popen(
                self._argv, stdout=theirs_out, stderr=theirs_err, env=self._manner.environ
            )
        finally:
            os.close(theirs_out)
            os.close(theirs_err)
        return self._pumped(child, {OUT: out, ERR: err})

    def _to_its_end_on_a_terminal(self) -> _End:
        from triage.capture.terminal import Terminal

        terminal = Terminal()
        given = {**dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs), "env": self._manner.environ}
        child = subprocess.Popen(self._argv, **given, start_new_session=True, preexec_fn=terminal.adopt)  # type: ignore[call-overload]  # noqa: PLW1509  no thread has started yet
        with terminal.joined():
            return self._pumped(child, {OUT: terminal.ours})

    def _pumped(self, child: "subprocess.Popen[bytes]", sources: Mapping[str, int]) -> _End:
        """Pass its streams on until it has ended."""
        pump = Pump([self._stream(name, source) for name, source in sources.items()])
        pump.start()
        end = self._wait(child)
        pump.finish()
        return end

    def _stream(self, name: str, source: int) -> Stream:
        return Stream(source, _sink(name) if self._manner.live else None, partial(self._tape.write, name))

    def _wait(self, child: "subprocess.Popen[bytes]") -> _End:
        """Wait for the child in a thread, so that this one can watch, and be sent signals."""
        self._guard.watch_over(child)
        threading.Thread(target=self._wait_for, args=[child], daemon=True).start()
        limit = time.monotonic() + (NEVER if self._manner.timeout is None else self._manner.timeout)
        is_late = not self._watched_until(limit)
        if is_late:
            child.send_signal(signal.SIGTERM)
            if not self._watched_until(time.monotonic() + KILL_AFTER):
                child.kill()
                self._ended.wait()
        return self._what_ended(child.returncode, is_late=is_late)

    def _wait_for(self, child: "subprocess.Popen[bytes]") -> None:
        child.wait()
        self._ended.set()

    def _watched_until(self, limit: float) -> bool:
        """Watch until the child has ended, or until the limit; whether it has ended."""
        due = 0.0
        while not self._ended.is_set() and time.monotonic() < limit:
            if time.monotonic() >= due:
                due = time.monotonic() + (self._watch(self._tape) if self._watch else NEVER)
            self._ended.wait(max(0.0, min(due, limit) - time.monotonic()))
        return self._ended.is_set()

    def _what_ended(self, status: int, *, is_late: bool) -> _End:
        by_signal = signal.Signals(-status).name if status < 0 else ""
        if is_late:
            return _End("timeout", TIMED_OUT, by_signal)
        code = 128 - status if status < 0 else status
        if self._guard.sent:
            return _End("interrupted", code, by_signal or signal.Signals(self._guard.sent[0]).name)
        return _End("killed" if by_signal else "exited", code, by_signal)


def _sink(stream: str) -> IO[bytes] | None:
    """Our own stream, without a buffer: a thread that holds a buffer's lock at the end would stop Python."""
    ours = sys.stdout if stream == OUT else sys.stderr
    if ours is None:
        return None
    ours.flush()
    try:
        return open(ours.fileno(), "wb", buffering=0, closefd=False)
    except OSError:  # it is no file of the system's
        return ours.buffer
