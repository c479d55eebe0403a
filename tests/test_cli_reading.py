"""Status, the list of events, and documents on the command line."""

import json
import shlex

import pytest


@pytest.fixture
def told(journal):
    """A journal with an action that is blocked, one that a person owns, and an open issue."""
    journal("action", "Migrate")
    journal("block", "1", "no database")
    journal("action", "Approve", "--owner", "Kristerpher")
    journal("start", "2", "--actor", "bob")
    journal("issue", "1130", "open", "hold")
    return journal


def test_status_says_where_things_stand_and_who_must_act(told):
    told("set", "status=mitigated", "status_note=old release serves")

    standing, left, following = told("status").splitlines()
    assert standing == (
        "velvet-first-deploy  MITIGATED — old release serves; Velvet first deploy; 0 of 2 actions closed; "
        "last event 2026-05-05 12:00 UTC"
    )
    assert left == (
        "open: blocker 1 no database; actions 1 Migrate (blocked), 2 Approve (doing, owner Kristerpher); "
        "issue #1130"
    )
    assert following == "next: triage fix 1 'WHAT REMOVED IT' --cause 'WHY IT HAPPENED' --pr NUMBER"


def test_status_says_that_nothing_is_open(journal):
    journal("did", "Deploy")

    assert journal("status").splitlines()[1:] == [
        "nothing is open",
        "next: triage resolve 'WHAT WAS REACHED'",
    ]


def test_status_of_a_journal_with_nothing_but_its_header_proposes_a_first_action(journal):
    journal("set", "service=web")

    assert journal("status").splitlines()[2] == "next: triage action 'WHAT COMES FIRST'"


@pytest.mark.parametrize(
    "said",
    [
        ["log", "Deploy began"],
        ["issue", "1130", "open"],
        ["observe", "Prod", "Release=v14"],
        ["section", "Plan", "One at a time."],
        ["section", "Final state", "Both are up."],
        ["ref", "https://example.org/runbook", "Runbook"],
        ["run", "--", "true"],
        ["addendum", "DKIM"],
    ],
    ids=lambda said: " ".join(said[:2]),
)
def test_a_journal_that_says_anything_is_resolved_next(journal, said):
    journal(*said)

    assert journal("status", "velvet-first-deploy").endswith("next: triage resolve 'WHAT WAS REACHED'")


def test_status_names_a_few_of_many_open_things(journal):
    for number in range(6):
        journal("action", f"Step {number}")

    assert journal("status").splitlines()[1] == (
        "open: actions 1 Step 0 (todo), 2 Step 1 (todo), 3 Step 2 (todo), 4 Step 3 (todo) and 2 more"
    )


def test_status_names_an_action_that_failed(journal):
    journal("action", "Deploy")
    journal("fail", "1", "the runner has no database")

    assert (
        journal("status").splitlines()[1] == "failed: action 1 Deploy (failed) — the runner has no database"
    )
    assert journal.json("status")["failed"] == [
        {"number": 1, "title": "Deploy", "outcome": "the runner has no database"}
    ]


@pytest.fixture
def unmet(journal):
    """A journal with a row that is not as expected, in a section."""
    journal(
        "observe",
        "--table",
        "Endpoints",
        "--section",
        "A > B",
        "Test=Admin",
        "Actual=302",
        "--expect",
        "200",
    )
    return journal


def test_status_names_a_row_that_is_not_as_expected(unmet):
    assert unmet("status").splitlines()[1] == "not met: row Endpoints / Admin: expected Actual=200, was 302"
    assert unmet.json("status")["unmet"] == [
        {"table": "Endpoints", "row": "Admin", "expected": "200", "actual": "302"}
    ]


def test_check_finds_a_row_that_is_not_as_expected_in_what_is_resolved(unmet):
    assert "TR404" not in unmet("check")

    unmet("resolve")

    assert unmet("check", "--only", "TR404").splitlines() == [
        "velvet-first-deploy e2  TR404 warning  still open",
        "    said    'resolved; Endpoints / Admin: expected Actual=200, was 302'",
        "    record  not as expected",
        "    fix     triage observe --table 'Endpoints' --section 'A > B' 'Test=Admin' 'Actual=VALUE', as it is now",
    ]


def test_a_row_that_was_observed_as_expected_since_is_neither_told_nor_found(unmet):
    unmet("resolve")
    fix = unmet("check", "--only", "TR404").partition("fix     ")[2].removesuffix(", as it is now")
    unmet(*shlex.split(fix.replace("VALUE", "200"))[1:])

    assert unmet("check", "--only", "TR404") == ""
    assert unmet("status").splitlines()[1] == "nothing is open"


def test_the_first_screen_names_an_action_that_failed(journal):
    journal("action", "Deploy")
    journal("fail", "1")

    assert "**Failed:** Deploy" in journal("render")
    assert "**Open:**" not in journal("render")


