"""What journals are called: a slug is one journal's, and of two that ask for it the later has another."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from triage.errors import SlugTaken
from triage.events import Event


class Slugs(Protocol):
    """What both SQL stores do about slugs and states of journals; each keeps them in its own way."""

    def holder(self, slug: str) -> str:
        """The id of the journal that has the slug, or ''."""
        ...

    def claim(self, journal: str) -> str:
        """The slug that a journal's record asked for when it was looked at last; its id for a new one."""
        ...

    def keep(self, journal: str, claim: str, *, is_open: bool) -> None:
        """Keep what a journal's record asks to call it, and whether it is open; another may give way."""
        ...

    def first(self, event: Event) -> str:
        """The slug that the opening event of a journal asks for; `SlugTaken` where another journal has it."""
        slug = (event.body or {}).get("slug") or event.tail
        return self._free(slug, event.journal)

    def restate(self, event: Event, header: Iterable[Event]) -> None:
        """Keep the slug and the state of a journal as the fold of its header has them, after an event of it.

        Raises `SlugTaken` where that asks for a slug that another journal has.
        """
        claim, is_open = _named(event.journal, header)
        if _names_slug(event) or claim != self.claim(event.journal):
            self._free(claim, event.journal)
        self.keep(event.journal, claim, is_open=is_open)

    def settle(self, journal: str, header: Iterable[Event]) -> None:
        """Keep the slug and the state of a journal as the fold of its header has them."""
        claim, is_open = _named(journal, header)
        self.keep(journal, claim, is_open=is_open)

    def _free(self, slug: str, journal: str) -> str:
        """The slug; `SlugTaken` where another journal has it."""
        if self.holder(slug) not in ("", journal):
            raise SlugTaken(
                f"the slug {slug!r} belongs to another journal",
                hint=f"join it: triage use {slug}, or choose another: --slug NAME",
            )
        return slug


def _names_slug(event: Event) -> bool:
    """Whether an event of the header says what the slug is to be."""
    body = event.body or {}
    return "slug" in body or "slug" in (body.get("changes") or {})


def _named(journal: str, header: Iterable[Event]) -> tuple[str, bool]:
    """The slug that a journal asks for and whether it is open, by its header events and amendments."""
    from triage.report import heading

    found = heading(header)
    return found.slug or journal[-8:], not found.closed


def assigned(claims: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The slug of every journal, from pairs of its id and the slug that its record asks for.

    The earliest of those that ask for a slug has it; a later one gets digits of its id, and never a slug that
    another one asks for. So any store with the same journals names them alike, whatever came first.
    """
    ordered = sorted(claims)
    taken: dict[str, str] = {}
    for id, claim in ordered:
        taken.setdefault(claim, id)
    slugs: dict[str, str] = {}
    for id, claim in ordered:
        slug = claim if taken[claim] == id else _with_digits(claim, id, taken)
        slugs[id] = slug
        taken.setdefault(slug, id)
    return slugs


def _with_digits(claim: str, id: str, taken: Collection[str]) -> str:
    """The claim with as many digits of the id, 4 or more, as make it the journal's own."""
    return next(slug for slug in _made(claim, id) if slug not in taken)


def is_made(slug: str, claim: str, id: str) -> bool:
    """Whether a slug is the claim with digits of the journal's id."""
    return slug in _made(claim, id)


def _made(claim: str, id: str) -> Iterator[str]:
    digits = id.replace("-", "")
    return (f"{claim[: 63 - count]}-{digits[-count:]}" for count in range(4, 33))
