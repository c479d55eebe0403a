"""`triage record` as agents use it: what became of each line, batches that are sent again, forgiving input."""

import json
import resource
from functools import partial

import pytest

GOOD = '{"kind": "entry", "fields": {"text": "Deploy started"}, "key": "start"}'
BAD = '{"kind": "entry", "fields": {"txt": "x"}}'
ACTION = '{"kind": "action", "fields": {"title": "Migrate"}, "key": "migrate"}'
DONE = '{"kind": "action", "entity": "key:migrate", "fields": {"status": "done"}}'


def batch(*lines):
    return "".join(f"{line}\n" for line in lines)


def answers(ran):
    return [json.loads(line) for line in ran.out.splitlines()]


def titles(journal):
    return [next(iter(event["body"].values())) for event in journal.events()[1:]]


# What became of each line


def test_each_line_is_answered_with_its_number(journal):
    ran = journal.run("record", "-", "--json", stdin=batch("", GOOD, "", ACTION))

    assert [
        (each["line"], each["event"], each["kind"], each["text"], each["new"]) for each in answers(ran)
    ] == [
        (2, "e2", "entry", "Deploy started", True),
        (4, "e3", "action", "Migrate", True),
    ]


def test_a_batch_that_continues_one_says_what_is_new(journal):
    journal("record", "-", stdin=batch(GOOD))

    assert journal("record", "-", stdin=batch(GOOD, ACTION)) == (
        "velvet-first-deploy e3: 1 event recorded, 1 event already recorded"
    )
    assert titles(journal) == ["Deploy started", "Migrate"]


def test_a_repeat_is_told_for_each_line(journal):
    journal("record", "-", stdin=batch(GOOD))
    ran = journal.run("record", "-", "--json", stdin=batch(GOOD, ACTION))

    assert [(each["event"], each["new"]) for each in answers(ran)] == [("e2", False), ("e3", True)]


def test_a_line_that_comes_twice_in_a_batch_is_recorded_once(journal):
    ran = journal.run("record", "-", "--json", stdin=batch(GOOD, GOOD))

    assert [(each["event"], each["new"]) for each in answers(ran)] == [("e2", True), ("e2", False)]


def test_all_lines_that_are_wrong_are_told_at_once(journal):
    ran = journal.run("record", "-", stdin=batch(BAD, GOOD, '{"kind": "log"}', DONE))

    *lines, last = ran.err.splitlines()
    assert (ran.code, ran.out) == (2, "")
    assert lines == [
        "line 1: entry has no field 'txt'; did you mean 'text'?",
        "line 3: no kind 'log'; did you mean 'entry'?",
        "line 4: no action 'migrate'; no action is open",
    ]
    assert last.startswith(
        "triage: 3 of 4 lines are refused; nothing was recorded; mend them, and send all lines again; what was read is kept in "
    )
    assert len(journal.events()) == 1


def test_all_lines_that_are_wrong_are_told_to_programs(journal):
    error = journal.refused_json("record", "-", stdin=batch(BAD, GOOD, '{"kind": "log"}'))

    assert (error["code"], error["refused"]) == ("lines", 2)
    assert [(each["line"], each["code"], each["hint"]) for each in error["lines"]] == [
        (1, "invalid", "did you mean 'text'?"),
        (3, "invalid", "did you mean 'entry'?"),
    ]
    assert "entry" in error["lines"][1]["allowed"]


def test_a_single_line_that_is_wrong_is_told_as_by_itself(journal):
    error = journal.refused_json("record", "-", stdin=batch(GOOD, BAD))

    assert (error["code"], error["message"]) == ("invalid", "line 2: entry has no field 'txt'")
    assert "text" in error["allowed"]
    assert [each["line"] for each in error["lines"]] == [2]


def test_of_very_many_lines_that_are_wrong_the_first_fifty_are_told(journal):
    error = journal.refused_json("record", "-", stdin=batch(*[BAD] * 60))

    assert (error["message"], len(error["lines"])) == ("60 of 60 lines are refused", 50)


# A part of a batch


def test_partial_keeps_every_line_that_can_be_recorded(journal):
    ran = journal.run("record", "-", "--partial", stdin=batch(BAD, GOOD, ACTION))

    assert (ran.code, ran.out) == (1, "velvet-first-deploy e2 to e3: 2 events recorded\n")
    assert ran.err.startswith(
        "triage: line 1: entry has no field 'txt'; did you mean 'text'?; what was read is"
    )
    assert titles(journal) == ["Deploy started", "Migrate"]


def test_partial_says_of_no_line_that_nothing_was_recorded(journal):
    ran = journal.run("record", "-", "--partial", stdin=batch('{"kind": "entry"', GOOD))

    assert "; it was not recorded; a line is one whole JSON object" in ran.err
    assert "nothing was recorded" not in ran.err


