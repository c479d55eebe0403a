"""Whether kept bytes are what was recorded: digests, commitments, parents, checkpoints (docs/format.md).

Envelopes are verified as they are kept and never made anew. What is withheld or purged does not hinder it: an
envelope holds a commitment to its body, and a purge is an event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from triage import events
from triage.encoding import read_json, sha256
from triage.events import Event, Sealed

CHECKPOINT = "triage.checkpoint.v1"
"""The format of a checkpoint."""


Seen = Callable[[str, Mapping[str, Any], Sealed], None]


class Checkpoint(NamedTuple):
    """A journal as it was at a moment: how many events it had, and the digests of its heads.

    ``trail`` are the beginnings of digests of its events in the order in which they were kept: of each, or
    of every so manieth that there are at most `TRAIL`. They tell which event was the first to go.
    """

    journal: str
    events: int
    heads: tuple[str, ...]
    trail: tuple[str, ...] = ()


TRAIL = 256
"""Digests of a trail: for a journal of so many events it names each."""
SHORT = 16
"""Hex digits of a digest in a trail."""


def trail_of(digests: Sequence[str]) -> tuple[str, ...]:
    """The trail of a journal's digests, in the order in which they are kept."""
    return tuple(digest[:SHORT] for digest in digests[:: _step(len(digests))])


