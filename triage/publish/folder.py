"""A folder as a target: every file is written aside and renamed into its place.

A phase of a plan begins when all of the one before is on the disk, names too: so an index never names what is
not there, and no file is empty or cut off, also after a loss of power.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from triage.durable import sync_folder, sync_folders
from triage.errors import Conflict, NotAllowed, Unavailable
from triage.publish.manifest import FOLDER, PENDING, hash_of
from triage.publish.planning import planned
from triage.publish.shapes import Change, Held, Plan, Site

NOT_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that somebody put in the place of a file is opened without waiting for its writer."""
FEW = 32
"""Files up to which it is quicker to write one after the other than to start threads."""
THREADS, BATCH = 8, 512
PARTS = f"{FOLDER}/parts"
"""The folder of what has no name yet: in the target, so that a file gets its name in one step."""
One = TypeVar("One")


class FolderTarget:
    """A folder on this machine, or one that is mounted here."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = os.path.abspath(os.path.expanduser(path))
        self._root = ""
        self._inside: set[str] = set()
        self._touched: set[str] = set()
        self._parts = os.path.join(self._path, PARTS)

    def plan(self, site: Site) -> Plan:
        """See `Target.plan`."""
        with _translated(self._path):
            return planned(site, self, announce=True)

    def apply(self, plan: Plan) -> None:
        """See `Target.apply`. One publication at a time: a second one waits for the first."""
        if not plan.changes and not _is_filled(self._parts):
            return
        self._root = ""
        self._inside.clear()
        self._touched.clear()
        with _translated(self._path), self._alone(), self._aside():
            for _, changes in groupby(plan.changes, attrgetter("phase")):
                self._make(list(changes))

    def held(self, paths: Iterable[str]) -> Mapping[str, Held]:
        """See `Tree.held`."""
        found = ((path, self.read(path)) for path in paths)
        return {path: Held(hash_of(data)) for path, data in found if data is not None}

    def read(self, path: str) -> bytes | None:
        """See `Tree.read`."""
        try:
            handle = os.open(self._at(path), os.O_RDONLY | os.O_CLOEXEC | NOT_WAITING)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Conflict(f"{path} at {self.name} is no file", hint="remove what stands there")
        with open(handle, "rb") as file:
            return file.read()

    def _at(self, path: str) -> str:
        """Where a path of the site lies; never outside of the folder, through no link."""
        place = os.path.join(self._path, path)
        folder = os.path.dirname(place)
        if folder not in self._inside:
            root = self._root = self._root or os.path.realpath(self._path)
            real = os.path.realpath(folder)
            if real != root and not real.startswith(root + os.sep):
                raise Conflict(f"{path} at {self.name} leads out of the folder", hint="remove the link there")
            self._inside.add(folder)
        return place

    def _make(self, changes: Sequence[Change]) -> None:
        """Make the changes of a phase, and make them certain."""
        new = [each for each in changes if each.new]
        for change in new:
            self._make_folder(os.path.dirname(self._at(change.path)))
        written = [(os.path.join(self._parts, str(number)), each) for number, each in enumerate(new)]
        _each(_write, written)
        for path, change in written:
            os.replace(path, self._place(change))
        for change in changes:
            if not change.new and os.path.lexists(place := self._place(change)):
                os.unlink(place)
                self._prune(os.path.dirname(place))
        _each(sync_folder, sorted(self._touched))
        self._touched.clear()

    def _place(self, change: Change) -> str:
        """Where a change is made, which must still be as it was when it was planned."""
        if change.path != PENDING and not change.path.startswith(f"{FOLDER}/"):
            self._check(change)
        return self._at(change.path)

    def _make_folder(self, folder: str) -> None:
        """Make a folder with those above it: a name will be put in it."""
        if folder not in self._touched and not os.path.isdir(folder):
            self._make_folder(os.path.dirname(folder))
            os.mkdir(folder)
        self._touched.add(folder)

    def _check(self, change: Change) -> None:
        """Raise `Conflict` where the file changed after the plan was made."""
        data = self.read(change.path)
        there = hash_of(data) if data is not None else ""
        if there not in (change.old, change.new):
            raise Conflict(
                f"{change.path} at {self.name} was changed meanwhile: theirs {there[:12] or 'removed'},"
                f" planned from {change.old[:12] or 'none'}",
                hint="publish again",
            )

    def _prune(self, folder: str) -> None:
        """Remove folders that became empty."""
        self._touched.add(folder)
        if folder == self._path:
            return
        try:
            os.rmdir(folder)
        except OSError:
            return
        self._touched.discard(folder)
        self._prune(os.path.dirname(folder))

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Have a folder of our own for files that have no name yet."""
        self._forget_parts()
        try:
            yield
        finally:
            self._forget_parts()

    def _forget_parts(self) -> None:
        """Delete what a publication left that was killed: it may be what was purged since."""
        if os.path.islink(self._parts):
            raise Conflict(f"{PARTS} at {self.name} is a link", hint="remove it")
        if not os.path.isdir(self._parts):
            os.mkdir(self._parts, 0o700)
        for name in os.listdir(self._parts):
            os.unlink(os.path.join(self._parts, name))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = os.path.join(self._path, FOLDER)
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True)
            sync_folders(folder)
        try:
            import fcntl
        except ImportError:  # Windows has none
            yield
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        handle = os.open(os.path.join(folder, "lock"), flags, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _is_filled(folder: str) -> bool:
    """Whether anything lies in a folder."""
    with suppress(OSError), os.scandir(folder) as found:
        return next(found, None) is not None
    return False


def _write(file: tuple[str, Change]) -> None:
    """Write what is to be, readable for whoever may read the folder, and wait until it is on the disk."""
    path, change = file
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with open(handle, "wb", buffering=0) as made:
        rest = memoryview(change.data())
        while rest:
            rest = rest[made.write(rest) :]
        os.fsync(made.fileno())


def _each(do: Callable[[One], None], many: Sequence[One]) -> None:
    """Do something with each, many at once: the disk is waited for, and not the processor."""
    if len(many) <= FEW:
        for one in many:
            do(one)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(many), BATCH):
            deque(pool.map(do, many[start : start + BATCH]), maxlen=0)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise NotAllowed(
            f"not allowed to write {error.filename or path}", hint="check its owner and mode"
        ) from error
    except OSError as error:
        raise Unavailable(
            f"cannot publish to {path}: {error.strerror}", hint="what was there still stands; publish again"
        ) from error
