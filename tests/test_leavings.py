"""What commands leave beside the user's state stays for as long as anybody may need it, and not for ever."""

import os
import subprocess
import sys
import time

import pytest
from test_spool import full

from triage.config.leavings import renew

DAY = 24 * 3600
LONG = "x" * 300_000
"""What is refused as one text."""


@pytest.fixture
def state(journal):
    """The state of a user who opened a journal, where the next command that leaves something looks what goes."""
    journal.set("PYTHONDONTWRITEBYTECODE", "1")
    folder = journal.home / "state/triage"
    aged(folder / "leavings.lock", 2)
    return folder


def aged(path, days):
    """Let a file have been used so many days ago."""
    at = time.time() - days * DAY
    os.utime(path, (at, at))
    return path


def lying(folder, *days, size=0):
    """Files of a size that were used so many days ago each."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{each}-days-{place}" for place, each in enumerate(days)]
    for path, each in zip(paths, days, strict=True):
        path.touch()
        os.truncate(path, size)
        aged(path, each)
    return paths


def gone(paths):
    return [path for path in paths if not path.exists()]


def refused(journal, text=LONG):
    """Have a text refused; where it is kept."""
    return journal.refused("log", "-", stdin=text)[1].rpartition("what was read is kept in ")[2]


def chosen(journal):
    return journal("use").split()[0]


# Sessions


def test_of_sessions_that_nobody_used_for_90_days_the_last_thousand_stay(journal, state):
    old = lying(state / "sessions", *[92] * 5)
    kept = lying(state / "sessions", *[91] * 999)
    journal("use", "velvet-first-deploy")

    assert gone([*old, *kept]) == old
    assert chosen(journal) == "velvet-first-deploy"


def test_sessions_of_the_last_90_days_stay_however_many(journal, state):
    paths = lying(state / "sessions", *[89] * 1200)
    journal("use", "velvet-first-deploy")

    assert gone(paths) == []


@pytest.mark.parametrize("folder", ["sessions", "used"])
def test_a_session_that_records_is_used(journal, folder):
    (path,) = (journal.home / "state/triage" / folder).iterdir()
    aged(path, 89)
    journal("log", "still here")

    assert time.time() - path.stat().st_mtime < DAY


def test_what_is_used_again_and_again_is_marked_so_once_a_day(journal):
    (path,) = (journal.home / "state/triage/sessions").iterdir()
    aged(path, 0.5)
    before = path.stat().st_mtime
    journal("log", "still here")

    assert path.stat().st_mtime == before


def test_traces_for_hooks_go_like_sessions(journal, state):
    paths = lying(state / "used", *[91] * 1003)
    journal("use", "velvet-first-deploy")

    assert len(gone(paths)) == 4  # the session's own is one of the last thousand


def test_starts_of_commands_whose_end_was_never_told_go_after_a_day(journal, state):
    old, kept = lying(state / "started", 1.01, 0.99)
    journal("use", "velvet-first-deploy")

    assert gone([old, kept]) == [old]


def test_it_is_looked_at_once_a_day(journal, state):
    journal("use", "velvet-first-deploy")
    paths = lying(state / "sessions", *[91] * 1003)
    journal("use", "velvet-first-deploy")

    assert gone(paths) == []


def test_more_than_a_thousand_go_in_several_days(journal, state):
    paths = lying(state / "sessions", *[91] * 2500)
    journal("use", "velvet-first-deploy")
    assert len(gone(paths)) == 1000

    aged(state / "leavings.lock", 2)
    journal("use", "velvet-first-deploy")
    assert len(gone(paths)) == 1501


def test_what_a_killed_command_left_anywhere_in_the_state_goes_as_well(journal, state):
    left = [state / folder / ".triage-0123456789abcdef.part" for folder in ("spool/of-a-store", "trusted")]
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_text("half of an event")
    journal("use", "velvet-first-deploy")

    assert gone(left) == left


CHOOSING = """
import os, sys, time
from triage.config import leavings
leavings.STAYS = {"sessions": leavings.Stay(0, 90, 90, 0)}
state, name = sys.argv[1:]
path = f"{state}/sessions/{name}"
lost = 0
for number in range(200):
    leavings.put(state, path, b"chosen")
    os.utime(path, (1, 1))
    leavings.tidy(state)
    leavings.put(state, path, str(number).encode())
    lost += not os.path.exists(path)
    os.utime(leavings._lock_of(state), (1, 1))
