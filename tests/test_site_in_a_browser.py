"""Pages and site in Chromium: for every reader, by keyboard, from a folder, without a request or a script of others."""

import json
import re
from pathlib import Path

import pytest
from browser import chromium, violations
from program import Program

pytestmark = pytest.mark.xdist_group("browser")
SAMPLES = Path(__file__).resolve().parent.parent / "samples"


@pytest.fixture(scope="module")
def browser():
    """Chromium for all tests of this module."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of three journals: the sample, one with everything open, and an empty one; within it post-mortems."""
    with pytest.MonkeyPatch.context() as patch:
        journal = Program(tmp_path_factory.mktemp("site"), patch)

        def say(*arguments):
            done = journal.start(*arguments)
            assert done.code == 0, done.err

        say("import", str(SAMPLES / "velvet-first-deploy/velvet-first-deploy.jsonl"))
        say(
            "open",
            "Checkout is <b>slow</b>",
            "--slug",
            "checkout",
            "--service",
            "checkout",
            "--severity",
            "sev1",
        )
        say("set", "lead=Ann", "impact=Carts time out")
        say("action", "Approve the budget", "--owner", "Ann")
        say("did", "Restart staging", "up", "--env", "staging", "Healthz=ok", "Release=v2")
        say("did", "Deploy prod", "up", "--env", "prod", "Release=v2")
        say("action", "Move the data", "--env", "prod")
        say("block", "Move the data", "disk full")
        say("blocker", "No backup", "--error", "disk full")
        say("issue", "1129", "open")
        for number in range(12):
            say("log", f"Line {number} about latency", "--at", f"2026-05-05T04:{number:02}:00Z")
        say("run", "--action", "Count", "--", "seq", "300")
        say("addendum", "Later on")
        say("log", "A late finding", "--type", "finding")
        say("open", "Nothing yet", "--slug", "empty")
        (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
        (journal.home / "config/triage/triage.toml").write_text(
            '[publish.docs]\nto = "./site"\nclassification = "internal"\n'
            '[publish.within]\nto = "./site/within"\ntemplate = "postmortem"\n'
        )
        say("publish", "--all", "--to", "docs")
        say("import", str(SAMPLES / "checkout-outage/checkout-outage.jsonl"))
        say("publish", "--all", "--to", "within")
        return journal.work / "site"


PAGES = [
    "index.html", "obligations.html", "archive/2026-05.html", "journals/velvet-first-deploy/index.html",
    "journals/checkout/index.html", "journals/empty/index.html", "within/journals/checkout-outage/index.html",
    "within/journals/checkout/index.html", "within/journals/empty/index.html",
]  # fmt: skip


@pytest.fixture
def visit(browser, site):
    """Open a page of the site from its folder; what it asked for, said and threw is kept beside it."""
    contexts = []

    def opened(path, width=1280, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto((site / path).as_uri())
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
@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_never_scrolls_sideways(visit, path, width):
    assert visit(path, width).evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_nothing_outside_of_its_folder_and_complains_of_nothing(visit, site, path):
    page = visit(path)
    page.wait_for_timeout(200)

    assert [url for url in page.asked if not url.startswith(site.as_uri())] == []
    assert page.said == []


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(visit, site, path):
    page = visit(path)
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => [a.getAttribute('href'), a.baseURI])")
    here = (site / path).parent
    local = [href for href, _ in links if not href.startswith(("http", "mailto"))]

    for href in local:
        file, _, anchor = href.partition("#")
        target = (here / file).resolve() if file else site / path
        assert target.exists(), href
        if anchor and target.suffix == ".html":
            assert f'id="{anchor}"' in target.read_text(), href


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_without_a_script(visit, path):
    plain = visit(path, java_script_enabled=False)

    assert len(plain.inner_text("main")) > 20
    assert plain.locator("button:visible, form:visible").count() == 0


def test_the_search_of_the_index_works_from_a_folder(visit):
    page = visit("index.html")
    page.fill("#text", "sqlalch")
    page.locator("#found", has_text="1 of 3").wait_for()

    assert page.inner_text("#results a") == "Velvet First-Deploy Triage — 2026-05-05"


def test_a_facet_narrows_the_index(visit):
    page = visit("index.html")
    page.select_option("#severity", "sev1")
    page.locator("#found", has_text="1 of 3").wait_for()

    assert page.inner_text("#results a") == "Checkout is <b>slow</b>"


def test_the_search_can_be_used_by_keyboard(visit):
    page = visit("index.html")
    page.focus("#text")
    page.keyboard.type("latency")
    page.wait_for_selector("#results a")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Checkout is <b>slow</b>":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/journals/checkout/index.html")


@pytest.mark.parametrize("path", ["journals/velvet-first-deploy", "within/journals/checkout-outage"])
def test_every_event_that_is_shown_has_a_permalink(visit, site, path):
    page = visit(f"{path}/index.html")
    events = [unseal_line(line) for line in (site / path / "record.jsonl").read_text().splitlines()[1:]]
    created = {
        event["id"][-8:] for event in events if event["id"] == event["entity"] and event["kind"] != "act"
    }
    links = page.eval_on_selector_all("a.p", "all => all.map(a => a.getAttribute('href'))")
    there = page.eval_on_selector_all("[id^=e-]", "all => all.map(e => '#' + e.id)")

    assert {f"#e-{tail}" for tail in created} <= set(there)
    assert sorted(links) == sorted(there)


