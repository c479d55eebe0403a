"""The commands that the documents show run, in their order, as they stand there."""

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name):
    """The shell blocks of a document, in order."""
    return BLOCK.findall(page(name))


@pytest.fixture
def shell(tmp_path):
    """Run a script with the program on the path and nothing of the user's."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
    }

    def run(script):
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run.folder = tmp_path
    return run


def test_the_commands_of_the_readme_run_one_after_the_other(shell):
    (shell.folder / "home" / "usb-stick").mkdir()  # the README plugs one in
    done = shell("\n".join(blocks("README.md")))

    assert done.stderr.count("triage:") == 0, done.stderr
    assert done.returncode == 0, done.stderr


def test_the_readme_names_the_event_that_its_example_answers_with(shell):
    recording = blocks("README.md")[0]

    done = shell(recording)

    assert "checkout-4-2-to-production e4 " in done.stdout


def test_every_target_of_make_that_the_readme_names_is_there():
    named = set(re.findall(r"make (\w+)", page("README.md")))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert {"demo", "test"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in ("demo", "test"))


def test_every_file_that_the_readme_points_to_is_there():
    named = re.findall(r"`((?:docs|samples)/[\w./-]*)`", page("README.md"))

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_template_of_the_documents_renders(shell):
    source = re.search(r"^```jinja\n(.*?)^```$", page("docs/templates.md"), re.DOTALL | re.MULTILINE)[1]
    example = "\n".join(
        [
            blocks("README.md")[0],
            "mkdir -p .triage/templates",
            "cp update.md.j2 .triage/templates",
            "triage section 'Next time' 'Run the **migrations** first.'",
            "triage render --template update",
        ]
    )
    (shell.folder / "update.md.j2").write_text(source, encoding="utf-8")

    done = shell(f"triage init >/dev/null\n{example}")

    assert done.returncode == 0, done.stderr
    document = done.stdout[done.stdout.index("# Checkout") :]
    assert '- relation "carts" does not exist: fixed by PR #812\n' in document
    assert "## Next time\n\nRun the **migrations** first." in document


def test_every_component_is_in_the_documents():
    from triage.render import Style
    from triage.render.markdown import MarkdownComponents

    named = set(re.findall(r"`(\w+)\(", page("docs/templates.md")))

    assert set(MarkdownComponents(Style().links, "").functions()) <= named


def test_the_commands_about_retries_record_each_thing_once(shell):
    done = shell("\n".join([*blocks("docs/retries.md"), *blocks("docs/retries.md")]))

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" e2 action 1 done: ") == 4
    assert done.stdout.count("e3 to e4: 2 events already recorded") == 1


def test_the_commands_about_redaction_run(shell):
    done = shell("\n".join(blocks("docs/redaction.md")))

    assert done.returncode == 0, done.stderr
    assert "Tr0ub4dor" not in done.stdout
    assert "maria-Sunrise-77" not in done.stdout + done.stderr


def test_the_commands_about_writing_run(shell):
    done = shell("\n".join(blocks("docs/write.md")))

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "relay-moves-to-eu-2 e2 to e5: 1 entry, 2 actions, 1 observation" in lines
    assert lines[-1] == "relay-moves-to-eu-2 e7: 1 entry; 1 of them a change"
    assert done.stderr.splitlines()[-2:] == [
        "line 9: Actual is '302', not '200'",
        "line 1: 04:10 Deployed → v15 takes the place of e6: 04:10 Deployed → v14",
    ]
