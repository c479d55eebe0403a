"""The table of the fast road, as the click commands say it. `make table` writes it anew."""

import textwrap
from importlib import import_module, util
from pathlib import Path

import click

from triage.cli import COMMANDS, cli
from triage.cli.command import AS_OPTION

PATH = Path(__file__).parent.parent / "triage/fast/table.py"
HEAD = '''"""What the fast road takes of each command: made from the click commands by `make table`.

Of each: the module of its body, its arguments, its options that take a value, its flags. An argument ends
in ? where it may be left out, in * or + where it takes all that is left, with + at least one. Options
stand without their hyphens; ``env=environment`` is a spelling and what it means.
"""

TABLE: dict[str, tuple[str, str, str, str]] = {
'''


def rows() -> dict[str, tuple[str, str, str, str]]:
    """A row for each command whose body stands in `console` under the command's name."""
    return {name: _row(name, module) for name, (module, _) in COMMANDS.items() if _has_body(name, module)}


def _has_body(name: str, module: str) -> bool:
    path = f"triage.console.{module}"
    return util.find_spec(path) is not None and name in vars(import_module(path))


def _row(name: str, module: str) -> tuple[str, str, str, str]:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option) and not each.multiple]
    valued = [_option(each, spelling) for each in options if not each.is_flag for spelling in each.opts]
    flags = [_option(each, spelling) for each in options if each.is_flag for spelling in each.opts]
    return module, " ".join(map(_argument, arguments)), " ".join(valued), " ".join(flags)


def _argument(argument: click.Argument) -> str:
    if argument.nargs == -1:
        return f"{argument.name}{'+' if argument.required else '*'}"
    return f"{argument.name}{'' if argument.required else '?'}"


def _option(option: click.Option, spelling: str) -> str:
    assert option.name is not None
    assert spelling.startswith("--")
    spelled, name = spelling.removeprefix("--"), option.name.removeprefix(AS_OPTION)
    return spelled if spelled.replace("-", "_") == name else f"{spelled}={name}"


def main() -> None:
    """Write the table."""
    lines = []
    for name, (module, arguments, options, flags) in rows().items():
        folded = textwrap.fill(options, 96, subsequent_indent=" " * 8, break_on_hyphens=False)
        lines.append(
            f'    "{name}": (\n        "{module}",\n        "{arguments}",\n'
            f'        """{folded}""",\n        "{flags}",\n    ),\n'
        )
    PATH.write_text(f"{HEAD}{''.join(lines)}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
