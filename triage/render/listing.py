"""The indexes of a site in Markdown, for MkDocs, Zensical and wikis: the latest journals, all by month."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from operator import attrgetter

from triage.render.escape import plain
from triage.render.inline import shown
from triage.render.site import LATEST, Listed, Look, Made, Shard, Summaries
from triage.report import Summary


def page_path(slug: str) -> str:
    """The path of a journal's page; a slug has no full stop, so that none takes the place of the index."""
    return f"{slug}.md" if slug != "index" else "index.journal.md"


def shard_paths(shard: Shard) -> list[str]:
    """The path of a shard's page."""
    return [f"archive/{shard.name}.md"]


def shard_files(shard: Shard, look: Look, summaries: Summaries) -> Iterator[Made]:
    """The page of a shard: one line a journal."""
    found = summaries([each.journal for each in shard.listed])
    yield _made(shard_paths(shard)[0], f"{look.title}: {shard.name}", _table(found, "../"))


def front_files(
    listed: Sequence[Listed], pages: Sequence[Shard], look: Look, summaries: Summaries
) -> Iterator[Made]:
    """The index: the journals that changed last, and the way to all."""
    latest = nlargest(LATEST, listed, key=attrgetter("updated_at", "journal"))
    lines = _table(summaries([each.journal for each in latest]), "")
    lines += ["", "## All by month of opening", ""] if pages else []
    lines += [f"- [{page.name}]({shard_paths(page)[0]}): {len(page.listed)}" for page in pages]
    yield _made("index.md", look.title, lines)


def _made(path: str, title: str, lines: Sequence[str]) -> Made:
    return Made(path, "\n".join([f"# {_cell(title)}", "", *lines, ""]).encode("utf-8", "backslashreplace"))


def _table(summaries: Sequence[Summary], up: str) -> list[str]:
    lines = ["| Journal | Status | Severity | Service | Updated |", "|---|---|---|---|---|"]
    for each in summaries:
        cells = map(_cell, (each.status, each.severity, each.service, each.updated_at[:10]))
        lines.append(f"| [{_cell(each.title)}]({up}{page_path(each.slug)}) | {' | '.join(cells)} |")
    return lines


def _cell(text: str) -> str:
    return plain(shown(text), first=False)
