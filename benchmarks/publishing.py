"""What publishing costs: after one event in one of 100 or 10,000 journals, and a whole site of 1,000 pages.

Prints wall time and peak memory of whole processes. The bars: one changed journal of 10,000 in at most 0.5 s
and 1.5 times the time at 100; memory of a whole build that does not grow with the number of pages.
``--others`` builds the same Markdown with MkDocs, its Material theme, and with Zensical as well.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

from filling import fill
from installed import environment

RUNS = 5
OTHERS = (
    (
        "mkdocs",
        "mkdocs.yml",
        "site_name: bench\ntheme:\n  name: material\n  font: false\nplugins: [search]\n",
    ),
    ("zensical", "zensical.toml", '[project]\nsite_name = "bench"\n'),
)


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, variables):
        variables["TMPDIR"] = variables["HOME"]
        took = {size: _changed(commands, variables, size) for size in (100, 10_000)}
        print(f"one changed journal of 10,000 against of 100: {took[10_000] / took[100]:.2f} times, bar 1.5")
        for size in (250, 1_000):
            _whole(commands, variables, size)


def _changed(commands: os.PathLike[str], variables: dict[str, str], size: int) -> float:
    """The median of publishing after one more event in one journal."""
    variables = fill(commands, variables, size, 0)
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
    variables = fill(commands, variables, size, 22)
    site = os.path.join(variables["HOME"], f"whole-{size}")
    triage = os.path.join(commands, "triage")
    seconds, kib = _measure([triage, "publish", "--all", "--to", site], variables)
    pages = [f"{site}/journals/{name}/report.md" for name in os.listdir(f"{site}/journals")]
    mean = statistics.mean(os.path.getsize(page) for page in pages) / 1000
    print(f"{size:>5,} pages of {mean:.1f} kB of Markdown: {seconds:.1f} s, {kib / 1024:.0f} MiB a process")
    if "--others" in sys.argv and size == 1_000:
        for name, file, text in OTHERS:
            theirs = _other(name, file, text, pages, variables)
            print(f"{name}, the same Markdown: {theirs:.1f} s, {theirs / seconds:.1f} times")


def _other(name: str, file: str, text: str, pages: list[str], variables: dict[str, str]) -> float:
    """How long another generator takes for the same pages."""
    folder = os.path.join(variables["HOME"], name)
    os.makedirs(f"{folder}/docs")
    for number, page in enumerate(pages):
        shutil.copy(page, f"{folder}/docs/page-{number}.md")
    with open(f"{folder}/{file}", "w", encoding="utf-8") as config:
        config.write(text)
    return _measure([sys.executable, "-m", name, "build", "-f", f"{folder}/{file}"], variables)[0]


def _measure(command: list[str], variables: dict[str, str]) -> tuple[float, int]:
    """Wall seconds and peak memory in KiB of one command."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command[1:]} failed")
    return seconds, usage.ru_maxrss


if __name__ == "__main__":
    main()
