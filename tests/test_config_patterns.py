"""Which patterns of a configuration are refused because they may never come to an end."""

import pytest

from triage.config.patterns import is_catastrophic
from triage.redact.rules import PLACES, provider_rules

KIND = [
    r"ACME-(?P<secret>[0-9]{6})",
    r"acme_[A-Za-z0-9]{20,40}",
    r"(?:foo|bar)-[0-9]+",
    r"(?:foo|bar)+x",
    r"\b(?:\d[ -]?){13,19}\b",
    r"(?:-[a-z]{1,8}){2,9}",
    r"(?:[a-z]{1,8}-){2,9}x",
    r"(?:[A-F0-9]{4}-){7}[A-F0-9]{4}",
    r"key=(?:ab?)*c",
    r"key=(?:foo|foobar)+;",
    r"(?i)login:\s*(?P<secret>\S{8,200})",
]


@pytest.mark.parametrize("pattern", KIND)
def test_a_pattern_that_can_be_matched_in_one_way_is_taken(pattern):
    assert not is_catastrophic(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "k(a+)+b",
        "k(?:a*){2,}b",
        "k(?:a{1,200}){1,200}b",
        "k(?:a?){40}b",
        "k(?:a|a)*b",
        "k(?:a|ab|b)*c",
        r"k(?:.|\s)*b",
        r"k(?:\w|_x)+b",
        "k(?:(?:a|b)*c)*d",
        "k(?:(?:aa?)+b)+c",
        "k(?i:(?:ab|AB)+)c",
        "k(?=(?:a|a)+b)",
    ],
)
def test_a_pattern_that_can_be_matched_in_many_ways_is_refused(pattern):
    assert is_catastrophic(pattern)


def test_most_built_in_forms_would_be_taken():
    """The check leaves room for what such rules look like: it refuses one of fifty at most."""
    forms = [rule.pattern for rule in provider_rules()]

    assert len(PLACES) + len(forms) > 150
    assert sum(map(is_catastrophic, forms)) <= len(forms) / 50
