"""`triage publish`: what stands in a folder after it, and what it never does."""

import hashlib
import json
import os
import random
import re
import resource
import subprocess
import sys
from pathlib import Path
from xml.dom import minidom

import pytest
from program import SCRIPT

from triage.redact import Redactor
from triage.render import Style
from triage.usecases.pages import Manner, journal_files
from triage.usecases.recorder import Said

SEEDS = int(os.environ.get("TRIAGE_SEEDS", "6"))
SLUG = "velvet-first-deploy"


def tree(folder):
    """Every published file with its bytes; the manifest and its lock are not among them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and ".triage" not in path.parts
    }


@pytest.fixture
def site(journal):
    """A folder to which the journal was published."""
    journal("log", "Deploy begun")
    journal("publish", "--to", "./site")
    return journal.work / "site"


def test_a_journal_is_published_with_its_documents_its_record_and_its_checkpoint(site):
    assert sorted(os.listdir(site / "journals" / SLUG)) == [
        "checkpoint.json", "index.html", "record.jsonl", "report.json", "report.md",
    ]  # fmt: skip


def test_the_site_has_index_obligations_feed_and_data(site):
    assert sorted(name for name in os.listdir(site) if name != ".triage") == [
        ".nojekyll", "archive", "data", "feed.xml", "index.html", "index.json", "journals", "llms.txt",
        "obligations.html", "search.js",
    ]  # fmt: skip


def test_a_second_publication_changes_nothing(journal, site):
    before = {path: os.stat(path).st_mtime_ns for path in Path(site).rglob("*")}

    assert journal.json("publish", "--to", "./site")["changes"] == []
    assert {path: os.stat(path).st_mtime_ns for path in Path(site).rglob("*")} == before


def test_after_one_event_that_journal_the_index_and_the_feed_are_written(journal, site):
    journal("open", "Another", "--slug", "another")
    journal("publish", "another", "--to", "./site")
    journal("log", "one more", "--journal", SLUG)
    changed = {each["path"] for each in journal.json("publish", SLUG, "--to", "./site")["changes"]}

    assert {path for path in changed if "another" in path} == set()
    assert {"index.html", "feed.xml", "index.json", f"journals/{SLUG}/index.html"} <= changed


def test_a_dry_run_changes_nothing(journal, site):
    before = tree(site)
    journal("log", "one more")
    told = journal("publish", "--to", "./site", "--dry-run")

    assert f"change  journals/{SLUG}/report.md" in told
    assert tree(site) == before


@pytest.mark.parametrize(
    "text",
    [
        "connect to postgresql://payments:hunter2-prod@db1/payments failed",
        "see ghp_abcdefghijklmnopqrstuvwxyz0123456789 there",
        "sent Authorization: Bearer abcdef0123456789abcdef and password=Tr0ub4dor-and-3",
    ],
)
def test_a_journal_in_which_a_secret_was_redacted_is_published_again_and_again(journal, text):
    journal("log", text)
    journal("publish", "--to", "./site")

    assert journal.run("publish", "--to", "./site").code == 0
    journal("log", "another line")
    assert journal.run("publish", "--to", "./site").code == 0


def test_the_same_record_gives_the_same_bytes_whatever_was_published_before(journal, site):
    journal("open", "Another", "--slug", "another")
    journal("action", "Rotate the key", "--owner", "ann")
    journal("publish", "another", "--to", "./site")
    journal("set", "slug=renamed", "--journal", SLUG)
    journal("publish", "--all", "--to", "./site")
    journal("publish", "--all", "--to", "./fresh")

    assert tree(site) == tree(journal.work / "fresh")


CHANGES = (
    ("log", "a line about {n}"), ("action", "Rotate key {n}", "--owner", "ann"), ("block", "Rotate", "stuck {n}"),
    ("set", "slug=name-{n}"), ("set", "severity=sev{n}"), ("resolve",), ("reopen",), ("addendum", "Later {n}"),
    ("issue", "1{n}", "open"), ("open", "Journal {n}", "--at", "2025-0{n}-05T10:00:00Z"), ("purge", "e2"),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_changed_in_between_the_site_is_as_if_it_were_published_at_once(journal, seed):
    choose = random.Random(seed)
    for _ in range(12):
        change = [part.format(n=choose.randint(1, 9)) for part in choose.choice(CHANGES)]
        slugs = [row["journal"] for row in map(json.loads, journal("list", "--json").splitlines())]
        slug = choose.choice(slugs)
        journal.run(*change, *([] if change[0] == "open" else ["--journal", slug]))
        if choose.random() < 0.6:
            journal.run("publish", slug, "--to", "./site")
    journal("publish", "--all", "--to", "./site")
    journal("publish", "--all", "--to", "./fresh")

    assert tree(journal.work / "site") == tree(journal.work / "fresh")


def test_documents_are_of_the_events_that_their_checkpoint_names(store, recorder):
    recorder.record(Said("entry", {"text": "before"}))
    row = store.journal(recorder.place.journal)
    recorder.record(Said("entry", {"text": "meanwhile"}))
    summary, made = journal_files(store, row, Manner("triage", Style(), ()), Redactor(b"k" * 32))

    assert (summary.events, summary.heads) == (row.events, row.heads)
    assert all(b"meanwhile" not in file.data for file in made)


def test_a_journal_of_another_name_leaves_nothing_at_its_old_place(journal, site):
    journal("set", "slug=renamed")
    journal("publish", "--to", "./site")

    assert os.listdir(site / "journals") == ["renamed"]


def test_two_journals_may_change_their_names(journal, site):
    journal("open", "Another", "--slug", "another")
    journal("publish", "--all", "--to", "./site")
    journal("set", "slug=spare", "--journal", SLUG)
    journal("set", f"slug={SLUG}", "--journal", "another")
    journal("publish", SLUG, "--to", "./site")

    assert "# Another" in (site / "journals" / SLUG / "report.md").read_text()
    assert sorted(os.listdir(site / "journals")) == ["spare", SLUG]


def test_what_somebody_else_changed_is_never_overwritten(journal, site):
    page = site / "journals" / SLUG / "report.md"
    page.write_text("mine\n")
    journal("log", "one more")
    code, line = journal.refused("publish", "--to", "./site")

    assert code == 5
    assert f"journals/{SLUG}/report.md at ./site was changed by somebody else: theirs" in line
    assert page.read_text() == "mine\n"


def test_a_file_of_somebody_else_at_a_place_of_ours_is_never_overwritten(journal):
    (journal.work / "site").mkdir()
    (journal.work / "site" / "index.html").write_text("mine\n")

    assert journal.refused("publish", "--to", "./site")[0] == 5
    assert tree(journal.work / "site") == {"index.html": b"mine\n"}


def test_an_index_that_would_show_a_secret_is_not_published(journal):
    journal("open", "The badge ACME-123456 was lost", "--slug", "badge")
    journal("publish", "--all", "--to", "./site")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        "[[redact.rules]]\nname = 'badge'\npattern = 'ACME-(?P<secret>[0-9]{6})'\nhints = ['acme-']\n"
    )
    before = tree(journal.work / "site")
    journal("log", "More", "--journal", SLUG)
    code, line = journal.refused("publish", SLUG, "--to", "./site")

    assert (code, "a secret of badge: in 'title', by the rule badge" in line) == (6, True), line
    assert "123456" not in line
    assert tree(journal.work / "site") == before


def test_words_that_only_the_search_puts_beside_each_other_are_no_secret(journal):
    public = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDx7kQ2mX9vTz3bLw5rYc8n"
    journal("log", "A record has v=DKIM1; k=rsa; and a key")
    journal("log", "The vault has account_api_key")
    journal("log", f"A record has v=DKIM1; k=rsa; p={public}")
    journal("publish", "--all", "--to", "./site")
    data = next((journal.work / "site" / "data").glob("*.js")).read_text()

    assert f"vault account_api_key p={public.casefold()}" in data


def test_what_a_facet_would_show_of_any_journal_is_looked_at(journal):
    journal("open", "Another", "--slug", "another", "--service", "acme-123456")
    journal("publish", "--all", "--to", "./site")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        "[[redact.rules]]\nname = 'badge'\npattern = 'acme-(?P<secret>[0-9]{6})'\nhints = ['acme-']\n"
    )
    code, line = journal.refused("publish", SLUG, "--to", "./site")

    assert (code, "would show a secret as a service, by the rule badge" in line) == (6, True), line


WORDS = (
    "token",
    "api_key",
    "secret",
    "the bearer",
    "authorization",
    "password",
    "kind: Secret",
    "access key",
)
"""What a text may end with, and what stands beside it is a name, a time or an id of ours."""


@pytest.mark.parametrize("word", WORDS)
def test_no_field_makes_a_secret_of_what_an_index_or_a_page_puts_beside_it(journal, word):
    journal("open", f"Rotate the {word}", "--slug", "rotate", "--service", word, "--type", "deploy")
    journal("set", f"lead={word}", "impact=v41 is Broken12", f"severity={word}", "--journal", "rotate")
    for number in range(3):
        journal(
            "did", f"Rotate the {word}", f"v4{number}", "--env", word, "--at", f"2026-05-05T04:1{number}:00Z"
        )
        journal("action", f"Rotate the {word}", "--owner", word)
        journal("blocker", f"No {word}", "--error", "v41-3fa2b is Broken12")
    journal("issue", "1129", "open", "--title", f"Rotate the {word}")
    journal("addendum", f"Another {word}")
    journal("log", f"Rotated the {word}", "v41-3fa2b9c0d1e2f3a4")
    for form in ("html", "md", "json"):
        assert journal.run("render", "--format", form).code == 0
    for line in ("first", "second"):
        journal("publish", "--all", "--to", "./site")
        journal("log", line, "--journal", SLUG)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_in_the_place_of_ours_is_named(journal, make):
    (journal.work / "site").mkdir()
    make(journal.work / "site" / "index.html")
    code, line = journal.refused("publish", "--to", "./site")

    assert (code, "index.html at ./site is no file; remove what stands there" in line) == (5, True)


def test_a_full_disk_says_where_room_is_missing(journal):
    (journal.work / "small").mkdir()
    journal.set("TMPDIR", str(journal.work / "small"))
    journal.set("PYTHONDONTWRITEBYTECODE", "1")  # Python itself would leave half of a file behind
    journal("log", "x" * 20_000)
    ran = journal.start("publish", "--to", "./site", preexec_fn=small_files)

    assert ran.code == 75
    assert f"cannot lay documents aside in {journal.work / 'small'}" in ran.err
    assert not (journal.work / "site" / "index.html").exists()


def small_files():
    """Let no file of this process be larger than 4 KiB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_other_files_of_the_folder_stay(journal, site):
    (site / "CNAME").write_text("docs.example\n")
    journal("log", "one more")
    journal("publish", "--to", "./site")

    assert (site / "CNAME").read_text() == "docs.example\n"


