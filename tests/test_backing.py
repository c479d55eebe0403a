"""Every claim shows how it is backed, and leads to the evidence that bears it out."""

import json
import re

import pytest


def tail(journal, number):
    """The last 8 digits of an event's id, which its anchor and its caption show."""
    return journal.event(number)["id"][-8:]


@pytest.fixture
def proved(journal):
    """A journal with an action, a fix and two rows that are proved."""
    journal.start(
        "run", "--action", "Migrate", "--env", "staging", "--", "sh", "-c", "echo error: no table; exit 1"
    )
    journal.now += 10**15
    journal("fix", "1", "made one", "--at", "unknown")
    journal.start(
        "run", "--action", "Migrate", "--set", "Tables=3", "--title", "Second try", "--", "echo", "ok"
    )
    journal.start("run", "--observe", "Endpoints", "Test=a", "--expect", "404", "--", "printf", "404")
    journal("observe", "Test=b", "Actual=401", "--table", "Endpoints")
    return journal


def evidence(journal):
    """The ids of all evidence, in order."""
    report = json.loads(journal("render", "--format", "json"))
    return [item["event"][-8:] for item in report["main"]["evidence"]]


def test_an_action_leads_to_its_proof_in_markdown(proved):
    _, second, _ = evidence(proved)

    assert f"| DONE (proved by [{second}](#evidence)) |" in proved("render")


def test_a_fix_leads_to_its_proof_and_its_error_to_where_it_was_seen(proved):
    first, second, _ = evidence(proved)
    document = proved("render")

    assert f"- **Status:** FIXED (proved by [{second}](#evidence))\n" in document
    assert f"- **Seen in:** [{first}](#evidence)\n" in document


def test_rows_that_are_backed_differently_say_so_each(proved):
    _, _, third = evidence(proved)
    document = proved("render")

    assert "| Test | Expected | Actual | Backing |" in document
    assert f"| a | 404 | 404 ✓ | proved by [{third}](#evidence) |" in document
    assert "| b |  | 401 | observed |" in document


def test_rows_that_are_backed_alike_by_nothing_to_show_say_so_once(journal):
    journal("observe", "staging", "Release=v1")
    journal("observe", "prod", "Release=v1")

    assert "| prod | v1 |\n\n*Backing: observed*" in journal("render")


def test_the_caption_shows_the_tail_that_the_links_say(proved):
    _, second, _ = evidence(proved)

    assert re.search(rf"^\*\*Second try\*\* · `echo ok` · captured · exit code 0 · \d+ ms · {second}$",
                     proved("render"), re.MULTILINE)  # fmt: skip


def test_a_page_leads_from_the_word_to_the_output(proved):
    _, second, _ = evidence(proved)
    page = proved("render", "--format", "html")

    assert f'<a class="backing proved" href="#e-{second}">proved</a>' in page
    assert f'<pre tabindex="0" id="e-{second}">' in page


def test_evidence_that_a_template_does_not_show_is_named_and_not_linked(proved):
    _, second, _ = evidence(proved)
    folder = proved.work / ".triage/templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text("{{ queue_table(report.main) }}\n")
    store = ["--store", str(proved.home / "data/triage/triage.db"), "--journal", "velvet-first-deploy"]

    assert f"(proved by {second})" in proved("render", "--template", "mine", *store)
    assert 'href="#e-' not in proved("render", "--template", "mine", "--format", "html", *store)


@pytest.mark.parametrize("title", ["Was? Größe", "A -- B", "A & B", "<b>", "snake_case", "1️⃣"])
def test_a_heading_whose_anchor_readers_make_differently_is_not_linked(journal, title):
    journal.start("run", "--action", "Push", "--section", title, "--", "true")
    [only] = evidence(journal)

    assert f"(proved by {only})" in journal("render")


def test_a_second_heading_of_the_same_name_is_not_linked(journal):
    for section in ("Checks", "More > Checks"):
        journal.start("run", "--action", section, "--section", section, "--", "true")
    first, second = evidence(journal)

    assert f"(proved by [{first}](#checks))" in journal("render")
    assert f"(proved by {second})" in journal("render")


def test_many_proofs_are_counted(journal):
    for _ in range(5):
        journal.start("run", "--action", "Push", "--", "true")

    links = ", ".join(f"[{id}](#evidence)" for id in evidence(journal)[:3])
    assert f"(proved by {links}, and 2 more)" in journal("render")


def test_text_cannot_pass_for_a_link_to_evidence(journal):
    journal("log", "componente12345678e and component0123456789abcdef01234567e12345678e")
    journal.start("run", "--", "true")

    assert "componente12345678e and component0123456789abcdef01234567e12345678e" in journal("render")


def test_a_box_of_a_checklist_leads_to_its_proof(journal):
    journal("action", "Tell support", "--group", "After the deploy")
    journal.start("run", "--action", "1", "--", "true")
    [only] = evidence(journal)

    assert f"- [x] Tell support (proved by [{only}](#evidence))" in journal("render")


@pytest.mark.parametrize(
    ("options", "command", "said"),
    [
        ([], ["sh", "-c", "kill -KILL $$"], "captured · killed by SIGKILL · "),
        (["--timeout", "1"], ["sleep", "20"], "captured · its time was up · killed by SIGTERM · "),
        (["--no-output"], ["echo", "x"], "2 bytes, not kept; salted SHA-256 "),
        (["--env", "staging"], ["echo", "x"], "captured on staging · exit code 0"),
    ],
)
def test_a_caption_says_how_it_ended(journal, options, command, said):
    journal.start("run", *options, "--", *command, timeout=30)

    assert said in journal("render")
    assert said in journal("render", "--format", "html")


def test_a_caption_says_where_no_end_was_recorded(journal):
    journal("record", "-", stdin=json.dumps(
        {"kind": "evidence", "fields": {"command": "make", "origin": "captured", "state": "running", "output": "x"}}
    ))  # fmt: skip

    assert "`make` · captured · no end was recorded · " in journal("render")


def test_lines_of_standard_error_are_told(journal):
    script = "echo 1; sleep 0.2; echo 2 >&2; echo 3 >&2; sleep 0.2; echo 4; sleep 0.2; echo 5 >&2"
    journal.start("run", "--", "sh", "-c", script)

    assert "standard error: lines 2-3, 5" in journal("render")
    assert "```text\n1\n2\n3\n4\n5\n```" in journal("render")
    assert '1\n<span class="err">2</span>\n<span class="err">3</span>\n4' in journal(
        "render", "--format", "html"
    )
