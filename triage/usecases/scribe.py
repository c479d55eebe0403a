"""Writes a command that runs into the record: its start before it starts, its output as it comes, its end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from triage import capture, times
from triage.capture import KEEP, MARGIN, OUT, Captured, Kept, Tape
from triage.encoding import decoded
from triage.errors import TriageError
from triage.events import Draft, Event
from triage.usecases.recorder import Recorder, Said

if TYPE_CHECKING:
    from triage.redact.transcript import Piece

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds between two looks at what was printed: each is twice as long as the one before."""
MOST_RUNS = 8192
"""Changes from one stream to the other in one event: well under the bytes that a body may have."""


class Scribe:
    """The evidence of one command, from its first event to its last.

    What could not be recorded when it was due is recorded with what comes next: the command does not depend
    on the store. ``event`` is its first event, once that is kept; ``id`` is that of the evidence.
    """

    def __init__(
        self, recorder: Recorder, argv: Sequence[str], fields: Mapping[str, Any], *, keep_output: bool
    ) -> None:
        self._recorder = recorder
        self._later = recorder.plain()
        self._keep_output = keep_output
        self._opening: list[Draft] = []
        self._fields = {
            "command": recorder.command_line(argv),
            "cwd": capture.folder(),
            "host": capture.host(),
            "origin": "captured",
            "state": "running",
            **fields,
        }
        self._wait = FIRST_WAIT
        self._seen = self._done = 0
        self._pieces: list[Piece] = []
        self.event: Event | None = None
        self.id = ""

    def begin(self, before: Sequence[Draft] = ()) -> None:
        """Record that the command starts, after what belongs before it; later, where that fails."""
        started = self._recorder.now()
        said = Said("evidence", {**self._fields, "started_at": started}, at=self._at(started))
        creation = self._recorder.draft(said)
        self.id, self._opening = creation.id, [*before, creation]
        with suppress(TriageError):
            self.record([])

    def record(self, drafts: Sequence[Draft]) -> list[Event]:
        """Record drafts, and before them what could not be recorded when it was due."""
        kept = self._later.append([*self._opening, *drafts])
        if self._opening:
            self.event = next(event for event in kept if event.id == self.id)
        mine, self._opening = kept[len(self._opening) :], []
        return mine

    def watch(self, tape: Tape) -> float:
        """Record what was printed a while ago; the seconds until the next look."""
        if self.event is not None and self._keep_output:
            self._flush(tape.head())
        self._wait, wait = min(2 * self._wait, LONGEST_WAIT), self._wait
        return wait

    def _flush(self, head: Kept) -> None:
        """Record the lines of the head that were there at the last look: a secret may go on in newer ones."""
        limit, self._seen = min(self._seen, KEEP), len(head.data)
        limit = min(limit, _undecided(head.data, self._done))
        if limit <= self._done:
            return
        transcript = self._recorder.transcript(*head)
        end = transcript.before(limit)
        if end <= self._done:
            return
        piece = transcript.piece(self._done, end)
        try:
            now = self._recorder.now()
            self.record([self._patch({"streams": runs}, data, now) for data, runs in _parts(piece)])
        except TriageError:
            return  # it is recorded with the next piece
        self._done = end
        self._pieces.append(piece)

    def end(self, captured: Captured) -> list[Draft]:
        """The drafts of what is left to record: the rest of the output, and how the command ended."""
        at = times.from_timestamp_us(captured.ended_us)
        ended = {
            "state": captured.state,
            "exit_code": captured.exit_code,
            "signal": captured.signal or None,
            "ended_at": at,
            "size": captured.tape.size,
        }
        if not self._keep_output:
            return [self._patch({**ended, "digest": self._digest(captured.tape)}, None, at)]
        pieces, truncated = kept(self._recorder, captured.tape, self._done)
        self._pieces += pieces
        parts = [part for piece in pieces for part in _parts(piece)] or [(b"", [])]
        ended |= {
            "streams": parts[-1][1] or None,
            "truncated": truncated or None,
            "redactions": sum(piece.redactions for piece in self._pieces) or None,
            "sha256": sha256(b"".join(piece.data for piece in self._pieces)).hexdigest(),
        }
        drafts = [self._patch({"streams": runs}, data, at) for data, runs in parts[:-1]]
        return [*drafts, self._patch(ended, parts[-1][0], at)]

    def _patch(self, fields: Mapping[str, Any], output: bytes | None, at: str) -> Draft:
        said = Said("evidence", fields, entity=self.id, output=output, at=self._at(at))
        return self._later.draft(said)

    def _at(self, instant: str) -> str:
        """The instant, unless the caller said when all this happened."""
        return "" if self._recorder.circumstances.at else instant

    def _digest(self, tape: Tape) -> str:
        salt, keyed = self._recorder.salt()
        return f"{salt}:{tape.digest(keyed)}"

    @property
    def output(self) -> bytes:
        """The output as it is recorded."""
        return b"".join(piece.data for piece in self._pieces)

    def text(self, stream: str = "") -> str:
        """The recorded text of one stream, or of both."""
        return decoded(b"".join(data for piece in self._pieces for data in _of(piece, stream)))


_DATA = re.compile(rb"^[ \t]*\"?(?:data|stringData)\"?[ ]*:", re.MULTILINE)
_KIND = re.compile(rb"^[ \t]*\"?kind\"?[ ]*:", re.MULTILINE)


def _undecided(data: bytes, since: int) -> int:
    """Where data begins of which only a later line says whether they are those of a Secret of Kubernetes.

    kubectl sorts the keys of a manifest: ``data`` comes before ``kind``.
    """
    begins = [found.start() for found in _DATA.finditer(data, since)]
    if not begins or _KIND.search(data, begins[-1]):
        return len(data)
    return begins[-1]


def kept(recorder: Recorder, tape: Tape, since: int = 0) -> "tuple[list[Piece], int]":
    """What is kept of an output from a place on, scrubbed; and the bytes that are left out of its middle."""
    head, (tail, dropped) = tape.head(), tape.tail()
    if not dropped:
        whole = recorder.transcript(head.data + tail.data, [*head.runs, *tail.runs])
        return [whole.piece(since, len(head.data) + len(tail.data))], 0
    first, second = recorder.transcript(*head), recorder.transcript(*tail)
    end = max(first.before(len(head.data) - MARGIN), since)
    start = second.after(MARGIN)
    truncated = dropped + len(head.data) - end + start
    return [
        first.piece(since, end),
        _note(f"\n[... {truncated} bytes left out ...]\n"),
        second.piece(start, len(tail.data)),
    ], truncated


def _note(text: str) -> "Piece":
    from triage.redact.transcript import Piece

    data = text.encode()
    return Piece(data, [[OUT, len(data)]], 0)


def _of(piece: "Piece", stream: str) -> Iterator[bytes]:
    place = 0
    for name, size in piece.runs:
        if stream in ("", name):
            yield piece.data[place : place + size]
        place += size


def _parts(piece: "Piece") -> Iterator[tuple[bytes, list[Any]]]:
    """The piece as the outputs of one event or of several: a body has room for so many runs."""
    place = 0
    for first in range(0, max(len(piece.runs), 1), MOST_RUNS):
        runs = piece.runs[first : first + MOST_RUNS]
        size = sum(size for _, size in runs)
        yield piece.data[place : place + size], runs
        place += size
