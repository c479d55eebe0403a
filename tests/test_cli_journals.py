"""Journals on the command line: init, open, use, list, set, resolve, reopen, addendum."""

import pytest


def test_init_makes_a_store_and_a_commented_configuration(triage):
    work = triage.work

    assert triage("init").splitlines() == [
        f"made {work}/.triage/triage.db",
        f"made {work}/.triage/.gitignore",
        f"made {work}/triage.toml",
    ]
    assert (work / ".triage/.gitignore").read_text() == "*\n"
    assert all(line.startswith("#") or not line for line in (work / "triage.toml").read_text().split("\n"))


def test_init_says_that_everything_is_there_already(triage):
    triage("init")

    assert triage("init") == "everything is there already"


def test_init_leaves_a_configuration_as_it_is(triage):
    (triage.work / "triage.toml").write_text('zone = "Europe/Paris"\n')
    triage("init")

    assert (triage.work / "triage.toml").read_text() == 'zone = "Europe/Paris"\n'


def test_init_answers_in_json(triage):
    store = f"{triage.work}/.triage/triage.db"

    assert triage.json("init") == {
        "store": store,
        "created": [store, f"{triage.work}/.triage/.gitignore", f"{triage.work}/triage.toml"],
    }


def test_open_makes_a_slug_of_the_title(triage):
    assert triage("open", "Velvet: first deploy!") == "velvet-first-deploy e1 opened: Velvet: first deploy!"


def test_open_takes_the_slug_that_is_given(triage):
    assert (
        triage("open", "Velvet first deploy", "--slug", "velvet") == "velvet e1 opened: Velvet first deploy"
    )


def test_a_title_without_letters_gets_a_slug_of_the_id(triage):
    answer = triage.json("open", "発射")

    assert answer["journal"] == answer["id"][-8:]


def test_a_secret_in_a_title_is_in_no_slug(triage):
    token = "ghp_" + "a1B2" * 9
    triage("open", f"Rotate {token}")
    triage("addendum", f"Rotate {token}")

    assert "a1b2" not in triage("events", "--json").casefold()
    assert triage("list").split()[1].startswith("rotate-redacted-github-token-")


def test_open_with_the_slug_of_an_open_journal_joins_it_and_says_so(journal):
    assert journal("open", "Velvet first deploy") == "velvet-first-deploy e1 joined: Velvet first deploy"


def test_open_says_in_json_whether_it_joined(journal):
    assert journal.json("open", "Velvet first deploy")["joined"] is True
    assert journal.json("open", "Another")["joined"] is False


def test_what_is_said_besides_the_title_is_said_of_the_journal_that_is_joined(journal):
    answer = journal("open", "Velvet first deploy", "--lead", "Ana")

    assert answer == "velvet-first-deploy e2 joined: Velvet first deploy"
    assert journal.body() == {"lead": "Ana"}


def test_open_refuses_the_slug_of_a_closed_journal(journal):
    journal("resolve")

    assert journal.refused("open", "Velvet first deploy") == (
        5,
        (
            "triage: the journal 'velvet-first-deploy' is closed; continue it: triage use velvet-first-deploy,"
            " then triage reopen; or choose another --slug"
        ),
    )


def test_open_with_a_key_gives_the_same_journal_everywhere(triage):
    here = triage.json("open", "Velvet first deploy", "--key", "pipeline-42", "--store", "here.db")
    there = triage.json("open", "Velvet first deploy", "--key", "pipeline-42", "--store", "there.db")

    assert here["id"] == there["id"]


def test_the_journal_that_was_opened_last_is_current(journal):
    journal("open", "Another")

    assert journal("log", "here") == "another e2 here"


def test_use_chooses_a_journal(journal):
    journal("open", "Another")

    assert journal("use", "velvet-first-deploy") == (
        "velvet-first-deploy is current: Velvet first deploy (open)"
    )
    assert journal("log", "here") == "velvet-first-deploy e2 here"


def test_use_chooses_an_addendum(journal):
    journal("addendum", "DKIM record")
    journal("use", "velvet-first-deploy")

    assert journal("use", "velvet-first-deploy/dkim") == (
        "velvet-first-deploy/dkim-record is current: DKIM record (open)"
    )
    assert journal("log", "here") == "velvet-first-deploy/dkim-record e3 here"


def test_use_answers_in_json(journal):
    assert journal.json("use", "velvet-first-deploy") == {
        "journal": "velvet-first-deploy",
        "part": journal.last()["id"],
        "title": "Velvet first deploy",
    }


def test_use_offers_the_near_miss(journal):
    assert journal.refused("use", "velvet-first-deplyo") == (
        3,
        "triage: no journal 'velvet-first-deplyo'; did you mean 'velvet-first-deploy'?",
    )


def test_use_lists_the_addenda_where_it_knows_none_of_the_name(journal):
    journal("addendum", "DKIM record")

    assert journal.refused("use", "velvet-first-deploy/spf") == (
        3,
        "triage: no addendum 'spf' in velvet-first-deploy; addenda: dkim-record",
    )


def test_list_shows_the_journal_that_was_opened_last_first_and_marks_the_current_one(journal):
    journal("open", "Another")
    journal("log", "x")
    journal("use", "velvet-first-deploy")
    journal("resolve")

    assert journal("list").splitlines() == [
        "  another  open  2 events  Another",
        "* velvet-first-deploy  resolved  2 events  Velvet first deploy",
    ]


