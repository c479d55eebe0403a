"""How much memory and time the commands need that read many events: those that fold, and those that stream.

100,000 events are folded, within 1,024 MB; 1,000,000 are streamed, in as little memory as a few take. Each
command is a process; its processor time tells a busy machine from a slow program. `--small` takes a tenth of
both. How fast a store takes events is told by storing.py.
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
FOLDED = 100_000 // SCALE
STREAMED = 1_000_000 // SCALE


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, variables):
        home, triage = Path(variables["HOME"]), str(commands / "triage")
        _fold(triage, variables | {"TRIAGE_STORE": str(home / "folded.db")}, home)
        print(f"{STREAMED:,} events:")
        _stream(triage, many(commands, variables, STREAMED), home)


def _fold(triage: str, variables: dict[str, str], home: Path) -> None:
    lines = home / "lines.jsonl"
    lines.write_text("".join(map(_line, range(FOLDED))), encoding="utf-8")
    subprocess.run([triage, "open", "Record"], env=variables, check=True, stdout=subprocess.DEVNULL)
    print(f"{FOLDED:,} events (bar: 1,024 MB):")
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
