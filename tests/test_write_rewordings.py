"""A text with a name that is written again: what it says in other words takes the place of what it said."""

import tempfile
from collections import Counter
from contextlib import contextmanager
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import new_recorder, new_store, opened

from triage.report import Report
from triage.report.history import one_per_id, survey
from triage.usecases import corrections
from triage.usecases.recorder import Said
from triage.usecases.writing import write

NAME = "notes.md"


@contextmanager
def journals():
    """A fresh journal: what records into it for an actor."""
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(f"{folder}/triage.db")
        try:
            place, seeds = opened(store).place, count(100)
            yield lambda actor="ana": new_recorder(store, place, actor=actor, seed=next(seeds))
        finally:
            store.close()


def events(recorder):
    return list(recorder.store.events(recorder.place.journal, output=True))


def standing(recorder):
    """What stands of each event."""
    found = survey(one_per_id(events(recorder)))
    return {each.id: each for each in found.patches if each.id not in found.retracted}


def report(recorder):
    return Report.from_events(events(recorder)).main


def rows(recorder):
    return [(row.at[11:16], row.text, row.outcome) for row in report(recorder).rows if row.at]


def amended(recorder):
    """The events that were amended, by their numbers."""
    numbers = {event.id: event.n for event in events(recorder)}
    return [numbers[event.entity] for event in events(recorder) if event.kind == "amendment"]


TIMES = st.sampled_from(["04:10", "04:10", "04:12", "05:00"])
WHAT = st.sampled_from(
    ["Deployed", "Deployed relay", "Deployed the relay", "Restarted", "Retried", "Rotate key 1", "Rotate key 2", "Warm up"]
)  # fmt: skip
OUTCOMES = st.sampled_from(["", "", " → v14", " → v15", " → ok"])
ENTRIES = st.lists(st.tuples(TIMES, WHAT, OUTCOMES), max_size=5)
BOX = st.tuples(st.sampled_from(["Todo", "Later"]), st.sampled_from(" x"), WHAT)
BOXES = st.lists(BOX, max_size=4)
TABLE = st.lists(st.tuples(WHAT, st.sampled_from(["200", "302"])), max_size=4, unique_by=lambda row: row[0])


def note(entries=(), boxes=(), table=(), heading="Checks"):
    """A text that says so; a line of prose in front makes it say something."""
    lines = ["Of the relay.", "", *(f"- {at} {what}{outcome}" for at, what, outcome in entries), ""]
    for group in ("Todo", "Later"):
        lines += [
            f"## {group}",
            "",
            *(f"- [{sign}] {what}" for where, sign, what in boxes if where == group),
            "",
        ]
    cells = [f"| {what} | {value} |" for what, value in table]
    lines += [f"## {heading}", "", "| Check | Status |", "|-|-|", *cells] if table else []
    return "\n".join(lines) + "\n"


NOTES = st.builds(note, ENTRIES, BOXES, TABLE, st.sampled_from(["Checks", "Tests"]))


@given(st.lists(NOTES, min_size=1, max_size=4))
def test_a_text_that_is_written_twice_is_recorded_once_whatever_it_said_before(texts):
    with journals() as recorder:
        for text in texts:
            write(recorder(), text, name=NAME)
        again = write(recorder(), texts[-1], name=NAME)

        assert again.recorded == []


@given(NOTES, ENTRIES, BOXES, TABLE)
def test_every_line_of_a_text_stands_in_the_report_whatever_it_said_before(first, entries, boxes, table):
    with journals() as recorder:
        write(recorder(), first, name=NAME)
        write(recorder(), note(entries, boxes, table), name=NAME)

        said = Counter((at, what, outcome.removeprefix(" → ")) for at, what, outcome in entries)
        assert without_outcome(said) <= without_outcome(Counter(rows(recorder())))
        assert {each for each in said if each[2]} <= set(rows(recorder()))
        actions = Counter((action.section, action.title) for action in report(recorder()).actions)
        assert Counter(((where,), what) for where, _, what in boxes) <= actions
        shown = {tuple(row.values) for each in report(recorder()).tables for row in each.rows}
        assert set(table) <= shown


def without_outcome(lines):
    return Counter((at, what) for at, what, _ in lines.elements())


