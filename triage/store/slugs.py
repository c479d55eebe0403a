"""Who has a slug: it belongs to one journal of a store, and a merge gives the later of two another one.

``holder`` gives the id of the journal that has a slug, or ''.
"""

from collections.abc import Callable

from triage.errors import SlugTaken

Holder = Callable[[str], str]


def check_free(slug: str, journal: str, holder: Holder) -> None:
    """Raise `SlugTaken` where another journal has the slug."""
    if holder(slug) not in ("", journal):
        raise SlugTaken(
            f"the slug {slug!r} belongs to another journal",
            hint=f"join it: triage use {slug}, or choose another: --slug NAME",
        )


def settled(slug: str, journal: str, holder: Holder) -> dict[str, str]:
    """The slugs of the journals that claim one: this one's, and another's that must give way."""
    other = holder(slug)
    if other in ("", journal):
        return {journal: slug}
    if other < journal:
        return {journal: _with_digits(slug, journal, holder)}
    return {other: _with_digits(slug, other, holder), journal: slug}


def _with_digits(slug: str, journal: str, holder: Holder) -> str:
    """The slug with as many digits of the journal's id, 4 or more, as make it its own."""
    digits = journal.replace("-", "")
    made = (f"{slug[: 63 - count]}-{digits[-count:]}" for count in range(4, 33))
    return next(name for name in made if holder(name) in ("", journal))
