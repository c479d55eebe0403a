"""Other programs that record something by a short command: each filled, appended to and counted.

Those of the package index are installed into an environment that is thrown away; those of the system are used
where they are there, and said to be missing where not.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from timing import Run

TEXT = "Deploy of v14 started"
DAY = datetime(2026, 5, 1, tzinfo=UTC)
PACKAGES = ("jrnl", "towncrier", "scriv", "sqlite-utils", "td-watson")


class Peer:
    """A program: the name of its command, and the most earlier events that it is tried with."""

    name = ""
    most = 1_000_000

    def __init__(self, commands: Path) -> None:
        own = commands / self.name
        self.program = str(own) if own.exists() else shutil.which(self.name) or ""

    def version(self) -> str:
        """What the program says of its version."""
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False).stdout
        return next(
            (word.strip(",") for word in said.split() if word[:1].isdigit() or word[1:2].isdigit()), ""
        )

    def fill(self, folder: Path, count: int) -> None:
        """Make a new record with so many events in an empty folder."""
        raise NotImplementedError

    def append(self, folder: Path, number: int) -> Run:
        """The command that adds one event."""
        raise NotImplementedError

    def count(self, folder: Path) -> int:
        """How many events there are."""
        raise NotImplementedError

    def run(self, folder: Path, *arguments: str, given: bytes = b"", **more: str) -> Run:
        """A run of the program with a home of its own."""
        variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        return Run([self.program, *arguments], folder, variables | more, given)


class Git(Peer):
    """A commit without a change, with the event as its message."""

    name = "git"

    def fill(self, folder: Path, count: int) -> None:
        """Import the commits in one stream."""
        _git(folder, "init", "--quiet", "--initial-branch=main")
        _git(folder, "config", "user.name", "bench")
        _git(folder, "config", "user.email", "bench@example.org")
        one = "commit refs/heads/main\ncommitter b <b@example.org> {} +0000\ndata {}\n{}\n"
        start = int(DAY.timestamp())
        stream = "".join(one.format(start + n, len(TEXT), TEXT) for n in range(count))
        _git(folder, "fast-import", "--quiet", given=stream.encode())

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        return self.run(folder, "commit", "--quiet", "--allow-empty", "-m", f"{TEXT} {number}")

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return int(_git(folder, "rev-list", "--count", "HEAD"))


class Jrnl(Peer):
    """A line in a file of texts."""

    name = "jrnl"

    def fill(self, folder: Path, count: int) -> None:
        """Write the file."""
        (folder / "jrnl.yaml").write_text(
            "colors:\n  body: none\n  date: none\n  tags: none\n  title: none\n"
            "default_hour: 9\ndefault_minute: 0\neditor: ''\nencrypt: false\nhighlight: false\n"
            f"indent_character: '|'\njournals:\n  default:\n    journal: {folder}/journal.txt\nlinewrap: 79\n"
            "tagsymbols: '@'\ntemplate: false\ntimeformat: '%Y-%m-%d %H:%M'\nversion: v4\n"
        )
        (folder / "journal.txt").write_text(f"[2026-05-01 04:10] {TEXT}\n\n" * count)

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        return self.run(folder, "--config-file", f"{folder}/jrnl.yaml", f"{TEXT} {number}")

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return (folder / "journal.txt").read_text().count(TEXT)


class Towncrier(Peer):
    """A file of its own for each event."""

    name = "towncrier"
    most = 10_000

    def fill(self, folder: Path, count: int) -> None:
        """Write the files."""
        (folder / "pyproject.toml").write_text('[tool.towncrier]\ndirectory = "news"\nname = "bench"\n')
        (folder / "news").mkdir()
        for number in range(count):
            (folder / f"news/+{number:08x}.feature.md").write_text(f"{TEXT}\n")

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        return self.run(folder, "create", "--content", f"{TEXT} {number}", "+.feature.md")

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return len(list((folder / "news").glob("*.md")))


class Scriv(Peer):
    """A file of its own for each event, named by the second and by who writes it."""

    name = "scriv"
    most = 10_000

    def fill(self, folder: Path, count: int) -> None:
        """Write the files."""
        _git(folder, "init", "--quiet", "--initial-branch=main")
        (folder / "changelog.d").mkdir()
        for number in range(count):
            (folder / f"changelog.d/20260501_{number:06}_bench.rst").write_text(f"Added\n-----\n\n- {TEXT}\n")

    def append(self, folder: Path, number: int) -> Run:
        """A user for each event: the second of the same user in one second would be refused."""
        who = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "scriv.user-nick",
            "GIT_CONFIG_VALUE_0": f"n{number}",
        }
        return self.run(folder, "create", **who)

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return len(list((folder / "changelog.d").glob("*.rst")))


class SqliteUtils(Peer):
    """A row in SQLite."""

    name = "sqlite-utils"

    def fill(self, folder: Path, count: int) -> None:
        """Insert the rows."""
        with sqlite3.connect(folder / "log.db") as db:
            db.execute("CREATE TABLE event (text TEXT)")
            db.executemany("INSERT INTO event VALUES (?)", ([TEXT] for _ in range(count)))

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        row = json.dumps({"text": f"{TEXT} {number}"}).encode()
        return self.run(folder, "insert", "log.db", "event", "-", given=row)

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        with sqlite3.connect(folder / "log.db") as db:
            return int(db.execute("SELECT count(*) FROM event").fetchone()[0])


class Taskwarrior(Peer):
    """A task that was done."""

    name = "task"

    def fill(self, folder: Path, count: int) -> None:
        """Write the file of tasks that were done."""
        (folder / "taskrc").write_text(f"data.location={folder}/task\nconfirmation=off\n")
        (folder / "task").mkdir()
        when = int(DAY.timestamp())
        with open(folder / "task/completed.data", "w", encoding="utf-8") as file:
            file.writelines(
                f'[description:"{TEXT}" end:"{when}" entry:"{when}" modified:"{when}" status:"completed"'
                f' uuid:"{uuid.UUID(int=number + (4 << 76) + (8 << 60))}"]\n'
                for number in range(count)
            )

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        return self.run(folder, "log", f"{TEXT} {number}", TASKRC=f"{folder}/taskrc")

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return _lines(folder / "task/completed.data")


class Timewarrior(Peer):
    """An interval of a second."""

    name = "timew"

    def fill(self, folder: Path, count: int) -> None:
        """Write the file of the month."""
        data = folder / "timew/data"
        data.mkdir(parents=True)
        (folder / "timew/timewarrior.cfg").touch()
        with open(data / "2026-05.data", "w", encoding="utf-8") as file:
            file.writelines(
                f"inc {_basic(2 * number)} - {_basic(2 * number + 1)} # deploy\n" for number in range(count)
            )

    def append(self, folder: Path, number: int) -> Run:
        """In the same month, after all that is there."""
        start = 27 * 86400 + 2 * number
        words = ("track", _basic(start), "-", _basic(start + 1), "deploy", ":yes")
        return self.run(folder, *words, TIMEWARRIORDB=f"{folder}/timew")

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return _lines(folder / "timew/data/2026-05.data")


class Watson(Peer):
    """A frame of a second."""

    name = "watson"

    def fill(self, folder: Path, count: int) -> None:
        """Write the file of frames."""
        start = int(DAY.timestamp())
        frames = [
            [start + 2 * n, start + 2 * n + 1, "deploy", uuid.UUID(int=n).hex, [], start]
            for n in range(count)
        ]
        (folder / "frames").write_text(json.dumps(frames))

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        start = DAY + timedelta(days=27, seconds=2 * number)
        ends = [str(start)[:19], str(start + timedelta(seconds=1))[:19]]
        return self.run(folder, "add", "-f", ends[0], "-t", ends[1], "deploy", WATSON_DIR=str(folder))

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return len(json.loads((folder / "frames").read_text()))


PEERS = (Git, Taskwarrior, Timewarrior, Jrnl, Watson, Towncrier, Scriv, SqliteUtils)


@contextmanager
def installed(folder: Path) -> Iterator[list[Peer]]:
    """The peers, those of the package index installed below a folder, which is removed again."""
    venv = folder / "peers"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    for package in PACKAGES:
        done = subprocess.run(
            [venv / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            print(f"{package}: cannot be installed", file=sys.stderr)
    try:
        yield [peer(venv / "bin") for peer in PEERS]
    finally:
        shutil.rmtree(venv)


def _git(folder: Path, *arguments: str, given: bytes = b"") -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, check=True, capture_output=True)
    return done.stdout.decode().strip()


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _basic(seconds: int) -> str:
    return f"{DAY + timedelta(seconds=seconds):%Y%m%dT%H%M%SZ}"
