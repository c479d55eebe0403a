"""The checks: what is found, what is not, how it is told, waived and held against a publication."""

import json
import re
import shlex
from pathlib import Path

import pytest

from triage import times
from triage.check import CHECKS, RULES

PAGES = Path(__file__).resolve().parent.parent / "docs" / "checks"
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
KEY = "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDx7kQ2mX9vTz3bLw5rYc8n"


def examples(code):
    """The commands of a rule's page: those that break it, and those that do not."""
    return re.findall(r"```sh\n(.*?)```", (PAGES / f"{code}.md").read_text(), re.DOTALL)


def pages(code):
    """The pages in Markdown of a rule that only pages can break: one that does, and one that does not."""
    return re.findall(r"```markdown\n(.*?)```", (PAGES / f"{code}.md").read_text(), re.DOTALL)


def carry_out(program, commands):
    """Run the commands of an example, with the files that they read."""
    (program.work / "key.txt").write_text(f"{KEY[:24]}...\n")
    (program.work / "whole.txt").write_text(f"{KEY}\n")
    for line in commands.splitlines():
        words = shlex.split(line)
        if words[0] == "export":
            program.set(*words[1].split("="))
        else:
            program(*words[1:])


def codes(program, *options):
    found = program.run("check", *options, "--json").out.splitlines()
    return {json.loads(line)["code"] for line in found}


ON_PAGES = [code for code, rule in RULES.items() if rule.of_pages]
IN_JOURNALS = [code for code in CHECKS if code not in ON_PAGES]


@pytest.mark.parametrize("code", ON_PAGES)
def test_the_examples_of_a_rule_for_pages_break_it_and_do_not(triage, code):
    for name, text in zip(("bad.md", "good.md"), pages(code), strict=True):
        (triage.work / name).write_text(text)

    assert code in codes(triage, "bad.md")
    assert code not in codes(triage, "good.md")


@pytest.mark.parametrize("code", IN_JOURNALS)
def test_the_first_example_of_its_page_breaks_a_rule(journal, code):
    carry_out(journal, examples(code)[0])

    assert code in codes(journal, "--select", code)


@pytest.mark.parametrize("code", IN_JOURNALS)
def test_the_second_example_of_its_page_breaks_none(journal, code):
    carry_out(journal, examples(code)[1])

    assert code not in codes(journal, "--select", code)


def test_every_rule_has_a_page_that_says_what_it_is():
    for code, rule in RULES.items():
        assert (PAGES / f"{code}.md").read_text().startswith(f"# {code}: {rule.name}\n")
        assert f"[{code}]({code}.md) | {rule.name} |" in (PAGES / "README.md").read_text()


def with_sample(program):
    """The sample, in a year in which it is long recorded."""
    program.now = times.to_us("2040-01-01T00:00:00.000000Z")
    program("import", str(SAMPLE / "velvet-first-deploy.jsonl"))
    program("use", "velvet-first-deploy")


def test_the_sample_has_no_findings(triage):
    with_sample(triage)

    assert triage.run("check", "velvet-first-deploy") == (0, "", "nothing found\n")


