"""Issues, observations, evidence, prose and references on the command line."""

import json
import sqlite3

import pytest


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1140", "#1140"),
        ("#1140", "#1140"),
        ("PR #1141", "#1141"),
        ("01140", "#1140"),
        ("acme/velvet#1140", "acme/velvet#1140"),
        ("https://github.com/acme/velvet/issues/1140", "https://github.com/acme/velvet/issues/1140"),
    ],
)
def test_an_issue_is_named_by_its_number_its_repository_or_its_url(journal, typed, kept):
    assert journal("issue", typed, "open") == f"velvet-first-deploy e2 issue {kept} open"
    assert journal.body() == {"ref": kept, "state": "open"}


def test_an_issue_has_a_state_and_a_note(journal):
    answer = journal(
        "issue", "1130", "open", "hold for next sprint", "--title", "Release phase", "--type", "issue"
    )

    assert answer == "velvet-first-deploy e2 issue #1130 open hold for next sprint"
    assert journal.body() == {
        "ref": "#1130",
        "state": "open",
        "note": "hold for next sprint",
        "title": "Release phase",
        "type": "issue",
    }


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("809", "merged"), "PR #809 merged"),
        (("809", "open", "--type", "pr"), "PR #809 open"),
        (("809", "merged", "--type", "issue"), "issue #809 merged"),
        (("809", "closed"), "issue #809 closed"),
    ],
)
def test_what_is_merged_or_typed_so_is_answered_as_a_pr(journal, words, answer):
    assert journal("issue", *words) == f"velvet-first-deploy e2 {answer}"


