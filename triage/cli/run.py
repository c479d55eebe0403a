"""`triage run` on the command line."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from triage import config, times
from triage.capture import ERR, Captured
from triage.cli.command import TEXT, Command, command, spellings
from triage.cli.facts import EXTRACT, told
from triage.console.call import Call, as_dict, label
from triage.console.heard import keep
from triage.console.once import sole
from triage.console.recalled import as_dict as as_seen
from triage.console.recalled import seen_before
from triage.console.recalled import tell as tell_seen
from triage.console.speech import complain, note, note_json, plain, shortened
from triage.errors import TriageError, Unavailable
from triage.usecases import running
from triage.usecases.attempts import Before
from triage.usecases.extracting import extracts
from triage.usecases.plan import Observed, Plan, cells_of
from triage.usecases.recorder import Place
from triage.usecases.running import Ran


class RunCommand(Command):
    """The command that runs another: what comes after ``--``, or after the options, is that other."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take our own options, and the cells of --observe, from before the command."""
        if ctx.resilient_parsing:
            return click.Command.parse_args(self, ctx, args)
        valued, flags = spellings(self)
        own, argv = _apart(args, valued, flags)
        mark = (own := self.sorted_out(own)).index("--")
        cells = [f"--cell={word}" for word in own[mark + 1 :]]
        return click.Command.parse_args(self, ctx, [*own[:mark], *cells, "--", *argv])


def _apart(args: Sequence[str], valued: set[str], flags: set[str]) -> tuple[list[str], list[str]]:
    """What is ours, and the command: it begins after ``--``, or with the first word that is no option."""
    place = 0
    while place < len(args):
        name, mark, _ = args[place].partition("=")
        if args[place] == "--":
            return list(args[:place]), list(args[place + 1 :])
        if not (args[place] in flags or name in valued or name.startswith("--")):
            break
        place += 2 if name in valued and not mark else 1
    if "--" in args[place:]:
        split = args.index("--", place)
        return list(args[:split]), list(args[split + 1 :])
    return list(args[:place]), list(args[place:])


@command("run", kind="evidence", cls=RunCommand, leave=(
    "command", "cwd", "host", "state", "exit_code", "signal", "started_at", "ended_at", "size", "digest",
    "truncated", "redactions", "sha256", "origin", "hook", "action",
))  # fmt: skip
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option("--action", metavar="N|TITLE", type=TEXT, help="Mark it done where it succeeds, else block it;"
              " a new title adds it.")  # fmt: skip
@click.option("--set", "sets", multiple=True, metavar="LABEL=VALUE", type=TEXT,
              help="A value that it leaves in the final state, where it succeeds.")  # fmt: skip
@click.option("--observe", "table", metavar="TABLE LABEL=VALUE...", type=TEXT,
              help="Fill a row of a table from the output.")  # fmt: skip
@click.option(
    "--expect", metavar="[LABEL=]VALUE", type=TEXT, help="What is expected of the output: a whole word of it."
)
@click.option("--expect-exact", metavar="[LABEL=]VALUE", type=TEXT, help="The same, all of it.")
@click.option("--match", metavar="REGEX", type=TEXT, help="The part of the output that is the value.")
@click.option("--extract", "wanted", multiple=True, metavar="NAME=REGEX", type=TEXT, help=EXTRACT)
@click.option("--tail", metavar="N", type=click.IntRange(min=0), help="Print only the last N lines.")
@click.option("--timeout", metavar="TIME", help="End it after 90s, 5m or 1h30m.")
@click.option("--pty", is_flag=True, help="Give it a terminal.")
@click.option("--no-output", is_flag=True, help="Record everything but what it printed, of which a digest.")
@click.option("--cell", "words", multiple=True, hidden=True)
def run_command(
    call: Call, argv: tuple[str, ...], tail: int | None, timeout: str | None, pty: bool, **options: Any
) -> None:
    """Run a command, pass its output on, and record it as captured evidence.

    The exit code is the command's own, also where it cannot be recorded; 124 says that its time was up,
    125, 126 and 127 that it did not run. The answer is on standard error, beside the command's own.

    With --key, a command whose end was recorded is not run again, and its exit code is given anew. One whose
    end was not, since it was killed with this program, is run again; the record shows both attempts.

    \b
    triage run --title 'Disk space' -- df -h
    triage run --action 'Look at the disks' --env staging --tail 20 -- df -h
    triage run --observe Hosts Host=web-1 --expect Kernel=Linux -- uname -s
    """
    plan = Plan(
        fields={},
        action=options.pop("action") or "",
        cells=cells_of(options.pop("sets"), "--set"),
        observed=Observed.from_options(
            **{name: options.pop(name) for name in ("table", "words", "expect", "expect_exact", "match")}
        ),
        extracts=extracts(options.pop("wanted")),
        keep_output=not options.pop("no_output"),
        timeout=None if timeout is None else times.parse_span(timeout, "--timeout"),
        live=tail is None,
        terminal=pty,
    )
    try:
        recorder = call.recorder()
    except TriageError as error:
        if call.key:
            raise  # nobody can say whether it ran before
        _run_unrecorded(call, argv, plan, error)
    try:
        plan = plan._replace(fields=call.fields(recorder, "evidence", options))
    except Unavailable as error:
        if call.key:
            raise
        _run_unrecorded(call, argv, plan, error)
    with sole(call, recorder.place):
        ran = running.run(recorder, argv, plan, clock=config.clock)
    if isinstance(ran, Before):
        _end_before(call, recorder.place, ran)
    shown = _print_tail(ran, tail) if tail is not None else None
    _end(call, recorder.place, ran, shown)


