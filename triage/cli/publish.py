"""`triage publish` on the command line."""

import os
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from triage import __version__, config
from triage.cli.command import TEXT, command
from triage.config import Settings
from triage.config.targets import TargetSettings
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json
from triage.errors import NotAllowed, UsageError
from triage.store import Store, open_store
from triage.usecases.recorder import Place, required

if TYPE_CHECKING:
    from triage.publish import Change
    from triage.render import Style
    from triage.usecases.publishing import Outcome, Publication

SHOWN = 40
"""Changes that a dry run names on the terminal; the others are counted."""


@command("publish", records=False)
@click.argument("names", nargs=-1, metavar="[SLUG]...")
@click.option("--all", "every", is_flag=True, help="All journals of the store.")
@click.option("--to", "to", default="", metavar="TARGET",
              help="A target of the configuration, a folder, or an address.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be changed, and change nothing.")
@click.option("--force", type=TEXT, metavar="REASON",
              help="Publish in spite of error findings; the page tells the reason.")  # fmt: skip
def publish_command(
    call: Call,
    names: tuple[str, ...],
    every: bool,
    to: str,
    dry_run: bool,
    force: str | None,
    **_: Any,
) -> None:
    """Put documents and their index where a team reads them.

    Without a SLUG the current journal is published. Only what changed is written; what somebody else changed
    there is never overwritten. A journal with error findings (`triage check`) is refused.

    \b
    triage publish --to ./site
    triage publish --all --to ./site --dry-run
    """
    from triage.usecases.publishing import publish

    if every and names:
        raise UsageError("--all and a SLUG were both given", hint="leave out one of them")
    target = target_of(call.settings, to)
    store = call.store()
    wanted = None if every else {call.place(name).journal for name in names or ("",)}
    if force is not None and not dry_run:
        _force(call, wanted, required(force, "REASON"))
    done = publish(store, wanted, publication(call.settings, target), call.redactor, dry_run=dry_run)
    _answer(call, target, done, dry_run=dry_run)


def _force(call: Call, wanted: set[str] | None, reason: str) -> None:
    """Record that journals are published in spite of what is wrong with them."""
    from triage.usecases import checking

    for row in call.store().journals():
        if wanted is None or row.id in wanted:
            place = Place(row.id, row.id, row.slug)
            act = checking.force(call.recorder(place), call.redactor, reason)
            if act is not None:
                note(plain(f"{row.slug} e{act.n} published in spite of findings: {reason}"))


def _answer(call: Call, target: TargetSettings, done: "Outcome", *, dry_run: bool) -> None:
    changes = done.plan.told
    if call.json:
        told = [{"change": each.verb, "path": each.path, "size": each.size} for each in changes]
        say_json(
            {
                "target": target.name,
                "journals": done.journals,
                "of": done.total,
                "dry_run": dry_run,
                "changes": told,
            }
        )
        return
    if dry_run:
        for each in changes[:SHOWN]:
            say(plain(f"{each.verb:<7} {each.path}{_size(each)}"))
        if len(changes) > SHOWN:
            say(f"and {len(changes) - SHOWN} more files")
    word = "would be published" if dry_run else "published"
    if not changes:
        note(plain(f"{target.name} is up to date: {_count(done.total, 'journal')}{_unread(target)}"))
        return
    of = f"{done.journals} of {_count(done.total, 'journal')}"
    note(plain(f"{of} {word} to {target.name}: {_count(len(changes), 'file')}"))
    if done.besides:
        note(plain(f"with what was purged, or had to make room, since: {', '.join(done.besides)}"))


def _unread(target: TargetSettings) -> str:
    """How to compare what lies in a folder: a publication of nothing reads none of it."""
    if not target.to or "://" in target.to or target.to.startswith("git+"):
        return ""
    return f"; to compare what lies there: triage verify {target.to}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s'[: number != 1]}"


def _size(change: "Change") -> str:
    from triage.render.caption import size

    return f"  {size(change.size)}" if change.new else ""


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
