"""How long a search over 1,000,000 events takes, in both orders, and what its index takes to make.

The bar: 99 of 100 searches within 50 ms. ``python benchmarks/searching.py 100000`` is quicker to look at.
"""

import argparse
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from filling import many
from installed import environment
from tables import Table, show

EVENTS = 1_000_000
TO_A_JOURNAL = 1_000
SEARCHES = 200
SEARCH = """
import gc, json, random, resource, sys, time
from triage import config
from triage.store import open_store
from triage.store.rows import Query
from triage.usecases.searching import Scope, phrases, search
gc.disable()  # as the command line does
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
rng = random.Random(7)
words = "deploy staging prod release healthz failed queue latency rollback started".split()
asked = {
    "a word that few events have": lambda: f"w{rng.randrange(16**5):05x}",
    "a word that many have": lambda: rng.choice(words),
    "three words": lambda: " ".join(rng.sample(words, 3)),
    "a phrase": lambda: '"deploy staging"',
    "a beginning that few have": lambda: f"w{rng.randrange(16**3):03x}*",
    "a beginning that many have": lambda: f"{rng.choice(words)[:4]}*",
}
def seconds(text, best=False):
    query = Query(phrases(text), best=best, limit=20)
    start, busy = time.perf_counter(), time.process_time()
    list(search(store, query, Scope()))
    return time.perf_counter() - start, time.process_time() - busy
first, _ = seconds("healthz")
found = [
    (name, best, *map(sorted, zip(*(seconds(ask(), best) for _ in range(int(sys.argv[2]))))))
    for name, ask in asked.items() for best in (False, True)
]
print(json.dumps([first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found]))
"""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=EVENTS, help=f"{EVENTS:,} unless told")
    with environment() as (commands, variables):
        show(measure(commands, variables, parser.parse_args().events))


def measure(commands: Path, variables: Mapping[str, str], events: int) -> Table:
    """Searches over a store of so many events, and the first one, which makes the index."""
    own = many(commands, dict(variables), events, max(events // TO_A_JOURNAL, 1))
    store = Path(own["TRIAGE_STORE"])
    before = store.stat().st_size
    done = subprocess.run(
        [commands / "python", "-c", SEARCH, store, str(SEARCHES)], env=own, check=True, capture_output=True
    )
    first, memory, found = json.loads(done.stdout)
    index = store.stat().st_size - before
    rows = [
        (
            name,
            "best first" if best else "newest first",
            *(_milliseconds(each, part) for each in (took, busy) for part in (50, 99)),
        )
        for name, best, took, busy in found
    ]
    return Table(
        f"Search over {events:,} events",
        f"The use case, the first 20 hits, {SEARCHES} searches each. Best first ranks the newest 10,000 hits."
        f" The store took {before / 1e6:,.0f} MB; the first search, which makes the index, took {first:.1f} s"
        f" and {index / 1e6:,.0f} MB more. The process had at most {memory:.0f} MiB of memory."
        " Busy is the time of a processor: on a machine that does other things it tells what a search takes.",
        ("what is searched for", "order", "median", "99 of 100 within", "busy", "99 of 100", "bar"),
        [(*row, "50 ms") for row in rows],
    )


def _milliseconds(took: list[float], part: int) -> str:
    return f"{took[len(took) * part // 100] * 1000:.1f} ms"


if __name__ == "__main__":
    main()
