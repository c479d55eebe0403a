"""A terminal for a command that wants one: a pseudo-terminal between it and ours."""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

SIZE = struct.Struct("HHHH")
"""Rows, columns, and two numbers of pixels, as TIOCGWINSZ has them."""
USUAL = (24, 80)


class Terminal:
    """Both ends of a pseudo-terminal: ``ours`` is read and written, ``theirs`` is the command's."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self._resize()
        _unstoppable(self.theirs)

    def adopt(self) -> None:
        """Make it the terminal that controls the command; called in the command's own process."""
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Send on what is typed, key by key, and the window's new sizes, while the command runs."""
        os.close(self.theirs)
        threading.Thread(target=self._type, daemon=True).start()
        before = signal.signal(signal.SIGWINCH, lambda *_: self._resize())
        try:
            with _raw():
                yield
        finally:
            signal.signal(signal.SIGWINCH, before)

    def _type(self) -> None:
        """Pass standard input on until its end, which a terminal writes as Ctrl-D."""
        try:
            source = sys.stdin.fileno()
            while data := os.read(source, 4096):
                os.write(self.ours, data)
            os.write(self.ours, b"\x04")
        except (OSError, ValueError, AttributeError):
            return

    def _resize(self) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, _window())


def _unstoppable(handle: int) -> None:
    """Let Ctrl-Z be a key as others are: nobody would be there to let the command go on."""
    attributes = termios.tcgetattr(handle)
    attributes[6][termios.VSUSP] = b"\0"
    termios.tcsetattr(handle, termios.TCSANOW, attributes)


def _window() -> bytes:
    """The size of our own window, or the usual one where there is none."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            return fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(SIZE.size))
        except (OSError, ValueError, AttributeError):
            continue
    return SIZE.pack(*USUAL, 0, 0)


@contextmanager
def _raw() -> Iterator[None]:
    """Our own terminal hands every key over, and draws none; as it was afterwards."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setraw(handle)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
