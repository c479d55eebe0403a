"""One document: a journal's report through a template."""

from collections.abc import Sequence
from pathlib import Path

from triage import times
from triage.errors import InvalidValue, SecretFound
from triage.redact import Redactor, inspect
from triage.render import Style, render
from triage.report import Report
from triage.store import Store

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
    """The document of a journal; `SecretFound` where its text holds a secret all the same."""
    if style.zone and times.in_zone(EXAMPLE, style.zone) is None:
        raise InvalidValue(
            f"no zone {style.zone!r:.60}", hint="zone in triage.toml is one such as Europe/Paris"
        )
    report = Report.from_events(store.events(journal, output=True))
    text = render(
        report,
        template=template,
        format=form,
        style=style,
        folders=[Path(folder) for folder in folders],
    )
    if inspect(text, redactor):
        raise SecretFound(
            "the document holds a secret",
            hint="find it with: triage events --json; then retract it",
        )
    return text
