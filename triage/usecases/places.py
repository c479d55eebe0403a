"""Which journal, and which part of it, a name means: on the way of every command, so it loads little."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from triage.errors import NotFound, UsageError, near
from triage.events import derived_id
from triage.store import JournalRow, Name, Recording, Store
from triage.usecases.recorder import Place

if TYPE_CHECKING:
    from triage.report import Header


def place_of(store: Store, name: str) -> Place:
    """The place that ``SLUG`` or ``SLUG/ADDENDUM`` means."""
    slug, _, part = name.partition("/")
    row = store.journal(slug) or _by_tail(store.journals(), slug)
    if row is None:
        raise NotFound(f"no journal {slug!r:.80}", hint=_meant(slug, [row.slug for row in store.journals()]))
    if not part:
        return Place(row.id, row.id, row.slug, open=row.open)
    id, addendum = addendum_of(store, row, part)
    return Place(row.id, id, row.slug, addendum, row.open)


def _meant(name: str, known: list[str]) -> str:
    """A hint with the slugs that hold the name, or the nearest."""
    if not known:
        return "open one: triage open 'TITLE'"
    holding = [slug for slug in known if name.casefold() in slug] or _alike(name, known[:200])
    return f"did you mean {' or '.join(holding[:5])}?" if holding else near(name, known[:200])


def _alike(name: str, known: Iterable[str]) -> list[str]:
    """The slugs that have a word which is nearly the name, where none is nearly the name itself."""
    from difflib import get_close_matches

    words = {slug: slug.split("-") for slug in known}
    if get_close_matches(name, words, n=1):
        return []
    return [slug for slug in words if get_close_matches(name.casefold(), words[slug], n=1, cutoff=0.75)]


def existing(store: Recording, name: str) -> JournalRow:
    """The journal of that id or slug, which there must be."""
    row = store.journal(name)
    if row is None:
        raise NotFound(f"no journal {name!r:.80}", hint="see: triage list")
    return row


def _by_tail(rows: Iterable[JournalRow], name: str) -> JournalRow | None:
    found = [row for row in rows if len(name) >= 8 and row.id.endswith(name)]
    return found[0] if len(found) == 1 else None


def only_open(store: Store, *, key: str = "") -> Place:
    """The only open journal, or the one in which a key was used; `UsageError` with the list for any other.

    A call that is made again means the journal that was open at first: it may be resolved by now.
    """
    rows = store.journals()
    found = [row for row in rows if row.open]
    used = (row for row in rows[:LATELY] if key and store.find(row.id, Name(id=derived_id(row.id, key))))
    for row in used:
        return Place(row.id, row.id, row.slug, open=row.open)
    if len(found) == 1:
        return Place(found[0].id, found[0].id, found[0].slug)
    if not found:
        raise UsageError("no journal is open", hint="open one: triage open 'TITLE'")
    names = ", ".join(row.slug for row in found[:12])
    raise UsageError(
        f"{len(found)} journals are open, and this session chose none",
        hint=f"choose: triage use SLUG, or --journal SLUG; open: {names}",
        allowed=tuple(row.slug for row in found),
    )


LATELY = 20
"""Journals in which a key is looked for: those that were opened last."""


def addendum_of(store: Recording, row: JournalRow, name: str) -> tuple[str, str]:
    """The id and the slug of the addendum whose slug, tail, or part of a title is given."""
    found = headers(store, row.id)
    found.pop(row.id, None)
    wanted = name.casefold()
    exact = [id for id, header in found.items() if wanted in (header.slug, id[-8:])]
    matching = exact or [
        id for id, header in found.items() if wanted in header.slug or wanted in header.title.casefold()
    ]
    if len(matching) != 1:
        known = ", ".join(header.slug for header in found.values()) or "there is none"
        raise NotFound(
            f"{'no' if not matching else 'more than one'} addendum {name!r:.80} in {row.slug}",
            hint=f"addenda: {known}",
        )
    return matching[0], found[matching[0]].slug or matching[0][-8:]


def headers(store: Recording, journal: str) -> "dict[str, Header]":
    """The header of the main part and of every addendum, by the part's id."""
    from triage.report import entities
    from triage.report.history import histories, survey

    found = survey(list(store.events(journal, kinds=["header", "amendment"])))
    mine = [patch for patch in found.patches if patch.kind == "header"]
    folded, _ = histories(mine, found.retracted, lambda patch: patch.entity)
    return {history.id: entities.header(history) for history in folded}