def test_a_site_that_was_removed_is_published_whole(journal, site):
    before = tree(site)
    subprocess.run(["rm", "-r", str(site)], check=True)
    journal("publish", "--to", "./site")

    assert tree(site) == before


def test_a_store_that_does_not_know_what_was_published_is_told_so(journal, site):
    other = ["--store", str(journal.work / "other.db")]
    journal("open", "Elsewhere", *other)
    code, line = journal.refused("publish", "--all", "--to", "./site", *other)

    assert code == 5
    assert f"theirs holds {SLUG} at 2 events" in line


def test_a_store_that_imported_what_was_published_may_publish(journal, site):
    other = ["--store", str(journal.work / "other.db")]
    journal("import", str(site / "journals" / SLUG / "record.jsonl"), *other)
    journal("publish", "--all", "--to", "./site", *other)

    assert os.listdir(site / "journals") == [SLUG]


def test_an_older_copy_of_the_record_never_replaces_a_newer_publication(journal, site):
    journal("export", "-o", "old.jsonl")
    journal("log", "newer")
    journal("publish", "--to", "./site")
    other = ["--store", str(journal.work / "other.db")]
    journal("import", "old.jsonl", *other)
    code, line = journal.refused("publish", "--all", "--to", "./site", *other)

    assert code == 5
    assert f"theirs {SLUG} at 3 events" in line
    assert f"ours {SLUG} at 2 events" in line


