"""Searching the record across journals: which events say it, and in which lines."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from triage.diagnosis.folding import folded
from triage.errors import UsageError
from triage.events import Event
from triage.report.history import is_withdrawn
from triage.store import Progress, Store, untold, words
from triage.store.rows import Query
from triage.usecases import lookup
from triage.usecases.places import headers

if TYPE_CHECKING:
    from triage.report import Header

MOST = 3
"""Lines that are shown of one event."""


class Passage(NamedTuple):
    """A line of an event: the field, its number there, its text, and where the words stand in it.

    A line of context has no ``spans``.
    """

    field: str
    number: int
    text: str
    spans: tuple[tuple[int, int], ...] = ()


class Hit(NamedTuple):
    """An event that was found: ``state`` is amended, retracted or ''; ``more`` lines have the words, too."""

    event: Event
    slug: str
    state: str
    passages: tuple[Passage, ...]
    more: int


class Scope(NamedTuple):
    """Which journals are searched: one of a place, those of a service, those in a status."""

    journal: str = ""
    part: str = ""
    service: str = ""
    status: str = ""


def phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a text, and what stands in double quotes as phrases; a star ends the beginning of a word.

    Raises `UsageError` where there is no word.
    """
    pieces = text.split('"')
    typed = [piece if quoted else word
             for place, piece in enumerate(pieces) for quoted in [place % 2 == 1]
             for word in ([piece] if quoted else piece.split())]  # fmt: skip
    found = tuple(dict.fromkeys(map(words.phrase, typed)))
    if not any(found):
        raise UsageError(f"no word in {text!r:.80}", hint="search for letters or digits")
    return tuple(phrase for phrase in found if phrase)


def search(
    store: Store, query: Query, scope: Scope, *, around: int = 0, progress: Progress = untold
) -> Iterator[Hit]:
    """What a query finds in a scope, with the lines that have the words and ``around`` lines about each."""
    wanted = Wanted(store, scope)
    narrow = bool(scope.service or scope.status or scope.part)
    asked = query._replace(
        journals=(scope.journal,) if scope.journal else (), limit=0 if narrow else query.limit
    )
    found = (event for event in store.search(asked, progress=progress) if wanted.takes(event))
    for event in islice(found, query.limit or None):  # a narrow scope takes some only of what a store gives
        passages, more = _passages(_with_output(store, event), query.phrases, around)
        yield Hit(event, wanted.slug(event.journal), _state(store, event), tuple(passages), more)


class Wanted:
    """Which journals are in a scope; each is looked at when its first event is found."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._store = store
        self._scope = scope
        self._takes: dict[str, bool] = {}
        self._slugs: dict[str, str] = {}

    def takes(self, event: Event) -> bool:
        """Whether an event is in the scope."""
        if self._scope.part and event.part != self._scope.part:
            return False
        if not (self._scope.service or self._scope.status):
            return True
        if event.journal not in self._takes:
            header = headers(self._store, event.journal).get(event.journal)
            self._takes[event.journal] = header is not None and self._fits(header)
        return self._takes[event.journal]

    def _fits(self, header: "Header") -> bool:
        scope = self._scope
        same = folded(header.service) == folded(scope.service)
        return (not scope.service or same) and scope.status in ("", header.status)

    def slug(self, journal: str) -> str:
        """What a journal is called."""
        if journal not in self._slugs:
            row = self._store.journal(journal)
            self._slugs[journal] = row.slug if row else journal
        return self._slugs[journal]


def _with_output(store: Store, event: Event) -> Event:
    if not (event.body or {}).get("output"):
        return event
    found = store.events(event.journal, entities=[event.id], output=True)
    return next((each for each in found if each.digest == event.digest), event)


def _state(store: Store, event: Event) -> str:
    """Whether an event still says what it said."""
    later = list(lookup.amendments(store, event))
    if not later:
        return ""
    every = sorted([event, *later], key=lambda each: (each.recorded_at, each.id))
    return "retracted" if is_withdrawn(event.id, every) else "amended"


def _passages(event: Event, wanted: Sequence[Sequence[str]], around: int) -> tuple[list[Passage], int]:
    """The first lines of an event that have any of the phrases, and how many more there are."""
    passages: list[Passage] = []
    count = 0
    for field, text in words.texts(event):
        if field == "slug":  # it stands before every hit
            continue
        lines = text.splitlines()
        found = [(place, spans) for place, line in enumerate(lines) if (spans := words.spans(line, wanted))]
        shown = dict(found[: max(MOST - count, 0)])
        count += len(found)
        near = sorted({at for place in shown for at in _near(place, around, len(lines))})
        passages += [Passage(field, at + 1, lines[at], tuple(shown.get(at, ()))) for at in near]
    return passages, max(count - MOST, 0)


def _near(place: int, around: int, count: int) -> range:
    """The places about one, as far as there are lines: somebody may ask for more lines than any text has."""
    return range(max(place - around, 0), min(place + around + 1, count))
