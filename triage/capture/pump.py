"""Passing the streams of a command on, while they are kept."""

import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

GRACE = 1.0
"""Seconds for what a command left behind to say more, once it has ended."""
SIZE = 64 * 1024
"""Bytes of one read: what a pipe of Linux holds."""


class Stream:
    """One stream: ``source`` is read, ``keep`` gets all of it, ``sink`` as long as somebody reads it."""

    def __init__(self, source: int, sink: IO[bytes] | None, keep: Callable[[bytes], None]) -> None:
        self.source = source
        self.passed = 0
        self._sink = sink
        self._keep = keep

    def pass_on(self) -> bool:
        """Pass on what is there; false at the stream's end, or when nobody reads it any more."""
        data = _read(self.source)
        if data:
            self._keep(data)
            self.passed += len(data)
        return bool(data) and self._show(data)

    def _show(self, data: bytes) -> bool:
        try:
            rest = memoryview(data)
            while self._sink is not None and rest:
                rest = rest[self._sink.write(rest) or 0 :]
        except BrokenPipeError:
            return False
        except (OSError, ValueError):
            self._sink = None
        return True

    def waiting(self) -> int:
        """Bytes that lie in the pipe."""
        import fcntl
        import termios

        try:
            answer = fcntl.ioctl(self.source, termios.FIONREAD, bytes(4))
            return int.from_bytes(answer, sys.byteorder)
        except (OSError, ValueError):
            return 0


class Pump(threading.Thread):
    """Reads all streams in one thread: what two of them say stands in the order in which it came."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        super().__init__(daemon=True)
        self._streams = streams

    def run(self) -> None:
        """Go on until every stream has ended."""
        with selectors.DefaultSelector() as selector:
            for place, stream in enumerate(self._streams):
                selector.register(stream.source, selectors.EVENT_READ, place)
            while selector.get_map():
                ready = sorted(key.data for key, _ in selector.select())
                for stream in (self._streams[place] for place in ready):
                    if not stream.pass_on():
                        selector.unregister(stream.source)
                        os.close(stream.source)  # the command learns, as it would have, that nobody reads it

    def finish(self) -> None:
        """Wait, once the command has ended, for all that it said, however slow the reader is.

        What it left behind may hold a stream open: that is waited for no longer than ``GRACE`` seconds.
        """
        due = self._passed() + sum(stream.waiting() for stream in self._streams)
        end = None
        while self.is_alive():
            self.join(0.02)
            if self._passed() >= due:
                end = end or time.monotonic() + GRACE
                if time.monotonic() > end:
                    return

    def _passed(self) -> int:
        return sum(stream.passed for stream in self._streams)


def _read(source: int) -> bytes:
    """The next bytes; none at the end. A terminal whose other side is closed answers with an error."""
    try:
        return os.read(source, SIZE)
    except OSError:
        return b""
