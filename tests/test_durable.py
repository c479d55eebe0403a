"""Files are written beside their places: whole or not at all, and nothing of a killed writer stays."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from triage.durable import PREFIX, SUFFIX, aside, clear, write_private

WRITING = """
import sys
from triage.durable import aside
with aside(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""
IN_A_LOOP = """
import sys
from triage.durable import write_private
for _ in range(100):
    write_private(sys.argv[1], sys.argv[2].encode() * 50_000, sync=False)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def writer(path: Path) -> "subprocess.Popen[bytes]":
    """A process in the midst of writing, which ends once its standard input does."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


def killed(path: Path) -> Path:
    """What a writer leaves that is killed."""
    process = writer(path)
    process.kill()
    process.communicate()
    (left,) = path.parent.glob(f"{PREFIX}*{SUFFIX}")
    return left


def test_a_file_has_its_place_once_it_is_written(path: Path) -> None:
    path.write_text("before")
    with aside(str(path)) as file:
        file.write(b"after")
        file.flush()
        assert path.read_text() == "before"

    assert path.read_text() == "after"
    assert os.listdir(path.parent) == [path.name]


def test_what_fails_leaves_all_as_it_was(path: Path) -> None:
    def interrupted() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), aside(str(path)) as file:
        file.writelines(interrupted())

    assert path.read_text() == "before"
    assert os.listdir(path.parent) == [path.name]


def test_what_a_killed_writer_left_goes_with_the_next_file_of_the_folder(path: Path) -> None:
    killed(path)
    with aside(str(path.with_name("another"))) as file:
        file.write(b"whole")

    assert os.listdir(path.parent) == ["another"]


def test_what_is_being_written_is_taken_for_nothing_that_was_left(path: Path) -> None:
    process = writer(path)
    write_private(str(path.with_name("another")), b"whole")
    process.communicate()

    assert process.returncode == 0
    assert path.read_text() == "half"


def test_many_writers_of_one_file_hinder_nobody_and_leave_a_whole_one(path: Path) -> None:
    killed(path)
    processes = [subprocess.Popen([sys.executable, "-c", IN_A_LOOP, path, each]) for each in "abcdef"]

    assert [process.wait() for process in processes] == [0] * 6
    assert path.read_text() in [each * 50_000 for each in "abcdef"]
    assert os.listdir(path.parent) == [path.name]


def test_a_link_or_a_pipe_in_the_place_of_what_was_left_leads_nowhere(path: Path) -> None:
    path.write_text("mine")
    (path.parent / f"{PREFIX}1{SUFFIX}").symlink_to(path)
    os.mkfifo(path.parent / f"{PREFIX}2{SUFFIX}")
    clear(str(path.parent))

    assert path.read_text() == "mine"


def test_files_of_others_stay(path: Path) -> None:
    names = [f"{PREFIX}notes", f"notes{SUFFIX}", "settings.json.4711.part"]
    for name in names:
        path.with_name(name).write_text("mine")
    clear(str(path.parent))

    assert sorted(os.listdir(path.parent)) == sorted(names)


def test_a_file_that_nobody_else_may_read_is_at_no_time_open_to_others(path: Path) -> None:
    path.write_text("secret")
    path.chmod(0o600)
    with aside(str(path), mode=0o666, keep_mode=True) as file:
        assert os.fstat(file.fileno()).st_mode & 0o077 == 0

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_mode_is_kept_where_that_is_asked_for(path: Path) -> None:
    path.write_text("before")
    path.chmod(0o640)
    with aside(str(path), keep_mode=True) as file:
        file.write(b"after")
    assert path.stat().st_mode & 0o777 == 0o640

    write_private(str(path), b"private")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_new_takes_no_place_that_is_taken(path: Path) -> None:
    write_private(str(path), b"first", new=True)
    write_private(str(path), b"second", new=True)

    assert path.read_text() == "first"
    assert os.listdir(path.parent) == [path.name]


def test_the_longest_name_that_a_file_may_have_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    write_private(str(path), b"whole")

    assert path.read_bytes() == b"whole"
