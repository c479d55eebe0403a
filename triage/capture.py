"""Running a command: its output goes on at once and is kept, up to a limit, head and tail."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO, NamedTuple

KEEP = 512 * 1024
"""Bytes kept of the head, and as many of the tail; the middle is counted."""
NOT_FOUND, NOT_EXECUTABLE, FAILED = 127, 126, 125
"""Exit codes of our own failures, as env and timeout have them."""


class Captured(NamedTuple):
    """What a command did. Times are microseconds since 1970; ``truncated`` the bytes left out."""

    command: str
    cwd: str
    host: str
    exit_code: int
    started_us: int
    ended_us: int
    output: bytes
    truncated: int
    error: str = ""


class Tape:
    """The head and the tail of what passed."""

    def __init__(self, keep: int = KEEP) -> None:
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
            self._tail += data[room:] if room > 0 else data
            if len(self._tail) > 2 * self._keep:
                self._drop()

    def _drop(self) -> None:
        excess = len(self._tail) - self._keep
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess

    def read(self) -> tuple[bytes, int]:
        """What was kept, with a line in the place of what was not, and the number of bytes left out."""
        with self._lock:
            self._drop()
            if not self._dropped:
                return bytes(self._head + self._tail), 0
            note = f"\n[... {self._dropped} bytes left out ...]\n".encode()
            return bytes(self._head) + note + bytes(self._tail), self._dropped


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
    output, truncated = tape.read() if keep_output else (b"", 0)
    return Captured(
        command=shlex.join(argv),
        cwd=_folder(),
        host=socket.gethostname(),
        exit_code=code,
        started_us=started,
        ended_us=clock(),
        output=output,
        truncated=truncated,
        error=error,
    )


def _folder() -> str:
    """The folder that the command ran in, or '' where it is gone."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _run(argv: Sequence[str], tape: Tape) -> int:
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        pumps = [
            threading.Thread(target=_pump, args=(source, sink, tape), daemon=True)
            for source, sink in (
                (child.stdout, sys.stdout.buffer),
                (child.stderr, sys.stderr.buffer),
            )
            if source is not None
        ]
        for pump in pumps:
            pump.start()
        code = _wait(child)
        for pump in pumps:
            pump.join(timeout=1.0 if child.poll() is not None else None)
    return 128 - code if code < 0 else code


def _wait(child: "subprocess.Popen[bytes]") -> int:
    """Wait for the child; what interrupts us interrupts the child, whose end is still recorded."""

    def forward(number: int, _: object) -> None:
        child.send_signal(number)

    before = signal.signal(signal.SIGTERM, forward)
    try:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)


def _pump(source: IO[bytes], sink: IO[bytes], tape: Tape) -> None:
    while data := os.read(source.fileno(), 65536):
        tape.write(data)
        try:
            sink.write(data)
            sink.flush()
        except BrokenPipeError:
            source.close()  # the command learns, as it would have, that nobody reads it any more
            return
        except (OSError, ValueError):
            continue