def unseal_line(line):
    """The envelope of a line of an export."""
    return json.loads(json.loads(line)["envelope"])


def test_bars_of_blockers_that_overlap_stand_in_rows(visit):
    page = visit("journals/checkout/index.html")
    boxes = page.eval_on_selector_all(
        ".timeline a.bar", "all => all.map(a => a.getBoundingClientRect()).map(r => [r.left, r.right, r.top])"
    )

    assert len(boxes) == 2
    assert boxes[0][1] > boxes[1][0]
    assert boxes[0][2] != boxes[1][2]


@pytest.mark.parametrize("width", [1120, 1200, 1280])
def test_the_timeline_needs_no_scrolling_on_a_desk(visit, width):
    page = visit("journals/velvet-first-deploy/index.html", width)

    assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.wide'))") == 0


@pytest.mark.parametrize("width", [320, 700, 1000, 1280])
@pytest.mark.parametrize("scripts", [True, False])
def test_the_status_stands_in_the_upper_half_of_the_first_screen_whatever_the_contents(visit, width, scripts):
    page = visit("journals/velvet-first-deploy/index.html", width, java_script_enabled=scripts)

    assert page.locator("dl.summary").first.bounding_box()["y"] < 450


LABELS = """all => all.map(a => a.getBoundingClientRect()).filter((a, n, boxes) => boxes.some((b, m) =>
    m > n && a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)).length"""
"""How many boxes overlap another, but for the space above and below letters."""


@pytest.mark.parametrize("slug", ["velvet-first-deploy", "checkout"])
def test_no_label_of_the_timeline_covers_another(visit, slug):
    page = visit(f"journals/{slug}/index.html")

    assert page.eval_on_selector_all(".wide svg > text", LABELS) == 0


def test_the_permalink_of_a_heading_does_not_touch_it(visit):
    page = visit("journals/velvet-first-deploy/index.html", 320)
    gap = "(a => a.nextElementSibling.getBoundingClientRect().left - a.getBoundingClientRect().right)"

    assert page.evaluate(f"{gap}(document.querySelector('main > a.p:has(+ h3)'))") >= 0


def test_a_marker_of_the_timeline_can_be_reached_and_followed_by_keyboard(visit):
    page = visit("journals/checkout/index.html")
    page.locator(".timeline a").first.focus()
    page.keyboard.press("Enter")

    assert page.evaluate("document.querySelector(':target') !== null")


def test_markers_are_targets_of_24_pixels(visit):
    page = visit("journals/velvet-first-deploy/index.html")
    boxes = page.eval_on_selector_all(
        ".timeline a", "all => all.map(a => a.getBoundingClientRect()).map(r => [r.width, r.height])"
    )

    assert boxes
    assert all(width >= 24 and height >= 24 for width, height in boxes)


def test_markers_have_names(visit):
    page = visit("journals/checkout/index.html")
    links = page.locator(".timeline a")
    named = page.locator(".timeline").get_by_role("link", name=re.compile(r"^[0-9]{2}:[0-9]{2}"))

    assert links.count() == named.count() > 2


def test_what_a_marker_means_is_told_beside_the_pointer(visit):
    page = visit("journals/checkout/index.html")

    assert (
        page.eval_on_selector_all(".timeline a", "all => all.filter(a => !a.querySelector('title')).length")
        == 0
    )


def test_the_log_is_filtered_by_text_and_by_kind(visit):
    page = visit("journals/checkout/index.html")
    shown = "[...document.querySelector('table.log').tBodies[0].rows].filter(r => !r.hidden).length"
    page.locator(".tools input").first.fill("line 7")
    by_text = page.evaluate(shown)
    page.locator(".tools input").first.fill("")
    page.get_by_role("button", name="entry").first.click()

    assert by_text == 1
    assert 0 < page.evaluate(shown) < 12


def test_local_time_is_shown_on_demand_and_utc_comes_back(visit):
    page = visit("journals/checkout/index.html", timezone_id="Asia/Tokyo")
    clock = "document.querySelector('table.log time').textContent"
    before = page.evaluate(clock)
    page.get_by_role("button", name="Show local time").click()
    local = page.evaluate(clock)
    page.get_by_role("button", name="Show UTC").click()

    assert "13:00" in local
    assert page.evaluate(clock) == before


def test_the_copy_button_copies_the_output(visit):
    page = visit("journals/checkout/index.html", permissions=["clipboard-read", "clipboard-write"])
    page.locator("details.evidence summary").first.click()
    page.get_by_role("button", name="Copy").first.click()
    page.wait_for_selector("button:has-text('Copied')")


def test_what_is_known_of_some_environments_only_is_marked_on_the_first_screen(visit):
    page = visit("journals/checkout/index.html")

    assert "Healthz: checked on staging, not on prod" in page.inner_text("dl.summary")


def test_the_age_of_the_last_event_is_told(visit):
    assert "days ago)" in visit("journals/velvet-first-deploy/index.html").inner_text("dl.summary .age")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_prints(visit, path, tmp_path):
    visit(path).pdf(path=tmp_path / "page.pdf")

    assert (tmp_path / "page.pdf").stat().st_size > 5000
