"""The sequence log, the action queue and blockers on the command line; claims and keys."""

import sys

import pytest


@pytest.fixture
def queue(journal):
    """The journal with three open actions, e2 to e4."""
    for title in ("Push the subtree", "Run the migrations", "Check healthz"):
        journal("action", title)
    return journal


@pytest.fixture
def blocked(queue):
    """The queue with action 2 blocked by blocker 1, e5."""
    queue("block", "2", "No module named velvet")
    return queue


def test_log_records_one_line(journal):
    assert journal("log", "Deploy started") == "velvet-first-deploy e2 Deploy started"
    assert journal.body() == {"text": "Deploy started"}


def test_log_records_what_came_of_it(journal):
    assert journal("log", "Deploy of v14", "healthz 200") == (
        "velvet-first-deploy e2 Deploy of v14 — healthz 200"
    )
    assert journal.body() == {"text": "Deploy of v14", "outcome": "healthz 200"}


def test_log_answers_in_json(journal):
    answer = journal.json("log", "Deploy of v14", "healthz 200", "--at", "2026-05-05T04:10:37Z")
    event = journal.last()

    assert answer == {
        "journal": "velvet-first-deploy",
        "event": "e2",
        "id": event["id"],
        "kind": "entry",
        "entity": event["id"],
        "at": "2026-05-05T04:10:37.000000Z",
        "precision": "exact",
        "recorded_at": "2026-05-05T12:00:02.000000Z",
        "text": "Deploy of v14 — healthz 200",
    }


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("04:10", "2026-05-05 04:10 UTC"),
        ("23:50", "2026-05-04 23:50 UTC"),
        ("-5m", "2026-05-05 11:55 UTC"),
        ("10m ago", "2026-05-05 11:50 UTC"),
        ("now", "2026-05-05 12:00 UTC"),
        ("~11:00", "2026-05-05 ~11:00 UTC"),
        ("2026-05-03", "2026-05-03"),
        ("2026-05-05T06:10:37+02:00", "2026-05-05 04:10 UTC"),
        ("unknown", "unknown"),
    ],
)
def test_the_answer_shows_the_instant_that_a_form_of_at_means(journal, form, shown):
    assert journal("log", "x", "--at", form) == f"velvet-first-deploy e2 x (at {shown})"


def test_a_clock_time_belongs_to_the_date_that_the_environment_names(journal):
    journal.set("TRIAGE_DATE", "2026-05-01")

    assert journal("log", "x", "--at", "04:10") == "velvet-first-deploy e2 x (at 2026-05-01 04:10 UTC)"


def test_log_words_its_row_as_it_is_told(queue):
    queue("done", "1", "--log", "Everything is pushed")

    assert queue.body() == {"status": "done", "log": "Everything is pushed"}


def test_did_records_an_action_that_was_done(journal):
    answer = journal("did", "Push the subtree", "v14 deployed", "Release=v14", "--env", "staging")

    assert answer == "velvet-first-deploy e2 action 1 done: Push the subtree · v14 deployed · Release=v14"
    assert journal.body() == {
        "title": "Push the subtree",
        "status": "done",
        "outcome": "v14 deployed",
        "cells": [["Release", "v14"]],
        "environment": "staging",
    }


def test_did_takes_one_outcome(journal):
    assert journal.refused("did", "Push", "v14", "deployed") == (
        2,
        "triage: 'deployed' is neither the outcome nor LABEL=VALUE; put a text with spaces in single quotes",
    )


def test_an_outcome_may_hold_an_equals_sign(journal):
    journal("did", "Scale", "set https://example.org/?a=b")

    assert journal.body()["outcome"] == "set https://example.org/?a=b"


def test_action_adds_to_the_queue(journal):
    assert journal("action", "Run the migrations") == (
        "velvet-first-deploy e2 action 1 added: Run the migrations"
    )
    assert journal("action", "Approve", "--owner", "Kristerpher") == (
        "velvet-first-deploy e3 action 2 added: Approve"
    )
    assert journal.body() == {"title": "Approve", "owner": "Kristerpher"}


@pytest.mark.parametrize(
    ("command", "status", "verb"),
    [
        ("start", "doing", "started"),
        ("done", "done", "done"),
        ("fail", "failed", "failed"),
        ("skip", "skipped", "skipped"),
    ],
)
def test_an_action_moves_on(queue, command, status, verb):
    assert queue(command, "2") == f"velvet-first-deploy e5 action 2 {verb}: Run the migrations"
    assert queue.body() == {"status": status}


