"""What is read of a journal, through the gate: its report through a template, or its record as it is kept."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from triage import times
from triage.errors import InvalidValue
from triage.events import Event, unseal
from triage.redact import Redactor
from triage.render import Style, render
from triage.report import Report
from triage.report.captured import shown
from triage.report.history import one_per_id, survey
from triage.store import JournalRow, Store
from triage.usecases import gate
from triage.usecases.exchange import export_of
from triage.usecases.past import AsOf, before

EXAMPLE = "2026-05-05T00:00:00.000000Z"


def document(
    store: Store,
    journal: str,
    *,
    template: str,
    form: str,
    style: Style,
    folders: Sequence[str],
    redactor: Redactor,
    as_of: AsOf | None = None,
) -> str:
    """The document of a journal, or of what it was; `SecretFound` where it would show a secret."""
    if style.zone and times.in_zone(EXAMPLE, style.zone) is None:
        raise InvalidValue(
            f"no zone {style.zone!r:.60}", hint="zone in triage.toml is one such as Europe/Paris"
        )
    events = _events(store, journal, as_of)
    report = Report.from_events(events)
    if as_of is not None and as_of.at:
        report = replace(report, as_of=as_of.at)
    gate.check_values(report, events, redactor)
    text = render(
        report,
        template=template,
        format=form,
        style=style,
        folders=[Path(folder) for folder in folders],
    )
    gate.check_document(text, form, template, redactor)
    return text


def record(store: Store, row: JournalRow, redactor: Redactor) -> str:
    """The export of a journal, exactly; `SecretFound` where it holds what is a secret now.

    Bytes that are exact cannot be scrubbed. What was withdrawn or replaced is in them, too.
    """
    copies = list(islice(store.copies(row.id), row.events))
    events = [unseal(copy, n, output=True) for n, copy in enumerate(copies, 1)]
    gate.check_record(Report.from_events(events), events, redactor)
    return "".join(f"{line}\n" for line in export_of(row, copies))


FEW = 500
"""Pieces of evidence that are asked for at once."""


def _events(store: Store, journal: str, as_of: AsOf | None) -> list[Event]:
    """The events of a journal; with its output the evidence that a report of them has."""
    events = list(store.events(journal))
    if as_of is not None:
        events = before(events, as_of)
    if all(event.kind != "evidence" for event in events):
        return events
    patches = shown(survey(one_per_id(events))).patches
    wanted = list(dict.fromkeys(patch.entity for patch in patches if patch.kind == "evidence"))
    full: dict[str, Event] = {}
    for start in range(0, len(wanted), FEW):
        some = wanted[start : start + FEW]
        full |= {event.digest: event for event in store.events(journal, entities=some, output=True)}
    return [full.get(event.digest, event) for event in events]
