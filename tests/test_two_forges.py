"""A journal that names one repository at two forges: every view of it tells the same."""

import json

import pytest
from fake_forge import at_home
from fake_github import serving

PUBLIC = "https://github.com/acme/velvet/issues/7"
OTHER = "https://git.example.org/acme/velvet/issues/7"
SHORT = "acme/velvet#7"


@pytest.fixture
def github():
    """The forge of github.com."""
    with serving() as fake:
        yield fake


@pytest.fixture
def enterprise():
    """The forge of git.example.org."""
    with serving() as fake:
        yield fake


@pytest.fixture
def here(journal, github, enterprise):
    """A journal whose folder has its home at github.com, and which named git.example.org first."""
    apis = {"github.com": github.address, "git.example.org": enterprise.address}
    at_home(journal, "https://github.com/acme/cart/issues/{ref}", apis)
    journal("issue", OTHER, "open", "broken there")
    journal("issue", PUBLIC, "closed", "mended here")
    return journal


def test_the_document_has_a_row_for_each(here):
    table = here("render").partition("## Issues status")[2].partition("\n## ")[0]

    rows = [line for line in table.splitlines() if "/issues/7" in line]
    assert [("OPEN" in row, "CLOSED" in row) for row in rows] == [(True, False), (False, True)]


def test_what_names_no_host_is_told_of_the_one_that_was_named_first(here):
    here("issue", SHORT, "closed", "mended there")

    states = {i["ref"]: i["state"] for i in json.loads(here("render", "--format", "json"))["main"]["issues"]}

    assert states == {SHORT: "closed", PUBLIC: "closed"}


def test_what_names_no_host_is_a_link_to_it(here):
    here("log", f"Looked at {SHORT} and acme/cart#8")

    row = next(line for line in here("render").splitlines() if "Looked at" in line)

    assert f"[{SHORT}]({OTHER})" in row
    assert "[acme/cart#8](https://github.com/acme/cart/issues/8)" in row


def test_what_names_no_host_is_asked_for_there(here, github, enterprise):
    enterprise.add("acme/velvet", 7, "Of the other forge", state="closed", closed_at="2026-05-05T12:00:00Z")
    github.add("acme/velvet", 7, "Of the public one", state="closed", closed_at="2026-05-05T12:00:00Z")

    here("refresh", SHORT)

    assert (len(enterprise.asked), len(github.asked)) == (1, 0)
    issues = json.loads(here("render", "--format", "json"))["main"]["issues"]
    assert [(issue["ref"], issue["title"], issue["state"]) for issue in issues] == [
        (OTHER, "Of the other forge", "closed"),
        (PUBLIC, "", "closed"),
    ]


def test_both_are_refreshed_and_neither_twice(here, github, enterprise):
    enterprise.add("acme/velvet", 7, "Of the other forge")
    github.add("acme/velvet", 7, "Of the public one")
    here("issue", SHORT)

    here("refresh")

    assert (len(enterprise.asked), len(github.asked)) == (1, 1)


def test_what_is_open_is_the_same_for_status_and_for_a_hand_off(here):
    here("issue", PUBLIC, "open")

    for view in (here("status"), here("brief")):
        assert (OTHER in view, PUBLIC in view) == (True, True)


def test_a_search_finds_what_was_said_of_each(here):
    assert "broken there" in here("search", "broken")
    assert "mended here" in here("search", "mended")


def test_checks_take_neither_for_the_other(here):
    here("blocker", "Gone", "--pr", "https://git.example.org/acme/velvet/pull/9")
    here("fix", "1", "put back")
    here("issue", "https://git.example.org/acme/velvet/pull/9", "merged")
    here("issue", "https://github.com/acme/velvet/issues/9", "open", "--type", "issue")
    here("set", "summary=PR #9 was merged, and #7 is closed.")

    found = [item["code"] for item in json.loads(here.run("check", "--json").out or "[]")]

    assert not {"TR103", "TR401", "TR408"} & set(found)


def test_a_note_that_names_them_anew_adds_nothing(here):
    note = f"# Related\n\n| Issue | Status |\n|---|---|\n| {OTHER} | OPEN — broken there |\n| {PUBLIC} | CLOSED — mended here |\n"
    (here.work / "note.md").write_text(note)
    before = len(here.events())

    here("write", "note.md")

    assert len(here.events()) == before


def test_a_note_that_names_two_hosts_first_keeps_both(journal):
    journal("issue", SHORT, "open")
    (journal.work / "note.md").write_text(
        f"# Related\n\n| Issue | Status |\n|---|---|\n| {OTHER} | OPEN |\n| {PUBLIC} | OPEN |\n"
    )

    journal("write", "note.md")

    issues = json.loads(journal("render", "--format", "json"))["main"]["issues"]
    assert [issue["ref"] for issue in issues] == [OTHER, PUBLIC]


def test_both_are_published(here, tmp_path):
    here("publish", "--to", str(tmp_path / "site"))

    page = next((tmp_path / "site").rglob("report.md")).read_text()
    assert (OTHER in page, PUBLIC in page) == (True, True)


@pytest.mark.parametrize(
    "pr", ["!12", "acme/shop/velvet!12", "https://git.example.org/acme/velvet/pull/9", "#9"]
)
def test_a_document_is_read_back_with_the_references_that_it_names(journal, pr):
    journal("open", "Velvet first deploy")
    journal("issue", OTHER, "open", "broken there")
    journal("blocker", "Gone", "--issue", OTHER, "--pr", pr)
    journal("issue", pr, "merged")
    journal("fix", "1", "put back")
    journal("issue", OTHER, "closed", "mended")
    (journal.work / "page.md").write_text(journal("render"))

    journal("import", "page.md", "--slug", "again")

    told = [
        json.loads(journal("render", slug, "--format", "json"))["main"]
        for slug in ("velvet-first-deploy", "again")
    ]
    names = ("ref", "type", "state", "note", "closed_by")
    issues = [[tuple(issue[name] for name in names) for issue in main["issues"]] for main in told]
    assert issues[0] == issues[1]
    assert [main["blockers"][0]["pr"] for main in told] == [pr, pr]