@pytest.mark.parametrize("template", ["triage", "postmortem"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_a_merged_pr_alone_makes_no_empty_table_of_issues(journal, template, form):
    journal("issue", "809", "merged")
    merged = journal("render", "--template", template, "--format", form)
    journal("issue", "810", "open", "--type", "pr")
    with_open = journal("render", "--template", template, "--format", form)

    assert ("Issues status" in merged, "Issues status" in with_open) == (False, True)


@pytest.mark.parametrize("typed", ["soon", "1140a", "acme#12", "owner/repo#", "¹²"])
def test_what_is_no_reference_is_refused(journal, typed):
    assert journal.refused("issue", typed) == (
        2,
        f"triage: {typed!r} is no reference; give REF as 1140, owner/repo#1140 or a URL",
    )


def test_a_number_of_thousands_of_digits_is_a_reference_like_any_other(journal):
    journal("issue", "9" * 5000)

    assert journal.body()["ref"] == "#" + "9" * 5000


def test_a_state_that_there_is_not_is_refused(journal):
    assert journal.refused("issue", "1140", "done") == (
        2,
        "triage: issue state cannot be 'done'; one of: open, closed, merged",
    )


def test_observe_records_a_row_of_the_final_state(journal):
    answer = journal("observe", "staging", "Release=v15", "Slug=2ef77cf3")

    assert answer == "velvet-first-deploy e2 Final state: staging, Release=v15, Slug=2ef77cf3"
    assert journal.body() == {"cells": [["", "staging"], ["Release", "v15"], ["Slug", "2ef77cf3"]]}


def test_observe_records_a_row_of_a_table_and_what_was_expected(journal):
    answer = journal(
        "observe", "Test=No token", "Actual=401 unauthorized", "--expect", "401", "--table", "Endpoints"
    )

    assert answer == "velvet-first-deploy e2 Endpoints: Test=No token, Actual=401 unauthorized"
    assert journal.body() == {
        "table": "Endpoints",
        "cells": [["Test", "No token"], ["Actual", "401 unauthorized"]],
        "expected": "401",
    }


def test_observe_may_expect_all_of_a_value(journal):
    journal("observe", "Test=No token", "Actual=401", "--expect-exact", "401")

    assert journal.body() == {
        "cells": [["Test", "No token"], ["Actual", "401"]],
        "expected": "401",
        "exact": True,
    }


def test_observe_says_which_values_of_the_row_it_replaces(journal):
    journal("observe", "Regions", "Region=eu", "Errors=1", "State=ok")
    journal("observe", "Other", "Region=asia")
    answer = journal("observe", "Regions", "Region=us", "Errors=2", "State=ok")

    assert answer == (
        "velvet-first-deploy e4 Final state: Regions, Region=us (it was eu), Errors=2 (it was 1), State=ok"
    )


def test_an_observation_without_a_value_is_refused(journal):
    assert journal.refused("observe", "prod") == (
        2,
        "triage: observe needs a value; triage observe staging Release=v15",
    )


def test_observe_wants_assignments_after_the_row(journal):
    assert journal.refused("observe", "staging", "v15") == (
        2,
        "triage: 'v15' is not LABEL=VALUE; put a value with spaces in single quotes",
    )


def test_evidence_comes_from_standard_input(journal):
    answer = journal("evidence", "--command", "dig +short", stdin=b"v=DKIM1\n")

    assert answer == "velvet-first-deploy e2 evidence 8 bytes: dig +short"
    assert journal.body()["command"] == "dig +short"
    assert journal.body()["origin"] == "supplied"


def test_evidence_comes_from_a_file(journal):
    (journal.work / "migrate.log").write_bytes(b"3 migrations\n\xff\n")

    assert journal("evidence", "migrate.log") == "velvet-first-deploy e2 evidence 15 bytes: migrate.log"


def test_evidence_takes_the_exit_code_and_what_it_backs(journal):
    journal("action", "Migrate")
    journal("evidence", "--exit-code", "0", "--action", "1", "--started-at", "2026-05-05T04:10:37Z")
    body = journal.body()

    assert (body["exit_code"], body["action"], body["started_at"]) == (
        0,
        journal.event(2)["id"],
        "2026-05-05T04:10:37.000000Z",
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--exit-code", "none", "exit_code must be a whole number, not 'none'"),
        (
            "--exit-code",
            "99999999999999999999",
            "evidence exit_code must be a whole number under 2^53, not 99999999999999999999",
        ),
        ("--started-at", "noon", "'noon' is no RFC 3339 time; write it as 2026-05-05T04:10:37Z"),
    ],
)
def test_evidence_explains_a_value_that_it_does_not_take(journal, option, value, message):
    assert journal.refused("evidence", option, value)[:2] == (2, f"triage: {message}")


def test_any_claim_takes_evidence_afterwards(journal):
    journal("did", "Migrate")
    journal("evidence", stdin=b"3 migrations\n")
    journal("done", "1", "--evidence", "e3")

    assert journal.body() == {"status": "done", "evidence": journal.event(3)["id"]}


def test_section_records_prose_under_a_heading_path(journal):
    assert journal("section", "Notes > Rollback", "Run it backwards.") == (
        "velvet-first-deploy e2 section Notes > Rollback: 17 characters"
    )
    assert journal.body() == {"heading": ["Notes", "Rollback"], "body": "Run it backwards."}


def test_section_appends(journal):
    journal("section", "Notes", "More.", "--append")

    assert journal.body() == {"heading": ["Notes"], "body": "More.", "append": True}


def test_an_event_that_prose_names_is_kept_by_its_id(journal):
    journal("section", "Notes", "As e1 says, and e99 not; not v1e1 nor a/e1.")
    opening = journal.event(1)["id"]

    assert journal.body()["body"] == f"As e:{opening} says, and e99 not; not v1e1 nor a/e1."


def test_ref_records_an_address(journal):
    url = "https://devcenter.heroku.com/articles/release-phase"

    assert journal("ref", url, "Release phase") == f"velvet-first-deploy e2 reference {url}"
    assert journal.body() == {"url": url, "title": "Release phase"}


def test_ref_wants_an_address(journal):
    assert journal.refused("ref", "example.org") == (
        2,
        "triage: 'example.org' is no address; give url with its https://",
    )


def test_an_observation_that_is_not_as_expected_says_so(journal):
    answer = journal("observe", "Test=Bad path", "Actual=500", "--expect", "404", "--table", "Endpoints")

    assert answer.endswith("Test=Bad path, Actual=500 ✗ expected 404")
    assert journal.json("observe", "Test=x", "Actual=404", "--expect", "404", "--table", "E")["met"] is True


def test_a_label_that_is_given_twice_is_refused(journal):
    assert journal.refused("observe", "prod", "A=1", "A=2")[0] == 2


def test_a_section_without_a_text_is_refused(journal):
    assert journal.refused("section", "Notes", "")[1].startswith("triage: TEXT is empty; ")


def test_of_a_very_long_output_head_and_tail_are_kept_and_the_middle_is_counted(journal):
    (journal.work / "long.log").write_bytes(b"first\n" + b"0123456789\n" * 1_200_000 + b"last\n")
    journal("evidence", "long.log")
    [item] = json.loads(journal("render", "--format", "json"))["main"]["evidence"]

    assert item["size"] == 13_200_011
    assert item["truncated"] == 13_200_011 - 8 * 1024 * 1024
    assert (item["output"][:6], item["output"][-5:]) == ("first\n", "last\n")


def test_output_of_any_encoding_is_stored_as_it_was_and_shown_with_replacement(journal):
    journal("evidence", "-", stdin="größe ✓\n".encode("latin-1", "replace"))

    with sqlite3.connect(journal.home / "data/triage/triage.db") as db:
        raw = db.execute("SELECT data FROM chunk").fetchall()
    db.close()
    assert raw == [("größe ?\n".encode("latin-1"),)]
    assert r"gr\xF6\xDFe" in journal("render")


def test_a_section_without_a_text_is_refused_and_says_how_to_give_one(journal):
    code, line = journal.refused("section", "Notes", stdin="a text that nobody reads")

    assert code == 2
    assert "no text for the section 'Notes'; give one, or @FILE, or -" in line
    assert len(journal.events()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            ["ref", "Board of checkout", "https://grafana.example"],
            "the address comes first: triage ref https://grafana.example 'Board of checkout'",
        ),
        (["issue", "closed", "809"], "the reference comes first: triage issue 809 closed"),
        (["issue", "open", "#809"], "the reference comes first: triage issue '#809' open"),
    ],
)
def test_words_that_stand_the_wrong_way_round_are_shown_in_their_order(journal, typed, said):
    assert journal.refused(*typed) == (2, f"triage: {said}")
