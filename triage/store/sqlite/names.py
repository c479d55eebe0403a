"""The slugs and states of journals in the SQLite store: its tables journal and claim.

A claim stands where a journal is called otherwise than its record asks: another has that slug.
"""

from typing import TYPE_CHECKING

from triage.store import slugs

if TYPE_CHECKING:
    import sqlite3

CLAIMS = "SELECT j.id, j.slug, coalesce(c.slug, j.slug) FROM journal j LEFT JOIN claim c ON c.journal = j.id"


class Names(slugs.Slugs):
    """What journals are called and whether they are open; every change is a part of the transaction."""

    def __init__(self, db: "sqlite3.Connection") -> None:
        self._db = db

    def holder(self, slug: str) -> str:
        """The id of the journal that has the slug, or ''."""
        row = self._db.execute("SELECT id FROM journal WHERE slug = ?", [slug]).fetchone()
        return str(row[0]) if row else ""

    def claim(self, journal: str) -> str:
        """The slug that a journal's record asked for when it was looked at last; its id for a new one."""
        return str(self._db.execute(f"{CLAIMS} WHERE j.id = ?", [journal]).fetchone()[2])

    def add(self, journal: str, slug: str) -> None:
        """Add a new journal, which has no events yet."""
        self._db.execute("INSERT INTO journal VALUES (?, ?, 1, 0, '', '')", [journal, slug])

    def keep(self, journal: str, claim: str, *, is_open: bool) -> None:
        """Keep what a journal's record asks to call it, and whether it is open; another may give way."""
        self._db.execute("UPDATE journal SET open = ? WHERE id = ?", [is_open, journal])
        known = self.claim(journal)
        if known == journal and not self.holder(claim):  # a new one, and nobody is in its way
            self._db.execute("UPDATE journal SET slug = ? WHERE id = ?", [claim, journal])
        elif claim != known:
            self._assign({journal: claim})

    def _assign(self, changed: dict[str, str]) -> None:
        """Give every journal its slug anew, as all ask for them; those that change have none in passing."""
        rows = self._db.execute(CLAIMS).fetchall()
        claims = {id: claim for id, _, claim in rows} | changed
        names = slugs.assigned(claims.items())
        moved = [(names[id], id) for id, slug, _ in rows if names[id] != slug]
        self._db.executemany("UPDATE journal SET slug = '~' || id WHERE id = ?", [[id] for _, id in moved])
        self._db.executemany("UPDATE journal SET slug = ? WHERE id = ?", moved)
        self._db.execute("DELETE FROM claim")
        asking = [(id, claim) for id, claim in claims.items() if names[id] != claim]
        self._db.executemany("INSERT INTO claim VALUES (?, ?)", asking)
