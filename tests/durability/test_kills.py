"""Nothing that was acknowledged is lost, whoever is killed at any moment.

``TRIAGE_KILLS`` says how many calls are killed: 24 take a few seconds, `make durability` kills 1,000.
"""

import fcntl
import os
import signal
import subprocess
import time

from program import SCRIPT

from durability.audit import assert_sound_file, kept_of
from durability.storm import Storm
from triage.store.lock import NUMBER

KILLS = int(os.environ.get("TRIAGE_KILLS", "24"))
WRITERS = 8


def test_what_was_acknowledged_is_there_whole_whoever_was_killed(journal, figures):
    storm = Storm(journal, kills=KILLS, writers=WRITERS)
    storm.rage()

    kept, texts = kept_of(journal, storm)
    assert_sound_file(journal.home / "data/triage/triage.db")
    silent = sum(set(call.texts) <= set(texts) for call in storm.unanswered)
    figures(
        f"{len(storm.killed):,} kills over {WRITERS} writers: {len(storm.acknowledged):,} acknowledged calls kept, none torn,"
        f" {len(kept):,} events in one line; {silent:,} kept before they could say so"
    )


def test_a_writer_that_is_stopped_while_it_holds_the_store_is_waited_for(journal):
    """The others go on when it goes on or dies: a lock belongs to a process, not to a file."""
    lock = f"{journal.home}/data/triage/triage.db.lock"
    holder = subprocess.Popen(
        ["flock", lock, "sh", "-c", "echo held; sleep 60"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert holder.stdout.readline() == b"held\n"
    waiting = subprocess.Popen(
        [SCRIPT, "log", "patient"], env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE
    )
    while not is_held(f"{lock}.next"):
        assert waiting.poll() is None
        time.sleep(0.01)
    assert waiting.poll() is None
    os.killpg(holder.pid, signal.SIGKILL)
    holder.communicate()

    assert waiting.communicate(timeout=20)[0] == b"velvet-first-deploy e2 patient\n"


def is_held(path):
    """Whether a process holds a number in the queue of those who wait for the store."""
    with open(path, "ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 0, NUMBER)
        except OSError:
            return True
    return False