@given(st.lists(NOTES, min_size=2, max_size=4))
def test_a_text_withdraws_nothing_and_amends_only_what_it_said(texts):
    with journals() as recorder:
        bo = recorder("bo")
        write(bo, texts[-1], name=NAME)
        bo.record(Said("entry", {"text": "Deployed"}, at="04:10"))
        for text in texts:
            write(recorder(), text, name="other.md")
            write(recorder(), text, name=NAME)

        by_id = {event.id: event for event in events(recorder())}
        amendments = [event for event in by_id.values() if event.kind == "amendment"]
        assert not any(event.body.get("retracted") for event in amendments)
        for each in amendments:
            name = each.body["reason"].removeprefix("written anew in ")
            assert by_id[each.entity].actor.name == "ana"
            assert by_id[each.entity].body["source"].startswith(name)


@given(NOTES, NOTES, st.data())
def test_what_somebody_amended_stands_whatever_the_text_says(first, second, data):
    with journals() as recorder:
        write(recorder(), first, name=NAME)
        lines = [event for event in events(recorder()) if event.kind in ("entry", "action", "section")]
        event = data.draw(st.sampled_from(lines))
        field = {"entry": "text", "action": "title", "section": "body"}[event.kind]
        corrections.amend(recorder("bo"), f"e{event.n}", [f"{field}=Something else"], None)
        before = standing(recorder())[event.id]
        write(recorder(), second, name=NAME)
        write(recorder(), first, name=NAME)

        assert standing(recorder())[event.id] == before


@given(ENTRIES, st.lists(BOX, max_size=4, unique_by=lambda box: box[::2]), TABLE, st.data())
def test_a_line_that_only_vanished_stands_as_it_was(entries, boxes, table, data):
    def some(lines):
        return [line for line in lines if data.draw(st.booleans())]

    with journals() as recorder:
        write(recorder(), note(entries, boxes, table), name=NAME)
        before = standing(recorder())
        write(recorder(), note(some(entries), some(boxes), some(table)), name=NAME)

        assert standing(recorder()) == before


EDITS = [
    ("04:10 Deployed → v14", "04:10 Deployed → v15"),
    ("04:10 Deployed", "04:10 Deployed → v14"),
    ("04:10 Deployed v14", "04:10 Deployed v15"),
    ("04:10 Deployed the relay", "04:10 Deployed the relay to eu-1 → v14"),
    ("04:10 Deployed → v14", "04:12 Deployed → v14"),
    ("- [ ] Rotate teh key", "- [ ] Rotate the key"),
    ("- [ ] Warm cache", "- [ ] Warm the cache"),
    ("## Todo\n\n- [ ] Rotate", "## To do\n\n- [ ] Rotate"),
    ("## A\n\n| Check | Status |\n|-|-|\n| log in | 200 |", "## A\n\n| Check | Status |\n|-|-|\n| login in | 200 |"),
    ("## A\n\n| Check | Status |\n|-|-|\n| login | 200 |", "## B\n\n| Check | Status |\n|-|-|\n| login | 200 |"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), EDITS)
def test_a_line_that_was_reworded_takes_the_place_of_the_earlier_one(first, second):
    with journals() as recorder:
        write(recorder(), first, name=NAME)
        written = write(recorder(), second, name=NAME)

        assert [each.state for each in written.became] == ["changed"]
        assert amended(recorder()) == [2]
        assert written.remarks == []


TWO = [
    ("04:10 Deployed the relay", "04:10 Asked ana"),
    ("04:10 Retried → a\n04:10 Retried → b", "04:10 Retried → c"),
    ("04:10 Retried\n04:20 Retried", "04:20 Retried\n04:30 Retried"),
    ("04:10 Deployed → v14", "05:10 Deployed → v15"),
    ("- [ ] Rotate key 1", "- [ ] Rotate key 2"),
    ("- [ ] Deploy to staging", "- [ ] Deploy to production"),
    ("- [ ] Deploy", "- [ ] Deploy it\n- [ ] Deploy all"),
    ("- [ ] Mount the volume", "- [ ] Unmount the volume"),
    ("- [ ] Do delete the volume", "- [ ] Do not delete the volume"),
    ("- [x] Delete the volume", "- [ ] Delete the backup volume"),
    ("## Monday\n\n- [x] Look at it", "## Tuesday\n\n- [ ] Look at it"),
    ("| Host | State |\n|-|-|\n| prod-a | up |", "| Host | State |\n|-|-|\n| prod-b | up |"),
    ("| Zone | State |\n|-|-|\n| us-east | up |", "| Zone | State |\n|-|-|\n| us-west | up |"),
    ("| Host | State |\n|-|-|\n| web-1 | up |", "| Host | State |\n|-|-|\n| web-2 | up |"),
]


