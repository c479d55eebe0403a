"""Many who record at once: what is lost of 120 appends by 8 processes, and how long 32 writers wait.

The bars: none lost; of 32 processes that append without a pause, 99 of 100 calls of the store within 150 ms,
and no call refused.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installed import environment
from peers import Peer, installed
from tables import Table, show
from timing import LIMIT, Run

APPENDS = 120
AT_ONCE = 8
WRITERS = 32
EACH = 20
WRITE = """
import json, sys, time
from triage import config, errors, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.places import only_open
from triage.usecases.recorder import Circumstances, Recorder, Said
redactor = redact.Redactor(b"k" * 32)
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
here = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                redactor=redactor, clock=config.clock, entropy=config.entropy)
clean = [redact.scrub(here.draft(Said("entry", {"text": f"{n}"})), redactor) for n in range(int(sys.argv[2]))]
time.sleep(max(0, float(sys.argv[3]) - time.time()))
took, refused = [], 0
for each in clean:
    start = time.perf_counter()
    try:
        store.append([each])
    except errors.TriageError:
        refused += 1
    took.append(time.perf_counter() - start)
print(json.dumps([took, refused]))
"""


class Triage(Peer):
    """This program, as a peer among the others."""

    name = "triage"

    def __init__(self, commands: Path, variables: Mapping[str, str]) -> None:
        super().__init__(commands)
        self._variables = variables

    def fill(self, folder: Path, count: int) -> None:
        """Open a journal in a store of its own."""
        self._call(folder, "open", "Bench")
        for number in range(count - 1):
            self._call(folder, "log", f"earlier {number}")

    def append(self, folder: Path, number: int) -> Run:
        """See `Peer.append`."""
        own = {**self._variables, "TRIAGE_STORE": f"{folder}/triage.db"}
        return Run([self.program, "log", f"Deploy of v{number} started"], folder, own)

    def count(self, folder: Path) -> int:
        """See `Peer.count`."""
        return len(self._call(folder, "events").splitlines())

    def _call(self, folder: Path, *arguments: str) -> str:
        own = {**self._variables, "TRIAGE_STORE": f"{folder}/triage.db"}
        done = subprocess.run(
            [self.program, *arguments], cwd=folder, env=own, check=True, capture_output=True, text=True
        )
        return done.stdout


def main() -> None:
    """Measure, and print the tables."""
    with environment() as (commands, variables), installed(Path(variables["HOME"])) as peers:
        show(lost([Triage(commands, variables), *peers]))
        show(waiting(commands, variables))


def lost(peers: Iterable[Peer]) -> Table:
    """What is left of appends that run at once."""
    return Table(
        "At once",
        f"{APPENDS} appends by {AT_ONCE} processes at once, to a record of 10. Lost is what was acknowledged"
        " with exit code 0 and is not there afterwards.",
        ("program", "acknowledged", "refused", "lost", "seconds"),
        [_at_once(peer) if peer.program else (peer.name, "not installed", "", "", "") for peer in peers],
    )


def _at_once(peer: Peer) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        folder = Path(name)
        peer.fill(folder, 10)
        before, start = peer.count(folder), time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            codes = list(pool.map(lambda number: _code(peer.append(folder, number)), range(APPENDS)))
        seconds, done = time.perf_counter() - start, codes.count(0)
        return peer.name, done, APPENDS - done, done - (peer.count(folder) - before), f"{seconds:.1f}"


def _code(run: Run) -> int:
    return subprocess.run(
        run.command, cwd=run.folder, env=run.variables, input=run.given, check=False, timeout=LIMIT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ).returncode  # fmt: skip


def waiting(commands: Path, variables: Mapping[str, str]) -> Table:
    """How long the store's call takes where many processes append without a pause."""
    store = f"{variables['HOME']}/waiting.db"
    own = {**variables, "TRIAGE_STORE": store}
    subprocess.run([commands / "triage", "open", "Bench"], env=own, check=True, stdout=-3)
    began = str(time.time() + WRITERS * 0.2)
    writers = [
        subprocess.Popen(
            [commands / "python", "-c", WRITE, store, str(EACH), began], env=own, stdout=subprocess.PIPE
        )
        for _ in range(WRITERS)
    ]
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    took = sorted(seconds * 1000 for each, _ in told for seconds in each)
    return Table(
        "Contention",
        f"{WRITERS} processes, each with {EACH} appends one after the other without a pause:"
        " the store's call, SQLite.",
        ("calls", "refused", "median", "99 of 100 within", "longest", "bar"),
        [
            (
                len(took),
                sum(refused for _, refused in told),
                f"{took[len(took) // 2]:.0f} ms",
                f"{took[len(took) * 99 // 100]:.0f} ms",
                f"{took[-1]:.0f} ms",
                "99 of 100 within 150 ms, none refused",
            )
        ],
    )


if __name__ == "__main__":
    main()
