"""`triage hook` in the settings of agents: what it puts in, what it leaves alone, and what it takes out again."""

import json
import os
import subprocess
import sys

import pytest
from durability.tracing import missing
from hypothesis import given
from hypothesis import strategies as st
from program import SCRIPT

from triage.agents import AGENTS, settings

CLAUDE = ".claude/settings.json"
CODEX = ".codex/hooks.json"
EVENTS = {
    "claude-code": ["PreToolUse", "PostToolUse", "PostToolUseFailure"],
    "codex": ["PreToolUse", "PostToolUse"],
}
FILES = {"claude-code": CLAUDE, "codex": CODEX}
EXISTING = [
    "{}",
    "{}\n",
    "{\n}\n",
    " {\n\n} ",
    "",
    '{"a": 1}',
    '{"a":1,"hooks":{}}',
    '{"hooks": {"PreToolUse": [], "Stop": [{"hooks": [{"type": "command", "command": "é\\u00e9"}]}]}}',
    '{\n  "permissions": {"allow": ["Bash(ls)", "x"]},\n  "model": "opus"\n}\n',
    '{\n\t"hooks": {\n\t\t"PreToolUse": [\n\t\t\t{\n\t\t\t\t"matcher": "Write",\n\t\t\t\t"hooks": [\n\t\t\t\t\t{"type": "command", "command": "x"}\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t},\n\t"z": 1e3\n}',
    '{"hooks":{"PostToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"mine"}]}]}}\r\n',
    '{\r\n  "a": {\r\n    "b": 2\r\n  }\r\n}\r\n',
    '{"z": 1, "a": {"deep": [[], {}]}, "hooks": {"PostToolUse": [{"hooks": []}]}, "b": null}',
    '{"hooks": {"PreToolUse": [{"matcher": "Bash"}]}, "twice": 1, "twice": 2}',
]
"""Settings that somebody may have."""


@pytest.fixture
def project(triage):
    """A project of git's, and a home."""
    (triage.work / ".git").mkdir()
    return triage


def written(project, name, text):
    path = project.work / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


def handlers(path, event):
    """The commands that are called for an event."""
    groups = json.loads(path.read_text())["hooks"].get(event, [])
    return [handler["command"] for group in groups for handler in group.get("hooks", ())]


@pytest.mark.parametrize("agent", AGENTS)
def test_every_event_of_the_agent_gets_the_hook(project, agent):
    project("hook", "install", agent)

    groups = json.loads((project.work / FILES[agent]).read_text())["hooks"]
    command = f"triage-hook {agent} 2>/dev/null || :"
    hook = {"type": "command", "command": command, "timeout": 10}
    assert groups == {event: [{"matcher": "Bash", "hooks": [hook]}] for event in EVENTS[agent]}


def test_an_agent_that_counts_milliseconds_is_told_as_many():
    text = settings.with_hooks("{}", ["BeforeTool"], "run_shell_command", "triage-hook another", 10_000)

    (group,) = json.loads(text)["hooks"]["BeforeTool"]
    assert [handler["timeout"] for handler in group["hooks"]] == [10_000]


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("text", EXISTING)
def test_what_is_there_stays_and_taking_ours_out_leaves_every_byte_as_it_was(project, agent, text):
    path = written(project, FILES[agent], text)
    before = json.loads(text or "{}")

    project("hook", "install", agent)
    after = json.loads(path.read_text())
    assert all(len(handlers(path, event)) >= 1 for event in EVENTS[agent])
    assert {name: value for name, value in after.items() if name != "hooks"} == {
        name: value for name, value in before.items() if name != "hooks"
    }
    assert list(after)[: len(before)] == list(before)
    for event, groups in before.get("hooks", {}).items():
        assert after["hooks"][event][: len(groups)] == groups

    project("hook", "uninstall", agent)
    assert path.read_bytes() == text.encode()
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