def test_done_records_the_outcome_and_the_values_that_it_left(queue):
    queue("done", "2", "3 migrations applied", "Migrations=3 applied")

    assert queue.body() == {
        "status": "done",
        "outcome": "3 migrations applied",
        "cells": [["Migrations", "3 applied"]],
    }


def test_an_action_answers_in_json_with_its_number(queue):
    answer = queue.json("done", "2")

    assert (answer["number"], answer["text"]) == (2, "action 2 done: Run the migrations")


def test_a_second_start_is_a_conflict(queue):
    queue("start", "2", "--actor", "bob")

    assert queue.refused("start", "2") == (
        5,
        "triage: action 2 (Run the migrations) was started by bob; take it over: triage start 2 --take",
    )


def test_start_takes_over_with_take(queue):
    queue("start", "2", "--actor", "bob")

    assert queue("start", "2", "--take") == "velvet-first-deploy e6 action 2 started: Run the migrations"


def test_an_action_that_was_done_may_be_started_again(queue):
    queue("start", "2")
    queue("fail", "2")

    assert queue("start", "2") == "velvet-first-deploy e7 action 2 started: Run the migrations"


def test_a_repeat_under_a_key_is_the_same_event(journal):
    first = journal("log", "Deploy started", "--key", "start")

    assert journal("log", "Deploy started", "--key", "start") == first


def test_a_repeat_under_a_key_records_nothing(journal):
    journal("log", "Deploy started", "--key", "start")
    journal("log", "Deploy started", "--key", "start")

    assert len(journal("events").splitlines()) == 2


def test_a_key_with_other_fields_is_a_conflict(journal):
    journal("log", "Deploy started", "--key", "start")

    assert journal.refused("log", "Deploy ended", "--key", "start") == (
        5,
        (
            "triage: the key was used before, for e2, with other fields; choose another --key, or correct the"
            " first one: triage amend e2 FIELD=VALUE"
        ),
    )


def test_a_start_that_is_repeated_under_its_key_is_no_second_claim(queue):
    first = queue("start", "2", "--key", "claim")

    assert queue("start", "2", "--key", "claim") == first


def test_another_key_does_not_make_a_second_claim_pass(queue):
    queue("start", "2", "--key", "claim", "--actor", "bob")

    assert queue.refused("start", "2", "--key", "mine")[0] == 5


def test_block_opens_a_blocker_that_blocks_the_action(queue):
    assert queue("block", "2", "No module named velvet") == (
        "velvet-first-deploy e5 blocker 1 opened: Run the migrations — No module named velvet"
    )
    assert queue.body() == {"error": "No module named velvet", "action": queue.event(3)["id"]}


def test_blocker_opens_one_that_blocks_no_single_action(journal):
    answer = journal("blocker", "Package is not registered", "--error", "No module named velvet")

    assert answer == "velvet-first-deploy e2 blocker 1 opened: Package is not registered"
    assert journal.body() == {"title": "Package is not registered", "error": "No module named velvet"}


def test_blocker_names_an_action(queue):
    queue("blocker", "Package is not registered", "--action", "2")

    assert queue.body() == {"title": "Package is not registered", "action": queue.event(3)["id"]}


def test_fix_says_how_and_frees_the_action(blocked):
    answer = blocked("fix", "1", "Added velvet", "--cause", "never listed", "--pr", "1141", "--issue", "1140")

    assert answer == "velvet-first-deploy e6 blocker 1 fixed: No module named velvet"
    assert blocked.body() == {
        "status": "fixed",
        "fix": "Added velvet",
        "cause": "never listed",
        "pr": "#1141",
        "issue": "#1140",
    }
    assert "(blocked)" not in blocked("status")


