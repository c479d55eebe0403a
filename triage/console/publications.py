"""Where a call publishes to, and how its documents look: from its settings."""

import os
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from triage import __version__, config
from triage.config import Settings
from triage.config.targets import TargetSettings
from triage.errors import NotAllowed, UsageError
from triage.store import Store, open_store

if TYPE_CHECKING:
    from triage.render import Style
    from triage.usecases.publishing import Publication


def target_of(settings: Settings, to: str) -> TargetSettings:
    """The target that was named; the only one of the configuration where none was."""
    known = {target.name: target for target in settings.targets}
    if to in known:
        return known[to]
    if to in settings.untrusted:
        raise NotAllowed(
            f"the target {to!r} stands in a triage.toml that is not trusted",
            hint="look at the file, then: triage trust",
        )
    if not to and len(known) == 1:
        return next(iter(known.values()))
    if not to or not _is_place(to):
        names = ", ".join(known) or "none"
        what = f"no target {to!r:.60}" if to else "no target was named"
        raise UsageError(
            f"{what}; the configuration has: {names}",
            hint="--to ./FOLDER, --to an address, or [publish.NAME] in triage.toml",
            allowed=tuple(known),
        )
    return TargetSettings(to, to=to)


def _is_place(to: str) -> bool:
    return "://" in to or to.startswith(("git+", "~")) or os.sep in to or to in (".", "..")


def publication(settings: Settings, target: TargetSettings) -> "Publication":
    """How and where to a target is published."""
    from triage.publish import Address, open_target
    from triage.render.site import Look
    from triage.usecases.pages import Manner
    from triage.usecases.publishing import Publication

    keep_templates(settings)
    where = target.to if "://" in target.to or target.to.startswith("git+") else _whole(target.to)
    key = f"{where}{'#' + target.folder if target.folder else ''}" if where else f"command {target.name}"
    state = os.path.join(
        settings.state_folder, "publish", sha256(f"{settings.store}\n{key}".encode()).hexdigest()[:16]
    )
    style = style_of(settings)._replace(classification=target.classification)
    return Publication(
        target=open_target(
            Address(target.name, where, target.command, target.branch, target.folder, target.options, state)
        ),
        key=key,
        manner=Manner(target.template, style, settings.templates, target.form, settings.sign_key),
        look=Look(target.title or "Triage", target.classification, target.base, __version__),
        again=opener(settings.store),
    )


def keep_templates(settings: Settings) -> None:
    """Let templates be compiled once for all commands of this user: to do so takes longer than a document."""
    from triage.render.compiled import keep_in

    keep_in(os.path.join(settings.state_folder, "compiled"))


def style_of(settings: Settings) -> "Style":
    """How the pages of a site look by the settings."""
    from triage.render import Style

    return Style(
        issue_url=settings.issue_url,
        pr_url=settings.pr_url,
        commit_url=settings.commit_url,
        zone=settings.zone,
        version=__version__,
        up="../../index.html",
        beside=True,
    )


def _whole(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def opener(address: str) -> Callable[[], Store]:
    """What opens the store again, in another process too."""
    return partial(_open, address)


def _open(address: str) -> Store:
    return open_store(address, clock=config.clock, entropy=config.entropy)
