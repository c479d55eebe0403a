"""Commands that a hook captured stand in a document where something rests on them, and are found in any case."""

import pytest
from tests_support import opened

from triage.agents.seen import Seen
from triage.report import Evidence, Report
from triage.usecases import briefing, capturing, journals
from triage.usecases.recorder import Said

NOW = 1_777_982_400_000_000


def seen(command, *, exit_code=0, state="exited", title=""):
    return Seen(
        f"use {command}",
        title,
        command,
        "/work",
        (("out", f"output of {command}\n"),),
        state,
        exit_code,
        None,
    )


def capture(recorder, command, **how):
    return capturing.capture(
        recorder, seen(command, **how), hook="claude-code", started_us=NOW, ended_us=NOW + 1_000_000
    )


def report(store, recorder):
    return Report.from_events(store.events(recorder.place.journal, output=True))


def commands(found):
    """The commands whose output the report has, and those of them that a document shows."""
    sections = (*found.main.verbatim, *found.main.notes)
    shown = [each.command for section in sections for each in section.blocks if isinstance(each, Evidence)]
    return [item.command for item in found.main.evidence], shown


def test_nothing_rests_on_it_and_no_document_shows_it(store, recorder):
    capture(recorder, "make")

    assert commands(report(store, recorder)) == ([], [])


@pytest.mark.parametrize(
    "claim",
    [
        lambda id: Said("action", {"title": "Make", "status": "done", "evidence": id}),
        lambda id: Said("blocker", {"title": "Made", "evidence": id}),
        lambda id: Said("observation", {"cells": [["Host", "a"]], "evidence": id}),
        lambda id: Said("section", {"heading": ["Notes"], "body": f"as e:{id} says"}),
        lambda id: Said("blocker", {"title": "Made", "cause": f'{{{{ evidence.span("e:{id}") }}}}'}),
        lambda id: Said("evidence", {"section": ["Deploy"]}, entity=id),
        lambda id: Said("evidence", {"log": "It was made"}, entity=id),
        lambda id: Said("amendment", {"changes": {"section": ["Deploy"]}}, entity=id),
    ],
)
def test_it_is_shown_where_something_rests_on_it_or_somebody_asks(store, recorder, claim):
    event = capture(recorder, "make")
    capture(recorder, "make other")
    recorder.record(claim(event.id))

    assert commands(report(store, recorder)) == (["make"], ["make"])


def test_what_was_withdrawn_asks_for_nothing(store, recorder):
    event = capture(recorder, "make")
    action = recorder.record(Said("action", {"title": "Make", "status": "done", "evidence": event.id}))
    recorder.record(Said("amendment", {"retracted": True}, entity=action.id))

    assert commands(report(store, recorder)) == ([], [])


def test_an_action_it_backs_is_proved_by_an_exit_code_that_was_told(store, recorder):
    event = capture(recorder, "make")
    recorder.record(Said("action", {"title": "Make", "status": "done", "evidence": event.id}))

    (action,) = report(store, recorder).main.actions
    assert (action.backing, action.proof) == ("proved", (event.id,))


def test_a_command_whose_exit_code_nobody_told_is_observed_and_proves_nothing(store, recorder):
    event = capture(recorder, "make", exit_code=None)
    recorder.record(Said("action", {"title": "Make", "status": "done", "evidence": event.id}))

    (action,) = report(store, recorder).main.actions
    assert action.backing == "observed"


@pytest.mark.parametrize(("state", "exit_code"), [("exited", 1), ("interrupted", None), ("running", None)])
def test_a_command_that_did_not_go_through_bears_out_nothing(store, recorder, state, exit_code):
    event = capture(recorder, "make", state=state, exit_code=exit_code)
    recorder.record(Said("action", {"title": "Make", "status": "done", "evidence": event.id}))

    (action,) = report(store, recorder).main.actions
    assert action.backing == "asserted"


def test_what_is_not_shown_is_neither_author_nor_last_update_and_counts_in_the_checkpoint(store):
    recorder = opened(store)
    bare = report(store, recorder)
    capture(recorder, "make")
    found = report(store, recorder)

    assert (found.authors, found.last_updated) == (bare.authors, bare.last_updated)
    assert found.events == bare.events + 1
    assert found.heads != bare.heads


def test_the_journal_was_open_until_it_was_resolved(store, recorder):
    assert capturing.takes(recorder, NOW)
    closed = journals.resolve(recorder, None, {})

    from triage import times

    assert not capturing.takes(recorder, times.to_us(closed.recorded_at))
    assert capturing.takes(recorder, times.to_us(closed.recorded_at) - 1)


# In the commands


@pytest.fixture
def both(journal):
    """A journal in which somebody said something, after which a command was captured."""
    journal("log", "Looked at the hosts")
    lines = '{"kind": "evidence", "fields": {"title": "Apply", "command": "make", "exit_code": 0, "origin": "captured", "state": "exited", "hook": "codex", "output": "made"}}'
    journal("record", "-", stdin=lines)
    return journal


def test_it_is_listed_and_found_and_read_back(both):
    assert "codex" not in both("render")
    assert "Apply" in both("events")
    assert "Apply" in both("search", "Apply")
    assert "made" in both("output", "e3")
    assert "made" in both("output", "Apply")


def test_a_hand_off_tells_what_somebody_said_since(both):
    both("log", "All is well")

    told = both("brief", "--since", "e1")
    assert "e4 entry by ana: All is well" in told
    assert "Apply" not in told


def test_evidence_last_means_it_and_the_document_shows_who_captured_it(both):
    both("did", "Apply the changes", "--evidence", "last")

    assert "· captured by codex · exit code 0" in both("render")


def test_a_heading_asks_for_it(both):
    both("amend", "e3", "section=Deploy")

    assert "## Deploy" in both("render")


def test_last_and_undo_mean_what_somebody_said(both):
    assert "amended e2 (entry)" in both("amend", "last", "outcome=all well")
    assert "took the amendment of e2 back" in both("undo")
    assert "retracted e2" in both("undo")


def test_a_title_means_what_somebody_said_where_a_captured_command_has_it_too(both):
    both("log", "Apply is next")

    assert both("amend", "Apply", "outcome=done").endswith("amended e4 (entry): outcome=done")


def test_what_a_document_showed_then_is_shown_with_its_output(both):
    both("did", "Apply the changes", "--evidence", "last")
    then = both.json("log", "So far")["recorded_at"]
    both("retract", "e4")

    assert "\nmade\n" not in both("render")
    assert "\nmade\n" in both("render", "--as-of", then)


def test_a_hand_off_counts_what_a_hook_captured_and_names_what_failed_last(store, recorder):
    for number, code in enumerate((0, 2, 7, 0)):
        capture(recorder, f"make step-{number}", exit_code=code)

    found = briefing.brief(store, recorder.place, budget=200)

    [topic] = [topic for topic in found.hand_off.topics if topic.name == "captured"]
    assert [item.text for item in topic.items] == [
        "4 commands, 2 of which failed, the last e4; see: triage events --kind evidence"
    ]


def test_a_hand_off_where_no_hook_captured_anything_says_nothing_of_it(store, recorder):
    found = briefing.brief(store, recorder.place, budget=200)

    assert "captured" not in [topic.name for topic in found.hand_off.topics]
