"""Ways to run the program: in this process, and as users start it."""

import gc
import io
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from triage import config, times
from triage.cli import main

SCRIPT = Path(sysconfig.get_path("scripts")) / "triage"
NOON = times.to_us("2026-05-05T12:00:00.000000Z")


class Ran(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str


class Program:
    """The program on a machine of its own: home, work folder, environment and clock."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = folder / "home"
        self.work = folder / "work"
        self.now = NOON
        self.environment: dict[str, str] = {}
        self._monkeypatch = monkeypatch
        self.home.mkdir()
        self.work.mkdir()
        monkeypatch.chdir(self.work)
        monkeypatch.setattr(config, "clock", lambda: self.now)
        _empty_environment(monkeypatch)
        for name, value in _surroundings(self.home).items():
            self.set(name, value)

    def set(self, name: str, value: str) -> None:
        """Set a variable of the environment."""
        self.environment[name] = value
        self._monkeypatch.setenv(name, value)

    def unset(self, *names: str) -> None:
        """Take variables out of the environment."""
        for name in names:
            self.environment.pop(name, None)
            self._monkeypatch.delenv(name, raising=False)

    def run(self, *arguments: str, stdin: str | bytes = b"") -> Ran:
        """Call the program in this process, a second after the last call."""
        self.now += 1_000_000
        data = stdin.encode() if isinstance(stdin, str) else stdin
        streams = [io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="") for text in (data, b"", b"")]
        before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            code = _exit_code(list(arguments))
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
            gc.enable()
        return Ran(code, _text(streams[1]), _text(streams[2]))

    def __call__(self, *arguments: str, stdin: str | bytes = b"") -> str:
        """What a call that succeeds prints, without the last newline."""
        ran = self.run(*arguments, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran.out.removesuffix("\n")

    def refused(self, *arguments: str, stdin: str | bytes = b"") -> tuple[int, str]:
        """The exit code and the one line of a call that is refused."""
        return refusal(self.run(*arguments, stdin=stdin))

    def json(self, *arguments: str, stdin: str | bytes = b"") -> Any:
        """The one object that a call answers with."""
        out = self(*arguments, "--json", stdin=stdin)
        assert out.count("\n") == 0, out
        return json.loads(out)

    def refused_json(self, *arguments: str, stdin: str | bytes = b"") -> Any:
        """The error object of a call that is refused."""
        _, line = self.refused("--json", *arguments, stdin=stdin)
        return json.loads(line)["error"]

    def events(self) -> list[dict[str, Any]]:
        """All events of the journal."""
        return [json.loads(line) for line in self("events", "--json").splitlines()]

    def event(self, number: int) -> dict[str, Any]:
        """The event of a number."""
        return self.events()[number - 1]

    def last(self) -> dict[str, Any]:
        """The event that was recorded last."""
        found: dict[str, Any] = json.loads(self("events", "--last", "1", "--json"))
        return found

    def body(self) -> dict[str, Any]:
        """The body of the event that was recorded last."""
        found: dict[str, Any] = self.last()["body"]
        return found

    def start(self, *arguments: str | bytes, **options: Any) -> Ran:
        """Start the installed program as a process of its own, without a terminal."""
        done = subprocess.run(
            [SCRIPT, *arguments],
            check=False,
            **{
                "cwd": self.work,
                "env": self.environment,
                "input": b"",
                "capture_output": True,
                "timeout": 60,
                "start_new_session": True,
                **options,
            },
        )
        return Ran(done.returncode, _decoded(done.stdout), _decoded(done.stderr))


def refusal(ran: Ran) -> tuple[int, str]:
    """The exit code and the one line of a call that was refused."""
    assert ran.code != 0
    assert ran.out == ""
    assert ran.err.endswith("\n")
    assert ran.err.count("\n") == 1, ran.err
    return ran.code, ran.err.removesuffix("\n")


def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if not name.startswith("PYTEST"):
            monkeypatch.delenv(name)


def _surroundings(home: Path) -> dict[str, str]:
    return {
        "PATH": f"{SCRIPT.parent}{os.pathsep}{os.defpath}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "TRIAGE_ACTOR": "ana",
        "TRIAGE_SESSION": "test",
    }


def _exit_code(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    code = ended.value.code
    return code if isinstance(code, int) else 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return _decoded(buffer.getvalue())


def _decoded(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "surrogateescape")
