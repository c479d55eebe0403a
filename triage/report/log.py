"""The sequence log of a part: which events make a row (rule 5), and the spans between its moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from triage import times
from triage.report.entities import CLOSED_STATUSES, settlements, transitions
from triage.report.history import History, Patch
from triage.report.shapes import Row, WallClock, named

OPENED = "opened"


def of_entry(patch: Patch) -> Row:
    """An entry is its own row."""
    said = patch.body.get
    return _row(patch, said("text") or "", said("outcome") or "", said("type") or "", patch.id)


def of_action(history: History, blockers: list[History]) -> Iterator[Row]:
    """Going to blocked, done, failed or skipped is a row; so is any patch that words one."""
    title = named(history.value("title"), history.value("environment"))
    before, told = "", set()
    for status, patch in transitions(history, blockers):
        if patch.kind == "blocker":
            yield _row(
                patch,
                title,
                patch.body.get("error") or patch.body.get("title") or "",
                status,
                history.id,
            )
        elif status != before and status in (*CLOSED_STATUSES, "blocked"):
            yield _row(patch, title, _left(patch), status, history.id)
            told.add(patch.id)
        before = status
    for patch in history.all():
        if patch.body.get("log") and patch.id not in told:
            yield _row(patch, title, _left(patch), "", history.id)


def _left(patch: Patch) -> str:
    values = ", ".join(f"{label} {value}" for label, value in patch.body.get("cells") or ())
    return ", ".join(part for part in (patch.body.get("outcome") or "", values) if part)


def of_blocker(history: History, number: int) -> Iterator[Row]:
    """Opening is a row unless the action that it blocks has it; fixing, accepting and reopening are rows."""
    title = history.value("title") or history.value("error")
    creation, settled = history.creation, {patch.id for patch in settlements(history)}
    if not history.value("action"):
        error = creation.body.get("error") or ""
        yield _row(
            creation,
            f"Blocker {number}: {title}",
            "" if error == title else error,
            "blocked",
            history.id,
        )
    for patch in history.patches:
        if patch.id in settled:
            word, mark = _SETTLED[patch.body["status"]]
            yield _row(patch, f"Blocker {number} {word}: {title}", _fixed_by(patch), mark, history.id)
        elif patch.body.get("log"):
            yield _row(patch, title, "", "", history.id)


_SETTLED = {
    "fixed": ("fixed", "fixed"),
    "accepted": ("accepted", "accepted"),
    "open": ("reopened", "blocked"),
}
"""What the row of a blocker that came to a status says, and its mark."""


def _fixed_by(patch: Patch) -> str:
    """The PR that fixed it, else the first line of the fix."""
    if patch.body.get("pr"):
        return f"PR {patch.body['pr']}"
    lines = (patch.body.get("fix") or "").strip().splitlines()
    return lines[0] if lines else ""


def of_issue(history: History, kind: str) -> Iterator[Row]:
    """Closing and merging are rows."""
    before = "open"
    title, name = history.value("title"), "PR" if kind == "pr" else "Issue"
    for patch in history.all():
        state = patch.body.get("state") or before
        moved = state != before and state in ("closed", "merged")
        if moved or patch.body.get("log"):
            told = f"{name} {history.value('ref')} {state}"
            wording = f"{told} — {title}" if title else told
            yield _row(patch, wording, patch.body.get("note") or "", state if moved else "", history.id)
        before = state


def of_header(history: History) -> Iterator[Row]:
    """Every change of the status is a row; opening is not, unless it is worded."""
    before = history.creation.body.get("status") or "open"
    for patch in history.all():
        status = patch.body.get("status") or before
        if status != before or patch.body.get("log"):
            note = patch.body.get("status_note") or ""
            mark = status if status != before else ""
            yield _row(patch, f"Status: {status}", note, mark, history.id)
        before = status


def of_addendum(history: History) -> Row:
    """Opening an addendum is a row of the main report."""
    return _row(
        history.creation,
        f"Addendum opened: {history.value('title')}",
        "",
        OPENED,
        history.id,
        log=False,
    )


def of_other(patch: Patch, about: str) -> Row | None:
    """What is no row by itself becomes one where it was worded with --log."""
    if not patch.body.get("log"):
        return None
    return _row(patch, patch.body["log"], _values(patch), "", about)


def _values(patch: Patch) -> str:
    cells = patch.body.get("cells") or ()
    if patch.kind == "observation":
        return ", ".join(f"{label} {value}".strip() for label, value in cells[1:])
    if patch.body.get("exit_code") is not None:
        return f"exit {patch.body['exit_code']}"
    return ""


def _row(patch: Patch, text: str, outcome: str, mark: str, about: str, *, log: bool = True) -> Row:
    said = (patch.body.get("log") if log else "") or text
    name = patch.body.get("mark") or ""
    return Row(
        patch.id, patch.kind, patch.at, patch.precision, said, outcome, mark, name, patch.actor.name, about
    )


def marks(patches: Iterable[Patch]) -> dict[str, Patch]:
    """The moments that were named with --mark; the last of a name holds."""
    named = [patch for patch in patches if patch.body.get("mark")]
    return {patch.body["mark"]: patch for patch in sorted(named, key=lambda patch: patch.order)}


def wall_clock(opening: History | None, rows: tuple[Row, ...], named: dict[str, Patch]) -> WallClock | None:
    """The span of the work (rule 6), with the names of both its ends; None where it has none."""
    start = _named(named, "start", rows) or _first(opening, rows)
    end = _named(named, "end", rows) or ending(opening, rows)
    if start is None or end is None or end[0] <= start[0]:
        return None
    impact = _named(named, "impact", rows) or start
    return WallClock(
        *start,
        *end,
        us=times.to_us(end[0]) - times.to_us(start[0]),
        so_far=resolve_patch(opening) is None and "end" not in named,
        detect_us=_until(impact[0], _named(named, "detected", rows)),
        mitigate_us=_until(impact[0], _named(named, "mitigated", rows)),
    )


Moment = tuple[str, str]
"""A time and its name."""


def ending(opening: History | None, rows: tuple[Row, ...]) -> Moment | None:
    """When the work of a part ended: when it was resolved, else its last row (rule 6)."""
    closing = resolve_patch(opening)
    return (closing.at, "resolved") if closing and closing.at else _last(rows)


def _named(named: dict[str, Patch], name: str, rows: tuple[Row, ...]) -> Moment | None:
    patch = named.get(name)
    if patch is None or patch.at is None:
        return None
    texts = {row.event: row.text for row in rows}
    return patch.at, texts.get(patch.id, name)


def _first(opening: History | None, rows: tuple[Row, ...]) -> Moment | None:
    first = next(((row.at, row.text) for row in rows if row.at), None)
    opened = opening.creation.at if opening else None
    if opened is not None and (first is None or opened < first[0]):
        return opened, OPENED
    return first


def _last(rows: tuple[Row, ...]) -> Moment | None:
    """The latest time of any row, and the first row that has it; the rows come in order of time."""
    last: Moment | None = None
    for row in reversed(rows):
        if row.at and last and row.at < last[0]:
            break
        last = (row.at, row.text) if row.at else last
    return last


def resolve_patch(opening: History | None) -> Patch | None:
    """The patch that closed the part, if it is closed now."""
    if opening is None or opening.value("status") not in ("resolved", "abandoned"):
        return None
    return [patch for patch in opening.all() if patch.body.get("status")][-1]


def _until(start: str, end: Moment | None) -> int | None:
    return None if end is None else times.to_us(end[0]) - times.to_us(start)
