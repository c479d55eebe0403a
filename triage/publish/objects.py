"""Object storage as a target, by obstore: S3, Google Cloud Storage, Azure Blob Storage.

Every write is conditional: a new object must not be there yet, a changed one must be as it was planned from,
by its ETag. So two publishers at once cannot undo each other's work.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from triage.errors import Conflict, NotAllowed, NotFound, Unavailable, UsageError
from triage.publish.planning import planned
from triage.publish.shapes import Change, Held, Plan, Site
from triage.publish.types import content_type

if TYPE_CHECKING:
    from obstore.store import ObjectStore

AT_ONCE = 16
"""Requests of one phase that are under way at a time."""
FEW = 32
"""Paths from which on one listing says which of them are there at all."""


class ObjectsTarget:
    """A bucket, and a prefix in it."""

    def __init__(self, name: str, address: str, options: Mapping[str, str]) -> None:
        self.name = name
        self._store = _opened(address, options)

    def plan(self, site: Site) -> Plan:
        """See `Target.plan`."""
        return planned(site, self, announce=True)

    def apply(self, plan: Plan) -> None:
        """See `Target.apply`. The changes of one phase are made side by side."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _, changes in groupby(plan.changes, key=attrgetter("phase")):
                for _ in pool.map(self._make, changes):
                    pass

    def held(self, paths: Iterable[str]) -> Mapping[str, Held]:
        """See `Tree.held`."""
        asked = list(dict.fromkeys(paths))
        if len(asked) > FEW:
            there = self._listed()
            asked = [path for path in asked if path in there]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = dict(zip(asked, pool.map(self._got, asked), strict=True))
        return {path: Held(sha256(got[0]).hexdigest(), got[1]) for path, got in found.items() if got}

    def read(self, path: str) -> bytes | None:
        """See `Tree.read`."""
        got = self._got(path)
        return got[0] if got else None

    def _got(self, path: str) -> tuple[bytes, str] | None:
        """The bytes of an object and its ETag, or None where there is none."""
        try:
            with self._translated(path):
                got = self._store.get(path)
                return bytes(got.bytes()), got.meta.get("e_tag") or ""
        except NotFound:
            return None

    def _listed(self) -> set[str]:
        with self._translated("the list of objects"):
            return {each["path"] for chunk in self._store.list() for each in chunk}

    def _make(self, change: Change) -> None:
        with self._translated(change.path):
            if not change.new:
                self._remove(change.path)
                return
            self._store.put(
                change.path,
                change.data(),
                attributes=_attributes(change.path),
                mode={"e_tag": change.mark} if change.old else "create",
                use_multipart=False,
            )

    def _remove(self, path: str) -> None:
        """Delete an object; that it is gone already is as good."""
        from obstore.exceptions import NotFoundError

        try:
            self._store.delete(path)
        except (NotFoundError, FileNotFoundError):
            return

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from obstore import exceptions

        where = f"{what} at {self.name}"
        try:
            yield
        except (exceptions.NotFoundError, FileNotFoundError) as error:
            raise NotFound(f"{where} is not there", hint="check bucket and prefix") from error
        except (exceptions.PreconditionError, exceptions.AlreadyExistsError) as error:
            raise Conflict(
                f"{where} was changed by somebody else while it was published", hint="publish again"
            ) from error
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError) as error:
            raise NotAllowed(
                f"not allowed to publish {where}", hint="check credentials and rights"
            ) from error
        except (exceptions.BaseError, OSError) as error:
            told = str(error).strip().splitlines()[0][:300]
            raise Unavailable(
                f"cannot publish {where}: {told}", hint="what was there still stands; publish again"
            ) from error


def _attributes(path: str) -> dict[str, str]:
    kind = content_type(path)
    return {"Content-Type": kind, "Cache-Control": "no-cache"}


def _opened(address: str, options: Mapping[str, str]) -> "ObjectStore":
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            "object storage needs the package obstore", hint="pip install 'triagelog[objects]'"
        ) from error
    values: dict[str, Any] = dict(options)
    client: dict[str, Any] = {"timeout": "60s"}
    if values.get("aws_endpoint", values.get("endpoint", "")).startswith("http://"):
        client["allow_http"] = True
    try:
        return from_url(address, config=values or None, client_options=client)  # type: ignore[call-overload,no-any-return]
    except (BaseError, ValueError) as error:
        told = str(error).strip().splitlines()[0][:200]
        raise UsageError(
            f"no place in object storage: {address!r:.80}: {told}", hint="see [publish.NAME.options]"
        ) from error
