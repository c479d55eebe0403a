"""What is to be said of an output besides its title: what made it, how that ended, how much of it is here."""

from collections.abc import Iterator

from triage import times
from triage.report import Evidence
from triage.report.lines import lines, ranges

MOST_RANGES = 6
"""Ranges of lines of standard error that are named."""

ENDS = {
    "running": "no end was recorded",
    "timeout": "timed out",
    "interrupted": "interrupted",
}


def facts(item: Evidence) -> Iterator[str]:
    """The facts that a caption tells after the command, in order."""
    where = f" on {item.environment}" if item.environment else ""
    by = f" by {item.hook}" if item.hook else ""
    yield f"{item.origin}{by}{where}"
    yield from _end(item)
    if item.started_at and item.ended_at:
        yield times.duration(max(times.to_us(item.ended_at) - times.to_us(item.started_at), 0))
    yield from _amount(item)


def _end(item: Evidence) -> Iterator[str]:
    """How the command ended, in one go: ``timed out, killed by SIGTERM``."""
    said = [ENDS[item.state]] if item.state in ENDS else []
    if item.signal and item.state == "interrupted":
        said = [f"interrupted by {item.signal}"]
    elif item.signal:
        said.append(f"killed by {item.signal}")
    elif item.exit_code is not None:
        said.append(f"exit code {item.exit_code}")
    if said:
        yield ", ".join(said)


def _amount(item: Evidence) -> Iterator[str]:
    if item.output is None and item.digest:
        yield f"{size(item.size)}, output not kept; salted SHA-256 {item.digest.rpartition(':')[2][:16]}…"
    if item.output:
        found = lines(item)
        count = f"{len(found):,} line{'s'[: len(found) != 1]}, " if not item.truncated else ""
        yield f"{count}{size(item.size)}"
    if item.redactions:
        yield f"{item.redactions} redacted"
    for label, value in item.values:
        yield f"{label} {value}"
    if item.truncated:
        yield f"{size(item.truncated)} left out"
    if item.output:
        yield from _errors(item, [line.number for line in found if line.stream == "err"])


def size(count: int) -> str:
    """``292 bytes``, ``1.2 kB``, ``88 kB``, ``104 MB``."""
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if count >= unit:
            return f"{count / unit:,.{0 if count >= 10 * unit else 1}f} {name}"
    return f"{count} byte{'s'[: count != 1]}"


def _errors(item: Evidence, numbers: list[int]) -> Iterator[str]:
    """Which lines are of standard error; all of them where the command printed nothing else."""
    found = list(ranges(numbers))
    if {stream for stream, _ in item.streams} == {"err"}:
        yield "all of it standard error"
    elif found:
        more = " and more" if len(found) > MOST_RANGES else ""
        several = "s" if len(numbers) > 1 else ""
        yield f"standard error: line{several} {', '.join(found[:MOST_RANGES])}{more}"