def test_a_document_that_would_show_a_secret_is_not_published(journal):
    folder = journal.work / ".triage" / "templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text("# {{ report.main.header.title }}\n\npassword=Tr0ub4dor-and-3\n")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        '[publish.docs]\nto = "./site"\ntemplate = "mine"\n'
    )
    journal("open", "Here", "--slug", "here", "--store", str(journal.work / ".triage/triage.db"))
    code, _ = journal.refused("publish", "here", "--store", str(journal.work / ".triage/triage.db"))

    assert code == 6
    assert not (journal.work / "site").exists()


def test_after_a_purge_what_was_deleted_is_neither_in_the_store_nor_in_the_site(journal, site):
    journal("log", "the word is swordfish")
    journal("publish", "--to", "./site")
    journal("purge", "last", "--reason", "a password")
    stores = b"".join(path.read_bytes() for path in (journal.home / "data/triage").iterdir())
    journal("open", "Another", "--slug", "another")
    told = journal.run("publish", "another", "--to", "./site").err

    assert "with what was purged, or had to make room, since: velvet-first-deploy" in told
    assert b"swordfish" not in stores
    assert b"swordfish" not in b"".join(tree(site).values())


def test_the_feed_is_atom_with_an_entry_for_each_journal(site):
    feed = minidom.parse(str(site / "feed.xml"))

    assert feed.documentElement.namespaceURI == "http://www.w3.org/2005/Atom"
    assert len(feed.getElementsByTagName("entry")) == 1
    assert [each.firstChild.data for each in feed.getElementsByTagName("title")] == [
        "Triage",
        "OPEN: Velvet first deploy",
    ]


