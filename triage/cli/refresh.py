"""`triage refresh` on the command line."""

import os
from typing import TYPE_CHECKING, Any

import click

from triage import config
from triage.cli.command import argument, command
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json, shortened

if TYPE_CHECKING:
    from triage.forge import Forge
    from triage.refs import Home
    from triage.usecases.recorder import Place
    from triage.usecases.refreshing import Refreshed


@command("refresh", records=False)
@argument("refs", metavar="[REF]...", many=True, optional=True, text=False)
@click.option("--all", "every", is_flag=True, help="All open journals.")
@click.option("--actor", metavar="NAME", help="Who says so.")
def refresh_command(call: Call, *, refs: tuple[str, ...], every: bool, **_: Any) -> None:
    """Fetch title and state of the issues and PRs that a journal names, and record what is new.

    A bare 1140 is one of the repository of issue_url in the configuration, or of the one that git fetches
    from here. The token is that of GITHUB_TOKEN or GH_TOKEN, or of gh, and is kept nowhere. What cannot be
    fetched is said, and is no failure. Again, it records nothing that is known.

    \b
    triage refresh
    triage refresh 1140 1141
    triage refresh --all
    """
    from triage.usecases import fields, refreshing

    named = [fields.reference(ref, "REF") for ref in refs]
    places = _open(call) if every else [call.place()]
    recorder = call.recorder(places[0]) if places else call.recorder()
    counts = {"recorded": 0, "known": 0, "unknown": 0}
    for item in refreshing.refresh(
        recorder,
        call.store(),
        places,
        named,
        home=lambda: _home(call),
        forges=lambda host: _forge(call, host),
    ):
        counts["recorded" if item.event else "known" if item.known else "unknown"] += 1
        _tell(call, item)
    if not call.json:
        note(
            f"{counts['recorded']} recorded, {counts['known']} as recorded before,"
            f" {counts['unknown']} not fetched"
        )


def _open(call: Call) -> "list[Place]":
    from triage.usecases.recorder import Place

    return [Place(row.id, row.id, row.slug) for row in call.store().journals() if row.open]


def _home(call: Call) -> "Home | None":
    """The repository that a bare number is of."""
    from triage import refs
    from triage.forge.programs import remote_home

    return refs.home(call.settings.issue_url) or remote_home(config.working_folder(os.environ))


def _forge(call: Call, host: str) -> "Forge | None":
    """The forge of a host: a public one, or one that the configuration names."""
    from triage import forge

    return forge.of_host(host, dict(call.settings.forges).get(host, ""), os.environ)


def _tell(call: Call, item: "Refreshed") -> None:
    if call.json:
        say_json(_as_dict(item))
    elif item.known is None:
        note(f"{plain(item.ref)} was not fetched: {plain(item.problem)}")
    elif item.event is not None:
        kind = "PR" if item.known.type == "pr" else "issue"
        what = [item.changed.get("state", ""), item.changed.get("title", "")]
        told = " — ".join(text for text in what if text) or "its address"
        number = f"e{item.event.n}" if item.event.n else "spooled:"
        say(f"{plain(item.place.name)} {number} {kind} {plain(item.ref)} {shortened(plain(told))}")


def _as_dict(item: "Refreshed") -> dict[str, Any]:
    told = {"journal": item.place.name, "ref": item.ref, "event": None, "changed": dict(item.changed)}
    if item.event is not None:
        told["event"] = f"e{item.event.n}" if item.event.n else "spooled"
    return {**told, "fetched": item.known is not None, "problem": item.problem}