print(lost)
"""


def test_what_is_chosen_while_others_delete_is_never_deleted(state):
    processes = [
        subprocess.Popen([sys.executable, "-c", CHOOSING, state, name], stdout=subprocess.PIPE)
        for name in "abcdef"
    ]

    assert [process.communicate()[0] for process in processes] == [b"0\n"] * 6


def test_what_is_used_while_it_is_deleted_is_there_again(state):
    (path,) = (state / "sessions").iterdir()
    told = path.read_bytes()
    path.unlink()
    renew(str(state), str(path), told)

    assert path.read_bytes() == told


# What was refused


def test_a_text_that_is_refused_again_is_kept_once(journal):
    first = refused(journal)

    assert refused(journal) == first
    assert len(os.listdir(os.path.dirname(first))) == 1
    assert refused(journal, LONG + "y") != first


def test_what_was_refused_stays_90_days_and_the_last_ten_longer(journal, state):
    old = lying(state / "refused", 91, 92, 93)
    kept = lying(state / "refused", *[89] * 10)
    refused(journal)

    assert gone([*old, *kept]) == old


def test_the_last_ten_of_what_was_refused_stay_at_any_age(journal, state):
    paths = lying(state / "refused", *range(400, 391, -1))
    refused(journal)

    assert gone(paths) == []


def test_of_more_than_256_mib_what_is_older_than_a_week_goes(journal, state):
    kept = lying(state / "refused", *[1] * 10, 6, size=30 << 20)
    old = lying(state / "refused", 8)
    refused(journal)

    assert gone([*kept, *old]) == old


# Nothing fails for it


def test_a_command_goes_on_where_the_folder_is_none(journal, state):
    (state / "refused").write_text("a file")
    (state / "leavings.lock").unlink()
    (state / "leavings.lock").mkdir()

    assert journal("use", "velvet-first-deploy").startswith("velvet-first-deploy")
    assert journal.refused("log", "-", stdin=LONG)[0] == 2


def test_a_full_disk_is_no_trouble(journal, state):
    (path,) = (state / "sessions").iterdir()
    aged(path, 91)
    paths = lying(state / "sessions", *[91] * 1003)

    assert journal.start("log", "still here", **full()).code == 0
    assert journal.start("use", "velvet-first-deploy", **full()).code == 0
    assert len(gone(paths)) == 4


@pytest.fixture
def read_only(journal):
    """The state of a user, on a disk that cannot be written any more."""
    folder = journal.home / "state"
    mounted = subprocess.run(["mount", "--bind", folder, folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"root alone can mount: {mounted.stderr.decode().strip()}")
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def long_ago(journal):
    """A session that was used long ago."""
    for folder in ("sessions", "used"):
        (path,) = (journal.home / "state/triage" / folder).iterdir()
        aged(path, 91)
    aged(journal.home / "state/triage/leavings.lock", 2)


def test_a_state_that_cannot_be_written_is_no_trouble(journal, long_ago, read_only):
    assert journal("log", "still here") == "velvet-first-deploy e2 still here"
    assert journal.run("doctor").code == 0


# What the doctor says


def said(journal, name):
    (line,) = (line for line in journal("doctor").splitlines() if line.startswith(f"ok    {name}: "))
    return line.partition(": ")[2]


def test_the_doctor_says_how_many_texts_were_refused_and_when_the_next_goes(journal, state):
    assert said(journal, "refused") == "nothing lies there that could not be recorded"
    path = refused(journal)
    stays = "each stays for 90 days (7 where all have more than 256 MiB), the last 10 for longer"
    assert (
        said(journal, "refused") == f"1 text that could not be recorded, 300 kB, the last in {path}: {stays}"
    )

    lying(state / "refused", *[10] * 10)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 80 * DAY))
    assert said(journal, "refused").startswith("11 texts that could not be recorded, 300 kB, ")
    assert said(journal, "refused").endswith(f"; the next goes after {day}")


def test_the_doctor_says_how_much_sessions_left(journal):
    found = said(journal, "sessions")

    assert found.startswith("1 choice of a journal and 1 trace for hooks, ")
    assert found.endswith(" bytes: each stays for 90 days after its last use, the last 1,000 for longer")


def test_the_doctor_deletes_nothing(journal, state):
    paths = lying(state / "sessions", *[91] * 1003)
    journal("doctor")

    assert gone(paths) == []
