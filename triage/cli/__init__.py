"""The command line: which module holds which command, and the one handler of errors.

A command's module is imported when the command is called, so that recording a line does not pay for
rendering a page.
"""

import gc
import signal
import sys
from importlib import import_module
from typing import Any

import click

from triage.console.heard import Heard
from triage.console.speech import INTERRUPTED, complain, let_go
from triage.errors import UsageError

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("journals", "make .triage/ and a commented triage.toml here"),
    "open": ("journals", "open a journal, or join the open one of that slug"),
    "use": ("journals", "choose the journal of this session"),
    "list": ("journals", "list the journals"),
    "set": ("journals", "change fields of the header"),
    "resolve": ("journals", "say that the work is resolved"),
    "reopen": ("journals", "say that the work goes on"),
    "addendum": ("journals", "open an addendum and make it current"),
    "log": ("log", "record one line of the sequence log"),
    "did": ("work", "record an action that was done"),
    "action": ("work", "add an action to the queue"),
    "start": ("work", "claim an action"),
    "done": ("work", "say that an action is done"),
    "fail": ("work", "say that an action failed"),
    "skip": ("work", "say that an action is skipped"),
    "block": ("work", "say what blocks an action"),
    "blocker": ("work", "open a blocker"),
    "fix": ("work", "say that a blocker is fixed"),
    "accept": ("work", "say that a blocker is accepted"),
    "issue": ("facts", "record the state of an issue or a PR"),
    "refresh": ("refresh", "fetch what a forge says of issues and PRs"),
    "observe": ("facts", "record one row of a table"),
    "evidence": ("facts", "record output that was captured elsewhere"),
    "section": ("facts", "record prose under a heading"),
    "ref": ("facts", "record an address"),
    "write": ("write", "record what Markdown says: actions, entries, tables, output, prose"),
    "run": ("run", "run a command and record it as evidence"),
    "amend": ("corrections", "say how an event should have been"),
    "retract": ("corrections", "withdraw an event"),
    "undo": ("corrections", "withdraw my last event"),
    "purge": ("purge", "delete what an event says, for good"),
    "record": ("exchange", "record events from JSON Lines"),
    "schema": ("exchange", "print the JSON Schema of such lines"),
    "export": ("exchange", "write a journal as JSON Lines"),
    "sync": ("sync", "merge the journals of two stores"),
    "verify": ("verify", "prove that nothing was changed"),
    "import": ("exchange", "add an exported journal to the store"),
    "status": ("status", "say where things stand, in three lines"),
    "brief": ("status", "hand the work over, within a budget of tokens"),
    "events": ("reading", "list what was recorded"),
    "search": ("search", "find what was said, in all journals"),
    "similar": ("similar", "find earlier blockers with a like error, and what fixed them"),
    "redact": ("redact", "print a text as it would be recorded"),
    "flush": ("flush", "deliver what was spooled while the store could not be written"),
    "doctor": ("doctor", "look at all that recording rests on, and say how to mend it"),
    "hook": ("hook", "have a coding agent record every command that it runs"),
    "trust": ("trust", "let a folder's triage.toml move the store and let secrets through"),
    "output": ("output", "read back what a command printed"),
    "check": ("check", "look for contradictions, gaps and claims without proof"),
    "waive": ("check", "say that a finding is all right"),
    "render": ("render", "make a document"),
    "diff": ("render", "say what changed between two moments"),
    "publish": ("publish", "put documents where a team reads them"),
    "serve": ("serve", "show all journals in a browser, live"),
    "describe": ("describe", "describe the commands for a program"),
    "skill": ("skill", "install how to use this for coding agents"),
    "mcp": ("mcp", "serve an agent over the Model Context Protocol"),
}
"""Every command: its module in this package, and its line in the help."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Journals", ("init", "open", "use", "list", "set", "resolve", "reopen", "addendum")),
    ("Work", ("log", "did", "action", "start", "done", "fail", "skip")),
    ("Blockers", ("block", "blocker", "fix", "accept")),
    ("Facts", ("issue", "refresh", "observe", "evidence", "run", "section", "ref", "write")),
    ("Corrections", ("check", "waive", "amend", "retract", "undo", "purge")),
    (
        "Documents",
        ("status", "brief", "events", "search", "similar", "output", "render", "diff", "publish", "serve"),
    ),
    (
        "Exchange",
        (
            "record",
            "schema",
            "export",
            "import",
            "sync",
            "verify",
            "flush",
            "doctor",
            "redact",
            "hook",
            "trust",
        ),
    ),
    ("Agents", ("describe", "skill", "mcp")),
)


NOT_RUN = 125
"""The exit code of `triage run` where it did not run its command, as env and timeout have it."""

EVERYWHERE = {"--json": False, "--store": True, "--journal": True, "--actor": True, "--secret-env": True}
"""Options that may stand before the command too, and whether they take a value."""


class Commands(click.Group):
    """The group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from its module."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"triage.cli.{COMMANDS[cmd_name][0]}")
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a near miss is offered."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from triage.errors import near

            close = near(args[0], COMMANDS)
            hint = close if close.startswith("did you mean") else "see: triage --help"
            raise UsageError(f"no command {args[0]!r:.60}", hint=hint, allowed=tuple(COMMANDS))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in groups, without importing any."""
        for title, names in GROUPS:
            with formatter.section(title):
                formatter.write_dl([(name, COMMANDS[name][1]) for name in names])


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from triage import __version__

        click.echo(f"triage {__version__}")
        ctx.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Print the version.",
)  # fmt: skip
def cli() -> None:
    """The flight recorder for SRE work: say each thing once, get the document.

    \b
    triage open 'Velvet first deploy'
    triage log 'Deploy started' 'v14'
    triage render -o report.md
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; every error ends here, as one line and an exit code."""
    gc.disable()  # one command is one short process; collecting would cost a large fold its linear time
    arguments = sys.argv[1:] if arguments is None else arguments
    heard = Heard()
    words: list[str] = []
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        words = _asked(_command_first(arguments))
        code = cli.main(words, prog_name="triage", standalone_mode=False, obj=heard)
        _flush()
    except click.exceptions.Exit as done:
        code = done.exit_code
    except BaseException as error:  # noqa: BLE001  the one place that speaks of any error
        code = complain(_from_click(error), as_json="--json" in arguments, keep=heard.keep)
        if words[:1] == ["run"] and code not in (0, INTERRUPTED):
            code = NOT_RUN
    let_go()
    sys.exit(code if isinstance(code, int) else 0)


def _from_click(error: BaseException) -> BaseException:
    """The error, what click found wrong with the command line in our own words."""
    if isinstance(error, click.Abort):  # also what click makes of an EOFError: a module that was cut off
        return error.__cause__ or KeyboardInterrupt()
    if not isinstance(error, click.ClickException):
        return error
    hint, message = "", _message(error)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see: {error.ctx.command_path} --help"
    if message.startswith("Got unexpected extra"):
        hint = f"put a text of several words into single quotes; {hint}"
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def _message(error: click.ClickException) -> str:
    """What click says; of an argument that has choices these, for its name is made of them."""
    param = error.param if isinstance(error, click.BadParameter) else None
    if not (isinstance(param, click.Argument) and isinstance(param.type, click.Choice)):
        return error.format_message().rstrip(".")
    choices = ", ".join(param.type.choices)
    if isinstance(error, click.MissingParameter):
        return f"say which: {choices}"
    return f"{error.message.partition(' is not one of')[0]} is none of: {choices}"


def _command_first(arguments: list[str]) -> list[str]:
    """The arguments with options that every command takes moved behind the command's name."""
    place = 0
    while place < len(arguments):
        name, mark, _ = arguments[place].partition("=")
        if name not in EVERYWHERE:
            break
        place += 1 if mark or not EVERYWHERE[name] else 2
    return [*arguments[place : place + 1], *arguments[:place], *arguments[place + 1 :]]


def _asked(words: list[str]) -> list[str]:
    """The words, or for none and for ``help run`` those that ask for the help."""
    if words[:1] in ([], ["help"]):
        return [*words[1:2], "--help"]
    return words


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()
