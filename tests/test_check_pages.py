"""Pages as people write them, on which nothing is wrong but what is named here: the checks are silent on them."""

from pathlib import Path

import pytest

from triage.check import RULES
from triage.check.finding import selected
from triage.check.source import REACH, Source
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


def open_actions(end):
    return found(f"# Page{end}{end}## Next{end}{end}- [ ] write the runbook{end}- [ ] rotate @ana{end}")


def test_an_open_action_without_an_owner_is_found_on_its_line():
    (finding,) = open_actions("\n")

    assert (finding.code, finding.line) == ("TR403", 5)


def test_a_page_whose_lines_end_with_a_carriage_return_alone_is_checked_too():
    (finding,) = open_actions("\r")

    assert finding.code == "TR403"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("the API key", 2),
        ("the api KEY", 2),
        ("key 'Was' rotated", 3),
        ("I key, was", 2),
        ("rotated and", 5),
        ("rotated late", 4),
        ("one that is nowhere", 1),
        ("later", 4),
        ("...", 1),
    ],
)
def test_what_an_event_says_is_found_below_its_line_without_regard_to_capitals_and_marks(said, line):
    page = Source(
        "An event\n- the API\n  **key** was\n`rotated`; later\nrotated          late, rotated, and", {"e": 1}
    )

    assert page.line_of("e", said) == line


def test_what_an_event_says_is_not_looked_for_above_its_line_or_far_below():
    page = Source("here\nan event\n" + "long\n" * REACH + "far\n", {"e": 2})

    assert [page.line_of("e", said) for said in ("here", "far", "long")] == [2, 2, 3]
