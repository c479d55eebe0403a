"""The table of kinds: what an event may say."""

import pytest

from triage.kinds import KINDS, PROSE

FIELDS_OF_THE_DESIGN = {
    "header": "title type status status_note lead impact summary severity severity_note service issue epic slug labels",
    "entry": "text outcome type mark",
    "action": "title command environment owner group section status outcome issue evidence mark",
    "blocker": "title error effect cause fix pr issue action status",
    "issue": "title type state note url",
    "observation": "table cells expected section evidence basis",
    "evidence": "title command cwd host exit_code started_at ended_at output language truncated redactions sha256"
    " origin action blocker section",
    "section": "body basis",
    "reference": "title url",
    "amendment": "changes retracted reason",
    "act": "verb about reason",
}
CHOICES_OF_THE_DESIGN = {
    ("header", "status"): "open investigating mitigated monitoring resolved abandoned",
    ("entry", "type"): "note decision finding hypothesis escalation handoff",
    ("action", "status"): "todo doing blocked done failed skipped",
    ("blocker", "status"): "open fixed accepted",
    ("issue", "type"): "issue pr",
    ("issue", "state"): "open closed merged",
    ("evidence", "origin"): "captured supplied",
    ("act", "verb"): "purge waive allow force",
}


def test_there_are_the_eleven_kinds_of_the_design():
    assert list(KINDS) == list(FIELDS_OF_THE_DESIGN)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_every_field_of_the_design(kind):
    assert set(FIELDS_OF_THE_DESIGN[kind].split()) <= set(KINDS[kind].fields)


@pytest.mark.parametrize(("kind", "name"), CHOICES_OF_THE_DESIGN)
def test_a_field_has_the_choices_of_the_design(kind, name):
    assert KINDS[kind].fields[name].choices == tuple(CHOICES_OF_THE_DESIGN[kind, name].split())


def test_what_is_markdown_is_so_wherever_a_field_has_its_name():
    types = [field.type for kind in KINDS.values() for name, field in kind.fields.items() if name in PROSE]
    assert set(types) == {"prose"}
    assert {"summary", "cause", "fix", "body"} == PROSE
