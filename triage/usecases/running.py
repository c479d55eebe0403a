"""Running a command as evidence."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from triage import capture
from triage.capture import OUT, Captured, Manner
from triage.errors import TriageError, Unavailable
from triage.events import Draft, Event
from triage.usecases import consequences
from triage.usecases.attempts import Before, attempt
from triage.usecases.consequences import Following
from triage.usecases.extracting import Taken, take
from triage.usecases.plan import Claim, Plan, check, claim
from triage.usecases.recorder import Recorder
from triage.usecases.scribe import Scribe


class Told(NamedTuple):
    """What was recorded besides the evidence, and what to say of it."""

    event: Event
    what: str


class Ran(NamedTuple):
    """What a command that was run did, its first event, what followed, and what went wrong with keeping it.

    ``ended`` says whether its end is recorded, and with it all that it printed; ``taken`` are the values that
    were taken from that. ``still_open`` are the numbers of the blockers of an action that went through.
    """

    captured: Captured
    command: str
    output: bytes
    event: Event | None
    ended: bool = True
    told: tuple[Told, ...] = ()
    taken: Taken = Taken([], ())
    still_open: tuple[int, ...] = ()
    error: TriageError | None = None


def run(recorder: Recorder, argv: Sequence[str], plan: Plan, *, clock: Callable[[], int]) -> Ran | Before:
    """Run a command, pass its output on, and record what it did as captured evidence.

    Where its end was recorded before under the key of the call, it is not run again.
    Raises `InvalidValue`, `NotFound` or `Conflict`, before the command runs, where what was asked for cannot
    be understood. Where the store does not work the command runs all the same, unless a key asks whether it
    ran before.
    """
    recorder.when()
    check(plan)
    claimed = claim(recorder, plan) if plan.action else None
    key = attempt(recorder, argv, _fields(plan, claimed))
    if isinstance(key, Before):
        return key
    if key != recorder.circumstances.key:
        recorder = recorder.keyed(key)
        claimed = claim(recorder, plan) if plan.action else None
    return _run(recorder, argv, plan, claimed, clock)


def _fields(plan: Plan, claimed: Claim | None) -> dict[str, Any]:
    return {**plan.fields, "action": claimed.id if claimed else None}


def _run(
    recorder: Recorder, argv: Sequence[str], plan: Plan, claimed: Claim | None, clock: Callable[[], int]
) -> Ran:
    mine = recorder.plain(key=recorder.circumstances.key) if claimed else recorder
    scribe = Scribe(mine, argv, _fields(plan, claimed), keep_output=plan.keep_output)
    with capture.guarded() as guard:
        scribe.begin([claimed.draft] if claimed and claimed.draft else [])
        captured = capture.run(argv, _manner(plan), clock=clock, guard=guard, watch=scribe.watch)
        return _recorded(recorder, plan, claimed, scribe, captured)


def unrecorded(argv: Sequence[str], plan: Plan, *, clock: Callable[[], int]) -> Captured:
    """Run a command, and pass its output on, where nothing can be recorded."""
    with capture.guarded() as guard:
        return capture.run(argv, _manner(plan), clock=clock, guard=guard)


def _manner(plan: Plan) -> Manner:
    return Manner(plan.timeout, plan.live, plan.terminal, digests=not plan.keep_output, environ=plan.environ)


def _recorded(
    recorder: Recorder, plan: Plan, claimed: Claim | None, scribe: Scribe, captured: Captured
) -> Ran:
    """Record how it ended and what follows, in one transaction."""
    command = recorder.command_line(captured.argv)
    drafts = scribe.end(captured)
    try:
        following = list(consequences.following(recorder, plan, claimed, scribe, captured))
        blockers = consequences.still_open(recorder, claimed, captured)
        problem = None if claimed or not plan.action else _unclaimed(plan.action)
    except TriageError as error:
        following, blockers, problem = [], (), error  # what it printed is recorded all the same
    drafts[-1] = _with_blocker(drafts[-1], following)
    taken = take(plan.extracts, scribe.text(OUT), scribe.text()) if plan.extracts else Taken([], ())
    if taken.cells:
        drafts[-1] = drafts[-1]._replace(body=drafts[-1].body | {"values": taken.cells})
    try:
        events = scribe.record([*drafts, *(followed.draft for followed in following)])
    except TriageError as error:
        return Ran(captured, command, scribe.output, scribe.event, ended=False, error=error)
    pairs = zip(events[len(drafts) :], following, strict=True)
    told = (Told(event, consequences.wording(recorder, event, followed)) for event, followed in pairs)
    said = tuple(item for item in told if item.what)
    return Ran(
        captured,
        command,
        scribe.output,
        scribe.event,
        told=said,
        taken=taken,
        still_open=blockers,
        error=problem,
    )


def _unclaimed(action: str) -> TriageError:
    """What says that a command ran for an action which nobody could look up."""
    return Unavailable(
        f"the action {action!r:.60} could not be looked up:"
        " the evidence is recorded, the action is as it was",
        hint="when the store is back: triage done N --evidence EVENT",
    )


def _with_blocker(draft: Draft, following: Sequence[Following]) -> Draft:
    """The last event of the evidence names the blocker that it is about."""
    blocker = next((item.draft.entity for item in following if item.draft.kind == "blocker"), None)
    return draft._replace(body=draft.body | {"blocker": blocker}) if blocker else draft
