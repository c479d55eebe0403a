"""Recalling blockers of the past: those whose error is like another, and what became of them."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from triage.diagnosis.sameness import signature, telling_words
from triage.diagnosis.sayings import SAYINGS
from triage.errors import Conflict, NotFound, TriageError, UsageError
from triage.events import Event
from triage.report.history import History
from triage.store import Name, Progress, Store, untold, words
from triage.store.rows import Alike, Phrases
from triage.usecases import lookup
from triage.usecases.searching import Scope, Wanted

LEAST = 0.2
"""Likeness from which on a blocker is shown to who asks; 1 is that of the same error."""
GOOD = 0.6
"""Likeness from which on it is told unasked."""
FEW = 3
"""Blockers that are told unasked."""
SPARE, MOST = 3, 20
"""Events more than asked for that are looked at, and at most where they are as like: one may be fixed."""

AN_ERROR = "give the text of an error: triage similar 'TEXT', or - for standard input"
_NAME = re.compile(r"[1-9]\d{0,8}|e[1-9]\d{0,8}|(?:e-)?(?=[a-f-]*\d)[0-9a-f-]{4,36}")
"""A number, `e12` or the tail of an id: no error is one such word."""


class Likeness(NamedTuple):
    """What an error has in common with another: ``same`` signature, the ``share`` of it, that of all words.

    Shares are between 0 and 1, rounded.
    """

    same: bool = False
    share: float = 0.0
    text: float = 0.0


class Sought(NamedTuple):
    """An error that is looked for; ``blocker`` is the id of the one it was taken from, which is not found."""

    error: str
    blocker: str = ""


class Seen(NamedTuple):
    """A blocker that was seen before; ``event`` opened it. Texts are '' where nobody said them."""

    slug: str
    event: Event
    number: int
    title: str
    error: str
    cause: str
    fix: str
    pr: str
    issue: str
    status: str
    likeness: Likeness

    def is_like(self, least: float) -> bool:
        """Whether it is the same error, or shares at least so much with it."""
        return self.likeness.same or self.likeness.share >= least


def recall(
    store: Store, error: str, scope: Scope, *, limit: int, but: str = "", progress: Progress = untold
) -> list[Seen]:
    """The blockers whose error is most like this one: those with the same signature, then by what they share.

    The one with the id ``but`` is left out. Raises `UsageError` where an error has no word.
    """
    asked = Asked(error)
    if not asked.words:
        raise UsageError(f"no word in {error!r:.80}", hint="give the message of the error")
    wanted = Wanted(store, scope)
    journals = (scope.journal,) if scope.journal else ()
    found = asked.look(store, Alike(asked.phrases, journals), wanted.takes, limit + bool(but), progress)
    return [seen for seen in found if seen.is_like(LEAST) and seen.event.id != but][:limit]


def sought(store: Store, text: str, here: Callable[[], str]) -> Sought:
    """What a text asks for: itself, or where it is the name of an event the error of that blocker ``here``.

    Raises `UsageError` where it names no blocker of that journal, or there is no journal.
    """
    name = text.strip()
    if not _NAME.fullmatch(name):
        return Sought(text)
    try:
        journal = here()
    except UsageError as error:
        raise UsageError(f"{name!r} is the name of an event, and {error.message}", hint=AN_ERROR) from error
    try:
        own = lookup.entity(store, journal, "blocker", name)
    except NotFound as error:
        raise UsageError(error.message, hint=AN_ERROR) from error
    said = _texts(own.history.value)
    if not said:
        raise UsageError(f"blocker {own.number} says no error", hint=AN_ERROR)
    return Sought(said[0], own.id)


def seen_before(store: Store, opened: Event, *, beside: Container[str] = ()) -> list[Seen]:
    """The few blockers that are so like the one which was just opened that they are worth telling.

    ``beside`` are others that were opened with it. A bounded look, which waits for nobody and raises nothing:
    what it is about is recorded.
    """
    try:
        body = opened.body or {}
        asked = Asked(str(body.get("error") or body.get("title") or ""))
        wanted = Wanted(store, Scope())

        def takes(event: Event) -> bool:
            return event.entity != opened.id and event.entity not in beside and wanted.takes(event)

        found = asked.look(store, Alike(asked.phrases, hurried=True), takes, FEW, untold)
    except Exception:  # noqa: BLE001  whatever it is: the blocker is recorded, and this is an extra
        return []
    return [seen for seen in found if seen.is_like(GOOD)]


class Asked:
    """An error that is looked for: its signature, its telling words, and how those may be said."""

    def __init__(self, error: str) -> None:
        self.signature = signature(error)
        self._raw = frozenset(words.words(error))
        said = {word: _sayings(word) for word in telling_words(self.signature)}
        self._said = {word: sayings for word, sayings in said.items() if sayings}

    @property
    def words(self) -> tuple[str, ...]:
        """The telling words."""
        return tuple(self._said)

    @property
    def phrases(self) -> tuple[Phrases, ...]:
        """For each telling word the phrases that say it."""
        return tuple(self._said.values())

    def look(
        self, store: Store, alike: Alike, takes: Callable[[Event], bool], limit: int, progress: Progress
    ) -> list[Seen]:
        """The likeliest blockers of those that are wanted, the best first."""
        if not self.words:
            return []
        found = store.alike(alike, progress=progress)
        weights = dict(zip(self.words, found.weights, strict=False))
        events = [(self._likeness(_told(event), weights), event) for event in found.events if takes(event)]
        events.sort(key=itemgetter(0), reverse=True)
        matches = [
            _Match(self._likeness(_texts(history.value), weights), bool(history.value("fix")),
                   words.moment(creation), creation, history)
            for creation, history in _blockers(store, _worth_a_look(events, limit))
        ]  # fmt: skip
        best = sorted(matches, key=lambda match: match[:3], reverse=True)[:limit]
        return [_seen(store, match) for match in best]

    def _likeness(self, texts: Iterable[str], weights: Mapping[str, float]) -> Likeness:
        """The greatest likeness of any of the texts."""
        return max((self._compared(text, weights) for text in texts), default=Likeness())

    def _compared(self, text: str, weights: Mapping[str, float]) -> Likeness:
        mine = signature(text)
        own = set(telling_words(mine))
        every = sum(weights.values())
        strange = len(own - weights.keys()) * every / len(weights) * _STRANGE
        share = sum(weight for word, weight in weights.items() if word in own) / (every + strange)
        raw = set(words.words(text))
        text_share = len(raw & self._raw) / max(len(raw | self._raw), 1)
        return Likeness(mine == self.signature, round(share, 2), round(text_share, 1))


def _worth_a_look(found: Sequence[tuple[Likeness, Event]], limit: int) -> Iterator[Event]:
    """The likeliest events, and those that are as like as the last of them: one of these may be fixed."""
    for place, (likeness, event) in enumerate(found[: limit + MOST]):
        if place >= limit + SPARE and likeness < found[limit - 1][0]:
            return
        yield event


class _Match(NamedTuple):
    """A blocker that was found, first what orders it: of equally like ones a fixed one, then the newest."""

    likeness: Likeness
    is_fixed: bool
    moment: str
    creation: Event
    history: History


def _seen(store: Store, match: _Match) -> Seen:
    """What is told of a blocker that was found."""
    value, creation = match.history.value, match.creation
    row = store.journal(creation.journal)
    return Seen(
        slug=row.slug if row else creation.journal,
        event=creation,
        number=lookup.number(store, creation),
        title=_title(store, creation, match.history),
        error=value("error"),
        cause=value("cause"),
        fix=value("fix"),
        pr=value("pr"),
        issue=value("issue"),
        status=value("status", "open"),
        likeness=match.likeness,
    )


_STRANGE = 0.3
"""What a word that is in another error only takes away, in words of this one."""


def _sayings(word: str) -> Phrases:
    """The phrases that say a word of a signature."""
    return tuple(tuple(words.words(saying)) for saying in SAYINGS.get(word, (word,)) if words.words(saying))


def _told(event: Event) -> list[str]:
    """The texts of an event that tell the error of a blocker."""
    body = event.body or {}
    said = body.get("changes", body) or {}
    return _texts(said.get)


def _texts(value: Callable[[str], Any]) -> list[str]:
    return [text for name in ("error", "title") if isinstance(text := value(name), str) and text]


def _blockers(store: Store, events: Iterable[Event]) -> Iterator[tuple[Event, History]]:
    """The blockers that events are about, each once, with their histories; without those that are gone."""
    known: set[tuple[str, str]] = set()
    for event in events:
        creation = _creation(store, event)
        if creation is None or (creation.journal, creation.id) in known:
            continue
        known.add((creation.journal, creation.id))
        try:
            yield creation, lookup.history(store, creation)
        except Conflict:
            continue


def _creation(store: Store, event: Event) -> Event | None:
    """The event that opened the blocker which an event, or an amendment of one, is about."""
    for _ in range(3):
        if event.kind == "blocker" and event.creates:
            return event
        found = store.find(event.journal, Name(id=event.entity))
        if not found:
            return None
        event = found[0]
    return None


def _title(store: Store, creation: Event, history: History) -> str:
    """What a blocker is called: by itself, or by the action that it blocks."""
    title, action = history.value("title"), history.value("action")
    if title or not action:
        return str(title)
    try:
        return lookup.entity(store, creation.journal, "action", action).title
    except TriageError:
        return ""
