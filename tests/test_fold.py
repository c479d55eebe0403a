"""The fold: what a report says of a set of events, whatever order they came in."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import START, new_recorder, new_store, opened

from triage.report import Report
from triage.report.history import one_per_id
from triage.usecases import corrections, facts, journals, work
from triage.usecases.recorder import Circumstances, Place, Said, log

DAY = "2026-05-05"


def at(recorder, clock):
    """The same recorder, which says that things happened at a time of the day."""
    here = recorder.moved(recorder.place)
    here.circumstances = Circumstances(recorder.circumstances.actor, at=clock and f"{DAY} {clock}")
    return here


def report(recorder):
    return Report.from_events(recorder.store.events(recorder.place.journal, output=True))


def rows(recorder):
    return [
        (row.at[11:16] if row.at else "", row.text, row.outcome, row.mark)
        for row in report(recorder).main.rows
    ]


@pytest.fixture
def here(recorder):
    return recorder


def entry(here, clock, text, **fields):
    return log(at(here, clock), text, fields.pop("outcome", None), fields)


# Rule 1: one event per id


def test_of_two_copies_of_an_id_the_earliest_counts(here):
    event = entry(here, "01:00", "said")
    later = event._replace(recorded_at="2027-01-01T00:00:00.000000Z", digest="f" * 64, body={"text": "other"})

    assert one_per_id([later, event]) == one_per_id([event, later]) == [event]


# Rule 2: amendments


def test_an_amendment_changes_the_field_that_it_names(here):
    event = entry(here, "01:00", "v14", outcome="up")
    corrections.amend(here, f"e{event.n}", ["text=v15"], None)

    assert rows(here) == [("01:00", "v15", "up", "")]


def test_an_amendment_changes_the_time(here):
    event = entry(here, "01:00", "a")
    entry(here, "02:00", "b")
    corrections.amend(here, f"e{event.n}", [f"at={DAY} 03:00"], None)

    assert [row[:2] for row in rows(here)] == [("02:00", "b"), ("03:00", "a")]


def test_an_amendment_changes_one_cell(here):
    told = work.did(here, "Push", ("Release=v14", "Slug=1"), {"environment": "staging"})
    corrections.amend(here, f"e{told.event.n}", ["Release=v15"], None)

    assert report(here).main.final.rows[0].values == ("staging", "v15", "1")


def test_a_retracted_entry_is_not_shown(here):
    event = entry(here, "01:00", "a")
    corrections.retract(here, f"e{event.n}", "wrong journal")

    assert rows(here) == []


def test_a_later_amendment_undoes_a_retraction(here):
    event = entry(here, "01:00", "a")
    corrections.retract(here, f"e{event.n}", None)
    corrections.amend(here, f"e{event.n}", ["text=b"], None)

    assert [row[1] for row in rows(here)] == ["b"]


def test_a_retracted_amendment_does_not_count(here):
    event = entry(here, "01:00", "a")
    amendment = corrections.amend(here, f"e{event.n}", ["text=b"], None).amendment
    corrections.retract(here, f"e{amendment.n}", None)

    assert [row[1] for row in rows(here)] == ["a"]


def test_an_amendment_can_be_amended(here):
    event = entry(here, "01:00", "a")
    first = here.record(Said("amendment", {"changes": {"text": "b"}}, entity=event.id))
    here.record(Said("amendment", {"changes": {"changes": {"text": "c"}}}, entity=first.id))

    assert [row[1] for row in rows(here)] == ["c"]


def test_undo_goes_back_one_event_at_a_time(here):
    for text in ("a", "b", "c"):
        entry(here, "01:00", text)
    corrections.undo(here, None)
    corrections.undo(here, None)

    assert [row[1] for row in rows(here)] == ["a"]


def test_undo_brings_back_what_an_amendment_changed(here):
    event = entry(here, "01:00", "a")
    corrections.amend(here, f"e{event.n}", ["text=b"], None)
    corrections.undo(here, None)

    assert [row[1] for row in rows(here)] == ["a"]


def test_a_retracted_creation_hides_its_patches(here):
    told = work.add(at(here, "01:00"), "Migrate", {})
    work.move(at(here, "02:00"), "1", "done", (), {})
    corrections.retract(here, f"e{told.event.n}", None)

    assert report(here).main.actions == ()
    assert rows(here) == []


@pytest.mark.parametrize(
    "changes", [{"text": 5}, {"text": None}, {"nosuch": "x"}, {"at": "soon"}, {"type": "odd"}]
)
def test_an_amendment_that_does_not_fit_changes_nothing(here, changes):
    event = entry(here, "01:00", "a")
    here.record(Said("amendment", {"changes": changes}, entity=event.id))

    assert rows(here) == [("01:00", "a", "", "")]


# Rule 3: creation precedes every patch


def test_a_patch_that_happened_before_its_creation_still_follows_it(here):
    work.add(at(here, "05:00"), "Migrate", {})
    work.move(at(here, "04:00"), "1", "done", ("3 applied",), {})

    action = report(here).main.actions[0]
    assert (action.status, action.outcome) == ("done", "3 applied")


def test_the_patch_that_happened_last_holds_not_the_one_that_was_recorded_last(here):
    work.add(at(here, "01:00"), "Migrate", {})
    work.move(at(here, "03:00"), "1", "done", ("late",), {})
    work.move(at(here, "02:00"), "1", "failed", ("early",), {})

    assert report(here).main.actions[0].outcome == "late"


# Rule 4: numbers


def test_a_retracted_action_keeps_its_number(here):
    first = work.add(here, "A", {})
    work.add(here, "B", {})
    corrections.retract(here, f"e{first.event.n}", None)

    assert [(action.number, action.title) for action in report(here).main.actions] == [(2, "B")]


def test_the_numbers_that_commands_answer_with_are_those_of_the_document(here):
    told = [work.add(here, title, {}) for title in "ABC"]

    assert (
        [item.number for item in told] == [action.number for action in report(here).main.actions] == [1, 2, 3]
    )


# Rule 5: rows of the sequence log


def test_entries_are_rows(here):
    entry(here, "01:00", "a", outcome="b", type="decision")

    assert rows(here) == [("01:00", "a", "b", "decision")]


def test_an_action_is_a_row_when_it_is_done_blocked_failed_or_skipped_and_else_is_not(here):
    for number, status in enumerate(("done", "failed", "skipped"), 1):
        work.add(at(here, "01:00"), status, {})
        work.start(at(here, "01:30"), str(number), {}, take=False)
        work.move(at(here, "02:00"), str(number), status, (), {})

    assert [row[3] for row in rows(here)] == ["done", "failed", "skipped"]


def test_doing_the_same_again_is_no_second_row(here):
    work.did(at(here, "01:00"), "A", (), {})
    work.move(at(here, "02:00"), "1", "done", ("again",), {})

    assert len(rows(here)) == 1


def test_a_blocker_of_an_action_is_the_row_of_its_action(here):
    work.add(at(here, "01:00"), "Migrate", {"environment": "staging"})
    work.block(at(here, "02:00"), "1", "no module", {})

    assert rows(here) == [("02:00", "Migrate (staging)", "no module", "blocked")]


def test_a_blocker_of_no_action_is_a_row_and_so_is_its_fix(here):
    work.blocker(at(here, "01:00"), "no package", {"error": "No module named velvet"})
    work.settle(at(here, "02:00"), "1", "fixed", "Added it.\n\nMore.", {"pr": "#7"})

    assert rows(here) == [
        ("01:00", "Blocker 1: no package", "No module named velvet", "blocked"),
        ("02:00", "Blocker 1 fixed: no package", "PR #7", "fixed"),
    ]


def test_closing_an_issue_and_merging_a_pr_are_rows_opening_one_is_not(here):
    facts.issue(at(here, "01:00"), "7", "open", None, {})
    facts.issue(at(here, "02:00"), "7", "closed", "shipped", {"title": "smoke test"})
    facts.issue(at(here, "03:00"), "8", "merged", None, {})

    assert rows(here) == [
        ("02:00", "Issue #7 closed — smoke test", "shipped", "closed"),
        ("03:00", "PR #8 merged", "", "merged"),
    ]


def test_a_change_of_status_is_a_row(here):
    journals.resolve(at(here, "02:00"), "healthy", {})

    assert rows(here) == [("02:00", "Status: resolved", "healthy", "resolved")]


def test_opening_an_addendum_is_a_row_of_the_main_report(here):
    journals.addendum(at(here, "02:00"), "DKIM", {})

    assert rows(here) == [("02:00", "Addendum opened: DKIM", "", "opened")]


def test_prose_references_and_observations_are_no_rows(here):
    facts.section(here, "Notes", "text", {})
    facts.reference(here, "https://e.org", None, {})
    facts.observe(here, ["staging", "Release=v1"], {})

    assert rows(here) == []


def test_log_words_the_row_of_any_event(here):
    facts.observe(at(here, "01:00"), ["staging", "Release=v1"], {"log": "Looked at staging"})
    work.did(at(here, "02:00"), "Push", ("v14",), {"log": "v14 is out"})

    assert rows(here) == [
        ("01:00", "Looked at staging", "Release v1", ""),
        ("02:00", "v14 is out", "v14", "done"),
    ]


# Rule 6: what is derived


def test_an_action_whose_blockers_are_all_fixed_is_closed(here):
    work.add(here, "Migrate", {})
    work.block(here, "1", "a", {})
    work.block(here, "1", "b", {})
    work.settle(here, "1", "fixed", None, {})
    half = report(here).main.actions[0]
    work.settle(here, "2", "fixed", None, {})
    whole = report(here).main.actions[0]

    assert (half.shown, half.closed) == ("BLOCKED", False)
    assert (whole.shown, whole.closed) == ("BLOCKED → FIXED", True)


def test_time_blocked_is_the_union_of_what_overlaps(here):
    work.blocker(at(here, "01:00"), "a", {})
    work.blocker(at(here, "01:30"), "b", {})
    work.settle(at(here, "02:00"), "1", "fixed", None, {})
    work.settle(at(here, "02:30"), "2", "fixed", None, {})

    assert report(here).main.time_blocked_us == 90 * 60 * 1_000_000


@pytest.mark.parametrize("fixed", [None, "04:00"])
def test_time_blocked_ends_where_the_part_was_resolved(here, fixed):
    work.blocker(at(here, "01:10"), "red", {})
    journals.resolve(at(here, "02:00"), None, {})
    if fixed:
        work.settle(at(here, fixed), "1", "fixed", None, {})
    work.add(at(here, "05:00"), "Afterwards", {})

    assert report(here).main.time_blocked_us == 50 * 60 * 1_000_000


def test_time_blocked_of_an_open_blocker_ends_with_the_last_row_as_the_wall_clock_does(here):
    entry(here, "01:00", "first")
    work.blocker(at(here, "01:10"), "red", {})
    entry(here, "02:00", "last")
    work.add(at(here, "05:00"), "Planned", {})

    part = report(here).main
    assert (part.time_blocked_us, part.wall_clock.end_name) == (50 * 60 * 1_000_000, "last")


def test_the_wall_clock_runs_from_the_first_row_to_the_last_resolve(here):
    entry(here, "01:00", "first")
    journals.resolve(at(here, "02:00"), None, {})
    entry(here, "02:30", "afterthought")

    clock = report(here).main.wall_clock
    assert (clock.start_name, clock.end_name, clock.us, clock.so_far) == (
        "first",
        "resolved",
        3600 * 10**6,
        False,
    )


def test_an_unresolved_wall_clock_runs_so_far(here):
    entry(here, "01:00", "first")
    entry(here, "01:30", "last")

    clock = report(here).main.wall_clock
    assert (clock.end_name, clock.us, clock.so_far) == ("last", 1800 * 10**6, True)


def test_marks_choose_the_ends_and_give_the_times_to_detect_and_to_mitigate(here):
    entry(here, "00:10", "bad release", mark="impact")
    entry(here, "00:30", "alert", mark="detected")
    entry(here, "01:10", "rolled back", mark="mitigated")
    entry(here, "01:20", "quiet", mark="end")
    entry(here, "02:00", "tea")

    clock = report(here).main.wall_clock
    assert (clock.end_name, clock.detect_us, clock.mitigate_us) == ("quiet", 1200 * 10**6, 3600 * 10**6)


def test_last_updated_is_the_greatest_time_of_all_parts(here):
    corrections.amend(here, "e1", [f"at={DAY} 00:30"], None)
    entry(here, "01:00", "a")
    added = journals.addendum(at(here, "02:00"), "Later", {})
    there = here.moved(here.place._replace(part=added.id))
    log(at(there, "03:00"), "b", None, {})

    assert report(here).last_updated == f"{DAY}T03:00:00.000000Z"


def test_related_issues_are_those_that_anything_names_but_no_prs(here):
    facts.issue(here, "9", "open", None, {})
    facts.issue(here, "11", "merged", None, {})
    work.blocker(here, "x", {"issue": "#3", "pr": "#4"})
    facts.issue(here, "https://github.com/a/b/issues/9", None, "again", {})

    assert report(here).related == ("#3", "#9")


def test_a_pr_that_fixed_a_blocker_closes_its_issue(here):
    facts.issue(here, "3", "closed", None, {})
    work.blocker(here, "x", {"issue": "#3"})
    work.settle(here, "1", "fixed", None, {"pr": "#4"})

    assert report(here).main.issues[0].closed_by == ("#4",)


# Rule 7: how a claim is backed


@pytest.mark.parametrize(
    ("fields", "backing"),
    [
        ({"origin": "captured", "exit_code": 0}, "proved"),
        ({"origin": "captured", "exit_code": 1}, "asserted"),
        ({"origin": "captured", "state": "running"}, "asserted"),
        ({"origin": "supplied", "exit_code": 0}, "observed"),
    ],
)
def test_an_action_is_backed_by_its_evidence(here, fields, backing):
    told = work.did(here, "Push", (), {})
    here.record(Said("evidence", {"action": told.event.id, **fields}, output=b"x"))

    assert report(here).main.actions[0].backing == backing


def test_an_action_with_nothing_behind_it_is_asserted(here):
    work.did(here, "Push", ("v14",), {})

    assert report(here).main.actions[0].backing == "asserted"


def test_an_expected_value_that_was_taken_from_captured_output_is_proved(here):
    proof = here.record(Said("evidence", {"origin": "captured", "exit_code": 22}, output=b"404"))
    taken = {"table": "T", "expected": "404", "evidence": proof.id, "taken": "Actual"}
    facts.observe(here, ["Test=a", "Actual=404 x"], taken)
    facts.observe(here, ["Test=b", "Actual=4040"], taken)
    facts.observe(here, ["Test=typed", "Actual=404"], {k: v for k, v in taken.items() if k != "taken"})

    assert [(row.met, row.backing, row.proof) for row in report(here).main.tables[0].rows] == [
        (True, "proved", (proof.id,)),
        (False, "observed", (proof.id,)),
        (True, "observed", (proof.id,)),
    ]


def test_a_fix_is_proved_by_the_blocked_action_going_through_afterwards(here):
    action = work.add(at(here, "04:00"), "Migrate", {}).event.id
    work.block(at(here, "04:05"), "1", "no database", {})
    work.settle(at(here, "04:10"), "1", "fixed", "made it", {})
    before = report(here).main.blockers[0].backing
    ran = {"origin": "captured", "exit_code": 0, "action": action, "started_at": f"{DAY}T04:20:00.000000Z"}
    proof = at(here, "04:20").record(Said("evidence", ran, output=b"ok"))

    fixed = report(here).main.blockers[0]
    assert (before, fixed.backing, fixed.proof) == ("asserted", "proved", (proof.id,))


def test_a_run_that_failed_bears_out_no_fix(here):
    work.blocker(here, "No database", {})
    failing = {"origin": "captured", "exit_code": 1, "blocker": report(here).main.blockers[0].event}
    here.record(Said("evidence", failing, output=b"no"))
    work.settle(here, "1", "fixed", "made it", {})

    found = report(here).main.blockers[0]
    assert (found.backing, len(found.evidence), found.proof) == ("asserted", 1, ())


def test_what_was_captured_in_patches_is_one_output_with_its_streams(here):
    begun = here.record(Said("evidence", {"origin": "captured", "state": "running"}))
    for stream, output in (("out", b"one\n"), ("err", b"two\n")):
        here.record(Said("evidence", {"streams": [[stream, 4]]}, entity=begun.id, output=output))
    here.record(Said("evidence", {"state": "exited", "exit_code": 0, "size": 900}, entity=begun.id))

    found = report(here).main.evidence[0]
    assert (found.output, found.kept, found.size) == (b"one\ntwo\n", 8, 900)
    assert found.streams == (("out", 4), ("err", 4))
    assert (found.state, found.exit_code) == ("exited", 0)


# Rule 8: placement


def test_prose_evidence_and_prose_follow_each_other_by_time(here):
    facts.section(at(here, "01:00"), "DNS", "before", {})
    at(here, "01:10").record(Said("evidence", {"section": ["DNS"]}, output=b"dig"))
    facts.section(at(here, "01:20"), "DNS", "after", {"append": True})

    blocks = report(here).main.verbatim[0].blocks
    assert [type(block).__name__ for block in blocks] == ["Prose", "Evidence", "Prose"]


def test_prose_said_again_replaces_what_its_heading_said(here):
    facts.section(here, "Notes", "old", {})
    facts.section(here, "Notes", "more", {"append": True})
    facts.section(here, "Notes", "new", {})

    assert [block.body for block in report(here).main.verbatim[0].blocks] == ["new"]


def test_a_heading_path_stands_below_its_parents(here):
    facts.section(here, "A > B > C", "deep", {})

    section = report(here).main.verbatim[0]
    assert (section.path, section.children[0].children[0].blocks[0].body) == (("A",), "deep")


def test_a_repeated_first_cell_patches_its_row_and_a_row_key_makes_another(here):
    facts.observe(here, ["App=web", "State=down"], {"table": "Apps"})
    facts.observe(here, ["App=web", "State=up"], {"table": "Apps"})
    facts.observe(here, ["App=web", "State=second"], {"table": "Apps", "row": "2"})

    assert [row.values for row in report(here).main.tables[0].rows] == [("web", "up"), ("web", "second")]


def test_a_bare_row_takes_the_label_that_the_table_has(here):
    facts.observe(here, ["App=web", "State=up"], {"table": "Apps"})
    facts.observe(here, ["job", "State=down"], {"table": "Apps"})

    table = report(here).main.tables[0]
    assert (table.columns, table.rows[1].values) == (("App", "State"), ("job", "down"))


def test_open_actions_with_an_owner_are_the_operators(here):
    work.add(here, "Approve", {"owner": "Kris"})
    work.add(here, "Migrate", {})

    main = report(here).main
    assert [action.title for action in main.operator] == ["Approve"]
    assert [action.title for action in main.queue] == ["Migrate"]


def test_a_named_group_is_a_checklist(here):
    work.add(here, "a", {"group": "Before"})
    work.did(here, "b", (), {"group": "Before"})

    block = report(here).main.verbatim[0].blocks[0]
    assert (block.name, [action.closed for action in block.actions]) == ("Before", [False, True])


def test_an_addendum_has_its_own_sections_and_numbers_run_on(here):
    work.add(here, "a", {})
    added = journals.addendum(here, "DKIM", {"severity": "P2"})
    there = here.moved(here.place._replace(part=added.id))
    work.add(there, "b", {})

    part = report(here).addenda[0]
    assert (part.header.severity, part.actions[0].number) == ("P2", 2)


# Rule 9: newer events


def test_newer_kinds_and_fields_are_skipped_and_counted(here):
    event = entry(here, "01:00", "a")
    newer = [
        event._replace(id=f"{event.id[:-8]}00000001", digest="1" * 64, kind="hologram"),
        event._replace(id=f"{event.id[:-8]}00000002", digest="2" * 64, body={"text": "x", "smell": "burnt"}),
    ]
    known = list(here.store.events(here.place.journal))

    found = Report.from_events([*known, *newer])
    assert (found.newer, [row.text for row in found.main.rows]) == (2, ["a"])


def test_a_withheld_body_is_counted(here):
    entry(here, "01:00", "a")
    known = list(here.store.events(here.place.journal))

    assert Report.from_events([*known[:-1], known[-1]._replace(body=None)]).withheld == 1


# Order does not matter


TEXTS = ["a", "b", "Migrate", "v14", "#12"]
REFS = ["#3", "#4", "o/r#3", "https://one.example/o/r/issues/3", "https://two.example/O/R/pull/3"]


def acts(rng, here):
    """One random thing that an agent may say; what cannot be said just now is left unsaid."""
    clock = rng.choice(
        ["", f"0{rng.randrange(10)}:{rng.randrange(60):02}", "unknown", f"~0{rng.randrange(10)}:30"]
    )
    now = here.moved(here.place)
    form = (
        clock
        if clock in ("", "unknown")
        else (f"~{DAY} {clock[1:]}" if clock[0] == "~" else f"{DAY} {clock}")
    )
    now.circumstances = Circumstances(here.circumstances.actor, at=form)
    text, number = rng.choice(TEXTS), str(rng.randrange(1, 5))
    last = sum(1 for _ in here.store.events(here.place.journal))
    event = f"e{rng.randrange(2, last + 1)}" if last > 1 else "e2"
    return rng.choice(
        [
            lambda: log(now, text, None, {"mark": rng.choice(["start", "end", "x"])}),
            lambda: log(now, text, "out", {"log": "worded"}),
            lambda: work.did(
                now, text, (f"Release={text}",), {"environment": rng.choice(["staging", "prod"])}
            ),
            lambda: work.add(
                now, text, {"owner": rng.choice([None, "kris"]), "group": rng.choice([None, "G"])}
            ),
            lambda: work.start(now, number, {}, take=True),
            lambda: work.move(
                now, number, rng.choice(["done", "failed", "skipped"]), ("x", f"Slug={text}"), {}
            ),
            lambda: work.block(now, number, text, {"issue": rng.choice(REFS)}),
            lambda: work.blocker(now, text, {}),
            lambda: work.settle(
                now, number, rng.choice(["fixed", "accepted", "open"]), text, {"pr": rng.choice(REFS)}
            ),
            lambda: facts.issue(
                now, rng.choice(REFS), rng.choice(["open", "closed", "merged", None]), text, {}
            ),
            lambda: facts.observe(
                now, [rng.choice(["x", "App=y"]), f"Value={text}"], {"table": rng.choice(["T", None])}
            ),
            lambda: facts.section(
                now, rng.choice(["A", "A > B"]), text, {"append": rng.choice([True, None])}
            ),
            lambda: facts.reference(now, f"https://e.org/{text.strip('#')}", None, {}),
            lambda: now.record(Said("evidence", {"section": ["A"], "action": None}, output=text.encode())),
            lambda: journals.change(
                now, {"status": rng.choice(["mitigated", "resolved", "open"]), "impact": text}
            ),
            lambda: journals.addendum(now, text, {"slug": None}),
            lambda: corrections.amend(
                now, event, [rng.choice(["text=z", "title=z", "at=04:00", "Value=9"])], None
            ),
            lambda: corrections.retract(now, event, None),
            lambda: corrections.undo(now, None),
            lambda: now.record(Said("entry", {"text": "keyed"}, key=rng.choice(["k1", "k2"]))),
        ]
    )


def say(rng, here, count):
    """Say random things, some of them in an addendum."""
    from triage.errors import TriageError

    for _ in range(count):
        parts = [e.id for e in here.store.events(here.place.journal, kinds=["header"]) if e.creates]
        there = here.moved(here.place._replace(part=rng.choice(parts)))
        try:
            acts(rng, there)()
        except TriageError:
            continue


@given(seed=st.integers(0, 2**32), count=st.integers(1, 25))
def test_any_order_of_the_events_gives_the_identical_report(tmp_path_factory, seed, count):
    rng = random.Random(seed)
    here = opened(new_store(tmp_path_factory.mktemp("fold") / "t.db", seed=seed))
    say(rng, here, count)
    events = list(here.store.events(here.place.journal, output=True))
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)

    assert Report.from_events(shuffled) == Report.from_events(events)


@given(
    seed=st.integers(0, 2**32), counts=st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
)
def test_two_stores_that_went_apart_and_are_merged_either_way_give_the_identical_report(
    tmp_path_factory, seed, counts
):
    rng = random.Random(seed)
    folder = tmp_path_factory.mktemp("merge")
    one = new_store(folder / "1.db", seed=seed)
    here = opened(one)
    say(rng, here, counts[0])
    journal = here.place.journal
    two = new_store(folder / "2.db", seed=seed + 1, start=START + 500_000 + counts[0] * 3_000_000)
    two.merge(one.copies(journal))
    there = new_recorder(two, Place(journal, journal, "velvet"), actor="bo", seed=seed + 2)
    say(rng, here, counts[1])
    say(rng, there, counts[2])

    mine, theirs = list(one.copies(journal)), list(two.copies(journal))
    rng.shuffle(theirs)
    one.merge(theirs)
    two.merge(mine)

    merged = [Report.from_events(store.events(journal, output=True)) for store in (one, two)]
    assert merged[0] == merged[1]
    rows = [next(row for row in store.journals() if row.id == journal) for store in (one, two)]
    assert rows[0] == rows[1]


# What people said would contradict itself


def test_a_new_status_without_a_note_leaves_no_old_note(here):
    journals.resolve(here, "all good", {})
    journals.reopen(here, "it is back", {})
    journals.resolve(here, None, {})

    assert report(here).main.header.status_note == ""


def test_a_value_that_was_left_earlier_does_not_win_in_the_final_state(here):
    work.did(at(here, "03:00"), "Second", ("Release=v2",), {"environment": "prod"})
    work.did(at(here, "01:00"), "First", ("Release=v1",), {"environment": "prod"})

    assert report(here).main.final.rows[0].values == ("prod", "v2")


def test_a_blocker_that_is_fixed_again_was_fixed_the_first_time(here):
    work.blocker(at(here, "01:00"), "No database", {})
    work.settle(at(here, "02:00"), "1", "fixed", "Created it", {})
    work.settle(at(here, "05:00"), "1", "fixed", "Said again", {})

    assert report(here).main.blockers[0].fixed_at[11:16] == "02:00"
    assert [row[:2] for row in rows(here)][1:] == [("02:00", "Blocker 1 fixed: No database")]


def test_a_fix_after_an_acceptance_leaves_both_in_the_log_and_takes_no_text_from_it(here):
    work.add(at(here, "01:00"), "Shift", {})
    work.block(at(here, "02:00"), "1", "red", {})
    work.settle(at(here, "03:00"), "1", "accepted", "drained", {})
    work.settle(at(here, "04:00"), "1", "fixed", None, {})

    assert rows(here)[1:] == [
        ("03:00", "Blocker 1 accepted: red", "drained", "accepted"),
        ("04:00", "Blocker 1 fixed: red", "", "fixed"),
    ]
    assert report(here).main.blockers[0].fix == ""


def test_an_acceptance_after_a_fix_keeps_its_own_text(here):
    work.blocker(at(here, "01:00"), "red", {})
    work.settle(at(here, "02:00"), "1", "fixed", "restarted", {})
    work.settle(at(here, "03:00"), "1", "accepted", "drained", {})

    assert report(here).main.blockers[0].fix == "drained"


def test_a_blocker_that_is_open_again_keeps_the_row_of_its_fix_and_has_one_of_its_own(here):
    work.blocker(at(here, "01:00"), "red", {})
    work.settle(at(here, "02:00"), "1", "fixed", "restarted", {})
    work.settle(at(here, "03:00"), "1", "open", None, {})

    assert rows(here)[1:] == [
        ("02:00", "Blocker 1 fixed: red", "restarted", "fixed"),
        ("03:00", "Blocker 1 reopened: red", "", "blocked"),
    ]


def test_an_issue_whose_state_nobody_said_is_not_open(here):
    facts.issue(here, "12", None, None, {"title": "Release phase"})

    assert report(here).main.issues[0].state == "unknown"


def test_a_row_is_proved_only_where_each_of_its_values_is(here):
    told = work.did(here, "Deploy", ("Release=v1",), {"environment": "prod"})
    here.record(
        Said("evidence", {"origin": "captured", "exit_code": 0, "action": told.event.id}, output=b"ok")
    )
    assert report(here).main.final.rows[0].backing == "proved"

    facts.observe(here, ["prod", "Healthz=200"], {})
    assert report(here).main.final.rows[0].backing == "observed"
