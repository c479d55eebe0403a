"""What all commands have in common: options, help, examples that run, JSON, completion."""

import json
import os
import shutil
import subprocess

import click
import pytest

from triage import __version__
from triage.cli import COMMANDS, GROUPS, cli
from triage.kinds import KINDS

RECORDING = {
    "open": "header",
    "set": "",
    "resolve": "header",
    "reopen": "header",
    "addendum": "header",
    "log": "entry",
    "waive": "",
    "did": "action",
    "action": "action",
    "start": "action",
    "done": "action",
    "fail": "action",
    "skip": "action",
    "block": "blocker",
    "blocker": "blocker",
    "fix": "blocker",
    "accept": "blocker",
    "issue": "issue",
    "observe": "observation",
    "evidence": "evidence",
    "section": "section",
    "ref": "reference",
    "run": "evidence",
    "amend": "",
    "retract": "amendment",
    "undo": "amendment",
    "purge": "act",
    "record": "",
}
"""The commands that record, and the kind whose fields they take as options."""

SAID_BY_THE_COMMAND = {
    "open": {"title"},
    "resolve": {"title", "status", "status_note"},
    "reopen": {"title", "status", "status_note"},
    "addendum": {"title"},
    "log": {"text"},
    "did": {"title", "status"},
    "action": {"title"},
    "start": {"status"},
    "done": {"status"},
    "fail": {"status"},
    "skip": {"status"},
    "block": {"error", "action", "status"},
    "blocker": {"title", "status"},
    "fix": {"fix", "status"},
    "accept": {"fix", "status"},
    "issue": {"ref"},
    "observe": {"expected", "exact", "taken"},
    "evidence": {"origin", "state", "digest", "sha256", "redactions", "hook"},
    "section": {"heading"},
    "ref": {"url"},
    "retract": {"retracted"},
    "undo": {"retracted"},
    "purge": {"verb", "about"},
    "run": {
        *(
            "command",
            "cwd",
            "host",
            "state",
            "exit_code",
            "signal",
            "started_at",
            "ended_at",
            "size",
            "digest",
        ),
        *("truncated", "redactions", "sha256", "origin", "hook"),
    },
}
"""Fields that are arguments of a command, or that it says by itself."""

LABELLED = {"cells", "labels", "values", "changes", "output", "streams"}
"""Fields that are written as LABEL=VALUE, or come from a file."""


def option_names(name):
    """The long options of a command."""
    command = cli.get_command(click.Context(cli), name)
    return {spelling for parameter in command.params for spelling in parameter.opts if spelling[:2] == "--"}


def examples(help):
    """The lines of an example: what stands after the mark that keeps them as they are."""
    return help.partition("\b\n")[2].rstrip()


def help_of(name):
    return cli.get_command(click.Context(cli), name).help


def test_every_command_of_the_issue_is_there():
    assert set(COMMANDS) == {
        *RECORDING,
        "init",
        "write",
        "use",
        "list",
        "schema",
        "status",
        "brief",
        "events",
        "output",
        "redact",
        "describe",
        "hook",
        "mcp",
        "skill",
        "trust",
        "flush",
        "doctor",
        "sync",
        "search",
        "similar",
        "refresh",
        "publish",
        "serve",
        "render",
        "diff",
        "check",
        "verify",
        "export",
        "import",
    }


def test_every_command_stands_in_one_group_of_the_help():
    assert sorted(name for _, names in GROUPS for name in names) == sorted(COMMANDS)


def test_the_help_of_the_program_lists_every_command_with_what_it_does(triage):
    lines = {" ".join(line.split()) for line in triage("--help").splitlines()}

    assert {f"{name} {line}" for name, (_, line) in COMMANDS.items()} <= lines


def test_without_a_command_the_help_is_shown(triage):
    assert triage() == triage("--help") == triage("-h")


def test_the_version_is_printed(triage):
    assert triage("--version") == f"triage {__version__}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_ends_with_an_example(name):
    lines = examples(help_of(name)).splitlines()

    assert lines
    assert any(line.startswith(f"triage {name}") or f"| triage {name}" in line for line in lines)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(triage, name):
    assert triage(name, "--help").startswith(f"Usage: triage {name} ")


@pytest.mark.parametrize("name", RECORDING)
def test_every_recording_command_takes_time_actor_key_wording_and_json(name):
    assert {"--at", "--actor", "--key", "--log", "--json", "--journal", "--store"} <= option_names(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_in_json(name):
    assert "--json" in option_names(name)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in RECORDING.items() if kind])
