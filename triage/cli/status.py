"""`triage status` and `triage brief` on the command line."""

from typing import Any

import click

from triage import times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, plain_lines, say, say_json
from triage.report import Action, brief
from triage.report.steps import steps
from triage.usecases import reading
from triage.usecases.reading import Standing
from triage.usecases.recorder import Place


@command("status", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
def status_command(call: Call, name: str | None, **_: Any) -> None:
    """Say in three lines where a journal stands, what is open, and which command comes next.

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
    say(plain(_standing(place, standing)))
    say(plain(_open(standing, waiting)))
    step = steps(standing.report)[0]
    by = f" (as {brief.clipped(step.by, SHORT)} recorded it)" if step.by else ""
    say(plain(f"next: {step.command}{by}"))


def _standing(place: Place, standing: Standing) -> str:
    """``SLUG  STATUS — note; title; 3 of 4 actions closed; last event …``."""
    report = standing.report
    header = report.main.header
    status = " — ".join(filter(None, (header.status.upper(), brief.clipped(header.status_note, SHORT))))
    actions = [action for part in report.parts for action in part.actions]
    done = sum(action.closed for action in actions)
    count = f"{done} of {len(actions)} actions closed" if actions else ""
    last = f"last event {times.show(report.last_updated, report.last_precision)}"
    where = f"recording into {place.name}" if place.addendum else ""
    title = brief.clipped(header.title, SHORT)
    return f"{place.slug}  " + "; ".join(filter(None, (status, title, count, last, where)))


SHORT = 80
"""Characters of a text that one line among others repeats."""
FEW = 4
"""Open things of a sort that the line names; of more it tells the number."""


def _open(standing: Standing, waiting: int) -> str:
    """What is open, who must act, what failed and what is not as expected, in one line.

    ``waiting`` events are spooled.
    """
    said = [
        _few("blocker", [f"{b.number} {brief.clipped(b.title, SHORT)}" for b in standing.blockers]),
        _few("action", [_action(action) for action in standing.actions]),
        _few("issue", [issue.ref for issue in standing.issues]),
    ]
    failed = _few("action", [_action(action) for action in standing.failed])
    unmet = _few("row", [brief.clipped(each.told, SHORT) for each in standing.unmet])
    left = "; ".join(filter(None, said))
    told = [
        f"open: {left}" if left else "" if failed or unmet else "nothing is open",
        f"failed: {failed}" if failed else "",
        f"not met: {unmet}" if unmet else "",
    ]
    if waiting:
        told.append(f"{waiting} spooled event{'s'[: waiting != 1]}, not in the record yet (triage doctor)")
    return "; ".join(filter(None, told))


def _few(word: str, named: list[str]) -> str:
    """``blocker 2 TITLE``; ``actions 3 TITLE, 4 TITLE and 7 more``."""
    if not named:
        return ""
    more = f" and {len(named) - FEW} more" if len(named) > FEW else ""
    return f"{word}{'s'[: len(named) != 1]} {', '.join(named[:FEW])}{more}"


def _action(action: Action) -> str:
    """The number, title and state of an action, with who must act or is at it."""
    who = f"owner {action.owner}" if action.owner else f"by {action.claimed_by}" if action.claimed_by else ""
    aside = ", ".join(filter(None, (action.status, who)))
    came = (
        f" — {brief.clipped(action.outcome, SHORT)}" if action.status == "failed" and action.outcome else ""
    )
    return f"{action.number} {brief.clipped(action.title, SHORT)} ({aside}){came}"


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
        "unmet": [
            {
                "table": u.table.name,
                "row": u.row.values[0],
                "expected": u.row.expected,
                "actual": u.row.values[-1],
            }
            for u in standing.unmet
        ],
        "issues": [{"ref": i.ref, "title": i.title, "note": i.note} for i in standing.issues],
    }


@command("brief", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option(
    "--budget", type=int, metavar="TOKENS", help="About how much it may cost to read; 1200 where not given."
)
@click.option("--since", default="", metavar="EVENT", help="Tell first what was recorded after this event.")
def brief_command(call: Call, name: str | None, budget: int | None, since: str, **_: Any) -> None:
    """Hand a journal over: where it stands, what is open, what failed, and the next commands.

    The most important comes first. Tokens are counted by an estimate that needs no model.

    \b
    triage brief
    triage brief --budget 800
    triage brief --since e1 --json
    """
    from triage.render.brief import USUAL, as_dict, as_markdown
    from triage.usecases.briefing import brief as hand_over
    from triage.usecases.flushing import spooled

    place = call.place(name or "")
    waiting = spooled(call.spool_folder).get(place.journal, 0)
    chosen = USUAL if budget is None else budget
    told = hand_over(call.store(), place, budget=chosen, since=since, spooled=waiting)
    if call.json:
        say_json(as_dict(told))
    else:
        say(plain_lines(call.redactor.text(as_markdown(told).rstrip("\n"))[0]))
