"""One document: a journal's report through a template, and through the gate."""

from collections.abc import Sequence
from pathlib import Path

from triage import times
from triage.errors import InvalidValue
from triage.redact import Redactor
from triage.render import Style, render
from triage.report import Report
from triage.store import Store
from triage.usecases import gate

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
) -> str:
    """The document of a journal; `SecretFound` where it would show a secret."""
    if style.zone and times.in_zone(EXAMPLE, style.zone) is None:
        raise InvalidValue(
            f"no zone {style.zone!r:.60}", hint="zone in triage.toml is one such as Europe/Paris"
        )
    events = list(store.events(journal, output=True))
    report = Report.from_events(events)
    gate.check_values(report, events, redactor)
    text = render(
        report,
        template=template,
        format=form,
        style=style,
        folders=[Path(folder) for folder in folders],
    )
    gate.check_document(text, template, redactor)
    return text