def test_every_field_of_a_kind_is_an_option_of_its_name(name, kind):
    fields = set(KINDS[kind].fields) - SAID_BY_THE_COMMAND[name] - LABELLED

    assert {f"--{field.replace('_', '-')}" for field in fields} <= option_names(name)


def test_every_kind_that_a_person_records_has_a_command():
    assert {kind for kind in RECORDING.values() if kind} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "option", "help"),
    [
        ("log", "--type", "note|decision|finding|hypothesis|escalation|handoff"),
        ("open", "--type", "deploy|incident|remediation|maintenance|investigation|other"),
    ],
)
def test_the_help_names_the_choices_of_a_field(triage, name, option, help):
    assert f"{option} {help}" in " ".join(triage(name, "--help").split())


@pytest.mark.parametrize("option", ["--json", "--journal", "--store", "--actor"])
def test_an_option_that_all_commands_take_may_stand_before_the_command(journal, option):
    values = {
        "--journal": "velvet-first-deploy",
        "--store": str(journal.home / "data/triage/triage.db"),
        "--actor": "bob",
    }
    words = [option, values[option]] if option in values else [option]

    assert journal(*words, "log", "x") != ""
    assert journal.body() == {"text": "x"}


ANSWERS = {
    "open": ["open", "Another"],
    "use": ["use", "velvet-first-deploy"],
    "list": ["list"],
    "set": ["set", "lead=Ana"],
    "resolve": ["resolve"],
    "reopen": ["reopen"],
    "addendum": ["addendum", "SPF"],
    "log": ["log", "x"],
    "did": ["did", "x"],
    "action": ["action", "x"],
    "start": ["start", "1"],
    "done": ["done", "1"],
    "fail": ["fail", "1"],
    "skip": ["skip", "1"],
    "block": ["block", "1", "error"],
    "blocker": ["blocker", "x"],
    "fix": ["fix", "1"],
    "accept": ["accept", "1", "why"],
    "issue": ["issue", "1140", "open"],
    "observe": ["observe", "staging", "Release=v15"],
    "evidence": ["evidence", "-"],
    "section": ["section", "Notes", "text"],
    "ref": ["ref", "https://example.org"],
    "amend": ["amend", "e2", "title=y"],
    "retract": ["retract", "e2"],
    "undo": ["undo"],
    "record": ["record", "-"],
    "schema": ["schema"],
    "status": ["status"],
    "events": ["events", "--last", "1"],
    "publish": ["publish", "--to", "./site"],
    "render": ["render"],
    "export": ["export", "-o", "x.jsonl"],
    "import": ["import", "velvet.jsonl"],
    "init": ["init"],
}


@pytest.fixture
def furnished(journal):
    """A journal with an action, a blocker, and an export of it."""
    journal("action", "Migrate")
    journal("blocker", "No database")
    journal("export", "-o", "velvet.jsonl")
    return journal


@pytest.mark.parametrize("name", ANSWERS)
def test_a_command_answers_with_one_json_object(furnished, name):
    stdin = '{"kind": "entry", "fields": {"text": "x"}}'

    ran = furnished.run(*ANSWERS[name], "--json", stdin=stdin)

    assert ran.code == 0
    assert isinstance(json.loads(ran.out), dict)


def test_run_answers_in_json_beside_the_output_of_the_command(journal):
    ran = journal.run("run", "--json", "--", "echo", "hi")
    answer = json.loads(ran.err)

    assert ran.out == "hi\n"
    assert (answer["event"], answer["exit_code"], answer["text"]) == ("e2", 0, "echo hi")


NAMES_NOTHING = {"init", "schema", "list", "open"}
"""Commands that need no journal."""


@pytest.mark.parametrize("name", sorted(set(ANSWERS) - NAMES_NOTHING - {"import"}))
def test_a_command_complains_in_json(triage, name):
    words = ANSWERS[name]

    ran = triage.run(*words, "--json", stdin="x")

    assert (ran.code, ran.out) == (3, "")
    assert json.loads(ran.err)["error"]["code"] == "not_found"


def test_the_error_object_says_what_what_next_and_whether_to_try_again(journal):
    assert journal.refused_json("log", "x", "--type", "decison") == {
        "code": "invalid",
        "message": "entry type cannot be 'decison'",
        "hint": "one of: note, decision, finding, hypothesis, escalation, handoff",
        "allowed": ["note", "decision", "finding", "hypothesis", "escalation", "handoff"],
        "retryable": False,
    }


