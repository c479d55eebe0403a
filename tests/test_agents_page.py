"""docs/agents.md is what `make agents` writes: the same words, and figures that hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIGURE = re.compile(r"\d[\d,]*")
NEAR = 0.05
"""How far a figure may be off: an answer that says a word more is no reason to write the page anew."""

MADE = """
import sys
sys.path.insert(0, "benchmarks")
import agents
sys.stdout.write(agents.document(list(agents.tables())))
"""


@pytest.fixture(scope="module")
def made():
    """The page as the script would write it now."""
    return subprocess.run(
        [sys.executable, "-c", MADE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def page():
    return (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")


pytestmark = pytest.mark.xdist_group("agents")


def test_the_page_says_what_the_script_would_write(made, page):
    assert FIGURE.sub("#", page) == FIGURE.sub("#", made)


def test_the_figures_of_the_page_hold(made, page):
    pairs = zip(
        *([float(each.replace(",", "")) for each in FIGURE.findall(text)] for text in (page, made)),
        strict=True,
    )

    assert [(told, counted) for told, counted in pairs if abs(told - counted) > NEAR * counted] == []