def test_list_gives_one_object_for_each_journal(journal):
    assert journal.json("list") == {
        "journal": "velvet-first-deploy",
        "id": journal.last()["id"],
        "title": "Velvet first deploy",
        "status": "open",
        "events": 1,
        "current": True,
    }


def test_list_says_what_to_do_where_there_is_no_journal(triage):
    triage("init")

    assert triage.run("list") == (0, "", "no journal yet; open one: triage open 'TITLE'\n")


def test_set_changes_fields_of_the_header(journal):
    assert journal("set", "status=mitigated", "lead=Ana") == (
        "velvet-first-deploy e2 set status=mitigated, lead=Ana"
    )
    assert journal.body() == {"status": "mitigated", "status_note": "", "lead": "Ana"}


def test_set_keeps_an_unknown_label_as_a_free_field(journal):
    journal("set", "Vault host=vault.example.org")

    assert journal.body() == {"labels": [["Vault host", "vault.example.org"]]}


def test_set_changes_the_slug(journal):
    journal("set", "slug=velvet")

    assert journal("log", "x") == "velvet e3 x"


def test_set_names_the_values_that_a_field_takes(journal):
    assert journal.refused("set", "status=done") == (
        2,
        (
            "triage: header status cannot be 'done'; one of: open, investigating, mitigated, monitoring,"
            " resolved, abandoned"
        ),
    )


def test_set_wants_assignments(journal):
    assert journal.refused("set", "mitigated") == (
        2,
        "triage: 'mitigated' is not FIELD=VALUE; nothing was recorded",
    )


def test_set_refuses_the_slug_of_another_journal(journal):
    journal("open", "Another")

    assert journal.refused("set", "slug=velvet-first-deploy") == (
        5,
        (
            "triage: the slug 'velvet-first-deploy' belongs to another journal; join it:"
            " triage use velvet-first-deploy, or choose another: --slug NAME"
        ),
    )


def test_resolve_records_what_it_rests_on(journal):
    assert journal("resolve", "healthz passing") == "velvet-first-deploy e2 resolved — healthz passing"
    assert journal.body() == {"status": "resolved", "status_note": "healthz passing"}


def test_resolve_records_all_the_same_and_says_what_is_open(journal):
    journal("action", "Approve the exit", "--owner", "Kristerpher")
    journal("action", "Migrate")
    journal("block", "2", "no database")
    journal("action", "Push")
    journal("fail", "3")
    journal("observe", "--table", "Endpoints", "Test=Admin", "Actual=302", "--expect", "200")

    assert journal.run("resolve") == (
        0,
        "velvet-first-deploy e8 resolved\n",
        (
            "still open: action 1, Approve the exit, owner Kristerpher\n"
            "still open: action 2, Migrate\n"
            "still open: blocker 1, no database\n"
            "failed: action 3, Push\n"
            "not met: Endpoints / Admin: expected Actual=200, was 302\n"
        ),
    )


def test_resolving_an_addendum_says_what_is_open_in_it_only(journal):
    journal("action", "Migrate")
    journal("addendum", "DKIM record")
    journal("action", "Publish the key")

    assert journal.run("resolve").err == "still open: action 2, Publish the key\n"


def test_what_is_recorded_after_resolving_still_goes_to_the_chosen_journal(journal):
    journal("resolve")

    assert journal("log", "one more thing") == "velvet-first-deploy e3 one more thing"


def test_reopen_says_that_the_work_goes_on(journal):
    journal("resolve")

    assert journal("reopen", "the token still answers") == (
        "velvet-first-deploy e3 reopened — the token still answers"
    )
    assert journal.body() == {"status": "open", "status_note": "the token still answers"}


def test_addendum_is_opened_and_made_current(journal):
    assert journal("addendum", "DKIM record", "--severity", "P2", "Runbook=docs/dkim.md") == (
        "velvet-first-deploy/dkim-record e2 addendum opened: DKIM record"
    )
    assert journal.body() == {
        "title": "DKIM record",
        "slug": "dkim-record",
        "severity": "P2",
        "labels": [["Runbook", "docs/dkim.md"]],
    }
    assert journal("log", "x") == "velvet-first-deploy/dkim-record e3 x"


def test_use_of_the_journal_goes_back_to_the_main_report(journal):
    journal("addendum", "DKIM record")
    journal("use", "velvet-first-deploy")

    assert journal("log", "x") == "velvet-first-deploy e3 x"


def test_set_in_an_addendum_changes_its_own_header(journal):
    journal("addendum", "DKIM record")
    journal("set", "status=resolved")

    assert journal("list") == "* velvet-first-deploy  open  3 events  Velvet first deploy"


@pytest.mark.parametrize("command", ["open", "addendum"])
def test_a_title_must_say_something(journal, command):
    assert journal.refused(command, "  ") == (
        2,
        "triage: TITLE is empty; nothing was recorded; say what happened",
    )


def test_joining_a_journal_names_its_own_title(journal):
    assert journal("open", "Something else", "--slug", "velvet-first-deploy") == (
        "velvet-first-deploy e1 joined: Velvet first deploy"
    )
