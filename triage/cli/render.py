"""`triage render` on the command line."""

import os
from typing import TYPE_CHECKING, Any

import click

from triage import __version__, config, times
from triage.cli.command import command
from triage.console.call import Call
from triage.console.speech import note, plain, plain_json, plain_lines, say, say_json
from triage.errors import InvalidValue
from triage.render import Style

if TYPE_CHECKING:
    from triage.usecases.past import AsOf

FORMATS = ("md", "html", "json")
AS_OF = "What had been recorded by a time; or what a page was made from, by its checkpoint."


@command("render", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option("--template", default="triage", show_default=True, metavar="NAME", help="The template.")
@click.option("--format", "form", default="", metavar="md|html|json",
              help="The format; by the file's ending, else md.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--as-of", metavar="TIME|CHECKPOINT", help=AS_OF)
@click.option("--corrections", is_flag=True, help="Show what was amended, and what was said before.")
def render_command(
    call: Call,
    name: str | None,
    template: str,
    form: str,
    output: str | None,
    as_of: str | None,
    corrections: bool,
    **_: Any,
) -> None:
    """Make the document of a journal.

    \b
    triage render -o report.html
    triage render velvet-first-deploy --format json
    triage render --as-of -5m --corrections
    """
    from triage.console.publications import keep_templates
    from triage.usecases.documents import document
    from triage.usecases.flushing import spooled

    keep_templates(call.settings)
    form = _format(form or ("json" if call.json and output is None else ""), output)
    place = call.place(name or "")
    settings, store = call.settings, call.store()
    text = document(
        store,
        place.journal,
        template=template,
        form=form,
        style=Style(
            issue_url=settings.issue_url,
            pr_url=settings.pr_url,
            commit_url=settings.commit_url,
            zone=settings.zone,
            version=__version__,
            corrections=corrections,
            spooled=spooled(call.spool_folder).get(place.journal, 0),
        ),
        folders=settings.templates,
        redactor=call.redactor,
        as_of=_moment(call, as_of) if as_of is not None else None,
    )
    if output in (None, "-"):
        say((plain_json if form == "json" else plain_lines)(text.rstrip("\n")))
        return
    from triage.cli.files import write_text

    write_text(output, text)
    if call.json:
        say_json({"journal": place.slug, "format": form, "output": output})
    else:
        note(f"{place.slug} written to {output}")


def _moment(call: Call, text: str) -> "AsOf":
    """The moment that --as-of, --from or --to means; times as in --at."""
    from triage.usecases import past

    def when(text: str) -> str | None:
        now = times.from_timestamp_us(config.clock())
        return times.parse_at(text, now=now, day=call.settings.day or None).at

    return past.moment(text, read=_read, when=when)


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


@command("diff", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option("--from", "start", metavar="TIME|CHECKPOINT", help="The earlier moment; else the beginning.")
@click.option("--to", "end", metavar="TIME|CHECKPOINT", help="The later moment; else now.")
def diff_command(call: Call, name: str | None, start: str | None, end: str | None, **_: Any) -> None:
    """Say what changed in a journal from one moment to another: + added, ~ changed, - gone.

    \b
    triage diff --from -1h
    """
    from triage.usecases import past

    place = call.place(name or "")
    first, last = (_moment(call, text) if text is not None else None for text in (start, end))
    found = past.changes(call.store(), place.journal, first, last)
    for change in found:
        if call.json:
            say_json(change._asdict())
        else:
            for line in str(change).split("\n"):
                say(plain(line))
    if not found:
        note("nothing changed")


def _format(form: str, output: str | None) -> str:
    ending = os.path.splitext(output or "")[1].removeprefix(".").casefold()
    chosen = form or ENDINGS.get(ending, ending) or "md"
    if chosen not in FORMATS:
        hint = "one of: " + ", ".join(FORMATS) + ("" if form else "; or give --format")
        raise InvalidValue(f"no format {chosen!r:.40}", hint=hint, allowed=FORMATS)
    return chosen


ENDINGS = {"markdown": "md", "txt": "md", "htm": "html"}