@pytest.mark.parametrize("text", EXISTING)
def test_installing_twice_changes_nothing(project, text):
    path = written(project, CLAUDE, text)
    project("hook", "install", "claude-code")
    once = path.read_bytes()

    assert "is installed in" in project("hook", "install", "claude-code")
    assert path.read_bytes() == once


def test_where_there_were_no_settings_there_are_none_afterwards(project):
    project("hook", "install", "claude-code")
    project("hook", "uninstall", "claude-code")

    assert not (project.work / CLAUDE).exists()


def test_a_copy_of_the_settings_as_they_were_lies_beside_them(project):
    path = written(project, CLAUDE, '{"model":"opus"}')
    said = project("hook", "install", "claude-code")

    copy = path.with_name("settings.json.before-triage")
    assert said.endswith(f"; as it was before: {copy}")
    assert copy.read_text() == '{"model":"opus"}'


def test_the_copy_is_of_the_settings_without_hooks_where_two_install_at_once(project):
    path = written(project, CLAUDE, '{"model":"opus"}')
    command = [sys.executable, "-m", "triage", "hook", "install", "claude-code"]
    every = [
        subprocess.Popen(command, cwd=project.work, env=project.environment, stdout=subprocess.DEVNULL)
        for _ in range(6)
    ]
    assert [each.wait() for each in every] == [0] * 6

    assert path.with_name("settings.json.before-triage").read_text() == '{"model":"opus"}'
    assert len(handlers(path, "PreToolUse")) == 1


KILLS = [("fsync", 1), ("rename", 1), ("fsync", 3), ("rename", 2)]
"""Calls to the system in which an installation is killed: where the copy is written, and the settings."""


@pytest.fixture(params=KILLS, ids="{0[0]}-{0[1]}".format)
def killed(project, request):
    """A project in which an installation was killed while it wrote, which left something."""
    if missing():
        pytest.skip(missing())
    path = written(project, CLAUDE, '{"model":"opus"}')
    name, place = request.param
    project.set("PYTHONDONTWRITEBYTECODE", "1")  # it is written and renamed as well
    trap = ["-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={place}"]
    subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", *trap, SCRIPT, "hook", "install", "claude-code"],
        env=project.environment, cwd=project.work, check=False,
    )  # fmt: skip
    assert path.read_text() == '{"model":"opus"}'
    assert any(each.name.startswith(".triage-") for each in path.parent.iterdir())
    return project


def test_what_a_killed_installation_left_goes_with_the_next_one(killed):
    killed("hook", "install", "claude-code")

    assert sorted(os.listdir(killed.work / ".claude")) == ["settings.json", "settings.json.before-triage"]


def test_what_a_killed_installation_left_goes_with_its_removal(killed):
    killed("hook", "uninstall", "claude-code")

    assert os.listdir(killed.work / ".claude") == ["settings.json"]
    assert (killed.work / CLAUDE).read_text() == '{"model":"opus"}'


def test_a_link_in_the_place_of_the_copy_leads_nowhere(project):
    path = written(project, CLAUDE, '{"$(touch pwned)": 1}')
    (project.home / "profile").write_text("mine\n")
    copy = path.with_name("settings.json.before-triage")
    copy.symlink_to(project.home / "profile")

    project("hook", "install", "claude-code")

    assert (project.home / "profile").read_text() == "mine\n"
    assert not copy.is_symlink()
    assert copy.read_text() == '{"$(touch pwned)": 1}'


def test_what_the_user_changed_since_is_kept(project):
    path = written(project, CLAUDE, '{\n  "model": "opus"\n}\n')
    project("hook", "install", "claude-code")
    path.write_text(path.read_text().replace('"opus"', '"sonnet"'))

    project("hook", "uninstall", "claude-code")
    assert path.read_text() == '{\n  "model": "sonnet"\n}\n'


