"""What `triage run` adds to a command that prints much: time against `cat`, and memory.

100 MB of an ordinary log go through `triage run -- cat`, and through `cat` alone, both into a file. The bars:
2.5 times `cat` and, for the redaction, a second for each 10 MB; 64 MiB of memory. Binary output and one
endless line are measured as well. TRIAGE_CAPTURE_MB says another size.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from installed import environment

MEGABYTES = int(os.environ.get("TRIAGE_CAPTURE_MB", "100"))
LINE = "2026-05-05 04:10:37,530 INFO __main__: Applied migration 001_create_jobs.sql in {number} ms\n"
RUNS = 3


class Measured(NamedTuple):
    """Seconds of the wall and of the processor, and the greatest memory in MiB."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, env), tempfile.TemporaryDirectory() as name:
        triage, folder = commands / "triage", Path(name)
        subprocess.run([triage, "open", "Capture"], env=env, check=True, capture_output=True)
        for kind, write in (("log", _log), ("binary", _binary), ("one line", _one_line)):
            source = folder / "source"
            write(source)
            _compare(kind, triage, source, env)


def _compare(kind: str, triage: Path, source: Path, env: dict[str, str]) -> None:
    folder = source.parent
    size = source.stat().st_size / 1e6
    plain = min((_measured(["cat", source], folder, env) for _ in range(RUNS)), key=lambda m: m.wall)
    run = min(
        (_measured([triage, "run", "--", "cat", source], folder, env) for _ in range(RUNS)),
        key=lambda m: m.wall,
    )
    bar = 2.5 * plain.wall + size / 10
    print(
        f"{kind}, {size:.0f} MB: cat {plain.wall:.2f} s, run {run.wall:.2f} s"
        f" (bar 2.5 times cat and redaction at 10 MB/s: {bar:.2f} s), processor {run.cpu:.2f} s,"
        f" memory {run.memory:.0f} MiB (bar 64)"
    )


def _measured(argv: list[object], folder: Path, env: dict[str, str]) -> Measured:
    with (folder / "sink").open("wb") as sink:
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(word) for word in argv], env=env, stdout=sink, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{argv[0]} ended with {child.returncode}")
    return Measured(wall, used.ru_utime + used.ru_stime, _mebibytes(used))


def _mebibytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _log(path: Path) -> None:
    with path.open("w", encoding="ascii") as file:
        written = number = 0
        while written < MEGABYTES * 1_000_000:
            written += file.write("".join(LINE.format(number=number + n) for n in range(1000)))
            number += 1000


def _binary(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(MEGABYTES):
            file.write(os.urandom(1_000_000))


def _one_line(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(MEGABYTES):
            file.write(b"x" * 1_000_000)


if __name__ == "__main__":
    main()
