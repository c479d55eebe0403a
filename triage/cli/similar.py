"""`triage similar` on the command line."""

import sys
from typing import TYPE_CHECKING, Any

import click

from triage.cli.command import argument, command
from triage.cli.looking import counted, place_of
from triage.console.call import Call
from triage.console.recalled import as_dict
from triage.console.speech import note, plain, say, say_json, shortened

if TYPE_CHECKING:
    from triage.usecases.recalling import Seen


@command("similar", records=False)
@argument("error", metavar="ERROR")
@click.option("--service", default="", metavar="NAME", help="Only journals of this service.")
@click.option("--limit", type=click.IntRange(1, 100), default=5, metavar="N",
              help="At most N blockers; 5 unless told.")  # fmt: skip
def similar_command(call: Call, *, error: str, service: str, limit: int, **_: Any) -> None:
    """Find earlier blockers with an error like this one, in all journals or in the one of --journal.

    Errors are the same that differ in paths, numbers, ids, versions and times only, or in the time and level
    that the line of a log begins with; those come first, then what shares the most of the words that tell.
    A long output is looked at by the line that says what went wrong. The number of a blocker, e12 or the tail
    of an id asks for the error of that blocker of the current journal. Exit 1 where nothing was found, as
    grep has it.

    \b
    triage similar 'ModuleNotFoundError: No module named sqlalchemy'
    triage similar @build.log --limit 3
    """
    from triage.usecases import recalling
    from triage.usecases.searching import Scope

    scope = Scope(*place_of(call), service)
    store = call.store()
    sought = recalling.sought(store, error, lambda: call.place().journal)
    found = recalling.recall(store, sought.error, scope, limit=limit, but=sought.blocker, progress=counted)
    for seen in found:
        if call.json:
            say_json(as_dict(seen))
        else:
            _tell(seen)
    if not found:
        if not call.json:
            note(f"no blocker was found that is like {shortened(plain(sought.error))!r}")
        sys.exit(1)


def _tell(seen: "Seen") -> None:
    from triage import times

    like = "the same error" if seen.likeness.same else f"{seen.likeness.share:.0%} alike"
    when = times.show(seen.event.at, seen.event.precision)
    say(f"{plain(seen.slug)} e{seen.event.n}  {when}  blocker {seen.number} {plain(seen.status)}  {like}")
    for label, text in (
        ("title", seen.title), ("error", seen.error), ("cause", seen.cause), ("fix", seen.fix),
        ("PR", seen.pr), ("issue", seen.issue),
    ):  # fmt: skip
        if text:
            say(f"  {label}: {shortened(plain(text))}")
