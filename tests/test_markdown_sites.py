"""The Markdown of a site, built by MkDocs and by Zensical: both show what was recorded, as it was typed."""

import importlib.util
import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import missing
from program import Program

from triage import times

pytestmark = pytest.mark.xdist_group("markdown")
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
TEXTS = [
    "a | pipe", "`a | b` in code", "`heroku run`", "<b>bold</b>", "&amp; entity", "*stars* and _underlines_",
    "snake_case_name and __init__", "[link](https://example.org)", "[^1] footnote", "~~gone~~ and ~low~",
    "$HOME:$PATH", "cost $5 and $6", "$$x$$", "press ++ctrl+c++", "C++ and g++", "==marked== a == b", "x^2^ and ^^in^^",
    ":smile: at 04:10:37 :+1:", "arn:aws:iam::123", "option (c), (r) and (tm)", "+/- 3 =/= 4", "a --> b <-- c <--> d",
    "1/2 of 3/4 on 1/2/2026", "c/o Ann", "{{ secrets }} {% if x %} {# no #}", "text {.hidden}", "text {: #id }",
    "text {key=value}", "`code`{.x}", '200 {"a": {"b": 1}}', '{"service": "velvet", "ok": true}', '--8<-- "/etc/passwd"', '!!! note "x"', '=== "tab"', "- item",
    "1. first", "# heading", "> quote", "[ ] box", "\\ backslash \\n", "trailing \\", "  two  spaces ", "user@host #12 PR #3",
    "https://example.org/a_b?c=d&e=f", "<https://example.org>", "1st 2nd 3rd", "#!python print", "`#!/bin/sh`", "|", "||",
]  # fmt: skip
EXTENSIONS = """
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - toc
  - pymdownx.arithmatex: {generic: true}
  - pymdownx.betterem
  - pymdownx.caret
  - pymdownx.details
  - pymdownx.emoji
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.magiclink
  - pymdownx.mark
  - pymdownx.smartsymbols
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.tasklist
  - pymdownx.tilde
"""
MKDOCS = "site_name: Triage\nsite_dir: site\n"
BUILDERS = {
    "mkdocs": ("mkdocs", "mkdocs.yml", MKDOCS),
    "mkdocs with Material and its extensions": (
        "mkdocs", "mkdocs.yml", f"{MKDOCS}theme: {{name: material, font: false}}\nplugins: [search, tags]\n{EXTENSIONS}",
    ),
    "zensical": ("zensical", "zensical.toml", '[project]\nsite_name = "Triage"\nsite_dir = "site"\n'),
}  # fmt: skip


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    """The Markdown of two journals: the sample, and one in which every odd text stands everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        journal = Program(tmp_path_factory.mktemp("docs"), patch)
        journal.now = times.to_us("2027-01-01T00:00:00.000000Z")
        journal("import", str(SAMPLE / "velvet-first-deploy.jsonl"))
        journal("open", "Odd | {{ title }} {.x}", "--slug", "odd")
        for text in TEXTS:
            journal("log", "--", f"x {text}", text)
            journal(
                "section",
                "Notes",
                "--append",
                "--",
                "- one\n    - two\n\n1. first\n\n    ```sh\n    echo hi\n    ```\n",
            )
        journal(
            "evidence",
            "--title",
            "Fences",
            "-",
            stdin="```\n~~~\n{{ x }}\n!!! note\n    <script>alert(1)</script>\n",
        )
        folder = journal.home / "config/triage"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "triage.toml").write_text('[publish.docs]\nto = "./docs"\nform = "markdown"\n')
        journal("publish", "--all")
        return journal.work / "docs"


@pytest.fixture(scope="module", params=BUILDERS)
def built(request, docs, tmp_path_factory):
    """The folder of a site that a generator built of it; any warning fails the build."""
    name, file, text = BUILDERS[request.param]
    if importlib.util.find_spec(name) is None:
        missing(f"{name}: make venv")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(docs, folder / "docs", ignore=shutil.ignore_patterns(".triage"))
    (folder / file).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", name, "build", "--strict", "--config-file", file],
        cwd=folder, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class Texts(HTMLParser):
    """The texts of a page by the tag that they stand in, each cell and heading whole."""

    def __init__(self, page):
        super().__init__()
        self.found, self.images, self._open = {}, [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in ("td", "h1", "h2", "h3", "pre", "li"):
            self._open.append(tag)
            self.found.setdefault(tag, []).append("")
        if tag == "img":
            self.images.append(dict(attributes).get("src"))

    def handle_endtag(self, tag):
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data):
        for tag in self._open:
            self.found[tag][-1] += data


def page(built, slug):
    """The texts of a journal's page."""
    return Texts((built / slug / "index.html").read_text())


def like(text):
    """A text as a page shows it: blanks are one blank, and an address stands without its brackets."""
    return " ".join(text.split())


@pytest.mark.parametrize("text", TEXTS)
def test_a_cell_shows_what_was_typed(built, text):
    cells = [like(cell) for cell in page(built, "odd").found["td"]]
    plain = text.replace("`", "") if text.startswith("`") and "|" not in text else text

    assert like(f"x {plain}") in cells or like(f"x {text}") in cells
    assert like(plain) in cells or like(text) in cells


def test_the_title_shows_what_was_typed_and_the_front_matter_is_not_shown(built):
    found = page(built, "odd").found

    assert found["h1"][0].strip().removesuffix("¶") == "Odd | {{ title }} {.x}"
    assert "heads:" not in (built / "odd" / "index.html").read_text()


def test_nothing_is_asked_for_from_elsewhere_by_what_was_typed(built):
    assert [url for url in page(built, "odd").images if url.startswith("http")] == []


def test_verbatim_output_is_verbatim(built):
    found = page(built, "odd").found["pre"]

    assert any(text.strip() == "```\n~~~\n{{ x }}\n!!! note\n    <script>alert(1)</script>" for text in found)


def test_a_table_of_the_sample_has_its_rows(built):
    cells = page(built, "velvet-first-deploy").found["td"]

    assert sum("sqlalchemy" in cell for cell in cells) >= 2


def test_the_index_leads_to_every_journal(built):
    text = (built / "index.html").read_text()

    assert 'href="odd/"' in text
    assert 'href="velvet-first-deploy/"' in text