def test_the_index_is_also_json(site):
    index = json.loads((site / "index.json").read_text())

    assert [each["page"] for each in index["latest"]] == [f"journals/{SLUG}/index.html"]
    assert all((site / page["data"]).exists() for page in index["pages"])


def test_the_checkpoint_names_the_files_by_their_hashes(site):
    folder = site / "journals" / SLUG
    checkpoint = json.loads((folder / "checkpoint.json").read_text())

    assert (checkpoint["slug"], checkpoint["events"]) == (SLUG, 2)
    assert checkpoint["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("report.md", "report.json", "record.jsonl", "index.html")
    }


def test_what_is_open_is_an_obligation_of_the_site(journal, site):
    journal("action", "Approve the budget", "--owner", "Ann")
    journal("issue", "1129", "open")
    journal("publish", "--to", "./site")
    page = (site / "obligations.html").read_text()

    assert "Must act: Ann" in page
    assert re.search(rf'href="journals/{SLUG}/index.html#e-[0-9a-f]{{8}}">Approve the budget', page)
    assert "#1129" in page


def test_the_front_page_names_few_obligations_of_a_journal_and_its_month_all(journal):
    for number in range(15):
        journal("action", f"Step {number}")
    journal("publish", "--to", "./site")
    front, month = (journal.work / "site" / path for path in ("obligations.html", "obligations/2026-05.html"))

    assert "and 3 more" in front.read_text()
    assert (front.read_text().count(">Step "), month.read_text().count(">Step ")) == (12, 15)


def test_the_classification_is_a_banner_on_every_page(journal):
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        '[publish.docs]\nto = "./site"\nclassification = "TLP:AMBER"\n'
    )
    journal("publish")
    pages = [path.read_text() for path in (journal.work / "site").rglob("*.html")]

    assert len(pages) == 4
    assert all(
        '<aside class="banner" aria-label="Classification">TLP:AMBER</aside>' in page for page in pages
    )


def test_the_form_markdown_has_a_file_a_journal_with_front_matter(journal):
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        '[publish.docs]\nto = "./docs"\nform = "markdown"\n'
    )
    journal("publish")

    assert sorted(tree(journal.work / "docs")) == ["archive/2026-05.md", "index.md", f"{SLUG}.md"]
    assert (
        (journal.work / "docs" / f"{SLUG}.md").read_text().startswith('---\ntitle: "Velvet first deploy"\n')
    )


def test_a_journal_named_index_takes_no_place_from_the_index(journal):
    journal("open", "The index is slow", "--slug", "index")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        '[publish.docs]\nto = "./docs"\nform = "markdown"\n'
    )
    journal("publish", "--all")
    index = (journal.work / "docs" / "index.md").read_text()

    assert "[The index is slow](index.journal.md)" in index
    assert "# The index is slow" in (journal.work / "docs" / "index.journal.md").read_text()


def test_targets_of_a_file_that_is_not_trusted_do_not_count_and_stop_nothing_else(journal):
    journal("init")
    (journal.work / "triage.toml").write_text('[publish.docs]\nto = "./site"\n')
    journal("open", "Here", "--slug", "here")
    code, line = journal.refused("publish", "--to", "docs")

    assert code == 4
    assert "not trusted" in line
    assert not (journal.work / "site").exists()


