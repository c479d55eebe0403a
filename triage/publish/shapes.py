"""What publishing hands from hand to hand: the staged site, the plan of changes, what a target holds."""

import errno
from collections.abc import Callable, Mapping
from typing import NamedTuple

SITE = ""
"""The group of the files that belong to no journal."""


class Stretch(NamedTuple):
    """Bytes that lie ready in a file on the disk: ``size`` bytes from ``start``."""

    path: str
    start: int
    size: int

    def read(self) -> bytes:
        """The bytes."""
        with open(self.path, "rb", buffering=0) as file:
            file.seek(self.start)
            data = file.read(self.size)
        if len(data) != self.size:
            raise OSError(errno.EIO, "cut off", self.path)
        return data


class File(NamedTuple):
    """A file that is to stand at the target, ready on the disk.

    ``path`` is relative with ``/``; ``group`` the journal that it belongs to, or `SITE`; ``sha256`` of its
    bytes in hex; ``source`` is where they lie.
    """

    path: str
    group: str
    sha256: str
    source: Stretch


class Checkpoint(NamedTuple):
    """What a journal's documents were made from: the number of its events and the digests of its heads."""

    journal: str
    slug: str
    events: int
    heads: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.slug} at {self.events} events, {' '.join(head[:12] for head in self.heads)}"


class Site(NamedTuple):
    """The files that may have changed, and what they were made from.

    ``id`` names the publisher's site; ``groups`` are the groups that are published now: a file of one that
    the target holds is removed where neither ``files`` nor ``kept`` names it. ``kept`` are paths of the group
    `SITE` that stand as they are. ``known`` tells of a checkpoint whether all its heads are in our record.
    """

    id: str
    files: tuple[File, ...]
    groups: frozenset[str]
    checkpoints: Mapping[str, Checkpoint]
    known: Callable[[Checkpoint], bool]
    kept: frozenset[str] = frozenset()
    title: str = ""


class Incomplete(Exception):
    """The target lacks files that should stand as they are: the whole site is to be built."""


class Held(NamedTuple):
    """A file as it is at the target: the SHA-256 of its bytes, and how the target names this state.

    ``mark`` is what a conditional write asks for (an object's ETag), or ''.
    """

    sha256: str
    mark: str = ""


class Change(NamedTuple):
    """One write or removal. ``old`` and ``new`` are SHA-256, '' where there is no file.

    Changes of one ``phase`` may be made at once, in any order; a phase begins when the one before has ended.
    ``source`` is where its bytes lie ready, or the bytes.
    """

    path: str
    old: str
    new: str
    size: int
    phase: int
    source: Stretch | bytes = b""
    mark: str = ""

    @property
    def verb(self) -> str:
        """What is done: add, change or remove."""
        if not self.new:
            return "remove"
        return "change" if self.old else "add"

    def data(self) -> bytes:
        """The bytes to be written."""
        return self.source if isinstance(self.source, bytes) else self.source.read()


class Plan(NamedTuple):
    """All changes that make a target hold the site, in order.

    ``base`` names the state of the target that they were planned on; ``title`` is one line that says what is
    published.
    """

    changes: tuple[Change, ...]
    checkpoints: tuple[Checkpoint, ...]
    title: str
    base: str = ""

    @property
    def told(self) -> tuple[Change, ...]:
        """The changes of documents and indexes, without those of the manifest."""
        from triage.publish.manifest import FOLDER

        return tuple(change for change in self.changes if not change.path.startswith(f"{FOLDER}/"))
