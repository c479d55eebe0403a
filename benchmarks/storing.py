"""How many events a second one process can have kept: one by one and in batches, beside bare SQLite.

Only the call of the store is timed; the events were scrubbed before. Bare SQLite inserts the same bytes into
one table with the same settings. The bars: 500 a second one by one, 50,000 in batches, and `triage record`
of 100,000 lines within 6 s.
"""

import json
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path

from installed import environment
from tables import Table, show
from timing import Cost, measured

STORE = """
import json, sqlite3, sys, time
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
path, ones, batches, size = sys.argv[1], *map(int, sys.argv[2:])
redactor = redact.Redactor(b"k" * 32)
store = open_store(path, clock=config.clock, entropy=config.entropy, create=True)
here = Recorder(store, Place("", "", ""), Circumstances(Actor("bench")),
                redactor=redactor, clock=config.clock, entropy=config.entropy)
here = here.moved(open_journal(here, "Bench", {}).place)
def clean(n):
    return redact.scrub(here.draft(Said("entry", {"text": f"Deploy of v{n} started"})), redactor)
db = sqlite3.connect(path + ".bare", isolation_level=None)
for pragma in ("synchronous = EXTRA", "secure_delete = ON"):
    db.execute(f"PRAGMA {pragma}")
db.execute("CREATE TABLE event (n INTEGER PRIMARY KEY, envelope BLOB, body BLOB)")
row = [b"x" * 520, b"y" * 40]
def bare(count):
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO event (envelope, body) VALUES (?, ?)", [row] * count)
    db.execute("COMMIT")
def took(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
one = [(took(store.append, [clean(n)]), took(bare, 1)) for n in range(ones)]
many = []
for _ in range(batches):
    batch = [clean(n) for n in range(size)]
    many.append((took(store.append, batch), took(bare, size)))
print(json.dumps([one, many]))
"""
ONES = 500
BATCHES = 20
SIZE = 5_000
LINES = 100_000


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """How many events one process can have kept a second."""
    one, many = _in_process(commands, variables)
    cost = _record(commands, variables)
    return Table(
        "Events a second",
        "One process, SQLite, every commit durable. The store's call alone, with events that were scrubbed"
        " before, in turn with bare SQLite that inserts as many bytes into one table under the same settings;"
        " and `triage record`, the whole process.",
        ("what", "events a second", "time, times that of bare SQLite", "bar"),
        [
            ("one by one", f"{1 / _median(one):,.0f}", f"{_ratio(one):.1f} ×", "500"),
            (f"in batches of {SIZE:,}", f"{SIZE / _median(many):,.0f}", f"{_ratio(many):.1f} ×", "50,000"),
            (
                f"`triage record` of {LINES:,} lines",
                f"{LINES / cost.seconds:,.0f}: {cost.seconds:.1f} s, {cost.memory:.0f} MiB",
                "",
                "6 s",
            ),
        ],
    )


def _in_process(
    commands: Path, variables: Mapping[str, str]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    path = f"{variables['HOME']}/storing.db"
    script = [str(commands / "python"), "-c", STORE, path, str(ONES), str(BATCHES), str(SIZE)]
    done = subprocess.run(script, env=variables, check=True, capture_output=True)
    one, many = json.loads(done.stdout)
    return one, many


def _record(commands: Path, variables: Mapping[str, str]) -> Cost:
    lines = f"{variables['HOME']}/lines.jsonl"
    texts = (f"Deploy of v{number} started" for number in range(LINES))
    with open(lines, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"kind": "entry", "fields": {"text": text}}) + "\n" for text in texts)
    own = {**variables, "TRIAGE_STORE": f"{variables['HOME']}/record.db"}
    subprocess.run([commands / "triage", "open", "Lines"], env=own, check=True, stdout=-3)
    return measured([str(commands / "triage"), "record", lines], own)


def _median(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(ours for ours, _ in pairs)


def _ratio(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(ours / bare for ours, bare in pairs)


if __name__ == "__main__":
    main()
