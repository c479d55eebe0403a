"""`triage hook` on the command line."""

import os
from typing import Any

import click

from triage import config
from triage.agents import AGENTS
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json
from triage.errors import UsageError
from triage.usecases import hooking
from triage.usecases.hooking import Hooks, Where


@command("hook", records=False)
@click.argument("what", type=click.Choice(["install", "uninstall", "status"]))
@click.argument("agent", required=False, type=click.Choice(list(AGENTS)))
@click.option("--global", "everywhere", is_flag=True, help="In the user's settings, not the project's.")
def hook_command(call: Call, what: str, agent: str | None, everywhere: bool, **_: Any) -> None:
    """Have a coding agent record every shell command that it runs, by hooks of its own.

    A session is recorded from its first use of triage on, while the journal is open: each command with the
    agent's intent, its exit code, output and duration, redacted, as evidence. Documents show what a claim
    names. What only reads files is left out: docs/capture.md says what that is, and how to say otherwise.

    \b
    triage hook install claude-code
    triage hook uninstall claude-code
    triage hook status
    """
    where = Where(os.environ, config.working_folder(os.environ), everywhere)
    if what == "status":
        _tell_status(hooking.status(where.environ, where.cwd), as_json=call.json)
        return
    if not agent:
        raise UsageError(f"no agent is named: triage hook {what} claude-code", allowed=tuple(AGENTS))
    found = hooking.install(agent, where) if what == "install" else hooking.uninstall(agent, where)
    if call.json:
        say_json(found._asdict())
        return
    done = "installed in" if found.commands else "taken out of"
    kept = f"; as it was before: {plain(found.before)}" if found.before else ""
    as_it_was = "is" if found.commands else "is not"
    say(f"{agent} {done if found.changed else f'{as_it_was} installed in'} {plain(found.path)}{kept}")
    if found.changed and found.commands:
        note(found.note)


def _tell_status(every: list[Hooks], *, as_json: bool) -> None:
    if as_json:
        say_json({"hooks": [{**each._asdict(), "trouble": _trouble(each)} for each in every]})
        return
    for each in every:
        state = "installed" if each.commands else "not installed"
        trouble = f", but {plain(_trouble(each))}" if _trouble(each) else ""
        say(f"{each.agent} {state} in {plain(each.path)}{trouble}")


def _trouble(hooks: Hooks) -> str:
    return hooking.trouble(hooks) if hooks.commands else ""
