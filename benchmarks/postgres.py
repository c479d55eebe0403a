"""How long `triage log` takes on a PostgreSQL server beside a Python that imports psycopg and connects.

Prints the ratio of wall times, each the median of pairs run in turn, on a server of its own on loopback; the
bar is 1.3. Then what one connection does in a process: events one by one, and in batches.
"""

import statistics
import subprocess
import sys
from pathlib import Path

from append import pairs
from installed import environment

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import postgres_server

BAR = 1.3
BARE = "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).close()"
WITHIN = """
import sys, time
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.places import only_open
from triage.usecases.recorder import Circumstances, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
recorder = Recorder(store, only_open(store), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
def clean(count):
    said = [recorder.draft(Said("entry", {"text": f"event {i}"})) for i in range(count)]
    return [redact.scrub(draft, recorder._redactor) for draft in said]
one_by_one, batch = clean(500), clean(20_000)
start = time.perf_counter()
for event in one_by_one:
    store.append([event])
middle = time.perf_counter()
store.append(batch)
end = time.perf_counter()
print(f"{len(one_by_one) / (middle - start):,.0f} events a second one by one,"
      f" {len(batch) / (end - middle):,.0f} in a batch (the store's call alone)")
store.close()
"""


def main() -> None:
    """Measure, and print a line for each."""
    with environment() as (commands, variables), postgres_server.server() as server:
        python, triage = str(commands / "python"), str(commands / "triage")
        variables["TRIAGE_STORE"] = server.address
        subprocess.run([triage, "open", "Bench"], env=variables, check=True, stdout=subprocess.DEVNULL)
        log, bare = pairs(
            [triage, "log", "Deploy started", "v14"], [python, "-c", BARE, server.address], variables
        )
        ratio = statistics.median(a / b for a, b in zip(log, bare, strict=True))
        print(
            f"triage log {statistics.median(log) * 1000:.0f} ms, psycopg and a connection"
            f" {statistics.median(bare) * 1000:.0f} ms, ratio {ratio:.2f} (bar {BAR})"
        )
        sys.stdout.flush()
        subprocess.run([python, "-c", WITHIN, server.address], env=variables, check=True)


if __name__ == "__main__":
    main()
