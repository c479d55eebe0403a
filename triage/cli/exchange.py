"""Batches, export and import on the command line."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from triage import config, times
from triage.cli.command import command
from triage.console import recalled
from triage.console.call import Call
from triage.console.speech import note, plain, say, say_json, shortened
from triage.errors import MOST_LINES, LinesRefused, NotFound, UsageError
from triage.events import Event
from triage.usecases import exchange
from triage.usecases.facts import read_output
from triage.usecases.places import existing
from triage.usecases.recorder import Place

if TYPE_CHECKING:
    from triage.usecases.batch import Became, Recorded


def _raw(call: Call, file: str) -> bytes:
    """What is in a file, or comes from standard input."""
    return call.heard.read() if file == "-" else b"".join(read_output(file))


def _lines(call: Call, file: str) -> list[str]:
    """The lines of the same, each whole."""
    return _raw(call, file).decode("utf-8", "surrogateescape").split("\n")


@command("record", leave=())
@click.argument("file")
@click.option("--partial", is_flag=True, help="Record the lines that can be, and tell the others; exit 1.")
def record_command(call: Call, file: str, partial: bool, **_: Any) -> None:
    """Record events from JSON Lines, or an array, all or nothing; - is standard input. See `triage schema`.

    With --key K the third line without a key has K:3: the same lines again are recorded once.

    \b
    triage record - --key healthz <<'EOF'
    {"kind": "entry", "fields": {"text": "Deploy started"}, "at": "04:10", "key": "start"}
    {"kind": "action", "fields": {"title": "Check healthz", "status": "done"}}
    EOF
    """
    from triage.usecases import batch

    raw = _raw(call, file)
    recorder = call.recorder()
    try:
        recorded = batch.record_lines(recorder, raw, partial=partial)
        if call.json:
            _answer_lines(call, recorder.place, recorded)
        else:
            say(f"{recorder.place.name} {_span(recorded.became)}")
            recalled.tell_once(recalled.seen_by_many(call, _new(recorded)).values())
        recorded.check()
    except LinesRefused as error:
        if not call.json and len(error.lines) > 1:
            for line in list(error.lines.values())[:MOST_LINES]:
                note(plain(str(line)))
        raise


def _answer_lines(call: Call, place: Place, recorded: "Recorded") -> None:
    """Answer with an object for each line, in their order."""
    from triage.usecases import reading

    became = {each.line: each for each in recorded.became}
    seen = recalled.seen_by_many(call, _new(recorded))
    for number in sorted([*became, *recorded.refused]):
        if number in recorded.refused:
            say_json({"line": number, "error": recorded.refused[number].as_dict()})
            continue
        _, event, is_new = became[number]
        told: dict[str, Any] = {"line": number, "new": is_new} if event.n else {"line": number}
        if event.id in seen:
            told["seen"] = [recalled.as_dict(each) for each in seen[event.id]]
        call.answer(place, event, reading.wording(event), **told)


def _new(recorded: "Recorded") -> list[Event]:
    return [each.event for each in recorded.became if each.is_new]


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


def _span(became: "Sequence[Became]") -> str:
    """What was recorded, from which event to which; what was there before is counted by itself."""
    if became and not became[0].event.n:
        return f"spooled: {_events(len(became))}"
    new = [each.event.n for each in became if each.is_new]
    known = [each.event.n for each in became if not each.is_new]
    told = [f"{_events(len(new))} recorded"] if new else []
    told += [f"{_events(len(known))} already recorded"] if known else []
    if not told:
        return "nothing recorded"
    numbers = new or sorted(known)
    named = f"e{numbers[0]} to e{numbers[-1]}" if len(numbers) > 1 else f"e{numbers[0]}"
    return f"{named}: {', '.join(told)}"


def _events(count: int) -> str:
    return f"{count} event{'s'[: count != 1]}"


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
