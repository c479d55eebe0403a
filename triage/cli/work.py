"""Actions and blockers on the command line."""

from typing import Any

import click

from triage.cli.command import TEXT, argument, command
from triage.console import work
from triage.console.call import Call


@command("did", kind="action", leave=("title", "status"))
@argument("title")
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def did_command(call: Call, **said: Any) -> None:
    """Record an action that was done: its title, what came of it, and values that it left.

    Values become the row of its environment in the final state.

    \b
    triage did 'Push the subtree' 'v14 deployed' --env staging Release=v14 Slug=86ceec1d
    """
    work.did(call, **said)


@command("action", kind="action", leave=("title",))
@argument("title")
def action_command(call: Call, **said: Any) -> None:
    """Add an action to the queue; one with an owner is shown as that person's to do.

    \b
    triage action 'Run the migrations' --env staging
    triage action 'Approve the sandbox exit' --owner Kristerpher
    """
    work.action(call, **said)


@command("start", kind="action", leave=("status",))
@argument("action", text=False)
@click.option("--take", is_flag=True, help="Take it over from who started it.")
def start_command(call: Call, **said: Any) -> None:
    """Claim an action, so that nobody else starts it.

    \b
    triage start 4
    """
    work.start(call, **said)


@command("done", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def done_command(call: Call, **said: Any) -> None:
    """Say that an action is done, what came of it, and which values it left.

    \b
    triage done 4 '3 migrations applied' Migrations='3 applied'
    """
    work.done(call, **said)


@command("fail", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def fail_command(call: Call, **said: Any) -> None:
    """Say that an action failed and will not be tried again as it is.

    \b
    triage fail 4 'the runner has no database'
    """
    work.fail(call, **said)


@command("skip", kind="action", leave=("status",))
@argument("action", text=False)
@argument("rest", many=True, optional=True, metavar="[OUTCOME] [LABEL=VALUE]...")
def skip_command(call: Call, **said: Any) -> None:
    """Say that an action is skipped, and why.

    \b
    triage skip 4 'done by the release phase already'
    """
    work.skip(call, **said)


@command("block", kind="blocker", leave=("error", "action", "status"))
@argument("action", text=False)
@argument("error")
def block_command(call: Call, **said: Any) -> None:
    """Say what blocks an action: opens a blocker, and the action is blocked until it is fixed.

    \b
    triage block 4 'ModuleNotFoundError: No module named sqlalchemy'
    """
    work.block(call, **said)


@command("blocker", kind="blocker", leave=("title", "status"))
@argument("title")
def blocker_command(call: Call, **said: Any) -> None:
    """Open a blocker that blocks no single action, or name one with --action.

    \b
    triage blocker 'Package is not registered' --error 'No module named velvet'
    """
    work.blocker(call, **said)


@command("fix", kind="blocker", leave=("fix", "status"))
@argument("blocker", text=False)
@argument("text", optional=True)
def fix_command(call: Call, **said: Any) -> None:
    """Say that a blocker is fixed, and how; the action that it blocked is free again.

    \b
    triage fix 2 'Added sqlalchemy to requirements.txt' --pr 1141 --issue 1140
    """
    work.fix(call, **said)


@command("accept", kind="blocker", leave=("fix", "status"))
@argument("blocker", text=False)
@click.argument("reason", type=TEXT)
def accept_command(call: Call, **said: Any) -> None:
    """Say that a blocker stays, and why that is accepted.

    \b
    triage accept 2 'the old dyno is switched off on Friday'
    """
    work.accept(call, **said)