def test_check_finds_an_action_that_failed_in_what_is_resolved(journal):
    journal("action", "Deploy")
    journal("fail", "1")
    journal("resolve")

    assert "TR404" in journal.run("check").out


def test_status_names_a_journal(journal):
    journal("open", "Another")

    assert journal("status", "velvet-first-deploy").startswith(
        "velvet-first-deploy  OPEN; Velvet first deploy; "
    )


def test_status_answers_in_json(told):
    assert told.json("status") == {
        "journal": "velvet-first-deploy",
        "title": "Velvet first deploy",
        "status": "open",
        "events": 6,
        "last_event_at": "2026-05-05T12:00:06.000000Z",
        "actions": [
            {"number": 1, "title": "Migrate", "status": "blocked", "owner": ""},
            {"number": 2, "title": "Approve", "status": "doing", "owner": "Kristerpher"},
        ],
        "blockers": [{"number": 1, "title": "no database", "error": "no database"}],
        "issues": [{"ref": "#1130", "title": "", "note": "hold"}],
        "failed": [],
        "unmet": [],
        "spooled": 0,
    }


def test_events_lists_what_was_recorded(told):
    assert told("events").splitlines() == [
        "e1  2026-05-05 12:00 UTC  header  ana  Velvet first deploy",
        "e2  2026-05-05 12:00 UTC  action  ana  Migrate",
        "e3  2026-05-05 12:00 UTC  blocker  ana  no database",
        "e4  2026-05-05 12:00 UTC  action  ana  Approve",
        "e5  2026-05-05 12:00 UTC  action  bob  doing (e4)",
        "e6  2026-05-05 12:00 UTC  issue  ana  #1130 · open · hold",
    ]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--kind", "action"), ["e2", "e4", "e5"]),
        (("--kind", "blocker", "--kind", "issue"), ["e3", "e6"]),
        (("--last", "2"), ["e5", "e6"]),
        (("--last", "1", "--kind", "action"), ["e5"]),
        (("--since", "e4"), ["e5", "e6"]),
        (("--since", "Migrate"), ["e3", "e4", "e5", "e6"]),
    ],
)
def test_events_lists_a_choice(told, arguments, names):
    assert [line.split()[0] for line in told("events", *arguments).splitlines()] == names


def test_since_and_last_hold_together(told):
    assert told("events", "--since", "e5", "--last", "4").split()[0] == "e6"
    assert told("events", "--since", "e6", "--last", "4") == ""


def test_events_offers_the_near_kind(journal):
    assert journal.refused("events", "--kind", "actoin") == (
        2,
        "triage: no kind 'actoin'; did you mean 'action'?",
    )


def test_events_gives_one_object_for_each_event(told):
    found = [json.loads(line) for line in told("events", "--json").splitlines()]

    assert [event["event"] for event in found] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert sorted(found[1]) == [
        "actor",
        "at",
        "body",
        "digest",
        "entity",
        "event",
        "id",
        "journal",
        "kind",
        "parents",
        "part",
        "precision",
        "recorded_at",
    ]


def test_render_prints_the_document(journal):
    assert journal("render").splitlines()[0] == "# Velvet first deploy"


def test_render_writes_to_a_file(journal):
    assert journal.run("render", "-o", "report.md") == (0, "", "velvet-first-deploy written to report.md\n")
    assert (journal.work / "report.md").read_text().startswith("# Velvet first deploy\n")


@pytest.mark.parametrize(
    ("name", "start"), [("report.html", "<!doctype html>"), ("report.json", "{"), ("report.txt", "# ")]
)
def test_the_format_follows_the_ending_of_the_file(journal, name, start):
    journal("render", "-o", name)

    assert (journal.work / name).read_text().casefold().startswith(start)


def test_the_format_is_chosen(journal):
    assert (
        json.loads(journal("render", "--format", "json"))["main"]["header"]["title"] == "Velvet first deploy"
    )


def test_json_means_the_document_in_json(journal):
    assert journal("render", "--json") == journal("render", "--format", "json")


def test_render_to_a_file_answers_in_json(journal):
    assert journal.json("render", "-o", "report.html") == {
        "journal": "velvet-first-deploy",
        "format": "html",
        "output": "report.html",
    }


def test_a_format_that_there_is_not_is_refused(journal):
    assert journal.refused("render", "--format", "pdf") == (
        2,
        "triage: no format 'pdf'; one of: md, html, json",
    )


def test_a_template_that_there_is_not_is_refused(journal):
    code, line = journal.refused("render", "--template", "triaeg")

    assert code != 0
    assert "triaeg" in line


