"""The page: what a browser makes of it."""

import html
import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from tests_support import hostile_report

from triage.render import render

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "velvet-first-deploy" / "velvet-first-deploy.html"
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


def test_no_time_of_the_header_is_cut_off_on_a_narrow_screen(browser):
    page = SAMPLE.read_text(encoding="utf-8").replace(" UTC</time>", " UTC (13:00 Europe/Berlin)</time>")
    cut = "Array.from(page.document.querySelectorAll('dl time')).filter(CUT).length"
    over = "one => one.getBoundingClientRect().right > one.closest('dd').getBoundingClientRect().right"

    assert browser(page, cut.replace("CUT", over), 320) == "0"


def test_a_page_of_endless_words_never_scrolls_sideways(browser):
    page = render(hostile_report("x" * 3000), format="html")

    assert int(browser(page, "page.document.scrollingElement.scrollWidth", 320)) <= 320


def test_every_link_within_the_page_has_its_place(browser):
    page = SAMPLE.read_text(encoding="utf-8")
    script = (
        "[...page.document.querySelectorAll('a[href^=\"#\"]')].filter(a =>"
        " !page.document.getElementById(decodeURIComponent(a.getAttribute('href').slice(1))))"
        ".map(a => a.getAttribute('href')).join(' ')"
    )

    assert browser(page, script, 1280) == ""


@pytest.fixture
def folded(journal):
    """A page of an action that is proved by a long output, which is folded, and the tail of that."""
    journal.start("run", "--action", "Count", "--", "seq", "300")
    page = journal("render", "--format", "html")
    return page, re.search(r'<a class="backing proved" href="#e-(\w+)">', page)[1]


def test_an_output_of_many_lines_is_folded_at_first(browser, folded):
    page, _ = folded

    assert browser(page, "page.document.querySelector('details.evidence').open", 1280) == "false"


@pytest.mark.parametrize("width", [320, 1280])
def test_the_link_to_a_folded_output_unfolds_it_and_shows_its_beginning(browser, folded, width):
    page, tail = folded
    script = (
        f"(page.location.hash = '#e-{tail}', (top => [page.document.querySelector('details.evidence').open,"
        f" top >= 0 && top < page.innerHeight])(page.document.getElementById('e-{tail}').getBoundingClientRect().top))"
    )

    assert browser(page, script, width) == "true,true"


def test_a_line_of_standard_error_is_told_by_a_sign_as_well_as_by_a_colour(browser, journal):
    journal.start("run", "--", "sh", "-c", "echo one; sleep 0.2; echo two >&2")
    sign = "page.getComputedStyle(page.document.querySelector('.err'), '::before').content"

    assert browser(journal("render", "--format", "html"), sign, 1280) == '"2> "'


def test_the_sign_of_standard_error_is_no_part_of_the_text(browser, journal):
    journal.start("run", "--", "sh", "-c", "echo one; sleep 0.2; echo two >&2")
    text = "page.document.querySelector('pre').textContent"

    assert browser(journal("render", "--format", "html"), text, 1280) == "one\ntwo"


def luminance(colour):
    """The relative luminance of #rrggbb, as WCAG 2.2 has it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palettes():
    """The colours of the page by name, in light and in dark."""
    css = (ROOT / "templates" / "page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    )
    return {"light": light, "dark": dark}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("good", "paper"), ("soft", "paper"), ("link", "paper"), ("bad", "bad-shade"), ("ink", "bad-shade"),
     ("ink", "warn-shade"), ("ink", "shade"), ("good", "warn-shade"), ("soft", "warn-shade"), ("link", "warn-shade")],
)  # fmt: skip
def test_backing_and_evidence_have_the_contrast_of_ordinary_text(scheme, text, ground):
    colours = palettes()[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


def test_print_names_the_evidence_beside_the_word():
    css = (ROOT / "templates" / "page.css").read_text(encoding="utf-8")

    assert 'a.backing::after { content: " " attr(href); }' in css.partition("@media print")[2]


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


def test_the_page_asks_for_nothing_and_runs_its_own_script_alone():
    page = SAMPLE.read_text(encoding="utf-8")

    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"script-src ([^;]*);", page) == [f"'sha256-{hashes[0]}'"]
    rest = page.replace(scripts[0], "")
    assert re.findall(r"<(?:link|img|iframe|object|embed|form)\b|\son\w+=|url\(|@import", rest) == []


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

    assert hostile.count("SCRIPT") == harmless.count("SCRIPT") == 1
    assert re.findall(r"\bon\w+|\bstyle\b|srcdoc", hostile) == []
    assert KEPT.sub("", hostile) == harmless
