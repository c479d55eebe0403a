"""Batches, export and import on the command line."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click

from triage import config, times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json, shortened
from triage.errors import NotFound, UsageError
from triage.events import Event
from triage.usecases import exchange
from triage.usecases.facts import read_output
from triage.usecases.places import existing
from triage.usecases.recorder import Place


def _lines(call: Call, file: str) -> list[str]:
    """The lines of a file or of standard input, each whole."""
    raw = call.heard.read() if file == "-" else b"".join(read_output(file))
    return raw.decode("utf-8", "surrogateescape").split("\n")


@command("record", leave=())
@click.argument("file")
def record_command(call: Call, file: str, **_: Any) -> None:
    """Record events from JSON Lines, all or nothing; - is standard input. See `triage schema`.

    \b
    triage record - <<'EOF'
    {"kind": "entry", "fields": {"text": "Deploy started"}, "at": "04:10", "key": "start"}
    {"kind": "action", "fields": {"title": "Check healthz", "status": "done"}}
    EOF
    """
    from triage.usecases import batch, reading

    lines = _lines(call, file)
    recorder = call.recorder()
    recorded = batch.record_lines(recorder, lines)
    for event in recorded:
        if call.json:
            call.answer(recorder.place, event, reading.wording(event))
    if not call.json:
        say(f"{recorder.place.name} {_span(recorded)}")


def is_page(file: str) -> bool:
    """Whether a file is a page and no export, by its ending."""
    return file.casefold().endswith((".md", ".markdown", ".txt"))


def _import_page(call: Call, file: str, slug: str) -> None:
    from triage.usecases import importing

    text = importing.shown("\n".join(_lines(call, file)))
    before = {row.id: row.events for row in call.store().journals()}
    done = importing.import_page(call.recorder(Place("", "", ""), create=True), text, file, slug=slug)
    known = before.get(done.place.journal, 0)
    new = existing(call.store(), done.place.journal).events - known
    for each in done.became:
        if call.json:
            say_json({"journal": done.place.slug, **each._asdict()})
        else:
            say(f"{each.line:>5}  {each.kind:<11}  {shortened(plain(each.text))}")
    note(plain(f"{done.place.slug}: {new} events imported from {file}, {known} were here already"))
    _say_how_to_go_on(call, done.place.slug)


def _say_how_to_go_on(call: Call, slug: str) -> None:
    """Say how to make a journal the current one, where it is not."""
    try:
        current = call.place().slug
    except (UsageError, NotFound):
        current = ""
    if current != slug and not call.json:
        note(f"record into it: triage use {slug}")


def _span(recorded: Sequence[Event]) -> str:
    if recorded and not recorded[0].n:
        return f"spooled: {len(recorded)} event{'s'[: len(recorded) != 1]}"
    if len(recorded) < 2:
        return f"e{recorded[0].n}: 1 event recorded" if recorded else "nothing recorded"
    return f"e{recorded[0].n} to e{recorded[-1].n}: {len(recorded)} events recorded"


@command("schema", records=False)
@click.argument("what", type=click.Choice(["record", "report"]), default="record")
def schema_command(call: Call, what: str, **_: Any) -> None:
    """Print the JSON Schema of a line of `triage record`, or of the report that `render` writes.

    \b
    triage schema
    """
    if what == "report":
        from triage.render import json_schema
    else:
        from triage.schema import json_schema

    say(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@command("export", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
def export_command(call: Call, name: str | None, output: str | None, **_: Any) -> None:
    """Write a journal as JSON Lines, exactly as it is kept.

    \b
    triage export -o velvet.jsonl
    """
    from triage.cli.files import write_lines

    place = call.place(name or "")
    lines = exchange.export(call.store(), existing(call.store(), place.journal))
    if output in (None, "-"):
        for line in lines:
            say(line)
        return
    count = write_lines(output, lines)
    if call.json:
        say_json({"journal": place.slug, "events": count - 1, "output": output})
    else:
        note(f"{place.slug}: {count - 1} events written to {output}")


@command("import", records=False)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--slug", metavar="NAME", help="The slug of the journal that a page becomes.")
def import_command(call: Call, files: Iterable[str], slug: str | None, **_: Any) -> None:
    """Add exported journals to the store, or bring pages in Markdown into journals of their own.

    What is there already is not added again. Of a page it is said which line became what.

    \b
    triage import velvet.jsonl
    triage import postmortem.md --slug checkout-outage
    """
    store = call.store(create=True)
    for file in files:
        if is_page(file):
            _import_page(call, file, slug or "")
            continue
        now = times.from_timestamp_us(config.clock())
        done = exchange.import_lines(store, _lines(call, file), call.redactor, now=now)
        if call.json:
            say_json(done._asdict())
        else:
            say(f"{done.slug}: {done.new} events imported, {done.known} were here already")
            for event in done.asked:
                say(f"{done.slug} asks to purge {event}: triage purge {event}")
            _say_how_to_go_on(call, done.slug)
