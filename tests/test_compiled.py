"""Compiled templates: kept for the next command, and believed only where nobody else can have made them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RENDER = """
import sys
from pathlib import Path
from jinja2.compiler import CodeGenerator
from triage.render import compiled
from triage.render.environment import environment, run
from triage.render.inline import Links
compiled.keep_in(sys.argv[1])
visit = CodeGenerator.visit_Template
def counted(self, *rest):
    print(self.name, file=sys.stderr)
    return visit(self, *rest)
CodeGenerator.visit_Template = counted
print(run(environment([Path(sys.argv[2])], Links(), {}), "own", {}))
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A team's folder with one template."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "own.md.j2").write_text("one\n")
    return folder


def rendered(kept: Path, templates: Path) -> tuple[str, list[str]]:
    """The document of the template ``own`` by a process of its own, and what was compiled for it."""
    command = [sys.executable, "-c", RENDER, str(kept), str(templates)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip(), done.stderr.split()


def test_a_template_is_compiled_once_for_all_commands(tmp_path: Path, templates: Path) -> None:
    kept = tmp_path / "kept"
    assert rendered(kept, templates) == ("one", ["own.md.j2"])
    assert rendered(kept, templates) == ("one", [])


def test_a_template_that_changed_is_compiled_anew_and_takes_the_place(
    tmp_path: Path, templates: Path
) -> None:
    kept = tmp_path / "kept"
    rendered(kept, templates)
    (templates / "own.md.j2").write_text("two\n")
    assert rendered(kept, templates) == ("two", ["own.md.j2"])
    assert len(list(kept.iterdir())) == 1


def test_what_was_damaged_is_compiled_anew(tmp_path: Path, templates: Path) -> None:
    kept = tmp_path / "kept"
    rendered(kept, templates)
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert rendered(kept, templates) == ("one", ["own.md.j2"])
    assert rendered(kept, templates) == ("one", [])


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_what_others_can_write_is_not_believed(tmp_path: Path, templates: Path) -> None:
    kept = tmp_path / "kept"
    rendered(kept, templates)
    (file,) = kept.iterdir()
    file.chmod(0o666)
    assert rendered(kept, templates) == ("one", ["own.md.j2"])


def test_a_document_is_made_where_nothing_can_be_kept(tmp_path: Path, templates: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("no folder")
    assert rendered(kept, templates) == ("one", ["own.md.j2"])
