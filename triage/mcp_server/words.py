"""What our own words say of the shell's commands, said as calls of the tools that do the same.

`COMMANDS` is the one table of commands and tools. A command that no tool does is left, and said to be one of
the shell. What came from outside is never read here: it may only look like a command of ours.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from triage.errors import TriageError
from triage.kinds import FIELDS


class Call(NamedTuple):
    """The call that a command is: of which tool, or '' of none.

    ``fixed`` are arguments that the command's name says, ``words`` what its words in order say. Words such as
    LABEL=VALUE are arguments themselves where ``rest`` is '', else parts of the argument of that name.
    ``options`` are those that the call takes, by their names there; '' is for one that says nothing more.
    """

    tool: str = ""
    fixed: Mapping[str, Any] = {}
    words: tuple[str, ...] = ()
    rest: str | None = None
    options: Mapping[str, str] = {}


def _record(kind: str, *words: str, rest: str | None = None, **options: str) -> Call:
    return Call("record", {"kind": kind}, words, rest, {"at": "at", **options})


_RUN = {"action": "action", "env": "environment", "observe": "table", "expect": "expect", "match": "match"}
FLAG = "-"
"""The name of an option that has no value, and that the tool does not need."""
SHELL = Call()
"""A command that no tool does."""
COMMANDS: Mapping[str, Call] = {
    "accept": _record("accept", "entity", "fix"),
    "action": _record("action", "title", owner="owner"),
    "amend": _record("amendment", "entity", rest="changes"),
    "brief": Call("brief", options={"budget": "budget"}),
    "check": Call("check", words=("journal",)),
    "done": _record("done", "entity", "outcome", evidence="evidence"),
    "evidence": _record("evidence", "output"),
    "events": Call("read", {"what": "events"}, options={"last": "last", "kind": ""}),
    "fix": _record("fix", "entity", "fix", cause="cause", pr="pr"),
    "issue": _record("issue", "ref", "state"),
    "list": Call("open"),
    "log": _record("log", "text"),
    "observe": _record("observe", rest="cells", table="table"),
    "open": Call("open", words=("title",)),
    "output": Call("read", {"what": "output"}, ("event",)),
    "publish": Call("publish", words=("journal",), options={"to": "to"}),
    "ref": _record("ref", "title", "url"),
    "render": Call("read", {"what": "document"}, ("journal",)),
    "reopen": _record("reopen", "status_note"),
    "resolve": _record("resolve", "status_note"),
    "retract": Call("record", {"kind": "amendment", "retracted": True}, ("entity", "reason")),
    "run": Call("run", rest="row", options=_RUN),
    "section": _record("section", "heading", "body"),
    "set": _record("header", rest=""),
    "similar": Call("search", words=("error",)),
    "skip": _record("skip", "entity", "outcome"),
    "start": _record("start", "entity", take=FLAG),
    "use": Call("open", words=("journal",)),
    "write": Call("record", words=("markdown",)),
    **dict.fromkeys(
        (
            "describe", "doctor", "export", "flush", "hook", "import", "init", "mcp", "purge", "record",
            "redact", "schema", "serve", "trust", "undo", "verify",
        ),
        SHELL,
    ),
}  # fmt: skip
"""Every command that our words name, as the call that does the same."""
ARGUMENTS = re.compile(r"--(journal|slug|key|at)\b")
"""Options of the shell that tools call by the same name."""
IN_A_SHELL, IN_A_SHELL_TOO = " (triage is a command of the shell)", "  # in a shell"
AN_OPTION = " (an option of triage in a shell)"
_OPTION = re.compile(r"(?:^|\s)--[a-z]")
_CALL = re.compile(r"\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}")
_NAMED = re.compile(r"\btriage (?P<name>[a-z]+)\b")
_WORD = re.compile(r" (?P<word>(?:'[^'\n]*'|\"[^\"\n]*\"|,(?=\S)|[^\s;,()`'\"])+)")
_PLAIN = re.compile(r"[\w./#:@<>-]+")


class Words(NamedTuple):
    """Our words as calls of the tools that a session has: running and publishing are among them or not."""

    run: bool = False
    publish: bool = False

    def of(self, text: str) -> str:
        """Our own words with the commands in them as calls."""
        told = ARGUMENTS.sub(r"\1", "".join(self._pieces(text)))
        if any(found["name"] in COMMANDS for found in _NAMED.finditer(told)):
            return told + IN_A_SHELL
        return told + AN_OPTION if _OPTION.search(_CALL.sub("", told)) else told

    def of_step(self, command: str) -> str:
        """A whole command that comes next as a call; where no tool does it, as it is, with a remark."""
        found = _NAMED.match(command)
        call = self._call(found["name"]) if found else SHELL
        said = _said(call, list(_split(command[found.end() :]))) if found and call.tool else None
        return said.text if said and not said.left else f"{command}{IN_A_SHELL_TOO}"

    def of_error(self, error: TriageError) -> str:
        """What an error says, and what to do next."""
        return f"{error.message}; {self.of(error.hint)}" if error.hint else error.message

    def _call(self, name: str) -> Call:
        """The call that a command is, if the session has its tool."""
        call = COMMANDS.get(name, SHELL)
        return call if {"run": self.run, "publish": self.publish}.get(call.tool, True) else SHELL

    def _pieces(self, text: str) -> Iterator[str]:
        """The text in pieces, each command that a tool does as its call; what is quoted others said."""
        at = 0
        for found in _NAMED.finditer(text):
            call, before = self._call(found["name"]), text[: found.start()]
            if found.start() < at or not call.tool or before.count("'") % 2 or before.count('"') % 2:
                continue
            words = list(_words(text, found.end()))
            said = _said(call, [word for word, _ in words])
            if said is not None:
                yield text[at : found.start()]
                yield said.text
                taken = len(words) - said.left
                at = words[taken - 1][1] if taken else found.end()
        yield text[at:]


def _words(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The words after the name of a command, without quotes, each with the place after it."""
    while found := _WORD.match(text, at):
        at = found.end()
        yield from ((word, at) for word in _split(found["word"]))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return [text]


