"""What `triage serve` shows in Chromium: for every reader, by keyboard, live, and to nobody else."""

import subprocess
import time
from pathlib import Path

import pytest
from browser import chromium, violations
from program import SCRIPT, Program

pytestmark = pytest.mark.xdist_group("browser")
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
PAGES = ["index.html", "obligations.html", "archive/2026-05.html", "journals/velvet-first-deploy/index.html"]


@pytest.fixture(scope="module")
def browser():
    """Chromium for all tests of this module."""
    with chromium() as opened:
        yield opened


class Served:
    """A store that is served, and the address with its token."""

    def __init__(self, journal):
        self.journal = journal
        self.process = subprocess.Popen(
            [SCRIPT, "serve"], cwd=journal.work, env=journal.environment, stdout=subprocess.PIPE, text=True
        )
        self.address = self.process.stdout.readline().strip()
        self.root = self.address.partition("?")[0]

    def say(self, *arguments):
        """Record something, in a process of its own."""
        done = self.journal.start(*arguments)
        assert done.code == 0, done.err


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The sample, served."""
    with pytest.MonkeyPatch.context() as patch:
        journal = Program(tmp_path_factory.mktemp("served"), patch)
        assert journal.start("import", str(SAMPLE / "velvet-first-deploy.jsonl")).code == 0
        found = Served(journal)
        found.say("run", "--journal", "velvet-first-deploy", "--", "seq", "300")
        yield found
        found.process.kill()
        found.process.communicate()


@pytest.fixture
def visit(browser, served):
    """Open a page of the served site; what it asked for and said is kept beside it."""
    contexts = []

    def opened(path="index.html", width=1280, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(served.address)
        page.goto(served.root + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_wrong(visit, path, width, scheme):
    assert violations(visit(path, width, scheme, bypass_csp=True)) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_else_and_complains_of_nothing(visit, served, path):
    page = visit(path)
    page.wait_for_timeout(200)

    assert [url for url in page.asked if not url.startswith(served.root)] == []
    assert page.said == []


def test_the_token_stands_in_no_address_that_is_left_in_the_browser(visit, served):
    page = visit()

    assert "token" not in page.url
    assert page.evaluate("document.cookie") == ""


def test_the_search_works_on_the_served_index(visit):
    page = visit()
    page.fill("#text", "sqlalch")
    page.locator("#found", has_text="1 of 1").wait_for()


def test_an_open_page_shows_within_a_second_what_another_process_records(visit, served):
    page = visit("journals/velvet-first-deploy/index.html")
    served.say("log", "Said elsewhere", "--journal", "velvet-first-deploy")
    begun = time.monotonic()
    page.locator("table.log", has_text="Said elsewhere").wait_for(timeout=5000)

    assert time.monotonic() - begun < 3  # a second, and what a busy machine adds


def test_what_was_unfolded_stays_so_when_the_page_loads_anew(visit, served):
    page = visit("journals/velvet-first-deploy/index.html")
    fold = page.locator("details.evidence", has_text="seq 300")
    fold.locator("summary").click()
    served.say("log", "And more", "--journal", "velvet-first-deploy")
    page.locator("table.log", has_text="And more").wait_for(timeout=5000)

    assert fold.evaluate("fold => fold.open")


def test_a_page_is_not_taken_away_from_one_who_types(visit, served):
    page = visit("journals/velvet-first-deploy/index.html")
    page.locator(".tools input").first.fill("sqlalchemy")
    served.say("log", "Not yet", "--journal", "velvet-first-deploy")
    page.wait_for_timeout(1500)

    assert page.locator(".tools input").first.input_value() == "sqlalchemy"


def test_the_way_to_a_journal_and_back_can_be_gone_by_keyboard(visit):
    page = visit()
    page.locator(".journal a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/journals/velvet-first-deploy/index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "↑ index"
