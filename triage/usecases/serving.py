"""The site of a store while it is written: files are made when they are asked for."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from triage.errors import NotFound
from triage.redact import Redactor
from triage.render import site
from triage.render.site import Look, Made
from triage.report import Report, Summary
from triage.store import JournalRow, Store
from triage.store.rows import Published
from triage.usecases.gate import check_listed, check_summaries
from triage.usecases.pages import Manner, journal_files

KEY = "serve"
"""The name under which the store keeps the summaries of what is served."""
KEPT = 64
"""Journals whose files are kept in memory, by their heads."""


class Files(NamedTuple):
    """The files of a journal, as they are at its heads, with so many events spooled."""

    heads: tuple[str, ...]
    made: dict[str, bytes]
    spooled: int


class Serving:
    """What is served. Methods may be called from any thread: each opens the store for itself."""

    def __init__(
        self,
        again: Callable[[], Store],
        manner: Manner,
        look: Look,
        redactor: Redactor,
        *,
        spooled: Callable[[], Mapping[str, int]],
    ) -> None:
        self._again = again
        self._spooled = spooled
        self._manner = manner
        self._look = look
        self._redactor = redactor
        self._kept: dict[str, Files] = {}
        self._alone = threading.Lock()

    def heads(self) -> dict[str, tuple[str, ...]]:
        """The heads of every journal by its slug: what changes when an event is appended."""
        store = self._again()
        try:
            return {row.slug: row.heads for row in store.journals()}
        finally:
            store.close()

    def file(self, path: str) -> bytes:
        """The bytes of a file of the site; `NotFound` for no such file, `SecretFound` as for a document."""
        store = self._again()
        try:
            with self._alone:
                if path.startswith("journals/"):
                    return self._of_journal(store, path)
                return self._of_site(store, path)
        finally:
            store.close()

    def _of_journal(self, store: Store, path: str) -> bytes:
        slug = path.split("/")[1]
        row = store.journal(slug)
        if row is None:
            raise NotFound(f"no journal {slug!r:.80}", hint="see the index")
        known, wait = self._kept.get(slug), self._spooled().get(row.id, 0)
        if known is None or (known.heads, known.spooled) != (row.heads, wait):
            manner = self._manner._replace(style=self._manner.style._replace(spooled=wait))
            _, made = journal_files(store, row, manner, self._redactor)
            known = Files(row.heads, {each.path: each.data for each in made}, wait)
            self._kept.pop(slug, None)
            self._kept[slug] = known
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return _one(known.made, path)

    def _of_site(self, store: Store, path: str) -> bytes:
        entries = self._entries(store)

        def summaries(journals: Sequence[str]) -> list[Summary]:
            found = store.summaries(KEY, journals)
            check_summaries(found, self._redactor)
            return found

        check_listed(entries, self._look, self._redactor)
        if path in site.FRONT:
            return _one_of(site.front_files(entries, site.shards(entries), self._look, summaries), path)
        for shard in site.shards(entries):
            if path in site.shard_paths(shard):
                return _one_of(site.shard_files(shard, self._look, summaries), path)
        raise NotFound(f"no page {path!r:.80}", hint="see the index")

    def _entries(self, store: Store) -> list[Published]:
        """All journals, with the summaries of those that changed made anew."""
        rows = {row.id: row for row in store.journals()}
        known = {each.journal: each for each in store.published(KEY)}
        stale = [
            row
            for id, row in rows.items()
            if id not in known or (known[id].heads, known[id].slug) != (row.heads, row.slug)
        ]
        if stale:
            fresh = [(_summary(store, row), "") for row in stale]
            store.keep_publication(KEY, store.site(KEY), fresh, [id for id in known if id not in rows])
        return [each for each in store.published(KEY) if each.heads]


def _summary(store: Store, row: JournalRow) -> Summary:
    report = Report.from_events(islice(store.events(row.id), row.events))
    return Summary.from_report(report)._replace(slug=row.slug)


def _one_of(files: Iterable[Made], path: str) -> bytes:
    """One of the files that are made; the others are left."""
    return _one({each.path: each.data for each in files if each.path == path}, path)


def _one(made: dict[str, bytes], path: str) -> bytes:
    if path not in made:
        raise NotFound(f"no page {path!r:.80}", hint="see the index")
    return made[path]
