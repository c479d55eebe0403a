"""Where a site is put: the `Target` protocol, and `open_target` for an address."""

from typing import NamedTuple, Protocol

from triage.errors import UsageError
from triage.publish.shapes import SITE, Change, Checkpoint, File, Held, Incomplete, Plan, Site, Stretch

__all__ = [
    "SITE",
    "Address",
    "Change",
    "Checkpoint",
    "File",
    "Held",
    "Incomplete",
    "Plan",
    "Site",
    "Stretch",
    "Target",
    "open_target",
]


class Address(NamedTuple):
    """Where to publish to, and how.

    ``name`` is what a person calls it, ``to`` a path, ``git+ADDRESS``, ``s3://``, ``gs://`` or ``az://`` with
    bucket and prefix; ``command`` is run with the built folder in place of ``{site}``. ``branch`` and
    ``folder`` are of a git repository, ``options`` of object storage; ``state`` is a folder to work in.
    """

    name: str
    to: str = ""
    command: tuple[str, ...] = ()
    branch: str = ""
    folder: str = ""
    options: tuple[tuple[str, str], ...] = ()
    state: str = ""


class Target(Protocol):
    """A place to publish to."""

    def plan(self, site: Site) -> Plan:
        """What must be changed there. Changes nothing; `Conflict` where somebody else changed a file."""
        ...

    def apply(self, plan: Plan) -> None:
        """Make the changes; `Conflict` where the place is no longer as it was when they were planned."""
        ...


def open_target(address: Address) -> Target:
    """The target at an address; `UsageError` for one of no known form."""
    if address.command:
        from triage.publish.command import CommandTarget

        return CommandTarget(address.name, address.command, state=address.state)
    if address.to.startswith("git+"):
        from triage.publish.git import GitTarget

        return GitTarget(
            address.name, address.to, branch=address.branch, folder=address.folder, state=address.state
        )
    scheme, mark, _ = address.to.partition("://")
    if mark and scheme in ("s3", "gs", "az"):
        from triage.publish.objects import ObjectsTarget

        return ObjectsTarget(address.name, address.to, dict(address.options))
    if mark or not address.to:
        raise UsageError(
            f"no target of the form {address.to!r:.80}",
            hint="give a folder, git+https://…, git+ssh://…, s3://BUCKET/PREFIX, gs://… or az://…",
        )
    from triage.publish.folder import FolderTarget

    return FolderTarget(address.name, address.to)
