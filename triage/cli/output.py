"""`triage output` on the command line."""

from typing import Any

import click

from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_bytes, say_json, shortened
from triage.errors import UsageError
from triage.report import Evidence
from triage.usecases import output
from triage.usecases.recorder import Place


@command("output", records=False)
@click.argument("event")
@click.option("--lines", "span", metavar="A-B",
              help="These lines only, and all of each; also A-, -B or A.")  # fmt: skip
@click.option("--stream", type=click.Choice(["out", "err"]), help="Only this stream.")
@click.option("--raw", is_flag=True, help="The bytes as they are kept.")
def output_command(call: Call, event: str, span: str | None, stream: str | None, raw: bool, **_: Any) -> None:
    """Read back what a command printed; of a long output its beginning and its end.

    What was overwritten and what is said again is left out; lines of standard error begin with 2> where
    there are both streams.

    \b
    triage run --title 'Disk space' -- df -h
    triage output 'Disk space' --lines 1-2
    """
    if raw and (span is not None or call.json):
        raise UsageError(f"--raw does not go with {'--lines' if span is not None else '--json'}")
    place = call.place()
    found = output.find(call.store(), place.journal, event)
    if raw:
        say_bytes(output.kept(found, stream or ""))
        return
    every = output.lines(found)
    wanted = every if span is None else output.chosen(every, span)
    wanted = output.only(found, wanted, stream) if stream else wanted
    if call.json:
        say_json(_as_dict(found, every) | {"lines": [line._asdict() for line in wanted]})
        return
    note(f"{place.name} e{found.number} {shortened(plain(_heading(found.item, len(every))))}")
    texts = (
        map(output.whole, wanted) if span is not None else output.told(wanted, _again(place, found, stream))
    )
    for text in texts:
        say(plain(text))


def _again(place: Place, found: output.Found, stream: str | None) -> str:
    """The command that shows the same output, wherever it is typed."""
    only = f" --stream {stream}" if stream else ""
    return f"triage output e{found.number} --journal {place.name}{only}"


def _heading(item: Evidence, lines: int) -> str:
    """What is to be known before the output is read."""
    end = item.signal or (f"exit {item.exit_code}" if item.exit_code is not None else "")
    facts = [
        item.state if item.state != "exited" else "",
        end,
        f"{lines:,} line{'s'[: lines != 1]}",
        f"{item.size:,} bytes",
        f"{item.truncated:,} left out" if item.truncated else "",
        f"{item.redactions} redacted" if item.redactions else "",
    ]
    what = ": ".join(part for part in (item.title, item.command) if part)
    return ", ".join(fact for fact in facts if fact) + f": {what or 'supplied'}"


def _as_dict(found: output.Found, every: list[output.Line]) -> dict[str, Any]:
    names = (
        "title", "command", "environment", "origin", "state", "exit_code", "signal", "size", "truncated",
        "redactions",
    )  # fmt: skip
    item = found.item
    told = {name: getattr(item, name) for name in names}
    return {"event": f"e{found.number}", "id": item.event, **told, "line_count": len(every)}