def test_a_mistyped_option_complains_in_json_too(journal):
    assert journal.refused_json("log", "x", "--tpye", "note") == {
        "code": "usage",
        "message": "no option '--tpye'",
        "hint": "did you mean '--type'?",
        "allowed": [],
        "retryable": False,
    }


@pytest.fixture(scope="module")
def exampled(tmp_path_factory):
    """A folder with a journal in which the example of every command can run, and tools that they name."""
    from program import Program

    folder = tmp_path_factory.mktemp("examples")
    with pytest.MonkeyPatch.context() as patch:
        triage = Program(folder, patch)
        triage("init")
        triage("open", "Velvet first deploy")
        for title in ("Push", "Deploy", "Migrate", "Check healthz"):
            triage("action", title)
        triage("block", "3", "no database")
        gone = "ModuleNotFoundError: No module named sqlalchemy"
        triage("blocker", "Package is not registered", "--error", gone)
        (triage.work / "build.log").write_text(f"building\n{gone}\n")
        for text in ("one", "two", "three", "connection refused"):
            triage("log", text)
        triage("evidence", "-", "--title", "curl", stdin="connection refused")
        triage("addendum", "DKIM")
        triage("log", "five")
        triage("export", "-o", "velvet.jsonl")
        triage("use", "velvet-first-deploy")
        triage("section", "References", "TBD")
        shutil.copy(triage.work / ".triage" / "triage.db", triage.work / "laptop.db")
        (triage.work / "notes.md").write_text("Run it backwards.\n")
        (triage.work / "postmortem.md").write_text("# Checkout outage\n\n## Summary\n\nCarts timed out.\n")
        (triage.work / "migrate.log").write_text("3 migrations\n")
        _tool(folder / "bin", "dig", "echo '\"v=DKIM1\"'")
        environment = triage.environment | {
            "PATH": f"{folder / 'bin'}{os.pathsep}{triage.environment['PATH']}"
        }
    return folder, environment


def _tool(folder, name, script):
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    "name", [*(name for name in COMMANDS if name != "serve"), "triage"]
)  # serve does not end by itself
def test_the_example_of_the_help_runs(exampled, tmp_path, name):
    prepared, environment = exampled
    shutil.copytree(prepared / "work", tmp_path / "work")
    shutil.copytree(prepared / "home", tmp_path / "home")
    moved = {
        key: value.replace(str(prepared / "home"), str(tmp_path / "home"))
        for key, value in environment.items()
    }
    script = examples(cli.help if name == "triage" else help_of(name))

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path / "work",
        env=moved | {"TRIAGE_JOURNAL": "velvet-first-deploy"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "triage: " not in done.stderr


def complete(triage, words, place):
    """What the program offers for the word at a place of a command line."""
    variables = {"_TRIAGE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    ran = triage.start(env=triage.environment | variables)
    return ran.code, ran.out.split(), ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_comes_as_a_script_of_the_shell(triage, shell):
    ran = triage.start(env=triage.environment | {"_TRIAGE_COMPLETE": f"{shell}_source"})

    assert (ran.code, ran.err) == (0, "")
    assert "_TRIAGE_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("words", "place", "offered"),
    [
        ("triage lo", 1, ["plain,log"]),
        (
            "triage re",
            1,
            [
                "plain,resolve",
                "plain,reopen",
                "plain,refresh",
                "plain,ref",
                "plain,retract",
                "plain,record",
                "plain,redact",
                "plain,render",
            ],
        ),
        ("triage log --ma", 2, ["plain,--mark"]),
        ("triage log 'a text' --ty", 3, ["plain,--type"]),
        ("triage log -", 3, []),
        ("triage lgo x", 2, []),
        ("triage log --bogus x", 3, []),
    ],
)
def test_completion_offers_commands_and_options_and_never_complains(triage, words, place, offered):
    assert complete(triage, words, place) == (0, offered, "")


@pytest.mark.parametrize(("asked", "same"), [(["help"], ["--help"]), (["help", "run"], ["run", "--help"])])
def test_help_is_a_word_for_the_option_too(triage, asked, same):
    assert triage(*asked) == triage(*same)


def test_help_on_what_is_no_command_offers_the_near_miss(triage):
    assert triage.refused("help", "rnu") == (2, "triage: no command 'rnu'; did you mean 'run'?")