@pytest.mark.parametrize(("first", "second"), TWO)
def test_a_line_that_may_be_another_one_is_kept_beside_the_earlier_one_which_is_told(first, second):
    with journals() as recorder:
        write(recorder(), first, name=NAME)
        written = write(recorder(), second, name=NAME)

        assert amended(recorder()) == []
        assert "new" in [each.state for each in written.became]
        (told,) = written.remarks
        assert told.text.startswith(
            "notes.md says no more what these say, which stand; to withdraw one: triage retract e2; e2 '"
        )


def test_an_entry_may_be_reworded_again_and_back():
    with journals() as recorder:
        for outcome in ("v14", "v15", "v14", "v16"):
            write(recorder(), f"04:10 Deployed → {outcome}", name=NAME)

        assert rows(recorder()) == [("04:10", "Deployed", "v16")]
        assert amended(recorder()) == [2, 2, 2]


def test_what_a_text_said_before_may_be_said_by_another_text():
    with journals() as recorder:
        write(recorder(), "04:10 Deployed → v14", name=NAME)
        write(recorder(), "04:10 Deployed → v15", name=NAME)
        write(recorder(), "04:10 Deployed → v14")
        write(recorder(), "04:10 Deployed → v14")

        assert sorted(rows(recorder())) == [("04:10", "Deployed", "v14"), ("04:10", "Deployed", "v15")]


def test_an_entry_that_was_reworded_and_withdrawn_is_not_written_again():
    with journals() as recorder:
        write(recorder(), "04:10 Deployed → v14", name=NAME)
        write(recorder(), "04:10 Deployed → v15", name=NAME)
        corrections.retract(recorder("bo"), "e2", None)
        written = write(recorder(), "04:10 Deployed → v15", name=NAME)

        assert written.recorded == []
        assert [each.text for each in written.remarks] == ["e2 was withdrawn, and is not written again"]


def test_an_entry_that_was_amended_stands_and_a_later_wording_is_recorded_beside_it():
    with journals() as recorder:
        write(recorder(), "04:10 Deployed → v14", name=NAME)
        corrections.amend(recorder("bo"), "e2", ["outcome=v14.1"], None)
        same = write(recorder(), "04:10 Deployed → v14", name=NAME)
        other = write(recorder(), "04:10 Deployed → v15", name=NAME)

        assert same.recorded == []
        assert [each.text for each in same.remarks] == ["e2 was amended since, and stands as it is"]
        assert sorted(rows(recorder())) == [("04:10", "Deployed", "v14.1"), ("04:10", "Deployed", "v15")]
        assert [each.text for each in other.remarks] == [
            "e2 was amended since, and stands beside this; to withdraw it: triage retract e2"
        ]


def test_what_was_recorded_beside_a_line_that_was_amended_may_be_reworded():
    with journals() as recorder:
        write(recorder(), "04:10 Deployed → v14", name=NAME)
        corrections.amend(recorder("bo"), "e2", ["outcome=v14.1"], None)
        for outcome in ("v15", "v16", "v17"):
            write(recorder(), f"04:10 Deployed → {outcome}", name=NAME)

        assert sorted(rows(recorder())) == [("04:10", "Deployed", "v14.1"), ("04:10", "Deployed", "v17")]


@pytest.mark.parametrize("other", ["Plan (draft)", "Plan: draft", '"Plan (draft)"', "Plan (draft) (2)"])
def test_a_text_takes_no_place_of_one_whose_name_begins_with_its_own(other):
    with journals() as recorder:
        write(recorder(), "04:10 Deployed → v14", name=other)
        write(recorder(), "04:10 Deployed → v15", name="Plan")
        write(recorder(), "04:10 Deployed → v16", name=other)

        assert rows(recorder()) == [("04:10", "Deployed", "v16"), ("04:10", "Deployed", "v15")]


