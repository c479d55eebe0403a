"""Verifying: a journal of the store, an export, a published page against the record that lies beside it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from triage import events, integrity
from triage.errors import InvalidValue
from triage.events import Sealed
from triage.integrity import Checkpoint, Fault, Verdict
from triage.report import Header, Report, heading
from triage.store import JournalRow, Store, slugs
from triage.store.health import Shaped
from triage.store.rows import Indexed
from triage.usecases.exchange import FORMAT, sealed
from triage.usecases.signing import Signers, signature_of

if TYPE_CHECKING:
    from triage.render import Style

BESIDE = ("checkpoint.json", "record.jsonl")
"""What must lie beside a published page for it to be verified."""
LINE = frozenset({"envelope", "salt", "body", "chunks"})
"""The keys of an event of an export."""
HEAD = frozenset({"format", "journal", "slug", "events", "heads"})
"""The keys of the first line of an export."""
NONE = Verdict("", 0, (), 0, (), ())
"""The verdict on what has no record."""
HASHED = ("index.html", "record.jsonl", "report.json", "report.md")
"""The files of a page whose hashes its checkpoint has."""
ADDRESSES = ("issue_url", "pr_url", "commit_url", "up")
"""The fields of a style that become addresses of a page."""
HEADING = frozenset({"header", "amendment", "act"})
"""The kinds of events that tell what a journal is called, and whether it is open."""


class Manner(NamedTuple):
    """How pages are verified: the program's version, folders of templates, and whose signatures count."""

    version: str
    folders: tuple[Path, ...] = ()
    signers: Signers = Signers()


class Verified(NamedTuple):
    """What verifying one thing came to: its name, the verdict on its record, and what else was found.

    ``notes`` say what could not be compared, and who signed; ``faults`` what is wrong with the documents.
    """

    name: str
    verdict: Verdict
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.verdict.faults or self.faults)


def journal(store: Store, row: JournalRow, held: Checkpoint | None = None) -> Verified:
    """Verify a journal of a store: its bytes, and what the store keeps beside them."""
    declared = Checkpoint(row.id, row.events, row.heads)
    beside = _Beside(store.index(row.id))
    verdict = integrity.verify(store.copies(row.id), row.id, declared=declared, held=held, seen=beside.take)
    return Verified(row.slug, verdict, faults=() if verdict.faults else tuple(beside.faults(store, row)))


def schema(store: Store) -> Iterator[Verified]:
    """What somebody changed in a store's schema, if anything."""
    found = store.strange() if isinstance(store, Shaped) else []
    if found:
        yield Verified("the store", NONE, faults=tuple(found))


_indexed = itemgetter("id", "kind", "entity", "recorded_at")


class _Headers:
    """The copies that tell what a journal is called, and whether it is open."""

    def __init__(self) -> None:
        self._copies: list[Sealed] = []

    def take(self, digest: str, head: Mapping[str, Any], copy: Sealed) -> None:
        """Look at one copy."""
        if head["kind"] in HEADING:
            self._copies.append(copy._replace(digest=digest))

    def heading(self) -> Header:
        """The header that they say, of copies that were verified."""
        return heading(map(events.unseal, self._copies))


class _Beside:
    """What a store keeps beside the bytes, one by one: its index, and what it knows of the journal."""

    def __init__(self, kept: Iterable[Indexed]) -> None:
        self._kept = iter(kept)
        self._place = 0
        self._wrong = ""
        self._headers = _Headers()
        self._last = ""
        self._bodies = self._chunks = 0

    def take(self, digest: str, head: Mapping[str, Any], copy: Sealed) -> None:
        """Look at what is kept beside one event; copies come in the order of the index."""
        self._place += 1
        id, kind, entity, recorded_at = _indexed(head)
        said = (self._place, id, digest, kind, entity, id == entity, recorded_at)
        kept = next(self._kept, None)
        if kept != said and not self._wrong:
            self._wrong = _difference_of(kept, said)
        if kind in HEADING:
            self._headers.take(digest, head, copy)
        self._last = max(self._last, recorded_at)
        self._bodies += copy.body is not None
        self._chunks += len(copy.chunks)

    def faults(self, store: Store, row: JournalRow) -> Iterator[str]:
        """What is otherwise than the envelopes say, the first thing of each sort."""
        if self._wrong:
            yield self._wrong
        said = self._headers.heading()
        if row.open == said.closed:
            yield "the store says otherwise than the record whether the journal is open"
        if not _is_named(store, row, said.slug or row.id[-8:]):
            yield f"the store calls the journal {row.slug}, the record {said.slug or row.id[-8:]}"
        beside = store.beside(row.id)
        if beside.last != self._last:
            yield f"the store says that it ends at {beside.last}, the record at {self._last}"
        bodies, chunks = beside.bodies - self._bodies, beside.chunks - self._chunks
        if bodies or chunks:
            yield f"the store keeps what belongs to no event: bodies {bodies}, chunks of output {chunks}"


