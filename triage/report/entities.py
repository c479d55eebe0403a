"""From histories to what stands in a report: headers, actions, blockers, issues, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from triage import times
from triage.report.history import History, Patch
from triage.report.shapes import Action, Backing, Blocker, Evidence, Header, Issue

CLOSED_STATUSES = ("done", "failed", "skipped")


def header(history: History | None) -> Header:
    """The header of a part; an empty one where its opening is not here."""
    if history is None:
        return Header()
    names = [name for name in Header.__dataclass_fields__ if name not in ("labels", "status")]
    fields = {name: history.value(name) for name in names}
    return Header(**fields, status=history.value("status", "open"), labels=history.cells("labels"))


def evidence(history: History) -> Evidence:
    """Verbatim output; what several patches captured is joined in order of time."""
    value = history.value
    kept = sum(size for patch in history.all() for size, _ in patch.body.get("output") or ())
    outputs = [patch.output for patch in history.all() if patch.output is not None]
    return Evidence(
        event=history.id,
        at=history.creation.at,
        precision=history.creation.precision,
        title=value("title"),
        command=value("command"),
        cwd=value("cwd"),
        host=value("host"),
        environment=value("environment"),
        state=value("state"),
        exit_code=value("exit_code", None),
        signal=value("signal"),
        started_at=value("started_at", None),
        ended_at=value("ended_at", None),
        output=b"".join(outputs) if outputs else None,
        streams=_streams(history, kept),
        size=value("size", kept),
        kept=kept,
        digest=value("digest"),
        language=value("language"),
        truncated=value("truncated", 0),
        redactions=value("redactions", 0),
        values=history.cells("values"),
        sha256=value("sha256"),
        origin=value("origin", "supplied"),
        hook=value("hook"),
        actor=history.creation.actor.name,
        section=tuple(value("section", ())),
        action=value("action"),
        blocker=value("blocker"),
    )


def _streams(history: History, kept: int) -> tuple[tuple[str, int], ...]:
    """The runs of each stream; empty where they do not come to what was kept."""
    runs = [(run[0], run[1]) for patch in history.all() for run in patch.body.get("streams") or ()]
    return tuple(runs) if sum(size for _, size in runs) == kept else ()


class Support(NamedTuple):
    """How a claim is backed (rule 7): the word, and the ids of the evidence that bears it out."""

    backing: str
    proof: tuple[str, ...] = ()


def support(evidence: Iterable[Evidence], *, observed: bool = False, failed: bool = False) -> Support:
    """How a claim is backed by its evidence; ``observed`` where it left a recorded value.

    A captured command that failed bears out nothing, but that something ``failed``.
    """
    found = list(evidence)
    proving = tuple(item.event for item in found if _succeeded(item))
    if proving:
        return Support("proved", proving)
    telling = tuple(item.event for item in found if failed or not item.failed)
    return Support("observed" if telling or observed else "asserted", telling)


def _succeeded(evidence: Evidence) -> bool:
    return evidence.origin == "captured" and evidence.exit_code == 0


def fix_support(history: History, own: Iterable[Evidence], of_action: Iterable[Evidence]) -> Support:
    """How a blocker's fix is backed: by evidence of its own, or by the blocked action going through since."""
    opened = history.creation.at or history.creation.recorded_at
    since = [item for item in of_action if _succeeded(item) and (item.started_at or item.at or "") > opened]
    return support([*own, *since])


def tally(backings: Iterable[str]) -> Backing:
    """How many claims are backed in which way."""
    found = list(backings)
    return Backing(found.count("proved"), found.count("observed"), found.count("asserted"))


def blocker(
    history: History,
    number: int,
    numbers: Mapping[str, int],
    *,
    evidence: list[Evidence],
    of_action: list[Evidence],
) -> Blocker:
    """One blocker, with how long it stood; ``of_action`` is the evidence of the action that it blocks."""
    value, creation = history.value, history.creation
    action = value("action")
    fixed = _fixing(history)
    fixed_at = fixed.at if fixed else None
    backed = fix_support(history, evidence, of_action)
    return Blocker(
        event=history.id,
        number=number,
        at=creation.at,
        precision=creation.precision,
        title=value("title") or value("error"),
        error=value("error"),
        effect=value("effect"),
        cause=value("cause"),
        fix=_fix(history),
        pr=value("pr"),
        issue=value("issue"),
        action=action,
        action_number=numbers.get(action),
        status=value("status", "open"),
        fixed_at=fixed_at,
        blocked_us=_span(creation.at, fixed_at),
        backing=backed.backing,
        evidence=tuple(item.event for item in evidence),
        proof=backed.proof,
    )


