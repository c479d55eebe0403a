"""Pages that are brought in: what becomes what, that nothing is lost, and that a second time changes nothing."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.check import USUAL
from triage.errors import InvalidValue, TriageError
from triage.events import Actor, Draft
from triage.importer import read
from triage.importer.blocks import blocks
from triage.importer.moments import Clock
from triage.kinds import KINDS
from triage.redact import Redactor
from triage.render import render
from triage.report import Report
from triage.usecases import importing
from triage.usecases.checking_page import check_page
from triage.usecases.drafting import Drafted

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy" / "velvet-first-deploy.md"
REDACTOR = Redactor(b"k" * 32)


def events_of(text):
    """The events that a page becomes, without a store."""
    page = importing.read_page(text, "page.md")
    return importing.events_of(importing.draft_page(page, text, "page.md", Actor("ana"), slug="page"))


def rendered(text, template="triage"):
    return render(Report.from_events(events_of(text)), template=template)


def without_ids(text):
    return re.sub(r"\b[0-9a-f]{8}\b(?=\]\(#|\)| \||, |$)", "ID", text, flags=re.MULTILINE)


def bodies(text, kind=""):
    return [event.body for event in events_of(text) if kind in ("", event.kind)]


@pytest.mark.parametrize("path", [*PAGES, SAMPLE], ids=lambda path: path.stem)
def test_a_page_that_was_rendered_reads_the_same_when_it_is_brought_in_again(path):
    once = rendered(path.read_text())

    assert without_ids(rendered(once)) == without_ids(once)


def test_a_post_mortem_reads_the_same_when_it_is_brought_in_again():
    document = (SAMPLE.parent.parent / "checkout-outage" / "checkout-outage.md").read_text()
    once = rendered(document, "postmortem")

    assert without_ids(rendered(once, "postmortem")) == without_ids(once)


def words(text):
    """The words of a page, without the marks of Markdown."""
    text = re.sub(r"(?<=\]\()#[\w-]+(?=\))", " ", text.replace("\\", "").replace("&lt;", "<"))
    return set(re.findall(r"\w+(?:[.:/#+-]+\w+)*", text.casefold()))


def said_by(text):
    """All text of the events that a page becomes, and their times as pages write them."""
    found = []
    for event in events_of(text):
        found += [json.dumps(event.body, ensure_ascii=False), (event.output or b"").decode()]
        found += [event.at or "", (event.at or "")[:10], (event.at or "")[11:16], (event.at or "")[11:19]]
    return words(" ".join(found).replace("\\n", " ").replace('\\"', '"'))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_word_of_a_page_is_in_its_events(path):
    assert words(path.read_text()) - said_by(path.read_text()) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_document_shows_all_words_of_a_page_but_those_that_became_fields_and_times(path):
    assert words(path.read_text()) - words(rendered(path.read_text())) == LEFT_OUT[path.stem]


LEFT_OUT = {
    # headings and labels in whose place a document has its own, here and below; local times, of which a document shows the UTC
    "atlassian": {"incident", "timeline", "field", "value", "title", "23:35", "23:58", "00:20", "01:55"},
    # a heading under which nothing but the timeline stood
    "azure": {"did", "respond"},
    # a time whose seconds the log does not show, and the word for "~"
    "gitlab": {"timeline", "07:25:30", "approximately"},
    # the head of the log, the word for "~", and the status and number of what is told under "What remains"
    "flattened": {"all", "times", "approx", "4", "todo"},
    "pagerduty": {"overview", "timeline", "event", "items", "x"},
    "plain-notes": {"owner", "08:10:30", "around"},
    # local times; a heading under which nothing but the timeline stood; a comment; the number of an item
    "retrospective": {
        "title", "authors", "commander", "tl", "dr", "9:20", "9:41", "09:20", "09:41", "10:01", "approx", "3",
        "all", "times", "are", "what", "happened", "minute", "who", "did",
        "fill", "every", "section", "delete", "does", "apply",
    },
    "sre-book": {"authors", "timeline", "item", "all", "times"},
}  # fmt: skip
"""All words of a page that its document does not show: they are quoted with their lines, or became fields."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_event_has_its_line(path):
    text = path.read_text()
    lines = text.split("\n")
    for event in events_of(text):
        found = re.match(r"page\.md:(\d+)(?=: | \(|$)", event.body["source"])
        assert lines[int(found[1]) - 1].strip()