def _difference_of(kept: Indexed | None, said: tuple[Any, ...]) -> str:
    """What is wrong with a row of the index, or with its number alone."""
    if kept is not None and kept[1:] == said[1:]:
        return "the numbers of events have gaps in the store"
    return f"e{said[0]}: the store's index says otherwise than its envelope"


def _is_named(store: Store, row: JournalRow, claim: str) -> bool:
    """Whether a journal has the slug that its record asks for, or one with digits where another has that."""
    if row.slug == claim:
        return True
    holder = store.journal(claim)
    return holder is not None and holder.id != row.id and slugs.is_made(row.slug, claim, row.id)


def export(lines: Iterable[str], name: str, held: Checkpoint | None = None) -> Verified:
    """Verify an export; `InvalidValue` where it is none."""
    numbered = [text for text in lines if text.strip()]
    first = numbered[0] if numbered else ""
    declared = integrity.read_checkpoint(first)
    if declared is None or f'"{FORMAT}"' not in first:
        raise InvalidValue(f"{name} is no export ({FORMAT})", hint="make one with: triage export -o FILE")
    headers = _Headers()
    strange: dict[str, int] = {}
    copies = (_copy(text, n, strange) for n, text in enumerate(numbered[1:], 1))
    verdict = integrity.verify(copies, declared.journal, declared=declared, held=held, seen=headers.take)
    notes = [f"e{n} has {key!r} beside its envelope, which proves nothing" for key, n in strange.items()]
    if not verdict.faults:
        notes += _head_notes(json.loads(first), headers.heading().slug or declared.journal[-8:])
    return Verified(name, verdict, tuple(notes))


def _head_notes(head: Mapping[str, Any], claim: str) -> Iterator[str]:
    """What the first line of an export says that its record does not."""
    for key in sorted(head.keys() - HEAD):
        yield f"the first line has {key!r}, which proves nothing"
    slug = head.get("slug")
    if slug != claim and not slugs.is_made(str(slug), claim, head["journal"]):
        yield f"the first line calls the journal {slug}, the record {claim}"


def held_of(text: str) -> Checkpoint | None:
    """The checkpoint of a file that somebody kept: a ``checkpoint.json``, or an export, with its trail."""
    found = integrity.read_checkpoint(text)
    if found is not None:
        return found
    first, *lines = (line for line in text.split("\n") if line.strip())
    found = integrity.read_checkpoint(first)
    digests = [events.digest_of(_copy(line).envelope) for line in lines]
    return found and found._replace(trail=integrity.trail_of(digests))


def _copy(line: str, n: int = 0, strange: dict[str, int] | None = None) -> Sealed:
    """The copy of a line; one that cannot be read is an altered one.

    ``strange`` takes the keys that no event of an export has, each with the number of the first that has it.
    """
    try:
        value = json.loads(line)
        copy = sealed(value)._replace(digest="")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Sealed("", line.encode("utf-8", "backslashreplace"), None, None)
    if strange is not None and not value.keys() <= LINE:
        for key in sorted(value.keys() - LINE):
            strange.setdefault(key, n)
    return copy


def page(folder: Path, manner: Manner, held: Checkpoint | None) -> Verified:
    """A page against the record beside it: the record, the checkpoint, its hashes, and the page made anew."""
    text = (folder / BESIDE[0]).read_text(encoding="utf-8", errors="replace")
    checkpoint = integrity.read_checkpoint(text)
    if checkpoint is None:
        raise InvalidValue(f"{folder / BESIDE[0]} is no checkpoint", hint="publish the journal again")
    lines = (folder / BESIDE[1]).read_text(encoding="utf-8", errors="replace").split("\n")
    record = export(lines, folder.name, held)
    told = json.loads(text)
    notes = [*record.notes, _claimed(told), *signature_of(folder / BESIDE[0], manner.signers)]
    faults = [*record.faults]
    declared = integrity.read_checkpoint(next(line for line in lines if line.strip()))
    if declared is None or checkpoint[:3] != declared[:3] or checkpoint.heads != record.verdict.heads:
        faults.append(f"{BESIDE[0]} is of another state than {BESIDE[1]}")
    is_ours = told.get("triage") == manner.version
    if not is_ours:
        notes.append(f"made by triage {told.get('triage')}: its bytes are compared by hash alone")
    wrong = dict(_hashes(folder, told))
    if is_ours and not record.verdict.faults:
        wrong |= _documents(folder, told, lines, manner.folders)
    faults += [f"{name} {what}" for name, what in wrong.items()]
    return record._replace(notes=tuple(notes), faults=tuple(faults))


