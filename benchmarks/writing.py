"""How long `triage write` takes for notes of 125 kB to 1 MB, first and again, as whole processes.

Prints wall and processor seconds, and processor seconds a megabyte: where those stay the same, the time is
linear in the text. The notes are of parts with prose, entries, boxes, tables and output; or of one list.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from installed import environment
from tables import Table, show
from timing import measured

SIZES = (125_000, 250_000, 500_000, 1_000_000)
PART = """\
## Part {n}

Some prose of part {n} about the relay and its queue, in a line that is long enough to be one.

- 04:10 Step {n} → ok
- [ ] Do thing {n} @ana
- plain item {n}

| Host | Expected | Actual |
|-|-|-|
| h{n} | 1 | 1 |

```console
$ command {n}
output {n}
```

"""
ITEM = "- item {n} of some words in a list\n"


def main() -> None:
    """Measure, and print the table."""
    with environment() as (commands, variables):
        show(measure(commands, variables))


def measure(commands: Path, variables: Mapping[str, str]) -> Table:
    """What writing takes, by the kind of note, its size, and whether it was written before."""
    rows = [
        row for block in (PART, ITEM) for size in SIZES for row in _written(commands, variables, block, size)
    ]
    return Table(
        "Write a note",
        "The whole process, once for each figure.",
        ("of", "characters", "time", "seconds", "processor", "a megabyte"),
        rows,
    )


def _written(
    commands: Path, variables: Mapping[str, str], block: str, size: int
) -> Iterator[tuple[str, ...]]:
    """The rows of one note in a store of its own: written, and written again."""
    kind = "parts" if block is PART else "one list"
    own = {**variables, "TRIAGE_STORE": f"{variables['HOME']}/{kind[:3]}{size}.db"}
    text = _note(block, size)
    path = Path(variables["HOME"], "note.md")
    path.write_text(text, encoding="utf-8")
    triage = str(commands / "triage")
    measured([triage, "open", "Notes"], own)
    for time in ("first", "again"):
        cost = measured([triage, "write", str(path)], own)
        each = f"{cost.processor / len(text) * 1e6:.1f} s"
        yield kind, f"{len(text):,}", time, f"{cost.seconds:.2f} s", f"{cost.processor:.2f} s", each


def _note(block: str, size: int) -> str:
    """As many blocks as it takes for so many characters."""
    whole: list[str] = []
    length, number = 0, 0
    while length < size:
        number += 1
        whole.append(block.format(n=number))
        length += len(whole[-1])
    return "".join(whole)


if __name__ == "__main__":
    main()
