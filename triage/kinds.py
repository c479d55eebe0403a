"""What an event may say: the one table of kinds, their fields and choices.

`values` checks what is recorded against it, `schema` builds its models from it, the commands' help names its
choices.

`Field` and `Kind` are slotted classes: a NamedTuple costs every command 0.2 ms to make.
"""

from collections.abc import Mapping

from triage.errors import InvalidValue, near


class Field:
    """One field of a kind.

    ``type`` is one of: line (short, plain text), prose (Markdown), choice, slug, reference (an issue or
    a PR), event (the id of an event), url, path (a heading path: a list of titles), cells (a list of
    [label, value]), instant, integer, flag, output (bytes, kept in chunks), object, streams (list of
    [out or err, bytes]).
    """

    __slots__ = ("choices", "help", "type")

    def __init__(self, type: str, help: str, choices: tuple[str, ...] = ()) -> None:
        self.type = type
        self.help = help
        self.choices = choices


class Kind:
    """One kind of event; ``entity`` says what its events are patches of.

    part: the report or an addendum; self: nothing but itself; first: the event that created it;
    natural: what ``key`` names, worked out by the fold; target: the event that it amends.
    """

    __slots__ = ("entity", "fields", "key")

    def __init__(self, entity: str, fields: Mapping[str, Field], key: str = "") -> None:
        self.entity = entity
        self.fields = fields
        self.key = key


def _line(help: str) -> Field:
    return Field("line", help)


def _prose(help: str) -> Field:
    return Field("prose", help)


def _choice(help: str, *choices: str) -> Field:
    return Field("choice", help, choices)


def _event(help: str) -> Field:
    return Field("event", help)


_SECTION = Field("path", "heading under which it stands, such as 'A > B'")
_MARK = _line("name of this moment: start, impact, detected, mitigated, end, or any other")
LOG = _line("wording of its row in the sequence log")
SOURCE = _line("where it was taken from, such as page.md:12")
"""Fields that every kind has besides its own; documents do not show the source."""

