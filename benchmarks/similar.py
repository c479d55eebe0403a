"""How often `triage similar` finds the right family of an error first among 10,000 blockers, and how quickly.

The bar: first in 95 of 100, and at most 100 ms beyond the start of the program. The families, made with a
fixed seed, are those of the tests: the same errors with other paths, ids, versions, line numbers and in
other languages; 1,000 blockers belong to the families that are asked for, the others to families that differ
from them in one word, or in more. ``python benchmarks/similar.py 2000`` is quicker, and harder.
"""

import argparse
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from installed import ROOT, environment
from tables import Table, show
from timing import measured

sys.path.append(str(ROOT / "tests"))
from error_families import Variant, families, variants
from postgres_server import server
from tests_support import new_recorder, new_store

from triage import redact
from triage.store import Store
from triage.usecases import journals, recalling
from triage.usecases.recorder import Said
from triage.usecases.searching import Scope

BLOCKERS = 10_000
KNOWN = 100
"""Families that are asked for: together they have a tenth of the blockers."""
ASKED = 5
"""Fresh variants of each that are asked for."""
TO_A_JOURNAL = 100
STARTS = 21


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("blockers", type=int, nargs="?", default=BLOCKERS, help=f"{BLOCKERS:,} unless told")
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    with environment() as (commands, variables), server() as running:
        home = Path(variables["HOME"])
        places = [str(home / "similar.db"), running.address]
        rows = [_row(commands, variables, place, given.blockers, given.seed) for place in places]
    show(
        Table(
            "Blockers that were seen before",
            "Fresh variants of known families, which a tenth of the blockers belongs to. The time is that of"
            f" the whole command less that of triage --version, the median of {STARTS} pairs; on a server"
            " it holds psycopg and the connection, so it is told beyond triage use as well, which only opens"
            " the store. Busy is the time of a processor: it tells what is taken on a machine that does other"
            " things; that of a server is not in it.",
            (
                "store",
                "blockers",
                "right one first",
                "among three",
                "bar",
                "beyond --version",
                "busy",
                "beyond use",
                "bar",
            ),
            rows,
        )
    )


def _row(commands: Path, variables: dict[str, str], place: str, count: int, seed: int) -> Sequence[object]:
    rng = random.Random(seed)  # noqa: S311  to be the same at every run
    known, stored = _drawn(rng, count)
    with _opened(place) as store:
        family = _filled(store, stored)
        asked = [each for number in known for each in variants(rng, number, ASKED, families())]
        found = [_found(store, each, family) for each in asked]
    own = {**variables, "TRIAGE_STORE": place}
    errors = [each.error for each in asked[:: len(asked) // STARTS]]
    clock, busy = _beyond(commands, own, errors, ["--version"])
    opened, _ = _beyond(commands, own, errors, ["use", "--journal", "journal-0"])
    first = sum(each[:1] == [True] for each in found) / len(found)
    among = sum(any(each) for each in found) / len(found)
    kind = "PostgreSQL" if "://" in place else "SQLite"
    return (
        kind,
        f"{count:,}",
        f"{first:.1%}",
        f"{among:.1%}",
        "95 %",
        f"{clock * 1000:.0f} ms",
        f"{busy * 1000:.0f} ms",
        f"{opened * 1000:.0f} ms",
        "100 ms",
    )


def _drawn(rng: random.Random, count: int) -> tuple[list[int], list[Variant]]:
    """The families that are asked for, and all blockers in an order of chance."""
    places = families()
    numbers = rng.sample(range(len(places)), len(places))
    known, others = numbers[:KNOWN], numbers[KNOWN:]
    each = count // 10 // KNOWN
    stored = [one for number in known for one in variants(rng, number, each, places)]
    while len(stored) < count:
        stored += variants(rng, rng.choice(others), 1, places)
    rng.shuffle(stored)
    return known, stored


@contextmanager
def _opened(place: str) -> Iterator[Store]:
    """A new store, closed afterwards."""
    store = new_store(place)
    yield store
    store.close()


def _filled(store: Store, stored: Sequence[Variant]) -> dict[str, int]:
    """The families of blockers by their ids, once they are in the store."""
    family: dict[str, int] = {}
    for start in range(0, len(stored), TO_A_JOURNAL):
        some = stored[start : start + TO_A_JOURNAL]
        here = new_recorder(store, seed=start)
        here = here.moved(journals.open_journal(here, f"journal {start}", {}).place)
        said = [Said("blocker", {"title": "It does not go on", "error": each.error}) for each in some]
        clean = [redact.CleanEvent(here.draft(each), seal=redact._SEAL) for each in said]  # noqa: SLF001  they are
        family |= {event.id: each.family for event, each in zip(store.append(clean), some, strict=True)}
    return family


def _found(store: Store, asked: Variant, family: dict[str, int]) -> list[bool]:
    """Whether each of the best three is of the family that is asked for."""
    found = recalling.recall(store, asked.error, Scope(), limit=3)
    return [family[seen.event.id] == asked.family for seen in found]


def _beyond(
    commands: Path, variables: dict[str, str], errors: Sequence[str], start: list[str]
) -> tuple[float, float]:
    """Seconds of the command beyond those of another, pair by pair: by the clock, and busy."""
    triage = str(commands / "triage")
    measured([triage, *start], variables)
    pairs = [
        (measured([triage, "similar", each], variables), measured([triage, *start], variables))
        for each in errors
    ]
    clock = statistics.median(one.seconds - other.seconds for one, other in pairs)
    return clock, statistics.median(one.processor - other.processor for one, other in pairs)


if __name__ == "__main__":
    main()
