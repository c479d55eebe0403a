"""A call of every command that takes a key, and a journal in which each of them has something to do.

What a name means may change with what is recorded meanwhile: so some say ``last``, or a part of a title.
"""

import sys
from typing import NamedTuple

import click
from program import Program

from triage.cli import COMMANDS, cli


class Sample(NamedTuple):
    """A call, and the same with something else said, which is a conflict under its key."""

    words: tuple[str, ...]
    other: tuple[str, ...]
    stdin: bytes = b""
    other_stdin: bytes = b""


def _said(words: str, other: str, stdin: bytes = b"", other_stdin: bytes = b"") -> Sample:
    return Sample(tuple(words.split("|")), tuple(other.split("|")), stdin, other_stdin)


LINES = (
    b'{"kind": "action", "title": "Warm"}\n{"kind": "action", "entity": "key:again:1", "status": "done"}\n'
)
RUN = ("--", sys.executable, "-c", "open('ran', 'a').write('x'); print('migrated')")

SAMPLES = {
    "open": _said("Another deploy|--type|deploy", "Another deploy|--type|incident"),
    "set": _said("lead=Bob|Vault=vault.example.org", "lead=Carl"),
    "resolve": _said("all is well", "all is ill"),
    "reopen": _said("not yet", "never"),
    "addendum": _said("DKIM record|--severity|P2", "SPF record"),
    "log": _said("Deploy started|see e2 and e30", "Deploy ended"),
    "did": _said(
        "Push|v14 is up|--env|staging|Release=v14|Slug=86c|--evidence|last", "Push|v15 is up|--env|staging"
    ),
    "action": _said("Warm the cache|--owner|ana", "Warm the cache|--owner|bob"),
    "start": _said("last|--log|on it", "Migrate"),
    "done": _said("Migrate|3 applied|Migrations=3", "Migrate|4 applied"),
    "fail": _said("last|no database", "last|no network"),
    "skip": _said("2|not needed", "1|not needed"),
    "block": _said("last|No module named velvet|--cause|see e2", "last|No module named triage"),
    "blocker": _said("Not registered|--error|No such package", "Not registered|--error|No such thing"),
    "fix": _said("last|Added it|--pr|12|--issue|11", "last|Removed it"),
    "accept": _said("no database|until Friday", "no database|until Monday"),
    "issue": _said("1140|open|on hold", "1140|closed"),
    "observe": _said("staging|Release=v15|--evidence|last", "staging|Release=v16"),
    "evidence": _said(
        "-|--title|Log|--extract|Applied=(\\d+)|--env|staging",
        "-|--title|Log",
        b"Applied 3\n",
        b"Applied 4\n",
    ),
    "section": _said("Notes > Rollback|As in e2.|--append", "Notes > Rollback|As in e3."),
    "ref": _said("https://example.org/x|The runbook", "https://example.org/x|The page"),
    "write": _said(
        "-", "-", b"## Cause\n\nAs in e2.\n\n- [x] Deploy\n", b"## Cause\n\nAs in e3.\n\n- [x] Deploy\n"
    ),
    "run": Sample(
        ("--action", "Migrate", "--set", "Pages=7", "--env", "staging", *RUN), ("--env", "staging", *RUN)
    ),
    "amend": _said("last|text=Support and finance told|at=-5m", "last|text=Nobody told"),
    "retract": _said("Support told|wrong journal", "Support told|wrong day"),
    "undo": _said("a slip", "no slip"),
    "purge": _said("Support told|--reason|a password", "Support told|--reason|a name"),
    "record": _said("-", "-", LINES, LINES.replace(b"Warm", b"Cool")),
    "waive": _said("TR901|bold|it is all right", "TR901|bold|it is all wrong"),
}


def commands() -> set[str]:
    """The commands of the program that take a key."""
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in COMMANDS}
    return {
        name
        for name, command in found.items()
        if command is not None and any("--key" in each.opts for each in command.params)
    }


def prepare(triage: Program) -> None:
    """Record what the samples are about."""
    triage("open", "Velvet first deploy")
    triage("action", "Migrate", "--env", "staging", "--key", "migrate")
    triage("action", "Deploy")
    triage("blocker", "no database", "--error", "connection refused")
    triage("evidence", "-", "--title", "Disks", stdin="all full\n")
    triage("log", "It never fails and always works", "--key", "bold")
    triage("log", "Support told")


def meanwhile(triage: Program) -> None:
    """Record, as somebody else, what makes names mean something else."""
    for words in (
        ("action", "Deploy and Migrate again"),
        ("blocker", "no database at all", "--error", "gone"),
        ("evidence", "-", "--title", "Disks again"),
        *(("log", f"Support told again {number}") for number in range(25)),
    ):
        triage(*words, "--actor", "bob", "--journal", "velvet-first-deploy")
