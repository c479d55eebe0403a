"""Journals on the command line."""

import os
from typing import Any

import click

from triage import config
from triage.cli.command import argument, command
from triage.console import journals
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json
from triage.kinds import KINDS
from triage.report import Header
from triage.usecases import journals as verbs
from triage.usecases import places, setup
from triage.usecases.recorder import Place


@command("init", records=False)
@click.option("--actor", help="Who records here; git's user where nobody is named.")
def init_command(call: Call, **_: Any) -> None:
    """Make .triage/ with an empty store, and a commented triage.toml, in this folder.

    \b
    triage init
    """
    made = setup.init(config.working_folder(os.environ), clock=config.clock, entropy=config.entropy)
    _keep_actor(call, call.actor)
    if call.json:
        say_json({"store": made.store, "created": list(made.created)})
    else:
        say("\n".join(f"made {plain(path)}" for path in made.created) or "everything is there already")


def _keep_actor(call: Call, named: str = "") -> None:
    """Keep who works here: who was named, else whom git names, who is asked once."""
    name = call.settings.actor.name if named else ""
    if not named and config.needs_git_user(call.settings, os.environ, ""):
        name = config.git_user()
    if name:
        config.keep_actor(call.settings, call.redactor.text(name)[0])


@command("open", kind="header", leave=("title", "status", "labels"))
@argument("title")
@click.option(
    "--status",
    metavar="|".join(KINDS["header"].fields["status"].choices),
    help="Where the work stands; open where not given.",
)
def open_command(call: Call, title: str, **fields: Any) -> None:
    """Open a journal and make it the current one; an open one of the same slug is joined.

    \b
    triage open 'Velvet first deploy' --type deploy --service velvet
    """
    call.store(create=True)
    _keep_actor(call)
    call.reload()
    nowhere = Place("", "", "")
    recorder = call.recorder(nowhere, create=True)
    parsed = call.fields(recorder, "header", fields)
    opened = verbs.open_journal(recorder, title, parsed, key=call.key)
    journals.choose(call, opened.place)
    verb = "joined" if opened.joined else "opened"
    call.answer(opened.place, opened.event, f"{verb}: {opened.title}", joined=opened.joined)


@command("use", records=False)
@click.argument("name", required=False, metavar="[SLUG[/ADDENDUM]]")
def use_command(call: Call, name: str | None, **_: Any) -> None:
    """Choose the journal, or the addendum, that this session records into; alone, say which it is.

    \b
    triage use velvet-first-deploy
    triage use velvet-first-deploy/dkim
    triage use
    """
    place = places.place_of(call.store(), name) if name else call.place()
    if name:
        call.choose(place)
    header = places.headers(call.store(), place.journal).get(place.part, Header())
    if call.json:
        say_json({"journal": place.slug, "part": place.part, "title": header.title})
    else:
        say(f"{place.name} is current: {plain(header.title)} ({header.status})")


@command("list", records=False)
def list_command(call: Call, **_: Any) -> None:
    """List the journals, the one that was opened last first.

    \b
    triage list
    """
    chosen = call.chosen.journal
    known = verbs.listing(call.store())
    if not known:
        note("no journal yet; open one: triage open 'TITLE'")
    for listed in known:
        row, header = listed
        if call.json:
            say_json(
                {
                    "journal": row.slug,
                    "id": row.id,
                    "title": header.title,
                    "status": header.status,
                    "events": row.events,
                    "current": row.id == chosen,
                }
            )
        else:
            mark = "*" if row.id == chosen else " "
            say(f"{mark} {row.slug}  {header.status}  {row.events} events  {plain(header.title)}")


@command("set")
@argument("pairs", many=True)
def set_command(call: Call, **said: Any) -> None:
    """Change fields of the header: something changed. A label that is no field becomes a free one.

    \b
    triage set status=mitigated lead='Ana' 'Vault host=vault.example.org'
    """
    journals.set(call, **said)


@command("resolve", kind="header", leave=("title", "status", "status_note", "labels"))
@argument("note", optional=True)
def resolve_command(call: Call, **said: Any) -> None:
    """Say that the work is resolved, and what that rests on; what is still open is said.

    \b
    triage resolve 'both environments deployed, healthz passing'
    """
    journals.resolve(call, **said)


@command("reopen", kind="header", leave=("title", "status", "status_note", "labels"))
@argument("note", optional=True)
def reopen_command(call: Call, **said: Any) -> None:
    """Say that the work goes on after all.

    \b
    triage reopen 'the old token still answers'
    """
    journals.reopen(call, **said)


@command("addendum", kind="header", leave=("title", "labels"))
@argument("title")
@argument("labels", many=True, optional=True)
def addendum_command(call: Call, **said: Any) -> None:
    """Open an addendum and make it current; `triage use SLUG` goes back to the main report.

    \b
    triage addendum 'DKIM record' --severity P2 --issue 1144 'Runbook=docs/dkim.md'
    """
    journals.addendum(call, **said)
