"""What is to be said of an output besides its title: what made it, how that ended, how much of it is here."""

from collections.abc import Iterator

from triage import times
from triage.report import Evidence
from triage.report.lines import lines, ranges

MOST_RANGES = 6
"""Ranges of lines of standard error that are named."""

ENDS = {
    "running": "no end was recorded",
    "timeout": "its time was up",
    "interrupted": "interrupted",
}


def facts(item: Evidence) -> Iterator[str]:
    """The facts that a caption tells after the command, in order."""
    if item.origin == "captured":
        yield "captured" + (f" on {item.environment}" if item.environment else "")
    elif item.environment:
        yield f"on {item.environment}"
    yield from _end(item)
    if item.started_at and item.ended_at:
        yield times.duration(max(times.to_us(item.ended_at) - times.to_us(item.started_at), 0))
    yield from _amount(item)


def _end(item: Evidence) -> Iterator[str]:
    if item.state in ENDS:
        yield ENDS[item.state]
    if item.signal:
        yield f"{'killed by ' if item.state != 'interrupted' else 'by '}{item.signal}"
    elif item.exit_code is not None:
        yield f"exit code {item.exit_code}"


def _amount(item: Evidence) -> Iterator[str]:
    if item.output is None and item.digest:
        yield f"{item.size:,} bytes, not kept; salted SHA-256 {item.digest.rpartition(':')[2][:16]}…"
    if item.redactions:
        yield f"{item.redactions} redacted"
    if item.truncated:
        yield f"{item.truncated:,} bytes left out"
    yield from _errors(item)


def _errors(item: Evidence) -> Iterator[str]:
    """Which lines are of standard error, where both streams are there."""
    found = list(ranges(line.number for line in lines(item) if line.stream == "err"))
    if found:
        more = " and more" if len(found) > MOST_RANGES else ""
        several = "s" if len(found) > 1 or "-" in found[0] else ""
        yield f"standard error: line{several} {', '.join(found[:MOST_RANGES])}{more}"
