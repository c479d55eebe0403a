"""Corrections on the command line: amend, retract, undo."""

import pytest


@pytest.fixture
def logged(journal):
    """The journal with one line, e2."""
    journal("log", "Deploy started", "v14")
    return journal


def test_amend_says_how_an_event_should_have_been(logged):
    assert logged("amend", "e2", "outcome=v15, not v14", "--reason", "misread") == (
        "velvet-first-deploy e3 amended e2 (entry): outcome=v15, not v14"
    )
    assert logged.body() == {"changes": {"outcome": "v15, not v14"}, "reason": "misread"}
    assert "| Deploy started | v15, not v14 |" in logged("render")


def test_amend_says_of_a_cell_that_a_field_was_nearly_named(journal):
    journal("did", "Migrate", "Tables=3")

    assert journal.run("amend", "e2", "Tables=4", "outcome=done").err == ""
    assert journal.run("amend", "e2", "titel=Migrate prod").err == (
        "titel is a label of your own; if you meant title: triage undo\n"
    )


def test_amend_changes_the_time(logged):
    logged("amend", "e2", "at=04:10")

    assert logged.body() == {"changes": {"at": "2026-05-05T04:10:00.000000Z", "precision": "minute"}}


def test_amend_empties_a_field(logged):
    logged("amend", "e2", "outcome=")

    assert logged.body() == {"changes": {"outcome": None}}


def test_amend_changes_a_cell(journal):
    journal("observe", "staging", "Release=v14")
    journal("amend", "e2", "Release=v15")

    assert journal.body() == {"changes": {"cells": [["Release", "v15"]]}}


def test_amend_brings_a_retracted_event_back(logged):
    logged("retract", "e2")
    logged("amend", "e2", "retracted=false")

    assert logged.body() == {"retracted": False}
    assert "Deploy started" in logged("render")


def test_amend_names_the_fields_that_there_are(logged):
    assert logged.refused("amend", "e2", "outcom=v15") == (
        2,
        "triage: entry has no field 'outcom'; did you mean 'outcome'?",
    )


def test_amend_of_a_required_field_to_nothing_is_refused(logged):
    assert logged.refused("amend", "e2", "text=") == (
        2,
        "triage: entry text cannot be empty; nothing was recorded",
    )


def test_amend_of_an_unknown_event_says_how_to_name_one(logged):
    assert logged.refused("amend", "e99", "text=x") == (
        3,
        "triage: no event 'e99'; name it as e12, by the tail of its id, or see: triage events",
    )


def test_retract_withdraws_an_event(logged):
    assert logged("retract", "e2", "wrong journal") == (
        "velvet-first-deploy e3 retracted e2: Deploy started · v14"
    )
    assert logged.body() == {"retracted": True, "reason": "wrong journal"}
    assert "Deploy started" not in logged("render")


def test_the_opening_of_a_journal_is_not_withdrawn(journal):
    assert journal.refused("retract", "e1") == (
        4,
        "triage: the opening of a journal cannot be withdrawn; close it instead: triage set status=abandoned",
    )


def test_a_retracted_action_moves_no_more_and_says_how_it_comes_back(journal):
    journal("action", "Migrate")
    journal("retract", "e2")
    tail = journal.event(2)["id"][-8:]

    assert journal.refused("done", "1") == (
        5,
        f"triage: action {tail} was retracted; bring it back: triage amend {tail} retracted=false",
    )


def test_undo_withdraws_my_last_event(logged):
    logged("log", "by another", "--actor", "bob")

    assert logged("undo") == "velvet-first-deploy e4 retracted e2: Deploy started · v14"


def test_undo_twice_withdraws_the_last_two(logged):
    logged("log", "second")
    logged("undo")

    assert logged("undo") == "velvet-first-deploy e5 retracted e2: Deploy started · v14"


def test_undo_of_a_retraction_brings_the_event_back(logged):
    logged("log", "second")
    logged("retract", "e2")

    assert logged("undo") == "velvet-first-deploy e5 brought back e2"
    assert "Deploy started" in logged("render")


def test_undo_says_that_it_was_one(logged):
    logged("undo", "--reason", "wrong journal")

    assert logged.body()["reason"] == "undo: wrong journal"


def test_undo_of_an_amendment_gives_the_old_value_back(logged):
    logged("amend", "e2", "text=Deploy ended")
    logged("undo")

    assert "| Deploy started | v14 |" in logged("render")


def test_undo_says_that_there_is_nothing_left(logged):
    assert logged.refused("undo", "--actor", "bob") == (
        3,
        "triage: bob recorded nothing here that still stands; see: triage events",
    )


def test_undo_never_withdraws_the_opening(journal):
    assert journal.refused("undo")[0] == 4


def test_what_is_withdrawn_already_is_not_withdrawn_again(logged):
    logged("retract", "e2")

    assert logged.refused("retract", "e2") == (
        5,
        "triage: e2 is withdrawn already; bring it back: triage amend e2 retracted=false",
    )


def test_an_event_is_named_by_the_tail_of_its_id(logged):
    tail = logged.event(2)["id"][-8:]

    assert logged("amend", tail, "text=x").startswith("velvet-first-deploy e3 amended e2 ")


def test_an_event_that_prose_names_is_kept_by_its_id_whichever_way_it_was_said(logged):
    logged("set", "summary=see e2")
    assert logged.body()["summary"] == f"see e:{logged.event(2)['id']}"

    logged("blocker", "No database")
    logged("amend", "e4", "cause=see e2")
    assert logged.body()["changes"]["cause"] == f"see e:{logged.event(2)['id']}"


def test_an_amendment_may_word_the_row_anew(logged):
    logged("amend", "e2", "--log", "Deploy begun")

    assert "| Deploy begun | v14 |" in logged("render")
