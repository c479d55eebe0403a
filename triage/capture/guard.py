"""Signals that would end us, sent on to the command, so that its end is still recorded."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that are always sent on: they reach this process alone."""


class Guard:
    """What we were sent, in order, while a command was run and recorded."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self._child: subprocess.Popen[bytes] | None = None

    def watch_over(self, child: "subprocess.Popen[bytes]") -> None:
        """Send on to the child what comes from now on, and what came before it was there."""
        self._child = child
        for number in self.sent:
            child.send_signal(number)

    def take(self, number: int, _: object = None) -> None:
        """Take a signal; a terminal gives an interrupt to the child by itself."""
        self.sent.append(number)
        if self._child is not None and not (number == signal.SIGINT and _terminal_tells_the_child()):
            self._child.send_signal(number)


@contextmanager
def guarded() -> Iterator[Guard]:
    """Take what would end us, until the block is left; in the main thread, to which alone it comes."""
    guard = Guard()
    if threading.current_thread() is not threading.main_thread():
        yield guard
        return
    before = {number: signal.signal(number, guard.take) for number in (signal.SIGINT, *FORWARDED)}
    try:
        yield guard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminal_tells_the_child() -> bool:
    """Whether Ctrl-C reaches the child without us: it is in the foreground of our terminal, as we are."""
    try:
        handle = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(handle) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(handle)
