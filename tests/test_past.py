"""The past: documents as they were, what was corrected, and what changed between two moments."""

import json

import pytest


def between(text, start, end="\n## "):
    return text.partition(start)[2].partition(end)[0]


def rows(program, *options):
    """The rows of the Corrections section."""
    section = between(program("render", "--corrections", *options), "## Corrections")
    return [line for line in section.splitlines() if line.startswith("| 2")]


def test_corrections_are_shown_on_demand_only(journal):
    journal("log", "one")
    journal("amend", "e2", "text=two")

    assert "Corrections" not in journal("render")
    assert "## Corrections" in journal("render", "--corrections")
    assert "Corrections" in journal("render", "--corrections", "--format", "html")


def test_a_correction_tells_what_was_said_and_what_is_said_who_and_why(journal):
    journal("log", "v14 is up")
    journal("amend", "e2", "text=v15 is up", "--reason", "misread", "--actor", "bob")

    assert rows(journal) == [
        "| 2026-05-05 12:00 | bob | entry text — v14 is up | v14 is up | v15 is up | misread |"
    ]


def test_each_correction_tells_the_value_before_it(journal):
    journal("log", "one")
    journal("amend", "e2", "text=two")
    journal("amend", "e2", "text=three")

    assert [row.split(" | ")[3:5] for row in rows(journal)] == [["one", "two"], ["two", "three"]]


def test_a_time_and_a_cell_are_told_as_people_read_them(journal):
    journal("did", "Deploy", "Release=v14", "--env", "prod", "--at", "11:00")
    journal("amend", "e2", "at=10:00", "Release=v15")

    assert [row.split(" | ")[2:5] for row in rows(journal)] == [
        ["action at — Deploy", "2026-05-05 11:00 UTC", "2026-05-05 10:00 UTC"],
        ["action cells — Deploy", "Release v14", "Release v15"],
    ]


def test_what_was_withdrawn_and_brought_back_is_told(journal):
    journal("log", "one")
    journal("retract", "e2", "not here")
    journal("amend", "e2", "retracted=false")

    assert [row.split(" | ")[4] for row in rows(journal)] == ["withdrawn", "brought back"]


def test_a_correction_that_was_taken_back_is_none(journal):
    journal("log", "one")
    journal("amend", "e2", "text=two")
    journal("undo")

    assert rows(journal) == []


def test_the_json_form_always_has_the_corrections(journal):
    journal("log", "one")
    journal("amend", "e2", "text=two")

    assert json.loads(journal("render", "--format", "json"))["corrections"][0]["old"] == "one"


def test_a_document_as_of_a_time_has_what_had_been_recorded_by_then(journal):
    journal("log", "one", "--at", "09:00")
    journal.now += 3_600_000_000
    journal("log", "two", "--at", "09:30")
    document = journal("render", "--as-of", "12:30")

    assert ("one" in document, "two" in document) == (True, False)
    assert "- **As of:** 2026-05-05 12:30 UTC" in document


def test_what_was_amended_later_reads_as_it_was(journal):
    journal("log", "one")
    journal.now += 3_600_000_000
    journal("amend", "e2", "text=two")

    assert "| one |" in journal("render", "--as-of", "-30m")


def test_before_the_first_event_there_was_nothing(journal):
    assert journal.refused("render", "--as-of", "09:00")[0] == 3


def test_a_document_as_of_a_checkpoint_is_what_the_page_was_made_from(journal):
    journal("log", "one")
    journal("publish", "--to", "./site")
    folder = journal.work / "site" / "journals" / "velvet-first-deploy"
    published = (folder / "report.md").read_text()
    checkpoint = (folder / "checkpoint.json").read_text()
    journal("log", "two")

    assert journal("render", "--as-of", str(folder / "checkpoint.json")) + "\n" == published
    assert journal("render", "--as-of", json.loads(checkpoint)["heads"][0][:12]) + "\n" == published
    assert journal("render") + "\n" != published


def test_a_head_that_is_not_here_is_refused(journal):
    assert journal.refused("render", "--as-of", "0123456789abcdef")[0] == 3


