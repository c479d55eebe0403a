"""`triage describe` on the command line: the machine's help, read from the commands themselves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from triage import __version__
from triage.cli.command import AS_OPTION, command
from triage.console.call import Call
from triage.console.speech import INTERRUPTED, plain, say, say_json
from triage.errors import NotFound, TriageError, near


@command("describe", records=False)
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
def describe_command(call: Call, names: tuple[str, ...], **_: Any) -> None:
    """Describe all commands, or some, for a program: arguments, options, exit codes, errors.

    With --json that is one object; else a line of usage each. Options that every command has are told once.

    \b
    triage describe --json
    triage describe log fix
    """
    every = dict(_commands())
    chosen = {name: every[_known(name, every)] for name in names} if names else every
    shared = _shared(every.values())
    if call.json:
        say_json(_as_dict(chosen, shared))
        return
    for name, each in chosen.items():
        say(plain(f"triage {name} {_usage(each, shared)}".rstrip()))
        say(plain(f"    {_summary(each)}"))
    say(plain(f"every command also takes: {' '.join(map(_short, shared))}"))


def _commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, those of a group by both names, in the order of the help."""
    from triage.cli import cli

    yield from _of(cli, "")


def _of(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from _of(found, f"{before}{name} ")
        elif found is not None and not found.hidden:
            yield f"{before}{name}", found


def _known(name: str, every: Iterable[str]) -> str:
    """The name, which must be that of a command."""
    known = tuple(every)
    if name not in known:
        raise NotFound(f"no command {name!r:.60}", hint=near(name, known), allowed=known)
    return name


def _options(each: click.Command) -> list[click.Option]:
    return [p for p in each.params if isinstance(p, click.Option) and not p.hidden]


def _shared(every: Iterable[click.Command]) -> list[click.Option]:
    """The options that every command has, in the order of the first."""
    first, *others = every
    common = set.intersection(*({str(_parameter(o)) for o in _options(each)} for each in (first, *others)))
    return [option for option in _options(first) if str(_parameter(option)) in common]


def _own(each: click.Command, shared: Sequence[click.Option]) -> list[click.Option]:
    told = [_parameter(option) for option in shared]
    return [option for option in _options(each) if _parameter(option) not in told]


def _as_dict(commands: dict[str, click.Command], shared: Sequence[click.Option]) -> dict[str, Any]:
    return {
        "program": "triage",
        "version": __version__,
        "commands": [
            {
                "name": name,
                "summary": _summary(each),
                "help": _prose(each),
                "examples": _examples(each),
                "arguments": [_parameter(p) for p in each.params if isinstance(p, click.Argument)],
                "options": [_parameter(option) for option in _own(each, shared)],
            }
            for name, each in commands.items()
        ],
        "shared_options": [_parameter(option) for option in shared],
        "exit_codes": _exit_codes(),
        "error": {"error": {name: type(value).__name__ for name, value in TriageError("").as_dict().items()}},
        "error_codes": [_error(each) for each in _tree(TriageError)],
    }


def _parameter(each: click.Parameter) -> dict[str, Any]:
    """What a program must know to fill an argument or an option."""
    told: dict[str, Any] = {"name": (each.name or "").removeprefix(AS_OPTION), "type": _type(each)}
    if isinstance(each, click.Option):
        told |= {"spellings": list(each.opts), "help": each.help or ""}
    told["required"] = each.required
    told["repeatable"] = each.multiple if isinstance(each, click.Option) else each.nargs == -1
    if isinstance(each.default, (str, int, bool)) and not (isinstance(each, click.Option) and each.is_flag):
        told["default"] = each.default
    choices = _choices(each)
    return told | {"choices": choices} if choices else told


def _type(each: click.Parameter) -> str:
    if isinstance(each, click.Option) and each.is_flag:
        return "flag"
    if _choices(each):
        return "choice"
    return each.type.name.removesuffix(" range")


def _choices(each: click.Parameter) -> list[str]:
    """The values that it takes, where they are few: click's own, or those that the placeholder lists."""
    if isinstance(each.type, click.Choice):
        return [str(choice) for choice in each.type.choices]
    listed = (each.metavar or "").strip("[]")
    return listed.split("|") if "|" in listed and listed.replace("|", "").replace("_", "").islower() else []


def _summary(each: click.Command) -> str:
    return _prose(each).partition("\n")[0]


def _prose(each: click.Command) -> str:
    return (each.help or "").partition("\n\b\n")[0].strip()


def _examples(each: click.Command) -> str:
    return (each.help or "").partition("\n\b\n")[2].strip()


def _usage(each: click.Command, shared: Sequence[click.Option]) -> str:
    context = click.Context(each)
    arguments = [p.make_metavar(context) for p in each.params if isinstance(p, click.Argument)]
    return " ".join([*arguments, *(f"[{_short(option)}]" for option in _own(each, shared))])


def _short(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(click.Command('')))}"
    return f"{max(option.opts, key=len)}{value}{'...' if option.multiple else ''}"


def _tree(root: type[TriageError]) -> Iterator[type[TriageError]]:
    yield root
    for each in root.__subclasses__():
        yield from _tree(each)


def _error(each: type[TriageError]) -> dict[str, Any]:
    return {
        "code": each.code,
        "exit_code": each.exit_code,
        "retryable": each.retryable,
        "means": (each.__doc__ or "").partition("\n")[0],
    }


def _exit_codes() -> dict[str, str]:
    """What an exit code says: of errors that share one, the most general has the word."""
    found = {0: "Done."}
    for each in _tree(TriageError):
        found.setdefault(each.exit_code, (each.__doc__ or "").partition("\n")[0])
    return {str(code): means for code, means in sorted({**found, INTERRUPTED: "Interrupted."}.items())}
