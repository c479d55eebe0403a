"""Running a command: its output goes on at once and is kept, up to a limit, head and tail."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, NamedTuple

KEEP = 512 * 1024
"""Bytes kept of the head, and as many of the tail; the middle is counted."""
MARGIN = 16 * 1024
"""Bytes more of each, so that a secret at the cut is whole, and seen."""
GRACE = 1.0
"""Seconds for what a command left behind to say more, once it has ended."""
FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
NOT_FOUND, NOT_EXECUTABLE, FAILED = 127, 126, 125
"""Exit codes of our own failures, as env and timeout have them."""


class Captured(NamedTuple):
    """What a command did. Times are microseconds since 1970.

    ``head`` and ``tail`` are what was kept of its output; ``dropped`` bytes between them were not.
    """

    argv: tuple[str, ...]
    cwd: str
    host: str
    exit_code: int
    started_us: int
    ended_us: int
    head: bytes
    tail: bytes
    dropped: int
    error: str = ""


class Tape:
    """The head and the tail of what passed."""

    def __init__(self, keep: int = KEEP + MARGIN) -> None:
        self._keep = keep
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Take what passed."""
        with self._lock:
            room = self._keep - len(self._head)
            self._head += data[:room]
            self._tail += data[room:]
            if len(self._tail) > 2 * self._keep:
                self._drop()

    def _drop(self) -> None:
        excess = len(self._tail) - self._keep
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess

    def read(self) -> tuple[bytes, bytes, int]:
        """Head, tail, and the number of bytes between them that were not kept."""
        with self._lock:
            self._drop()
            return bytes(self._head), bytes(self._tail), self._dropped


class Pump(threading.Thread):
    """Passes one stream of a command on, and keeps it on a tape."""

    def __init__(self, source: IO[bytes], sink: IO[bytes] | None, tape: Tape) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._sink = sink
        self._tape = tape
        self._passed = 0

    def run(self) -> None:
        """Go on until the stream ends, or until nobody reads it any more."""
        while data := os.read(self._source.fileno(), 65536):
            self._tape.write(data)
            if not self._pass_on(data):
                self._source.close()  # the command learns, as it would have, that nobody reads it
                return
            self._passed += len(data)

    def _pass_on(self, data: bytes) -> bool:
        try:
            if self._sink is not None:
                self._sink.write(data)
                self._sink.flush()
        except BrokenPipeError:
            return False
        except (OSError, ValueError):
            self._sink = None
        return True

    def finish(self) -> None:
        """Wait, once the command has ended, for all that it said, however slow the reader is.

        What it left behind may hold the stream open: that is waited for no longer than ``GRACE`` seconds.
        """
        due = self._passed + self._waiting()
        end = None
        while self.is_alive():
            self.join(0.02)
            if self._passed >= due:
                end = end or time.monotonic() + GRACE
                if time.monotonic() > end:
                    return

    def _waiting(self) -> int:
        """Bytes that lie in the pipe."""
        try:
            answer = fcntl.ioctl(self._source.fileno(), termios.FIONREAD, bytes(4))
            return int.from_bytes(answer, sys.byteorder)
        except (OSError, ValueError):
            return 0


def run(argv: Sequence[str], *, clock: Callable[[], int], keep_output: bool = True) -> Captured:
    """Run a command without a shell, pass its output on unchanged, and say what it did.

    The exit code of a command that a signal ended is 128 + its number, as shells have it.
    """
    tape, started = Tape(), clock()
    try:
        code, error = _run(argv, tape), ""
    except FileNotFoundError:
        code, error = NOT_FOUND, f"command not found: {argv[0]}"
    except PermissionError:
        code, error = NOT_EXECUTABLE, f"not executable: {argv[0]}"
    except OSError as problem:
        code, error = FAILED, f"cannot run {argv[0]}: {problem.strerror}"
    head, tail, dropped = tape.read() if keep_output else (b"", b"", 0)
    return Captured(
        argv=tuple(argv),
        cwd=_folder(),
        host=socket.gethostname(),
        exit_code=code,
        started_us=started,
        ended_us=clock(),
        head=head,
        tail=tail,
        dropped=dropped,
        error=error,
    )


def _folder() -> str:
    """The folder that the command ran in, or '' where it is gone."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _run(argv: Sequence[str], tape: Tape) -> int:
    with (
        _forwarding() as children,
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child,
    ):
        children.append(child)
        pumps = [
            Pump(source, sink.buffer if sink is not None else None, tape)
            for source, sink in ((child.stdout, sys.stdout), (child.stderr, sys.stderr))
            if source is not None
        ]
        for pump in pumps:
            pump.start()
        code = child.wait()
        for pump in pumps:
            pump.finish()
    return 128 - code if code < 0 else code


@contextmanager
def _forwarding() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Send on to the child what would end us, so that its end is still recorded.

    An interrupt is not sent on: a terminal gives it to the child as well.
    """
    children: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _: object) -> None:
        if number != signal.SIGINT:
            for child in children:
                child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, *FORWARDED)}
    try:
        yield children
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