def test_accept_says_why_a_blocker_stays(blocked):
    assert blocked("accept", "1", "switched off on Friday") == (
        "velvet-first-deploy e6 blocker 1 accepted: No module named velvet"
    )
    assert blocked.body() == {"status": "accepted", "fix": "switched off on Friday"}


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("log", ""), "TEXT"),
        (("did", " "), "TITLE"),
        (("action", ""), "TITLE"),
        (("blocker", "\n"), "TITLE"),
        (("block", "1", ""), "ERROR"),
    ],
)
def test_an_empty_text_says_nothing(queue, arguments, name):
    assert queue.refused(*arguments) == (
        2,
        f"triage: {name} is empty; nothing was recorded; say what happened",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("log", "x", "--type", "decison"),
            "entry type cannot be 'decison'; one of: note, decision, finding, hypothesis, escalation, handoff",
        ),
        (
            ("action", "x", "--issue", "soon"),
            "'soon' is no reference; give issue as 1140, owner/repo#1140 or a URL",
        ),
        (("action", "x", "--section", "A > "), "section 'A > ' has an empty title; write it as 'A > B'"),
        (("action", "x", "--evidence", "e99"), "no evidence 'e99'; see: triage events"),
    ],
)
def test_a_value_that_a_field_does_not_take_is_explained(journal, arguments, message):
    assert journal.refused(*arguments)[1] == f"triage: {message}"


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (
            ("did", "Push"),
            ("done", "1"),
            "action 1 done: Push (it was done before; if this was a slip: triage undo)",
        ),
        (
            ("did", "Push"),
            ("start", "1"),
            "action 1 started: Push (it was done before; if this was a slip: triage undo)",
        ),
        (("blocker", "DNS"), ("fix", "1", "x"), "blocker 1 fixed: DNS"),
        (("action", "Push"), ("done", "1"), "action 1 done: Push"),
    ],
)
def test_a_state_that_follows_a_settled_one_is_recorded_and_said(journal, first, then, said):
    journal(*first)

    assert journal(*then) == f"velvet-first-deploy e3 {said}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("action", "Push"), "action 2 added: Push (as action 1; if this was a slip: triage undo)"),
        (("blocker", "DNS"), "blocker 2 opened: DNS (as blocker 1; if this was a slip: triage undo)"),
    ],
)
def test_what_is_said_twice_in_the_same_words_is_recorded_and_said(journal, words, said):
    journal(*words)

    assert journal(*words) == f"velvet-first-deploy e3 {said}"


def test_what_was_withdrawn_and_is_said_again_is_no_second_one(journal):
    journal("action", "Push")
    journal("undo")

    assert journal("action", "Push") == "velvet-first-deploy e4 action 2 added: Push"


def test_the_same_action_for_another_environment_is_no_second_one(journal):
    journal("action", "Push", "--env", "staging")

    assert journal("action", "Push", "--env", "prod") == "velvet-first-deploy e3 action 2 added: Push"


def test_a_repeat_under_its_key_is_no_second_state(journal):
    journal("action", "Push")
    journal("done", "1", "--key", "k")

    assert journal("done", "1", "--key", "k") == "velvet-first-deploy e3 action 1 done: Push"


def test_work_in_a_resolved_journal_is_recorded_and_says_how_to_reopen_it(journal):
    journal("resolve", "all is well")

    assert journal.run("log", "late") == (
        0,
        "velvet-first-deploy e3 late\n",
        "velvet-first-deploy was resolved; if the work goes on: triage reopen\n",
    )
    assert journal.run("ref", "https://example.org").err == ""


def test_a_label_that_is_the_beginning_of_a_field_is_recorded_and_said(journal):
    assert journal.run("set", "sev=P1", "se=x").err == (
        "sev is a label of your own; if you meant severity: triage undo\n"
    )


def test_a_label_that_is_nearly_a_field_is_recorded_and_said(journal):
    assert journal.run("set", "sumary=x", "Host=h").err == (
        "sumary is a label of your own; if you meant summary: triage undo\n"
    )


def test_the_answer_of_a_claim_says_that_its_evidence_is_a_command_that_failed(blocked):
    blocked.run("run", "--title", "Tables", "--", "sh", "-c", "exit 2")

    for number, words in enumerate((["did", "Warm the cache"], ["done", "1"], ["fix", "1", "Made it"]), 8):
        assert blocked.run(*words, "--evidence", "Tables").err == (
            f"e6 ended with exit 2; if another proves it: triage amend e{number} evidence=EVENT\n"
        )


def test_of_evidence_that_bears_the_claim_out_nothing_is_said(queue):
    queue("run", "--title", "Tables", "--", "true")
    queue.run("run", "--title", "Crash", "--", "false")

    assert queue.run("did", "Warm the cache", "--evidence", "Tables").err == ""
    assert queue.run("fail", "1", "no table", "--evidence", "Crash").err == ""


def test_the_answer_of_a_claim_says_that_its_evidence_has_no_end_yet(journal):
    claim = [sys.executable, "-m", "triage", "did", "Warm the cache", "--evidence", "e2"]

    assert (
        "e2 has no end in the record; if another proves it: triage amend e3 evidence=EVENT\n"
        in journal.run("run", "--title", "Tables", "--", *claim).err
    )
