"""Agents that work on one journal at once, each on a host of its own: what they say, and what became of it."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

from program import SCRIPT

from durability.storm import NOT_KEPT
from durability.tracing import missing

SLUG = "shared-work"
SHARED = 40
"""Actions that all agents try to claim."""
CONFLICT = 5
NOT_RUN = 125
TRIES = 200
"""Calls until one answers: with a server that is killed again and again, many are refused."""


class Operation(NamedTuple):
    """Something that an agent says, under a key.

    ``events`` counts what has an id from the key, ``follows`` what a run leaves besides, or a note; ``may_fail`` is set
    where another agent may have been first.
    """

    words: tuple[str, ...]
    key: str
    stdin: bytes = b""
    events: int = 1
    follows: int = 0
    may_fail: bool = False

    def named(self) -> list[str]:
        """The keys of its events; a note in Markdown is known by what it says."""
        if not self.events:
            return []
        return (
            [f"{self.key}:{n}" for n in range(1, self.events + 1)] if self.stdin[:1] == b"{" else [self.key]
        )


class Script:
    """What one agent says, in an order that chance gives, without end."""

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._chance = random.Random(f"{seed} {name}")
        self._count = 0
        self._todo: list[str] = []
        self._blockers: list[str] = []
        self._logs: list[str] = []
        self._tries = [*range(SHARED, 0, -1)]

    def operations(self) -> Iterator[Operation]:
        """Operations of every kind, those more often that agents say more often."""
        weights = {getattr(self, f"_{name}"): weight for name, weight in WEIGHTS.items()}
        while True:
            [choice] = self._chance.choices(list(weights), list(weights.values()))
            yield from choice()

    def _say(self, *words: str, into: list[str] | None = None, **more) -> Operation:
        self._count += 1
        key = f"{self._name}-{self._count}"
        if into is not None:
            into.append(key)
        return Operation(words, key, **more)

    @property
    def _text(self) -> str:
        return f"{self._name} says {self._count + 1}"

    def _take(self, known: list[str]) -> str:
        return known.pop(self._chance.randrange(len(known)))

    def _log(self):
        yield self._say("log", self._text, "as planned", into=self._logs)

    def _did(self):
        yield self._say("did", self._text, "done", "--env", self._name, f"Release=v{self._count}")

    def _action(self):
        yield self._say("action", self._text, "--env", self._name, into=self._todo)

    def _start(self):
        if self._todo:
            yield self._say("start", self._chance.choice(self._todo), "--take")

    def _claim(self):
        if self._tries:
            yield self._say("start", f"shared {self._tries.pop()}", may_fail=True)

    def _end(self):
        if self._todo:
            yield self._say(self._chance.choice(("done", "fail", "skip")), self._take(self._todo), self._text)

    def _block(self):
        if self._todo:
            yield self._say("block", self._chance.choice(self._todo), self._text, into=self._blockers)

    def _blocker(self):
        yield self._say("blocker", self._text, "--error", "no such host", into=self._blockers)

    def _fix(self):
        if self._blockers:
            yield self._say("fix", self._take(self._blockers), self._text, "--pr", str(self._count))

    def _accept(self):
        if self._blockers:
            yield self._say("accept", self._take(self._blockers), self._text)

    def _issue(self):
        state = self._chance.choice(("open", "closed", "merged"))
        yield self._say("issue", str(self._chance.randrange(1, 50)), state, self._text)

    def _observe(self):
        row = f"Host={self._name} {self._chance.randrange(9)}"
        yield self._say("observe", row, f"Load={self._count}", "--table", "Hosts")

    def _evidence(self):
        yield self._say("evidence", "-", "--title", self._text, stdin=f"{self._text}\n".encode() * 50)

    def _section(self):
        heading = f"Notes > {self._name} {self._chance.randrange(5)}"
        yield self._say("section", heading, self._text, "--append")

    def _ref(self):
        yield self._say("ref", f"https://example.org/{self._name}/{self._count}", self._text)

    def _write(self):
        note = f"## Notes of {self._name} {self._count + 1}\n\nIt went well.\n"
        yield self._say("write", "-", stdin=note.encode(), events=0, follows=1)

    def _run(self):
        yield self._say("run", "--tail", "0", "--", "echo", self._text)

    def _prove(self):
        if self._todo:
            words = ("run", "--action", self._take(self._todo), "--tail", "0", "--", "echo", self._text)
            yield self._say(*words, follows=1)

    def _header(self):
        words = self._chance.choice(
            [("set", f"lead={self._text}"), ("resolve", self._text), ("reopen", self._text)]
        )
        yield self._say(*words)

    def _addendum(self):
        yield self._say("addendum", self._text)

    def _correct(self):
        if self._logs:
            yield self._say("amend", self._chance.choice(self._logs), f"outcome={self._text}")
            yield self._say("retract", self._take(self._logs), "a slip")

    def _undo(self):
        yield self._say("log", self._text)
        yield self._say("undo", "a slip")

    def _purge(self):
        if self._logs:
            yield self._say("purge", self._take(self._logs), "--reason", "a password")

    def _waive(self):
        yield self._say("log", f"{self._text}: it always works")
        yield self._say("waive", "TR901", f"{self._name}-{self._count}", "it does")

    def _batch(self):
        key = f"{self._name}-{self._count + 1}"
        lines = [
            {"kind": "action", "title": self._text, "environment": self._name},
            {"kind": "action", "entity": f"key:{key}:1", "status": "done"},
            {"kind": "entry", "text": f"{self._text}: a line"},
            {"kind": "observation", "table": "Batches", "cells": [["Batch", key], ["Lines", "4"]]},
        ]
        stdin = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        yield self._say("record", "-", stdin=stdin, events=len(lines))


WEIGHTS = {
    "log": 10, "did": 6, "action": 12, "start": 4, "claim": 5, "end": 6, "block": 5, "blocker": 3, "fix": 5, "accept": 1,
    "issue": 3, "observe": 4, "evidence": 2, "section": 2, "ref": 2, "run": 3, "prove": 2, "header": 2, "addendum": 1,
    "correct": 2, "undo": 2, "purge": 1, "waive": 0.4, "write": 1, "batch": 6,
}  # fmt: skip


class Agent:
    """One agent: it says so many operations, each until it is answered, while calls are killed.

    ``acknowledged`` are the operations that were recorded, with the id that was answered, ``refused`` those in which another agent was
    first. ``kills`` and ``repeats`` count calls, ``faults`` are answers that must not be.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        environment: Mapping[str, str],
        moments: Mapping[str, int],
        *,
        seed: int = 7,
    ) -> None:
        self.name = name
        self.host = f"host-of-{name}"
        self.acknowledged: dict[Operation, str] = {}
        self.refused: list[Operation] = []
        self.faults: list[object] = []
        self.kills = self.repeats = self.calls = 0
        home = folder / name
        (home / "work").mkdir(parents=True)
        self._work = home / "work"
        self._environment = {
            **environment,
            "HOME": str(home),
            **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE")},
            "TRIAGE_ACTOR": f"agent:{name}",
            "TRIAGE_SESSION": f"session-of-{name}",
        }
        self._chance = random.Random(f"{seed} {name} fates")
        self._script = Script(name, seed)
        self._moments = [(call, place) for call, count in moments.items() for place in range(1, count + 1)]
        self._durations: deque[float] = deque([0.3], maxlen=40)

    def work(self, count: int) -> None:
        """Say so many operations, and now and then one again that was acknowledged."""
        try:
            for _, operation in zip(range(count), self._script.operations(), strict=False):
                self._say(operation)
                if self._chance.random() < 0.15 and self.acknowledged:
                    self.repeats += 1
                    self._say(self._chance.choice(list(self.acknowledged)))
        except Exception as error:  # noqa: BLE001  a thread's error is told by the test
            self.faults.append(error)

    def __call__(self, *words: str) -> bytes:
        """What a call of the program prints that must succeed, on this agent's host."""
        done = subprocess.run(
            [*self._on_host(), SCRIPT, *words],
            env=self._environment,
            cwd=self._work,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (words, done)
        return done.stdout

    def _say(self, operation: Operation) -> None:
        """Call the program until it answers."""
        for tries in range(TRIES):
            if tries:
                self.repeats += 1
            ran = self._start(operation, is_doomed=tries < 4 and self._chance.random() < 0.25)
            if ran.returncode == -signal.SIGKILL:
                self.kills += 1
            elif ran.returncode == CONFLICT and operation.may_fail and b"already_claimed" in ran.stderr:
                self.refused.append(operation)
                return
            elif ran.returncode == 0 and b"not recorded" not in ran.stderr:
                self._acknowledge(operation, ran)
                return
            elif not _is_to_be_said_again(ran):
                self.faults.append((operation, ran))
                return
            else:
                time.sleep(0.2)
        self.faults.append((operation, "never answered"))

    def _acknowledge(self, operation: Operation, ran: "subprocess.CompletedProcess[bytes]") -> None:
        found = re.search(rb'"id": "([0-9a-f-]{36})"', ran.stdout + ran.stderr)
        id = found[1].decode() if found else ""
        if self.acknowledged.setdefault(operation, id) != id or not id:
            self.faults.append((operation, "answered otherwise", self.acknowledged[operation], ran))

    def _start(self, operation: Operation, *, is_doomed: bool) -> "subprocess.CompletedProcess[bytes]":
        self.calls += 1
        command, *rest = operation.words
        by_trap = is_doomed and not missing() and self._chance.random() < 0.5
        arguments = [SCRIPT, command, "--json", "--journal", SLUG, "--key", operation.key, *rest]
        process = subprocess.Popen(
            [*self._on_host(), *(self._trap() if by_trap else ()), *arguments],
            env=self._environment,
            cwd=self._work,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        timer = threading.Timer(median(self._durations) * self._chance.uniform(0, 1.1), process.kill)
        started = time.monotonic()
        if is_doomed and not by_trap:
            timer.start()
        out, err = process.communicate(operation.stdin)
        timer.cancel()
        if not is_doomed:
            self._durations.append(time.monotonic() - started)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def _trap(self) -> list[str]:
        """What kills a call in one of its calls to the system."""
        name, place = self._chance.choice(self._moments)
        trap = f"inject={name}:signal=KILL:when={place}"
        return ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", trap]

    def _on_host(self) -> list[str]:
        """What gives a call a host of the agent's name, where that is allowed."""
        return ["unshare", "--uts", "sh", "-c", f'hostname {self.host}; exec "$@"', "sh"] if HOSTS else []


def _is_to_be_said_again(ran: "subprocess.CompletedProcess[bytes]") -> bool:
    """Whether a call says that it kept nothing, or does not know: then it is said again."""
    uncertain = b'"code": "uncertain"' in ran.stderr or b"not recorded" in ran.stderr
    away = ran.returncode == NOT_RUN and b'"retryable": true' in ran.stderr
    return ran.returncode == NOT_KEPT or uncertain or away


def _has_hosts() -> bool:
    """Whether a process may be given a name of its host of its own."""
    if sys.platform != "linux" or shutil.which("unshare") is None or os.geteuid() != 0:
        return False
    done = subprocess.run(
        ["unshare", "--uts", "hostname", "elsewhere"], check=False, capture_output=True, timeout=10
    )
    return done.returncode == 0


HOSTS = _has_hosts()


def rage(agents: list[Agent], count: int, meanwhile: Callable[[], None] = lambda: None) -> float:
    """Let the agents say so many operations each, at once; the seconds that took."""
    started = time.monotonic()
    threads = [threading.Thread(target=agent.work, args=(count,)) for agent in agents]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        for thread in threads:
            thread.join()
    return time.monotonic() - started