def test_partial_answers_for_each_line_in_order(journal):
    ran = journal.run("record", "-", "--partial", "--json", stdin=batch(GOOD, BAD, ACTION))
    first, second, third = answers(ran)

    assert (first["line"], first["event"], third["line"], third["event"]) == (1, "e2", 3, "e3")
    assert (second["line"], second["error"]["code"]) == (2, "invalid")
    assert second["error"]["message"] == "line 2: entry has no field 'txt'"
    assert ran.code == 1


def test_partial_without_a_fault_ends_with_0(journal):
    assert (
        journal("record", "-", "--partial", stdin=batch(GOOD)) == "velvet-first-deploy e2: 1 event recorded"
    )


def test_partial_of_nothing_that_can_be_recorded_records_nothing(journal):
    ran = journal.run("record", "-", "--partial", stdin=batch(BAD, BAD))

    assert (ran.code, ran.out) == (1, "velvet-first-deploy nothing recorded\n")
    assert len(journal.events()) == 1


def test_lines_that_refer_to_one_that_is_refused_are_refused_too(journal):
    wrong = '{"kind": "action", "fields": {"titel": "Migrate"}, "key": "migrate"}'
    blocked = '{"kind": "blocker", "fields": {"error": "no database", "action": "key:migrate"}}'
    ran = journal.run("record", "-", "--partial", stdin=batch(wrong, DONE, GOOD, blocked))

    assert ran.err.splitlines()[:3] == [
        "line 1: action has no field 'titel'; did you mean 'title'?",
        "line 2: it refers to line 1, which is refused; mend line 1: this one may be right",
        "line 4: it refers to line 1, which is refused; mend line 1: this one may be right",
    ]
    assert titles(journal) == ["Deploy started"]


def test_lines_that_refer_to_one_whose_key_was_used_are_refused_too(journal):
    journal("log", "other", "--key", "migrate")
    ran = journal.run("record", "-", "--partial", stdin=batch(ACTION, DONE, GOOD))

    first, second, third = ran.err.splitlines()
    assert first.startswith("line 1: the key was used before, for e2, with other fields; ")
    assert second.startswith("line 2: it refers to line 1, which is refused; ")
    assert third.startswith("triage: 2 of 3 lines are refused; the others are recorded; ")
    assert titles(journal) == ["other", "Deploy started"]


def test_a_line_that_the_store_refuses_is_named_and_the_others_are_kept(journal):
    long = json.dumps({"kind": "entry", "fields": {"text": "x" * 300_000}})
    ran = journal.run("record", "-", "--partial", stdin=batch(GOOD, long, ACTION))

    assert ran.err.startswith("triage: line 2: the text of this entry is 300,011 bytes; ")
    assert titles(journal) == ["Deploy started", "Migrate"]


def test_all_keys_that_were_used_with_other_fields_are_told_and_nothing_is_recorded(journal):
    for key in "ab":
        journal("log", "first", "--key", key)
    lines = [f'{{"kind": "entry", "fields": {{"text": "second"}}, "key": "{key}"}}' for key in "cab"]
    error = journal.refused_json("record", "-", stdin=batch(*lines))

    assert [(each["line"], each["code"]) for each in error["lines"]] == [
        (2, "key_conflict"),
        (3, "key_conflict"),
    ]
    assert len(journal.events()) == 3


def test_two_lines_of_one_key_with_other_fields_are_a_conflict(journal):
    other = GOOD.replace("Deploy", "Rollback")

    code, said = journal.refused("record", "-", stdin=batch(GOOD, other))

    assert code == 5
    assert said.startswith("triage: line 2: line 1 has the key, with other fields; give each line its own; ")


# A batch that is sent again


def test_the_key_of_a_batch_makes_its_lines_safe_to_send_again(journal):
    lines = (
        '{"kind": "action", "fields": {"title": "Migrate"}}',
        '{"kind": "entry", "fields": {"text": "x"}}',
    )
    first = journal.run("record", "-", "--json", "--key", "b", stdin=batch(*lines))
    again = journal.run("record", "-", "--json", "--key", "b", stdin="\r\n\r\n".join(lines))

    assert [each["id"] for each in answers(first)] == [each["id"] for each in answers(again)]
    assert [each["new"] for each in answers(again)] == [False, False]
    assert again.code == 0
    assert len(journal.events()) == 3


def test_a_line_keeps_its_own_key_beside_that_of_its_batch(journal):
    journal("record", "-", "--key", "b", stdin=batch(GOOD))

    assert journal("log", "Deploy started", "--key", "start").startswith("velvet-first-deploy e2 ")


def test_lines_refer_to_each_other_by_the_key_of_their_batch(journal):
    journal(
        "record",
        "-",
        "--key",
        "b",
        stdin=batch('{"kind": "action", "fields": {"title": "Migrate"}}', DONE.replace("migrate", "b:1")),
    )

    assert "| 1 | Migrate | DONE |" in journal("render")


