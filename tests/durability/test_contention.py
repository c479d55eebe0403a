"""Many processes record at once: each gets its turn, and nothing is lost.

``TRIAGE_ROUNDS`` says how often each of 32 processes records: 2 take a few seconds, `make durability` takes 30.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import mean, median

from program import SCRIPT

from durability.audit import assert_one_line, assert_sound_file, kept_events, said_in
from durability.storm import ACKNOWLEDGED
from triage.store.lock import exclusive

CONTENDERS = 32
ROUNDS = int(os.environ.get("TRIAGE_ROUNDS", "2"))
CONTENDER = Path(__file__).with_name("contender.py")


def contend(journal, texts):
    """Start a process for each list of texts, have them record all at once; what each of them printed."""
    processes = [
        subprocess.Popen(
            [sys.executable, CONTENDER, *own],
            env=journal.environment,
            cwd=journal.work,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for own in texts
    ]
    assert [process.stdout.readline() for process in processes] == [b"ready\n"] * len(processes)
    printed = {}
    threads = [
        threading.Thread(
            target=lambda each: printed.update({each.pid: each.communicate(b"\n")[0]}), args=(process,)
        )
        for process in processes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.returncode for process in processes] == [0] * len(processes), printed
    return b"".join(printed.values()).decode()


def spent(printed):
    """The milliseconds that each call of the store took, in order."""
    return sorted(float(text) for text in re.findall(r"([\d.]+) ms ", printed))


def test_32_processes_that_record_in_a_loop_all_get_their_turn(journal, figures):
    alone = [[f"alone {number}" for number in range(4 * ROUNDS)]]
    texts = [[f"process {writer} call {number}" for number in range(ROUNDS)] for writer in range(CONTENDERS)]
    before, printed = contend(journal, alone), contend(journal, texts)

    kept = kept_events(journal)
    assert_one_line(kept)
    assert_sound_file(journal.home / "data/triage/triage.db")
    assert sorted(said_in(journal, kept)[1:]) == sorted(text for own in alone + texts for text in own)
    assert "locked" not in printed
    assert "spooled" not in printed
    one, took = mean(spent(before)), spent(printed)
    slow = took[len(took) * 99 // 100]
    figures(
        f"{CONTENDERS} processes that append {ROUNDS} times without a pause: p50 {median(took):.0f} ms, p99 {slow:.0f} ms,"
        f" at most {took[-1]:.0f} ms in the store, none locked out; alone one needs {one:.1f} ms on average, so 32 turns"
        f" are {CONTENDERS * one:.0f} ms"
    )


def test_who_asks_for_the_store_again_at_once_overtakes_nobody_who_waits(journal):
    """The kernel has yet to wake the other one then."""
    lock = str(journal.home / "data/triage/triage.db.lock")
    with exclusive(lock, 10):
        waiting = subprocess.Popen(
            [SCRIPT, "log", "was there first"], env=journal.environment, cwd=journal.work
        )
        while not has_open(waiting.pid, "triage.db.lock.next"):
            time.sleep(0.01)
        time.sleep(0.1)
    with exclusive(lock, 10):
        there = said_in(journal, kept_events(journal))

    assert waiting.wait() == 0
    assert there == ["Velvet first deploy", "was there first"]


def test_a_process_that_is_stopped_in_the_queue_is_overtaken(journal):
    lock = str(journal.home / "data/triage/triage.db.lock")
    start = partial(subprocess.Popen, env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE)
    with exclusive(lock, 10):
        stopped = start([SCRIPT, "log", "stopped"])
        while not has_open(stopped.pid, "triage.db.lock"):
            time.sleep(0.01)
        stopped.send_signal(signal.SIGSTOP)
        os.waitpid(stopped.pid, os.WUNTRACED)  # it no longer waits for the lock, and has its number still
    overtaking = start([SCRIPT, "log", "overtaking"])
    assert overtaking.communicate()[0] == b"velvet-first-deploy e2 overtaking\n"
    stopped.send_signal(signal.SIGCONT)
    assert stopped.communicate()[0] == b"velvet-first-deploy e3 stopped\n"


def has_open(pid, name):
    """Whether a process has a file of that name open."""
    with suppress(OSError):
        return any(os.readlink(link).endswith(name) for link in Path(f"/proc/{pid}/fd").iterdir())
    return False


def test_120_calls_by_8_processes_at_once_lose_none(journal, figures):
    texts = [[f"writer {writer} call {number}" for number in range(15)] for writer in range(8)]
    answers = []

    def write(own):
        for text in own:
            done = subprocess.run(
                [SCRIPT, "log", text],
                env=journal.environment,
                cwd=journal.work,
                capture_output=True,
                check=True,
            )
            answers.append(done.stdout)

    threads = [threading.Thread(target=write, args=(own,)) for own in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said_in(journal, kept_events(journal))[1:]) == sorted(text for own in texts for text in own)
    assert all(ACKNOWLEDGED.search(answer) and b"spooled" not in answer for answer in answers)
    figures(f"{len(answers)} appends by 8 processes at once: none lost")
