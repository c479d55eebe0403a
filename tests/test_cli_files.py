"""Files that a command was asked to write."""

import os

import pytest

COMMANDS = [["render"], ["export"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_hyphen_is_standard_output(journal, command):
    assert journal(*command, "-o", "-") == journal(*command)
    assert not (journal.work / "-").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_stays_a_pipe(journal, command):
    pipe = journal.work / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    journal(*command, "-o", str(pipe))

    assert pipe.is_fifo()
    assert os.read(reader, 1_000_000).decode() == journal(*command) + "\n"
    os.close(reader)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_link_is_followed_and_stays_a_link(journal, command):
    (journal.work / "there.txt").write_text("before")
    (journal.work / "link.txt").symlink_to("there.txt")
    journal(*command, "-o", "link.txt")

    assert (journal.work / "link.txt").is_symlink()
    assert (journal.work / "there.txt").read_text() == journal(*command) + "\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_nobody_else_may_read_stays_so(journal, command):
    secret = journal.work / "mine.md"
    secret.write_text("")
    secret.chmod(0o600)
    journal(*command, "-o", "mine.md")

    assert secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_folder_is_no_file(journal, command):
    assert journal.refused(*command, "-o", ".") == (
        4,
        "triage: cannot write '.': Is a directory; name another file with -o",
    )


def test_nothing_is_left_beside_a_file_that_could_not_be_written(journal):
    journal.refused("render", "-o", "no/such/folder.md")

    assert os.listdir(journal.work) == []
