"""`triage trust` on the command line."""

import os
from typing import Any

import click

from triage import config
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json
from triage.usecases import trusting


@command("trust", records=False)
@click.argument("file", required=False, default="")
def trust_command(call: Call, file: str, **_: Any) -> None:
    """Trust a folder's triage.toml, as it is now, to move the store and to let secrets through.

    Look at it first. After any change of the file it is trusted no longer.

    \b
    triage trust
    """
    cwd = config.working_folder(os.environ)
    trusted = trusting.trust(file, cwd, config.folders(os.environ)[1])
    if call.json:
        say_json(trusted._asdict())
    else:
        does = ", ".join(trusted.does)
        say(f"trusted {plain(trusted.path)}: it may {does or 'do no more than before'}")
