"""Nothing that was acknowledged is lost: writers are killed at any moment, and their lines read back.

``TRIAGE_KILLS`` sets how many of each writer are killed; 6 take a few seconds, `make campaign` takes 300.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time

from program import SCRIPT

KILLS = int(os.environ.get("TRIAGE_KILLS", "6"))
WRITERS = 3


def write_and_kill(triage, writer, acknowledged, chance):
    """Start one call after the other; kill most of them somewhere on their way."""
    kills = 0
    while kills < KILLS:
        text = f"writer {writer} line {len(acknowledged)}.{kills}"
        started = subprocess.Popen(
            [SCRIPT, "log", text],
            env=triage.environment,
            cwd=triage.work,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if chance.random() < 0.7:
            time.sleep(chance.uniform(0.02, 0.16))
            started.send_signal(signal.SIGKILL)
            kills += 1
        if b" e" in started.communicate()[0]:
            acknowledged.append(text)


def test_what_was_acknowledged_is_there_whoever_was_killed(journal):
    said = [[] for _ in range(WRITERS)]
    threads = [
        threading.Thread(target=write_and_kill, args=(journal, number, said[number], random.Random(number)))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    kept = [json.loads(line) for line in journal("events", "--json").splitlines()]
    texts = [event["body"].get("text") for event in kept]
    assert {text for lines in said for text in lines} <= set(texts)
    assert len(texts) == len(set(texts))


def test_the_record_stays_one_line_whoever_was_killed(journal):
    write_and_kill(journal, 0, [], random.Random(5))

    kept = [json.loads(line) for line in journal("events", "--json").splitlines()]
    assert [event["parents"] for event in kept[1:]] == [[event["digest"]] for event in kept[:-1]]
    file = sqlite3.connect(journal.home / "data/triage/triage.db")
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_writer_that_is_stopped_while_it_holds_the_store_is_waited_for(journal):
    """The others go on when it goes on or dies: a lock belongs to a process, not to a file."""
    holder = subprocess.Popen(
        ["flock", journal.home / "data/triage/triage.db.lock", "sleep", "60"], start_new_session=True
    )
    time.sleep(0.3)
    waiting = subprocess.Popen(
        [SCRIPT, "log", "patient"], env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE
    )
    time.sleep(0.5)
    assert waiting.poll() is None
    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait()

    assert waiting.communicate(timeout=20)[0] == b"velvet-first-deploy e2 patient\n"
