"""Stores with many journals for the other benchmarks: always the same ones."""

import os
import subprocess

FILL = """
import random, sys
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy, create=True)
store._link.db.execute("PRAGMA synchronous = OFF")  # filling only
rng = random.Random(7)
words = "deploy staging prod `heroku run` healthz 200 slug 2ef77cf3 #1140 rollback_plan queue latency".split()
def text(n): return " ".join(rng.choice(words) for _ in range(n))
for n in range(int(sys.argv[2])):
    at = f"20{20 + n % 6}-{1 + n % 12:02}-{1 + n % 28:02}T04:10:00Z"
    here = Recorder(store, Place("", "", ""), Circumstances(Actor("bench"), at=at),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
    header = {"service": rng.choice(["checkout", "search", "mail"]), "severity": rng.choice(["sev1", "sev2"])}
    here = here.moved(open_journal(here, f"journal {n} {text(3)}", header).place)
    said = [Said("action", {"title": text(5), "status": "done"}), Said("entry", {"text": text(8)})]
    for _ in range(int(sys.argv[3])):
        said.append(Said("entry", {"text": text(9), "outcome": text(6)}))
        said.append(Said("action", {"title": text(6), "environment": "staging", "status": "done"}))
        prose = {"heading": ["Operational notes"], "body": text(int(sys.argv[4])), "append": True}
        said.append(Said("section", prose))
    here.record_all(said)
"""


def fill(
    commands: os.PathLike[str], variables: dict[str, str], size: int, more: int, words: int = 30
) -> dict[str, str]:
    """The variables with the address of a new store of ``size`` journals, each of 3 + 3 × ``more`` events.

    A third of these is prose, each of so many words.
    """
    store = os.path.join(variables["HOME"], f"store-{size}-{more}.db")
    python = os.path.join(commands, "python")
    subprocess.run([python, "-c", FILL, store, str(size), str(more), str(words)], env=variables, check=True)
    return variables | {"TRIAGE_STORE": store}


MANY = """
import gc, random, sys
from itertools import accumulate
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
gc.disable()  # as the command line does
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy, create=True)
store._link.db.execute("PRAGMA synchronous = OFF")  # filling only
rng = random.Random(7)
common = "deploy staging prod release healthz failed queue latency rollback started".split()
words = common + [f"w{rng.randrange(16**5):05x}" for _ in range(50_000)]
weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))  # as in prose: Zipf
def text(n): return " ".join(rng.choices(words, cum_weights=weights, k=n))
count, journals = int(sys.argv[2]), int(sys.argv[3])
for n in range(journals):
    here = Recorder(store, Place("", "", ""), Circumstances(Actor("bench")),
                    redactor=redact.Redactor(b"k" * 32), clock=config.clock, entropy=config.entropy)
    here = here.moved(open_journal(here, f"journal {n}", {}).place)
    for start in range(1, count // journals, 10_000):
        said = []
        for m in range(start, min(start + 10_000, count // journals)):
            second = (n * (count // journals) + m) * 20
            day = f"{1 + second // 2_592_000 % 12:02}-{1 + second // 86_400 % 28:02}"
            clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
            at = f"20{20 + second // 31_104_000 % 6}-{day}T{clock}Z"
            kind = ("entry", "text") if m % 3 else ("action", "title")
            said.append(Said(kind[0], {kind[1]: text(8), "outcome": text(4)}, at=at))
        seal = redact._SEAL  # these texts are known to be clean
        store.append([redact.CleanEvent(here.draft(each), seal=seal) for each in said])
"""


def many(
    commands: os.PathLike[str], variables: dict[str, str], count: int, journals: int = 1
) -> dict[str, str]:
    """The variables with the address of a new store of ``count`` events of 12 words each."""
    store = os.path.join(variables["HOME"], f"many-{count}-{journals}.db")
    python = os.path.join(commands, "python")
    subprocess.run([python, "-c", MANY, store, str(count), str(journals)], env=variables, check=True)
    return variables | {"TRIAGE_STORE": store}