def test_prose_that_was_amended_stands_and_a_later_wording_is_recorded_below_it():
    with journals() as recorder:
        write(recorder(), "## Cause\n\nA full disk.", name=NAME)
        corrections.amend(recorder("bo"), "e2", ["body=A full inode table."], None)
        same = write(recorder(), "## Cause\n\nA full disk.", name=NAME)
        write(recorder(), "## Cause\n\nNobody looked.", name=NAME)

        assert same.recorded == []
        assert [each.body["body"] for each in standing(recorder()).values() if each.kind == "section"] == [
            "A full inode table.",
            "Nobody looked.",
        ]


def test_a_row_that_somebody_observed_since_is_not_set_back():
    table = "## Final state\n\n| Environment | Release |\n|-|-|\n| staging | v14 |"
    with journals() as recorder:
        write(recorder(), table, name=NAME)
        cells = [["Environment", "staging"], ["Release", "v15"]]
        recorder("bo").record(Said("observation", {"cells": cells}))
        written = write(recorder(), table, name=NAME)

        assert written.recorded == []
        assert [each.text for each in written.remarks] == [
            "the record says otherwise of 'staging' since, which stands"
        ]


def test_an_action_whose_title_was_reworded_keeps_what_became_of_it():
    with journals() as recorder:
        write(recorder(), "- [ ] Rotate teh key @ana", name=NAME)
        recorder("bo").record(Said("action", {"status": "doing"}, entity=events(recorder())[1].id))
        write(recorder(), "- [ ] Rotate the key @bo", name=NAME)

        (action,) = report(recorder()).actions
        assert (action.title, action.status, action.owner) == ("Rotate the key", "doing", "bo")


def test_a_line_that_is_said_once_more_is_recorded_once_more():
    with journals() as recorder:
        write(recorder(), "04:10 Retried\n")
        write(recorder(), "04:10 Retried\n04:10 Retried\n")
        written = write(recorder(), "04:10 Retried\n04:10 Retried\n")

        assert rows(recorder()) == [("04:10", "Retried", "")] * 2
        assert written.recorded == []


def test_two_boxes_of_one_title_are_ticked_at_once():
    with journals() as recorder:
        write(recorder(), "- [ ] Restart\n- [ ] Restart\n")
        write(recorder(), "- [x] Restart\n- [x] Restart\n")

        assert [action.status for action in report(recorder()).actions] == ["done", "done"]


def test_what_becomes_what_is_told(triage):
    triage("open", "Velvet")
    for text in ("04:10 Deployed → v14\n", "04:10 Deployed → v15\n"):
        (triage.work / NAME).write_text(text)
        dry = triage.json("write", NAME, "--dry-run")["written"][0]
        told = triage("write", NAME, "-v").splitlines()[0]

    assert (
        told == "        1  entry        changed  e3      04:10 Deployed → v15 (was e2: 04:10 Deployed → v14)"
    )
    assert (dry["state"], dry["amends"], dry["was"]) == ("changed", "e2", "04:10 Deployed → v14")


def test_a_file_of_the_same_name_in_another_folder_is_another_text(triage):
    triage("open", "Velvet")
    for folder, text in (("one", "04:10 Started web 1"), ("two", "04:10 Started web 2")):
        (triage.work / folder).mkdir()
        (triage.work / folder / "notes.md").write_text(text)
        triage("write", f"{folder}/notes.md")

    assert [event["body"]["text"] for event in triage.events()[1:]] == ["Started web 1", "Started web 2"]


def test_a_file_of_a_project_is_one_text_from_whatever_folder_and_checkout(triage, monkeypatch):
    triage("open", "Velvet")
    for checkout, text in (("one", "04:10 Started web 1"), ("two", "04:10 Started web 2")):
        folder = triage.work / checkout / "docs"
        (triage.work / checkout / ".git").mkdir(parents=True)
        folder.mkdir()
        (folder / "notes.md").write_text(text)
        monkeypatch.chdir(folder if checkout == "two" else triage.work)
        triage("write", "notes.md" if checkout == "two" else f"{checkout}/docs/notes.md")

    assert "Started web 1" not in triage("render", "velvet")


def test_what_takes_the_place_of_other_words_is_told_unasked(triage):
    triage("open", "Velvet")
    note = triage.work / "notes.md"
    note.write_text("04:10 Deployed → v14")
    triage("write", "notes.md")
    note.write_text("04:10 Deployed → v15")

    said = triage.run("write", "notes.md")
    assert said.out == "velvet e3: 1 entry; 1 of them a change\n"
    assert said.err == "line 1: 04:10 Deployed → v15 takes the place of e2: 04:10 Deployed → v14\n"
