"""`triage status` and `triage events` on the command line."""

from typing import Any

import click

from triage import times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json, shortened
from triage.errors import UsageError
from triage.events import KINDS, Event
from triage.events import near as nearest
from triage.report import Action
from triage.usecases import reading
from triage.usecases.reading import Standing


@command("status", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
def status_command(call: Call, name: str | None, **_: Any) -> None:
    """Say where a journal stands: its status, what is open, and who must act.

    \b
    triage status
    """
    from triage.usecases.flushing import spooled

    place = call.place(name or "")
    standing = reading.standing(call.store(), place.journal)
    waiting = spooled(call.spool_folder).get(place.journal, 0)
    if call.json:
        say_json(_as_dict(place.slug, standing) | {"spooled": waiting})
        return
    main = standing.report.main
    header = main.header
    note = f" — {plain(header.status_note)}" if header.status_note else ""
    say(f"{place.slug}  {header.status.upper()}{note}")
    done = sum(action.closed for action in main.actions)
    last = times.show(standing.report.last_updated, standing.report.last_precision)
    count = f"{done} of {len(main.actions)} actions closed; " if main.actions else ""
    say(f"{plain(header.title)}; {count}last event {last}")
    if waiting:
        say(f"{waiting} spooled event{'s'[: waiting != 1]}, not in the record yet; see: triage doctor")
    if not name and place.addendum:
        say(f"recording into {place.name}")
    for part in standing.report.addenda:
        say(plain(f"addendum {part.header.slug or part.id[-8:]} {part.header.status}: {part.header.title}"))
    for line in _open_lines(standing):
        say(plain(line))


def _open_lines(standing: Standing) -> list[str]:
    lines = [f"blocker {b.number} open: {b.title}" for b in standing.blockers]
    for action in standing.actions:
        owner = f" (owner {action.owner})" if action.owner else ""
        claimed = f" (by {action.claimed_by})" if action.claimed_by else ""
        lines.append(f"action {action.number} {action.status}: {action.title}{owner}{claimed}")
    for issue in standing.issues:
        about = issue.title or issue.note
        lines.append(f"issue {issue.ref} open" + (f": {about}" if about else ""))
    return [*lines, *map(_failed_line, standing.failed)] or ["nothing is open"]


def _failed_line(action: Action) -> str:
    came = f" — {action.outcome}" if action.outcome else ""
    return f"action {action.number} failed: {action.title}{came}"


def _as_dict(slug: str, standing: Standing) -> dict[str, Any]:
    report = standing.report
    return {
        "journal": slug,
        "title": report.main.header.title,
        "status": report.main.header.status,
        "events": report.events,
        "last_event_at": report.last_updated,
        "actions": [
            {"number": a.number, "title": a.title, "status": a.status, "owner": a.owner}
            for a in standing.actions
        ],
        "blockers": [{"number": b.number, "title": b.title, "error": b.error} for b in standing.blockers],
        "failed": [{"number": a.number, "title": a.title, "outcome": a.outcome} for a in standing.failed],
        "issues": [{"ref": i.ref, "title": i.title, "note": i.note} for i in standing.issues],
    }


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
