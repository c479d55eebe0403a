"""How long it takes to check a journal of 10,000 events, and to verify one of 100,000.

The bars: the check at most 1 s beyond the fold that it rests on; the verification at most 2 s. Both are the
calls themselves, on events that were read from a store: the start of a process is measured elsewhere. A store
has an index and more beside its events; `triage verify` looks at that too, which is told apart. The seconds
are those of the processor, so that what else runs on the machine counts for little.
"""

import subprocess
import sys

from installed import environment
from rendering import FILL

MEASURE = """
import sys, time
from triage import check, config, integrity
from triage.integrity import Checkpoint
from triage.redact import Redactor
from triage.report import Report
from triage.store import open_store
from triage.usecases import verifying
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy)
row = store.journal(sys.argv[2])
def took(what):
    start = time.process_time()
    result = what()
    return time.process_time() - start, result
best = {}
for _ in range(3):
    read, events = took(lambda: list(store.events(row.id, output=True)))
    fold, report = took(lambda: Report.from_events(events))
    look, found = took(lambda: check.check(report, events, Redactor(b"k" * 32)))
    held = Checkpoint(row.id, row.events, row.heads)
    prove, verdict = took(lambda: integrity.verify(store.copies(row.id), row.id, declared=held))
    assert not verdict.faults
    whole, verified = took(lambda: verifying.journal(store, row))
    assert verified.good
    for name, seconds in (("fold", fold), ("check", look), ("verify", prove), ("whole", whole)):
        best[name] = min(best.get(name, seconds), seconds)
print(best["fold"], best["check"], best["verify"], best["whole"], len(found))
"""


def main() -> None:
    """Measure, and print a line for each size."""
    with environment() as (commands, variables):
        python = str(commands / "python")
        for size in (10_000, 100_000):
            slug = f"events-{size}"
            fill = [python, "-c", FILL, variables["TRIAGE_STORE"], str(size), slug]
            subprocess.run(fill, env=variables, check=True)
            measure = [python, "-c", MEASURE, variables["TRIAGE_STORE"], slug]
            done = subprocess.run(measure, env=variables, check=True, capture_output=True, text=True)
            fold, check, verify, whole, found = done.stdout.split()
            print(
                f"{size:>7,} events: fold {float(fold):.2f} s, check {float(check):.2f} s beyond it"
                f" ({found} findings), verify {float(verify):.2f} s,"
                f" with what the store keeps beside {float(whole):.2f} s",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
