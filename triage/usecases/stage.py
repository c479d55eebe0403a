"""What a publication made, laid aside on disk until its target takes it: memory stays small."""

import os
import tempfile
from collections.abc import Iterator

from triage.errors import Unavailable
from triage.publish import Stretch
from triage.report import Summary


class Stage:
    """Bytes laid aside, all in one file of a folder that the caller removes.

    One file, since to create one for each document would cost more than to make the document.
    """

    def __init__(self, folder: str) -> None:
        handle, self._path = tempfile.mkstemp(dir=folder)
        os.close(handle)

    def put(self, data: bytes) -> Stretch:
        """Lay bytes aside."""
        try:
            with open(self._path, "ab") as file:
                start = file.tell()
                file.write(data)
        except OSError as error:
            raise Unavailable(
                f"cannot lay documents aside in {os.path.dirname(self._path)}: {error.strerror}",
                hint="make room there, or name another folder with TMPDIR; nothing was published",
            ) from error
        return Stretch(self._path, start, len(data))


class Shelf:
    """Summaries laid aside, by their journals."""

    def __init__(self, folder: str) -> None:
        self._stage = Stage(folder)
        self._places: dict[str, Stretch] = {}

    def put(self, summary: Summary) -> None:
        """Lay a summary aside."""
        self._places[summary.journal] = self._stage.put(summary.dumped())

    def take(self, journal: str) -> Summary:
        """Read a summary again; `KeyError` where it was not laid aside."""
        return Summary.loaded(self._places[journal].read())

    def __contains__(self, journal: object) -> bool:
        return journal in self._places

    def __iter__(self) -> Iterator[Summary]:
        return map(self.take, self._places)