def test_another_batch_under_the_same_key_is_a_conflict_and_records_nothing(journal):
    text = '{"kind": "entry", "fields": {"text": "one"}}'
    journal("record", "-", "--key", "b", stdin=batch(text))
    code, said = journal.refused("record", "-", "--key", "b", stdin=batch(text.replace("one", "two"), text))

    assert code == 5
    assert said.startswith("triage: line 1: the key was used before, for e2, with other fields")
    assert len(journal.events()) == 2


def test_a_batch_that_was_mended_is_sent_again_under_its_key(journal):
    lines = ['{"kind": "entry", "fields": {"text": "one"}}', BAD]
    journal.run("record", "-", "--partial", "--key", "b", stdin=batch(*lines))
    lines[1] = BAD.replace("txt", "text")

    assert journal("record", "-", "--key", "b", stdin=batch(*lines)) == (
        "velvet-first-deploy e3: 1 event recorded, 1 event already recorded"
    )


# Forgiving input


@pytest.mark.parametrize(
    "said",
    [
        f"{GOOD}\r\n\r\n{ACTION}\r\n".encode(),
        f"\ufeff{GOOD}\n{ACTION}".encode(),
        f"{GOOD}\n{ACTION}\n".encode("utf-16"),
        f"[{GOOD},\n {ACTION}]".encode(),
        f"\n  [\n{GOOD}\n,{ACTION}\n]\n".encode(),
        json.dumps([GOOD, ACTION]).encode(),
    ],
    ids=["CRLF", "BOM", "UTF-16", "array", "array over lines", "array of texts"],
)
def test_lines_are_taken_in_whatever_form_they_come(journal, said):
    journal("record", "-", stdin=said)

    assert titles(journal) == ["Deploy started", "Migrate"]


def test_an_element_of_an_array_is_named_by_its_place(journal):
    error = journal.refused_json("record", "-", stdin=f"[{GOOD},\n\n{BAD}]")

    assert error["message"] == "line 2: entry has no field 'txt'"


def test_an_array_of_nothing_records_nothing(journal):
    assert journal("record", "-", stdin="[]") == "velvet-first-deploy nothing recorded"


def test_fields_may_stand_beside_the_kind(journal):
    journal("record", "-", stdin='{"kind": "action", "title": "Migrate", "status": "done", "at": "04:10"}')

    assert journal.last()["body"] == {"title": "Migrate", "status": "done"}
    assert journal.last()["at"] == "2026-05-05T04:10:00.000000Z"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"kind": "entry", "text": "x", "outcom": "y"}', "line 1: entry has no field 'outcom'; did you mean 'outcome'?"),
        ('{"kind": "entry", "fields": {"text": "x"}, "outcome": "y"}', "line 1: entry has no field 'outcome' beside its fields; put it into fields"),
        ('{"kind": "Entry", "text": "x"}', "line 1: no kind 'Entry'; did you mean 'entry'?"),
        ('{"kind": "did", "title": "x"}', "line 1: no kind 'did'; did you mean 'action' with the status 'done'?"),
        ('{"kind": ["entry"]}', "line 1: no kind ['entry']; did you mean 'entry'?"),
        ('{"kind": "observation", "cells": {"Release": "v15"}}', 'write it as [["Release", "v15"], ["Slug", "2ef77cf3"]]'),
        ('{"kind": "section", "heading": "A > B"}', 'write it as ["A", "B"]: B under A'),
    ],
)  # fmt: skip
def test_a_near_miss_is_told_what_was_meant(journal, line, said):
    assert said in journal.refused("record", "-", stdin=line)[1]


def test_what_is_refused_is_kept_whole(journal):
    kept = journal.refused("record", "-", stdin=batch(GOOD, BAD))[1].rpartition(" is kept in ")[2]

    with open(kept, encoding="utf-8") as file:
        assert file.read() == batch(GOOD, BAD)


# A store that is away


def test_a_batch_that_is_spooled_and_sent_again_is_recorded_once(journal):
    journal.set("PYTHONDONTWRITEBYTECODE", "1")  # half of it would be kept
    lines = batch(GOOD, '{"kind": "entry", "fields": {"text": "x"}}').encode()
    full = {"preexec_fn": partial(resource.setrlimit, resource.RLIMIT_FSIZE, (8192, 8192)), "input": lines}
    first = journal.start("record", "-", "--key", "b", **full)
    again = journal.start("record", "-", "--key", "b", "--json", **full)

    assert (first.code, first.out) == (0, "velvet-first-deploy spooled: 2 events\n")
    assert [(each["line"], each["spooled"], "new" in each) for each in answers(again)] == [
        (1, True, False),
        (2, True, False),
    ]
    assert (
        journal("record", "-", "--key", "b", stdin=lines)
        == "velvet-first-deploy e2 to e3: 2 events already recorded"
    )
    assert titles(journal) == ["Deploy started", "x"]
