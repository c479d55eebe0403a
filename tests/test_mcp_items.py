"""What agents write in many forms is brought into the one form of a line of `triage record`."""

import json

import pytest

from triage.errors import InvalidValue
from triage.kinds import KINDS
from triage.mcp_server import items
from triage.mcp_server.arguments import Arguments


def gathered(item):
    (line,) = json.loads(items.lines([item]))
    return line


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            {"kind": "entry", "fields": {"text": "Deploy started"}, "at": "04:10"},
            {"kind": "entry", "at": "04:10", "fields": {"text": "Deploy started"}},
        ),
        ({"kind": "entry", "text": "One"}, {"kind": "entry", "fields": {"text": "One"}}),
        ({"kind": "log", "text": "One"}, {"kind": "entry", "fields": {"text": "One"}}),
        (
            {"kind": "decision", "text": "Wait"},
            {"kind": "entry", "fields": {"type": "decision", "text": "Wait"}},
        ),
        (
            {"kind": "done", "entity": 4, "outcome": "3 applied"},
            {"kind": "action", "entity": "4", "fields": {"status": "done", "outcome": "3 applied"}},
        ),
        (
            {"kind": "done", "title": "Push", "outcome": "v15"},
            {"kind": "action", "entity": "Push", "fields": {"status": "done", "outcome": "v15"}},
        ),
        (
            {"kind": "fix", "entity": 2, "title": "No table"},
            {"kind": "blocker", "entity": "2", "fields": {"status": "fixed", "title": "No table"}},
        ),
        (
            {"kind": "block", "entity": 4, "error": "no table"},
            {"kind": "blocker", "fields": {"error": "no table", "action": "4"}},
        ),
        (
            {"kind": "did", "title": "Push", "env": "prod", "cells": {"Release": 9}},
            {
                "kind": "action",
                "fields": {
                    "status": "done",
                    "title": "Push",
                    "cells": [["Release", "9"]],
                    "environment": "prod",
                },
            },
        ),
        (
            {"kind": "observe", "cells": ["staging", "Release=v15", "Query=a=b"]},
            {
                "kind": "observation",
                "fields": {"cells": [["", "staging"], ["Release", "v15"], ["Query", "a=b"]]},
            },
        ),
        ({"kind": "issue", "ref": 1140}, {"kind": "issue", "fields": {"ref": "1140"}}),
        (
            {"kind": "section", "heading": "Notes > Rollback", "body": "Push v14."},
            {"kind": "section", "fields": {"heading": ["Notes", "Rollback"], "body": "Push v14."}},
        ),
        ({"kind": "entry", "text": "One", "outcome": None}, {"kind": "entry", "fields": {"text": "One"}}),
    ],
)
def test_an_item_means_a_line(item, line):
    assert gathered(item) == line


@pytest.mark.parametrize(
    "item", ["a text", 7, None, [], {}, {"kind": 4}, {"kind": "entry", "fields": "none"}]
)
def test_what_is_no_item_is_left_to_be_refused_by_the_one_who_knows(item):
    assert items.lines([item])


def test_what_a_field_was_told_wins_over_what_the_name_of_a_command_implies():
    assert gathered({"kind": "done", "entity": 4, "status": "failed"})["fields"]["status"] == "failed"


def test_every_name_of_a_command_means_a_kind_and_fields_that_there_are():
    for kind, fields in items.VERBS.values():
        assert fields.keys() <= KINDS[kind].fields.keys()


def test_the_description_names_every_kind_that_an_agent_says():
    told = dict(line.split(": ", 1) for line in items.fields_of_kinds().split("\n"))

    assert told.keys() == KINDS.keys() - {"act"}
    assert "status=open|fixed|accepted" in told["blocker"]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        (["df", "-h"], ["df", "-h"]),
        ("df -h '/a b'", ["df", "-h", "/a b"]),
        (["df -h"], ["df", "-h"]),
        ("unclosed '", ["unclosed '"]),
    ],
)
def test_a_command_is_taken_apart_as_a_shell_does(said, command):
    assert Arguments({"command": said}, ("command",)).command("command") == command


@pytest.mark.parametrize("said", [[], "", {}, None])
def test_no_command_is_refused(said):
    with pytest.raises(InvalidValue):
        Arguments({"command": said}, ("command",)).command("command")


@pytest.mark.parametrize(
    ("said", "count"),
    [([{}, {}], 2), ({"kind": "entry"}, 1), ('[{"kind": "entry"}]', 1), ('{"kind": "entry"}', 1)],
)
def test_items_may_be_one_object_or_a_text_of_json(said, count):
    assert len(Arguments({"items": said}, ("items",)).items("items")) == count


@pytest.mark.parametrize("said", [[], "", "7", 7, "{", "[" * 100_000])
def test_what_are_no_items_is_refused(said):
    with pytest.raises(InvalidValue):
        Arguments({"items": said}, ("items",)).items("items")


@pytest.mark.parametrize(("said", "flag"), [(True, True), ("true", True), ("False", False), (None, False)])
def test_a_flag_may_be_a_text(said, flag):
    assert Arguments({"partial": said}, ("partial",)).flag("partial") is flag
