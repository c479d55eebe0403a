"""Notes in Markdown on the command line."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from triage.cli.command import command
from triage.console.call import WORK, Call
from triage.console.speech import note, plain, say, say_json, shortened
from triage.encoding import visible
from triage.events import Event
from triage.usecases.facts import read_output
from triage.usecases.recorder import Place

if TYPE_CHECKING:
    from triage.usecases.writing import Became, Written

MOST_REMARKS = 12
"""Lines of an answer that tell what to look at; --json tells all."""
MANY = {"entry": "entries", "evidence": "evidence", "header": "summary"}


@command("write", leave=("log",))
@click.argument("file", required=False, default="-", metavar="[FILE]")
@click.option("--key", metavar="NAME", help="The name of the text, in place of that of FILE.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would become what, and record nothing.")
@click.option("-v", "--verbose", is_flag=True, help="Say what each line became.")
def write_command(call: Call, file: str, dry_run: bool, verbose: bool, **_: Any) -> None:
    """Write Markdown into the journal: what it says becomes events, all of it or nothing.

    Headings become sections, tables observations (Expected and Actual are compared), boxes actions, fences
    evidence, lines such as 04:10 Deployed → v14 entries of the sequence log; the rest is prose in its place.
    What is recorded already is not recorded again. Without FILE it is read from standard input. What a
    FILE, or a text with a --key, says in other words takes the place of what that said before.

    \b
    triage write <<'EOF'
    ## Rollout
    04:10 Deployed to staging → v14
    - [x] Warm the cache
    - [ ] Rotate the key @ana
    EOF
    """
    from triage.config.project import name_of
    from triage.usecases import writing

    raw = call.heard.read() if file == "-" else b"".join(read_output(file))
    text = str(visible(raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")))
    recorder = call.recorder()
    name = call.key or ("" if file == "-" else name_of(file, os.environ))
    written = writing.write(recorder, text, name=name, dry_run=dry_run)
    if call.json:
        say_json(_as_json(recorder.place, written, dry_run=dry_run))
        return
    for each in written.became if verbose else ():
        say(_line(each))
    say(f"{recorder.place.name} {_answer(written, dry_run=dry_run)}")
    reworded = [] if verbose else [_replaced(each) for each in written.became if each.before]
    _remark([*reworded, *map(str, written.remarks)])
    if not recorder.place.open and any(event.kind in WORK for event in written.recorded):
        note(f"{recorder.place.name} was resolved; if the work goes on: triage reopen")


def _line(each: "Became") -> str:
    """What some lines became, for people."""
    lines = f"{each.line}-{each.end}" if each.end > each.line else str(each.line)
    label = f"e{each.event.n}" if each.event and each.event.n else ""
    title = plain(each.title)
    if each.before:
        title = f"{title} (was e{each.before.n}: {plain(each.was)})"
    return f"{lines:>9}  {each.kind:<11}  {each.state:<7}  {label:<6}  {shortened(title)}".rstrip()


def _replaced(each: "Became") -> str:
    """What took the place of which earlier words."""
    before = f"e{each.before.n}" if each.before else ""
    return f"line {each.line}: {each.title} takes the place of {before}: {each.was}"


def _answer(written: "Written", *, dry_run: bool) -> str:
    """What was recorded, in one line: from which event to which, how many of what, and what stood there."""
    made = [each for each in written.became if each.state != "known"]
    known = len(written.became) - len(made)
    parts = [_counted(count, kind) for kind, count in Counter(each.kind for each in made).items()]
    changed = sum(each.state == "changed" for each in made)
    more = [", ".join(parts)] if parts else []
    more += [f"{changed} of them {'a change' if changed == 1 else 'changes'}"] if changed else []
    more += [f"{known} already recorded"] if known else []
    more += [f"{written.hidden} secret{'s'[: written.hidden != 1]} redacted"] if written.hidden else []
    start = "would write" if dry_run and made else f"{_span(written.recorded)}:"
    return f"{start} {'; '.join(more)}"


def _span(recorded: list[Event]) -> str:
    """From which event to which, as far as they have numbers."""
    if not recorded:
        return "nothing new"
    if not recorded[0].n:
        return "spooled"
    first, last = recorded[0].n, recorded[-1].n
    return f"e{first}" if first == last else f"e{first} to e{last}"


def _counted(count: int, kind: str) -> str:
    one = "summary" if kind == "header" else kind
    return f"{count} {one if count == 1 else MANY.get(kind, kind + 's')}"


def _remark(remarks: list[str]) -> None:
    """Say what somebody should look at, a line each."""
    for each in remarks[:MOST_REMARKS]:
        note(shortened(plain(each)))
    if len(remarks) > MOST_REMARKS:
        note(f"and {len(remarks) - MOST_REMARKS} more: --json tells all")


def _as_json(place: Place, written: "Written", *, dry_run: bool) -> dict[str, Any]:
    """The answer in JSON: what each line became, the counts, what to look at."""
    became = [
        {
            "line": each.line,
            "end": each.end,
            "kind": each.kind,
            "state": each.state,
            "title": each.title,
            **({"event": f"e{each.event.n}"} if each.event and each.event.n else {}),
            **({"id": each.event.id} if each.event else {}),
            **({"amends": f"e{each.before.n}", "was": each.was} if each.before else {}),
        }
        for each in written.became
    ]
    return {
        "journal": place.name,
        "dry_run": dry_run,
        "written": became,
        "counts": dict(Counter(each.kind for each in written.became if each.state != "known")),
        "known": sum(each.state == "known" for each in written.became),
        "remarks": [each._asdict() for each in written.remarks],
        "redactions": written.hidden,
    }
