"""Bringing an existing page into a journal: its pieces become events, and a report says what became what."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from triage import times
from triage.encoding import visible
from triage.errors import InvalidValue
from triage.events import Actor, Draft, Event, seal, unseal
from triage.importer import Page, read
from triage.report import Report
from triage.usecases.drafting import Drafted, drafted
from triage.usecases.reconciling import Folded, dated, labelled, marked, updated
from triage.usecases.recorder import Place, Recorder

LONGEST = 4 * 1024 * 1024
"""Characters of a page: well above any that a person wrote."""


class Became(NamedTuple):
    """What a line of the page became: which kind of event, saying what."""

    line: int
    kind: str
    text: str


class Imported(NamedTuple):
    """A page that was brought in: its journal, its events, and what each of its lines became."""

    place: Place
    events: list[Event]
    became: list[Became]


def import_page(recorder: Recorder, text: str, name: str, *, slug: str = "") -> Imported:
    """Bring a page into a journal of its own; the same page again adds nothing.

    Raises `InvalidValue` where the page says nothing, or is longer than any page.
    """
    made = draft_page(read_page(text, name), text, name, recorder.circumstances.actor, slug=slug)
    recorded = recorder.append(made.drafts)
    place = Place(recorded[0].journal, recorded[0].journal, (recorded[0].body or {}).get("slug", ""))
    became = [Became(made.lines[event.id], event.kind, wording(event.body or {})) for event in recorded]
    return Imported(place, recorded, sorted(became))


def read_page(text: str, name: str) -> Page:
    """Read a page; `InvalidValue` where it says nothing, or is longer than any page."""
    if len(text) > LONGEST:
        raise InvalidValue(
            f"{name} has {len(text):,} characters; a page has at most {LONGEST:,}",
            hint="import it in parts",
        )
    page = read(text)
    if not (page.title or page.stated or any(piece.fields or piece.quoted for piece in page.pieces)):
        raise InvalidValue(
            f"{name} says nothing", hint="import takes an export (.jsonl) or a page in Markdown"
        )
    return page


def draft_page(page: Page, text: str, name: str, actor: Actor, *, slug: str = "") -> Drafted:
    """The drafts of a page, such that the record says when, how long and by whom as the page does.

    Where needed it is folded, up to three times, and what its record would not say by itself is added to its
    pieces: when things happened that its timeline tells, the ends of the work, and what it stated besides.
    """

    def fold(page: Page) -> Folded:
        made = drafted(page, text, name, actor, slug=slug)
        return Folded(made, Report.from_events(events_of(made)))

    page = labelled(marked(dated(updated(page), fold), fold), fold)
    return drafted(page, text, name, actor, slug=slug)


def events_of(made: Drafted) -> list[Event]:
    """The events that drafts would become, without a store and unsealed: no digest is one."""
    return [_event(draft, number) for number, draft in enumerate(made.drafts, 1)]


def _event(draft: Draft, number: int) -> Event:
    recorded_at = times.from_timestamp_us(_LATER_US + number)
    if draft.output is not None:
        return unseal(seal(draft, recorded_at, (), bytes), number, output=True)
    return Event(
        id=draft.id,
        journal=draft.journal,
        kind=draft.kind,
        entity=draft.entity,
        part=draft.part,
        at=draft.at,
        precision=draft.precision,
        recorded_at=recorded_at,
        actor=draft.actor,
        parents=(),
        digest=f"{number:064x}",
        body=draft.body,
        n=number,
    )


_LATER_US = 4_000_000_000_000_000
"""An instant later than any that a page tells, as what is recorded is later than what happened."""


def wording(body: Mapping[str, Any]) -> str:
    """What the body of an event says, in a few words."""
    for name in ("title", "text", "ref", "url", "command"):
        if body.get(name):
            return str(body[name])
    if body.get("heading"):
        return " > ".join(body["heading"])
    cells: Iterable[list[str]] = body.get("cells") or ()
    return ", ".join(f"{label}={value}".lstrip("=") for label, value in cells) or str(body.get("status", ""))


def shown(text: str) -> str:
    """The text of a file as it can be recorded."""
    return str(visible(text))
