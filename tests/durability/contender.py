"""One of many processes that record at once: it calls the program, and tells how long the store took.

Called with texts, it says that it is ready, waits for a line on standard input, and records each of them as `triage
log` does. It prints what the program prints, and before each answer the milliseconds that the append spent in the store, with its wait
for the other writers.
"""

import sys
import time

from triage.fast import record
from triage.store.sqlite import SqliteStore

append = SqliteStore.append


def timed(*arguments, **options):
    """`Store.append`, with a look at the clock before and after."""
    before = time.perf_counter()
    kept = append(*arguments, **options)
    sys.stdout.write(f"{1000 * (time.perf_counter() - before):.3f} ms ")
    return kept


SqliteStore.append = timed
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
for text in sys.argv[1:]:
    if record(["log", text]):
        sys.exit(f"{text} was not recorded")
