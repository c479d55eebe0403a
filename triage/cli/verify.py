"""`triage verify` on the command line."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage import __version__
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json
from triage.errors import InvalidValue, NotFound
from triage.integrity import Checkpoint
from triage.usecases.places import existing

if TYPE_CHECKING:
    from triage.usecases.verifying import Manner, Verified


@command("verify", records=False)
@click.argument("names", nargs=-1, metavar="[SLUG|FILE|FOLDER]...")
@click.option("--all", "every", is_flag=True, help="All journals of the store.")
@click.option("--checkpoint", metavar="FILE",
              help="A checkpoint from elsewhere: all that led to it must be there.")  # fmt: skip
@click.option("--signers", metavar="FILE", help="Whose signatures count, as ssh-keygen has it.")
def verify_command(
    call: Call, names: tuple[str, ...], every: bool, checkpoint: str | None, signers: str | None, **_: object
) -> None:
    """Prove that nothing was changed: of a journal, an export, a published page or a site.

    A page is made anew from the record beside it; the first line that differs is named. Exit 1 where
    anything is not as it was recorded.

    \b
    triage verify
    triage verify velvet.jsonl
    """
    from triage.usecases import verifying
    from triage.usecases.signing import Signers

    held = _held(checkpoint) if checkpoint else None
    folders = tuple(map(Path, call.settings.templates))
    manner = verifying.Manner(__version__, folders, Signers(signers or call.settings.signers))
    good = True
    for one in _each(call, names, manner, held, every=every):
        good = good and one.good
        verdict = one.verdict
        if call.json:
            faults = [fault._asdict() for fault in verdict.faults]
            told = verdict._asdict() | {"faults": faults, "name": one.name, "good": one.good}
            say_json(told | {"documents": list(one.faults), "notes": list(one.notes)})
            continue
        for fault in verdict.faults:
            say(plain(f"{one.name} {verifying.fault_of(fault)}"))
        for text in one.faults:
            say(plain(f"{one.name} {text}"))
        if one.good:
            say(plain(f"{one.name} verified: {_told(one)}"))
    if not good:
        sys.exit(1)


def _each(
    call: Call, names: tuple[str, ...], manner: "Manner", held: Checkpoint | None, *, every: bool
) -> "Iterator[Verified]":
    from triage.usecases import verifying

    for name in names or ("",):
        if name and (os.sep in name or os.path.exists(name)):
            yield from _of_path(Path(name), manner, held)
        elif every and not name:
            yield from _of_store(call, held)
        else:
            store = call.store()
            yield verifying.journal(store, existing(store, call.place(name).journal), held)
            yield from verifying.schema(store)


def _of_store(call: Call, held: Checkpoint | None) -> "Iterator[Verified]":
    from triage.usecases import verifying

    store = call.store()
    rows = store.journals()
    if not rows:
        note(f"no journal in {call.settings.store}: nothing was verified")
    yield from (verifying.journal(store, row, held) for row in rows)
    yield from verifying.schema(store)


def _of_path(path: Path, manner: "Manner", held: Checkpoint | None) -> "Iterator[Verified]":
    from triage.usecases import verifying, verifying_sites

    if not path.exists():
        raise NotFound(f"nothing at {path}", hint="name a journal, an export, a published page or its folder")
    if path.suffix == ".jsonl" and not (path.parent / verifying.BESIDE[0]).is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield verifying.export(file.read().split("\n"), path.name, held)
    elif path.suffix == ".jsonl" or path.is_dir() or path.is_file():
        yield from verifying_sites.published(path, manner, held)


def _held(path: str) -> Checkpoint:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(
            f"cannot read the checkpoint {path}: {error}", hint="name a checkpoint.json"
        ) from error
    from triage.usecases import verifying

    found = verifying.held_of(text)
    if found is None:
        raise InvalidValue(f"{path} is no checkpoint", hint="a checkpoint.json of a site, or an export")
    return found


def _told(one: "Verified") -> str:
    verdict = one.verdict
    if not verdict.journal:
        return ", ".join(one.notes)
    parts = [f"{verdict.events} event{'s'[: verdict.events != 1]}"]
    parts += [f"head {' '.join(head[:12] for head in verdict.heads)}"]
    parts += [f"{verdict.withheld} withheld"] if verdict.withheld else []
    parts += (
        [f"parted after {', '.join(f'e{place}' for place in verdict.partings)}"] if verdict.partings else []
    )
    return ", ".join([*parts, *one.notes])
