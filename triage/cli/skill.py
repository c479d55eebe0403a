"""`triage skill` on the command line."""

import os
from typing import Any

import click

from triage import config
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json
from triage.errors import UsageError


@command("skill", records=False)
@click.argument("what", type=click.Choice(["install", "show", "uninstall"]))
@click.option(
    "--global", "everywhere", is_flag=True, help="For all that you work on, not this repository alone."
)
@click.option("--path", metavar="DIR", help="Into this folder of skills alone.")
def skill_command(call: Call, what: str, everywhere: bool, path: str | None, **_: Any) -> None:
    """Tell coding agents what to record when: install the skill, show it, or uninstall it.

    It goes into .agents/skills, where agents of many makers look, and into .claude/skills where Claude Code
    is used. A skill that you changed is moved aside by an installation, and stays at its removal.

    \b
    triage skill install
    triage skill show
    """
    from triage.usecases import skill

    if what == "show":
        say_json({"name": skill.NAME, "text": skill.text()}) if call.json else say(skill.text().rstrip("\n"))
        return
    if everywhere and path is not None:
        raise UsageError("--global and --path were both given", hint="leave out one of them")
    cwd = config.working_folder(os.environ)
    places = [os.path.join(cwd, path)] if path else skill.folders(cwd, os.environ, everywhere=everywhere)
    for done in (skill.install if what == "install" else skill.uninstall)(places):
        if call.json:
            say_json(done._asdict())
        else:
            aside = f" (yours is kept in {done.backup})" if done.backup else ""
            say(plain(f"{done.change:<9} {done.path}{aside}"))