PLANTED = [
    ("TR101", "set", "summary=Three sequential blockers required three hotfix PRs."),
    ("TR101", "set", "summary=All 4 migrations are in place."),
    ("TR101", "section", "Notes", "Both addenda came later."),
    (
        "TR102",
        "set",
        "summary=Total wall-clock time ~3h 6m (01:09 UTC merge → 04:15 UTC prod healthz smoke test).",
    ),
    ("TR102", "set", "summary=The whole deploy took 9h 2m."),
    ("TR102", "section", "Notes", "The migrations ran in 212 ms."),
    ("TR103", "section", "Notes", "PR: #1138 — closed by #1136"),
    ("TR103", "fix", "1", "Packaged", "--pr", "1136", "--at", "2026-05-05T03:50:00Z"),
    ("TR104", "set", "Last updated=2026-05-05 04:15 UTC"),
    ("TR201", "fix", "2", "earlier", "--at", "2026-05-05T03:40:00Z"),
    ("TR202", "log", "Planned", "--at", "2026-05-05T00:30:00Z"),
    ("TR301", "section", "Notes", "Blocker 3 was the worst."),
    ("TR301", "section", "Notes", "It was fixed by PR #1139."),
    ("TR401", "issue", "1138", "open", "--at", "2026-05-05T03:51:00Z"),
    ("TR403", "issue", "1130", "open", "hold for next sprint"),
    ("TR403", "section", "What remains", "- [ ] Rotate the token"),
    ("TR404", "blocker", "The worker is down", "--at", "2026-05-05T04:14:00Z"),
    ("TR405", "section", "Idempotency", "Confirmed by design; not tested in this session."),
    ("TR406", "observe", "Staging", "Workers=2"),
    ("TR407", "log", "PR #1141 merged", "--at", "2026-05-05T04:06:00Z"),
    ("TR501", "log", "Prod verified", "--at", "2026-05-05T02:00:00Z"),
    (
        "TR502",
        "log",
        "Console health check",
        "302 CF Access redirect — healthy",
        "--at",
        "2026-05-05T04:14:00Z",
    ),
    ("TR503", "section", "DNS", f"```text\n{KEY[:30]}...\n```"),
    ("TR601", "section", "Infisical vault write", "TBD"),
    ("TR602", "section", "Notes", "{{ count(blocker) }}"),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: " ".join(planted)[:50])
def test_a_contradiction_that_is_planted_into_the_sample_is_found(triage, planted):
    code, *command = planted
    with_sample(triage)
    triage(*command)

    assert code in codes(triage, "velvet-first-deploy")


def test_a_finding_says_what_was_said_what_the_record_says_and_what_to_do(journal):
    journal("blocker", "No package", "--at", "11:00")
    journal("set", "summary=Three blockers stood in the way.")
    ran = journal.run("check")

    assert ran == (
        1,
        (
            "velvet-first-deploy e3  TR101 error  count\n"
            "    said    'Three blockers', in summary\n"
            "    record  1 blocker\n"
            "    fix     triage amend e3 'summary={{ words(\"blocker\") }} blockers stood in the way.'\n"
        ),
        "1 error\n",
    )


def test_the_fix_of_a_count_is_a_command_that_mends_it(journal):
    journal("blocker", "No package", "--at", "11:00")
    journal("blocker", "No table", "--at", "11:01")
    journal("set", "summary=Three blockers stood in the way.")
    fix = journal.run("check").out.partition("fix  ")[2]
    journal(*shlex.split(fix)[1:])

    assert codes(journal) == set()
    assert "two blockers stood in the way." in journal("render")


def test_an_action_that_was_added_after_it_was_started_is_no_contradiction(journal):
    journal("action", "Canary", "--at", "11:53")
    journal("start", "1", "--at", "11:20")
    journal("done", "1", "ok", "--at", "11:30")

    assert "TR201" not in codes(journal)


