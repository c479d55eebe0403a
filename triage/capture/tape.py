"""What passed of a command's two streams: head and tail are kept, the middle is counted."""

import threading
from collections import deque
from hashlib import sha256
from typing import NamedTuple

KEEP = 512 * 1024
"""Bytes kept of the head, and as many of the tail; the middle is counted."""
MARGIN = 16 * 1024
"""Bytes more of each, so that a secret at the cut is whole, and seen."""
HOLD = 64 * 1024
"""Bytes of a line that is not ended yet that wait for its end; a longer one is cut."""
MOST_RUNS = 50_000
"""Changes from one stream to the other that the head, and the tail, have room for."""

OUT, ERR = "out", "err"


class Kept(NamedTuple):
    """What is kept of an output: ``runs`` are bytes of one stream each, [stream, number], in order."""

    data: bytes
    runs: list[tuple[str, int]]


class Tape:
    """The head and the tail of what passed, line by line: a line of one stream is never cut by the other.

    Lines stand in the order in which they ended.
    """

    def __init__(self, keep: int = KEEP + MARGIN, *, digests: bool = False) -> None:
        self._keep = keep
        self._head = _Strip()
        self._tail: deque[tuple[str, bytearray]] = deque()
        self._tail_size = 0
        self._dropped = 0
        self._open = {OUT: b"", ERR: b""}
        self._digests = {OUT: sha256(), ERR: sha256()} if digests else {}
        self._lock = threading.Lock()
        self.size = 0
        self.lines = 0

    def write(self, stream: str, data: bytes) -> None:
        """Take what passed on a stream."""
        with self._lock:
            self.size += len(data)
            self.lines += data.count(b"\n")
            if self._digests:
                self._digests[stream].update(data)
            line_end = data.rfind(b"\n") + 1
            if line_end:
                self._put(stream, self._open[stream] + data[:line_end])
                self._open[stream] = data[line_end:]
            else:
                self._open[stream] += data
            if len(self._open[stream]) > HOLD:
                self._end_line(stream)

    def end(self) -> None:
        """Take what no line end will follow any more."""
        with self._lock:
            for stream in self._open:
                self._end_line(stream)

    def _end_line(self, stream: str) -> None:
        rest, self._open[stream] = self._open[stream], b""
        if rest:
            self._put(stream, rest)

    def _put(self, stream: str, data: bytes) -> None:
        room = self._keep - len(self._head.data)
        if room and not self._tail and len(self._head.runs) < MOST_RUNS:
            self._head.add(stream, data[:room])
            data = data[room:]
        if data:
            self._put_tail(stream, data)

    def _put_tail(self, stream: str, data: bytes) -> None:
        last = self._tail[-1] if self._tail else None
        if last is not None and last[0] == stream and len(last[1]) < HOLD:
            last[1].extend(data)
        else:
            self._tail.append((stream, bytearray(data)))
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0][1]) >= self._keep or len(self._tail) > MOST_RUNS:
            self._drop(len(self._tail.popleft()[1]))

    def _drop(self, size: int) -> None:
        self._tail_size -= size
        self._dropped += size

    def head(self) -> Kept:
        """The head so far, whole lines only until the output has ended."""
        with self._lock:
            return Kept(bytes(self._head.data), [(stream, size) for stream, size in self._head.runs])

    def tail(self) -> tuple[Kept, int]:
        """The tail, and the number of bytes before it that were not kept."""
        with self._lock:
            self._trim()
            data = b"".join(part for _, part in self._tail)
            return Kept(data, [(stream, len(part)) for stream, part in self._tail]), self._dropped

    def last_lines(self, count: int) -> list[tuple[str, bytes]]:
        """The last lines of what is kept, as they came: stream and bytes."""
        head, (tail, _) = self.head(), self.tail()
        data, runs = head.data + tail.data, [*head.runs, *tail.runs]
        start = _line_start(data, count)
        found, place = [], 0
        for stream, size in runs:
            if place + size > start:
                found.append((stream, data[max(place, start) : place + size]))
            place += size
        return found

    def _trim(self) -> None:
        excess = self._tail_size - self._keep
        if excess > 0:
            del self._tail[0][1][:excess]
            self._drop(excess)

    def digest(self, salt: bytes) -> str:
        """SHA-256 of a salt and the SHA-256 of either stream, in hex: the streams' order does not matter."""
        return sha256(salt + b"".join(digest.digest() for digest in self._digests.values())).hexdigest()


def _line_start(data: bytes, count: int) -> int:
    """Where the last lines of the data begin."""
    place = len(data) - data.endswith(b"\n")
    for _ in range(count):
        if place < 0:
            return 0
        place = data.rfind(b"\n", 0, place)
    return len(data) if not count else place + 1


class _Strip:
    """Bytes that only grow, and which stream they came from."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.runs: list[list] = []  # type: ignore[type-arg]

    def add(self, stream: str, data: bytes) -> None:
        self.data += data
        if self.runs and self.runs[-1][0] == stream:
            self.runs[-1][1] += len(data)
        else:
            self.runs.append([stream, len(data)])
