"""The hand-off: what it holds, in which order, and within which budget."""

import os
import re
import shlex
import subprocess
import sysconfig
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.render.brief import LEAST, as_dict, as_markdown, told
from triage.report import Report
from triage.report.brief import HandOff, Item, Topic, hand_off
from triage.report.tokens import estimate
from triage.usecases.recorder import Said

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy" / "record.sh"


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    """The hand-off of the Velvet sample, within 800 tokens, as its record stood after 03:53."""
    folder = tmp_path_factory.mktemp("gated")
    line = "triage log 'Prod deploy gated' --type escalation --at 03:53\n"
    before, found, _ = SAMPLE.read_text(encoding="utf-8").partition(line)
    assert found
    script = f"{before}{found}exec triage brief --budget 800 >hand-off.md"
    subprocess.run(["sh", "-c", script], cwd=folder, env=_user(folder), check=True, stdout=subprocess.DEVNULL)
    return (folder / "hand-off.md").read_text(encoding="utf-8")


def _user(folder):
    """The environment of a user whose home is a folder."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "LANG": "C.UTF-8", "HOME": str(folder)}


NEEDED = {
    "the journal": "velvet-first-deploy",
    "the status": "OPEN",
    "when it was last heard of": "last event 2026-05-05 03:53 UTC",
    "the release of staging": "Staging: App raxx-velvet-staging, Release v14, Slug 86ceec1d",
    "the release of prod": "Prod: App raxx-velvet-prod, Release none yet",
    "the blocker": "Blocker 2: sqlalchemy dependency missing",
    "its error": "Error: ModuleNotFoundError: No module named 'sqlalchemy'",
    "its cause": "imports `velvet.db.models`, which imports sqlalchemy",
    "its issue": "issue #1140",
    "the action that is blocked": "Action 4 (blocked): heroku run python -m velvet.db.migrate (Staging)",
    "what is gated": "Escalation: Prod deploy gated",
    "what failed": "03:52 Blocked: heroku run python -m velvet.db.migrate (Staging) — ModuleNotFoundError",
    "what failed before": "slug 2d03871a, still without `-e .` — Worker crash loop",
    "what fixed the blocker before": "Blocker 1: velvet package not registered",
    "its PR": "fixed by PR #1138",
    "the next command": "triage fix 2 'WHAT REMOVED IT' --pr NUMBER",
    "the command after it": (
        "triage run --action 4 -- heroku run --app raxx-velvet-staging --no-tty 'python -m velvet.db.migrate'"
    ),
}


@pytest.mark.parametrize("fact", NEEDED)
def test_800_tokens_hold_what_the_next_agent_needs_after_0353(gated, fact):
    assert NEEDED[fact] in gated


def test_the_hand_off_of_the_sample_costs_no_more_than_its_budget(gated):
    assert estimate(gated) <= 800


@pytest.fixture
def worked(journal):
    """A journal with something of everything that a hand-off tells."""
    journal("action", "Migrate", "--command", "./migrate --all", "--env", "Staging")
    journal("block", "1", "no database", "--title", "database missing", "--cause", "never created")
    journal("action", "Approve", "--owner", "Kristerpher")
    journal("action", "Scale up")
    journal("fail", "3", "quota of 4 reached")
    journal("observe", "Staging", "Release=v14")
    journal("observe", "/health", "HTTP=500", "--table", "Checks", "--expect", "200")
    journal("log", "Prod waits", "--type", "decision")
    journal("issue", "1130", "open", "hold")
    journal("section", "Checklist", "- [x] done\n- [ ] flags on")
    return journal


def test_a_hand_off_tells_the_most_important_first(worked):
    found = re.findall(r"^## (.*)$", worked("brief"), re.MULTILINE)

    assert found == [
        "Open blockers",
        "Next",
        "Open actions",
        "Last values",
        "Tried and failed",
        "Decided and escalated",
        "Other events, the latest first",
        "Open issues and boxes",
    ]


def test_a_hand_off_names_who_must_act(worked):
    assert "- Action 2 (todo): Approve — Kristerpher must act" in worked("brief").splitlines()


def test_a_hand_off_tells_an_expectation_that_was_not_met_before_other_values(worked):
    lines = worked("brief").splitlines()
    first = lines.index("## Last values") + 2

    assert lines[first].startswith("- Checks / /health: HTTP 500, expected 200, NOT MET")
    assert lines[first + 1] == "- Staging: Release v14"


def test_a_hand_off_tells_what_failed_and_why(worked):
    assert "Action 3: Scale up — quota of 4 reached" in worked("brief")


def test_a_hand_off_tells_a_command_that_failed_when_it_was_run_last(journal):
    journal.run("run", "--", "sh", "-c", "exit 3")

    assert "`sh -c 'exit 3'` — exit 3" in journal("brief")


def test_a_command_that_failed_is_told_to_the_letter_with_that_which_reads_what_it_printed(journal):
    command = """sh -c 'echo "a|b" [c] *d* >&2; exit 3'"""
    journal.run("run", "--action", "Migrate", "--", *shlex.split(command))

    [line] = [line for line in journal("brief").splitlines() if "triage output" in line]

    assert f"`{command}` — exit 3; triage output " in line
    assert journal(*line.rpartition("triage ")[2].split()) == "a|b [c] *d*"
    assert f"e3 evidence by ana: `{command}` · started" in journal("brief", "--since", "e1")


def test_a_hand_off_leaves_out_a_failure_that_a_later_run_made_good(journal):
    journal.run("run", "--", "sh", "-c", "test -e here || { touch here; exit 3; }")
    journal("run", "--", "sh", "-c", "test -e here || { touch here; exit 3; }")

    assert "Tried and failed" not in journal("brief")


def test_a_hand_off_tells_boxes_that_nobody_ticked(worked):
    said = worked("brief")

    assert "- Checklist: flags on" in said
    assert "Checklist: done" not in said


def test_the_next_commands_can_be_typed_as_they_stand(worked):
    said = worked.json("brief")["next"]

    assert said[:3] == [
        "triage use velvet-first-deploy",
        "triage fix 1 'WHAT REMOVED IT' --pr NUMBER",
        "triage run --action 1 -- ./migrate --all",
    ]
    for command in said:
        typed = command.replace("NUMBER", "12").replace("./migrate --all", "true")
        path = _user(worked.work)["PATH"]
        done = subprocess.run(
            ["sh", "-c", typed],
            cwd=worked.work,
            env=worked.environment | {"PATH": path},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("make deploy", "make deploy"),
        ('heroku run --no-tty "python -m x"', "heroku run --no-tty 'python -m x'"),
        ("cat a | grep b", "sh -c 'cat a | grep b'"),
        ("A=1 make", "sh -c 'A=1 make'"),
        ("echo 'unclosed", """sh -c 'echo '"'"'unclosed'"""),
    ],
)
def test_a_command_of_an_action_is_given_to_a_shell_where_it_needs_one(journal, command, typed):
    journal("action", "Do it", "--command", command)

    assert f"triage run --action 1 -- {typed}" in journal.json("brief")["next"]


def test_an_action_that_was_tried_in_vain_is_tried_again_as_it_was_then(journal):
    journal.run("run", "--action", "Migrate", "--env", "staging", "--", "false")
    journal.run(
        "run", "--action", "1", "--env", "staging", "--", "sh", "-c", "test -e 'my tables' && echo ok"
    )
    (journal.work / "my tables").touch()

    again = journal.json("brief")["next"][-1]

    assert (
        again == """triage run --action 1 --env staging -- sh -c 'test -e '"'"'my tables'"'"' && echo ok'"""
    )
    journal(*shlex.split(again)[1:])
    assert "1 of 1 actions closed" in journal("brief")


@pytest.mark.parametrize(
    "command", [["sh", "-c", "exit 1 # token=Tr0ub4dor-and-3x"], ["sh", "-c", "\nexit 1"]]
)
def test_what_cannot_be_typed_as_it_stands_is_no_next_command(journal, command):
    journal.run("run", "--action", "Migrate", "--", *command)

    assert journal.json("brief")["next"][-1] == "triage done 1 'WHAT CAME OF IT'"


def test_a_command_that_somebody_recorded_stands_under_the_name_of_who_did(journal):
    journal("action", "Check the health", "--command", "./check it", "--actor", "mallory\nrm -rf x")

    fence = journal("brief").split("```")[1].splitlines()

    assert fence[2:] == [
        "# as mallory rm -rf x recorded it:",
        "triage run --action 1 -- ./check it",
    ]
    assert journal("status").splitlines()[2] == (
        "next: triage run --action 1 -- ./check it (as mallory rm -rf x recorded it)"
    )


def test_a_command_that_was_amended_stands_under_the_name_of_who_said_it_last(journal):
    journal("action", "Check the health", "--command", "./check")
    journal("start", "1", "--command", "./check-all", "--actor", "bob")

    assert "# as bob recorded it:\ntriage run --action 1 -- ./check-all" in journal("brief")


def test_an_action_that_somebody_is_at_has_to_be_taken_first(journal):
    journal("action", "Migrate")
    journal("start", "1", "--actor", "bob")

    said = journal.json("brief")

    assert said["actions"][0]["text"] == "Action 1 (doing by bob): Migrate"
    assert said["next"][1:] == ["triage start 1 --take", "triage done 1 'WHAT CAME OF IT'"]


def test_what_is_resolved_is_published_next(journal):
    journal("resolve")

    assert (
        journal.json("brief", "velvet-first-deploy")["next"][-1]
        == "triage publish velvet-first-deploy --to TARGET"
    )


def test_a_hand_off_since_an_event_tells_what_came_after_it_first(worked):
    said = worked.json("brief", "--since", "e9")

    assert [item["text"].split()[2:4] for item in said["news"]] == [["e11", "section"], ["e10", "issue"]]


def test_a_hand_off_of_a_journal_without_events_but_its_opening(journal):
    assert journal.json("brief")["next"] == [
        "triage use velvet-first-deploy",
        "triage action 'WHAT COMES FIRST'",
    ]


def test_a_hand_off_says_what_it_left_out(worked):
    assert re.search(
        r"^Left out: .*; see `triage brief --budget N`, `triage events`$",
        worked("brief", "--budget", "150"),
        re.MULTILINE,
    )


def test_a_small_budget_holds_a_command_to_go_on_with_however_much_is_open(journal):
    for number in range(1, 9):
        journal("action", f"Step {number}")
        journal(
            "block", f"{number}", f"fatal: step {number} of the roll-out met a database that is not there"
        )

    for more in (), ("--since", "e1"):
        said = journal.json("brief", "--budget", "200", *more)

        assert [item["text"][:9] for item in said["blockers"]][:1] == ["Blocker 1"]
        assert said["next"][1] == "triage fix 1 'WHAT REMOVED IT' --cause 'WHY IT HAPPENED' --pr NUMBER"


def test_a_hand_off_in_json_counts_what_it_left_out_by_the_names_of_its_lines(worked):
    whole, cut = worked.json("brief", "--budget", "5000"), worked.json("brief", "--budget", "150")

    assert cut["left"]
    assert {name: len(whole[name]) - len(cut.get(name, ())) for name in cut["left"]} == cut["left"]


def test_a_budget_below_the_least_is_refused(worked):
    assert worked.refused("brief", "--budget", "20") == (
        2,
        "triage: a budget of 20 tokens is too small; the least is 100",
    )


def test_the_same_journal_gives_the_same_hand_off(worked):
    assert worked("brief") == worked("brief")


def test_markdown_and_json_tell_the_same_lines(worked):
    told_in_json = worked.json("brief", "--budget", "300")
    texts = [item["text"] for name in ("blockers", "actions", "log") for item in told_in_json.get(name, ())]

    assert texts
    assert all(text in worked("brief", "--budget", "300") for text in texts)


def test_a_hand_off_of_an_addendum_goes_on_in_it(journal):
    journal("addendum", "DKIM record")

    assert journal.json("brief")["next"][0] == "triage use velvet-first-deploy/dkim-record"


def test_hostile_text_in_a_hand_off_is_text(journal):
    journal("blocker", "# Heading\n```\n<script>", "--error", "- [ ] `x` \x1b[31m")
    lines = journal("brief").splitlines()

    assert [line for line in lines if line.startswith("#")] == [
        "# Velvet first deploy",
        "## Open blockers",
        "## Next",
        "## Other events, the latest first",
    ]
    assert "\x1b" not in "".join(lines)


TEXT = st.text(max_size=300)
ITEMS = st.builds(
    Item, TEXT, st.just("e"), st.lists(st.tuples(st.just("Error"), TEXT), max_size=3).map(tuple)
)
TOPICS = st.builds(
    lambda n, items, first, code: Topic(f"t{n}", f"Topic {n}", first, tuple(items), len(items), code),
    st.integers(0, 9), st.lists(ITEMS, min_size=1, max_size=12), st.integers(1, 6), st.booleans(),
)  # fmt: skip


@given(TEXT, st.lists(TEXT, max_size=4), st.lists(TOPICS, max_size=6), st.integers(LEAST, 2000))
def test_no_hand_off_costs_more_than_its_budget(title, standing, topics, budget):
    whole = HandOff("j", "slug", title, "open", tuple(standing), tuple(topics))

    assert estimate(as_markdown(told(whole, budget))) <= budget


@given(st.lists(TOPICS, max_size=6, unique_by=lambda topic: topic.name), st.integers(LEAST, 800))
def test_what_is_not_told_is_counted(topics, budget):
    said = told(HandOff("j", "slug", "T", "open", (), tuple(topics)), budget)
    lines = sum(len(topic.items) for topic in said.hand_off.topics)

    assert lines + sum(count for _, count in said.left) == sum(topic.total for topic in topics)


def test_a_hand_off_is_the_same_in_whatever_order_the_events_come(recorder):
    said = [
        Said("action", {"title": "Migrate", "command": "./migrate"}),
        Said("blocker", {"title": "No database", "error": "refused"}),
        Said("entry", {"text": "Prod waits", "type": "decision"}),
        Said("observation", {"table": "Checks", "cells": [["Check", "login"], ["HTTP", "500"]]}),
    ]
    for each in said:
        recorder.record(each)
    events = list(recorder.store.events(recorder.place.journal))
    first, *others = (as_dict(told(hand_off(Report.from_events(order)))) for order in permutations(events))

    assert {"actions", "blockers", "said", "facts"} <= first.keys()
    assert all(other == first for other in others)