KINDS: Mapping[str, Kind] = {
    "header": Kind(
        "part",
        {
            "title": _line("title of the report or the addendum"),
            "type": _choice(
                "what work it is",
                "deploy",
                "incident",
                "remediation",
                "maintenance",
                "investigation",
                "other",
            ),
            "status": _choice(
                "where the work stands",
                "open",
                "investigating",
                "mitigated",
                "monitoring",
                "resolved",
                "abandoned",
            ),
            "status_note": _line("what the status rests on"),
            "lead": _line("who leads the work"),
            "impact": _line("who or what was affected, and how"),
            "summary": _prose("what happened, in a few sentences"),
            "severity": _line("how bad, such as P2"),
            "severity_note": _line("why this severity"),
            "service": _line("the service that the work is on"),
            "issue": Field("reference", "the issue that asked for the work"),
            "epic": Field("reference", "the epic that the issue belongs to"),
            "slug": Field("slug", "name of the journal on the command line, [a-z0-9-]{1,64}"),
            "labels": Field("cells", "free labelled fields"),
        },
    ),
    "entry": Kind(
        "self",
        {
            "text": _line("what happened"),
            "outcome": _line("what came of it"),
            "type": _choice(
                "what sort of entry",
                "note",
                "decision",
                "finding",
                "hypothesis",
                "escalation",
                "handoff",
            ),
            "mark": _MARK,
        },
    ),
    "action": Kind(
        "first",
        {
            "title": _line("what is to be done"),
            "command": _line("the command that does it"),
            "environment": _line("where it is done, such as staging"),
            "owner": _line("who must do it"),
            "group": _line("the checklist that it belongs to"),
            "section": _SECTION,
            "status": _choice("how far it is", "todo", "doing", "blocked", "done", "failed", "skipped"),
            "outcome": _line("what came of it"),
            "issue": Field("reference", "the issue or PR that it belongs to"),
            "evidence": _event("the evidence that backs it"),
            "mark": _MARK,
            "cells": Field("cells", "values that it left in its environment's row of the final state"),
        },
    ),
    "blocker": Kind(
        "first",
        {
            "title": _line("what stands in the way"),
            "error": _line("the error as it was shown"),
            "effect": _line("what the error led to"),
            "cause": _prose("why it happened"),
            "fix": _prose("what removed it"),
            "pr": Field("reference", "the PR that carries the fix"),
            "issue": Field("reference", "the issue about it"),
            "action": _event("the action that it blocks"),
            "status": _choice("where it stands", "open", "fixed", "accepted"),
            "evidence": _event("the evidence that backs its fix"),
        },
    ),
    "issue": Kind(
        "natural",
        {
            "ref": Field("reference", "1140, owner/repo#1140 or a URL"),
            "title": _line("what it is about"),
            "type": _choice("an issue or a pull request", "issue", "pr"),
            "state": _choice("its state", "open", "closed", "merged"),
            "note": _line("what is to be said about it"),
            "url": Field("url", "its address"),
        },
        key="ref",
    ),
    "observation": Kind(
        "natural",
        {
            "table": _line("the table that it is a row of"),
            "cells": Field("cells", "the row's values"),
            "expected": _line("the value that was expected in its last column"),
            "exact": Field("flag", "the expected value must match as a whole"),
            "row": _line("key of the row, where the first cell does not tell rows apart"),
            "section": _SECTION,
            "evidence": _event("the evidence that the values were taken from"),
            "taken": _line("the column whose value was taken from the output of the evidence"),
            "basis": _line("what the values rest on"),
        },
        key="cells",
    ),
    "evidence": Kind(
        "first",
        {
            "title": _line("what the output shows"),
            "command": _line("the command that produced it"),
            "cwd": _line("the folder that it ran in"),
            "host": _line("the host that it ran on"),
            "environment": _line("where it ran, such as staging"),
            "state": _choice("how it ended", "running", "exited", "killed", "timeout", "interrupted"),
            "exit_code": Field("integer", "the command's exit code"),
            "signal": _line("the signal that ended it, such as SIGTERM"),
            "started_at": Field("instant", "when the command started"),
            "ended_at": Field("instant", "when the command ended"),
            "output": Field("output", "what it printed"),
            "streams": Field("streams", "which of its bytes came from which stream, in order"),
            "size": Field("integer", "bytes that it printed"),
            "digest": _line("what it printed, where that is not kept: SALT:SHA-256 of both, in hex"),
            "language": _line("language of the fence, such as console"),
            "truncated": Field("integer", "bytes left out of the middle"),
            "redactions": Field("integer", "secrets replaced by markers"),
            "values": Field("cells", "values that were taken from its output"),
            "sha256": _line("SHA-256 of the redacted output"),
            "origin": _choice("who took it", "captured", "supplied"),
            "hook": _line("the agent whose hook took it by itself, such as claude-code"),
            "action": _event("the action that it backs"),
            "blocker": _event("the blocker whose fix it backs"),
            "section": _SECTION,
        },
    ),
    "section": Kind(
        "natural",
        {
            "heading": Field("path", "its heading, such as 'A > B'"),
            "body": _prose("its text"),
            "append": Field("flag", "add to what stands there"),
            "basis": _line("what the text rests on"),
        },
        key="heading",
    ),
    "reference": Kind(
        "natural",
        {
            "url": Field("url", "the address"),
            "title": _line("what is found there"),
        },
        key="url",
    ),
    "amendment": Kind(
        "target",
        {
            "changes": Field("object", "the fields as they should have been"),
            "retracted": Field("flag", "the event is withdrawn"),
            "reason": _line("why"),
        },
    ),
    "act": Kind(
        "self",
        {
            "verb": _choice("what was done", "purge", "waive", "allow", "force"),
            "about": _line("what it was done to"),
            "reason": _line("why"),
        },
    ),
}

CELLS = ("cells", "labels", "values")
"""The names of fields that are lists of [label, value]: a patch of one changes the labels that it names."""

PROSE = frozenset(
    name for kind in KINDS.values() for name, field in kind.fields.items() if field.type == "prose"
)
"""The names of fields that are Markdown, in which the record is called and events are named by numbers."""

FIELDS: Mapping[str, Mapping[str, Field]] = {
    name: {**kind.fields, "log": LOG, "source": SOURCE} for name, kind in KINDS.items()
}
"""The fields of every kind, with those that every kind has."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "entry": ("text",),
    "issue": ("ref",),
    "observation": ("cells",),
    "section": ("heading",),
    "reference": ("url",),
    "act": ("verb",),
}
"""Fields without which an event of the kind says nothing. Actions and blockers need a title or an
error only at their creation, so their commands ask for it."""


def fields_of(kind: str) -> Mapping[str, Field]:
    """The fields of a kind, with those that every kind has; `InvalidValue` for an unknown kind."""
    if kind not in FIELDS:
        raise InvalidValue(f"no kind {kind!r}", hint=near(kind, KINDS), allowed=tuple(KINDS))
    return FIELDS[kind]
