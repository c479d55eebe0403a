"""The table of tools: their names, what they are called with, and what a client is told of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from triage.kinds import KINDS
from triage.mcp_server import changing, items, looking
from triage.mcp_server.answers import Answer
from triage.mcp_server.arguments import Arguments
from triage.mcp_server.session import Session

Schema = dict[str, Any]


class Tool(NamedTuple):
    """One tool. ``hints`` are the annotations that are true of it; ``needs`` names what must be allowed."""

    name: str
    title: str
    description: str
    properties: dict[str, Schema]
    required: tuple[str, ...]
    hints: frozenset[str]
    function: Callable[[Session, Arguments], Answer]
    needs: str = ""


def tools(session: Session) -> list[Tool]:
    """The tools of a session, in a stable order; those that were not allowed are not there."""
    allowed = {"": True, "run": session.run, "publish": session.publish}
    return [tool for tool in TOOLS if allowed[tool.needs]]


def _text(description: str = "", **more: Any) -> Schema:
    return {"type": "string", **({"description": description} if description else {}), **more}


def _texts(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def _number(description: str) -> Schema:
    return {"type": "integer", "minimum": 1, "description": description}


JOURNAL = {"journal": _text("SLUG or SLUG/ADDENDUM; else the current one")}


TOOLS = (
    Tool(
        "open",
        "Open or choose a journal",
        "Open a journal by its title (an open one of that slug is joined), choose one by journal, or open an "
        "addendum; it becomes current. Without arguments: list journals.",
        {
            "title": _text(),
            "journal": _text("choose this one"),
            "addendum": _text("title of an addendum to open"),
            "type": _text(enum=list(KINDS["header"].fields["type"].choices)),
            "service": _text(),
            "summary": _text("Markdown"),
            "slug": _text(),
            "at": _text("when: 04:10, -5m, RFC 3339"),
            "key": _text("makes a retry safe"),
        },
        (),
        frozenset({"idempotent"}),
        changing.open_,
    ),
    Tool(
        "record",
        "Record what happened",
        "Record items when they happen, all or none. An item has a kind and its fields:\n"
        f"{items.fields_of_kinds()}\n"
        "Besides: at (04:10, -5m, RFC 3339), key (a repeat is the same event: retry safely), entity (what it "
        "changes: action 4 is done by {kind: action, entity: 4, status: done}), part (addendum), actor. "
        'cells: {"Release": "v15"}; an observation\'s first names its row: ["staging", "Release=v15"]. '
        "References: 1140, owner/repo#1140; events: e12, key:NAME. kind takes names of commands too: log, "
        "did, done, fix, resolve.",
        {
            "items": {"type": "array", "items": {"type": "object"}},
            "markdown": _text(
                "in place of items: headings, tables, fences, '- [ ] todo @owner', '04:10 what → outcome'"
            ),
            **JOURNAL,
            "at": _text("of items without one"),
            "key": _text("K gives items without a key K:1, K:2"),
            "partial": {"type": "boolean", "description": "record what can be, tell what was refused"},
        },
        (),
        frozenset(),
        changing.record,
    ),
    Tool(
        "brief",
        "Where the work stands",
        "Hand-off: status, open blockers with errors, open actions, last values, what failed, next commands.",
        {
            **JOURNAL,
            "budget": _number("tokens; 200 unless told, 800 to take work over"),
            "since": _text("tell first what came after this event"),
        },
        (),
        frozenset({"read"}),
        looking.brief,
    ),
    Tool(
        "search",
        "Search all journals",
        'Find words in all journals, outputs included; a* finds beginnings, "a b" phrases. Or blockers that '
        "had a like error, with cause and fix: look before you debug.",
        {
            "text": _text(),
            "error": _text("in place of text: the error as it is shown"),
            "kind": _text(enum=list(KINDS)),
            "journal": _text("in this one only"),
            "limit": _number("5 unless told"),
        },
        (),
        frozenset({"read"}),
        looking.search,
    ),
    Tool(
        "read",
        "Read the record",
        "Read the last events, the output of an event, or the document in Markdown, some lines at a time.",
        {
            "what": _text(enum=list(looking.WHAT)),
            "event": _text("whose output: e12, a title"),
            "lines": _text("10-20 of output or document"),
            "last": _number("events; 10 unless told"),
            "since": _text("events after this one"),
            **JOURNAL,
        },
        (),
        frozenset({"read"}),
        looking.read,
    ),
    Tool(
        "check",
        "Check the record",
        "Find contradictions, gaps and claims without proof, with the commands that mend them.",
        {**JOURNAL},
        (),
        frozenset({"read"}),
        looking.check,
    ),
    Tool(
        "run",
        "Run a command as evidence",
        "Run a command, without a shell; its output and exit code are proof. A failure blocks its action.",
        {
            "command": _texts('such as ["df", "-h"]'),
            "action": _text("number or title: done if it succeeds, else blocked; a new title adds it"),
            "title": _text(),
            "environment": _text(),
            "set": _texts("LABEL=VALUE that it leaves in the final state"),
            "table": _text("fill a row of this table from the output"),
            "row": _texts("LABEL=VALUE that tell the row"),
            "expect": _text("[LABEL=]VALUE expected of the output"),
            "match": _text("regular expression for the value in the output"),
            "timeout": _text("90s, 5m; 10m unless told"),
            "tail": _number("lines to answer with; 10 unless told"),
            "key": _text("the same call again does not run it again"),
            **JOURNAL,
        },
        ("command",),
        frozenset({"destructive", "open_world"}),
        changing.run,
        needs="run",
    ),
    Tool(
        "publish",
        "Publish the document",
        "Publish the journal's document to a target. A journal with error findings is refused.",
        {
            "to": _text("target of the configuration, a folder or an address"),
            "dry_run": {"type": "boolean"},
            **JOURNAL,
        },
        (),
        frozenset({"idempotent", "open_world"}),
        changing.publish,
        needs="publish",
    ),
)