class Said(NamedTuple):
    """A call in words, and how many of the command's words were none of it."""

    text: str
    left: int


def _said(call: Call, words: list[str]) -> Said | None:
    """The call that a command with these words is, or None where it says what the tool cannot."""
    values: dict[str, Any] = dict(call.fixed)
    names, left = list(call.words), list(words)
    parts: list[str] = []
    while left:
        word = left[0]
        if word == "--" and call.tool == "run":
            values, left = {"command": left[1:], **values}, []
        elif word.startswith("--"):
            if word[2:] not in call.options:
                return None
            left = _option(call.options[word[2:]], left, values)
        elif names:
            values[names.pop(0)] = left.pop(0)
        elif call.rest is not None and ("=" in word or (call.rest == "cells" and not parts)):
            parts.append(left.pop(0))
        else:
            break
    return None if not _add(call, parts, values) else Said(f"{call.tool} {_shown(values)}", len(left))


def _option(name: str, left: list[str], values: dict[str, Any]) -> list[str]:
    """Take an option of this name, with its value; the words that are left."""
    if name == FLAG:
        return left[1:]
    if name and len(left) > 1:
        values[name] = left[1]
    return left[2:]


def _add(call: Call, parts: list[str], values: dict[str, Any]) -> bool:
    """Add words such as LABEL=VALUE to the arguments; whether the tool takes them."""
    if call.tool == "run" and "command" not in values:
        return False
    if call.rest in ("cells", "row"):
        values |= {call.rest: parts} if parts else {}
        return True
    pairs = dict(part.split("=", 1) for part in parts)
    if call.rest == "changes":
        values |= {name: pairs.pop(name) for name in ("retracted",) if name in pairs}
        values |= {"changes": pairs} if pairs else {}
        return bool(parts) and all(map(_is_field, pairs))
    values |= pairs
    return True


def _is_field(label: str) -> bool:
    return label == "at" or any(label in fields for fields in FIELDS.values())


def _shown(value: Any) -> str:
    """An argument, without the quotes that a reader does not need.

    Single ones where they do: values are JSON, in which double ones cost more.
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(name)}: {_shown(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    single = isinstance(value, str) and "'" not in value
    return f"'{value}'" if single else json.dumps(value, ensure_ascii=False)
