"""Calls of the program on a disk that fails: strace makes the N-th call of one kind to the system fail."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from program import SCRIPT, Program, Ran

from durability.storm import Call

WRITING = (
    "openat",
    "mkdir",
    "pwrite64",
    "write",
    "ftruncate",
    "fsync",
    "fdatasync",
    "link",
    "rename",
    "unlink",
)
"""The calls that are made to fail; those to open only for files and folders below the program's home."""
ERRORS = ("EIO", "ENOSPC")


class Fault(NamedTuple):
    """The ``number``-th call of a kind to the system fails with an error; with all that follow where it ``lasts``."""

    name: str
    number: int
    error: str
    lasts: bool = False

    def __str__(self) -> str:
        return f"{self.error} at {self.name} {self.number}{'+' * self.lasts}"


def spread(triage: Program, call: Call, most: int) -> list[Fault]:
    """Faults at every call to the system that this call of the program makes; at ``most`` of each kind, from the last on.

    The program is run once to count them. Where not every one fails, each fails in one way only.
    """
    found = []
    for name, count in counted(triage, call).items():
        every = range(count, 0, -1)
        places = (
            [every[place * (count - 1) // max(most - 1, 1)] for place in range(most)]
            if count > most
            else every
        )
        ways = len(ERRORS) if count <= most else 1
        found += [Fault(name, place, ERRORS[(place + way) % 2]) for place in places for way in range(ways)]
    return found


def counted(triage: Program, call: Call) -> Counter[str]:
    """How often a call of the program makes each of the calls that may fail."""
    _, log = _start(triage, call, ",".join(WRITING), ["-z"])
    watched = _watched(triage)
    names = [line.partition("(")[0].split()[-1] for line in log.splitlines()]
    opened = [any(f'"{path}"' in line for path in watched) for line in log.splitlines()]
    ours = (name for name, is_ours in zip(names, opened, strict=True) if is_ours or name != "openat")
    return Counter(name for name in ours if name in WRITING)


def failing(triage: Program, call: Call, *faults: Fault) -> Ran:
    """Run a call of the program in which calls to the system fail."""
    told = [f"inject={each.name}:error={each.error}:when={each.number}{'+' * each.lasts}" for each in faults]
    names = ",".join(each.name for each in faults)
    return _start(triage, call, names, [option for each in told for option in ("-e", each)])[0]


def _start(triage: Program, call: Call, name: str, options: list[str]) -> tuple[Ran, str]:
    log = triage.home.parent / "calls"
    paths = [option for path in _watched(triage) for option in ("-P", path)] if name == "openat" else []
    following = [] if call.arguments[0] == "run" else ["-f", "--seccomp-bpf"]  # not the command that it runs
    strace = ["strace", *following, "-qq", "-o", log]
    done = subprocess.run(
        [*strace, "-e", f"trace={name}", *options, *paths, SCRIPT, *call.arguments],
        env=triage.environment,
        cwd=triage.work,
        input=call.stdin,
        capture_output=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode()), log.read_text("ascii", "replace")


def _watched(triage: Program) -> list[str]:
    """The files and folders of the program, and those of the store, which may be there only later or meanwhile."""
    store = triage.home / "data/triage/triage.db"
    names = [store, store.parent, Path(f"{store}-journal"), Path(f"{store}.lock")]
    return sorted({str(path) for path in [*names, *triage.home.rglob("*")]})
