"""Hostile text in every field, in Chromium: nothing runs, nothing is asked for, every text reads back whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.dom import minidom

import pytest
from browser import chromium
from hostile import HOSTILE, TWINS, legible
from hostile_journals import APART, SAID, Remembering, record, small, templates, text_fields
from hostile_pages import Window, unescaped, window, wrong, wrong_anywhere, wrong_list
from program import Program
from tests_support import new_store

from triage.kinds import KINDS, Field, Kind
from triage.render import render
from triage.report import Report
from triage.usecases import checking

pytestmark = pytest.mark.xdist_group("hostile")
TEXTS = [each.text for each in HOSTILE]
PAIRS = list(zip(TEXTS[::2], [*TEXTS[1::2], TEXTS[0]][: len(TEXTS[::2])], strict=True))
LISTS = ("index.html", "obligations.html", "archive/2026-05.html", "obligations/2026-05.html")
UNSHOWN = {
    "entry": {"mark"},
    "action": {"command", "mark"},
    "issue": {"url"},
    "observation": {"row", "taken"},
    "evidence": {"cwd", "digest", "host", "language", "sha256"},
    "amendment": {"reason"},
    "act": {"about"},
}
"""Fields that no page shows; what the commands do not put into documents."""


TEMPLATES = templates()
"""All that are built in."""


class Sites(NamedTuple):
    """Sites in one folder, for each template: of hostile journals, and of harmless ones."""

    folder: Path
    texts: dict[str, tuple[str, str]]

    def page(self, path: str, site: str = "hostile", template: str = "triage") -> Path:
        """A file of a site."""
        return self.folder / template / site / path


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """Journals of two texts each, in every field of their main part and of their addendum."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = {f"journal-{number:03}": pair for number, pair in enumerate(PAIRS)}
    with pytest.MonkeyPatch.context() as patch:
        program = Program(folder, patch)
        for name, chosen in (("hostile", texts), ("harmless", dict.fromkeys(list(texts)[:2], TWINS))):
            program.set("TRIAGE_STORE", str(folder / f"{name}.db"))
            store, redactor = new_store(folder / f"{name}.db"), Remembering()
            store._link.db.execute("PRAGMA synchronous = OFF")  # a disk that is quick enough for a test
            for number, (slug, pair) in enumerate(chosen.items()):
                record(store, pair, slug=slug, seed=10 * number, redactor=redactor)
            store.close()
            patch.setattr(checking, "refuse_errors", lambda *_: None)  # what they say is wrong on purpose
            for template in TEMPLATES:
                write_target(program, template, folder / template / name)
                done = program.run("publish", "--all")
                assert done.code == 0, done.err
    return Sites(folder, texts)


def write_target(program: Program, template: str, folder: Path) -> None:
    """Configure the one place to publish to, and by which template."""
    config = program.home / "config/triage/triage.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f"[publish.site]\nto = '{folder}'\ntemplate = '{template}'\n")


@pytest.fixture(scope="module")
def watched(sites: Sites) -> Iterator[Window]:
    """A window of Chromium on both sites."""
    with chromium() as browser, window(browser, sites.folder) as opened:
        yield opened


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_page_of_a_journal_lets_a_text_be_more_than_text(sites, watched, template):
    watched.open(sites.page("journals/journal-000/index.html", "harmless", template))
    harmless = watched.learn()
    found = []
    for slug, pair in sites.texts.items():
        watched.open(sites.page(f"journals/{slug}/index.html", template=template))
        found += [(pair, each) for each in wrong(watched.look(), harmless, pair)]

    assert found == []


@pytest.mark.parametrize("path", LISTS)
def test_no_list_of_journals_lets_a_text_be_more_than_text(sites, watched, path):
    watched.open(sites.page(path, "harmless"))
    harmless = watched.learn()
    watched.open(sites.page(path))
    seen = watched.look()

    assert len(seen.words) > len(harmless.words)
    assert wrong_list(seen, harmless, sites.texts) == []


def test_the_choices_of_a_facet_are_the_texts(sites, watched):
    watched.open(sites.page("index.html"))
    choices = watched.page.eval_on_selector_all("#severity option", "all => all.map(one => one.textContent)")
    wanted = {f"{legible(main)} (1)" for main, _ in sites.texts.values()}

    assert {"".join(one.split()) for one in choices[1:]} == {"".join(one.split()) for one in wanted}