def _step(count: int) -> int:
    """How many events a trail goes on by."""
    return max(-(-count // TRAIL), 1)


class Fault(NamedTuple):
    """Something that is not as it was recorded.

    ``place`` counts the events in the order in which they were read, from 1; ``event`` is the tail of the id
    where that is known. ``what`` is altered, missing, truncated, reordered, inserted, rewritten or withheld.
    """

    place: int
    event: str
    what: str
    detail: str


class Verdict(NamedTuple):
    """What verifying a journal came to.

    ``events`` were read, of which ``withheld`` have no body any more; ``partings`` are the places after which
    two events name the same parent: people who worked apart. ``faults`` come in order of their places.
    """

    journal: str
    events: int
    heads: tuple[str, ...]
    withheld: int
    partings: tuple[int, ...]
    faults: tuple[Fault, ...]


def verify(
    copies: Iterable[Sealed],
    journal: str,
    *,
    declared: Checkpoint | None = None,
    held: Checkpoint | None = None,
    seen: Seen | None = None,
) -> Verdict:
    """Verify the copies of a journal, in the order in which they are kept.

    ``declared`` is what lies beside them (the row of a store, the head of an export) and must be all of them;
    ``held`` is a checkpoint from elsewhere, whose events must be among them. ``seen`` is told of every copy
    whose envelope can be read: its digest, its envelope, and the copy.
    """
    events.hasten()
    reader = _Reader(journal, seen)
    for copy in copies:
        reader.take(copy)
    return reader.verdict(declared, held)


class _Reader:
    def __init__(self, journal: str, seen: Seen | None) -> None:
        self._journal = journal
        self._seen = seen
        self._place = 0
        self._places: dict[str, int] = {}
        self._ids: list[str] = [""]
        self._parents: dict[str, tuple[str, ...]] = {}
        self._times: dict[str, str] = {}
        self._unknown: list[tuple[int, str]] = []
        self._bare: list[tuple[int, str, Mapping[str, Any]]] = []
        self._purged: dict[str, list[str]] = {}
        self._faults: list[Fault] = []
        self._broken = self._unread = False

    def take(self, copy: Sealed) -> None:
        """Look at one copy."""
        self._place += 1
        digest = events.digest_of(copy.envelope)
        head = _head(copy.envelope)
        self._ids.append(head["id"] if head else "")
        if head is None:
            self._unread = self._broken = True
        if head is None or copy.digest not in ("", digest):
            self._fault("altered", "its envelope is not the one that was sealed")
        elif head["journal"] != self._journal:
            self._fault("inserted", "it belongs to another journal")
        elif digest in self._places:
            self._fault("inserted", "it stands here twice")
        if head is None or digest in self._places:
            return
        if self._seen is not None:
            self._seen(digest, head, copy)
        self._places[digest] = self._place
        self._parents[digest] = tuple(head["parents"])
        self._times[digest] = head["recorded_at"]
        self._link(head)
        self._look_at_body(digest, head, copy)

    def _link(self, head: Mapping[str, Any]) -> None:
        if not head["parents"] and head["id"] != self._journal:
            self._fault("inserted", "it names no event before it, and opens no journal")
        for parent in head["parents"]:
            if parent not in self._places:
                self._unknown.append((self._place, parent))
            elif self._times[parent] >= head["recorded_at"]:
                self._fault("altered", "it was recorded before the event that it follows")

    def _look_at_body(self, digest: str, head: Mapping[str, Any], copy: Sealed) -> None:
        if copy.body is None and copy.salt is None:
            self._bare.append((self._place, digest, head))
            if copy.chunks:
                self._fault("altered", "output without a body")
        elif copy.body is None or copy.salt is None or sha256(copy.salt, copy.body) != head["body"]:
            self._fault("altered", "its text is not the one that was sealed")
        elif (copy.chunks or b'"output":' in copy.body) and not _fits(copy.body, copy.chunks):
            self._fault("altered", "its output is not the one that was sealed")
        elif head["kind"] == "act":
            body = json.loads(copy.body)
            if body.get("verb") == "purge":
                self._purged.setdefault(str(body.get("about")), []).append(digest)

    def _fault(self, what: str, detail: str, place: int = 0) -> None:
        place = place or self._place
        tail = self._ids[place][-8:] if place < len(self._ids) else ""
        self._faults.append(Fault(place, tail, what, detail))

    def verdict(self, declared: Checkpoint | None, held: Checkpoint | None) -> Verdict:
        """What all copies came to."""
        named = {parent for parents in self._parents.values() for parent in parents}
        heads = tuple(sorted(digest for digest in self._places if digest not in named))
        self._chain(declared, heads)
        if declared is not None and not self._broken:
            self._compare(declared, heads)
        if held is not None and not self._broken:
            self._hold(held)
        withheld = self._withheld()
        faults = sorted(dict.fromkeys(self._faults), key=lambda fault: fault.place)
        return Verdict(self._journal, self._place, heads, withheld, self._partings(), tuple(faults))

    def _withheld(self) -> int:
        """How many bodies are gone; one that went without a purge is a fault.

        Where something else is wrong the purge itself may be what is: that fault is told alone.
        """
        unexplained, is_told = [], True
        purged = {id: list(acts) for id, acts in self._purged.items()}
        for place, digest, head in self._bare:
            acts = purged.get(head["id"], []) + purged.get(head["entity"], [])
            if head["id"] in self._purged or any(not self._knew(digest, act) for act in acts):
                purged[head["id"]] = acts  # what amends it went with it
                is_told = is_told and head["kind"] != "act"  # a purge that was purged tells no more
            else:
                unexplained.append((place, head))
        lost = [(place, head) for place, head in unexplained if head["kind"] == "act"]
        if not self._faults and is_told:
            for place, _ in lost or unexplained:
                self._fault("withheld", "its text is gone, and no purge says so", place)
        return len(self._bare)

    def _knew(self, digest: str, act: str) -> bool:
        """Whether an event was recorded where an act had been: it stayed, whatever the act is about."""
        return self._times[act] < self._times[digest] and act in before(self._parents, [digest])

    def _chain(self, declared: Checkpoint | None, heads: Collection[str]) -> None:
        """Parents that are not there: what stood before was altered, or is missing, or comes later."""
        gone = []
        for place, parent in self._unknown:
            if parent in self._places:
                self._fault("reordered", "the event that it follows stands after it", place)
            else:
                gone.append(place)
        if not gone:
            return
        self._broken = True
        if self._unread:
            return  # an envelope that nobody can read is what they follow
        wanted = set(declared.heads) if declared else set()
        strange = [self._places[head] for head in heads if head not in wanted]
        stray = [place for place in strange if place in gone] or [one for one in strange if one < gone[0]]
        short = declared is not None and self._place < declared.events
        if stray and not short:
            detail = "the events after it follow another one"
            self._fault("altered", detail, min(stray))
        else:
            place = min(stray) + 1 if stray else gone[0]
            self._faults.append(Fault(place, "", "missing", "an event that stood here is gone"))

    def _compare(self, declared: Checkpoint, heads: Collection[str]) -> None:
        """What lies beside the copies, against them: all of them, and nothing else."""
        if declared.journal != self._journal:
            self._faults.append(Fault(1, "", "rewritten", "another journal is declared"))
        lost = [head for head in declared.heads if head not in self._places]
        strange = [head for head in heads if head not in declared.heads]
        if self._place < declared.events and lost:
            detail = f"{declared.events} events are declared, {self._place} are here"
            self._faults.append(Fault(self._place + 1, "", "truncated", detail))
        elif lost and strange:
            self._fault("altered", "another head is declared", min(self._places[head] for head in strange))
        elif strange:
            place = min(self._places[head] for head in strange)
            self._fault("inserted", "no declared head leads to it", place)
        elif lost or declared.events != self._place:
            detail = f"{declared.events} events are declared, {self._place} are here"
            self._faults.append(Fault(self._place + 1, "", "rewritten", detail))

    def _hold(self, held: Checkpoint) -> None:
        """A checkpoint from elsewhere, against the copies: all that led to it must be here."""
        if held.journal != self._journal:
            self._faults.append(Fault(1, "", "rewritten", "the checkpoint is of another journal"))
            return
        lost = [head for head in held.heads if head not in self._places]
        if lost:
            place, which = self._first_lost(held)
            what = "truncated" if place > self._place else "rewritten"
            detail = f"the checkpoint's head {lost[0][:12]} is not here: it had {held.events} events{which}"
            self._faults.append(Fault(place, "", what, detail))
            return
        count = len(before(self._parents, held.heads))
        if count != held.events:
            detail = f"the checkpoint had {held.events} events, {count} lead to its heads"
            self._faults.append(Fault(min(count, held.events) + 1, "", "rewritten", detail))

    def _first_lost(self, held: Checkpoint) -> tuple[int, str]:
        """The place of the first event of a checkpoint that is not here, and what to say of it.

        Without a trail only the last one is known to be gone.
        """
        if not held.trail:
            return min(self._place + 1, held.events), ""
        here = {digest[:SHORT] for digest in self._places}
        step = _step(held.events)
        gone = next((n for n, digest in enumerate(held.trail) if digest not in here), len(held.trail))
        first, last = max((gone - 1) * step + 2, 1), min(gone * step + 1, held.events)
        return first, "" if first >= last else f", and the first that is gone is one of e{first} to e{last}"

    def _partings(self) -> tuple[int, ...]:
        children: dict[str, int] = {}
        for parents in self._parents.values():
            for parent in parents:
                children[parent] = children.get(parent, 0) + 1
        return tuple(
            sorted(self._places[one] for one, n in children.items() if n > 1 and one in self._places)
        )


_texts = itemgetter("id", "journal", "kind", "entity", "recorded_at", "body")
"""The keys of an envelope that the verification rests on."""


def _head(envelope: bytes) -> dict[str, Any] | None:
    """What the verification rests on of an envelope, or None where it is none of the form."""
    found = _USUAL.fullmatch(envelope.decode("ascii", "replace"))
    if found is not None:
        head: dict[str, Any] = found.groupdict()
        parents = head["parents"]
        head["parents"] = parents[1:-1].split('","') if parents else []
        return head
    return _unusual(envelope)


_PLAIN = r'"[ !#-\[\]-~]*"'
_USUAL = re.compile(
    rf'\{{"actor":\{{"name":{_PLAIN},"session":{_PLAIN},"type":"[a-z]+"\}},"at":(?:null|"[0-9TZ:.-]{{27}}"),'
    r'"body":"(?P<body>[0-9a-f]{64})","entity":"(?P<entity>[0-9a-f-]{36})","id":"(?P<id>[0-9a-f-]{36})",'
    r'"journal":"(?P<journal>[0-9a-f-]{36})","kind":"(?P<kind>[a-z]+)",'
    r'"parents":\[(?P<parents>(?:"[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*)?)\],"part":"[0-9a-f-]{36}",'
    r'"precision":"[a-z]+","recorded_at":"(?P<recorded_at>[0-9TZ:.-]{27})"\}',
    re.ASCII,
)
"""An envelope as all but few are: canonical, and read in half the time that a reader of any JSON takes."""


def _unusual(envelope: bytes) -> dict[str, Any] | None:
    """The object of an envelope in any JSON, such as one with a name in another script."""
    try:
        value = read_json(envelope)
    except (ValueError, RecursionError):
        return None
    if type(value) is not dict or value.keys() != events.ENVELOPE or type(value["parents"]) is not list:
        return None
    return value if set(map(type, (*_texts(value), *value["parents"]))) == {str} else None


def _fits(body: bytes, chunks: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether chunks of output are those that a body commits to."""
    return _output(body) == [[len(data), sha256(salt, data)] for salt, data in chunks]


def _output(body: bytes) -> list[Any]:
    """The chunks that a body commits to."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return value.get("output") or [] if isinstance(value, dict) else []


def ancestors(known: Iterable[Event], heads: Iterable[str]) -> list[Event]:
    """The events that led to these heads, with the heads, in the order given; heads must be among them."""
    every = list(known)
    mine = before({event.digest: event.parents for event in every}, heads)
    return [event for event in every if event.digest in mine]


def before(parents: Mapping[str, Collection[str]], heads: Iterable[str]) -> set[str]:
    """The digests of the events that led to these heads, with the heads, as far as parents are known."""
    found: set[str] = set()
    waiting = list(heads)
    while waiting:
        digest = waiting.pop()
        if digest in parents and digest not in found:
            found.add(digest)
            waiting += parents[digest]
    return found


def read_checkpoint(text: str) -> Checkpoint | None:
    """The checkpoint of a JSON object that has one: ``checkpoint.json``, the first line of an export."""
    try:
        value = json.loads(text)
        journal, count, heads = value["journal"], value["events"], value["heads"]
        trail = tuple(str(digest)[:SHORT] for digest in value.get("trail") or ())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(journal, str) or not isinstance(count, int) or not isinstance(heads, list):
        return None
    return Checkpoint(journal, count, tuple(map(str, heads)), trail)
