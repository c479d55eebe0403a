"""What answers to an agent say of the shell's commands: the call of the tool that does the same."""

import ast
import re
from pathlib import Path

import pytest
from agent import talk

import triage as package
from triage.cli import COMMANDS as OF_THE_SHELL
from triage.kinds import FIELDS
from triage.mcp_server.items import VERBS
from triage.mcp_server.tools import TOOLS
from triage.mcp_server.words import COMMANDS, FLAG, Words

ROOT = Path(package.__file__).parent
NAMED = re.compile(r"\btriage ([a-z]+)\b")
PROPERTIES = {tool.name: tool.properties for tool in TOOLS}
CALLS = {name: call for name, call in COMMANDS.items() if call.tool}
ARGUMENTS = {
    name: {*call.fixed, *call.words, *call.options.values(), *([call.rest] if call.rest else [])} - {"", FLAG}
    for name, call in CALLS.items()
}


def said(path):
    """The texts of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in bare:
            yield each.value


def test_every_command_that_our_words_name_is_in_the_table():
    modules = [
        path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in ("cli", "live.py")
    ]
    named = {name for path in modules for text in said(path) for name in NAMED.findall(text)}

    assert "amend" in named
    assert (named & OF_THE_SHELL.keys()) - COMMANDS.keys() == set()


def test_every_call_is_of_a_tool_and_takes_what_it_is_called_with():
    assert {call.tool for call in CALLS.values()} <= PROPERTIES.keys()
    for name, call in CALLS.items():
        kind = VERBS.get(call.fixed.get("kind", ""), (call.fixed.get("kind", ""), {}))[0]
        taken = {*FIELDS.get(kind, ()), "kind", "entity", "at"} if kind else PROPERTIES[call.tool].keys()
        assert (name, ARGUMENTS[name] - taken) == (name, set())


SAID = [
    ("open one: triage open 'TITLE'", "open one: open {title: TITLE}"),
    ("choose: triage use SLUG, or --journal SLUG; open: a", "choose: open {journal: SLUG}, or journal SLUG; open: a"),
    ("look with triage events --last 3 before you try", "look with read {what: events, last: 3} before you try"),
    ("triage fix 2 'what removed it' --pr NUMBER", "record {kind: fix, entity: 2, fix: 'what removed it', pr: NUMBER}"),
    ("triage done 4; or triage skip 4 'why'", "record {kind: done, entity: 4}; or record {kind: skip, entity: 4, outcome: why}"),
    ("triage amend e5 text='...'", "record {kind: amendment, entity: e5, changes: {text: ...}}"),
    ("bring it back: triage amend e5 retracted=false", "bring it back: record {kind: amendment, entity: e5, retracted: false}"),
    ("triage observe staging Release=v15", "record {kind: observe, cells: [staging, 'Release=v15']}"),
    ("triage set 'summary=TEXT'", "record {kind: header, summary: TEXT}"),
    ("see `triage brief --budget N`, `triage events`", "see `brief {budget: N}`, `read {what: events}`"),
    ("triage purge e5", "triage purge e5 (triage is a command of the shell)"),
    ("triage run -- COMMAND", "triage run -- COMMAND (triage is a command of the shell)"),
    ("triage amend e5 Actual=3", "triage amend e5 Actual=3 (triage is a command of the shell)"),
    ("see: triage check --rules", "see: triage check --rules (triage is a command of the shell)"),
    ("e5 'run triage done 3' stands", "e5 'run triage done 3' stands (triage is a command of the shell)"),
    ("triage check velvet; or publish it all the same: --force REASON",
     "check {journal: velvet}; or publish it all the same: --force REASON (an option of triage in a shell)"),
    ("made by a newer triage", "made by a newer triage"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), SAID)
def test_a_command_is_told_as_the_call_that_does_the_same(text, told):
    assert Words().of(text) == told


def test_what_was_allowed_is_told_as_a_call_too():
    words = Words(run=True, publish=True)

    assert (
        words.of_step("triage run --action 4 -- sh -c 'a | b'")
        == "run {command: [sh, -c, 'a | b'], action: 4}"
    )
    asked = "triage run --observe Checks Page=home --expect Actual=200 -- curl URL"
    told = "run {command: [curl, URL], table: Checks, expect: 'Actual=200', row: ['Page=home']}"
    assert words.of(f"{asked}, or look") == f"{told}, or look"
    assert words.of_step("triage publish velvet --to TARGET") == "publish {journal: velvet, to: TARGET}"
    assert (
        Words().of_step("triage publish velvet --to TARGET")
        == "triage publish velvet --to TARGET  # in a shell"
    )


VALUES = {
    "entity": "1",
    "ref": "#1140",
    "pr": "7",
    "url": "https://example.org/x",
    "retracted": "true",
    "at": "-1m",
    "evidence": "key:seen",
}


def item(name, entity):
    """What the call of a command records, with values."""
    call = CALLS[name]
    values = {each: VALUES.get(each, "open" if each == "state" else "text") for each in ARGUMENTS[name]}
    values |= {"cells": ["staging", "Release=v15"]} if "cells" in values else {}
    values |= {"changes": {"title": "Another"}} if "changes" in values else {}
    values |= {"title": "Report"} if call.fixed["kind"] == "header" else {}
    return values | ({"entity": entity} if "entity" in values else {}) | dict(call.fixed)


def test_every_call_that_records_is_taken(triage):
    triage("open", "Velvet")
    of_kinds = {name for name, call in CALLS.items() if "kind" in call.fixed} - {"reopen", "resolve"}

    async def conversation(agent):
        await agent("record", items=[{"kind": "evidence", "output": "200", "key": "seen"}])
        for number, name in enumerate(sorted(of_kinds), 1):
            made = {
                "kind": "blocker" if name in ("accept", "fix") else "action",
                "title": f"T{number}",
                "key": name,
            }
            await agent("record", items=[made])
            answer = await agent("record", items=[item(name, f"key:{name}")])
            assert not answer.is_error, answer.text
        return await agent("record", items=[item("resolve", "")])

    assert not talk(triage, conversation).is_error


def test_a_hand_off_a_check_and_errors_name_no_command_that_a_tool_does(triage):
    triage("open", "Velvet")
    triage("action", "Migrate")
    triage("start", "1")
    triage("action", "Deploy", "--command", "make deploy")
    triage("block", "2", "no such module")
    triage("log", "Deployed twice in 5 minutes", "--at", "-9m")
    asked = [
        ("brief", {}), ("brief", {"budget": 100}), ("check", {}), ("record", {"items": [{"kind": "done", "entity": "e99"}]}),
        ("record", {"markdown": "## Status\n\nResolved\n"}), ("read", {"what": "output", "event": "e2"}),
        ("brief", {"journal": "other"}), ("record", {"items": [{"kind": "observe", "cells": []}]}), ("read", {"since": "e99"}),
    ]  # fmt: skip

    async def conversation(agent):
        return [(await agent(name, **arguments)).text for name, arguments in asked]

    answers = talk(triage, conversation)
    named = {name for text in answers for name in NAMED.findall(text)}
    assert "record {kind: fix, entity: 1, fix:" in answers[0]
    assert "triage run --action 2 -- make deploy  # in a shell" in answers[0]
    assert {name for name in named if name in CALLS} == {"run"}
