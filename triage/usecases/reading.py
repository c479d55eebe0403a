"""Reading the record: where things stand, and what was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage.events import Event, is_id
from triage.kinds import CELLS
from triage.report import Action, Blocker, Issue, Report
from triage.report.history import effective
from triage.report.tables import Unmet, unmet
from triage.store import Name, Recording, Store
from triage.usecases import lookup


class Standing(NamedTuple):
    """Where a journal stands: what is open over all its parts, what failed, and what is not as expected."""

    report: Report
    actions: tuple[Action, ...]
    blockers: tuple[Blocker, ...]
    issues: tuple[Issue, ...]
    failed: tuple[Action, ...]
    unmet: tuple[Unmet, ...]


def standing(store: Recording, journal: str, addendum: str = "") -> Standing:
    """Fold the journal and pick what is open, in the addendum of an id or in all parts."""
    report = Report.from_events(store.events(journal))
    parts = [part for part in report.parts if addendum in ("", part.id)]
    return Standing(
        report,
        tuple(a for part in parts for a in part.actions if not a.closed),
        tuple(b for part in parts for b in part.blockers if b.status == "open"),
        tuple({i.ref: i for part in parts for i in part.issues if i.state == "open"}.values()),
        tuple(a for part in parts for a in part.actions if a.status == "failed"),
        tuple(each for part in parts for each in unmet(part)),
    )


def events(
    store: Store, journal: str, *, kinds: Sequence[str] = (), since: str = "", last: int = 0
) -> Iterator[Event]:
    """The events of a journal in the order of the store; ``last`` gives only that many of the end."""
    after = lookup.event(store, journal, since).n if since else 0
    if last:
        newest = store.events(journal, kinds=kinds, newest_first=True)
        found = [event for event, _ in zip(newest, range(last), strict=False) if event.n > after]
        yield from reversed(found)
        return
    yield from (event for event in store.events(journal, kinds=kinds) if event.n > after)


def corrected(store: Store, journal: str) -> dict[str, str]:
    """What became of events since, by their ids: ``withdrawn by e9``, ``amended by e7``."""
    found: dict[str, str] = {}
    for event, amendments in effective([*store.events(journal, kinds=["amendment"])]).items():
        last = amendments[0]
        verb = "withdrawn" if (last.body or {}).get("retracted") else "amended"
        found[event] = f"{verb} by e{last.n}"
    return found


def target(store: Recording, event: Event) -> str:
    """The event that this one patches or amends, as ``e4``; '' for one that begins something."""
    if event.creates:
        return ""
    found = store.find(event.journal, Name(id=event.entity))
    return f"e{found[0].n}" if found else ""


def wording(event: Event) -> str:
    """What an event says, in one line."""
    if event.body is None:
        return "(withheld)"
    body = event.body
    spoken = [name for name in _SPOKEN if name != "state" or event.kind != "evidence"]
    parts = [_shortened(body[name]) for name in spoken if isinstance(body.get(name), str) and body[name]]
    for name in ("heading",):
        if body.get(name):
            parts.insert(0, " > ".join(body[name]))
    for cells in CELLS:
        parts += [f"{label}={value}".lstrip("=") for label, value in body.get(cells) or ()]
    if event.kind == "evidence":
        parts += _of_evidence(body)
    if body.get("changes"):
        parts += [f"{name}={value}" for name, value in body["changes"].items()]
    if body.get("retracted"):
        parts.insert(0, "retracted")
    return " · ".join(parts)


def _shortened(text: str) -> str:
    """The text with the tails of ids in their place: what commands take for a name, too."""
    return " ".join(word[-8:] if is_id(word) else word for word in text.split(" "))


STATES = {"running": "started", "timeout": "timed out", "interrupted": "interrupted"}


def _of_evidence(body: Mapping[str, Any]) -> Iterator[str]:
    """How a command stood when the event was recorded, and what the event holds of its output."""
    if body.get("state") in STATES:
        yield STATES[body["state"]]
    if body.get("signal"):
        yield f"by {body['signal']}" if body.get("state") == "interrupted" else f"killed by {body['signal']}"
    elif body.get("exit_code") is not None:
        yield f"exit {body['exit_code']}"
    if body.get("output"):
        count = sum(size for size, _ in body["output"])
        yield f"{count:,} byte{'s'[: count != 1]}"
    if body.get("digest"):
        yield "output not kept"
    if body.get("redactions"):
        yield f"{body['redactions']} redacted"


_SPOKEN = (
    "log",
    "ref",
    "url",
    "title",
    "text",
    "table",
    "verb",
    "about",
    "error",
    "status",
    "state",
    "command",
    "outcome",
    "note",
    "status_note",
    "summary",
    "fix",
    "body",
    "reason",
)
