"""The skill is short, runs as it stands there, and is installed without loss."""

import os
import re
import resource
import subprocess
from pathlib import Path

import pytest

from triage.report.tokens import estimate
from triage.usecases import skill

SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"`(triage [^`]+)`")


def in_folder(triage, *parts):
    return triage.work.joinpath(*parts, "triage", "SKILL.md")


def test_it_costs_at_most_600_tokens():
    assert estimate(skill.text()) <= 600


def test_its_front_matter_is_that_of_an_agent_skill():
    _, front, _ = skill.text().split("---\n", 2)
    found = dict(re.findall(r"^([a-z-]+): ?(.*)$", front, re.MULTILINE))

    assert found.keys() == {"name", "description", "metadata"}
    assert found["name"] == skill.NAME
    assert 0 < len(found["description"]) <= 1024
    assert ": " not in found["description"]  # it would be no plain text of YAML


def test_it_has_five_commands_and_all_of_them_run(triage):
    (block,) = SHELL.findall(skill.text())
    assert len(block.splitlines()) == 5
    failing = "triage run --action 'Migrate prod' -- false || true\n"

    done = shell(triage, block.replace("triage log", f"{failing}triage log", 1))

    assert done.returncode == 0, done.stderr
    assert "triage:" not in done.stderr


def test_the_commands_that_its_rules_name_run(triage):
    triage("open", "Checkout")
    triage("blocker", "It stopped", "--error", "ERROR")
    triage("fix", "1", "It was started again")
    triage.work.joinpath("NOTES.md").write_text("04:10 Deployed to staging → v14\n")
    named = [line.replace("TARGET", "./site") for line in NAMED.findall(skill.text())]
    whole = {"triage amend": "triage amend 1 title=Till"}

    done = shell(triage, "\n".join(whole.get(line, line) for line in named))

    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in named] == [
        "resolve", "check", "publish", "similar", "write", "describe", "amend"
    ]  # fmt: skip


def shell(triage, script):
    environment = {
        **triage.environment,
        "PATH": triage.environment["PATH"] + os.pathsep + os.environ.get("PATH", ""),
    }
    return subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=triage.work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_show_prints_it(triage):
    assert triage("skill", "show") == skill.text().rstrip("\n")


def test_it_is_installed_where_agents_of_many_makers_look(triage):
    answer = triage("skill", "install")

    installed = in_folder(triage, ".agents", "skills")
    assert answer == f"installed {installed}"
    assert installed.read_text() == skill.text()


def test_it_is_installed_at_the_top_of_the_repository(triage, monkeypatch):
    triage.work.joinpath(".git").mkdir()
    triage.work.joinpath("deep", "er").mkdir(parents=True)
    monkeypatch.chdir(triage.work / "deep" / "er")

    triage("skill", "install")

    assert in_folder(triage, ".agents", "skills").exists()


@pytest.mark.parametrize("folder", ["work", "home"])
def test_claude_code_gets_it_in_its_own_folder_where_it_is_used(triage, folder):
    getattr(triage, folder).joinpath(".claude").mkdir()

    triage("skill", "install")

    assert in_folder(triage, ".claude", "skills").exists()


def test_claude_code_gets_it_where_it_runs_the_command(triage):
    triage.set("CLAUDECODE", "1")

    triage("skill", "install")

    assert in_folder(triage, ".claude", "skills").exists()


def test_global_installs_into_the_folders_of_the_user(triage):
    triage.set("CLAUDE_CONFIG_DIR", str(triage.home / "moved"))
    triage.home.joinpath("moved").mkdir()

    triage("skill", "install", "--global")

    assert (triage.home / ".agents/skills/triage/SKILL.md").exists()
    assert (triage.home / "moved/skills/triage/SKILL.md").exists()
    assert list(triage.work.iterdir()) == []


def test_a_folder_that_is_named_is_the_only_one(triage):
    triage.home.joinpath(".claude").mkdir()

    assert triage("skill", "install", "--path", "skills") == f"installed {in_folder(triage, 'skills')}"


def test_one_folder_by_two_names_gets_it_once(triage):
    triage.work.joinpath(".agents/skills").mkdir(parents=True)
    triage.work.joinpath(".claude").mkdir()
    triage.work.joinpath(".claude/skills").symlink_to(triage.work / ".agents/skills")

    assert triage("skill", "install").count("\n") == 0


def test_a_second_installation_changes_nothing(triage):
    triage("skill", "install")
    path = in_folder(triage, ".agents", "skills")
    before = path.stat().st_mtime_ns

    assert triage("skill", "install") == f"unchanged {path}"
    assert path.stat().st_mtime_ns == before


def test_the_skill_of_another_version_is_replaced(triage):
    path = installed(triage)
    body = "\n# Another body\n"
    path.write_text(skill.FRONT.format(made_by=f"triage 0.0.9 {skill._digest(body)}") + body)

    assert triage("skill", "install") == f"updated   {path}"
    assert path.read_text() == skill.text()
    assert [each.name for each in path.parent.iterdir()] == ["SKILL.md"]


def test_a_skill_that_somebody_changed_is_moved_aside(triage):
    path = installed(triage)
    mine = skill.text() + "\nAsk Ana before prod.\n"
    for number in (1, 2):
        path.write_text(mine)
        backup = Path(f"{path}.{number}.bak")
        assert triage("skill", "install") == f"updated   {path} (yours is kept in {backup})"
        assert backup.read_text() == mine
    assert path.read_text() == skill.text()


def test_uninstalling_removes_it_and_its_folder(triage):
    path = installed(triage)

    assert triage("skill", "uninstall") == f"removed   {path}"
    assert not path.parent.exists()
    assert triage("skill", "uninstall") == f"absent    {path}"


def test_a_skill_that_somebody_changed_is_not_removed(triage):
    path = installed(triage)
    path.write_text(skill.text() + "mine\n")

    assert triage("skill", "uninstall") == f"kept      {path}"
    assert path.read_text().endswith("mine\n")


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(triage):
    triage.work.joinpath("skills").write_text("a file")

    code, line = triage.refused("skill", "install", "--path", "skills")

    assert code != 0
    assert str(triage.work / "skills") in line


def test_nothing_is_left_where_the_disk_takes_no_more(triage):
    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    triage.set("PYTHONDONTWRITEBYTECODE", "1")  # it would cut modules off, too
    ran = triage.start("skill", "install", preexec_fn=full)

    assert ran.code == 75
    assert os.listdir(triage.work / ".agents/skills/triage") == []


def test_a_folder_that_is_a_link_is_left_where_the_skill_is_taken_out(triage):
    (triage.work / "kept").mkdir()
    (triage.work / ".agents/skills").mkdir(parents=True)
    (triage.work / ".agents/skills/triage").symlink_to(triage.work / "kept")
    triage("skill", "install")

    assert triage("skill", "uninstall").startswith("removed ")
    assert os.listdir(triage.work / "kept") == []


def installed(triage):
    triage("skill", "install")
    return in_folder(triage, ".agents", "skills")
