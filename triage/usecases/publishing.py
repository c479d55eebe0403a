"""Publishing: the journals that changed, made anew, and the index around them, to a target."""

import gc
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

from triage.publish import SITE, Checkpoint, File, Incomplete, Plan, Site, Target
from triage.redact import Redactor
from triage.render import built_in, listing, site
from triage.render.site import Look, Made, Shard, Summaries
from triage.report import Summary
from triage.store import JournalRow, Store
from triage.store.rows import Published, SiteRow
from triage.usecases.gate import check_listed, check_summaries
from triage.usecases.pages import Manner, journal_files
from triage.usecases.stage import Shelf, Stage

MANY = 24
"""Journals from which on every processor makes a share, and of which a share is."""


class Publication(NamedTuple):
    """What is published, where to and how.

    ``target`` is where; ``key`` its name in the store. ``again`` makes a new opener of the store, for other
    processes.
    """

    target: Target
    key: str
    manner: Manner
    look: Look
    again: Callable[[], Store]


class Outcome(NamedTuple):
    """A publication, made unless it was a dry run: what changes, and for how many journals.

    ``besides`` are the slugs of journals that nobody chose, and that could not stay as they were.
    """

    plan: Plan
    journals: int
    total: int
    besides: tuple[str, ...] = ()


def publish(
    store: Store,
    chosen: Set[str] | None,
    publication: Publication,
    redactor: Redactor,
    *,
    dry_run: bool = False,
) -> Outcome:
    """Bring a target up to date with journals of the store: with those of these ids, or with all.

    Only what changed since the last publication is made anew. Raises `Conflict` where somebody else changed
    the target, `SecretFound` where a document would show a secret; nothing is changed there then.
    """
    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        try:
            done = _publish(store, chosen, publication, redactor, folder, whole=False, dry_run=dry_run)
        except Incomplete:
            done = _publish(store, chosen, publication, redactor, folder, whole=True, dry_run=dry_run)
    return done


def _publish(
    store: Store,
    chosen: Set[str] | None,
    publication: Publication,
    redactor: Redactor,
    folder: str,
    *,
    whole: bool,
    dry_run: bool,
) -> Outcome:
    key, style = publication.key, _style(publication)
    before = {each.journal: each for each in store.published(key)}
    some = None if whole else chosen
    rows = {row.id: row for row in store.journals()} if some is None else _rows(store, some, before)
    site_row = store.site(key)
    due = _due(rows, rows.keys() if chosen is None else chosen, before, style, whole=whole)
    withdrawn = {id for id in before if id not in rows} if some is None else set()
    after = {id: each for id, each in before.items() if each.heads and id not in withdrawn}
    shelf = Shelf(folder)
    files: list[File] = []
    checkpoints: dict[str, Checkpoint] = {}
    for summary, staged in _journals(store, due, publication, redactor, folder):
        shelf.put(summary)
        files += staged
        after[summary.journal] = _published(summary, style)
        checkpoints[summary.journal] = _checkpoint(summary)

    def summaries(journals: Sequence[str]) -> list[Summary]:
        asked = [id for id in journals if id not in shelf]
        known = {each.journal: each for each in store.summaries(key, asked)}
        check_summaries(list(known.values()), redactor)  # rules may have been added since they were made
        return [known.get(id) or shelf.take(id) for id in journals]

    check_listed(list(after.values()), publication.look, redactor)
    anew = {*checkpoints, *withdrawn}
    index, kept = _index(anew, before, after, publication, site_row, summaries, whole=whole)
    stage = Stage(folder)
    files += (_staged(stage, SITE, each) for each in index)
    staged_site = Site(
        id=site_row.id,
        files=tuple(files),
        groups=frozenset({SITE, *anew}),
        checkpoints=checkpoints,
        known=lambda checkpoint: _knows(store, rows, checkpoint),
        kept=frozenset(kept),
        title=_title([each.slug for each in checkpoints.values()]),
    )
    plan = publication.target.plan(staged_site)
    if not dry_run:
        publication.target.apply(plan)
        look = SiteRow(site_row.id, _look_style(publication))
        store.keep_publication(key, look, ((summary, style) for summary in shelf), sorted(withdrawn))
    besides = () if chosen is None or whole else tuple(row.slug for row in due if row.id not in chosen)
    return Outcome(plan, len(due), len(after), besides)


def _rows(store: Store, chosen: Iterable[str], before: Mapping[str, Published]) -> dict[str, JournalRow]:
    """The journals that can be due where only some were chosen: not all need be read for one that changed."""
    purged = (id for id, each in before.items() if not each.heads)
    rows = _looked_up(store, {*chosen, *purged})
    slugs = {row.slug for row in rows.values()}
    return rows | _looked_up(store, [id for id, each in before.items() if each.slug in slugs])


def _looked_up(store: Store, ids: Iterable[str]) -> dict[str, JournalRow]:
    return {row.id: row for id in ids if (row := store.journal(id)) is not None}


def _due(
    rows: Mapping[str, JournalRow],
    chosen: Set[str],
    before: Mapping[str, Published],
    style: str,
    *,
    whole: bool,
) -> list[JournalRow]:
    """The journals to be made anew: chosen ones that changed, and those whose place another one takes."""
    wanted = chosen | {id for id in before if id in rows} if whole else chosen
    due = {id for id in wanted if whole or _is_stale(before.get(id), rows[id], style)}
    due |= {id for id, each in before.items() if not each.heads and id in rows}
    slugs = {rows[id].slug for id in due}
    due |= {
        id for id, each in before.items() if each.slug in slugs and id in rows and rows[id].slug != each.slug
    }
    return [rows[id] for id in sorted(due)]


