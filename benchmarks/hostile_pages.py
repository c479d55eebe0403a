"""Hostile text in every text field of the built-in pages: what it does in Chromium, over a whole corpus.

Reads ``../shared/corpora/hostile-text.jsonl.gz`` beside the checkout, or from the folder that TRIAGE_CORPORA
names. Every text stands in every field of the main part of one journal and of the addendum of another; the
journals are published as sites, by each built-in template, and every page is opened from its file. Then the
same texts stand raw in a page and an index, where the policy alone is left. What the redactor hides is right
to be missing: it is counted. Ends with 1 where anything ran, left, differed or was lost. Two numbers choose
some texts.
"""

import gzip
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import chromium  # noqa: E402  beside the tests, which share it
from hostile import TWINS  # noqa: E402
from hostile_journals import Remembering, record, small, templates, text_fields  # noqa: E402
from hostile_pages import Window, has_redacted, unescaped, window, wrong, wrong_list  # noqa: E402
from tests_support import new_store  # noqa: E402

from triage import config  # noqa: E402
from triage.errors import SecretFound  # noqa: E402
from triage.publish.folder import FolderTarget  # noqa: E402
from triage.redact import Redactor  # noqa: E402
from triage.render import Style  # noqa: E402
from triage.render.site import Look  # noqa: E402
from triage.store import JournalRow, Store, open_store  # noqa: E402
from triage.usecases import pages  # noqa: E402
from triage.usecases.pages import Manner, journal_files  # noqa: E402
from triage.usecases.publishing import Publication, publish  # noqa: E402

CORPUS = Path(os.environ.get("TRIAGE_CORPORA") or ROOT.parent / "shared/corpora") / "hostile-text.jsonl.gz"
BATCH = 100
"""Journals of one site: all of them are on its index."""
FEW = 20
"""Journals that are published in this process, and in no other."""
WORKERS = 2
SHOWN = 400
TEMPLATES = templates()
"""All that are built in; the lists of a site are the same by each."""
LISTS = ("index.html", "obligations.html", "archive/2026-05.html", "obligations/2026-05.html")
WORDS = ("script", "request", "console", "node", "hidden character", "structure", "text")


Pair = tuple[str, str]
Wrong = Iterator[tuple[object, str]]


class Found(NamedTuple):
    """What a batch came to: counts, and what is wrong, each with its texts."""

    counts: Counter[str]
    wrong: list[tuple[str, str]]


def main() -> None:
    """Try all texts, and print a line for each figure."""
    if not CORPUS.is_file():
        print(f"no {CORPUS}: nothing was tried")
        return
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    texts = texts[slice(*map(int, sys.argv[1:3]))] if sys.argv[1:] else texts
    start = time.perf_counter()
    pairs = list(zip(texts, [*texts[1:], texts[0]], strict=True))
    batches = [pairs[at : at + BATCH] for at in range(0, len(pairs), BATCH)]
    counts: Counter[str] = Counter()
    errors: list[tuple[str, str]] = []
    with ProcessPoolExecutor(WORKERS) as pool:
        for done in pool.map(_tried, batches):
            counts += done.counts
            _show(done.wrong[: max(SHOWN - len(errors), 0)])
            errors += done.wrong
            print(f"{counts['pages of journals by triage']:,} of {len(texts):,}", file=sys.stderr, flush=True)
    _report(len(texts), counts, errors, time.perf_counter() - start)
    sys.exit(bool(errors))


def _show(errors: Sequence[tuple[str, str]]) -> None:
    for text, what in errors:
        print(f"{what}\n    by {text}", flush=True)


def _report(texts: int, counts: Counter[str], errors: list[tuple[str, str]], seconds: float) -> None:
    print(f"{texts:,} texts in each of {len(text_fields())} fields that take one, {seconds:.0f} s")
    print(", ".join(f"{counts[name]:,} {name}" for name in sorted(counts)))
    kinds = Counter(what.partition(":")[0] for _, what in errors)
    print(", ".join(f"{name}: {kinds[name]:,}" for name in dict.fromkeys((*WORDS, *kinds))))


