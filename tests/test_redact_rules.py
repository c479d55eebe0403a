"""What the rules of the redactor find, what they leave alone, and what they look through."""

import pytest

from triage.redact import Redactor, search
from triage.redact.rules import Rule

REDACTOR = Redactor(b"k" * 32)
TICKET = Rule("ticket", ("tkt:",), r"TKT:(?P<secret>[0-9]{4})")


def found(text, **options):
    """The rule of each secret of the text, with what it found."""
    return [(hit.rule, text[hit.start : hit.end]) for hit in search.search(text, **options)]


def test_a_rule_that_is_not_built_in_is_looked_for_beside_the_others():
    text = "TKT:1234 password=hunter2-hunter2"

    assert found(text, rules=(TICKET,)) == [("ticket", "1234"), ("context", "hunter2-hunter2")]


def test_a_rule_that_is_not_built_in_is_looked_for_in_a_long_text():
    assert found("x y " * 8000 + "TKT:1234", rules=(TICKET,)) == [("ticket", "1234")]


def test_a_rule_that_is_off_finds_nothing():
    assert found("password=hunter2-hunter2", off=frozenset({"context"})) == []


@pytest.mark.parametrize("rules", [(), (TICKET,)])
def test_what_is_spared_tells_of_no_rule_that_is_off(rules):
    text = "password=$DATABASE_PASSWORD"

    assert [hit.spared for hit in search.spared(text, rules=rules)] == ["a variable"]
    assert search.spared(text, rules=rules, off=frozenset({"context"})) == ()


def test_what_is_spared_is_told_where_it_stands_in_coloured_text():
    text = "\x1b[31mpassword\x1b[0m=$DATABASE_PASSWORD"

    (hit,) = search.spared(text)

    assert text[hit.start : hit.end] == "$DATABASE_PASSWORD"
