"""`triage events` on the command line."""

from typing import Any

import click

from triage import times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json, shortened
from triage.errors import UsageError
from triage.errors import near as nearest
from triage.events import Event
from triage.kinds import KINDS
from triage.usecases import reading


@command("events", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--since", default="", metavar="EVENT", help="Only what came after this event.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
def events_command(
    call: Call, name: str | None, kinds: tuple[str, ...], since: str, last: int | None, **_: Any
) -> None:
    """List what was recorded, in the order of the record.

    \b
    triage events --last 5
    triage events --kind action --kind blocker
    """
    place = call.place(name or "")
    found = reading.events(call.store(), place.journal, kinds=kinds_of(kinds), since=since, last=last or 0)
    corrected = {} if call.json else reading.corrected(call.store(), place.journal)
    for event in found:
        if call.json:
            say_json(_event_as_dict(place.slug, event))
        else:
            when = times.show(event.at, event.precision)
            target = reading.target(call.store(), event)
            what = shortened(plain(reading.wording(event))) + (f" ({target})" if target else "")
            mark = f"  [{corrected[event.id]}]" if event.id in corrected else ""
            say(f"e{event.n}  {when}  {event.kind}  {plain(event.actor.name)}  {what}{mark}")


def kinds_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that were named; `UsageError` with the near miss for another one."""
    for kind in names:
        if kind not in KINDS:
            raise UsageError(f"no kind {kind!r:.40}", hint=nearest(kind, KINDS), allowed=tuple(KINDS))
    return names


def _event_as_dict(slug: str, event: Event) -> dict[str, Any]:
    value = event._asdict() | {"journal": slug, "event": f"e{event.n}", "actor": event.actor._asdict()}
    del value["output"], value["n"]
    return value
