"""What comes from outside: the lines of a batch, and their JSON Schema."""

import json

import jsonschema
import pytest

from triage import schema
from triage.errors import InvalidValue
from triage.kinds import FIELDS, KINDS

VALUES = {
    "line": "text",
    "prose": "text",
    "slug": "velvet",
    "reference": "#1140",
    "event": "e12",
    "url": "https://example.org",
    "path": ["A", "B"],
    "cells": [["Release", "v14"]],
    "streams": [["out", 4]],
    "instant": "2026-05-05T04:10:37Z",
    "integer": 3,
    "flag": True,
    "output": "text",
    "object": {"text": "y"},
}


@pytest.fixture(scope="module")
def validator():
    made = schema.json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def whole(kind):
    """A line of a kind with a value in every field."""
    fields = {
        name: field.choices[0] if field.choices else VALUES[field.type]
        for name, field in FIELDS[kind].items()
    }
    return {"kind": kind, "fields": fields}


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_with_every_field_of_its_kind_is_taken(kind):
    line = schema.parse_line(json.dumps(whole(kind)), 1)

    assert line.kind == kind
    assert set(line.fields.model_dump()) == set(FIELDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_schema_takes_what_the_program_takes(validator, kind):
    validator.validate(whole(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_schema_refuses_an_unknown_field(validator, kind):
    assert not validator.is_valid({"kind": kind, "fields": {"nope": 1}})


def test_the_json_schema_refuses_an_unknown_kind(validator):
    assert not validator.is_valid({"kind": "nope", "fields": {}})


def test_the_json_schema_explains_every_field(validator):
    definitions = validator.schema["$defs"]

    for kind in KINDS:
        properties = definitions[f"{kind.title()}Fields"]["properties"]
        assert {name: field["description"] for name, field in properties.items()} == {
            name: field.help for name, field in FIELDS[kind].items()
        }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"kind": "entry", "fields": {"text": "x"}', "line 3 is not JSON: Expecting ',' delimiter at column 42; nothing was recorded; a line is one whole JSON object"),
        ("[]", 'line 3 is no JSON object; such as {"kind": "entry", "text": "…"}'),
        ("{}", "line 3: it names no kind; one of: " + ", ".join(KINDS)),
        ('{"kind": "entrie", "fields": {}}', "line 3: no kind 'entrie'; did you mean 'entry'?"),
        ('{"kind": "entry", "fields": {"text": 5}}', "line 3: entry text: input should be a valid string, not 5; nothing was recorded"),
        ('{"kind": "entry", "fields": {"type": "thought"}}', "line 3: entry type: input should be 'note', 'decision', 'finding', 'hypothesis', 'escalation' or 'handoff', not 'thought'; one of: note, decision, finding, hypothesis, escalation, handoff"),
        ('{"kind": "entry", "fields": {"outcom": "x"}}', "line 3: entry has no field 'outcom'; did you mean 'outcome'?"),
        ('{"kind": "entry", "feilds": {}}', "line 3: entry fields: field required, not {'kind': 'entry', 'feilds': {}}; nothing was recorded"),
        ('{"kind": "evidence", "fields": {"exit_code": 1.5}}', "line 3: evidence exit_code: input should be a valid integer, not 1.5; nothing was recorded"),
        ('{"kind": "evidence", "fields": {"exit_code": 9007199254740992}}', "line 3: evidence exit_code: input should be less than 9007199254740992, not 9007199254740992; nothing was recorded"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_the_field_and_the_values_allowed(line, message):
    with pytest.raises(InvalidValue) as refused:
        schema.parse_line(line, 3)

    assert str(refused.value) == message


def test_the_allowed_values_are_there_for_programs_too():
    with pytest.raises(InvalidValue) as refused:
        schema.parse_line('{"kind": "issue", "fields": {"state": "shut"}}', 1)

    assert refused.value.allowed == ("open", "closed", "merged")


def test_empty_lines_are_skipped_and_counted():
    assert list(schema.items(b'\n{"kind": "entry"}\n  \n{')) == [(2, '{"kind": "entry"}'), (4, "{")]


def test_half_a_surrogate_pair_is_made_visible():
    line = schema.parse_line(r'{"kind": "entry", "fields": {"text": "a\ud800b"}}', 1)

    assert line.fields.text == r"a\u{D800}b"
