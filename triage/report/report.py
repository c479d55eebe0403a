"""The report of a journal: its parts, and what is derived over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from triage.events import Event
from triage.report import entities
from triage.report.captured import shown
from triage.report.corrections import corrections
from triage.report.fold import Fold
from triage.report.history import Patch, histories, is_withdrawn, one_per_id, survey
from triage.report.shapes import Correction, Forced, Header, Part


@dataclass(frozen=True, slots=True)
class Report:
    """What a journal says when its events are folded.

    ``heads`` and ``events`` are its checkpoint. ``newer`` counts events that need a newer triage,
    ``withheld`` those whose body is gone, ``orphans`` patches of something that is not here.
    ``related`` are the issues that any part names, ``forced`` the publications in spite of findings,
    ``corrections`` what was amended and withdrawn; ``hosts`` are the repositories of which the journal names
    a host, with the host that a reference without one means; ``as_of`` is the
    instant by which all that it was made from had been recorded, or '' where that was not asked for.
    """

    journal: str
    main: Part
    addenda: tuple[Part, ...]
    related: tuple[str, ...]
    authors: tuple[str, ...]
    last_updated: str | None
    last_precision: str
    events: int
    heads: tuple[str, ...]
    newer: int = 0
    withheld: int = 0
    orphans: int = 0
    forced: tuple[Forced, ...] = ()
    corrections: tuple[Correction, ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()
    as_of: str = ""

    @classmethod
    def from_events(cls, events: Iterable[Event], *, captured: bool = False) -> Report:
        """Fold the events of one journal, in whatever order they come, each as often as it may come.

        ``captured`` keeps what a hook captured by itself also where nothing rests on it. Raises ValueError
        where there is no event, or events of several journals.
        """
        copies = list(events)
        journals = {event.journal for event in copies}
        if len(journals) != 1:
            raise ValueError(f"a report is made from the events of one journal, not {len(journals)}")
        unique = one_per_id(copies)
        found = survey(unique) if captured else shown(survey(unique))
        fold = Fold(journals.pop(), found)
        live = [patch for patch in found.patches if patch.id not in found.retracted]
        last = max((patch for patch in live if patch.at), key=attrgetter("at", "id"), default=None)
        digests = {event.digest: event for event in copies}
        return cls(
            journal=fold.journal,
            main=fold.part(fold.journal, 0),
            addenda=tuple(fold.part(id, n) for n, id in enumerate(fold.addenda, 1)),
            related=fold.related(),
            authors=names(live),
            last_updated=last.at if last else None,
            last_precision=last.precision if last else "unknown",
            events=len(digests),
            heads=heads(digests.values()),
            newer=found.newer,
            withheld=found.withheld,
            orphans=fold.orphans,
            forced=tuple(_forced(unique)),
            corrections=tuple(corrections(unique)),
            hosts=fold.hosts.pairs(),
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The main report and the addenda, in order of time."""
        return (self.main, *self.addenda)

    @property
    def slug(self) -> str:
        """The journal's name on the command line."""
        return self.main.header.slug


_CODE = re.compile(r"TR\d{3}(?= |$)")
"""A rule, at the beginning of a finding's key."""


def _forced(events: list[Event]) -> Iterator[Forced]:
    """The publications in spite of findings that were not withdrawn, in the order of the record."""
    for event in events:
        body = event.body or {}
        if event.kind == "act" and body.get("verb") == "force" and not is_withdrawn(event.id, events):
            about = tuple(key.strip() for key in str(body.get("about") or "").split(";"))
            codes = tuple(dict.fromkeys(found[0] for key in about if (found := _CODE.match(key))))
            reason = str(body.get("reason") or "")
            yield Forced(event.id, event.at, event.actor.name, about, codes, reason)


def heading(events: Iterable[Event]) -> Header:
    """The header of the main report, from its journal's header events and amendments alone."""
    copies = one_per_id(events)
    journals = {event.journal for event in copies}
    found = survey(copies)
    mine = [patch for patch in found.patches if patch.kind == "header" and patch.entity in journals]
    known, _ = histories(mine, found.retracted, attrgetter("entity"))
    return entities.header(known[0] if known else None)


def names(patches: Iterable[Patch]) -> tuple[str, ...]:
    """The actors of the patches, in the order in which they first recorded."""
    return tuple(dict.fromkeys(patch.actor.name for patch in patches))


def heads(events: Iterable[Event]) -> tuple[str, ...]:
    """The digests that no event of the set has as a parent, sorted."""
    known = list(events)
    parents = {parent for event in known for parent in event.parents}
    return tuple(sorted(event.digest for event in known if event.digest not in parents))
