"""Actions and blockers on the command line."""

from typing import Any

import click

from triage.cli.command import TEXT, argument, command
from triage.console.call import Call
from triage.usecases import work
from triage.usecases.work import Told

STATUSES = {"done": "done", "fail": "failed", "skip": "skipped"}


def _tell(call: Call, place: Any, told: Told, what: str, verb: str) -> None:
    body = told.event.body or {}
    left = [body.get("outcome") or "", *(f"{label}={value}" for label, value in body.get("cells") or ())]
    said = " · ".join(text for text in (told.title, *left) if text)
    call.answer(place, told.event, f"{what} {told.number} {verb}: {said}", number=told.number)


@command("did", kind="action", leave=("title", "status"))
@argument("title")
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def did_command(call: Call, title: str, rest: tuple[str, ...], **fields: Any) -> None:
    """Record an action that was done: its title, what came of it, and values that it left.

    Values become the row of its environment in the final state.

    \b
    triage did 'Push the subtree' 'v14 deployed' --env staging Release=v14 Slug=86ceec1d
    """
    recorder = call.recorder()
    told = work.did(recorder, title, rest, call.fields(recorder, "action", fields))
    _tell(call, recorder.place, told, "action", "done")


@command("action", kind="action", leave=("title",))
@argument("title")
def action_command(call: Call, title: str, **fields: Any) -> None:
    """Add an action to the queue; one with an owner is shown as that person's to do.

    \b
    triage action 'Run the migrations' --env staging
    triage action 'Approve the sandbox exit' --owner Kristerpher
    """
    recorder = call.recorder()
    told = work.add(recorder, title, call.fields(recorder, "action", fields))
    _tell(call, recorder.place, told, "action", "added")


@command("start", kind="action", leave=("status",))
@argument("action", text=False)
@click.option("--take", is_flag=True, help="Take it over from who started it.")
def start_command(call: Call, action: str, take: bool, **fields: Any) -> None:
    """Claim an action, so that nobody else starts it.

    \b
    triage start 4
    """
    recorder = call.recorder()
    told = work.start(recorder, action, call.fields(recorder, "action", fields), take=take)
    _tell(call, recorder.place, told, "action", "started")


def _move(call: Call, verb: str, action: str, rest: tuple[str, ...], fields: dict[str, Any]) -> None:
    recorder = call.recorder()
    parsed = call.fields(recorder, "action", fields)
    told = work.move(recorder, action, STATUSES[verb], rest, parsed)
    _tell(call, recorder.place, told, "action", STATUSES[verb])


@command("done", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def done_command(call: Call, action: str, rest: tuple[str, ...], **fields: Any) -> None:
    """Say that an action is done, what came of it, and which values it left.

    \b
    triage done 4 '3 migrations applied' Migrations='3 applied'
    """
    _move(call, "done", action, rest, fields)


@command("fail", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def fail_command(call: Call, action: str, rest: tuple[str, ...], **fields: Any) -> None:
    """Say that an action failed and will not be tried again as it is.

    \b
    triage fail 4 'the runner has no database'
    """
    _move(call, "fail", action, rest, fields)


@command("skip", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def skip_command(call: Call, action: str, rest: tuple[str, ...], **fields: Any) -> None:
    """Say that an action is skipped, and why.

    \b
    triage skip 4 'done by the release phase already'
    """
    _move(call, "skip", action, rest, fields)


@command("block", kind="blocker", leave=("error", "action", "status"))
@argument("action", text=False)
@argument("error")
def block_command(call: Call, action: str, error: str, **fields: Any) -> None:
    """Say what blocks an action: opens a blocker, and the action is blocked until it is fixed.

    \b
    triage block 4 'ModuleNotFoundError: No module named sqlalchemy'
    """
    recorder = call.recorder()
    told = work.block(recorder, action, error, call.fields(recorder, "blocker", fields))
    _tell(call, recorder.place, told, "blocker", "opened")


@command("blocker", kind="blocker", leave=("title", "status"))
@argument("title")
def blocker_command(call: Call, title: str, **fields: Any) -> None:
    """Open a blocker that blocks no single action, or name one with --action.

    \b
    triage blocker 'Package is not registered' --error 'No module named velvet'
    """
    recorder = call.recorder()
    told = work.blocker(recorder, title, call.fields(recorder, "blocker", fields))
    _tell(call, recorder.place, told, "blocker", "opened")


@command("fix", kind="blocker", leave=("fix", "status"))
@argument("blocker", text=False)
@argument("text", optional=True)
def fix_command(call: Call, blocker: str, text: str | None, **fields: Any) -> None:
    """Say that a blocker is fixed, and how; the action that it blocked is free again.

    \b
    triage fix 2 'Added sqlalchemy to requirements.txt' --pr 1141 --issue 1140
    """
    recorder = call.recorder()
    parsed = call.fields(recorder, "blocker", fields)
    told = work.settle(recorder, blocker, "fixed", text, parsed)
    _tell(call, recorder.place, told, "blocker", "fixed")


@command("accept", kind="blocker", leave=("fix", "status"))
@argument("blocker", text=False)
@click.argument("reason", type=TEXT)
def accept_command(call: Call, blocker: str, reason: str, **fields: Any) -> None:
    """Say that a blocker stays, and why that is accepted.

    \b
    triage accept 2 'the old dyno is switched off on Friday'
    """
    recorder = call.recorder()
    parsed = call.fields(recorder, "blocker", fields)
    told = work.settle(recorder, blocker, "accepted", reason, parsed)
    _tell(call, recorder.place, told, "blocker", "accepted")
