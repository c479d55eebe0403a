"""The slugs and states of journals, as they will be once a transaction was written."""

from typing import NamedTuple

from triage.store import slugs
from triage.store.postgres.link import Link, Statement

COLUMNS = "SELECT journal, version, slug, claim, open FROM triage_state s"
STATE = f"{COLUMNS} WHERE journal = %s ORDER BY version DESC LIMIT 1"
NEWEST = "(SELECT max(version) FROM triage_state newest WHERE newest.journal = s.journal)"
STATES = f"{COLUMNS} WHERE version = {NEWEST}"
HELD = "SELECT generation, journal FROM triage_slug WHERE slug = %s ORDER BY generation DESC LIMIT 1"


class _State(NamedTuple):
    """What a journal is called, what its record asks to call it, and whether it is open."""

    version: int
    slug: str
    claim: str
    open: bool


class _Held(NamedTuple):
    generation: int
    journal: str


class Names(slugs.Slugs):
    """What journals are called and whether they are open: looked up once, changed here, written as new rows.

    Two transactions that change the same journal, or give away the same slug, choose the same key.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._states: dict[str, _State] = {}
        self._held: dict[str, _Held] = {}
        self._new_states: dict[str, _State] = {}
        self._new_held: dict[str, _Held] = {}

    def holder(self, slug: str) -> str:
        """The id of the journal that has the slug, or ''."""
        journal = (self._new_held.get(slug) or self._known_held(slug)).journal
        return journal if journal and self._state(journal).slug == slug else ""

    def claim(self, journal: str) -> str:
        """The slug that a journal's record asked for when it was looked at last; its id for a new one."""
        return self._state(journal).claim

    def keep(self, journal: str, claim: str, *, is_open: bool) -> None:
        """Keep what a journal's record asks to call it, and whether it is open; another may give way."""
        known = self._state(journal)
        if known.claim == journal and not self.holder(claim):  # a new one, and nobody is in its way
            self._set(journal, claim, claim, is_open=is_open)
        elif claim == known.claim:
            self._set(journal, known.slug, claim, is_open=is_open)
        else:
            self._assign(journal, claim, is_open=is_open)

    def statements(self) -> list[Statement]:
        """What writes the changes."""
        return [
            (
                "INSERT INTO triage_slug (slug, generation, journal) VALUES (%s, %s, %s)",
                [(slug, *held) for slug, held in self._new_held.items()],
            ),
            (
                "INSERT INTO triage_state (journal, version, slug, claim, open) VALUES (%s, %s, %s, %s, %s)",
                [(journal, *state) for journal, state in self._new_states.items()],
            ),
        ]

    def _assign(self, journal: str, claim: str, *, is_open: bool) -> None:
        """Give every journal its slug anew, as all ask for them."""
        for id, *state in self._link.rows(STATES):
            self._states.setdefault(id, _State(*state))
        states = {**self._states, **self._new_states}
        claims = {id: state.claim for id, state in states.items() if state.version} | {journal: claim}
        for id, slug in slugs.assigned(claims.items()).items():
            self._set(id, slug, claims[id], is_open=is_open if id == journal else states[id].open)

    def _set(self, journal: str, slug: str, claim: str, *, is_open: bool) -> None:
        known, kept = self._state(journal), self._known_state(journal)
        if known.slug != slug:
            self._new_held[slug] = _Held(self._known_held(slug).generation + 1, journal)
        if known[1:] != (slug, claim, is_open):
            self._new_states[journal] = _State(kept.version + 1, slug, claim, is_open)

    def _state(self, journal: str) -> _State:
        return self._new_states.get(journal) or self._known_state(journal)

    def _known_state(self, journal: str) -> _State:
        if journal not in self._states:
            rows = self._link.rows(STATE, [journal])
            self._states[journal] = _State(*rows[0][1:]) if rows else _State(0, "", journal, open=True)
        return self._states[journal]

    def _known_held(self, slug: str) -> _Held:
        if slug not in self._held:
            rows = self._link.rows(HELD, [slug])
            self._held[slug] = _Held(*rows[0]) if rows else _Held(0, "")
        return self._held[slug]
