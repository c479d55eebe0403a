"""`triage publish` on the command line."""

from typing import TYPE_CHECKING, Any

import click

from triage.cli.command import TEXT, command
from triage.config.targets import TargetSettings
from triage.console.call import Call
from triage.console.publications import publication, target_of
from triage.console.speech import note, plain, say, say_json
from triage.errors import UsageError
from triage.usecases.recorder import Place, required

if TYPE_CHECKING:
    from triage.publish import Change
    from triage.usecases.publishing import Outcome

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