def _tried(pairs: Sequence[Pair]) -> Found:
    """What the texts of one site do, escaped and raw."""
    counts: Counter[str] = Counter()
    errors: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="triage-hostile-") as name:
        folder = Path(name)
        texts = {f"journal-{number:03}": pair for number, pair in enumerate(pairs)}
        refused = _site(folder, "hostile", texts)
        _site(folder, "harmless", dict.fromkeys(list(texts)[:2], (TWINS[0], TWINS[1])))
        counts["journals refused by the gate"] += len(refused)
        there = {slug: pair for slug, pair in texts.items() if slug not in refused}
        with chromium() as browser, window(browser, folder) as opened:
            for each in (_journals, _lists, _raw):
                errors += [(f"{text!a:.200}", what) for text, what in each(opened, folder, there, counts)]
    return Found(counts, errors)


def _site(folder: Path, name: str, texts: Mapping[str, Pair]) -> set[str]:
    """Publish a site; the slugs of the journals that the gate refused."""
    path = str(folder / f"{name}.db")
    store, redactor = new_store(path), Remembering()
    store._link.db.execute("PRAGMA synchronous = OFF")  # noqa: SLF001  filling only
    for number, (slug, pair) in enumerate(texts.items()):
        record(store, pair, slug=slug, seed=10 * number, redactor=redactor)
    again = partial(open_store, path, clock=config.clock, entropy=config.entropy)
    pages.checking.refuse_errors = lambda *_: None  # type: ignore[assignment]  what they say is wrong on purpose
    refused: set[str] = set()
    for template in TEMPLATES:
        manner = Manner(template, Style(up="../../index.html", beside=True), ())
        target = FolderTarget(name, str(folder / template / name))
        publication = Publication(target, f"{template} {name}", manner, Look(), again)
        refused |= _published(store, publication, redactor)
    store.close()
    return refused


def _published(store: Store, publication: Publication, redactor: Redactor) -> set[str]:
    """Publish all journals of a store; the slugs of those that the gate refused."""
    rows, refused = store.journals(), set[str]()
    for start in range(0, len(rows), FEW):
        few = rows[start : start + FEW]
        try:
            publish(store, {row.id for row in few}, publication, redactor)
        except SecretFound:
            refused |= {row.slug for row in few if _is_refused(store, row, publication.manner, redactor)}
            publish(store, {row.id for row in few if row.slug not in refused}, publication, redactor)
    return refused


def _is_refused(store: Store, row: JournalRow, manner: Manner, redactor: Redactor) -> bool:
    try:
        journal_files(store, row, manner, redactor)
    except SecretFound:
        return True
    return False


def _journals(opened: Window, folder: Path, texts: Mapping[str, Pair], counts: Counter[str]) -> Wrong:
    """The pages of journals, by every template."""
    for template in TEMPLATES:
        opened.open(folder / template / "harmless/journals/journal-000/index.html")
        harmless = opened.learn()
        for slug, pair in texts.items():
            opened.open(folder / template / f"hostile/journals/{slug}/index.html")
            seen = opened.look()
            counts[f"pages of journals by {template}"] += 1
            counts["of them with something redacted"] += has_redacted(seen)
            yield from ((pair, f"{each} ({template})") for each in wrong(seen, harmless, pair))


def _lists(opened: Window, folder: Path, texts: Mapping[str, Pair], counts: Counter[str]) -> Wrong:
    """The index, what is open, and the archive."""
    for path in LISTS:
        opened.open(folder / TEMPLATES[0] / "harmless" / path)
        harmless = opened.learn()
        opened.open(folder / TEMPLATES[0] / "hostile" / path)
        counts["pages of lists"] += 1
        yield from ((path, each) for each in wrong_list(opened.look(), harmless, texts))


def _raw(opened: Window, folder: Path, texts: Mapping[str, Pair], counts: Counter[str]) -> Wrong:
    """Pages in which the escaping was switched off: a small one by each template, and an index."""
    small_ones = (small(folder, template) for template in TEMPLATES)
    for path in (*small_ones, folder / TEMPLATES[0] / "harmless/index.html"):
        page, raw = path.read_text(encoding="utf-8"), path.with_name("raw.html")
        raw.write_text(page, encoding="utf-8")
        opened.open(raw)
        harmless = opened.learn()
        for text, _ in texts.values():
            raw.write_bytes(unescaped(page, text).encode("utf-8", "backslashreplace"))
            opened.open(raw)
            opened.poke()
            counts["pages without escaping"] += 1
            yield from ((text, f"raw {each}") for each in opened.scripts(harmless))


if __name__ == "__main__":
    main()