@pytest.mark.parametrize(
    "commands",
    [
        "action Canary --status doing --at 11:20; done 1 ok --at 11:10",
        "action Canary --at 11:53; done 1 ok --at 11:30",
        "blocker 'No table' --at 11:10; fix 1 Created --at 11:05",
        "evidence --title Out --started-at 2026-05-05T11:10:00Z --ended-at 2026-05-05T11:05:00Z",
        "resolve --at 2026-05-04T11:00:00Z",
    ],
)
def test_the_fix_of_an_end_before_its_beginning_is_a_command_that_mends_it(journal, commands):
    for command in commands.split("; "):
        journal(*shlex.split(command))
    found = [json.loads(line) for line in journal.run("check", "--json").out.splitlines()]
    fixes = [each["fix"] for each in found if each["code"] == "TR201"]
    for fix in fixes:
        journal(*shlex.split(fix)[1:])

    assert len(fixes) == 1
    assert "TR201" not in codes(journal)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('{{ cuont("blocker") }}', '{{ count("blocker") }}'),
        ('{{ cuont("blocker", "open") }}', '{{ count("blocker", "open") }}'),
        ("{{ count(blocker) }}", '{{ count("blocker") }}'),
        ('{{ words("blokcer") }}', '{{ words("blocker") }}'),
        ('{{ count("blocker", "opne") }}', '{{ count("blocker", "open") }}'),
        ('{{ count("addendum", "open") }}', '{{ count("addendum") }}'),
        ('{{ count("zzz") }}', '`{{ count("zzz") }}`'),
        ('{{ count("z`z") }}', '``{{ count("z`z") }}``'),
        ("{{ time_blocked }}", "{{ time_blocked() }}"),
        ('{{ last(staging, "Release") }}', '{{ last("staging", "Release") }}'),
        ('{{ last("nowhere", "Release") }}', '`{{ last("nowhere", "Release") }}`'),
        ('{{ cuont("blocker") }} of {{ count(action) }}', '{{ count("blocker") }} of {{ count("action") }}'),
    ],
)
def test_the_fix_of_a_call_is_one_that_has_an_answer(journal, typed, meant):
    journal("blocker", "No package", "--at", "11:00")
    journal("observe", "staging", "Release=v15", "--at", "11:01")
    journal("section", "Notes", f"There: {typed}, it's said.")
    found = [json.loads(line) for line in journal.run("check", "--json").out.splitlines()]
    fix = next(each["fix"] for each in found if each["code"] == "TR602")
    journal(*shlex.split(fix)[1:])

    assert shlex.split(fix)[3] == f"body=There: {meant}, it's said."
    assert "TR602" not in codes(journal)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ('{{ count("blokcer") }}', "'blokcer' cannot be counted; did you mean 'blocker'?"),
        ('{{ count("blocker", "opne") }}', "no state 'opne' of blocker; did you mean 'open'?"),
        ('{{ cuont("blocker") }}', "no call 'cuont'; did you mean 'count'?"),
    ],
)
def test_a_call_that_is_nearly_one_is_told_with_the_near_miss(journal, typed, hint):
    journal("section", "Notes", typed)

    assert f"record  {hint}" in journal.run("check").out


def test_a_finding_of_a_page_is_told_by_file_and_line(triage):
    (triage.work / "page.md").write_text("# Deploy\n\n## Notes\n\nTBD\n")

    assert triage("check", "page.md") == (
        "page.md:5  TR601 warning  empty section\n"
        "    said    'Notes: TBD', in body\n"
        "    record  a placeholder"
    )


def test_a_call_is_offered_where_prose_may_call_and_a_number_elsewhere(journal):
    journal("blocker", "No package", "--at", "11:00")
    journal("set", "impact=Three blockers stood in the way.")

    assert "fix     triage amend e3 'impact=one blockers stood in the way.'" in journal.run("check").out


def test_a_command_that_failed_is_no_evidence_of_what_is_done_or_fixed(journal):
    journal("action", "Migrate")
    journal("block", "1", "no table")
    journal.run("run", "--title", "Tables", "--", "false")
    journal("fix", "1", "Made it", "--evidence", "Tables")
    journal("did", "Warm the cache", "--evidence", "Tables")

    found = journal("check", "--only", "TR501")

    assert "blocker 1 fixed: no table" in found
    assert "action 2 done: Warm the cache" in found
    assert found.count("e4, its evidence, ended with exit 1") == 2
    journal("run", "--title", "Now", "--", "true")
    journal("amend", "e7", "evidence=Now")
    journal("amend", "e6", "evidence=Now")
    assert journal("check", "--only", "TR501") == ""


def test_a_command_that_failed_is_evidence_of_what_failed(journal):
    journal("action", "Migrate")
    journal.run("run", "--title", "Tables", "--", "false")
    journal("fail", "1", "no table", "--evidence", "Tables")

    assert journal("check", "--only", "TR501") == ""


