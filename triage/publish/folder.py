"""A folder as a target: every file is written aside and renamed into its place."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from triage.errors import Conflict, NotAllowed, Unavailable
from triage.publish.manifest import FOLDER, PENDING, hash_of
from triage.publish.planning import planned
from triage.publish.shapes import Change, Held, Plan, Site

NOT_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that somebody put in the place of a file is opened without waiting for its writer."""


class FolderTarget:
    """A folder on this machine, or one that is mounted here."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = os.path.abspath(os.path.expanduser(path))
        self._inside: set[str] = set()

    def plan(self, site: Site) -> Plan:
        """See `Target.plan`."""
        with _translated(self._path):
            return planned(site, self, announce=True)

    def apply(self, plan: Plan) -> None:
        """See `Target.apply`. One publication at a time: a second one waits for the first."""
        if not plan.changes:
            return
        self._inside.clear()
        with _translated(self._path), self._alone():
            for change in plan.changes:
                self._make(change)

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
            root, real = os.path.realpath(self._path), os.path.realpath(folder)
            if real != root and not real.startswith(root + os.sep):
                raise Conflict(f"{path} at {self.name} leads out of the folder", hint="remove the link there")
            self._inside.add(folder)
        return place

    def _make(self, change: Change) -> None:
        place = self._at(change.path)
        if change.path != PENDING and not change.path.startswith(f"{FOLDER}/"):
            self._check(change)
        if change.new:
            _write(place, change.data())
        elif os.path.lexists(place):
            os.unlink(place)
            self._prune(os.path.dirname(place))

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
        while folder != self._path:
            try:
                os.rmdir(folder)
            except OSError:
                return
            folder = os.path.dirname(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        os.makedirs(os.path.join(self._path, FOLDER), exist_ok=True)
        try:
            import fcntl
        except ImportError:  # Windows has none
            yield
            return
        handle = os.open(
            os.path.join(self._path, FOLDER, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666
        )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _write(place: str, data: bytes) -> None:
    """Put a file there whole, readable for whoever may read the folder."""
    folder, name = os.path.split(place)
    os.makedirs(folder, exist_ok=True)
    aside = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        with open(aside, "wb") as file:
            file.write(data)
        os.replace(aside, place)
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


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
