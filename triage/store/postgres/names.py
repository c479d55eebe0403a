"""The slugs and states of journals, as they will be once a transaction was written."""

from typing import NamedTuple

from triage.store.postgres.link import Link, Statement

STATE = "SELECT version, slug, open FROM triage_state WHERE journal = %s ORDER BY version DESC LIMIT 1"
HELD = "SELECT generation, journal FROM triage_slug WHERE slug = %s ORDER BY generation DESC LIMIT 1"


class _State(NamedTuple):
    version: int
    slug: str
    open: bool


class _Claim(NamedTuple):
    generation: int
    journal: str


class Names:
    """What journals are called and whether they are open: looked up once, changed here, written as new rows.

    Two transactions that change the same journal, or claim the same slug, choose the same key.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._states: dict[str, _State] = {}
        self._claims: dict[str, _Claim] = {}
        self._new_states: dict[str, _State] = {}
        self._new_claims: dict[str, _Claim] = {}

    def holder(self, slug: str) -> str:
        """The id of the journal that has the slug, or ''."""
        journal = self._claim(slug).journal
        return journal if journal and self._state(journal).slug == slug else ""

    def call(self, journal: str, slug: str, *, is_open: bool | None = None) -> None:
        """Give a journal a slug, and a state unless that stays."""
        known = self._state(journal)
        is_open = known.open if is_open is None else is_open
        if (known.slug, known.open) == (slug, is_open):
            return
        if known.slug != slug:
            self._new_claims[slug] = _Claim(self._known_claim(slug).generation + 1, journal)
        self._new_states[journal] = _State(self._known_state(journal).version + 1, slug, is_open)

    def statements(self) -> list[Statement]:
        """What writes the changes."""
        return [
            (
                "INSERT INTO triage_slug (slug, generation, journal) VALUES (%s, %s, %s)",
                [(slug, *claim) for slug, claim in self._new_claims.items()],
            ),
            (
                "INSERT INTO triage_state (journal, version, slug, open) VALUES (%s, %s, %s, %s)",
                [(journal, *state) for journal, state in self._new_states.items()],
            ),
        ]

    def _state(self, journal: str) -> _State:
        return self._new_states.get(journal) or self._known_state(journal)

    def _known_state(self, journal: str) -> _State:
        if journal not in self._states:
            rows = self._link.rows(STATE, [journal])
            self._states[journal] = _State(*rows[0]) if rows else _State(0, "", open=True)
        return self._states[journal]

    def _claim(self, slug: str) -> _Claim:
        return self._new_claims.get(slug) or self._known_claim(slug)

    def _known_claim(self, slug: str) -> _Claim:
        if slug not in self._claims:
            rows = self._link.rows(HELD, [slug])
            self._claims[slug] = _Claim(*rows[0]) if rows else _Claim(0, "")
        return self._claims[slug]