def test_proposed_commands_that_are_recorded_as_they_stand_are_found_by_the_words_they_leave_open(journal):
    journal(*shlex.split(journal.json("brief")["next"][-1])[1:])
    journal("blocker", "No database")
    for _ in ("what is open", "the end"):
        for command in journal.json("brief")["next"][1:]:
            journal(*shlex.split(command.removesuffix(" --pr NUMBER"))[1:])
    found = journal("check", "--only", "TR601")

    assert sorted(re.findall("said    '(.*)', in", found)) == [
        "cause: WHY IT HAPPENED",
        "fix: WHAT REMOVED IT",
        "outcome: WHAT CAME OF IT",
        "status_note: WHAT WAS REACHED",
        "title: WHAT COMES FIRST",
    ]


def test_the_fix_of_words_that_were_left_open_mends_them(journal):
    journal("action", "Migrate")
    journal("done", "1", "WHAT CAME OF IT")
    fix = journal("check", "--only", "TR601").partition("fix     ")[2]
    journal(*shlex.split(fix)[1:])

    assert fix == "triage amend e3 'outcome=TEXT'"
    assert journal("check", "--only", "TR601") == ""


def test_warnings_alone_are_no_failure(journal):
    journal("section", "References", "TBD")

    assert journal.run("check").code == 0


def test_findings_are_told_to_a_workflow_of_github(journal):
    journal("section", "References", "TBD, 100%")
    journal("section", "References", "TBD")

    assert journal("check", "--format", "github") == (
        "::warning title=TR601 empty section::velvet-first-deploy e3: 'References: TBD' in body;"
        " the record: a placeholder; fix: triage section 'References' 'TEXT'; or triage retract e2"
    )


def test_a_rule_can_be_left_out(journal):
    journal("section", "References", "TBD")

    assert (codes(journal), codes(journal, "--ignore", "TR6")) == ({"TR601"}, set())


def test_only_leaves_the_rules_that_it_names(journal):
    journal("section", "Notes", "It never fails.")
    journal("section", "Rollback", "TBD")
    every = codes(journal, "--select", "TR9")

    assert every == {"TR601", "TR901"}
    assert codes(journal, "--only", "TR6") == {"TR601"}
    assert codes(journal, "--only", "TR901", "--only", "TR6") == every
    assert codes(journal, "--only", "TR6", "--ignore", "TR601") == set()
    assert journal.refused("check", "--only", "TR999")[0] == 2


def test_a_rule_that_judges_wording_holds_only_where_it_is_selected(journal):
    journal("section", "Notes", "It will never fail.")

    assert (codes(journal), codes(journal, "--select", "TR9")) == (set(), {"TR901"})


def test_an_unknown_rule_is_refused(journal):
    assert journal.refused("check", "--select", "TR999")[0] == 2


def test_the_rules_are_listed(journal):
    assert "TR101 error   count: a number in prose differs from what the record counts" in journal(
        "check", "--rules"
    )


def test_a_waived_finding_is_not_found_again(journal):
    journal("section", "References", "TBD")
    answer = journal("waive", "TR601", "e2", "the runbook is being written")

    assert answer == "velvet-first-deploy e3 waived TR601 of e2: the runbook is being written"
    assert journal.run("check") == (0, "", "1 waived\n")
    assert journal.body() == {
        "verb": "waive",
        "about": f"TR601 {journal.event(2)['id']} 34e2df76",
        "reason": "the runbook is being written",
    }


def test_a_waiver_holds_for_what_was_said_and_not_for_what_is_said_next(journal):
    journal("section", "References", "TBD")
    journal("waive", "TR601", "e2", "soon")
    journal("amend", "e2", "body=TODO")

    assert "TR601" in codes(journal)


def test_a_waiver_can_be_taken_back(journal):
    journal("section", "References", "TBD")
    journal("waive", "TR601", "e2", "soon")
    journal("retract", "e3")

    assert codes(journal) == {"TR601"}


@pytest.mark.parametrize(
    "words",
    [
        ("blocker", "No sign-in", "--error", "refused correct-horse-battery"),
        ("evidence", "key.txt"),
        ("entry", "signed in with correct-horse-battery"),
        ("set", "summary=signed in with correct-horse-battery"),
    ],
    ids=["error", "output", "entry", "summary"],
)
def test_a_secret_is_found_wherever_it_stands(journal, words):
    (journal.work / "key.txt").write_text("token correct-horse-battery\n")
    journal("log" if words[0] == "entry" else words[0], *words[1:])
    journal.set("DEPLOY_TOKEN", "correct-horse-battery")

    assert "TR701" in codes(journal)


