"""Which commands of an agent tell nothing of the work: triage itself, and what only reads files.

What asks a system how it is (``kubectl get``, ``curl``, ``df``) is kept: verifying is made of it.
"""

from collections.abc import Iterable, Sequence
from os.path import basename

from triage.usecases.reads import ASKS, only_reads
from triage.usecases.shell import Pipeline, Simple, pipelines

BEFORE = frozenset((
    "time", "nohup", "command", "builtin", "exec", "nice", "!", "{", "if", "then", "elif", "else", "while",
    "until", "do",
))  # fmt: skip
"""Words before a command that are none of it."""
NO_COMMAND = frozenset(("}", "fi", "done", "esac", "for", "in"))
"""Words that begin no command."""
WRAPPERS = {
    "env": ("-u", "--unset", "-C", "--chdir"),
    "sudo": ("-u", "-g", "-h", "-p", "-C", "-D"),
    "timeout": ("-s", "--signal", "-k", "--kill-after"),
    "stdbuf": ("-i", "-o", "-e", "--input", "--output", "--error"),
    "uv": ("--project", "--directory"),
    "poetry": (),
}
"""Commands that run another, with those of their options that have a value."""
SHELLS = ("sh", "bash", "zsh", "dash", "ksh")


def is_noise(line: str, *, skip: Sequence[str] = (), keep: Sequence[str] = (), failed: bool = False) -> bool:
    """Whether nothing of a line for a shell is to be recorded.

    ``skip`` and ``keep`` are beginnings of commands, by their words. ``keep`` wins; ``skip`` is of no effect
    on what ``failed``. A pipeline that triage is part of is recorded by triage, if at all.
    """
    ours = [pipeline for pipeline in _all(line) if not any(map(_is_triage, pipeline))]
    commands = [command for pipeline in ours for command in pipeline]
    if any(_begins(command, keep) for command in commands):
        return False
    return all(_is_read(each) or (not failed and _begins(each, skip)) for each in commands)


def _all(line: str) -> Iterable[Pipeline]:
    """The pipelines of a line, without what only introduces a command; a line for a shell is looked into."""
    for pipeline in pipelines(line):
        bare = [each._replace(words=_bare(each.words)) for each in pipeline]
        if len(bare) == 1 and (inner := _line_of_shell(bare[0].words)) is not None:
            yield from _all(inner)
        else:
            yield bare


def _line_of_shell(words: Sequence[str]) -> str | None:
    """The line that a shell is called with, or None: `bash -lc LINE`."""
    if not words or basename(words[0]) not in SHELLS:
        return None
    for place, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return words[place + 1] if place + 1 < len(words) else None
        if not word.startswith("-"):
            return None
    return None


def _bare(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a command without assignments, keywords and commands that only run it."""
    rest = list(words)
    while rest:
        name = basename(rest[0])
        if name == "command" and rest[1:2] and rest[1] in ASKS:
            break
        if rest[0] in BEFORE or _is_assignment(rest[0]):
            rest.pop(0)
        elif name in WRAPPERS and len(rest) > 1:
            rest = _wrapped(name, rest[1:])
        else:
            break
    return tuple(rest)


def _wrapped(name: str, rest: list[str]) -> list[str]:
    """What a command runs that runs another."""
    while rest and (rest[0].startswith("-") or _is_assignment(rest[0])):
        rest = rest[2:] if rest[0] in WRAPPERS[name] else rest[1:]
    if name == "timeout" or (name in ("uv", "poetry") and rest[:1] == ["run"]):
        rest = rest[1:]
    return rest


def _is_assignment(word: str) -> bool:
    name, mark, _ = word.partition("=")
    return bool(mark) and name.removesuffix("+").isidentifier()


def _is_triage(command: Simple) -> bool:
    words = command.words
    if not words:
        return False
    name = basename(words[0])
    if name.startswith("python") and "-m" in words[:-1]:
        return words[words.index("-m") + 1].partition(".")[0] == "triage"
    return name in ("triage", "triage-hook")


def _is_read(command: Simple) -> bool:
    if command.writes or not command.words:
        return not command.writes
    return command.words[0] in NO_COMMAND or only_reads(command.words)


def _begins(command: Simple, patterns: Iterable[str]) -> bool:
    words = command.words
    named = (basename(words[0]), *words[1:]) if words else ()
    return any(named[: len(parts)] == parts for parts in map(tuple, map(str.split, patterns)))
