"""`triage render` on the command line."""

import os
from typing import Any

import click

from triage import __version__
from triage.cli.command import Call, command
from triage.cli.speech import note, plain_json, plain_lines, say, say_json
from triage.errors import InvalidValue
from triage.render import Style

FORMATS = ("md", "html", "json")


@command("render", records=False)
@click.argument("name", required=False, metavar="[SLUG]")
@click.option("--template", default="triage", show_default=True, metavar="NAME", help="The template.")
@click.option("--format", "form", default="", metavar="md|html|json",
              help="The format; by the file's ending, else md.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
def render_command(
    call: Call, name: str | None, template: str, form: str, output: str | None, **_: Any
) -> None:
    """Make the document of a journal.

    \b
    triage render -o report.html
    triage render velvet-first-deploy --format json
    """
    from triage.usecases.documents import document

    form = _format(form or ("json" if call.json and output is None else ""), output)
    place = call.place(name or "")
    settings = call.settings
    text = document(
        call.store(),
        place.journal,
        template=template,
        form=form,
        style=Style(
            issue_url=settings.issue_url,
            pr_url=settings.pr_url,
            commit_url=settings.commit_url,
            zone=settings.zone,
            version=__version__,
        ),
        folders=settings.templates,
        redactor=call.redactor,
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


def _format(form: str, output: str | None) -> str:
    ending = os.path.splitext(output or "")[1].removeprefix(".").casefold()
    chosen = form or ENDINGS.get(ending, ending) or "md"
    if chosen not in FORMATS:
        hint = "one of: " + ", ".join(FORMATS) + ("" if form else "; or give --format")
        raise InvalidValue(f"no format {chosen!r:.40}", hint=hint, allowed=FORMATS)
    return chosen


ENDINGS = {"markdown": "md", "txt": "md", "htm": "html"}
