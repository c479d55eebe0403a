"""Notes that are written into a journal: what becomes what, and that a second time adds only what is new."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from program import SCRIPT
from test_spool import full, locked

NOTE = """\
Relay was restarted by hand.

## Rollout

04:10 Deployed to staging → v14
04:12 UTC Healthz is green

- [x] Warm the cache
- [ ] Rotate the key @ana

## Checks

| Check | Expected | Actual |
|---|---|---|
| login | 200 | 302 |

```console
$ curl -sI /login
HTTP/1.1 302
exit 1
```

It redirects.
"""


@pytest.fixture
def journal(triage):
    """A journal that was just opened."""
    triage("open", "Velvet")
    return triage


def write(journal, text, *arguments):
    """Write a text; what its lines became."""
    answer = journal.json("write", *arguments, stdin=text)
    return [(each["kind"], each["state"], each["title"]) for each in answer["written"]]


def bodies(journal, kind):
    return [event["body"] for event in journal.events() if event["kind"] == kind]


def document(journal):
    return journal("render") + "\n"


def test_a_note_becomes_events_of_every_kind(journal):
    assert journal("write", stdin=NOTE) == (
        "velvet e2 to e9: 2 sections, 2 entries, 2 actions, 1 observation, 1 evidence"
    )


def test_each_line_is_told_with_what_it_became(journal):
    told = journal("write", "-v", stdin=NOTE).splitlines()[:-1]

    assert [" ".join(line.split()) for line in told] == [
        "1 section new e2 Notes",
        "5 entry new e3 Deployed to staging",
        "6 entry new e4 Healthz is green",
        "8 action new e5 Warm the cache",
        "9 action new e6 Rotate the key",
        "15 observation new e7 Check=login, Actual=302",
        "17-21 evidence new e8 curl -sI /login",
        "23 section new e9 Checks",
    ]


def test_the_answer_in_json_tells_lines_events_and_counts(journal):
    answer = journal.json("write", stdin="- [ ] Rotate the key\n")

    assert (answer["journal"], answer["counts"], answer["known"]) == ("velvet", {"action": 1}, 0)
    assert answer["written"] == [
        {
            "line": 1,
            "end": 1,
            "kind": "action",
            "state": "new",
            "title": "Rotate the key",
            "event": "e2",
            "id": journal.last()["id"],
        }
    ]


def test_the_same_text_again_adds_nothing(journal):
    journal("write", stdin=NOTE)

    assert journal("write", stdin=NOTE) == "velvet nothing new: 8 already recorded"
    assert len(journal.events()) == 9


def test_the_same_text_in_an_addendum_is_said_there(journal):
    journal("write", stdin=NOTE)
    journal("addendum", "Later")

    assert journal("write", stdin=NOTE).startswith("velvet/later e11 to e18: ")


def test_a_text_that_grew_adds_only_what_is_new(journal):
    journal("write", stdin=NOTE)

    assert write(journal, f"{NOTE}\nIt is meant to.\n")[-1] == ("section", "new", "Checks")
    assert bodies(journal, "section")[-1]["body"] == "It is meant to."


def test_a_list_that_grew_adds_only_its_new_items(journal):
    journal("write", stdin="## Notes\n\n- one\n- two\n")
    journal("write", stdin="## Notes\n\n- one\n- three\n- two\n")

    assert bodies(journal, "section")[-1]["body"] == "- three"


def test_a_box_that_was_ticked_since_marks_its_action_done(journal):
    journal("write", stdin="- [ ] Rotate the key @ana\n")

    assert write(journal, "- [x] Rotate the key @ana\n") == [("action", "changed", "done")]
    assert journal("status").count("Rotate the key") == 0


def test_a_box_marks_an_action_that_a_command_added(journal):
    journal("action", "Rotate the key")
    journal("write", stdin="## Next steps\n\n- [x] Rotate the key\n")

    assert [event["kind"] for event in journal.events()] == ["header", "action", "action"]


def test_a_box_of_another_heading_is_another_action(journal):
    assert write(journal, "## Staging\n\n- [ ] Migrate\n\n## Prod\n\n- [ ] Migrate\n") == [
        ("action", "new", "Migrate"),
        ("action", "new", "Migrate"),
    ]


def test_an_open_box_reopens_nothing(journal):
    journal("did", "Rotate the key")
    ran = journal.run("write", stdin="- [ ] Rotate the key\n")

    assert ran.out == "velvet nothing new: 1 already recorded\n"
    assert ran.err == "line 1: action 1 is done in the record: Rotate the key\n"


def test_a_row_that_changed_patches_its_row(journal):
    journal("write", stdin="## Load\n\n| Host | CPU |\n|-|-|\n| a | 1 |\n| b | 2 |\n")

    assert write(journal, "## Load\n\n| Host | CPU |\n|-|-|\n| a | 3 |\n| b | 2 |\n") == [
        ("observation", "changed", "Host=a, CPU=3"),
        ("observation", "known", "Host=b, CPU=2"),
    ]


def test_a_value_that_came_back_is_recorded_again(journal):
    for value in ("v14", "v15", "v14"):
        journal("write", stdin=f"## Final state\n\n| Environment | Release |\n|-|-|\n| staging | {value} |\n")

    assert "| staging | v14 |" in document(journal)


def test_an_entry_that_was_logged_is_not_written_again(journal):
    journal("log", "Deployed to staging", "v14", "--at", "04:10")

    assert write(journal, "04:10 Deployed to staging → v14\n") == [("entry", "known", "Deployed to staging")]


def test_output_that_was_captured_is_not_written_again(journal):
    journal("run", "--", "echo", "carts")

    assert [state for _, state, _ in write(journal, "```\ncarts\n```\n")] == ["known"]


def test_prose_of_a_file_that_changed_takes_the_place_of_what_it_said(journal):
    (journal.work / "notes.md").write_text("## Cause\n\nA full disk.\n")
    journal("write", "notes.md")
    journal("section", "Cause", "Seen before.", "--append")
    (journal.work / "notes.md").write_text("## Cause\n\nA full inode table.\n")
    journal("write", "notes.md")

    assert "## Cause\n\nA full inode table.\n\nSeen before.\n" in document(journal)


def test_prose_of_a_text_with_a_key_that_changed_takes_its_place(journal):
    journal("write", "--key", "cause", stdin="## Cause\n\nA full disk.\n")
    journal("write", "--key", "cause", stdin="## Cause\n\nA full inode table.\n")

    assert "## Cause\n\nA full inode table.\n" in document(journal)
    assert "A full disk" not in document(journal)


def test_prose_of_a_file_that_changed_back_is_what_it_was(journal):
    for text in ("one", "two", "one"):
        (journal.work / "notes.md").write_text(f"## Cause\n\n{text}\n")
        journal("write", "notes.md")

    assert "## Cause\n\none\n" in document(journal)


def test_prose_without_a_name_is_added_below_what_stands(journal):
    journal("write", stdin="## Cause\n\nA full disk.\n")
    journal("write", stdin="## Cause\n\nNobody looked.\n")

    assert "## Cause\n\nA full disk.\n\nNobody looked.\n" in document(journal)


def test_prose_that_a_file_has_no_more_stands_and_is_told(journal):
    (journal.work / "notes.md").write_text("## Cause\n\none\n\n```\nx\n```\n\ntwo\n")
    journal("write", "notes.md")
    (journal.work / "notes.md").write_text("## Cause\n\none\n")
    ran = journal.run("write", "notes.md")

    assert ran.out == "velvet nothing new: 1 already recorded\n"
    assert ran.err == (
        "line 3: notes.md says no more what it said under 'Cause', which stands; to withdraw it: triage retract e4\n"
    )


def test_a_heading_that_a_file_has_no_more_is_told(journal):
    (journal.work / "notes.md").write_text("## Cause\n\none\n")
    journal("write", "notes.md")
    (journal.work / "notes.md").write_text("## Fix\n\ntwo\n")

    assert journal.run("write", "notes.md").err == (
        "notes.md says no more what it said under 'Cause', which stands; to withdraw it: triage retract e2\n"
    )


def test_a_table_whose_rows_begin_alike_is_written_once_and_a_row_of_it_is_changed(journal):
    note = "## Checks\n\n| Env | Path | Status |\n|---|---|---|\n" + "".join(
        f"| {row} |\n" for row in ("eu | /in | 200", "eu | /out | 302", "us | /in | 500", "eu | /by | 201")
    )
    journal("write", stdin=note)

    assert journal("write", stdin=note) == "velvet nothing new: 4 already recorded"
    journal("write", stdin=note.replace("302", "303"))
    assert journal("write", stdin=note.replace("302", "303")) == "velvet nothing new: 4 already recorded"
    assert len(journal.events()) == 6


def test_a_paragraph_that_a_file_says_twice_is_said_twice(journal):
    (journal.work / "notes.md").write_text("## Cause\n\none\n\n```\nx\n```\n\none\n")
    journal("write", "notes.md")

    assert journal("write", "notes.md") == "velvet nothing new: 3 already recorded"
    assert document(journal).count("\none\n") == 2


def test_prose_of_a_file_that_changed_after_other_prose_took_its_place_is_added(journal):
    (journal.work / "notes.md").write_text("## Cause\n\none\n")
    journal("write", "notes.md")
    journal("section", "Cause", "Nobody knows.")
    (journal.work / "notes.md").write_text("## Cause\n\ntwo\n")
    journal("write", "notes.md")

    assert "## Cause\n\nNobody knows.\n\ntwo\n" in document(journal)


def test_a_table_of_something_else_under_the_same_heading_is_another_table(journal):
    journal("write", stdin="## Load\n\n| Host | CPU |\n|-|-|\n| a | 1 |\n")
    other = "## Load\n\n| Region | Errors |\n|-|-|\n| eu | 3 |\n"
    journal("write", stdin=other)

    assert bodies(journal, "observation")[-1]["table"] == "Load (2)"
    assert journal("write", stdin=other) == "velvet nothing new: 1 already recorded"


def test_a_file_of_the_same_name_of_somebody_else_takes_no_place(journal):
    for actor, text in (("ana", "one"), ("bo", "two")):
        (journal.work / "notes.md").write_text(f"## Cause\n\n{text}\n")
        journal("write", "notes.md", "--actor", actor)

    assert "## Cause\n\none\n\ntwo\n" in document(journal)


def test_what_was_withdrawn_is_not_written_again(journal):
    journal("write", stdin="04:10 Deployed → v14\n")
    journal("undo")
    ran = journal.run("write", stdin="04:10 Deployed → v14\n")

    assert ran.out == "velvet nothing new: 1 already recorded\n"
    assert ran.err == "line 1: e2 was withdrawn, and is not written again\n"


def test_a_dry_run_tells_and_records_nothing(journal):
    assert journal("write", "--dry-run", stdin="- [ ] Rotate\n") == "velvet would write 1 action"
    assert len(journal.events()) == 1


def test_a_title_that_is_the_journals_is_no_section(journal):
    journal("write", stdin="# velvet\n\n## Cause\n\nA full disk.\n")

    assert [body["heading"] for body in bodies(journal, "section")] == [["Cause"]]


def test_another_title_is_a_section_over_all_others(journal):
    journal("write", stdin="# Night shift\n\n## Cause\n\nA full disk.\n")

    assert [body["heading"] for body in bodies(journal, "section")] == [["Night shift", "Cause"]]


def test_headings_nest_and_the_same_one_twice_is_one_section(journal):
    journal("write", stdin="## A\n\n### B\n\none\n\n## C\n\ntwo\n\n## A\n\n### B\n\nthree\n")

    assert [body["heading"] for body in bodies(journal, "section")] == [["A", "B"], ["C"], ["A", "B"]]
    assert "### B\n\none\n\nthree\n" in document(journal)


def test_a_heading_with_nothing_under_it_is_a_section(journal):
    journal("write", stdin="## Nothing yet\n")

    assert "## Nothing yet" in document(journal)


def test_a_heading_that_only_entries_stand_under_is_kept_with_them_and_is_no_section(journal):
    journal("write", stdin="# Night shift\n\n## Rollout\n\n04:10 Deployed → v14\n04:12 Healthz is green\n")

    assert bodies(journal, "section") == []
    assert [body["source"] for body in bodies(journal, "entry")] == [
        "- (Rollout): # Night shift",
        "- (Rollout)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## Rollout\n\n04:10 Deployed → v14\n",
        "## Tickets\n\n| Issue | Title | Status |\n|-|-|-|\n| #12 | Relay | closed |\n",
        "## Left over\n\n### Action items\n\n- [x] Warm the cache\n",
    ],
    ids=["entries", "issues", "actions"],
)
def test_a_heading_over_what_stands_elsewhere_leaves_no_empty_section_to_find(journal, text):
    journal("write", stdin=text)

    assert "TR601" not in journal.run("check").out


def test_a_heading_with_nothing_under_it_is_a_section_also_after_one_over_entries(journal):
    journal("write", stdin="## Rollout\n\n04:10 Deployed → v14\n\n## Cause\n")

    assert [body["heading"] for body in bodies(journal, "section")] == [["Cause"]]


def test_a_summary_is_the_reports_and_a_later_one_is_added_to_it(journal):
    journal("write", stdin="## Summary\n\nOne deploy.\n")
    ran = journal.run("write", stdin="## Summary\n\nOne rollback.\n")

    assert "## Summary\n\nOne deploy.\n\nOne rollback.\n" in document(journal)
    assert (ran.out, ran.err) == (
        "velvet e3: 1 summary; 1 of them a change\n",
        "line 1: added to the summary; to put another in its place: triage set 'summary=TEXT'\n",
    )


def summary_of(journal):
    return [body["summary"] for body in bodies(journal, "header") if "summary" in body][-1]


def rewritten(journal, summary):
    return journal("write", "--key", "notes.md", stdin=f"## Summary\n\n{summary}\n")


def test_a_summary_that_a_text_with_a_name_says_in_other_words_takes_the_place_of_what_it_said(journal):
    journal("set", "summary=Dana leads.")
    rewritten(journal, "One deploy.\n\nOne blocker.")
    journal("set", "summary=Dana leads.\n\nOne deploy.\n\nOne blocker.\n\nSee the wiki.")
    rewritten(journal, "Two deploys.\n\nOne blocker.")

    assert summary_of(journal) == "Dana leads.\n\nTwo deploys.\n\nOne blocker.\n\nSee the wiki."
    assert rewritten(journal, "Two deploys.\n\nOne blocker.") == "velvet nothing new: 1 already recorded"

    rewritten(journal, "One deploy.\n\nOne blocker.")
    assert summary_of(journal) == "Dana leads.\n\nOne deploy.\n\nOne blocker.\n\nSee the wiki."


def test_what_somebody_took_out_of_the_summary_is_not_put_in_again_by_the_text_that_said_it(journal):
    rewritten(journal, "One deploy.\n\nOne blocker.")
    journal("set", "summary=Dana leads.\n\nOne blocker.")

    assert "nothing new" in rewritten(journal, "One deploy.\n\nOne blocker.")

    rewritten(journal, "One deploy.\n\nTwo blockers.")
    assert summary_of(journal) == "Dana leads.\n\nTwo blockers."

    journal("set", "summary=Dana leads.")
    assert "nothing new" in rewritten(journal, "One deploy.\n\nTwo blockers.")
    rewritten(journal, "One deploy.\n\nThree blockers.")
    assert summary_of(journal) == "Dana leads.\n\nThree blockers."


def test_words_that_somebody_amended_in_a_summary_are_not_the_texts(journal):
    rewritten(journal, "One deploy.")
    journal("amend", "last", "summary=One deploy, says Dana.")
    rewritten(journal, "Two deploys.")
    rewritten(journal, "Three deploys.")

    assert summary_of(journal) == "One deploy, says Dana.\n\nThree deploys."


def test_a_status_is_prose_and_how_to_make_it_the_journals_is_told(journal):
    ran = journal.run("write", stdin="**Status**: resolved\n\nAll well.\n")

    assert ran.err == "line 1: the text says resolved, the record open; to say so: triage resolve\n"
    assert "**Status**: resolved" in document(journal)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("**Status**: resolved\nThe relay is back.\n", 1),
        ("The relay is back.\n**Status**: resolved\nNobody was paged.\n", 2),
        ("**Status:** resolved by hand; see below\n**Status**: resolved\n04:10 Restarted → up\n", 2),
        ("- The relay is back\n- **Status**: resolved\n", 2),
        ("- [x] Restart it\n- **Status**: resolved\n", 2),
        ("## Status\n\nResolved\n", 3),
        ("# Relay\n\n## ✅ Status:\n\n**Resolved** — both are up.\nNobody was paged.\n", 5),
        ("## Status\n\nResolved.\n\nDone\n", 3),
        ("**Status**\n\n- Resolved\n- Nobody was paged\n", 3),
    ],
)
def test_a_status_is_told_wherever_it_stands(journal, text, line):
    ran = journal.run("write", "--dry-run", stdin=text)

    assert [each for each in ran.err.splitlines() if "to say so" in each] == [
        f"line {line}: the text says resolved, the record open; to say so: triage resolve"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Relay\n\n## eu-1\n\n**Status**: resolved\n",
        "# Relay\n\n## eu-1\n\n### Status\n\nResolved\n",
        "## Status\n\nNobody knows.\nResolved\n",
        "## Cause\n\nResolved\n",
        "- [x] **Status**: resolved\n",
        "| Status | Relay |\n|-|-|\n| resolved | eu-1 |\n",
    ],
)
def test_a_word_that_is_no_status_of_the_whole_work_is_not_told(journal, text):
    assert "to say so" not in journal.run("write", "--dry-run", stdin=text).err


@pytest.mark.parametrize(
    "line",
    [
        "04:10 Deployed → v14",
        "04:10 Deployed -> v14",
        "- 04:10 Deployed → v14",
        "* **04:10** Deployed => v14",
        "1. 04:10 UTC: Deployed → v14",
        "2026-05-05 04:10 UTC – Deployed → v14",
        "- `2026-05-05T04:10Z` Deployed → v14",
    ],
)
def test_a_line_with_a_time_is_an_entry_at_that_time(journal, line):
    journal("write", stdin=f"## Log of the night\n\n{line}\n")
    event = next(event for event in journal.events() if event["kind"] == "entry")

    assert (event["at"], event["precision"]) == ("2026-05-05T04:10:00.000000Z", "minute")
    assert (event["body"]["text"], event["body"]["outcome"]) == ("Deployed", "v14")


def test_a_time_to_another_is_no_offset(journal):
    journal("write", stdin="10:00-11:00 Window\n")

    assert (journal.last()["at"][11:16], journal.body()["text"]) == ("10:00", "11:00 Window")


@pytest.mark.parametrize("led_in", ["Then", "Steps:"])
def test_lines_with_times_after_a_line_of_prose_are_entries(journal, led_in):
    assert write(journal, f"{led_in}\n04:10 Deployed → v14\n04:15 Checked → ok\n") == [
        ("section", "new", "Notes"),
        ("entry", "new", "Deployed"),
        ("entry", "new", "Checked"),
    ]


def test_a_sentence_that_is_wrapped_before_a_time_is_prose(journal):
    assert write(journal, "The relay fell over at\n04:10 and came back later.\n") == [
        ("section", "new", "Notes")
    ]


def test_times_among_prose_items_are_entries_and_the_prose_stays(journal):
    assert write(journal, "- 04:10 Deployed\n- looked at the graphs\n- 04:15 Rolled back\n") == [
        ("entry", "new", "Deployed"),
        ("section", "new", "Notes"),
        ("entry", "new", "Rolled back"),
    ]


def test_a_sentence_that_begins_with_a_time_in_words_is_prose(journal):
    assert write(journal, "At 04:10 the relay fell over.\n") == [("section", "new", "Notes")]


def test_a_time_without_a_day_is_the_latest_that_is_past(journal):
    journal("write", stdin="23:50 Paged\n00:10 Looked\n")

    assert [event["at"][:16] for event in journal.events()[1:]] == ["2026-05-04T23:50", "2026-05-05T00:10"]


def test_a_text_that_is_written_again_the_next_day_adds_nothing(journal):
    journal("write", stdin="04:10 Deployed\n")
    journal.now += 24 * 3600 * 1_000_000

    assert journal("write", stdin="04:10 Deployed\n") == "velvet nothing new: 1 already recorded"


def test_the_day_of_a_heading_holds_for_the_times_under_it(journal):
    journal("write", stdin="## 2026-04-30\n\n- 04:10 Deployed\n- 04:20 Rolled back\n")

    assert journal.events()[1]["at"][:16] == "2026-04-30T04:10"


def test_a_time_that_lies_ahead_is_kept_as_text(journal):
    ran = journal.run("write", stdin="2026-06-01 04:10 Cut over\n")

    assert ran.err == "line 1: 2026-06-01 04:10 UTC lies ahead, and is kept as text\n"
    assert bodies(journal, "entry")[0]["text"] == "2026-06-01 04:10 UTC Cut over"


def test_the_time_that_was_given_holds_for_what_has_none(journal):
    journal("write", "--at", "2026-05-01 10:00", stdin="- [x] Warm the cache\n\n04:10 Deployed\n")

    assert [event["at"][:16] for event in journal.events()[1:]] == ["2026-05-01T10:00", "2026-05-01T04:10"]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("| Check | Expected | Actual |\n|-|-|-|\n| login | 200 | 302 |", "| login | 200 | 302 "),
        ("Check | Expected | Actual\n--- | --- | ---\nlogin | 200 | 302", "| login | 200 | 302 "),
        (
            "| Check | Actual | Expected | Who |\n|-|-|-|-|\n| login | 302 | 200 | ana |",
            "| login | ana | 200 | 302 ",
        ),
    ],
    ids=["pipes", "no outer pipes", "other order"],
)
def test_expected_and_actual_are_compared(journal, table, row):
    ran = journal.run("write", stdin=f"## Checks\n\n{table}\n")

    assert ran.err == "line 5: Actual is '302', not '200'\n"
    assert f"{row}✗ not as expected |" in document(journal)


def test_a_table_is_named_by_the_line_in_bold_before_it(journal):
    journal("write", stdin="## Checks\n\n**Logins**\n\n| Host | State |\n|-|-|\n| a | up |\n")

    assert bodies(journal, "observation")[0]["table"] == "Logins"


def test_a_table_of_what_is_no_work_is_no_list_of_actions(journal):
    assert write(journal, "| Item | Status |\n|-|-|\n| API | healthy |\n") == [
        ("observation", "new", "Item=API, Status=healthy")
    ]


@pytest.mark.parametrize(
    ("sign", "status"),
    [
        ("BLOCKED → FIXED", "done"),
        ("DONE (observed)", "done"),
        ("✅", "done"),
        ("✔️ done", "done"),
        ("❌", "failed"),
        ("⏳", "doing"),
        ("—", "todo"),
    ],
)
def test_a_sign_tells_the_state_of_an_action(journal, sign, status):
    journal("write", stdin=f"| Step | Status |\n|-|-|\n| Migrate | {sign} |\n")

    assert bodies(journal, "action")[0]["status"] == status


def test_a_sign_that_tells_no_state_makes_no_actions(journal):
    assert write(journal, "| Step | Status |\n|-|-|\n| Migrate | 🎉 |\n") == [
        ("observation", "new", "Step=Migrate, Status=🎉")
    ]


def test_a_table_whose_first_column_has_no_label_is_one_of_values(journal):
    table = "## Load\n\n| | Before | After |\n|-|-|-|\n| p99 | 1 s | 2 s |\n"
    journal("write", stdin=table)

    assert write(journal, table) == [("observation", "known", "p99, Before=1 s, After=2 s")]
    assert "| Item | Before | After |\n| --- | --- | --- |\n| p99 | 1 s | 2 s |" in document(journal)


def test_a_table_of_actions_with_their_states_is_one_of_actions(journal):
    assert write(journal, "| Step | Status |\n|-|-|\n| Migrate | done |\n| Deploy | failed |\n") == [
        ("action", "new", "Migrate"),
        ("action", "new", "Deploy"),
    ]


@pytest.mark.parametrize(
    ("item", "owner", "status"),
    [
        ("- [ ] Rotate the key @ana", "ana", "todo"),
        ("* [ ] Rotate the key (@ana)", "ana", "todo"),
        ("- [X] Rotate the key — owner: Ana", "Ana", "done"),
        ("1. [ ] Rotate the key @ana", "ana", "todo"),
        ("- [ ] @ana: Rotate the key", "ana", "todo"),
    ],
)
def test_a_box_is_an_action_with_its_owner(journal, item, owner, status):
    journal("write", stdin=f"{item}\n")

    assert [(body["title"], body["owner"], body["status"]) for body in bodies(journal, "action")] == [
        ("Rotate the key", owner, status)
    ]


def test_boxes_inside_boxes_are_actions_and_other_items_their_outcome(journal):
    journal("write", stdin="- [ ] Migrate\n  - [x] Staging\n  - takes a minute\n")

    assert [(body["title"], body.get("outcome")) for body in bodies(journal, "action")] == [
        ("Migrate", "takes a minute"),
        ("Staging", None),
    ]


def test_a_list_without_boxes_is_prose_also_under_a_heading_of_actions(journal):
    assert write(journal, "## Actions taken\n\n- Restarted the relay\n") == [
        ("section", "new", "Actions taken")
    ]


def test_output_stands_between_the_prose_around_it(journal):
    journal("write", stdin="## Cause\n\nWe saw this:\n\n```\nboom\n```\n\nSo we knew.\n")

    assert re.search(r"We saw this:\n\n.*supplied.*\n\n```text\nboom\n```\n\nSo we knew.", document(journal))


def test_a_console_gives_its_command_and_its_exit_code(journal):
    journal("write", stdin="```console\n$ make test\nboom\n[exit code: 2]\n```\n")
    body = bodies(journal, "evidence")[0]

    assert (body["command"], body["exit_code"], body["origin"]) == ("make test", 2, "supplied")
    assert journal("output", "last") == "$ make test\nboom\n[exit code: 2]"


def test_a_fence_that_is_not_closed_is_told(journal):
    ran = journal.run("write", stdin="## Cause\n\n```\nboom\n\n## Not a heading\n")

    assert ran.err == "line 3: this fence is not closed: all that follows is its text\n"


def test_front_matter_is_kept_as_it_was_written_and_gives_the_day(journal):
    journal("write", stdin="---\ndate: 2026-05-01\ntags: [relay]\n---\n\n04:10 Deployed\n")

    assert "```yaml\ndate: 2026-05-01\ntags: [relay]\n```" in document(journal)
    assert journal.events()[-1]["at"][:10] == "2026-05-01"


def test_a_comment_is_kept_with_what_follows_it(journal):
    journal("write", stdin="<!-- made by a robot -->\n\nAll well.\n")

    assert "made by a robot" in bodies(journal, "section")[0]["source"]


def test_issues_and_references_are_read_as_of_a_page(journal):
    text = (
        "## Issues\n\n| Issue | Title | Status |\n|-|-|-|\n| #12 | Relay | closed |\n\n"
        "## References\n\n- Runbook: https://example.org/r\n"
    )

    assert write(journal, text) == [("issue", "new", "Relay"), ("reference", "new", "Runbook")]
    assert write(journal, text) == [("issue", "known", "Relay"), ("reference", "known", "Runbook")]


def test_prose_may_call_the_record_and_name_events(journal):
    journal("log", "Paged")
    journal("write", stdin='There was {{ count("entry") }} entry, e2.\n')

    assert re.search(r"There was 1 entry, \[[0-9a-f]{8}\]\(#e-[0-9a-f]{8}\)\.", document(journal))


def test_a_text_that_names_an_event_which_comes_later_is_the_same_text_then(journal):
    journal("write", stdin="See e3.\n")
    journal("log", "Paged")

    assert journal("write", stdin="See e3.\n") == "velvet nothing new: 1 already recorded"


def test_a_secret_of_a_note_reaches_neither_the_store_nor_the_answer(journal):
    text = f"## Access\n\n- [ ] Rotate ghp_{'a1B2c3D4e5' * 4}\n\n```\ntoken: ghp_{'a1B2c3D4e5' * 4}\n```\n"
    ran = journal.run("write", "-v", stdin=text)

    assert "2 secrets redacted" in ran.out
    assert "ghp_" not in ran.out + journal("export")
    assert journal("write", stdin=text).startswith("velvet nothing new")


def test_a_secret_beside_its_name_in_a_table_is_redacted(journal):
    table = "| Setting | Value |\n|-|-|\n| `DB_PASSWORD` | Tr0ub4dor-and-3 |\n| token | expired |\n| hosts | 3 |\n"
    journal("write", stdin=table)

    assert "Tr0ub4dor" not in journal("export")
    assert [body["cells"][1][1] for body in bodies(journal, "observation")][1:] == ["expired", "3"]
    assert journal("write", stdin=table) == "velvet nothing new: 3 already recorded; 1 secret redacted"


def test_work_that_is_written_after_the_end_is_told_how_to_go_on_once(journal):
    journal("resolve", "all well")

    assert [journal.run("write", stdin="- [ ] Rotate the key\n").err for _ in range(2)] == [
        "velvet was resolved; if the work goes on: triage reopen\n",
        "",
    ]


def test_carriage_returns_end_lines(journal):
    journal("write", stdin=NOTE.replace("\n", "\r\n"))

    assert journal("write", stdin=NOTE) == "velvet nothing new: 8 already recorded"


def test_a_text_that_says_nothing_is_refused(journal):
    code, line = journal.refused("write", stdin=" \n")

    assert code == 2
    assert line.startswith("triage: the text says nothing; nothing was recorded; write takes Markdown")


def test_a_file_that_is_not_there_is_not_found(journal):
    assert journal.refused("write", "none.md")[0] == 3


@pytest.mark.parametrize("long", ["- [ ] {}", "04:10 {}", "| a |\n|-|\n| {} |", "## {}", "{}", "> {}"])
def test_what_is_longer_than_an_event_can_hold_is_prose_in_parts(journal, long):
    journal("write", stdin=long.format("long " * 60_000))
    said = "".join(body["body"] for body in bodies(journal, "section"))

    assert said.count("long") == 60_000


def test_a_summary_that_grows_too_long_is_refused_with_its_line_and_nothing_is_recorded(journal):
    journal("set", f"summary={'long ' * 50_000}")
    code, line = journal.refused("write", stdin=f"All well.\n\n## Summary\n\n{'more ' * 6_000}\n")

    assert (code, len(journal.events())) == (2, 2)
    assert line.startswith("triage: line 3: the text of this header is longer than an event can hold; ")


def test_a_long_comment_is_kept(journal):
    journal("write", stdin=f"<!-- {'long ' * 60_000} -->\n\nAll well.\n")

    assert journal("export").count("long") == 60_000


def test_a_note_of_a_session_without_a_journal_is_kept_for_its_author(triage):
    ran = triage.run("write", stdin="All well.\n")

    assert ran.code == 3
    assert "what was read is kept in" in ran.err


def test_two_events_are_told_apart_that_say_the_same(journal):
    assert write(journal, "04:10 Retried\n04:10 Retried\n") == [("entry", "new", "Retried")] * 2
    assert write(journal, "04:10 Retried\n04:10 Retried\n") == [("entry", "known", "Retried")] * 2


def test_the_text_is_shown_as_text_in_json_whatever_it_holds(journal):
    out = journal("write", "--json", stdin="- [ ] \x1b[31mred\x1b[0m <script>\n")

    assert "\x1b" not in out
    assert json.loads(out)["written"][0]["kind"] == "action"


def test_what_was_done_has_no_time_unless_one_is_given(journal):
    journal("write", stdin="- [x] Warm the cache\n")
    journal("write", "--at", "04:10", stdin="- [x] Tell support\n")

    assert [(event["at"] or "")[11:16] for event in journal.events()[1:]] == ["", "04:10"]


def test_a_zone_in_a_heading_of_no_timeline_moves_no_time(journal):
    journal(
        "write", stdin="## Move of the PST cluster\n\n04:10 Moved\n\n## Timeline (CEST)\n\n06:20 Checked\n"
    )

    assert [event["at"][11:16] for event in journal.events() if event["kind"] == "entry"] == [
        "04:10",
        "04:20",
    ]


def test_a_note_is_spooled_as_a_whole_while_the_disk_is_full(journal):
    """Python keeps half of what it compiled where the disk is full."""
    journal.set("PYTHONDONTWRITEBYTECODE", "1")
    ran = journal.start("write", input=b"- [ ] one\n- [ ] two\n", **full())

    assert (ran.code, ran.out) == (0, "velvet spooled: 2 actions\n")
    assert [event["body"]["title"] for event in journal.events()[1:]] == ["one", "two"]


def test_a_note_that_cannot_be_held_against_the_record_is_kept_for_its_author(journal):
    let_go = locked(journal)
    ran = journal.start("write", input=b"All well.\n")
    let_go()

    assert (ran.code, ran.out) == (75, "")
    assert Path(ran.err.strip().rpartition(" ")[2]).read_text() == "All well.\n"


def test_a_note_that_many_write_at_once_is_recorded_once(journal):
    command = [SCRIPT, "write"]
    started = [
        subprocess.Popen(command, cwd=journal.work, env=journal.environment, stdin=-1, stdout=-1, stderr=-1)
        for _ in range(6)
    ]
    for each in started:
        each.communicate(NOTE.encode(), timeout=60)

    assert [each.returncode for each in started] == [0] * 6
    assert len(journal.events()) == 9


NOTES = sorted((Path(__file__).parent / "notes").glob("*.md"))
LEFT_OUT = {
    # the heading in whose place a document has its own
    "handover": {"timeline"},
    # seconds, which the sequence log does not show; a comment
    "investigation": {"09:42:10", "scratch", "page"},
    # a box
    "worklog": {"x"},
}
"""All words of a note that its document does not show."""


def words(text):
    """The words of a text, without the marks of Markdown."""
    return set(re.findall(r"\w+(?:[.:/#+-]+\w+)*", text.replace("\\", "").casefold()))


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_document_shows_all_of_a_note_as_an_agent_writes_it(journal, path):
    journal("write", str(path))

    assert words(path.read_text()) - words(document(journal)) == LEFT_OUT[path.stem]


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3000 + "deep",
        "".join("  " * depth + "- [ ] in\n" for depth in range(300)),
        "[" * 5000,
        "*a " * 5000,
        "`" * 5000 + "x",
        "#" * 5000,
        "| a " * 2000 + "|\n" + "|-" * 2000 + "|\n" + "| x " * 2000 + "|",
    ],
    ids=["quotations", "lists", "brackets", "emphasis", "backticks", "hashes", "columns"],
)
def test_a_note_that_is_nested_deeply_is_written(journal, text):
    assert journal.run("write", stdin=text).code == 0
