"""`triage sync` on the command line."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from triage import config, times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import complain, note, plain, say, say_json
from triage.errors import NotFound
from triage.store import Store, is_file, open_store, path_of

if TYPE_CHECKING:
    from triage.usecases.syncing import Synced


@command("sync", records=False)
@click.argument("other", metavar="OTHER-STORE")
@click.argument("names", nargs=-1, metavar="[SLUG]...")
@click.option("--pull", is_flag=True, help="Only receive.")
@click.option("--push", is_flag=True, help="Only send.")
@click.option("--create", is_flag=True, help="Make the other store where there is none.")
def sync_command(
    call: Call, other: str, names: tuple[str, ...], pull: bool, push: bool, create: bool, **_: Any
) -> None:
    """Merge the journals of this store and of another one, both ways: all, or those that are named.

    Each journal becomes the same set of events in both, and its report the same. What one purged the other
    one lets go of. Actions and blockers stand in the order in which they were recorded, wherever that was:
    their numbers may move. A journal that holds a secret is left where it was found: exit 6. It may be killed
    and started again.

    \b
    triage sync laptop.db
    triage sync laptop.db velvet-first-deploy --pull
    """
    from triage.usecases import syncing

    way = syncing.Way(pull=pull or not push, push=push or not pull)
    mine = call.store(create=way.pull)
    theirs = _other(other, create=create)
    try:
        done = syncing.sync(
            mine,
            theirs,
            names,
            way=way,
            redactor=call.redactor,
            now=times.from_timestamp_us(config.clock()),
            progress=lambda slug: partial(_counted, slug),
        )
        code = _tell(call, done)
    finally:
        theirs.close()
    if code:
        sys.exit(code)


def _other(address: str, *, create: bool) -> Store:
    """The other store; where there is none, or no folder for it, say how it is made."""
    folder = os.path.dirname(path_of(address)) if create and is_file(address) else ""
    if folder and not os.path.isdir(folder):
        raise NotFound(f"no folder {folder}", hint="make the folder first")
    try:
        return open_store(address, clock=config.clock, entropy=config.entropy, create=create)
    except NotFound as error:
        raise NotFound(error.message, hint="make it with --create") from error


def _tell(call: Call, done: "Iterator[Synced]") -> int:
    """Say what became of each journal that was not the same; the exit code of the first error, or 0."""
    code, count = 0, Counter[str]()
    for one in done:
        count["failed" if one.error else "changed" if one.changed else "the same"] += 1
        if call.json:
            say_json(_as_dict(one))
        elif one.changed:
            say(plain(f"{one.slug}: {_told(one)}"))
        if one.error is not None:
            said = complain(one.error, as_json=call.json)
            code = code or said
    if not call.json:
        note(_counts(count))
    return code


def _counts(count: Mapping[str, int]) -> str:
    """``3 journals: 1 changed, 2 the same``."""
    total = sum(count.values())
    told = ", ".join(f"{count[what]} {what}" for what in ("changed", "the same", "failed") if count[what])
    return f"{total} journal{'s'[: total != 1]}{': ' if told else ''}{told}"


def _told(one: "Synced") -> str:
    withheld = f", {one.withheld} withheld" if one.withheld else ""
    return f"{one.received:,} received, {one.sent:,} sent{withheld}"


def _as_dict(one: "Synced") -> dict[str, Any]:
    return one._asdict() | {"error": one.error.as_dict() if one.error else None}


def _counted(slug: str, done: int, total: int) -> None:
    """Show how far a journal is, where somebody looks on."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    line = f"{plain(slug)}: {done:,} of {total:,} events"
    sys.stderr.write(f"{line}\r" if done < total else f"{' ' * len(line)}\r")
    sys.stderr.flush()