def test_a_hook_of_the_user_in_our_group_is_kept(project):
    path = written(project, CLAUDE, "{}")
    project("hook", "install", "claude-code")
    value = json.loads(path.read_text())
    value["hooks"]["PostToolUse"][0]["hooks"].append({"type": "command", "command": "mine"})
    path.write_text(json.dumps(value))

    project("hook", "uninstall", "claude-code")
    assert json.loads(path.read_text()) == {
        "hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}]}
    }


def test_an_event_that_was_lost_is_put_in_again_and_nothing_twice(project):
    path = written(project, CLAUDE, "{}")
    project("hook", "install", "claude-code")
    value = json.loads(path.read_text())
    del value["hooks"]["PreToolUse"]
    path.write_text(json.dumps(value))
    assert "but PreToolUse is missing" in project("hook", "status")

    project("hook", "install", "claude-code")
    assert [len(handlers(path, event)) for event in EVENTS["claude-code"]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{x", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"a": 1} // mine', "is not JSON: Extra data: line 1 column 10 (char 9)"),
        ("[]", "is no JSON object"),
        ('{"hooks": []}', "has hooks that are no object"),
        ('{"hooks": {"PostToolUse": {}}}', "has hooks for PostToolUse that are no list of objects"),
        ('{"hooks": {"PostToolUse": ["x"]}}', "has hooks for PostToolUse that are no list of objects"),
    ],
)
@pytest.mark.parametrize("what", ["install", "uninstall"])
def test_settings_that_are_none_are_refused_and_stay_as_they_are(project, what, text, why):
    path = written(project, CLAUDE, text)

    code, said = project.refused("hook", what, "claude-code")
    assert (code, said) == (2, f"triage: {path} {why}; nothing was changed; mend it first")
    assert path.read_bytes() == text.encode()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_settings_nested_too_deeply_are_refused(project):
    path = written(project, CLAUDE, '{"a":' * 20_000)

    assert project.refused("hook", "install", "claude-code")[0] == 2
    assert path.stat().st_size == 100_000


def test_settings_that_are_no_utf_8_are_refused(project):
    path = written(project, CLAUDE, "")
    path.write_bytes(b'{"a": "\xff"}')

    assert project.refused("hook", "install", "claude-code") == (
        2, f"triage: {path} is not UTF-8; nothing was changed; mend it first",
    )  # fmt: skip


def test_a_link_stays_one_and_the_mode_is_kept(project):
    real = project.work / "dotfiles.json"
    real.write_text("{}")
    real.chmod(0o640)
    path = project.work / CLAUDE
    path.parent.mkdir()
    path.symlink_to(real)

    project("hook", "install", "claude-code")
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "triage-hook" in real.read_text()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(project):
    path = written(project, CLAUDE, "{}")
    path.parent.chmod(0o500)

    assert project.refused("hook", "install", "claude-code")[0] == 4
    path.parent.chmod(0o700)