def search(watched: Window, text: str) -> None:
    """Type a text into the search, and wait for what it says."""
    watched.page.fill("#text", "")
    watched.page.locator("#results").wait_for(state="hidden")
    watched.page.fill("#text", text)
    watched.page.locator("#found", has_text="journals").wait_for()


def test_what_the_search_finds_is_text(sites, watched):
    watched.open(sites.page("index.html", "harmless"))
    search(watched, "journal")
    watched.page.locator("#found", has_text="2 of 2").wait_for()
    harmless = watched.learn()
    watched.open(sites.page("index.html"))
    search(watched, "journal")
    watched.page.locator("#found", has_text=f"{len(PAIRS)} of {len(PAIRS)}").wait_for()
    seen = watched.look()

    assert wrong_list(seen, harmless, sites.texts) == []


def test_a_hostile_text_can_be_searched_for(sites, watched):
    watched.open(sites.page("index.html", "harmless"))
    search(watched, TWINS[0])
    harmless = watched.learn()
    watched.open(sites.page("index.html"))
    for text in [main for main, _ in PAIRS][::6]:
        search(watched, " ".join(text.split())[:200] or "x")

    assert list(wrong_anywhere(watched.look(), harmless)) == []


def test_the_feed_is_a_feed_with_every_title(sites, watched):
    path = sites.page("feed.xml")
    nodes = minidom.parse(str(path)).getElementsByTagName("title")
    titles = [each.firstChild.data for each in nodes]
    watched.open(path)

    assert len(titles) == 1 + min(len(PAIRS), 50)
    assert set(titles[1:]) <= {f"OPEN: {as_title(main)}" for main, _ in PAIRS}
    assert watched.look().sprung == ("no trap",) or not watched.look().sprung


def as_title(text: str) -> str:
    """A text on one line, as a feed has it."""
    return legible(
        text.replace("\r\n", " ").translate(dict.fromkeys(map(ord, "\r\n\t\u2028\u2029\x85"), " "))
    )


@pytest.mark.parametrize("page", [*TEMPLATES, "index.html", "obligations.html"])
def test_with_the_escaping_switched_off_the_policy_alone_lets_no_script_run(sites, watched, page):
    is_list = page not in TEMPLATES
    path = sites.page(page, "harmless") if is_list else small(sites.folder, page)
    page, raw = path.read_text(encoding="utf-8"), path.with_name("unescaped.html")
    raw.write_text(page, encoding="utf-8")
    watched.open(raw)
    harmless = watched.learn()
    found = []
    for text in TEXTS[::4] if is_list else TEXTS:
        raw.write_bytes(unescaped(page, text).encode("utf-8", "backslashreplace"))
        watched.open(raw)
        watched.poke()
        found += [(text, each) for each in watched.scripts(harmless)]

    assert unescaped(page, TEXTS[0]).count(TEXTS[0]) > 1
    assert found == []


def test_without_the_policy_the_same_scripts_would_run(sites, watched):
    page = small(sites.folder, "triage").read_text(encoding="utf-8")
    raw = sites.folder / "unguarded.html"
    start = page.index('<meta http-equiv="Content-Security-Policy"')
    guarded = page[start : page.index(">", start) + 1]
    raw.write_text(unescaped(page, "<img src=x onerror=alert(1)>").replace(guarded, ""), encoding="utf-8")
    watched.open(raw)
    watched.page.wait_for_function("sprung.length > 0")

    assert set(watched.look().sprung) == {"alert"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_field_that_takes_a_text_is_on_the_page_or_known_not_to_be(store, monkeypatch, template):
    fields = [each for each in text_fields() if each.field.type != "object"]
    for each in fields:
        word = f"{each.kind}of{each.name}s"
        monkeypatch.setitem(APART, each[:2], lambda text, each=each, word=word: SAID[each.field.type](word))
    place = record(store, TWINS, slug="marked", seed=1, redactor=Remembering())
    report = Report.from_events(store.events(place.journal, output=True))
    page = render(report, template=template, format="html")
    unshown: dict[str, set[str]] = {}
    for kind, name, _ in fields:
        if f"{kind}of{name}s" not in page:
            unshown.setdefault(kind, set()).add(name)

    assert unshown == UNSHOWN


def test_a_field_of_a_type_that_nobody_knows_is_an_error(store, monkeypatch):
    fields = {**KINDS["entry"].fields, "poem": Field("poem", "a new one")}
    monkeypatch.setitem(KINDS, "entry", Kind("self", fields))
    with pytest.raises(KeyError, match="poem"):
        record(store, TWINS, slug="one", seed=1, redactor=Remembering())
