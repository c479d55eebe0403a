"""`triage run` with commands that print too much, too fast, or do not end as one would like: no hang, little
memory, an honest record.

TRIAGE_MEGABYTES says how much they print: `make campaign` has 100, the tests a few.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from program import SCRIPT

MEGABYTES = int(os.environ.get("TRIAGE_MEGABYTES", "4"))
SIZE = MEGABYTES * 1_000_000
KEPT = 1024 * 1024
MOST_MEMORY = 64
"""MiB that the program may take, however much a command prints."""

MEASURED = """
import resource, subprocess, sys
ran = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(ran.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
"""Runs a command from a small process, since a large one passes its own memory on to the figure."""


def python(code):
    return [sys.executable, "-uc", code]


def evidence(journal):
    return json.loads(journal("render", "--format", "json"))["main"]["evidence"][-1]


def measured(journal, *argv):
    """The exit code of `triage run -- COMMAND`, and the MiB that it took."""
    command = [sys.executable, "-c", MEASURED, SCRIPT, "run", "--", *argv]
    done = subprocess.run(
        command,
        env=journal.environment,
        cwd=journal.work,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    code, memory = done.stdout.split()
    return int(code), int(memory)


NOISY = {
    "an ordinary log": "import os\nos.write(1, b'')\nfor n in range({size} // 50):\n    print(f'04:10:{{n % 60:02}} INFO applied {{n:09}} in {{n % 977:03}} ms, all well')",
    "binary output": "import os\nfor _ in range({size} // 100000): os.write(1, os.urandom(100000))",
    "an endless line": "import os\nfor _ in range({size} // 100000): os.write(1, b'x' * 100000)",
    "empty lines": "import os\nfor _ in range({size} // 100000): os.write(1, b'\\n' * 100000)",
    "a progress bar": "import os\nfor n in range({size} // 1000): os.write(1, b'\\r[' + b'#' * 996 + b']')",
    "secrets only": "import os\nline = ('ghp_' + 'a1B2' * 9 + '\\n').encode() * 100\nfor _ in range({size} // 4100): os.write(1, line)",
    "both streams by turns": "import os\nfor n in range({size} // 2000): os.write(1, b'o' * 999 + b'\\n'); os.write(2, b'e' * 999 + b'\\n')",
}


@pytest.mark.parametrize("kind", NOISY)
def test_much_output_takes_little_memory_and_is_counted(journal, kind):
    code, memory = measured(journal, *python(NOISY[kind].format(size=SIZE)))
    item = evidence(journal)

    assert code == 0
    assert memory < MOST_MEMORY
    assert item["state"] == "exited"
    assert item["size"] >= SIZE * 0.9
    assert item["size"] - item["truncated"] <= KEPT


def test_ten_thousand_lines_a_second_are_all_counted(journal):
    code = (
        "import sys, time\n"
        "start = time.monotonic()\n"
        f"for second in range({max(2, MEGABYTES // 10)}):\n"
        "    for n in range(10000): print(second, n)\n"
        "    time.sleep(max(0, start + second + 1 - time.monotonic()))\n"
    )
    status, memory = measured(journal, sys.executable, "-c", code)

    lines = sum(len(f"{second} {n}\n") for second in range(max(2, MEGABYTES // 10)) for n in range(10000))
    assert (status, evidence(journal)["size"]) == (0, lines)
    assert memory < MOST_MEMORY


def test_a_hundred_thousand_changes_of_stream_are_kept_in_order(journal):
    code = "import os\nfor n in range(20000):\n    os.write(1, b'o\\n'); os.write(2, b'e\\n')"
    status, memory = measured(journal, *python(code))
    item = evidence(journal)

    assert (status, item["size"]) == (0, 80_000)
    assert sorted(item["output"]) == sorted("o\n" * 20000 + "e\n" * 20000)
    assert sum(size for stream, size in item["streams"] if stream == "err") == 40_000
    assert memory < MOST_MEMORY


def test_an_endless_line_is_kept_at_both_ends(journal):
    ran = journal.start("run", "--", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x", timeout=120)
    item = evidence(journal)

    assert len(ran.out) == item["size"] == 3_000_000
    assert item["truncated"] == 3_000_000 - KEPT


def test_binary_output_is_kept_as_it_was(journal):
    (journal.work / "bytes").write_bytes(bytes(range(256)) * 40)
    journal.start("run", "--", "cat", "bytes")

    with sqlite3.connect(journal.home / "data/triage/triage.db") as db:
        raw = db.execute("SELECT data FROM chunk").fetchall()
    db.close()
    assert b"".join(data for (data,) in raw) == bytes(range(256)) * 40


def test_a_command_that_closes_its_streams_is_waited_for(journal):
    closing = python("import os, sys, time\nos.close(1); os.close(2); time.sleep(1); os._exit(5)")

    assert (journal.start("run", "--", *closing).code, evidence(journal)["exit_code"]) == (5, 5)


def test_what_a_forked_child_says_after_the_end_is_not_waited_for(journal):
    started = time.monotonic()
    ran = journal.start("run", "--", "sh", "-c", "(sleep 20; echo late) & echo done", timeout=18)

    assert (ran.code, evidence(journal)["output"]) == (0, "done\n")
    assert time.monotonic() - started < 15


def test_a_child_that_goes_on_printing_after_its_parent_is_left_behind(journal):
    ran = journal.start("run", "--", "sh", "-c", "yes still here & echo done", timeout=60)
    subprocess.run(["pkill", "-f", "^yes still here$"], check=False)

    assert ran.code == 0
    assert evidence(journal)["state"] == "exited"


def test_a_stopped_and_continued_command_is_waited_for(journal):
    script = "echo one; kill -STOP $$; echo two"
    started = subprocess.Popen(
        [SCRIPT, "run", "--", "sh", "-c", f"echo $$ > pid; {script}"],
        env=journal.environment, cwd=journal.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout.readline() == b"one\n"
    time.sleep(0.5)
    os.kill(int((journal.work / "pid").read_text()), signal.SIGCONT)
    started.communicate(timeout=20)

    assert (started.returncode, evidence(journal)["output"]) == (0, "one\ntwo\n")
