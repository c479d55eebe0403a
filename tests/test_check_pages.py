"""Pages as people write them, on which nothing is wrong but what is named here: the checks are silent on them."""

from pathlib import Path

import pytest

from triage.check import RULES
from triage.check.finding import selected
from triage.redact import Redactor
from triage.usecases.checking_page import check_page

CLEAN = sorted((Path(__file__).parent / "clean_pages").glob("*.md"))
EXPECTED: dict[str, list[tuple[str, int]]] = {}
"""What the rules find on a page and are right about: codes with lines. All others have nothing."""


def found(text):
    codes = selected(RULES, (), ())
    return check_page(text, "page.md", codes, Redactor(b"k" * 32), now="2040-01-01T00:00:00.000000Z")


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.stem)
def test_a_good_page_has_no_findings_but_those_that_are_right(path):
    findings = found(path.read_text())

    assert [(each.code, each.line) for each in findings] == EXPECTED.get(path.stem, []), findings