def test_a_page_becomes_a_journal_and_says_which_line_became_what(triage):
    (triage.work / "page.md").write_text(
        "# Deploy\n\n## Timeline\n\n- 2026-05-05 04:10 UTC Started → v1\n\n## Notes\n\nAll well.\n"
    )
    ran = triage.run("import", "page.md")

    assert ran.out == "    1  header       Deploy\n    5  entry        Started\n    9  section      Notes\n"
    assert ran.err == "deploy: 3 events imported from page.md, 0 were here already\n"


def test_the_same_page_again_adds_nothing(triage):
    (triage.work / "page.md").write_text("# Deploy\n\nAll well.\n")
    triage.run("import", "page.md")

    assert (
        triage.run("import", "page.md").err == "deploy: 0 events imported from page.md, 1 were here already\n"
    )


def test_a_secret_of_a_page_does_not_reach_the_store(triage):
    (triage.work / "page.md").write_text(f"# Deploy\n\ntoken: ghp_{'a1B2c3D4e5' * 4}\n")
    triage.run("import", "page.md")

    assert "ghp_" not in triage("export")


def test_a_page_that_says_nothing_is_refused(triage):
    (triage.work / "page.md").write_text("\n")

    assert triage.refused("import", "page.md")[0] == 2


def test_a_status_line_is_a_status_and_what_it_rests_on():
    header = bodies("# Deploy\n\n**Status:** RESOLVED — both are up\n")[0]

    assert (header["status"], header["status_note"]) == ("resolved", "both are up")


@pytest.mark.parametrize(
    ("line", "at", "precision"),
    [
        ("- 04:10 Started", "2026-05-05T04:10:00.000000Z", "minute"),
        ("- **04:10:37** Started", "2026-05-05T04:10:37.000000Z", "exact"),
        ("- ~04:10 Started", "2026-05-05T04:10:00.000000Z", "approximate"),
        ("- approximately 04:10 UTC: Started", "2026-05-05T04:10:00.000000Z", "approximate"),
        ("- 2026-05-06 04:10 Started", "2026-05-06T04:10:00.000000Z", "minute"),
        ("- May 6, 2026 04:10 - Started", "2026-05-06T04:10:00.000000Z", "minute"),
        ("- 4:10 pm PDT Started", "2026-05-05T23:10:00.000000Z", "minute"),
        ("- 04:10 +02:00 Started", "2026-05-05T02:10:00.000000Z", "minute"),
        ("- 2026-05-05T04:10:37Z Started", "2026-05-05T04:10:37.000000Z", "exact"),
        ("- 04:10 UTC on 7 May 2026 – Started", "2026-05-07T04:10:00.000000Z", "minute"),
    ],
)
def test_a_time_of_a_timeline_is_read(line, at, precision):
    found = [
        event
        for event in events_of(f"# Deploy — 2026-05-05\n\n## Timeline\n\n{line}\n")
        if event.kind == "entry"
    ]

    assert [(event.at, event.precision, event.body["text"]) for event in found] == [
        (at, precision, "Started")
    ]


def test_a_date_and_a_zone_are_carried_down_and_midnight_is_passed():
    text = "# Deploy\n\n## Timeline (CET)\n\n### 2026-01-20\n\n- 23:50 one\n- 00:10 two\n"
    found = [event.at[:16] for event in events_of(text) if event.kind == "entry"]

    assert found == ["2026-01-20T22:50", "2026-01-20T23:10"]