def test_an_unknown_time_is_no_moment(journal):
    assert journal.refused("render", "--as-of", "unknown")[0] == 2


def test_a_file_without_a_checkpoint_is_no_moment(journal):
    (journal.work / "notes.txt").write_text("x")

    assert journal.refused("render", "--as-of", "notes.txt")[0] == 2


def test_a_difference_tells_what_was_added_changed_and_taken_away(journal):
    journal("action", "Migrate")
    journal("log", "a mistake")
    journal("log", "a line")
    journal.now += 3_600_000_000
    journal("done", "1", "3 applied")
    journal("retract", "e3")
    journal("amend", "e4", "text=a better line")
    journal("observe", "prod", "Release=v9")

    assert journal("diff", "--from", "-30m").splitlines() == [
        "~ action Migrate: status 'todo' → 'done'",
        "~ action Migrate: outcome '' → '3 applied'",
        "+ row prod",
        "~ entry a better line: text 'a line' → 'a better line'",
        "- entry a mistake",
    ]


@pytest.mark.parametrize(
    ("first", "change", "told"),
    [
        (("did", "Push"), "at=2026-05-05 04:10", "at '2026-05-05 03:00 UTC' → '2026-05-05 04:10 UTC'"),
        (("did", "Push", "Slug=1"), "Slug=2", "cells 'Slug=1' → 'Slug=2'"),
        (("action", "Push"), "group=Later", "group '' → 'Later'"),
        (("ref", "https://example.org", "It"), "title=That", "title 'It' → 'That'"),
    ],
)
def test_a_difference_tells_of_every_field_that_somebody_said(journal, first, change, told):
    journal(*first, "--at", "2026-05-05 03:00")
    journal.now += 3_600_000_000
    journal("amend", "e2", change)

    assert told in journal("diff", "--from", "-30m")


def test_a_long_text_is_told_around_the_first_word_that_differs(journal):
    journal("section", "Notes", "The first line of a longer text.\n\nIt goes on, and on, until it says four.")
    journal.now += 3_600_000_000
    journal("amend", "e2", "body=The first line of a longer text.\n\nIt goes on, and on, until it says five.")

    assert journal("diff", "--from", "-30m").splitlines() == [
        "~ section Notes: text",
        "    - The first line of a longer text. It goes on, and on, until it says four.",
        "    + The first line of a longer text. It goes on, and on, until it says five.",
    ]


def test_a_difference_between_two_moments_of_the_past(journal):
    journal("log", "one")
    journal.now += 3_600_000_000
    journal("log", "two")
    journal.now += 3_600_000_000
    journal("log", "three")

    assert journal("diff", "--from", "-90m", "--to", "-30m") == "+ entry two"


def test_evidence_without_a_title_is_told_by_its_command(journal):
    journal.now += 3_600_000_000
    journal("evidence", "-", "--command", "curl -i /healthz", stdin="200")
    journal("evidence", "-", "--title", "Disks", "--command", "df", stdin="9%")

    assert journal("diff", "--from", "-30m").splitlines() == [
        "+ evidence curl -i /healthz",
        "+ evidence Disks",
    ]


def test_a_difference_from_a_later_moment_to_an_earlier_one_is_wrong_usage(journal):
    assert journal.refused("diff", "--from", "11:00", "--to", "10:00") == (
        2,
        (
            "triage: --from 2026-05-05 11:00 UTC is later than --to 2026-05-05 10:00 UTC;"
            " give the earlier moment with --from"
        ),
    )


def test_before_the_beginning_there_was_nothing_to_differ_from(journal):
    assert journal("diff", "--from", "-9h") == "+ header Velvet first deploy"


def test_no_difference_is_told_as_such(journal):
    assert journal.run("diff", "--from", "now") == (0, "", "nothing changed\n")


def test_a_difference_in_json_has_one_change_a_line(journal):
    journal.now += 3_600_000_000
    journal("set", "lead=Ana")
    found = [json.loads(line) for line in journal("diff", "--from", "-30m", "--json").splitlines()]

    assert [(one["verb"], one["field"], one["new"]) for one in found] == [("~", "lead", "Ana")]