def test_a_secret_is_found_in_what_was_amended_since(journal):
    journal("log", "signed in with correct-horse-battery")
    journal("amend", "e2", "text=signed in")
    journal.set("DEPLOY_TOKEN", "correct-horse-battery")

    assert "triage purge e2" in journal.run("check").out


def test_what_was_purged_has_no_secret(journal):
    journal("log", "signed in with correct-horse-battery")
    journal("purge", "e2", "--reason", "a password")
    journal.set("DEPLOY_TOKEN", "correct-horse-battery")

    assert "TR701" not in codes(journal)


def test_what_is_not_found_cannot_be_waived(journal):
    journal("section", "References", "TBD")

    assert journal.refused("waive", "TR101", "e2", "why")[1] == (
        "triage: TR101 finds nothing wrong with e2; found there: TR601"
    )


@pytest.fixture
def wrong(journal):
    """A journal that contradicts itself."""
    journal("blocker", "No package", "--at", "11:00")
    journal("set", "summary=Three blockers stood in the way.")
    return journal


def test_a_journal_with_an_error_is_not_published(wrong):
    code, line = wrong.refused("publish", "--to", "./site")

    assert code == 6
    assert line == (
        "triage: velvet-first-deploy contradicts itself: TR101 count, e3 says 'Three blockers', the record: 1 blocker;"
        " triage check velvet-first-deploy; or publish it all the same: --force REASON"
    )
    assert not (wrong.work / "site").exists()


def test_a_forced_publication_is_recorded_and_shown(wrong):
    wrong("publish", "--to", "./site", "--force", "the count is of last week")
    page = (wrong.work / "site" / "journals" / "velvet-first-deploy" / "index.html").read_text()

    assert wrong.body()["verb"] == "force"
    assert "TR101 — the count is of last week (ana)" in page


def test_a_forced_publication_holds_for_these_errors_only(wrong):
    wrong("publish", "--to", "./site", "--force", "the count is of last week")
    wrong("log", "Going on")
    wrong("publish", "--to", "./site")
    wrong("section", "Notes", "Blocker 7 was the worst.")

    assert wrong.refused("publish", "--to", "./site")[0] == 6


def test_a_journal_without_errors_records_no_force(journal):
    journal("publish", "--to", "./site", "--force", "in a hurry")

    assert len(journal.events()) == 1


def test_nothing_is_forced_by_a_dry_run(wrong):
    wrong.run("publish", "--to", "./site", "--force", "why", "--dry-run")

    assert wrong.last()["kind"] == "header"


def test_the_checks_change_nothing(journal):
    journal("section", "References", "TBD")
    before = journal("export")
    journal.run("check")

    assert journal("export") == before


CLEAN = [
    "The service was down for 12 minutes before anybody noticed.",
    "We saw two issues with this approach, and one issue remains with the vendor.",
    "At least three blockers were expected.",
    "Step 2 actions are listed in the runbook.",
    "Users never saw an error page; the cache answered.",
    "See e2e tests, e12n and version e5-2680.",
    "The health check answered 200 with a body that named the release.",
    "Retries took up to 30 s each; 3 of 5 retries failed.",
    "The token was rotated, which unblocks #1142.",
    "{{ .Release.Name }} is what Helm calls it.",
    "The PR fixed it, and closes the issue.",
    "Confirmed with the vendor, who tested it.",
    "No action is needed from users.",
    "Between 04:00 and 05:00 the load doubled.",
]


@pytest.mark.parametrize("text", CLEAN)
def test_a_sentence_of_a_good_report_breaks_no_rule(journal, text):
    journal("log", "Deploy started", "--at", "10:00")
    journal("section", "Notes", text)

    assert codes(journal) == set()
