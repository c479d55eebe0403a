"""Every claim shows how it is backed, and leads to the evidence that bears it out."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from triage.render.anchors import Words
from triage.render.caption import size


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

    assert re.search(rf"^\*\*Second try\*\* · `echo ok` · captured · exit code 0 · \d+ ms · 1 line, 3 bytes · {second}$",
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
    assert f'href="#e-{second}' not in proved("render", "--template", "mine", "--format", "html", *store)


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
        (["--timeout", "1"], ["sleep", "20"], "captured · timed out, killed by SIGTERM · "),
        (["--no-output"], ["echo", "x"], "2 bytes, output not kept; salted SHA-256 "),
        (["--env", "staging"], ["echo", "x"], "captured on staging · exit code 0"),
    ],
)
def test_a_caption_says_how_it_ended(journal, options, command, said):
    journal.start("run", *options, "--", *command, timeout=30)

    assert said in journal("render")
    assert said in journal("render", "--format", "html")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "interrupted", "signal": "SIGINT"}, "captured · interrupted by SIGINT · "),
        ({"state": "interrupted", "exit_code": 130}, "captured · interrupted, exit code 130 · "),
        ({"state": "timeout", "exit_code": 3}, "captured · timed out, exit code 3 · "),
        ({"state": "exited", "exit_code": 3}, "captured · exit code 3 · "),
    ],
)
def test_a_caption_says_each_end_in_one_go(journal, fields, said):
    journal("record", "-", stdin=json.dumps(
        {"kind": "evidence", "fields": {"command": "make", "origin": "captured", "output": "x", **fields}}
    ))  # fmt: skip

    assert said in journal("render")


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


def leads_to(text, word="w"):
    """Where the link to the one piece of evidence of a document leads; '' where it is its tail alone."""
    words = Words(word)
    document = text.replace("LINK", words.link("0" * 8)).replace("HERE", words.place("0" * 8))
    found = re.search(r"\(#(.*?)\)", words.resolved(document))
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("## Evidence", "evidence"),
        ("## Staging deploy (final)", "staging-deploy-final"),
        ('## Pre-state, v1.2: "ok"!', "pre-state-v12-ok"),
        ("## Remediation ([#1144](https://example.org/1144)) ##", "remediation-1144"),
        ("Underlined\n----------", "underlined"),
        ("## A\n\n**deeper than headings go**", "a"),
        ("## A\n\n```sh\n# comment\n```", "a"),
        ("no heading", ""),
        ("## snake\\_case", ""),
        ("## `code`", ""),
        ("## Größe", ""),
        ("## A {#other}", ""),
        ("## ", ""),
    ],
)
def test_a_link_leads_to_the_heading_above_the_evidence(heading, anchor):
    assert leads_to(f"LINK\n\n{heading}\n\nHERE\n") == anchor


@pytest.mark.parametrize(
    ("earlier", "heading"),
    [
        ("## Evidence", "Evidence"),
        ("## EVIDENCE!", "Evidence"),
        ("###### Evidence\\*", "Evidence"),
        ("## *Evidence*", "Evidence"),
        ("## _Evidence_", "Evidence"),
        ("## `Evidence`", "Evidence"),
        ("## [Evidence](https://example.org)", "Evidence"),
        ("## Évidence", "Evidence"),
        ("Evidence\n===", "Evidence"),
        ("# Evidence #", "Evidence"),
        ("## Other {#evidence}", "Evidence"),
        ("text\n{: #evidence .x }", "Evidence"),
        ("## Check\n\n## Check", "Check 1"),
        ("## Check\n\n## Check\n\n## Check", "Check 2"),
    ],
)
def test_a_name_that_an_earlier_heading_may_have_taken_is_not_linked(earlier, heading):
    assert leads_to(f"LINK\n\n{earlier}\n\n## {heading}\n\nHERE\n") == ""


def test_evidence_that_is_shown_twice_is_linked_where_it_stands_first():
    assert leads_to("LINK\n\n## One\n\nHERE\n\n## Two\n\nHERE\n") == "one"


def test_a_heading_in_a_text_that_people_wrote_cannot_draw_the_links_to_itself(journal):
    journal("set", "summary=# Evidence\n\nNothing to see here.")
    journal.start("run", "--action", "Push", "--", "true")
    [only] = evidence(journal)

    assert f"(proved by {only})" in journal("render")


def test_evidence_below_the_deepest_heading_is_linked_to_that(journal):
    journal.start("run", "--action", "Push", "--section", "A > B > C > D > E > F > G", "--", "true")
    [only] = evidence(journal)

    assert f"(proved by [{only}](#e))" in journal("render")


def test_a_template_with_headings_of_its_own_gets_the_links(journal):
    journal.start("run", "--action", "Push", "--", "true")
    [only] = evidence(journal)
    folder = journal.home / "config/triage/templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text(
        "{{ heading(1, 'T') }}\n\n{{ queue_table(report.main) }}\n\n## Proof\n\n"
        "{% for item in report.main.evidence %}{{ evidence(item) }}{% endfor %}\n"
    )

    assert f"(proved by [{only}](#proof))" in journal("render", "--template", "mine")


def test_a_title_that_repeats_the_word_of_an_earlier_document_is_text(journal):
    from triage.render import word
    from triage.report import Report
    from triage.store import open_store

    store = open_store(str(journal.home / "data/triage/triage.db"), clock=lambda: 0, entropy=bytes)
    before = word(Report.from_events(store.events(store.journals()[0].id)))
    store.close()
    text = f"{before}to01234567x {before}at01234567x {before}x0x"
    journal("action", text)

    assert f"| 1 | {text} | TODO |" in journal("render")
    assert f"<td>{text}<td>" in journal("render", "--format", "html")


HOSTILE = "a | b ` c ``` [x](y) <b> **d** # e"


def test_a_title_of_marks_stays_a_title(journal):
    journal.start("run", "--action", HOSTILE, "--title", HOSTILE, "--section", HOSTILE, "--", "echo", HOSTILE)
    [only] = evidence(journal)
    document, page = journal("render"), journal("render", "--format", "html")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(document)

    assert len([token for token in tokens if token.type == "fence"]) == 1
    assert "html_inline" not in [child.type for token in tokens for child in token.children or ()]
    assert f"(proved by {only})" in document
    assert f'<a class="backing proved" href="#e-{only}">proved</a>' in page
    assert "<b>" not in page


def test_boxes_that_are_backed_alike_by_nothing_to_show_say_so_once(journal):
    for title in ("Tell support", "Tell sales"):
        journal("did", title, "--group", "After the deploy")
    journal("action", "Sleep", "--group", "After the deploy")

    assert "- [x] Tell support\n- [x] Tell sales\n- [ ] Sleep\n\n*Backing: asserted*\n" in journal("render")


def test_boxes_that_are_backed_differently_say_so_each(journal):
    journal("did", "Tell support", "--group", "After")
    journal("did", "Turn on", "Flag=on", "--env", "prod", "--group", "After")
    journal("action", "Sleep", "--group", "After")
    document = journal("render")

    assert (
        "- [x] Tell support (asserted)\n- [x] Turn on (prod) — Flag on (observed)\n- [ ] Sleep\n" in document
    )


def test_a_box_that_was_skipped_claims_nothing(journal):
    journal("action", "Sleep", "--group", "After")
    journal("skip", "1", "no time")

    assert "Backing" not in journal("render").partition("## After")[2]


def test_rows_that_one_piece_of_evidence_backs_lead_there_once(journal):
    journal("evidence", "-", "--title", "Releases", stdin="v1 v2\n")
    journal("observe", "staging", "Release=v1", "--evidence", "e2")
    journal("observe", "prod", "Release=v2", "--evidence", "e2")
    [only] = evidence(journal)

    assert f"| prod | v2 |\n\n*Backing: observed by [{only}](#evidence)*" in journal("render")
    assert f'<em>Backing: observed by <a href="#e-{only}"' in journal("render", "--format", "html")


def test_the_summary_counts_actions_fixes_and_observations(proved):
    proved("did", "Tell support")

    assert (
        "- **Backing:** 1 of 2 actions proved, 1 asserted; 1 of 1 fixes proved; "
        "2 of 3 observations proved, 1 observed\n"
    ) in proved("render")


def test_the_caption_of_the_page_shows_the_tail_too(proved):
    _, second, _ = evidence(proved)

    assert f'<span class="tail">{second}</span></summary>' in proved("render", "--format", "html")


def test_evidence_that_the_page_does_not_show_is_named_beside_the_word(proved):
    _, second, _ = evidence(proved)
    folder = proved.home / "config/triage/templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text("{{ queue_table(report.main) }}\n")
    page = proved("render", "--template", "mine", "--format", "html")

    assert f'<span class="backing proved">proved</span> by {second}' in page


def test_supplied_output_says_so_and_how_much_it_is(journal):
    journal("evidence", "-", "--title", "Log", stdin="a line of it\n" * 1204)

    assert "**Log** · supplied · 1,204 lines, 16 kB · " in journal("render")


def test_an_output_of_standard_error_alone_says_so_once(journal):
    journal.start("run", "--", "sh", "-c", "echo a >&2; echo b >&2")

    assert " · 2 lines, 4 bytes · all of it standard error · " in journal("render")
    assert 'class="err"' not in journal("render", "--format", "html")


def test_many_lines_of_standard_error_are_told_by_the_first(journal):
    output = "".join(f"{n}\n" for n in range(20))
    runs = [["out" if n % 2 else "err", len(f"{n}\n")] for n in range(20)]
    journal("record", "-", stdin=json.dumps(
        {"kind": "evidence", "fields": {"command": "make", "output": output, "streams": runs}}
    ))  # fmt: skip

    assert "standard error: lines 1, 3, 5, 7, 9, 11 and more" in journal("render")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (88_123, "88 kB"), (1_234_567, "1.2 MB"),
     (104_857_600, "105 MB"), (2_000_000_000, "2,000 MB")],
)  # fmt: skip
def test_sizes_are_told_in_two_or_three_digits(count, text):
    assert size(count) == text