def test_a_time_without_a_date_is_kept_as_text():
    assert bodies("# Deploy\n\n## Timeline\n\n- 04:10 Started\n", "entry") == [
        {"text": "04:10 Started", "source": "page.md:5 (Timeline)"}
    ]


def test_a_checklist_becomes_actions_with_owners():
    text = "# Deploy\n\n## Action items\n\n- [ ] Rotate the key @ana\n- [x] Tell support — owner: Bo\n"
    found = [(body["title"], body["status"], body["owner"]) for body in bodies(text, "action")]

    assert found == [("Rotate the key", "todo", "ana"), ("Tell support", "done", "Bo")]


def test_a_verbatim_block_with_a_caption_becomes_evidence():
    text = "# Deploy\n\n## Staging\n\nMigration output (verbatim):\n\n```\nApplied 3\n```\n"
    event = next(event for event in events_of(text) if event.kind == "evidence")

    assert (event.body["title"], event.output, event.body["origin"]) == (
        "Migration output (verbatim)",
        b"Applied 3\n",
        "supplied",
    )


def test_an_imported_claim_is_never_proved():
    text = "# Deploy\n\n## Evidence\n\n**Tests** · `make test` · captured · exit code 0 · 1 line, 3 bytes · 0123abcd\n\n```text\nok\n```\n"

    assert bodies(text, "evidence")[0]["origin"] == "supplied"


def test_an_addendum_is_a_part_of_its_own():
    report = Report.from_events(
        events_of("# Deploy\n\n## Addendum — Later\n\n- **Time:** 2026-05-05 11:11 UTC\n\n### Notes\n\nx\n")
    )

    assert [(part.header.title, part.at, part.verbatim[0].title) for part in report.addenda] == [
        ("Later", "2026-05-05T11:11:00.000000Z", "Notes")
    ]


def test_the_fields_of_a_blocker_are_read():
    text = PAGES[[path.stem for path in PAGES].index("gitlab")].read_text()
    blocker = Report.from_events(events_of(text)).main.blockers[0]

    assert (blocker.title, blocker.error, blocker.pr, blocker.status) == (
        "replica lags behind",
        "`manifest unknown`",
        "#17310",
        "fixed",
    )


def test_a_page_whose_markdown_was_lost_is_read_by_its_words():
    report = Report.from_events(events_of((PAGES[0].parent / "flattened.md").read_text()))
    main, later = report.parts

    assert (main.header.title, main.header.status) == ("Move of the mail queue — 2026-08-11", "resolved")
    assert [(action.title, action.shown) for action in main.actions] == [
        ("Stop the writers", "DONE"),
        ("Copy the spool", "BLOCKED → FIXED"),
        ("Start the writers", "DONE"),
        ("Remove the old spool", "TODO"),
    ]
    assert [(blocker.error, blocker.pr, blocker.action_number) for blocker in main.blockers] == [
        ("no space left on device", "#77", 2)
    ]
    assert main.evidence[0].output == b"sent 1,204,112 bytes  received 96 bytes\n# total size is 1,203,004\n"
    assert [(issue.ref, issue.state) for issue in main.issues] == [("#76", "closed"), ("#78", "open")]
    assert [
        (row.at[11:16], row.text, row.outcome) for row in main.rows if row.source == "entry" and row.at
    ] == [
        ("09:58", "Writers stopped", ""),
        ("10:02", "Copy fails (rsync → code 11)", ""),
        ("10:14", "Copy again", "done"),
        ("10:20", "Writers started", ""),
    ]
    assert (later.header.title, later.at[:16], later.precision) == (
        "DNS of the old host",
        "2026-08-11T14:00",
        "approximate",
    )