def _end_before(call: Call, place: Place, before: Before) -> NoReturn:
    """Say how a command ended that was recorded before, and exit as it did: it was not run again."""
    event = before.event
    if call.json:
        ended = {"state": before.state, "exit_code": before.exit_code, "text": before.command, "new": False}
        note_json(as_dict(place, event) | ended)
    else:
        note(
            f"{place.name} {label(event)} exit {before.exit_code}: {shortened(plain(before.command))}"
            f" (recorded before, not run again; what it printed: triage output {label(event)})"
        )
    sys.exit(before.exit_code)


def _run_unrecorded(call: Call, argv: Sequence[str], plan: Plan, error: TriageError) -> NoReturn:
    """Run the command all the same, and say why nothing of it is recorded."""
    complain(error, as_json=call.json)
    captured = running.unrecorded(argv, plan._replace(live=True), clock=config.clock)
    _end_line(captured)
    _fault(captured.error)
    printed = captured.tape.head().data + captured.tape.tail()[0].data
    kept = keep(printed, call.heard.secret_env) if plan.keep_output else ""
    where = f"; what it printed is kept in {plain(kept)}" if kept else ""
    note(f"triage: the command ran, and was not recorded{where}")
    sys.exit(captured.exit_code)


def _print_tail(ran: Ran, count: int) -> int:
    """Print the last lines as they came, each where it belongs; the number of lines that were."""
    last = ran.captured.tape.last_lines(count)
    try:
        for stream, data in last:
            sink = sys.stdout if stream == "out" else sys.stderr
            if sink is not None:
                sink.buffer.write(data)
                sink.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # no reason to say that the command failed
        _fault(f"cannot pass on what it printed: {error.strerror}")
    return sum(data.count(b"\n") or 1 for _, data in last)


def _end_line(captured: Captured) -> None:
    """End the line that the command left open on the terminal which gets the answer, too."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    last = captured.tape.last_lines(1)
    if last and not last[-1][1].endswith(b"\n") and any(_is_beside(stream) for stream, _ in last):
        note("")


def _is_beside(stream: str) -> bool:
    """Whether a stream of the command goes where standard error goes."""
    if stream == ERR or sys.stdout is None:
        return stream == ERR
    return os.path.samestat(os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno()))


def _fault(error: str) -> None:
    if error:
        note(f"triage: {plain(error)}")


def _end(call: Call, place: Place, ran: Ran, shown: int | None) -> NoReturn:
    """Say what was recorded, beside the command's own output, and exit as the command did."""
    captured = ran.captured
    if shown != 0:
        _end_line(captured)
    _fault(captured.error)
    if ran.error is not None:
        lost = b"" if ran.ended else ran.output
        complain(ran.error, as_json=call.json, keep=lambda: keep(lost, call.heard.secret_env))
    if ran.event is None or not ran.ended:
        start = f"only its start is: {place.name} {label(ran.event)}" if ran.event else "nothing of it is"
        note(f"triage: the command ran, and was not recorded; {start}")
        sys.exit(captured.exit_code)
    if call.json:
        recorded = [as_dict(place, event) | {"text": what} for event, what in ran.told]
        ended = {
            "state": captured.state,
            "exit_code": captured.exit_code,
            "text": ran.command,
            "recorded": recorded,
            "values": ran.taken.cells,
            "missing": list(ran.taken.missing),
            "still_open": list(ran.still_open),
            "seen": [as_seen(each) for each in _seen(call, ran)],
        }
        note_json(as_dict(place, ran.event) | ended)
        sys.exit(captured.exit_code)
    name = f"{place.name} {label(ran.event)}"
    how = f"{captured.state} " if captured.state in ("timeout", "interrupted") else ""
    values = plain(told(ran.taken))
    note(f"{name} {how}exit {captured.exit_code}: {shortened(plain(ran.command))}{values}{_rest(ran, shown)}")
    for event, what in ran.told:
        note(f"{place.name} {label(event)} {shortened(plain(what))}{_mend(event.kind, event.n, what)}")
    if ran.still_open:
        note(_still_open(ran.still_open))
    tell_seen(_seen(call, ran))
    sys.exit(captured.exit_code)


def _seen(call: Call, ran: Ran) -> list[Any]:
    """What is like the blocker that a failed command opened."""
    opened = [event for event, _ in ran.told if event.kind == "blocker" and event.creates]
    return seen_before(call, opened[0]) if opened else []


def _still_open(numbers: Sequence[int]) -> str:
    """``blockers 2 and 3 are still open``, and how to close the first."""
    *others, last = map(str, numbers)
    named = f"blockers {', '.join(others)} and {last} are" if others else f"blocker {last} is"
    return f"{named} still open: triage fix {numbers[0]} 'what fixed it'"


def _rest(ran: Ran, shown: int | None) -> str:
    """How to read the lines that were not printed."""
    lines = ran.captured.tape.lines
    if shown is None or shown >= lines or ran.event is None:
        return ""
    above = f", the last {shown} are above" if shown else ""
    where = f"e{ran.event.n}" if ran.event.n else ran.event.tail
    return f" ({lines:,} lines{above}; all: triage output {where})"


def _mend(kind: str, number: int, what: str) -> str:
    opened = number and kind == "blocker" and " opened: " in what
    return f" (reword it: triage amend e{number} error='...')" if opened else ""
