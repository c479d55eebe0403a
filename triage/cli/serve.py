"""`triage serve` on the command line."""

import signal
from functools import partial
from typing import Any

import click

from triage import __version__
from triage.cli.command import command
from triage.console.call import Call
from triage.console.publications import opener, style_of
from triage.console.speech import note, say, say_json
from triage.errors import Unavailable


@command("serve", records=False)
@click.option("--port", default=0, show_default="any that is free", type=click.IntRange(0, 65535),
              help="The port.")  # fmt: skip
@click.option("--expose", default="", metavar="ADDRESS",
              help="Listen on this address of this machine instead of loopback: whoever reaches it and has"
                   " the token reads every journal, over plain HTTP.")  # fmt: skip
@click.option("--template", default="triage", show_default=True, metavar="NAME", help="The template.")
def serve_command(call: Call, port: int, expose: str, template: str, **_: Any) -> None:
    """Show the site of all journals in a browser, live while events arrive.

    Only this machine can reach it, and only with the token in the address that is printed.

    \b
    triage serve
    """
    from triage.live import Server
    from triage.render.site import Look
    from triage.usecases.flushing import spooled
    from triage.usecases.pages import Manner
    from triage.usecases.serving import Serving

    call.store().close()
    settings = call.settings
    style = style_of(settings)._replace(live=True, up="/index.html")
    manner = Manner(template, style, settings.templates)
    look = Look(version=__version__, live=True)
    wait = partial(spooled, call.spool_folder)
    serving = Serving(opener(settings.store), manner, look, call.redactor, spooled=wait)
    try:
        server = Server.on(expose or "127.0.0.1", port, serving)
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {expose or '127.0.0.1'} port {port}: {error.strerror}",
            hint="choose another --port",
        ) from error
    say_json({"url": server.url}) if call.json else say(server.url)
    if expose:
        note(f"whoever reaches {server.place} and has the token can read every journal")
    _until_told(server)


def _until_told(server: Any) -> None:
    """Serve until a signal says to end, which is no failure."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        note("ended")
    finally:
        server.server_close()