@pytest.mark.parametrize(
    ("sentence", "at"),
    [
        ("All times are CEST.", "07:14"),
        ("Times in PDT", "16:14"),
        ("We met at 9:00 CEST.", "09:14"),
    ],
)
def test_a_sentence_tells_the_zone_of_all_times(sentence, at):
    text = f"# Deploy — 2026-05-05\n\n## What happened\n\n{sentence}\n\n- 9:14 AM one\n- 9:15 AM two\n"

    assert next(event.at[11:16] for event in events_of(text) if event.kind == "entry") == at


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ("- Resume the job **(done)**", ("Resume the job", "done", "")),
        ("- [ ] Alert — both gateways — owner: Ivo", ("Alert", "todo", "both gateways")),
        ("- [x] Copy — BLOCKED → FIXED", ("Copy", "done", "BLOCKED → FIXED")),
        ("1. Alert (owner: Ivo)\n   - at night\n   - by day", ("Alert", "todo", "at night; by day")),
    ],
)
def test_an_item_of_a_checklist_tells_how_far_it_is_and_what_came_of_it(item, fields):
    body = bodies(f"# Deploy\n\n## Follow-ups\n\n{item}\n", "action")[0]

    assert (body["title"], body["status"], body.get("outcome", "")) == fields


def test_who_did_it_is_not_what_came_of_it():
    text = (
        "# D — 2026-05-05\n\n## Timeline\n\n| Time | Who | Event |\n| - | - | - |\n| 04:10 | Ana | Push |\n"
    )

    assert [(body["text"], body["outcome"]) for body in bodies(text, "entry")] == [("Push", "Who: Ana")]


def test_a_row_with_more_cells_than_columns_loses_none():
    assert "third" in bodies("# D\n\n| a | b |\n| - | - |\n| x | y | third |\n")[0]["summary"]


def test_two_tables_under_one_heading_stay_two():
    text = "# D\n\n## Load\n\n| Host | CPU |\n| - | - |\n| a | 1 |\n\nThen:\n\n| Host | CPU |\n| - | - |\n| a | 2 |\n"

    assert [table.rows[0].values for table in Report.from_events(events_of(text)).main.tables] == [
        ("a", "1"),
        ("a", "2"),
    ]


def test_words_that_became_names_of_fields_are_quoted_with_their_line():
    text = "# D\n\n## Action items\n\n| What | Assignee |\n| - | - |\n| Rotate | Ana |\n"

    assert bodies(text, "action")[0]["source"] == "page.md:7 (Action items): | What | Assignee |"


def test_a_page_that_is_longer_than_any_is_refused_by_its_length():
    with pytest.raises(InvalidValue, match=r"x\.md has 4,194,305 characters; a page has at most 4,194,304"):
        importing.read_page("x" * (importing.LONGEST + 1), "x.md")


@pytest.mark.parametrize(
    "text",
    [
        "# D\n\n" + "> " * 3000 + "deep",
        "# D\n\n" + "".join("  " * depth + "- in\n" for depth in range(300)),
        "# D\n\n" + "[" * 5000,
        "# D\n\n" + "*a " * 5000,
        "# D\n\n" + "`" * 5000 + "x",
        "# D\n\n" + "#" * 5000,
    ],
    ids=["quotations", "lists", "brackets", "emphasis", "backticks", "hashes"],
)
def test_a_page_that_is_nested_deeply_is_read(text):
    assert events_of(text)[0].body["title"] == "D"


def test_long_prose_goes_on_in_several_events():
    text = "# D\n\n## Notes\n\n" + "A paragraph of some words.\n\n" * 20_000
    sizes = [len(body["body"]) for body in bodies(text, "section")]

    assert len(sizes) > 10
    assert max(sizes) < 64 * 1024


def found_on(text, *codes):
    return [
        (each.code, each.line) for each in check_page(text, "page.md", USUAL, REDACTOR) if each.code in codes
    ]


