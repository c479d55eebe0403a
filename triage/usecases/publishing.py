"""Publishing: the journals that changed, made anew, and the index around them, to a target."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from triage.publish import SITE, Checkpoint, File, Incomplete, Plan, Target
from triage.publish import Site as Staged
from triage.redact import Redactor
from triage.render import site
from triage.render.site import Look, Made
from triage.report import Summary
from triage.store import JournalRow, Published, SiteRow, Store
from triage.usecases.pages import Manner, journal_files, markdown_index

MANY = 24
"""Journals from which on every processor makes its share."""


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
    """A publication, made unless it was a dry run: what changes, and for how many journals."""

    plan: Plan
    journals: int
    total: int


def publish(
    store: Store,
    chosen: Sequence[JournalRow],
    publication: Publication,
    redactor: Redactor,
    *,
    dry_run: bool = False,
) -> Outcome:
    """Bring a target up to date with journals of the store.

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
    chosen: Sequence[JournalRow],
    publication: Publication,
    redactor: Redactor,
    folder: str,
    *,
    whole: bool,
    dry_run: bool,
) -> Outcome:
    key, style = publication.key, _style(publication)
    before = {each.journal: each for each in store.published(key)}
    rows = {row.id: row for row in store.journals()}
    site_row = store.site(key)
    due = _due(rows, chosen, before, style, whole=whole)
    made, files = _journals(store, due, publication, redactor, folder)
    after = {id: each for id, each in before.items() if each.heads and id in rows}
    after |= {summary.journal: _published(summary, style) for summary in made}
    withdrawn = [id for id in before if id not in rows]

    fresh = {summary.journal: summary for summary in made}

    def summaries(journals: Sequence[str]) -> list[Summary]:
        asked = [id for id in journals if id not in fresh]
        known = {each.journal: each for each in store.summaries(key, asked)} | fresh
        return [known[id] for id in journals]

    index, kept = _index(before, after, publication, site_row, summaries, whole=whole)
    files += [_stage(folder, SITE, each) for each in index]
    staged = Staged(
        id=site_row.id,
        files=tuple(files),
        groups=frozenset({SITE, *fresh, *withdrawn}),
        checkpoints={id: _checkpoint(summary) for id, summary in fresh.items()},
        known=lambda checkpoint: _knows(store, rows, checkpoint),
        kept=frozenset(kept),
        title=_title(made),
    )
    plan = publication.target.plan(staged)
    if not dry_run:
        publication.target.apply(plan)
        look = SiteRow(site_row.id, _look_style(publication))
        store.keep_publication(key, look, [(summary, style) for summary in made], withdrawn)
    return Outcome(plan, len(made), len(after))


def _due(
    rows: Mapping[str, JournalRow],
    chosen: Sequence[JournalRow],
    before: Mapping[str, Published],
    style: str,
    *,
    whole: bool,
) -> list[JournalRow]:
    """The journals to be made anew: chosen ones that changed, and those whose place another one takes."""
    wanted = {row.id for row in chosen} | ({id for id in before if id in rows} if whole else set())
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
) -> tuple[list[Summary], list[File]]:
    """The summaries and the staged files of journals."""
    if len(due) < MANY:
        done = _share(store, due, publication.manner, redactor, folder)
    else:
        done = _shares(due, publication, redactor, folder)
    summaries, files = [], []
    for summary, staged in done:
        summaries.append(summary)
        files += staged
    return summaries, files


def _share(
    store: Store, due: Iterable[JournalRow], manner: Manner, redactor: Redactor, folder: str
) -> Iterator[tuple[Summary, list[File]]]:
    for row in due:
        summary, made = journal_files(store, row, manner, redactor)
        yield summary, [_stage(folder, row.id, each) for each in made]


def _shares(
    due: Sequence[JournalRow], publication: Publication, redactor: Redactor, folder: str
) -> Iterator[tuple[Summary, list[File]]]:
    """The same on all processors; each has its own connection to the store."""
    from concurrent.futures import ProcessPoolExecutor

    workers = min(os.cpu_count() or 1, 8)
    shares = [due[start::workers] for start in range(workers)]
    with ProcessPoolExecutor(workers) as pool:
        again, manner = publication.again, publication.manner
        jobs = [pool.submit(_in_a_process, again, share, manner, redactor, folder) for share in shares]
        for job in jobs:
            yield from job.result()


def _in_a_process(
    again: Callable[[], Store], share: Sequence[JournalRow], manner: Manner, redactor: Redactor, folder: str
) -> list[tuple[Summary, list[File]]]:
    store = again()
    try:
        return list(_share(store, share, manner, redactor, folder))
    finally:
        store.close()


def _stage(folder: str, group: str, made: Made) -> File:
    """Put a file where the target takes it from."""
    source = os.path.join(folder, sha256(f"{group}/{made.path}".encode()).hexdigest()[:40])
    with open(source, "wb") as file:
        file.write(made.data)
    return File(made.path, group, sha256(made.data).hexdigest(), len(made.data), source)


def _index(
    before: Mapping[str, Published],
    after: Mapping[str, Published],
    publication: Publication,
    row: SiteRow,
    summaries: site.Summaries,
    *,
    whole: bool,
) -> tuple[list[Made], list[str]]:
    """The site's own files that may have changed, and the paths of those that stand as they are."""
    look, entries = publication.look, list(after.values())
    if publication.manner.form == "markdown":
        order = sorted(entries, key=lambda one: (one.updated_at, one.journal), reverse=True)
        return list(markdown_index(summaries([one.journal for one in order]), look.title)), []
    alike = not whole and row.style == _look_style(publication)
    stood = _stood(before) if alike else {}
    pages = site.shards(entries)
    made: list[Made] = []
    kept: list[str] = []
    for shard in pages:
        if stood.get(shard.name) == shard.listed:
            kept += site.shard_paths(shard)
        else:
            made += site.shard_files(shard, look, summaries)
    return [*made, *site.front_files(entries, pages, look, summaries)], kept


def _stood(before: Mapping[str, Published]) -> dict[str, tuple[site.Listed, ...]]:
    """The shards as they were published."""
    return {
        shard.name: shard.listed for shard in site.shards([each for each in before.values() if each.heads])
    }


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
    row = rows.get(checkpoint.journal)
    if row is None:
        return False
    heads = set(checkpoint.heads)
    return heads <= set(row.heads) or heads <= {event.digest for event in store.events(row.id)}


def _style(publication: Publication) -> str:
    """What documents rest on besides their record, in a few digits: where it differs they are made anew."""
    manner = publication.manner
    texts = [repr(manner._replace(folders=())), *_templates(manner.folders)]
    return sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _look_style(publication: Publication) -> str:
    return sha256(repr(publication.look).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _templates(folders: Iterable[str]) -> Iterator[str]:
    """The names and texts of a team's templates."""
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".j2"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    yield f"{name}\n{file.read()}"


def _title(made: Sequence[Summary]) -> str:
    """One line that says what is published, for a commit."""
    names = [summary.slug for summary in made]
    if len(names) > 3:
        return f"Publish {len(names)} journals"
    return f"Publish {', '.join(names)}" if names else "Publish the index"
