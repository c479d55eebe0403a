"""What publishing costs: after one event in one of 100 or 10,000 journals, and a whole site of 1,000 pages.

Prints wall time and peak memory of whole processes. The bars: one changed journal of 10,000 in at most 0.5 s
and 1.5 times the time at 100; memory of a whole build that does not grow with the number of pages.
``--mkdocs`` builds the same Markdown with MkDocs and its Material theme as well (both must be installed).
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

from installed import environment

RUNS = 5
FILL = """
import random, sys
from triage import config, redact
from triage.events import Actor
from triage.store import open_store
from triage.usecases.journals import open_journal
from triage.usecases.recorder import Circumstances, Place, Recorder, Said
store = open_store(sys.argv[1], clock=config.clock, entropy=config.entropy, create=True)
store._db.execute("PRAGMA synchronous = OFF")  # filling only
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
        said.append(Said("section", {"heading": ["Operational notes"], "body": text(30)}))
    here.record_all(said)
"""


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, variables):
        variables["TMPDIR"] = variables["HOME"]
        took = {size: _changed(commands, variables, size) for size in (100, 10_000)}
        print(f"one changed journal of 10,000 against of 100: {took[10_000] / took[100]:.2f} times, bar 1.5")
        for size in (250, 1_000):
            _whole(commands, variables, size)


def _fill(commands: os.PathLike[str], variables: dict[str, str], size: int, more: int) -> dict[str, str]:
    store = os.path.join(variables["HOME"], f"store-{size}-{more}.db")
    fill = [os.path.join(commands, "python"), "-c", FILL, store, str(size), str(more)]
    subprocess.run(fill, env=variables, check=True)
    return variables | {"TRIAGE_STORE": store}


def _changed(commands: os.PathLike[str], variables: dict[str, str], size: int) -> float:
    """The median of publishing after one more event in one journal."""
    variables = _fill(commands, variables, size, 0)
    triage = os.path.join(commands, "triage")
    site = os.path.join(variables["HOME"], f"site-{size}")
    whole, _ = _measure([triage, "publish", "--all", "--to", site], variables)
    slug = sorted(os.listdir(f"{site}/journals"))[size // 2]
    runs = []
    for number in range(RUNS):
        subprocess.run(
            [triage, "log", f"one more {number}", "--journal", slug], env=variables, check=True, stdout=-3
        )
        runs.append(_measure([triage, "publish", slug, "--to", site], variables))
    seconds = statistics.median(each for each, _ in runs)
    memory = max(kib for _, kib in runs) / 1024
    print(f"one changed of {size:>6,}: {seconds:.3f} s, {memory:.0f} MiB (bar 0.5 s); whole: {whole:.1f} s")
    return seconds


def _whole(commands: os.PathLike[str], variables: dict[str, str], size: int) -> None:
    """A whole build of pages of some 10 KB of Markdown."""
    variables = _fill(commands, variables, size, 22)
    site = os.path.join(variables["HOME"], f"whole-{size}")
    triage = os.path.join(commands, "triage")
    seconds, kib = _measure([triage, "publish", "--all", "--to", site], variables)
    pages = [f"{site}/journals/{name}/report.md" for name in os.listdir(f"{site}/journals")]
    mean = statistics.mean(os.path.getsize(page) for page in pages) / 1000
    print(f"{size:>5,} pages of {mean:.1f} kB of Markdown: {seconds:.1f} s, {kib / 1024:.0f} MiB a process")
    if "--mkdocs" in sys.argv and size == 1_000:
        theirs = _mkdocs(pages, variables)
        print(
            f"MkDocs with Material, the same Markdown: {theirs:.1f} s, {theirs / seconds:.1f} times, bar 10"
        )


def _mkdocs(pages: list[str], variables: dict[str, str]) -> float:
    folder = os.path.join(variables["HOME"], "mkdocs")
    os.makedirs(f"{folder}/docs")
    for number, page in enumerate(pages):
        shutil.copy(page, f"{folder}/docs/page-{number}.md")
    with open(f"{folder}/mkdocs.yml", "w", encoding="utf-8") as file:
        file.write("site_name: bench\ntheme:\n  name: material\n  font: false\nplugins: [search]\n")
    return _measure(
        [shutil.which("mkdocs") or "mkdocs", "build", "-q", "-f", f"{folder}/mkdocs.yml"], variables
    )[0]


def _measure(command: list[str], variables: dict[str, str]) -> tuple[float, int]:
    """Wall seconds and peak memory in KiB of one command."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command[1:]} failed")
    return seconds, usage.ru_maxrss


if __name__ == "__main__":
    main()
