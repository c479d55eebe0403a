"""How long a search over 1,000,000 events takes, in both orders, and what its index takes to make.

The bar: 99 of 100 searches within 50 ms.
"""

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from filling import fill
from installed import environment
from tables import Table, show

EVENTS = 1_000_000
JOURNALS = 1_000
SEARCHES = 200
SEARCH = """
import json, random, sys, time
from triage import config
from triage.store import open_store
from triage.store.rows import Query
from triage.usecases.searching import Scope, phrases, search
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
journals, count = int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(7)
words = "deploy staging prod heroku run healthz slug 2ef77cf3 rollback_plan queue latency".split()
asked = {
    "a word that few events have": lambda: str(rng.randrange(journals)),
    "a word that many have": lambda: rng.choice(words),
    "three words": lambda: " ".join(rng.sample(words, 3)),
    "a phrase": lambda: '"heroku run"',
}
found = []
for name, ask in asked.items():
    for best in (False, True):
        took = []
        for _ in range(count):
            query = Query(phrases(ask()), best=best, limit=20)
            start = time.perf_counter()
            list(search(store, query, Scope()))
            took.append(time.perf_counter() - start)
        found.append((name, best, sorted(took)))
print(json.dumps(found))
"""


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables, EVENTS))


def measure(commands: Path, variables: Mapping[str, str], events: int) -> Table:
    """Searches over a store of so many events in 1,000 journals, and the first one, which makes the index."""
    own = fill(commands, dict(variables), JOURNALS, max(events // JOURNALS // 3 - 1, 0))
    store = Path(own["TRIAGE_STORE"])
    before, start = store.stat().st_size, time.perf_counter()
    subprocess.run([commands / "triage", "search", "healthz"], env=own, check=True, stdout=-3, stderr=-3)
    first, index = time.perf_counter() - start, store.stat().st_size - before
    done = subprocess.run(
        [commands / "python", "-c", SEARCH, store, str(JOURNALS), str(SEARCHES)], env=own, check=True,
        capture_output=True,
    )  # fmt: skip
    rows = [
        (name, "best first" if best else "newest first", *(_milliseconds(took, part) for part in (50, 99)))
        for name, best, took in json.loads(done.stdout)
    ]
    return Table(
        f"Search over {events:,} events",
        f"The use case, the first 20 hits, {SEARCHES} searches each. The store took"
        f" {before / 1e6:,.0f} MB; the first search, which makes the index, took {first:.0f} s and"
        f" {index / 1e6:,.0f} MB more.",
        ("what is searched for", "order", "median", "99 of 100 within", "bar"),
        [(*row, "50 ms") for row in rows],
    )


def _milliseconds(took: list[float], part: int) -> str:
    return f"{took[len(took) * part // 100] * 1000:.1f} ms"


if __name__ == "__main__":
    main()
