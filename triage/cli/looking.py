"""What the commands share that look through all journals."""

import sys

from triage.console.call import Call


def place_of(call: Call) -> tuple[str, str]:
    """The journal and the part to search, or '' for all."""
    if not call.named:
        return "", ""
    place = call.place()
    return place.journal, place.part if place.addendum else ""


def counted(done: int, total: int) -> None:
    """Say how far the index is where that takes a while and somebody looks on."""
    if total > MANY and sys.stderr is not None and sys.stderr.isatty():
        line = f"indexing: {done:,} of {total:,} events"
        sys.stderr.write(f"{line}\r" if done < total else f"{' ' * len(line)}\r")
        sys.stderr.flush()


MANY = 10_000
"""Events that take about a second to be indexed."""
