"""Writers that are killed: each starts one call of the program after the other, and most calls die on their way."""

import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import NamedTuple

from program import SCRIPT, Program

from durability.tracing import missing

ACKNOWLEDGED = re.compile(rb"^velvet-first-deploy (e\d+|spooled:) .*\n", re.MULTILINE)


NOT_KEPT = 75
"""The exit code of a call that says so."""


class Call(NamedTuple):
    """One call of the program, and the texts that are in the record once it was acknowledged."""

    arguments: tuple[str, ...]
    texts: tuple[str, ...]
    stdin: bytes = b""


def calls(writer: int) -> Iterator[Call]:
    """Calls of every kind that writes, without end; no text comes twice."""
    number = 0
    while True:
        number += 1
        name = f"writer {writer} call {number}"
        batch = tuple(f"{name} line {line}" for line in range(3))
        yield Call(("log", name), (name,))
        yield Call(("record", "-"), batch, b"".join(_line(text) for text in batch))
        yield Call(("did", f"{name} did"), (f"{name} did",))
        printing = f"print({f'{name} ran'!r} * 500)"
        yield Call(("run", "--tail", "1", "--", sys.executable, "-c", printing), (f"{name} ran" * 500,))


def _line(text: str) -> bytes:
    return json.dumps({"kind": "entry", "fields": {"text": text}}).encode() + b"\n"


ON_SQLITE = {"flock": 2, "pwrite64": 25, "fdatasync": 5, "unlink": 1, "write": 1}
ON_POSTGRES = {"connect": 1, "sendto": 12, "recvfrom": 12, "write": 1}
"""Calls to the system while something is recorded, and about how many of each there are."""


class Storm:
    """Kill ``kills`` calls of ``writers`` that record at once: at any moment, or in one of the calls to the system.

    Once `rage` is through, ``acknowledged`` has the calls that said they were done, ``unanswered`` the others,
    and ``killed`` those of both that a signal ended.
    """

    def __init__(
        self,
        triage: Program,
        *,
        kills: int,
        writers: int = 8,
        moments: Mapping[str, int] = ON_SQLITE,
        seed: int = 6,
    ) -> None:
        self.acknowledged: list[Call] = []
        self.unanswered: list[Call] = []
        self.killed: list[Call] = []
        self._triage = triage
        self._moments = [(name, place) for name, count in moments.items() for place in range(1, count + 1)]
        self._is_calm = threading.Event()
        self._left = [kills // writers + (place < kills % writers) for place in range(writers)]
        self._seed = seed
        self._durations: deque[float] = deque([0.5], maxlen=40)

    def rage(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Let the writers write until enough of their calls were killed, and what is done meanwhile is done."""
        threads = [
            threading.Thread(target=self._write, args=(writer, kills))
            for writer, kills in enumerate(self._left)
        ]
        for thread in threads:
            thread.start()
        try:
            meanwhile()
        finally:
            self._is_calm.set()
            for thread in threads:
                thread.join()

    def _write(self, writer: int, kills: int) -> None:
        chance = random.Random(f"{self._seed} {writer}")
        for call in calls(writer):
            if kills <= 0 and self._is_calm.is_set():
                return
            started = time.monotonic()
            is_acknowledged, is_killed = self._start(call, chance, chance.random() if kills > 0 else 1)
            (self.acknowledged if is_acknowledged else self.unanswered).append(call)
            if is_killed:
                self.killed.append(call)
                kills -= 1
            else:
                self._durations.append(time.monotonic() - started)

    def _start(self, call: Call, chance: random.Random, fate: float) -> tuple[bool, bool]:
        """Whether the call was acknowledged, and whether a signal ended it: either, both or one of them."""
        process = subprocess.Popen(
            [*(self._trap(chance) if fate < 0.6 and not missing() else ()), SCRIPT, *call.arguments],
            env=self._triage.environment,
            cwd=self._triage.work,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        timer = threading.Timer(median(self._durations) * chance.uniform(0, 1.1), process.kill)
        if 0.6 <= fate < 0.85:
            timer.start()
        out = process.communicate(call.stdin)[0]
        timer.cancel()
        assert process.returncode in (0, NOT_KEPT, -signal.SIGKILL), out
        return bool(ACKNOWLEDGED.search(out)), process.returncode == -signal.SIGKILL

    def _trap(self, chance: random.Random) -> list[str]:
        """What kills a call in one of its calls to the system; strace sends no signals with --seccomp-bpf."""
        name, place = chance.choice(self._moments)
        trap = f"inject={name}:signal=KILL:when={place}"
        return ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", trap]