def test_a_sub_folder_of_a_project_means_the_project(project, monkeypatch):
    (project.work / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(project.work / "deep/er")
    project("hook", "install", "claude-code")

    assert (project.work / CLAUDE).exists()


def test_global_means_the_users_own_settings_and_names_the_program_by_its_path(project):
    project("hook", "install", "claude-code", "--global")

    (command,) = handlers(project.home / CLAUDE, "PostToolUse")
    assert command.startswith("/")
    assert not (project.work / CLAUDE).exists()


@pytest.mark.parametrize(
    ("agent", "variable", "file"),
    [("claude-code", "CLAUDE_CONFIG_DIR", "settings.json"), ("codex", "CODEX_HOME", "hooks.json")],
)
def test_the_agents_own_variable_names_its_folder(project, tmp_path, agent, variable, file):
    project.set(variable, str(tmp_path / "own"))
    project("hook", "install", agent, "--global")

    assert (tmp_path / "own" / file).exists()


def test_the_hook_that_was_installed_runs_as_a_shell_calls_it_and_says_nothing_where_it_is_gone(project):
    import subprocess

    project("hook", "install", "claude-code")
    (command,) = handlers(project.work / CLAUDE, "PostToolUse")
    for variables in (project.environment, {"PATH": "/usr/bin:/bin"}):
        done = subprocess.run(
            ["sh", "-c", command], input=b"{}", capture_output=True, env=variables, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_status_tells_every_place(project):
    project("hook", "install", "codex", "--global")

    assert project("hook", "status").splitlines() == [
        f"claude-code not installed in {project.work / CLAUDE}",
        f"claude-code not installed in {project.home / CLAUDE}",
        f"codex not installed in {project.work / CODEX}",
        f"codex installed in {project.home / CODEX}",
    ]


def test_status_and_doctor_say_where_the_program_is_gone(project):
    path = written(project, CLAUDE, "{}")
    project("hook", "install", "claude-code")
    path.write_text(path.read_text().replace("triage-hook", "/nowhere/triage-hook"))

    assert "but there is no program /nowhere/triage-hook" in project("hook", "status")
    assert "fix: triage hook install claude-code\n" in project.run("doctor").out + "\n"


def test_doctor_tells_of_settings_that_are_none(project):
    path = written(project, CLAUDE, "{x")

    assert f"warn  hook: {path} is not JSON" in project.run("doctor").out


def test_json_tells_the_same(project):
    found = project.json("hook", "install", "codex")
    assert (found["agent"], found["path"], found["changed"]) == ("codex", str(project.work / CODEX), True)
    assert [each["agent"] for each in project.json("hook", "status")["hooks"]] == [
        "claude-code", "claude-code", "codex", "codex",
    ]  # fmt: skip


def test_an_agent_that_is_unknown_or_not_named_is_answered_with_those_that_are_known(project):
    code, said = project.refused("hook", "install", "claud-code")
    assert (code, "'claud-code' is none of: claude-code, codex" in said) == (2, True)
    assert project.refused("hook", "install") == (
        2,
        "triage: no agent is named: triage hook install claude-code",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda each: st.lists(each, min_size=1) | st.dictionaries(st.text(), each, min_size=1),
    max_leaves=12,
)
HOOK = st.fixed_dictionaries({"type": st.just("command"), "command": st.text()})
GROUP = st.fixed_dictionaries({"hooks": st.lists(HOOK, min_size=1)}, optional={"matcher": st.text()})
SETTINGS = st.dictionaries(st.text().filter(lambda name: name != "hooks"), JSON, min_size=1)
HOOKS = st.dictionaries(
    st.sampled_from([*EVENTS["claude-code"], "Stop"]), st.lists(GROUP, min_size=1), min_size=1
)


@given(
    SETTINGS,
    st.none() | HOOKS,
    st.sampled_from([None, 1, 2, 4, "\t"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_settings_are_the_same_to_the_byte_once_ours_was_put_in_and_taken_out(
    value, hooks, indent, plain, newline
):
    value = value if hooks is None else {**value, "hooks": hooks}
    text = json.dumps(value, indent=indent, ensure_ascii=plain).replace("\n", newline) + newline
    events = EVENTS["claude-code"]
    installed = settings.with_hooks(text, events, "Bash", "triage-hook claude-code", 10)

    assert list(settings.commands(installed, events)) == events
    after = json.loads(installed)
    assert {name: item for name, item in after.items() if name != "hooks"} == {
        name: item for name, item in value.items() if name != "hooks"
    }
    assert settings.without_hooks(installed, events) == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("install", "cursor"), "'cursor' is none of: claude-code, codex"),
        (("instal", "codex"), "'instal' is none of: install, uninstall, status"),
        ((), "say which: install, uninstall, status"),
    ],
)
def test_a_word_that_is_none_of_the_choices_is_answered_with_these(project, words, said):
    assert project.refused("hook", *words) == (2, f"triage: {said}; see: triage hook --help")