CONTRADICTORY = """\
# Velvet first deploy — 2026-05-05

Status: RESOLVED
Last updated: 2026-05-05 04:15 UTC

## Summary

Three sequential blockers required hotfixes.

## Action queue

| # | Action | Status | Notes |
| - | - | - | - |
| 1 | Push | DONE | v14 |
| 2 | Check prod | ALMOST | |

## Blockers encountered

### Blocker 1: package missing

- **Error:** No module named velvet
- **Fix:** packaged
- **PR:** #1138

### Blocker 2: sqlalchemy missing

- **Error:** No module named sqlalchemy

## Timeline

| Time (UTC) | Action | Outcome |
| - | - | - |
| 04:10 | Push to staging | v14 |
| 04:08 | Migrations | 3 applied |
| 05:30 | Console health check | 302 redirect — healthy |

## Notes

PR: #1138 — closed by #1136. Confirmed by design; not tested in this session.

## Issues status

| Issue | Title | Status |
| - | - | - |
| #1136 | Package | CLOSED |
| #1130 | Release phase | OPEN — hold for next sprint |

## References
"""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("TR101", 8), ("TR104", 4), ("TR402", 15), ("TR404", 25), ("TR201", 34), ("TR502", 35), ("TR103", 39),
        ("TR405", 39), ("TR403", 46), ("TR601", 48),
    ],
)  # fmt: skip
def test_a_contradiction_of_a_page_is_found_on_its_line(code, line):
    assert (code, line) in found_on(CONTRADICTORY, code)


def test_a_page_with_errors_fails_the_check(triage):
    (triage.work / "page.md").write_text(CONTRADICTORY)
    ran = triage.run("check", "page.md", "--format", "github")

    assert ran.code == 1
    assert "::error file=page.md,line=34,title=TR201 order::" in ran.out


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_field_has_no_errors(path):
    found = check_page(path.read_text(), path.name, USUAL, REDACTOR)

    assert [finding for finding in found if finding.severity == "error"] == []


def test_checking_a_page_needs_no_store(triage):
    (triage.work / "page.md").write_text("# Deploy\n\nAll well.\n")
    triage.run("check", "page.md")

    assert not list(triage.home.rglob("triage.db"))


def test_the_blocks_of_a_page_have_all_its_lines():
    text = "# A\n\n[x]: http://example.org\n\ntext\n\n<div>\n\n> quote\n\n* * *\n\n    code\n"
    covered = {line for block in blocks(text) for line in range(block.line, block.end + 1)}

    assert [n for n, line in enumerate(text.split("\n"), 1) if line.strip() and n not in covered] == []


def test_a_clock_reads_no_ratio_for_a_time():
    assert Clock("2026-05-05").read("3:1 in favour") is None


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\x00", exclude_categories=("Cs", "Cc")), max_size=30
)


@given(st.lists(st.one_of(
    TEXTS, TEXTS.map("# {}".format), TEXTS.map("## {}".format), TEXTS.map("- [ ] {}".format), TEXTS.map("- {}".format),
    TEXTS.map("| a | b |\n| - | - |\n| {} | x |".format), TEXTS.map("**Status:** {}".format), TEXTS.map("04:10 {}".format),
    TEXTS.map("```\n{}\n```".format), st.just(""), st.just("## Timeline"), st.just("## Action items"),
), max_size=12))  # fmt: skip
def test_any_page_is_read_and_all_its_letters_are_kept(lines):
    text = "\n".join(lines)
    try:
        read(text)
        found = events_of(text)
    except TriageError:
        return
    kept = "".join(
        json.dumps(event.body, ensure_ascii=False) + (event.output or b"").decode("utf-8", "replace")
        for event in found
    )
    letters = {letter for letter in text.casefold() if letter.isalpha()}
    assert letters <= set(kept.casefold()) | set("timelineactionitemsstatus")


@pytest.mark.parametrize("nobody", ["TBD", "tba", "N/A", "none", "?", "unassigned", "—", "*TBD*"])
@pytest.mark.parametrize(
    "form", ["| Action | Owner |\n| - | - |\n| Rotate | {} |", "- [ ] Rotate — owner: {}"]
)
def test_what_only_holds_the_place_of_a_name_is_no_owner(nobody, form):
    [action] = bodies("# T\n\n## Action items\n\n" + form.format(nobody) + "\n", "action")

    assert "owner" not in action
    assert nobody.strip("*?—") in action["source"]


