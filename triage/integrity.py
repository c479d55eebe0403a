"""Whether kept bytes are what was recorded: digests, commitments, parents, checkpoints (docs/format.md).

Envelopes are verified as they are kept and never made anew. What is withheld or purged does not hinder it: an
envelope holds a commitment to its body, and a purge is an event.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from triage import events
from triage.events import Event, Sealed

CHECKPOINT = "triage.checkpoint.v1"
"""The format of a checkpoint."""


class Checkpoint(NamedTuple):
    """A journal as it was at a moment: how many events it had, and the digests of its heads."""

    journal: str
    events: int
    heads: tuple[str, ...]


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

    ``events`` were read, of which ``withheld`` have no body any more because a purge says so; ``partings``
    are the places after which two events name the same parent: people who worked apart. ``faults`` come in
    order of their places.
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
) -> Verdict:
    """Verify the copies of a journal, in the order in which they are kept.

    ``declared`` is what lies beside them (the row of a store, the head of an export) and must be all of them;
    ``held`` is a checkpoint from elsewhere, whose events must be among them.
    """
    reader = _Reader(journal)
    for copy in copies:
        reader.take(copy)
    return reader.verdict(declared, held)


class _Reader:
    def __init__(self, journal: str) -> None:
        self._journal = journal
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
        self._unread = self._broken = self._unread or head is None
        if head is None or copy.digest not in ("", digest):
            self._fault("altered", "its envelope is not the one that was sealed")
        elif head["journal"] != self._journal:
            self._fault("inserted", "it belongs to another journal")
        elif digest in self._places:
            self._fault("inserted", "it stands here twice")
        if head is None or digest in self._places:
            return
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
        elif copy.body is None or copy.salt is None or events.sha256(copy.salt, copy.body) != head["body"]:
            self._fault("altered", "its text is not the one that was sealed")
        elif _output(copy.body) != [[len(data), events.sha256(salt, data)] for salt, data in copy.chunks]:
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
        """How many bodies went by a purge; one that went without is a fault.

        Where something else is wrong the purge itself may be what is: that fault is told alone.
        """
        went, unexplained, is_told = 0, [], True
        purged = {id: list(acts) for id, acts in self._purged.items()}
        for place, digest, head in self._bare:
            acts = purged.get(head["id"], []) + purged.get(head["entity"], [])
            if head["id"] in self._purged or any(not self._knew(digest, act) for act in acts):
                went += 1
                purged[head["id"]] = acts  # what amends it went with it
                is_told = is_told and head["kind"] != "act"  # a purge that was purged tells no more
            else:
                unexplained.append((place, head))
        lost = [(place, head) for place, head in unexplained if head["kind"] == "act"]
        if not self._faults and is_told:
            for place, _ in lost or unexplained:
                self._fault("withheld", "its text is gone, and no purge says so", place)
        return went

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
            what = "truncated" if self._place < held.events else "rewritten"
            detail = f"the checkpoint's head {lost[0][:12]} is not here: it had {held.events} events"
            place = self._place + 1 if what == "truncated" else held.events
            self._faults.append(Fault(place, "", what, detail))
            return
        count = len(before(self._parents, held.heads))
        if count != held.events:
            detail = f"the checkpoint had {held.events} events, {count} lead to its heads"
            self._faults.append(Fault(min(count, held.events) + 1, "", "rewritten", detail))

    def _partings(self) -> tuple[int, ...]:
        children: dict[str, int] = {}
        for parents in self._parents.values():
            for parent in parents:
                children[parent] = children.get(parent, 0) + 1
        return tuple(
            sorted(self._places[one] for one, n in children.items() if n > 1 and one in self._places)
        )


_TEXTS = ("id", "journal", "kind", "entity", "recorded_at", "body")
"""The keys of an envelope that the verification rests on."""


def _head(envelope: bytes) -> dict[str, Any] | None:
    """The envelope's object, or None where it is none of the form."""
    try:
        value = events.read_json(envelope)
    except (ValueError, RecursionError):
        return None
    if type(value) is not dict or value.keys() != events.ENVELOPE or type(value["parents"]) is not list:
        return None
    found = {type(value[name]) for name in _TEXTS}.union(map(type, value["parents"]))
    return value if found == {str} else None


def _output(body: bytes) -> list[Any]:
    """The chunks that a body commits to."""
    if b'"output":' not in body:
        return []
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
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(journal, str) or not isinstance(count, int) or not isinstance(heads, list):
        return None
    return Checkpoint(journal, count, tuple(map(str, heads)))
