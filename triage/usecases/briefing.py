"""The hand-off of a journal: `brief`."""

from collections.abc import Iterator

from triage import times
from triage.events import Event
from triage.render.brief import Told, told
from triage.report import Report
from triage.report.brief import Item, clipped, hand_off
from triage.store import Store
from triage.usecases import lookup, reading
from triage.usecases.recorder import Place


def brief(store: Store, place: Place, *, budget: int, since: str = "", spooled: int = 0) -> Told:
    """What to hand over of a journal within a budget of tokens; ``since`` names an event, or is ''.

    The same journal gives the same hand-off. ``spooled`` events of it wait to be delivered.
    """
    events = list(store.events(place.journal))
    news = list(_since(store, place.journal, events, since)) if since else []
    report = Report.from_events(events)
    return told(hand_off(report, news, place=place.name, spooled=spooled), budget)


def _since(store: Store, journal: str, events: list[Event], since: str) -> Iterator[Item]:
    """What was said after an event, the latest first, no more than is told; not what a hook captured."""
    after = lookup.event(store, journal, since).n
    for event in reversed(events):
        if event.n > after and not lookup.is_captured(event):
            said = clipped(reading.wording(event))
            when = times.show(event.at, event.precision).removesuffix(" UTC")
            text = f"{when} e{event.n} {event.kind} by {event.actor.name}: {said}"
            yield Item(text, event.id, command=clipped((event.body or {}).get("command") or ""))