@pytest.mark.parametrize("name", ["Nora", "None Smith", "TBD team", "@ana", "Nat"])
def test_a_name_that_begins_like_no_name_is_an_owner(name):
    [action] = bodies(
        f"# T\n\n## Action items\n\n| Action | Owner |\n| - | - |\n| Rotate | {name} |\n", "action"
    )

    assert action["owner"] == name


@pytest.mark.parametrize(
    ("said", "name", "outcome"),
    [
        ("Bob, due 2026-12-01", "Bob", "due 2026-12-01"),
        ("Bob; by Friday", "Bob", "by Friday"),
        ("Bob due Friday", "Bob", "due Friday"),
        ("Bob, P2", "Bob", "P2"),
        ("Ana, Bob, 2026-12-01", "Ana, Bob", "2026-12-01"),
        ("Ana, and Bob", "Ana, and Bob", ""),
        ("Deepak Dueck", "Deepak Dueck", ""),
        ("TBD, due Friday", "", "due Friday"),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "| Action | Owner |\n| - | - |\n| Alert | {} |",
        "- [ ] Alert — owner: {}",
        "- [ ] Alert (owner: {})",
    ],
)
def test_the_name_of_an_owner_ends_where_something_else_is_said(said, name, outcome, form):
    [action] = bodies("# T\n\n## Action items\n\n" + form.format(said) + "\n", "action")

    assert (action["title"], action.get("owner", ""), action.get("outcome", "")) == ("Alert", name, outcome)


def test_an_action_that_a_page_says_is_in_progress_was_started_by_nobody_that_is_known():
    text = rendered("# T\n\n## Action queue\n\n| Action | Status |\n| - | - |\n| Rotate | In progress |\n")

    assert "Rotate" in text
    assert "started by" not in text


def test_who_started_an_action_is_still_told_when_the_document_is_brought_in():
    queue = (
        "| # | Action | Status | Notes |\n| - | - | - | - |\n| 1 | Rotate | DOING | half; started by bob |\n"
    )
    text = rendered(f"# T\n\n## Action queue\n\n{queue}")

    assert "half; started by bob |" in text
    assert rendered(text) == text


def test_the_span_of_a_page_that_says_it_is_resolved_is_final():
    text = rendered("# T\n\nStatus: Resolved\n\n## Timeline\n\n- 2026-05-05 10:00 Down\n- 10:30 Up\n")

    assert "Total wall-clock: **30m**, from Down (2026-05-05 10:00 UTC) to Up (2026-05-05 10:30 UTC)." in text


def test_the_span_of_a_page_that_is_open_goes_on():
    text = rendered("# T\n\nStatus: Open\n\n## Timeline\n\n- 2026-05-05 10:00 Down\n- 10:30 Up\n")

    assert "Total wall-clock: **30m** so far, from" in text


def test_a_box_that_says_what_its_blocker_says_keeps_it():
    text = (
        "# T\n\n## Blockers encountered\n\n### Blocker 1: disk full\n\n- **Status:** OPEN\n- **Blocked:** action 1\n"
        "\n## Notes\n\n- [ ] Copy — disk full — BLOCKED\n"
    )

    assert "- [ ] Copy — disk full — BLOCKED" in rendered(text)


def test_every_text_of_a_blocker_is_brought_in_as_the_field_that_it_was():
    texts = {
        name: f"What is its {name}"
        for name, field in KINDS["blocker"].fields.items()
        if field.type in ("line", "prose")
    }
    header = Draft(
        "j", "j", "header", "j", "j", None, "unknown", Actor("ana"), {"title": "Velvet", "slug": "j"}
    )
    blocker = header._replace(id="b", kind="blocker", entity="b", body={**texts, "status": "fixed"})
    document = render(Report.from_events(importing.events_of(Drafted([header, blocker], {}))))

    read = {name: value for body in bodies(document, "blocker") for name, value in body.items()}
    assert {name: read.get(name) for name in texts} == texts