def test_a_target_of_a_file_that_was_trusted_counts(journal):
    journal("init")
    (journal.work / "triage.toml").write_text('[publish.docs]\nto = "./site"\n')
    journal("open", "Here", "--slug", "here")

    assert "publish to 'docs'" in journal("trust")
    journal("publish")
    assert (journal.work / "site" / "index.html").exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[publish.x]\nform = 'site'", "names no place"),
        ("[publish.x]\nto = 1", "must be a text"),
        ("[publish.x]\nto = 'a'\nform = 'pdf'", "cannot be 'pdf'"),
        ("[publish.x]\ntoo = 'a'", "is not known"),
        ("[publish.x]\ncommand = 'rsync'", "must be a list of words"),
        ("publish = 'a'", "must be tables"),
    ],
)
def test_what_is_wrong_with_a_target_is_said(journal, lines, said):
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(lines)
    code, line = journal.refused("publish")

    assert (code, said in line) == (2, True), line


def test_an_unknown_target_is_answered_with_those_that_there_are(journal):
    code, line = journal.refused("publish", "--to", "dcos")

    assert (code, "no target 'dcos'; the configuration has: none" in line) == (2, True)


def test_hundreds_of_journals_are_published_side_by_side(journal):
    for number in range(40):
        journal("open", f"Work {number}", "--slug", f"work-{number}")
    journal.start("publish", "--all", "--to", "./site")

    assert len(os.listdir(journal.work / "site" / "journals")) == 41


KILLED = """
import os, sys
from triage.publish import folder
from triage.__main__ import main
found = folder.FolderTarget._place
left = int(sys.argv.pop(1))
def place(self, change):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return found(self, change)
folder.FolderTarget._place = place
main()
"""


def named(site):
    """What the index names."""
    return re.findall(r'href="((?:journals|archive)/[^"#]+)"', (site / "index.html").read_text())


@pytest.mark.parametrize("step", range(0, 22, 3))
def test_wherever_a_publication_is_killed_the_index_names_what_is_there_and_the_next_one_mends_it(
    journal, site, step
):
    journal("open", "Another", "--slug", "another")
    journal("log", "more", "--journal", SLUG)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(step), "publish", "--all", "--to", "./site"],
        cwd=journal.work, env=journal.environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode in (0, 9)
    assert all((site / path).exists() for path in named(site))
    journal("log", "and more", "--journal", SLUG)
    journal("publish", "--all", "--to", "./site")
    journal("publish", "--all", "--to", "./fresh")
    assert tree(site) == tree(journal.work / "fresh")


def test_a_publication_of_nothing_says_how_to_compare_what_lies_there(journal, site):
    told = journal.run("publish", "--to", "./site").err

    assert told == "./site is up to date: 1 journal; to compare what lies there: triage verify ./site\n"
    (site / "index.html").write_text("theirs")
    assert journal.run(*told.strip().rpartition("triage ")[2].split()).code == 1


def test_what_a_killed_publication_left_goes_with_the_next_one(journal, site):
    journal("log", "the word is swordfish")
    killed = [sys.executable, "-c", KILLED, "1", "publish", "--all", "--to", "./site"]
    done = subprocess.run(killed, cwd=journal.work, env=journal.environment, timeout=60, check=False)
    left = b"".join(path.read_bytes() for path in site.rglob("*") if path.is_file())
    journal("purge", "last", "--reason", "a password")
    journal("set", "slug=renamed")
    journal("publish", "--all", "--to", "./site")

    assert (done.returncode, b"swordfish" in left) == (9, True)
    assert b"swordfish" not in b"".join(path.read_bytes() for path in site.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["parts", "lock"])
def test_a_publication_follows_no_link_to_what_it_writes(journal, site, name):
    (journal.work / "theirs").mkdir()
    (journal.work / "theirs" / "0").write_text("precious")
    (site / ".triage" / "lock").unlink()
    (site / ".triage" / "parts").rmdir()
    (site / ".triage" / name).symlink_to(journal.work / "theirs" / ("made" if name == "lock" else ""))
    journal("log", "more")

    assert journal.run("publish", "--to", "./site").code in (5, 75)
    assert [path.name for path in (journal.work / "theirs").iterdir()] == ["0"]


def test_two_publications_at_once_both_come_through(journal, site):
    journal("log", "more")
    runs = [
        subprocess.Popen([SCRIPT, "publish", "--to", "./site"], cwd=journal.work, env=journal.environment)
        for _ in range(3)
    ]

    assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
