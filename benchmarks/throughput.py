"""How fast a store takes events one by one and in batches, and how much memory reading many of them needs.

Prints events a second of the store call alone (SQLite, durable), times and peak memory of commands that fold
100,000 events and of those that stream 1,000,000. Beside each stands the processor time, and at the top what
a plain loop of Python costs, to tell a slow or busy machine from a slow program. `--small` takes a tenth.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from filling import many
from installed import environment

SCALE = 10 if "--small" in sys.argv[1:] else 1
BATCH = 50_000 // SCALE
FOLDED = 100_000 // SCALE
STREAMED = 1_000_000 // SCALE

APPEND = """
import gc, json, sys, time
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
gc.disable()  # as the command line does
start = time.process_time()
total = 0
for n in range(10_000_000):
    total += n
loop = time.process_time() - start
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy, create=True)
here = Recorder(store, Place("", "", ""), Circumstances(Actor("bench")), redactor=redact.Redactor(b"k" * 32),
                clock=config.clock, entropy=config.entropy)
here = here.moved(open_journal(here, "Bench", {}).place)
def clean(n):
    fields = {"text": f"Deploy of release v{n} to staging started", "outcome": f"healthz 200 after {n} s"}
    return redact.scrub(here.draft(Said("entry", fields)), here._redactor)
single = [clean(n) for n in range(500)]
batch = [clean(n) for n in range(int(sys.argv[2]))]
start = time.perf_counter()
for event in single:
    store.append([event])
one_by_one = time.perf_counter() - start
wall, cpu = time.perf_counter(), time.process_time()
store.append(batch)
print(json.dumps([loop, one_by_one, time.perf_counter() - wall, time.process_time() - cpu]))
"""


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, variables):
        home, triage = Path(variables["HOME"]), str(commands / "triage")
        _append(str(commands / "python"), variables, home)
        _fold(triage, variables | {"TRIAGE_STORE": str(home / "folded.db")}, home)
        print(f"{STREAMED:,} events:")
        _stream(triage, many(commands, variables, STREAMED), home)


def _append(python: str, variables: dict[str, str], home: Path) -> None:
    made = [python, "-c", APPEND, str(home / "append.db"), str(BATCH)]
    done = subprocess.run(made, env=variables, check=True, capture_output=True, text=True)
    loop, single, wall, cpu = json.loads(done.stdout)
    print(f"10,000,000 additions in Python: {loop:.2f} s of processor")
    print(f"append, one by one: {500 / single:,.0f} events a second (bar 500)")
    rate = f"{BATCH / wall:,.0f} events a second, {BATCH / cpu:,.0f} a second of processor"
    print(f"append of {BATCH:,}: {rate} (bar 50,000)")


def _fold(triage: str, variables: dict[str, str], home: Path) -> None:
    lines = home / "lines.jsonl"
    lines.write_text("".join(map(_line, range(FOLDED))), encoding="utf-8")
    subprocess.run([triage, "open", "Record"], env=variables, check=True, stdout=subprocess.DEVNULL)
    print(f"{FOLDED:,} events (bars: record 6 s, all 1,024 MB):")
    for command in (["record", str(lines)], ["status"], ["check"], ["render", "-o", str(home / "page.html")]):
        report(triage, command, variables)


def _line(n: int) -> str:
    at = f"2026-05-05T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"
    fields = {"text": f"Deploy of release v{n} to staging started", "outcome": f"healthz 200 after {n} s"}
    return json.dumps({"kind": "entry", "fields": fields, "at": at}) + "\n"


def _stream(triage: str, variables: dict[str, str], home: Path) -> None:
    copy = str(home / "copy.db")
    for command in (
        ["events"],
        ["events", "--last", "5"],
        ["export", "-o", os.devnull],
        ["search", "deploy", "--limit", "1"],
        ["search", "deploy", "--limit", "1"],
        ["sync", copy, "--create"],
        ["sync", copy],
    ):
        report(triage, command, variables)


def report(triage: str, command: list[str], variables: dict[str, str]) -> None:
    """Run a command, and print what it took: wall and processor time, and peak memory."""
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    child = subprocess.Popen([triage, *command], env=variables, stdout=quiet, stderr=quiet)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    name = " ".join(word for word in command if os.sep not in word)
    peak = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    failed = f", exit code {child.returncode}" if child.returncode else ""
    print(f"  triage {name}: {wall:.1f} s, {cpu:.1f} s of processor, {peak:,.0f} MB at most{failed}")


if __name__ == "__main__":
    main()
