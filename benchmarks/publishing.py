"""What publishing costs: after one event in one of 100 or 10,000 journals, and a whole site of 1,000 pages.

Whole processes, in turn with what they are compared with, so that the machine's load falls on both: wall
time, time of all processors together, and the peak memory of the largest process. ``--others`` builds the
same Markdown with MkDocs, its Material theme, and with Zensical as well.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from filling import fill
from installed import environment
from tables import Table, machine, show
from timing import Cost, measured

PAIRS = 9
BUILDS = 1
SIZES = (100, 10_000)
PAGES = (250, 1_000)
MORE, WORDS = 10, 100
"""Three events each, and the words of the prose among them: a page of some 10 kB of Markdown, with as many
bytes an event as the document that the first sample is made after."""
SMALL = 30, 8
"""The same for a page of as many bytes with three times as many events."""
MKDOCS = "site_name: bench\ntheme:\n  name: material\n  font: false\nplugins: [search]\n"
OTHERS = (
    ("mkdocs", "mkdocs.yml", MKDOCS),
    ("zensical", "zensical.toml", '[project]\nsite_name = "bench"\n'),
)


class Shop(NamedTuple):
    """A store with its journals published to a folder: how to publish there, and what that took."""

    command: Sequence[str]
    variables: Mapping[str, str]
    site: Path
    cost: Cost

    def publish(self) -> Cost:
        """What publishing one journal takes, after one event more in it."""
        slugs = sorted(os.listdir(self.site / "journals"))
        slug, log = slugs[len(slugs) // 2], [self.command[0], "log", "one more", "--journal"]
        subprocess.run([*log, slug], env=self.variables, check=True, stdout=subprocess.DEVNULL)
        return measured([*self.command, slug, "--to", str(self.site)], self.variables)


def main() -> None:
    """Measure, and print the tables."""
    others = _arguments().others
    with environment() as (commands, variables):
        variables["TMPDIR"] = variables["HOME"]
        show(machine())
        show(changed(commands, variables))
        show(whole(commands, variables, OTHERS if others else ()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", action="store_true", help="also build with MkDocs and Zensical")
    return parser.parse_args()


def changed(commands: Path, variables: Mapping[str, str]) -> Table:
    """One changed journal of few and of many."""
    shops = [_shop(commands, variables, size, 0) for size in SIZES]
    pairs = [[shop.publish() for shop in shops] for _ in range(PAIRS)]
    rows = [
        _row(f"one of {size:,}", costs) for size, costs in zip(SIZES, zip(*pairs, strict=True), strict=True)
    ]
    ratios = [
        f"{statistics.median(getattr(many, what) / getattr(few, what) for few, many in pairs):.2f} ×"
        for what in Cost._fields
    ]
    rows.append(["the median of the pairs", *ratios])
    text = f"Medians of {PAIRS} runs of each, in turn. The bars: 0.5 s, and 1.5 × in between."
    return Table("One changed journal", text, ("published", *COLUMNS), rows)


def whole(commands: Path, variables: Mapping[str, str], others: Sequence[tuple[str, str, str]]) -> Table:
    """A whole build of pages, beside other generators."""
    shops = [_shop(commands, variables, size, MORE, WORDS) for size in PAGES]
    small = _shop(commands, variables, PAGES[-1], *SMALL)
    pages = sorted(shops[-1].site.glob("journals/*/report.md"))
    theirs = [_other(Path(variables["HOME"]), pages, *other) for other in others]
    ours = [shops[-1].cost]
    costs: list[list[Cost]] = [[] for _ in theirs]
    for number in range(BUILDS if others else 0):
        for command, found in zip(theirs, costs, strict=True):
            found.append(measured(command, variables))
        ours.append(_again(shops[-1], number))
    rows = [_row(f"triage, {PAGES[0]:,} pages", [shops[0].cost]), _row(f"triage, {PAGES[-1]:,} pages", ours)]
    for (name, *_), found in zip(others, costs, strict=True):
        rows += [
            _row(f"{name}, {PAGES[-1]:,} pages", found),
            [f"{name} against triage", *_times(found, ours)],
        ]
    rows.insert(2, _row(f"triage, {PAGES[-1]:,} pages of {3 + 3 * SMALL[0]} events", [small.cost]))
    mean = statistics.mean(page.stat().st_size for page in pages) / 1000
    text = (
        f"Pages of {mean:.1f} kB of Markdown and {3 + 3 * MORE} events each, to an empty folder."
        " The bar: 10 × on two processors."
    )
    return Table("A whole site", text, ("built", *COLUMNS), rows)


COLUMNS = ("wall", "processors", "memory")


def _row(name: str, costs: Sequence[Cost]) -> list[str]:
    """The medians of some runs."""
    wall, processor, memory = (statistics.median(found) for found in zip(*costs, strict=True))
    return [name, f"{wall:.3f} s", f"{processor:.3f} s", f"{memory:.0f} MiB"]


def _times(theirs: Sequence[Cost], ours: Sequence[Cost]) -> list[str]:
    """How many times as much they take; each of their runs stands between two of ours."""
    between = [[statistics.mean(pair) for pair in zip(*two, strict=True)] for two in pairwise(ours)]
    each = [
        [a / b for a, b in zip(cost, near, strict=True)] for cost, near in zip(theirs, between, strict=True)
    ]
    return [f"{statistics.median(found):.1f} ×" for found in zip(*each, strict=True)]


def _shop(commands: Path, variables: Mapping[str, str], size: int, more: int, words: int = 30) -> Shop:
    own = fill(commands, dict(variables), size, more, words)
    site = Path(variables["HOME"]) / f"site-{size}-{more}"
    command = [str(commands / "triage"), "publish"]
    return Shop(command, own, site, measured([*command, "--all", "--to", str(site)], own))


def _again(shop: Shop, number: int) -> Cost:
    """What the whole build takes, to another folder."""
    site = f"{shop.site}-{number}"
    cost = measured([*shop.command, "--all", "--to", site], shop.variables)
    shutil.rmtree(site)
    return cost


def _other(home: Path, pages: Sequence[Path], name: str, file: str, text: str) -> list[str]:
    """What builds the same pages with another generator."""
    folder = home / name
    (folder / "docs").mkdir(parents=True)
    for number, page in enumerate(pages):
        shutil.copy(page, folder / "docs" / f"page-{number}.md")
    (folder / file).write_text(text, encoding="utf-8")
    return [sys.executable, "-m", name, "build", "-f", str(folder / file)]


if __name__ == "__main__":
    main()