def _claimed(told: Mapping[str, Any]) -> str:
    """What a checkpoint says of how its page was made: nothing in the record proves it."""
    style = told.get("style")
    classification = style.get("classification") if isinstance(style, dict) else None
    return f"by its own account template {told.get('template')}, classification {classification or 'none'}"


def _hashes(folder: Path, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is otherwise than the hashes of a checkpoint say: names of files, what is wrong with each."""
    files = told.get("files")
    hashes = files if isinstance(files, dict) else {}
    for name in sorted({*HASHED, *hashes}):
        if name not in HASHED:
            yield name, f"is named by {BESIDE[0]}, and is no file of a page"
        elif name not in hashes:
            yield name, f"has no hash in {BESIDE[0]}"
        elif not (folder / name).is_file():
            yield name, "is missing"
        elif sha256((folder / name).read_bytes()).hexdigest() != hashes[name]:
            yield name, f"is not the file whose hash {BESIDE[0]} has"


def _documents(
    folder: Path, told: Mapping[str, Any], lines: Iterable[str], folders: Sequence[Path]
) -> Iterator[tuple[str, str]]:
    """The documents of a folder against what the record renders."""
    from triage.render import as_json, render

    template = told.get("template")
    try:
        style = _style(told.get("style", {}))
    except ValueError as error:
        yield BESIDE[0], f"has a style of which no page is made: {error}"
        return
    if not isinstance(template, str):
        yield BESIDE[0], "names no template"
        return
    numbered = [line for line in lines if line.strip()][1:]
    known = [events.unseal(sealed(json.loads(line)), n, output=True) for n, line in enumerate(numbered, 1)]
    report = Report.from_events(known)
    bare = style._replace(up="", beside=False)
    made: dict[str, Callable[[], str]] = {
        "index.html": partial(render, report, template=template, format="html", style=style, folders=folders),
        "report.md": partial(render, report, template=template, style=bare, folders=folders),
        "report.json": partial(as_json, report, indent=None),
    }
    for name, make in made.items():
        path = folder / name
        if not path.is_file():
            continue
        found = path.read_text(encoding="utf-8", errors="replace")
        wanted = make()
        if found != wanted:
            yield name, _difference(found, wanted)


def _style(told: object) -> "Style":
    """The style that a checkpoint tells; `ValueError` where its page could do harm, or none can be made."""
    from triage.render import Style

    if not isinstance(told, dict):
        raise ValueError("it is no object")  # noqa: TRY004  as all that is wrong with it
    plain = Style()
    for name, value in told.items():
        if name not in Style._fields:
            raise ValueError(f"it has no {name}")
        if type(value) is not type(getattr(plain, name)):
            raise ValueError(f"its {name} is {json.dumps(value):.40}")
        if name in ADDRESSES and not _is_harmless(value):
            raise ValueError(f"its {name} is neither http(s) nor relative")
    return Style(**told)


def _is_harmless(address: str) -> bool:
    """Whether an address is of the web, or relative: a browser runs none of those."""
    text = address.lower()
    return text.startswith(("https://", "http://")) or (
        text.isprintable() and text == text.strip() and ":" not in text.partition("/")[0]
    )


def _difference(found: str, wanted: str) -> str:
    """The first line that differs."""
    have, want = found.split("\n"), wanted.split("\n")
    for number, (mine, theirs) in enumerate(zip(have, want, strict=False), 1):
        if mine != theirs:
            return (
                f"line {number} differs: it says {_near(mine, theirs)!r}, the record {_near(theirs, mine)!r}"
            )
    number = min(len(have), len(want)) + 1
    return f"line {number} differs: it has {len(have)} lines, the record gives {len(want)}"


def _near(line: str, other: str) -> str:
    """The part of a line around the first character that differs."""
    pairs = enumerate(zip(line, other, strict=False))
    place = next((n for n, (a, b) in pairs if a != b), min(len(line), len(other)))
    start = max(place - 20, 0)
    return line[start : place + 60]


def fault_of(fault: Fault) -> str:
    """A fault in words: ``e4 (1a2b3c4d) altered: its text is not the one that was sealed``."""
    name = f"e{fault.place}{f' ({fault.event})' if fault.event else ''}"
    return f"{name} {fault.what}: {fault.detail}"