def _is_stale(published: Published | None, row: JournalRow, style: str) -> bool:
    return published is None or (published.heads, published.slug, published.style) != (
        row.heads,
        row.slug,
        style,
    )


def _journals(
    store: Store, due: Sequence[JournalRow], publication: Publication, redactor: Redactor, folder: str
) -> Iterator[tuple[Summary, list[File]]]:
    """The summaries of journals, each with its staged files."""
    if len(due) < MANY:
        return _share(store, due, publication.manner, redactor, folder)
    return _shares(due, publication, redactor, folder)


def _share(
    store: Store, due: Iterable[JournalRow], manner: Manner, redactor: Redactor, folder: str
) -> Iterator[tuple[Summary, list[File]]]:
    stage = Stage(folder)
    for row in due:
        summary, made = journal_files(store, row, manner, redactor)
        yield summary, [_staged(stage, row.id, each) for each in made]


def _shares(
    due: Sequence[JournalRow], publication: Publication, redactor: Redactor, folder: str
) -> Iterator[tuple[Summary, list[File]]]:
    """The same on all processors; each has its own connection to the store."""
    from concurrent.futures import ProcessPoolExecutor

    shares = [due[start : start + MANY] for start in range(0, len(due), MANY)]
    share = partial(_in_a_process, publication.again, publication.manner, redactor, folder)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        for done in pool.map(share, shares):
            yield from done


def _in_a_process(
    again: Callable[[], Store], manner: Manner, redactor: Redactor, folder: str, share: Sequence[JournalRow]
) -> list[tuple[Summary, list[File]]]:
    gc.freeze()  # what is here will stay, and need not be looked through after each share
    store = again()
    try:
        return list(_share(store, share, manner, redactor, folder))
    finally:
        store.close()
        gc.collect()  # a process of the command line collects no cycles by itself, and this one goes on


def _staged(stage: Stage, group: str, made: Made) -> File:
    """A file where the target takes it from."""
    return File(made.path, group, sha256(made.data).hexdigest(), stage.put(made.data))


def _index(
    anew: Set[str],
    before: Mapping[str, Published],
    after: Mapping[str, Published],
    publication: Publication,
    row: SiteRow,
    summaries: Summaries,
    *,
    whole: bool,
) -> tuple[Iterator[Made], list[str]]:
    """The site's own files that may have changed, and the paths of those that stand as they are.

    ``anew`` are the journals whose entries may be others than before, or gone.
    """
    look, entries = publication.look, list(after.values())
    form = listing if publication.manner.form == "markdown" else site
    known = all(before[id].heads for id in anew if id in before)  # where a purged journal stood is not
    alike = known and not whole and row.style == _look_style(publication)
    pages = site.shards(entries)
    changed = _changed(pages, anew, before, after) if alike else {shard.name for shard in pages}
    kept = [path for shard in pages if shard.name not in changed for path in form.shard_paths(shard)]
    others = (shard for shard in pages if shard.name in changed)
    made = (file for shard in others for file in form.shard_files(shard, look, summaries))
    return chain(made, form.front_files(entries, pages, look, summaries)), kept


def _changed(
    pages: Sequence[Shard],
    anew: Set[str],
    before: Mapping[str, Published],
    after: Mapping[str, Published],
) -> set[str]:
    """The names of the shards that are not as they were published: only months of journals made anew are."""
    others = [found[id] for found in (before, after) for id in anew if id in found and found[id].heads]
    months = {site.month_of(each) for each in others}
    touched = [shard for shard in pages if site.month_of(shard.listed[0]) in months]
    listed = [each for shard in touched for each in shard.listed if each.journal not in anew]
    listed += [before[id] for id in anew if id in before and before[id].heads]
    stood = {shard.name: shard.listed for shard in site.shards(listed)}
    return {shard.name for shard in touched if stood.get(shard.name) != shard.listed}


def _published(each: Summary, style: str) -> Published:
    """A summary, as the indexes list it once it is published."""
    return Published(
        each.journal, style, each.heads, each.slug, each.type, each.status, each.severity, each.service,
        each.opened_at, each.updated_at, len(each.owed),
    )  # fmt: skip


def _checkpoint(summary: Summary) -> Checkpoint:
    return Checkpoint(summary.journal, summary.slug, summary.events, summary.heads)


def _knows(store: Store, rows: Mapping[str, JournalRow], checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint's heads are all in our record: what was published then is part of it."""
    row = rows.get(checkpoint.journal) or store.journal(checkpoint.journal)
    if row is None:
        return False
    heads = set(checkpoint.heads)
    return heads <= set(row.heads) or heads <= {event.digest for event in store.events(row.id)}


def _style(publication: Publication) -> str:
    """What documents rest on besides their record, in a few digits: where it differs they are made anew."""
    manner = publication.manner
    texts = [repr(manner._replace(folders=())), *_templates([*manner.folders, str(built_in())])]
    return sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _look_style(publication: Publication) -> str:
    """The same for the pages of the index."""
    texts = [publication.manner.form, repr(publication.look), *_templates([str(built_in() / "site")])]
    return sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _templates(folders: Iterable[str]) -> Iterator[str]:
    """The names and texts of the templates of documents, with the style sheet and the script of the page."""
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if name.endswith((".j2", ".css", ".js")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    yield f"{name}\n{file.read()}"


def _title(names: Sequence[str]) -> str:
    """One line that says what is published, for a commit."""
    if len(names) > 3:
        return f"Publish {len(names)} journals"
    return f"Publish {', '.join(names)}" if names else "Publish the index"
