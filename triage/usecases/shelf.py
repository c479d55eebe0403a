"""The shelf of a publication: the summaries that it made, laid aside on disk until they are kept."""

import os
from collections.abc import Iterator

from triage.report import Summary


class Shelf:
    """Summaries by journal, in a file of a folder that the caller removes: memory stays small."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "summaries")
        self._places: dict[str, int] = {}

    def put(self, summary: Summary) -> None:
        """Lay a summary aside."""
        with open(self._path, "ab") as file:
            self._places[summary.journal] = file.tell()
            file.write(summary.dumped() + b"\n")

    def take(self, journal: str) -> Summary:
        """Read a summary again; `KeyError` where it was not laid aside."""
        with open(self._path, "rb") as file:
            file.seek(self._places[journal])
            return Summary.loaded(file.readline())

    def __contains__(self, journal: object) -> bool:
        return journal in self._places

    def __iter__(self) -> Iterator[Summary]:
        return map(self.take, self._places)
