"""The page: what a browser makes of it."""

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests_support import hostile_report

from triage.render import render

SAMPLE = (
    Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy" / "velvet-first-deploy.html"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Open a page in a real browser; what it gives back is what a script of the test wrote into the title."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs chromium: apt-get install chromium")
        pytest.skip("no chromium here; install it to test pages in a browser")
    folder = tmp_path_factory.mktemp("browser")

    def ask(page, script, width):
        """The value of a script on a copy of the page, without its policy, in a frame of this width."""
        copy = re.sub(r"<meta http-equiv=\"Content-Security-Policy\".*?>", "", page)
        (folder / "page.html").write_text(copy, encoding="utf-8")
        frame = (
            f'<iframe id="f" src="page.html" width="{width}" height="800"></iframe><script>'
            f'f.onload = () => {{ const page = f.contentWindow; document.title = "answer:" + ({script}); }}</script>'
        )
        (folder / "frame.html").write_text(frame, encoding="utf-8")
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000",
            "--dump-dom", (folder / "frame.html").as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        found = re.search(r"<title>answer:(.*?)</title>", done.stdout, re.DOTALL)
        assert found, done.stdout[:400]
        return html.unescape(found[1])

    return ask


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_never_scrolls_sideways(browser, width):
    page = SAMPLE.read_text(encoding="utf-8")

    found = browser(page, "page.document.scrollingElement.scrollWidth", width)

    assert int(found) <= width


def test_a_page_of_endless_words_never_scrolls_sideways(browser):
    page = render(hostile_report("x" * 3000), format="html")

    assert int(browser(page, "page.document.scrollingElement.scrollWidth", 320)) <= 320


def test_every_link_within_the_page_has_its_place(browser):
    page = SAMPLE.read_text(encoding="utf-8")
    script = (
        "[...page.document.querySelectorAll('a[href^=\"#\"]')].filter(a =>"
        " !page.document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash).join(' ')"
    )

    assert browser(page, script, 1280) == ""


def test_no_id_stands_twice(browser):
    page = SAMPLE.read_text(encoding="utf-8")
    script = (
        "(ids => ids.length - new Set(ids).size)([...page.document.querySelectorAll('[id]')].map(e => e.id))"
    )

    assert browser(page, script, 1280) == "0"


def test_the_styles_are_those_that_the_policy_names():
    from base64 import b64encode
    from hashlib import sha256

    page = SAMPLE.read_text(encoding="utf-8")
    styles = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]

    assert f"style-src 'sha256-{b64encode(sha256(styles.encode()).digest()).decode()}'" in page
    assert "default-src 'none'" in page


def test_the_page_asks_for_nothing_and_runs_nothing():
    page = SAMPLE.read_text(encoding="utf-8")

    assert re.findall(r"<(?:script|link|img|iframe|object|embed|form)\b|\son\w+=|url\(|@import", page) == []


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](&#106;avascript:alert(1))",
    "</code></pre></details><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe",
    "`</pre><script>alert(1)</script>",
    "-->\n<style>body{display:none}</style>",
]


NODES = (
    "[...page.document.querySelectorAll('*')].map(e => e.tagName + [...e.attributes]"
    ".map(a => a.name).sort().join()).join(' ')"
)
KEPT = re.compile(r" (?:CODE|BR|A(?:href,rel)?)(?=\s|$)")
"""Code spans, breaks and links to https are what a text may have."""


@pytest.fixture(scope="module")
def harmless(browser):
    """The nodes of a page in which harmless text stands in every field."""
    return KEPT.sub("", browser(render(hostile_report("x"), format="html"), NODES, 1280))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_makes_the_same_nodes_as_harmless_text(browser, harmless, text):
    hostile = browser(render(hostile_report(text), format="html"), NODES, 1280)

    assert "SCRIPT" not in hostile
    assert re.findall(r"\bon\w+|\bstyle\b|srcdoc", hostile) == []
    assert KEPT.sub("", hostile) == harmless
