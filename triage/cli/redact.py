"""`triage redact` on the command line."""

import getpass
import sys
from typing import Any

import click

from triage import config
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, say, say_bytes, say_json
from triage.usecases import redacting
from triage.usecases.facts import read_output
from triage.usecases.redacting import Decided


@command("redact", records=False)
@click.argument("file", required=False, default="-")
@click.option("--explain", is_flag=True, help="Say which rule decided what, and why.")
@click.option("--check", is_flag=True, help="Exit with 1 where there is a secret.")
@click.option(
    "--remember",
    metavar="LABEL",
    help="Keep the hash of the secret on standard input: it is known from now on.",
)
def redact_command(call: Call, file: str, explain: bool, check: bool, remember: str | None, **_: Any) -> None:
    """Print a text as it would be recorded: with markers in the place of secrets.

    --explain says for each span which rule hid it, or why it was left alone; never what it is.

    \b
    triage redact notes.md
    echo 'password=Tr0ub4dor-and-3' | triage redact --explain
    """
    if remember is not None:
        _remember(call, remember)
        return
    data = call.heard.read() if file == "-" else b"".join(read_output(file))
    if explain:
        for decided in redacting.explained(data, call.redactor):
            say_json(decided._asdict()) if call.json else say(_line(decided))
    clean, count = redacting.scrubbed(data, call.redactor)
    if not explain:
        say_bytes(clean)
    if check and count:
        note(f"triage: {count} secret{'s'[: count != 1]} found")
        sys.exit(1)


def _line(decided: Decided) -> str:
    told = f"hidden as {decided.marker}" if decided.marker else f"left alone: {decided.reason}"
    return f"{decided.line}:{decided.column} {decided.rule}, {decided.size} characters, {told}"


def _remember(call: Call, label: str) -> None:
    """Read a secret, unseen where a person types it, and keep its hash."""
    if sys.stdin is not None and sys.stdin.isatty():
        value = getpass.getpass("The secret (it is not shown): ")
    else:
        value = call.heard.read().decode("utf-8", "surrogateescape").removesuffix("\n")
    call.heard.forget()
    entries = redacting.to_remember(value, call.redactor.text(label)[0], call.redactor)
    config.remember(call.settings.config_folder, entries)
    note(f"remembered as {call.redactor.marker('known', value)}, in {len(entries)} forms")
