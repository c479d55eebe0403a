"""The pages of a site that belong to no journal: its index, archive, obligations, feed and data.

Each is made from summaries alone. The archive is cut into shards, by the month in which a journal was opened
and at most `SHARD` journals each, so that a change of one journal changes one shard, however many there are.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from heapq import nlargest
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from triage import times
from triage.render.inline import shown
from triage.report import Summary

SHARD = 100
"""Journals of one page of the archive."""
LATEST = 100
"""Journals that the index names without a script."""
FEED = 50
"""Entries of the feed."""
FEW = 12
"""Obligations that the front page names of one journal; the pages of the months name all."""
FACETS = ("status", "severity", "service", "type")


class Look(NamedTuple):
    """What the pages of a site have in common.

    ``base`` is the address where the site will stand, or '' where that is not known; ``classification`` is
    such as ``internal`` or ``TLP:AMBER``.
    """

    title: str = "Triage"
    classification: str = ""
    base: str = ""
    version: str = ""
    live: bool = False


class Listed(Protocol):
    """A journal as it is listed, before its summary is read: what order, shard and facets rest on."""

    @property
    def journal(self) -> str: ...  # noqa: D102
    @property
    def slug(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def opened_at(self) -> str: ...  # noqa: D102
    @property
    def updated_at(self) -> str: ...  # noqa: D102
    @property
    def owed(self) -> int: ...  # noqa: D102


class Shard(NamedTuple):
    """A page of the archive: ``2026-05``, ``2026-05-2``, or ``undated``."""

    name: str
    listed: tuple[Listed, ...]


class Made(NamedTuple):
    """A file of the site: its path and its bytes."""

    path: str
    data: bytes


Summaries = Callable[[Sequence[str]], Sequence[Summary]]
"""Gives the summaries of journals by their ids, in the order asked for."""


def folder_of(slug: str) -> str:
    """The folder of a journal's files."""
    return f"journals/{slug}"


def shards(listed: Sequence[Listed]) -> list[Shard]:
    """The archive, the newest month first; within a month in the order of opening."""
    months: defaultdict[str, list[Listed]] = defaultdict(list)
    for each in listed:
        months[month_of(each)].append(each)
    return [shard for month in sorted(months, reverse=True) for shard in _cut(month, months[month])]


def month_of(listed: Listed) -> str:
    """The month of the archive in which a journal stands."""
    return listed.opened_at[:7] or "undated"


def _cut(month: str, listed: list[Listed]) -> Iterator[Shard]:
    listed.sort(key=attrgetter("opened_at", "journal"))
    for number, start in enumerate(range(0, len(listed), SHARD), 1):
        name = month if number == 1 else f"{month}-{number}"
        yield Shard(name, tuple(listed[start : start + SHARD]))


def shard_paths(shard: Shard) -> list[str]:
    """The paths of a shard's files."""
    paths = [f"archive/{shard.name}.html", f"data/{shard.name}.js", f"data/{shard.name}.json"]
    owed = any(each.owed for each in shard.listed)
    return [*paths, f"obligations/{shard.name}.html"] if owed else paths


def shard_files(shard: Shard, look: Look, summaries: Summaries) -> Iterator[Made]:
    """The files of a shard."""
    found = summaries([each.journal for each in shard.listed])
    frame = _frame()
    yield Made(f"archive/{shard.name}.html", frame("archive", look, "../", shard=shard, summaries=found))
    items = [as_dict(summary) for summary in found]
    yield Made(f"data/{shard.name}.json", _json({"format": "triage.site.v1", "journals": items}))
    rows = json.dumps([_row(summary) for summary in found], ensure_ascii=False, separators=(",", ":"))
    yield Made(f"data/{shard.name}.js", f"triageShard({_for_script(rows)})\n".encode())
    owing = [summary for summary in found if summary.owed]
    if owing:
        page = frame("obligations", look, "../", shard=shard, summaries=owing, pages=[], few=FEW)
        yield Made(f"obligations/{shard.name}.html", page)


FRONT = (
    ".nojekyll", "search.js", "index.html", "obligations.html", "feed.xml", "index.json", "llms.txt",
)  # fmt: skip
"""The paths of `front_files`, in the order in which they may be written."""


def front_files(
    listed: Sequence[Listed], pages: Sequence[Shard], look: Look, summaries: Summaries
) -> Iterator[Made]:
    """What is made anew at every publication: index, obligations, feed, ``index.json`` and ``llms.txt``."""
    newest_first = attrgetter("updated_at", "journal")
    latest = nlargest(LATEST, listed, key=newest_first)
    all_owing = [each for each in listed if each.owed]
    owing = nlargest(LATEST, all_owing, key=newest_first)
    found = {each.journal: each for each in summaries(list({one.journal for one in (*latest, *owing)}))}
    newest = [found[each.journal] for each in latest]
    frame = _frame()
    owing_pages = [page for page in pages if any(each.owed for each in page.listed)]
    shared: dict[str, Any] = {
        "total": len(listed),
        "open": sum(_is_open(each) for each in listed),
        "owing": len(all_owing),
    }
    yield Made(".nojekyll", b"")
    yield Made("search.js", _script())
    yield Made(
        "index.html",
        frame(
            "index", look, "", summaries=newest, pages=pages, facets=_facets(listed), search=True, **shared
        ),
    )
    some = [found[each.journal] for each in owing]
    yield Made(
        "obligations.html",
        frame("obligations", look, "", summaries=some, pages=owing_pages, shard=None, few=FEW, **shared),
    )
    yield Made(
        "feed.xml",
        frame("feed", look, "", summaries=newest[:FEED], updated=latest[0].updated_at if latest else ""),
    )
    yield Made("index.json", _index_json(newest, pages, look, shared))
    yield Made("llms.txt", _llms(newest, pages, look, shared))


