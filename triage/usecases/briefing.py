"""The hand-off of a journal: `brief`."""

from collections.abc import Callable, Iterator, Sequence

from triage import times
from triage.events import Event
from triage.render.brief import Told, told
from triage.report import Report
from triage.report.brief import HandOff, Item, clipped, hand_off
from triage.store import Store
from triage.usecases import lookup, reading
from triage.usecases.recorder import Place


def _as_it_is(hand_off: HandOff) -> HandOff:
    return hand_off


def brief(
    store: Store,
    place: Place,
    *,
    budget: int,
    since: str = "",
    spooled: int = 0,
    worded: Callable[[HandOff], HandOff] = _as_it_is,
) -> Told:
    """What to hand over of a journal within a budget of tokens; ``since`` names an event, or is ''.

    The same journal gives the same hand-off. ``spooled`` events of it wait to be delivered. ``worded`` puts
    it into other words before it is cut.
    """
    events = list(store.events(place.journal))
    news = list(_since(store, place.journal, events, since)) if since else []
    report = Report.from_events(events)
    captured = list(_captured(events))
    whole = hand_off(report, news, captured, place=place.name, spooled=spooled)
    return told(worded(whole), budget)


def _captured(events: Sequence[Event]) -> Iterator[Item]:
    """How many commands a hook captured, and which failed last: an agent that died may have said nothing."""
    withdrawn = {event.entity for event in events if (event.body or {}).get("retracted")}
    found = [event for event in events if lookup.is_from_hook(event) and event.id not in withdrawn]
    failed = [event for event in found if (event.body or {}).get("exit_code")]
    if found:
        how = f", {len(failed)} of which failed, the last e{failed[-1].n}" if failed else ""
        many = f"{len(found)} command{'s'[: len(found) != 1]}"
        yield Item(f"{many}{how}; see: triage events --kind evidence")


def _since(store: Store, journal: str, events: list[Event], since: str) -> Iterator[Item]:
    """What was said after an event, the latest first, no more than is told; not what a hook captured."""
    after = lookup.event(store, journal, since).n
    for event in reversed(events):
        if event.n > after and not lookup.is_from_hook(event):
            said = clipped(reading.wording(event))
            when = times.show(event.at, event.precision).removesuffix(" UTC")
            text = f"{when} e{event.n} {event.kind} by {event.actor.name}: {said}"
            yield Item(text, event.id, command=clipped((event.body or {}).get("command") or ""))
