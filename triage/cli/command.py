"""The form of every command: common options, texts, and the call that its function gets.

A text may begin with a hyphen, may be ``-`` (standard input) or ``@FILE``; ``@@`` stands for an ``@``.
"""

from collections.abc import Callable, Container, Sequence
from inspect import cleandoc
from typing import Any, TypeVar

import click

from triage.console.call import SHARED, Call
from triage.console.heard import Heard
from triage.errors import UsageError
from triage.kinds import KINDS

Function = TypeVar("Function", bound=Callable[..., Any])


class Text(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """A text from the command line, from standard input or from a file."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text; `UsageError` where a file cannot be read."""
        if ctx is None or ctx.resilient_parsing:
            return str(value)
        if value == "-":
            return _decoded(ctx.ensure_object(Heard).read())
        if value.startswith("@@"):
            return str(value[1:])
        if value.startswith("@"):
            return _file(value[1:])
        return str(value)


TEXT = Text()


def _file(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return _decoded(file.read())
    except OSError as error:
        raise UsageError(
            f"cannot read the text from {path!r:.80}: {error.strerror}",
            hint="to write a text that begins with @, type @@",
        ) from error


def _decoded(raw: bytes) -> str:
    """The text of a file without its last newline; what does not decode is kept as a byte."""
    return raw.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")


class Command(click.Command):
    """A command whose texts may begin with a hyphen: only what is an option is taken for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep texts that begin with a hyphen from being read as options."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, self.sorted_out(args))

    def sorted_out(self, args: Sequence[str]) -> list[str]:
        """Options first, then ``--``, then the texts; `UsageError` where an option was given two values."""
        words = sorted_out(args, *spellings(self))
        said: dict[str | None, str] = {}
        for word in words[: words.index("--")]:
            name, _, value = word.partition("=")
            if (option := _single(self, name)) and said.setdefault(option, value) != value:
                raise UsageError(
                    f"{name} was given twice: {said[option]!r:.40} and {value!r:.40}",
                    hint="give it once",
                )
        return words

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command's function with a `Call`, and close what it opened."""
        shared = {name: ctx.params.pop(name, None) for name in SHARED if name in ctx.params}
        _fill_arguments(ctx.params)
        call = Call(shared, ctx.ensure_object(Heard))
        try:
            return ctx.invoke(self.callback, call, **ctx.params) if self.callback else None
        finally:
            call.close()


def _fill_arguments(params: dict[str, Any]) -> None:
    """Give an argument that was left out the value of the option of its name."""
    for spelled in [name for name in params if name.startswith(AS_OPTION)]:
        name, value = spelled.removeprefix(AS_OPTION), params.pop(spelled)
        if value is None:
            continue
        if params[name] is not None:
            raise UsageError(f"{name} was given twice, as an argument and as --{name}")
        params[name] = value


def spellings(command: click.Command) -> tuple[set[str], set[str]]:
    """The spellings of the options that take a value, and of those that do not."""
    valued: set[str] = set()
    flags: set[str] = {"-h", "--help"}
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            (flags if parameter.is_flag else valued).update(parameter.opts)
    return valued, flags


def _single(command: click.Command, spelled: str) -> str | None:
    """The name of the option of that spelling that takes one value, and once."""
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return next(
        (each.name for each in options if spelled in each.opts and not (each.is_flag or each.multiple)), None
    )


def sorted_out(args: Sequence[str], valued: set[str], flags: set[str]) -> list[str]:
    """Options first, then ``--``, then the texts: click reads no text as an option then."""
    options: list[str] = []
    texts: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            texts += rest
            break
        name, mark, _ = word.partition("=")
        if word in flags or (mark and name in valued):
            options.append(word)
        elif word in valued:
            options.append(f"{word}={_value(word, rest, valued | flags)}" if word.startswith("--") else word)
            if not word.startswith("--"):
                options.append(_value(word, rest, valued | flags))
        elif _looks_like_option(word):
            raise UsageError(f"no option {name!r:.40}", hint=_nearest(name, valued | flags))
        else:
            texts.append(word)
    return [*options, "--", *texts]


def _nearest(name: str, options: set[str]) -> str:
    """The option that may be meant; the hyphens, which all of them begin with, make none alike."""
    from difflib import get_close_matches

    bare = {option.lstrip("-"): option for option in sorted(options)}
    close = get_close_matches(name.lstrip("-"), bare, n=1)
    return f"did you mean {bare[close[0]]!r}?" if close else "see --help"


def _value(word: str, rest: list[str], options: set[str]) -> str:
    if not rest or rest[0] in options or rest[0] == "--":
        raise UsageError(f"{word} needs a value")
    return rest.pop(0)


def _looks_like_option(word: str) -> bool:
    """A mistyped option, not a text: two hyphens, then one word, perhaps with a value."""
    name = word.partition("=")[0]
    return name.startswith("--") and name.replace("-", "").isalnum()


_COMMON = (
    (("--journal",), {"metavar": "SLUG", "help": "The journal; SLUG/ADDENDUM for an addendum."}),
    (("--store",), {"metavar": "PATH", "help": "The store."}),
    (
        ("--secret-env",),
        {"metavar": "NAME", "multiple": True, "help": "A variable whose value is secret; may be repeated."},
    ),
)
_RECORDING = (
    (
        ("--at",),
        {
            "metavar": "TIME",
            "help": "When it happened: 04:10, -5m, '10 minutes ago', ~17:00, 2026-05-05, '2026-05-05 04:10', "
            "2026-05-05T04:10:37+02:00, unknown; UTC.",
        },
    ),
    (("--actor",), {"metavar": "NAME", "help": "Who says so."}),
    (("--key",), {"metavar": "KEY", "help": "Makes a repeat of this call the same event."}),
    (
        ("--log",),
        {"metavar": "TEXT", "type": TEXT, "help": "Wording of its row in the sequence log."},
    ),
)
_JSON = (("--json",), {"is_flag": True, "help": "Answer, and complain, in JSON."})


def command(
    name: str,
    *,
    kind: str = "",
    leave: Sequence[str] = (),
    records: bool = True,
    cls: type[Command] = Command,
) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function.

    ``kind`` gives it an option for every field of that kind; options to ``leave`` out may be common ones.
    ``cls`` may read the command line in a way of its own.
    """

    def make(function: Callable[..., Any]) -> Command:
        arguments: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
        fields = _field_options(
            kind, leave, {argument.name for argument in arguments if not argument.required}
        )
        taken = {*leave, *(parameter.name for parameter in arguments)}
        options = [option for option in [*fields, *_common_options(records)] if option.name not in taken]
        help = cleandoc(function.__doc__ or "")
        return cls(name, callback=function, help=help, params=[*arguments, *options])

    return make


def _common_options(records: bool) -> list[click.Option]:
    wanted = [*_COMMON, *(_RECORDING if records else ()), _JSON]
    return [click.Option(list(spellings), **settings) for spellings, settings in wanted]


def _field_options(kind: str, leave: Sequence[str], arguments: Container[str | None]) -> list[click.Option]:
    if not kind:
        return []
    options = []
    for name, field in KINDS[kind].fields.items():
        if name in leave or field.type in ("cells", "output", "object", "streams"):
            continue
        spellings = [f"--{name.replace('_', '-')}", *ALIASES.get(name, ())]
        if field.type == "flag":
            options.append(click.Option(spellings, is_flag=True, default=None, help=field.help))
            continue
        words = field.type in ("line", "prose")
        metavar = "|".join(field.choices) if field.choices else field.type.upper()
        options.append(
            click.Option(
                [*spellings, AS_OPTION + name if name in arguments else name],
                type=TEXT if words else click.STRING,
                metavar="TEXT" if words else metavar,
                help=field.help,
            )
        )
    return options


AS_OPTION = "option_"
"""Before the name of an option for what may be said as an argument, too."""

ALIASES = {"environment": ("--env",)}


def argument(
    name: str, *, many: bool = False, optional: bool = False, text: bool = True, metavar: str | None = None
) -> Callable[[Function], Function]:
    """A positional argument; an optional one that is a field may be given by its option, too."""
    return click.argument(
        name,
        metavar=metavar,
        nargs=-1 if many else 1,
        required=not optional,
        type=TEXT if text else click.STRING,
    )