def as_dict(summary: Summary) -> dict[str, Any]:
    """A summary as ``index.json`` and the shards' JSON tell it."""
    folder = folder_of(summary.slug)
    value = summary._asdict()
    del value["words"]
    value["heads"] = list(summary.heads)
    value["owed"] = [owed._asdict() for owed in summary.owed]
    value |= {
        "page": f"{folder}/index.html",
        "markdown": f"{folder}/report.md",
        "json": f"{folder}/report.json",
    }
    return value | {"record": f"{folder}/record.jsonl", "checkpoint": f"{folder}/checkpoint.json"}


def _row(summary: Summary) -> list[Any]:
    """A summary as the script of the index reads it: in the order of ``FIELDS`` in search.js."""
    texts = (summary.title, summary.status, summary.severity, summary.service, summary.type, summary.lead)
    return [
        summary.slug,
        *map(shown, texts),
        summary.updated_at,
        len(summary.owed),
        summary.words,
    ]


def _is_open(each: Listed) -> bool:
    return each.status not in ("resolved", "abandoned")


def _facets(listed: Sequence[Listed]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Each facet with its values and how many journals have them, the most frequent first."""
    found = []
    for name in FACETS:
        counts = Counter(map(attrgetter(name), listed))
        found.append(
            (name, sorted(((v, n) for v, n in counts.items() if v), key=lambda one: (-one[1], one[0]))[:200])
        )
    return found


def _index_json(
    newest: Sequence[Summary], pages: Sequence[Shard], look: Look, shared: dict[str, Any]
) -> bytes:
    value = {"format": "triage.site.v1", "title": look.title, "classification": look.classification, **shared}
    data = [{"data": f"data/{page.name}.json", "journals": len(page.listed)} for page in pages]
    return _json(value | {"latest": [as_dict(summary) for summary in newest], "pages": data})


def _llms(newest: Sequence[Summary], pages: Sequence[Shard], look: Look, shared: dict[str, Any]) -> bytes:
    """The site for language models, by the form of llmstxt.org: a title, a line about it, lists of links."""
    said = "{total} journals of operations work, {open} open, {owing} with obligations.".format(**shared)
    lines = [f"# {_flat(look.title)}", "", f"> {said} Each is rendered from its append-only record.", ""]
    lines += ["## Latest", ""]
    for each in newest:
        facts = ", ".join(
            text for text in (each.status, each.severity, each.service, each.updated_at[:16]) if text
        )
        lines.append(f"- [{_flat(each.title)}]({folder_of(each.slug)}/report.md): {_flat(facts)}")
    lines += ["", "## All", ""]
    lines += [f"- [{page.name}](data/{page.name}.json): {len(page.listed)} journals" for page in pages]
    lines += [
        "",
        "## Optional",
        "",
        "- [Open obligations](obligations.html)",
        "- [index.json](index.json)",
        "",
    ]
    return "\n".join(lines).encode()


def _flat(text: str) -> str:
    """A text on one line, in which no bracket ends a link."""
    return shown(text).replace("[", "(").replace("]", ")")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


def _for_script(text: str) -> str:
    """JSON that stands in a script: JavaScript's own line ends are escaped."""
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _script() -> bytes:
    from triage.render import built_in

    folder = built_in() / "site"
    return b"".join((folder / name).read_bytes() for name in ("minisearch.js", "search.js"))


@cache
def _frame() -> Callable[..., bytes]:
    """What makes a page of a template in ``templates/site``."""
    import jinja2
    from markupsafe import Markup

    from triage.render import built_in
    from triage.render.compiled import Compiled
    from triage.render.page import hashed, live_script, tight_styles

    environment = jinja2.Environment(
        autoescape=True,
        bytecode_cache=Compiled(__file__),
        finalize=lambda value: shown(value) if type(value) is str else value,
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader(str(built_in())),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["folder"] = folder_of
    environment.filters["when"] = lambda at: times.show(at or None, "exact") if at else "unknown"
    styles = tight_styles(
        environment.get_template("page.css").render() + environment.get_template("site/site.css").render()
    )
    digest, live = hashed(styles), live_script(built_in())

    def made(name: str, look: Look, up: str, **values: Any) -> bytes:
        ending = "xml" if name == "feed" else "html"
        values = {"search": False} | values
        template = environment.get_template(f"site/{name}.{ending}.j2")
        text = template.render(
            look=look,
            up=up,
            styles=Markup(styles),  # noqa: S704  ours
            styles_hash=digest,
            live_script=Markup(live),  # noqa: S704  ours
            live_hash=hashed(live),
            **values,
        )
        return text.encode("utf-8", "backslashreplace")

    return made