def settlements(history: History) -> list[Patch]:
    """The patches by which a blocker came to be fixed, accepted or open again; what repeats one is none."""
    found: list[Patch] = []
    before = "open"
    for patch in history.all():
        status = patch.body.get("status") or before
        if status != before:
            found.append(patch)
        before = status
    return found


def _fixing(history: History) -> Patch | None:
    """The patch by which a blocker came to be fixed or accepted, if it is so now."""
    found = settlements(history)
    return found[-1] if found and found[-1].body["status"] != "open" else None


_OTHER = {"fixed": "accepted", "accepted": "fixed"}
"""Whose text is not the text of a fix, and whose not that of an acceptance."""


def _fix(history: History) -> str:
    """What was said last of the fix, or of the acceptance, whichever holds."""
    other = _OTHER.get(history.value("status"), "")
    said = [patch.body for patch in history.all() if "fix" in patch.body]
    mine = [body["fix"] for body in said if body.get("status") != other]
    return (mine[-1] if mine else "") or ""


def _span(start: str | None, end: str | None) -> int | None:
    if start is None or end is None:
        return None
    return max(times.to_us(end) - times.to_us(start), 0)


def action(
    history: History,
    number: int,
    *,
    blockers: list[History],
    evidence: list[Evidence],
) -> Action:
    """One action; the blockers that name it block it, and free it when all of them are fixed.

    One whose last captured run failed is to do again then: only a later success closes it.
    """
    value, creation = history.value, history.creation
    moves = transitions(history, blockers)
    status = moves[-1][0]
    shown, freed = _shown(status, blockers)
    if freed and _has_failed_last(evidence):
        status, shown, freed = "todo", "TODO", False
    backed = support(evidence, observed=bool(history.cells()), failed=status == "failed")
    return Action(
        event=history.id,
        number=number,
        at=creation.at,
        precision=creation.precision,
        title=value("title"),
        command=value("command"),
        environment=value("environment"),
        owner=value("owner"),
        group=value("group"),
        section=tuple(value("section", ())),
        status=status,
        shown=shown,
        closed=freed or status in CLOSED_STATUSES,
        outcome=value("outcome"),
        issue=value("issue"),
        cells=history.cells(),
        blockers=tuple(item.id for item in blockers),
        backing=backed.backing,
        evidence=tuple(item.event for item in evidence),
        proof=backed.proof,
        claimed_by=_claimant(history) if status == "doing" else "",
        ended_at=moves[-1][1].at if status in CLOSED_STATUSES else None,
        command_by=_speaker(history, "command"),
    )


def transitions(history: History, blockers: list[History]) -> list[tuple[str, Patch]]:
    """The statuses that an action went through with the patch behind each, in order of time.

    The creation comes first with its initial status; a blocker's creation counts as a move to blocked.
    """
    initial = history.creation.body.get("status") or "todo"
    later = [(patch.body["status"], patch) for patch in history.patches if patch.body.get("status")]
    later += [("blocked", item.creation) for item in blockers]
    return [(initial, history.creation), *sorted(later, key=lambda move: move[1].order)]


def _shown(status: str, blockers: list[History]) -> tuple[str, bool]:
    """The status for people, and whether the fixing of its blockers freed a blocked action."""
    states = {item.value("status", "open") for item in blockers}
    if status != "blocked" or not states or "open" in states:
        return status.upper(), False
    return "BLOCKED → " + ("FIXED" if states == {"fixed"} else "ACCEPTED"), True


def _has_failed_last(evidence: Iterable[Evidence]) -> bool:
    runs = [item for item in evidence if item.origin == "captured"]
    last = max(runs, key=lambda item: item.started_at or item.at or "", default=None)
    return last is not None and last.failed


def _speaker(history: History, field: str) -> str:
    """Who said what a field holds; '' where it is empty."""
    said = [patch for patch in history.all() if field in patch.body]
    return said[-1].actor.name if said and said[-1].body[field] else ""


def _claimant(history: History) -> str:
    """Who started an action; nobody that is known where a page said so: who brought it in started nothing."""
    starts = [patch for patch in history.all() if patch.body.get("status") == "doing"]
    return "" if starts[-1].body.get("source") else starts[-1].actor.name


def issue(history: History, *, is_pr: bool, closed_by: tuple[str, ...]) -> Issue:
    """One issue or PR."""
    value, creation = history.value, history.creation
    merged = any(patch.body.get("state") == "merged" for patch in history.all())
    return Issue(
        event=history.id,
        ref=value("ref"),
        at=creation.at,
        precision=creation.precision,
        title=value("title"),
        type=value("type") or ("pr" if is_pr or merged else "issue"),
        state=value("state", "unknown"),
        note=value("note"),
        url=value("url") or _address(value("ref")),
        closed_by=closed_by,
    )


def _address(ref: str) -> str:
    return ref if "://" in ref else ""
