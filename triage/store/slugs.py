"""Who has a slug: it belongs to one journal of a store, and of two that ask for it the later has another one.

``holder`` gives the id of the journal that has a slug, or ''.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from triage.errors import SlugTaken

Holder = Callable[[str], str]


def check_free(slug: str, journal: str, holder: Holder) -> None:
    """Raise `SlugTaken` where another journal has the slug."""
    if holder(slug) not in ("", journal):
        raise SlugTaken(
            f"the slug {slug!r} belongs to another journal",
            hint=f"join it: triage use {slug}, or choose another: --slug NAME",
        )


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
