"""`triage mcp` on the command line."""

import gc
import sys
from typing import Any

import click

from triage.cli.command import command
from triage.console.call import Call
from triage.errors import TriageError, UsageError


@command("mcp", records=False)
@click.option(
    "--actor", default="", metavar="NAME", help="Who says what is recorded; else the client's name."
)
@click.option("--allow-run", is_flag=True, help="Let the agent run commands as evidence.")
@click.option("--allow-publish", is_flag=True, help="Let the agent publish documents.")
def mcp_command(call: Call, allow_run: bool, allow_publish: bool, **_: Any) -> None:
    """Serve an agent over the Model Context Protocol, on standard input and output.

    An agent's program starts it: give it this command. One process is one session. Running commands and
    publishing are not offered unless they are allowed here.

    \b
    triage mcp --allow-run </dev/null
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("an agent is served on standard input and output, and one of them is closed")
    try:
        from triage.mcp_server import serve
        from triage.mcp_server.session import Session
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("anyio", "mcp", "mcp_types"):
            raise
        raise TriageError(
            "serving an agent needs the package mcp",
            hint="pipx install 'triagelog[mcp]', or pip install 'triagelog[mcp]'",
        ) from error
    gc.enable()  # the others are short; this one goes on
    serve(Session(allow_run, allow_publish, call.named, call.address, call.actor, call.heard.secret_env))
