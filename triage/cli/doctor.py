"""`triage doctor` on the command line."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from triage import config
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import plain, say, say_json
from triage.errors import NotFound, StoreGone, TriageError
from triage.store import identity

if TYPE_CHECKING:
    from triage.store.health import Health
    from triage.usecases.doctoring import Asked


@command("doctor", records=False)
@click.option(
    "--quick",
    is_flag=True,
    help="Leave out the chain, and the clock against the record: they read every event.",
)
def doctor_command(call: Call, quick: bool, **_: Any) -> None:
    """Look at everything that recording rests on, and say how to mend what is not well.

    That is the configuration, the store with its file system, its integrity and the chain of every journal,
    the clock, the spool, texts that could not be recorded and how long they stay, the key of redactions, and
    the hooks of coding agents. Nothing is changed: the store of an older triage stays as it is, and what was
    spooled waits on; the lock of the store is taken for a moment, to see whether it can be written. Exit 1
    where anything fails.

    \b
    triage doctor
    """
    from triage.store.health import FAIL

    found = []
    for health in _looks(call, quick=quick):
        found.append(health)
        if not call.json:
            say(plain(f"{health.state:<4}  {health.name}: {health.text}"))
            if health.fix:
                say(plain(f"      fix: {health.fix}"))
    good = all(health.state != FAIL for health in found)
    if call.json:
        say_json({"good": good, "checks": [health._asdict() for health in found]})
    if not good:
        sys.exit(1)


def _looks(call: Call, *, quick: bool) -> "Iterator[Health]":
    from triage.store.health import FAIL
    from triage.usecases import doctoring

    asked = doctoring.Asked(call.address, call.actor, os.environ, config.working_folder(os.environ))
    yield doctoring.program()
    configured = list(doctoring.configuration(asked))
    yield from configured
    if any(health.state == FAIL for health in configured):
        return  # nobody knows which store is meant
    yield from doctoring.settings(asked, call.settings, call.chosen)
    yield from _of_store(call, asked, quick=quick)
    yield from doctoring.spools(call.settings, call.spool_folder)
    yield from doctoring.leavings(call.settings.state_folder)
    yield doctoring.redaction_key(call.settings.config_folder)
    yield from doctoring.hooks(asked, call.settings.state_folder)


def _of_store(call: Call, asked: "Asked", *, quick: bool) -> "Iterator[Health]":
    from triage.store.health import FAIL, OK, Health
    from triage.usecases import doctoring

    by = doctoring.address(asked)
    try:
        store = call.store_as_it_is()
        yield from doctoring.store(store, by, identity(call.settings.store), quick=quick)
        if not quick:
            yield from doctoring.record(store)
            yield doctoring.clock(store, config.clock)
    except StoreGone as error:
        yield Health("store", FAIL, f"{error.message} (by {by})", error.hint)
    except NotFound as error:
        yield Health("store", OK, f"{error.message}, by {by}: {error.hint}")
    except TriageError as error:
        yield Health("store", FAIL, f"{error.message} (by {by})", error.hint)
