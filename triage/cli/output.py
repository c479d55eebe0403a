"""`triage output` on the command line."""

import sys
from typing import Any

import click

from triage.cli.command import Call, command
from triage.cli.speech import note, plain, say, say_json, shortened
from triage.errors import NotFound
from triage.report import Evidence
from triage.usecases import output


@command("output", records=False)
@click.argument("event")
@click.option("--lines", "span", metavar="A-B", help="Exactly these lines, all of each.")
@click.option("--stream", type=click.Choice(["out", "err"]), help="Only this stream.")
@click.option("--raw", is_flag=True, help="The bytes as they are kept.")
def output_command(call: Call, event: str, span: str | None, stream: str | None, raw: bool, **_: Any) -> None:
    """Read back what a command printed; of a long output its beginning and its end.

    \b
    triage run --title 'Disk space' -- df -h
    triage output 'Disk space' --lines 1-2
    """
    place = call.place()
    item = output.evidence(call.store(), place.journal, event)
    if item.output is None:
        raise NotFound(
            f"the output of {event} was not kept", hint=f"its digest is {item.digest}" if item.digest else ""
        )
    if raw:
        sys.stdout.buffer.write(item.output)
        return
    every = output.lines(item)
    wanted = [line for line in every if stream in (None, line.stream or "out")]
    wanted = output.chosen(wanted, span) if span is not None else wanted
    if call.json:
        say_json(_as_dict(item, every) | {"lines": [line._asdict() for line in wanted]})
        return
    note(f"{place.name} {event} {shortened(plain(_heading(item, len(every))))}")
    for text in map(output.worded, wanted) if span is not None else output.told(wanted, event):
        say(plain(text))


def _heading(item: Evidence, lines: int) -> str:
    """What is to be known before the output is read."""
    facts = [
        f"exit {item.exit_code}" if item.exit_code is not None else item.state,
        f"{lines:,} lines",
        f"{item.size:,} bytes",
        f"{item.truncated:,} left out" if item.truncated else "",
        f"{item.redactions} redacted" if item.redactions else "",
    ]
    return ", ".join(fact for fact in facts if fact) + f": {item.title or item.command or 'supplied'}"


def _as_dict(item: Evidence, every: list[output.Line]) -> dict[str, Any]:
    names = ("event", "title", "command", "state", "exit_code", "size", "truncated", "redactions")
    return {name: getattr(item, name) for name in names} | {"line_count": len(every)}
