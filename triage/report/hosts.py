"""Which references of a journal mean the same issue or PR, though not all of them name a host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from triage import refs
from triage.events import Draft
from triage.kinds import FIELDS
from triage.report.history import Patch

_NAMING = {
    kind: names
    for kind, fields in FIELDS.items()
    if (names := tuple(name for name, field in fields.items() if field.type == "reference"))
}
_NAMING["issue"] += ("url",)
"""The fields that may name a host, of each kind that has some: references, and an issue's own address."""


class Hosts:
    """The host of each repository of a journal.

    A repository without a host is that of one host throughout a journal: of the one that was named with it
    first in the order of the record. So ``owner/repo#7`` and an address of number 7 are one entity while the
    journal names one host for that repository. Where it names two, each host has entities of its own, and
    what names none stays with the host that it was of before; two hosts are never one. What is recorded
    later changes no earlier answer. A number without a repository is an entity of its own: the record does
    not know which repository is meant.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._hosts = dict(pairs)

    def followed_by(self, references: Iterable[str]) -> Hosts:
        """The hosts when these references are recorded after all others, one after the other."""
        hosts = Hosts(self._hosts.items())
        for text in references:
            found = refs.read(text) if "://" in text else None
            if found:
                hosts._hosts.setdefault(found.place, found.host)
        return hosts

    def of(self, repository: str) -> str:
        """The host of a repository where a reference names none; '' where the journal names none either."""
        return self._hosts.get(repository.lower(), "")

    def has(self, ref: str) -> bool:
        """Whether a reference names no host, or one of a repository that has one already."""
        found = refs.read(ref)
        return found is None or not found.host or bool(self.of(found.repository))

    def entity(self, ref: str) -> str:
        """What makes two references the same: the issue or PR, or the whole of any other address."""
        found = refs.read(ref)
        if found is None:
            return ref
        host = found.host if self.of(found.repository) not in ("", found.host) else ""
        return f"{host}/{found.place}".removeprefix("/") + f"{found.mark}{found.number}"

    def once(self, references: Iterable[str]) -> dict[str, str]:
        """Each of them once, as it is written first, by what it means."""
        found: dict[str, str] = {}
        for ref in references:
            found.setdefault(self.entity(ref), ref)
        return found

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The repositories with their hosts, sorted."""
        return tuple(sorted(self._hosts.items()))


def references(said: Iterable[Draft | Patch], *, but: Set[str] = frozenset()) -> Iterator[str]:
    """What may name a host in the fields of events, but for those of some ids."""
    for each in said:
        names = _NAMING.get(each.kind, ())
        if names and each.id not in but:
            yield from (each.body[name] for name in names if each.body.get(name))