def test_a_template_of_the_folder_comes_first(journal):
    journal("init")
    templates = journal.work / ".triage/templates"
    templates.mkdir()
    (templates / "triage.md.j2").write_text("Title: {{ report.main.header.title }}\n")
    journal("open", "Cost < 5 *now*")

    assert journal("render") == r"Title: Cost < 5 \*now\*"


CODE = "{{ cycler.__init__.__globals__.os.system('touch made') }}"


@pytest.mark.parametrize("name", ["page.html.j2", "page.css"])
def test_what_stands_around_a_page_is_never_a_teams(journal, name):
    journal("init")
    folder = journal.work / ".triage/templates"
    folder.mkdir()
    (folder / name).write_text(CODE)
    journal("open", "Velvet")
    journal("render", "-o", "page.html")

    assert not (journal.work / "made").exists()
    assert "<main" in (journal.work / "page.html").read_text()


def test_a_template_reads_no_file_that_is_none(journal):
    journal("init")
    folder = journal.work / ".triage/templates"
    folder.mkdir()
    (folder / "notes.txt").write_text("private")
    (folder / "reads.md.j2").write_text("{% include 'notes.txt' %}")
    journal("open", "Velvet")

    assert journal.refused("render", "--template", "reads") == (
        1,
        "triage: reads.md.j2: no template 'notes.txt'; one of: postmortem, reads, triage",
    )


def test_a_template_that_is_a_link_out_of_its_folder_is_none(journal):
    journal("init")
    folder = journal.work / ".triage/templates"
    folder.mkdir()
    (journal.home / "private.md.j2").write_text("private")
    (folder / "reads.md.j2").symlink_to(journal.home / "private.md.j2")
    journal("open", "Velvet")

    assert journal.refused("render", "--template", "reads")[0] == 3


@pytest.mark.parametrize("named", ["/", "..", "../elsewhere", "~"])
def test_a_folder_names_no_templates_outside_of_it(journal, named):
    journal("init")
    (journal.work / "triage.toml").write_text(f'templates = "{named}"')

    code, line = journal.refused("list")

    assert code == 4
    assert "names templates outside of its folder" in line


def test_the_users_own_configuration_names_templates_anywhere(journal):
    (journal.home / "own").mkdir()
    (journal.home / "own/mine.md.j2").write_text("# Mine")
    (journal.home / "config/triage/triage.toml").write_text('templates = "~/own"')

    assert journal("render", "--template", "mine") == "# Mine"


def test_a_template_with_an_error_names_file_and_line(journal):
    journal("init")
    journal("open", "Velvet")
    templates = journal.work / ".triage/templates"
    templates.mkdir()
    (templates / "triage.md.j2").write_text("Fine\n{{ report.mian }}\n")

    code, line = journal.refused("render")

    assert code == 1
    assert "triage.md.j2" in line
    assert "line 2" in line


def test_a_file_is_whole_or_as_it_was(journal):
    (journal.work / "report.md").mkdir()

    assert journal.refused("render", "-o", "report.md") == (
        4,
        "triage: cannot write 'report.md': Is a directory; name another file with -o",
    )
    assert [path.name for path in journal.work.iterdir()] == ["report.md"]


def test_a_zone_that_there_is_not_is_named(journal):
    (journal.home / "config/triage/triage.toml").write_text('zone = "Middle/Earth"')

    assert journal.refused("render") == (
        2,
        "triage: no zone 'Middle/Earth'; zone in triage.toml is one such as Europe/Paris",
    )


def test_a_format_that_an_ending_promises_and_there_is_not_is_refused(journal):
    assert journal.refused("render", "-o", "report.pdf") == (
        2,
        "triage: no format 'pdf'; one of: md, html, json; or give --format",
    )
    assert not (journal.work / "report.pdf").exists()


def test_status_says_that_an_addendum_is_current(journal):
    journal("addendum", "DKIM record")

    assert journal("status").splitlines()[0].endswith("; recording into velvet-first-deploy/dkim-record")


def test_events_that_were_corrected_say_by_what(journal):
    journal("log", "Pushd")
    journal("amend", "e2", "text=Pushed")
    journal("log", "a slip")
    journal("undo")
    lines = journal("events").splitlines()

    assert lines[1].endswith("Pushd  [amended by e3]")
    assert lines[3].endswith("a slip  [withdrawn by e5]")


def test_use_alone_says_what_is_current(journal):
    assert journal("use") == "velvet-first-deploy is current: Velvet first deploy (open)"


def test_what_is_nearly_a_word_of_a_slug_is_answered_with_that_slug(journal):
    journal("open", "Payments database failover")

    assert journal.refused("status", "paymets") == (
        3,
        "triage: no journal 'paymets'; did you mean payments-database-failover?",
    )


def test_a_part_of_a_slug_is_answered_with_the_slugs_that_hold_it(journal):
    assert journal.refused("use", "velvet")[1] == (
        "triage: no journal 'velvet'; did you mean velvet-first-deploy?"
    )
