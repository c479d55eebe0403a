"""Who records, and where: the order of design sections 3 and 4, step by step."""

import json
import os
import pty
import subprocess

import pytest
from program import SCRIPT


def actor(triage):
    return triage.last()["actor"]


def git(*arguments, cwd):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=cwd, env=environment, check=True, capture_output=True)


# Who


def test_the_option_says_who_records(journal):
    journal("log", "x", "--actor", "bob")

    assert actor(journal)["name"] == "bob"


def test_the_variable_says_who_records_where_the_option_does_not(journal):
    journal("log", "x")

    assert actor(journal) == {"name": "ana", "type": "human", "session": "test"}


def test_the_configuration_says_who_records_where_the_environment_does_not(journal):
    journal.unset("TRIAGE_ACTOR")
    journal.set("CLAUDECODE", "1")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text('actor = "deploy-bot"\nactor_type = "system"\n')
    journal("log", "x", "--journal", "velvet-first-deploy")

    assert actor(journal) == {"name": "deploy-bot", "type": "system", "session": "test"}


@pytest.mark.parametrize(
    ("variables", "name", "session"),
    [
        ({"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "s-1"}, "claude-code", "s-1"),
        ({"CODEX_THREAD_ID": "t-1"}, "codex", "t-1"),
        ({"CODEX_SANDBOX": "seatbelt"}, "codex", ""),
        ({"CURSOR_AGENT": "1"}, "cursor", ""),
        ({"GEMINI_CLI": "1"}, "gemini-cli", ""),
        ({"OPENCODE": "1"}, "opencode", ""),
        ({"GOOSE_TERMINAL": "1", "AGENT_SESSION_ID": "g-1"}, "goose", "g-1"),
        ({"CLINE_ACTIVE": "true"}, "cline", ""),
        ({"AI_AGENT": "my-agent", "CLAUDECODE": "1"}, "my-agent", ""),
        ({"AI_AGENT": "my_agent"}, "my_agent", ""),
        ({"AI_AGENT": "claude-code_2-1-132_harness"}, "claude-code", ""),
        ({"AI_AGENT": "my-agent", "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "s-1"}, "my-agent", "s-1"),
        (
            {"AI_AGENT": "claude-code_2-1-263_agent", "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "s-1"},
            "claude-code",
            "s-1",
        ),
        (
            {
                "AI_AGENT": "my-agent",
                "AI_AGENT_SESSION": "s-2",
                "CLAUDECODE": "1",
                "CLAUDE_CODE_SESSION_ID": "s-1",
            },
            "my-agent",
            "s-2",
        ),
    ],
)
def test_a_coding_agent_is_known_by_the_variables_that_it_sets(journal, variables, name, session):
    journal.unset("TRIAGE_ACTOR", "TRIAGE_SESSION")
    for variable, value in variables.items():
        journal.set(variable, value)
    journal("log", "x")

    assert actor(journal) == {"name": name, "type": "agent", "session": session}


def test_a_person_who_is_named_while_an_agent_runs_the_command_is_the_agent(journal):
    journal.set("CLAUDECODE", "1")
    journal("log", "x")

    assert actor(journal)["type"] == "agent"


@pytest.mark.parametrize("kind", ["human", "agent", "system"])
def test_the_type_of_an_actor_may_stand_before_the_name(journal, kind):
    journal("log", "x", "--actor", f"{kind}:bob")

    assert actor(journal) == {"name": "bob", "type": kind, "session": "test"}


def test_git_is_asked_at_open_and_the_answer_kept(triage):
    triage.unset("TRIAGE_ACTOR")
    git("init", cwd=triage.work)
    git("config", "user.name", "Ana Lima", cwd=triage.work)
    triage("open", "Velvet")
    git("config", "user.name", "Somebody Else", cwd=triage.work)
    triage("log", "x")

    assert [event["actor"]["name"] for event in map(json.loads, triage("events", "--json").splitlines())] == [
        "Ana Lima",
        "Ana Lima",
    ]


def test_git_is_asked_at_init(triage):
    triage.unset("TRIAGE_ACTOR")
    git("init", cwd=triage.work)
    git("config", "user.name", "Ana Lima", cwd=triage.work)
    triage("init")
    git("config", "user.name", "Somebody Else", cwd=triage.work)
    triage("open", "Velvet")

    assert actor(triage)["name"] == "Ana Lima"


def test_the_login_records_where_nobody_else_is_known(triage):
    triage.unset("TRIAGE_ACTOR")
    triage.set("LOGNAME", "alima")
    triage.set("GIT_CONFIG_GLOBAL", os.devnull)
    triage("open", "Velvet")

    assert actor(triage) == {"name": "alima", "type": "human", "session": "test"}


# Which journal


@pytest.fixture
def two(journal):
    """Two open journals, the second of which is current."""
    journal("open", "Other")
    return journal


def test_the_option_names_the_journal(two):
    two.set("TRIAGE_JOURNAL", "other")

    assert two("log", "x", "--journal", "velvet-first-deploy") == "velvet-first-deploy e2 x"


def test_the_variable_names_the_journal_where_the_option_does_not(two):
    two.set("TRIAGE_JOURNAL", "velvet-first-deploy")

    assert two("log", "x") == "velvet-first-deploy e2 x"


def test_the_journal_that_was_opened_or_chosen_last_is_current(two):
    assert two("log", "x") == "other e2 x"

    two("use", "velvet-first-deploy")
    assert two("log", "x") == "velvet-first-deploy e2 x"


@pytest.mark.parametrize("variable", ["TRIAGE_SESSION", "TRIAGE_ACTOR"])
def test_the_choice_belongs_to_the_session_and_the_actor(two, variable):
    two.set(variable, "another")

    code, line = two.refused("log", "x")

    assert code == 2
    assert line == (
        "triage: 2 journals are open, and this session chose none; "
        "choose: triage use SLUG, or --journal SLUG; open: other, velvet-first-deploy"
    )


def test_the_only_open_journal_is_taken_where_none_was_chosen(two):
    two("resolve", "--journal", "velvet-first-deploy")
    two.set("TRIAGE_SESSION", "another")

    assert two("log", "x") == "other e2 x"


def test_without_an_open_journal_the_way_to_one_is_shown(journal):
    journal("resolve")
    journal.set("TRIAGE_SESSION", "another")

    assert journal.refused("log", "x") == (2, "triage: no journal is open; open one: triage open 'TITLE'")


def test_without_a_store_the_way_to_one_is_shown(triage):
    code, line = triage.refused("log", "x")

    assert code == 3
    assert line == (
        f"triage: no store at {triage.home}/data/triage/triage.db; "
        "make one with: triage init, or triage open 'TITLE'"
    )


def test_a_store_that_is_gone_is_not_taken_for_one_that_never_was(journal):
    store = journal.home / "data/triage/triage.db"
    store.rename(journal.home / "elsewhere.db")
    gone = f"the store that this session recorded into is gone: {store}"

    assert journal.refused("log", "x") == (
        3,
        f"triage: {gone}; restore or mount it; or begin anew: triage init",
    )
    doctor = journal.run("doctor")
    assert doctor.code == 1
    assert f"fail  store: {gone}" in doctor.out


def test_an_addendum_is_named_after_its_journal(journal):
    journal("addendum", "DKIM")
    journal("use", "velvet-first-deploy")

    assert journal("log", "x", "--journal", "velvet-first-deploy/dkim") == "velvet-first-deploy/dkim e3 x"


def test_a_terminal_is_a_session_of_its_own(two):
    """The program runs on two terminals, without a name for the session."""
    two.unset("TRIAGE_SESSION")

    def on_a_terminal(script):
        main, other = pty.openpty()
        done = subprocess.run(
            ["sh", "-c", script], stdin=other, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=two.environment, cwd=two.work, start_new_session=True, check=False, text=True,
        )  # fmt: skip
        os.close(main)
        os.close(other)
        return done.stdout

    assert on_a_terminal("triage use velvet-first-deploy >/dev/null; triage log x").endswith("deploy e2 x\n")
    assert "this session chose none" in on_a_terminal("triage log x")


# Which store


def test_the_option_names_the_store(journal):
    journal("open", "There", "--store", "there.db")

    assert (journal.work / "there.db").exists()
    assert journal("list").startswith("* velvet-first-deploy ")


def test_the_variable_names_the_store(triage):
    triage.set("TRIAGE_STORE", f"sqlite:///{triage.work}/there.db")
    triage("open", "There")

    assert (triage.work / "there.db").exists()


def test_the_users_configuration_names_the_store(triage):
    (triage.home / "config/triage").mkdir(parents=True)
    (triage.home / "config/triage/triage.toml").write_text(f'store = "{triage.work}/there.db"\n')
    triage("open", "There")

    assert (triage.work / "there.db").exists()


def test_a_folder_cannot_move_the_store(triage):
    triage("init")
    (triage.work / "triage.toml").write_text('store = "/tmp/elsewhere.db"\n')

    code, line = triage.refused("open", "Velvet")

    assert code == 4
    assert line == (
        f"triage: {triage.work}/triage.toml may not set 'store'; "
        f"set it in {triage.home}/config/triage/triage.toml, or look at the file and call: triage trust"
    )


def test_the_nearest_folder_upwards_holds_the_store(triage, monkeypatch):
    triage("init")
    (triage.work / "a/b").mkdir(parents=True)
    monkeypatch.chdir(triage.work / "a/b")
    triage("open", "Velvet")

    assert triage("list", "--store", f"{triage.work}/.triage").startswith("* velvet  open")


def test_a_worktree_shares_the_store_of_the_main_checkout(triage, monkeypatch):
    git("init", cwd=triage.work)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    git(*identity, "commit", "--allow-empty", "-m", "x", cwd=triage.work)
    git("worktree", "add", triage.home / "worktree", cwd=triage.work)
    triage("init")
    triage("open", "Velvet")
    monkeypatch.chdir(triage.home / "worktree")

    assert triage("log", "x") == "velvet e2 x"


# What is not as it should be


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("actor = ", "{path} is not TOML: Invalid value (at end of document); see triage init"),
        ("aktor = 'x'", "{path} has an unknown key 'aktor'; did you mean 'actor'?"),
        ("zone = 3", "{path}: zone must be a text in quotes, not 3"),
        *(
            (
                f"issue_url = '{pattern}'",
                (
                    f"{{path}}: issue_url is no address with a place for the reference: {pattern!r}; "
                    "write it as https://github.com/acme/velvet/issues/{{ref}}"
                ),
            )
            for pattern in ("javascript:alert(1)", "https://example.org/1", "https://example.org/ 1")
        ),
    ],
)
def test_a_configuration_that_cannot_be_read_is_named(triage, text, message):
    triage("init")
    path = triage.work / "triage.toml"
    path.write_text(text)

    assert triage.refused("list") == (2, f"triage: {message.format(path=path)}")


def test_the_program_works_where_its_folder_is_gone(triage):
    (triage.work / "gone").mkdir()
    done = subprocess.run(
        ["sh", "-c", f"cd gone && rmdir ../gone && {SCRIPT} open Velvet"],
        cwd=triage.work, env=triage.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_does_not_decode_becomes_visible(journal):
    ran = journal.start("log", "x", "--actor", b"Ren\xe9", "--journal", "velvet-first-deploy")

    assert ran.code == 0
    assert actor(journal)["name"] == r"Ren\xE9"


def test_a_secret_that_is_named_as_the_actor_is_kept_nowhere(triage):
    token = "ghp_" + "a1B2" * 9
    triage("init", "--actor", token)

    kept = [path.read_bytes() for path in triage.home.rglob("*") if path.is_file()]
    assert token.encode() not in b"".join(kept)


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_blank_actor_is_nobody(journal, name):
    journal.set("TRIAGE_ACTOR", name)
    journal.set("LOGNAME", "alima")
    journal("log", "x", "--journal", "velvet-first-deploy")

    assert actor(journal)["name"] == "alima"


def test_a_type_of_actor_that_there_is_not_is_refused(triage):
    triage("init")
    (triage.work / "triage.toml").write_text('actor_type = "boss"')

    assert triage.refused("list")[1].endswith("actor_type cannot be 'boss'; one of: human, agent, system")


def test_a_redaction_key_that_is_empty_is_refused(journal):
    (journal.home / "config/triage/redaction.key").write_bytes(b"")

    assert journal.refused("log", "x")[1].endswith(
        "holds no key: anybody could guess what was redacted; remove it, and a new one is made"
    )


def test_a_configuration_that_is_nested_too_deeply_is_named(triage):
    triage("init")
    (triage.work / "triage.toml").write_text("a = " + "[" * 20_000)

    assert "is nested too deeply" in triage.refused("list")[1]
