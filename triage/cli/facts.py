"""Issues, observations, evidence, prose and references on the command line."""

from typing import Any

import click

from triage.cli.command import TEXT, argument, command
from triage.console import facts
from triage.console.call import Call
from triage.usecases import extracting
from triage.usecases import facts as verbs

EXTRACT = "A value to take from the output, for prose, and with --env for the final state; may be repeated."


def told(taken: extracting.Taken) -> str:
    """What was taken from an output, and what was not, for the answer."""
    found = "".join(f", {label}={value}" for label, value in taken.cells)
    return found + "".join(f", {name}: nothing matched" for name in taken.missing)


@command("issue", kind="issue", leave=("ref",))
@argument("ref", text=False)
@argument("state", optional=True, text=False, metavar="[open|closed|merged]")
@argument("note", optional=True)
def issue_command(call: Call, **said: Any) -> None:
    """Record the state of an issue or a PR: 1140, owner/repo#1140 or a URL.

    \b
    triage issue 1130 open 'hold for next sprint' --title 'Release phase'
    triage issue 1141 merged 'main@98f2418'
    """
    facts.issue(call, **said)


@command("observe", kind="observation", leave=("expected", "exact", "taken"))
@argument("words", many=True, metavar="[ROW] LABEL=VALUE...")
@click.option("--expect", "expected", type=TEXT, metavar="VALUE",
              help="What was expected in the last column: a whole word of it.")  # fmt: skip
@click.option("--expect-exact", type=TEXT, metavar="VALUE", help="The same, all of the value.")
def observe_command(call: Call, **said: Any) -> None:
    """Record one row of a table: the first value tells the row, the same row again is patched.

    Without --table it is a row of the final state.

    \b
    triage observe staging Release=v15 Slug=2ef77cf3
    triage observe 'Test=No token' Actual='401 unauthorized' --expect 401 --table Endpoints
    """
    facts.observe(call, **said)


@command("evidence", kind="evidence", leave=("origin", "state", "digest", "sha256", "redactions", "hook"))
@click.argument("file", required=False, default="-")
@click.option("--extract", "asked", multiple=True, metavar="NAME=REGEX", type=TEXT, help=EXTRACT)
def evidence_command(call: Call, file: str, asked: tuple[str, ...], **fields: Any) -> None:
    """Record output that was captured elsewhere, from a file or from standard input.

    \b
    triage evidence migrate.log --title 'Migration output' --section 'Staging deploy'
    dig +short TXT example.org | triage evidence --command 'dig +short TXT example.org'
    """
    wanted = extracting.extracts(asked)
    output = call.heard.parts() if file == "-" else verbs.read_output(file)
    recorder = call.recorder()
    event, taken = verbs.evidence(recorder, output, call.fields(recorder, "evidence", fields), wanted)
    body = event.body or {}
    size = sum(length for length, _ in body.get("output", ()))
    what = f"evidence {size:,} bytes: {body.get('title') or body.get('command') or file}"
    call.answer(recorder.place, event, what + told(taken), missing=list(taken.missing))


@command("section", kind="section", leave=("heading",))
@argument("heading", text=False)
@argument("body", optional=True, metavar="[TEXT]")
def section_command(call: Call, **said: Any) -> None:
    """Record prose under a heading, in Markdown; again replaces it, --append adds to it.

    \b
    triage section 'Operational notes > Rollback' @notes.md
    """
    facts.section(call, **said)


@command("ref", kind="reference", leave=("url",))
@argument("url", text=False)
@argument("title", optional=True)
def ref_command(call: Call, **said: Any) -> None:
    """Record an address and what is found there.

    \b
    triage ref https://devcenter.heroku.com/articles/release-phase 'Release phase'
    """
    facts.ref(call, **said)
