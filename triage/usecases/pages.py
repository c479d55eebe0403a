"""The files of a journal in a site: page, Markdown, JSON, record and checkpoint, each through the gate."""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from triage.events import unseal
from triage.integrity import CHECKPOINT, trail_of
from triage.redact import Redactor
from triage.render import Style, as_json, render
from triage.render.listing import page_path
from triage.render.site import Made, folder_of
from triage.report import Report, Summary
from triage.store import JournalRow, Store
from triage.usecases import checking, gate
from triage.usecases.exchange import export_of
from triage.usecases.signing import ENDING, sign

FILES = ("report.md", "report.json", "record.jsonl", "index.html", "checkpoint.json")


class Manner(NamedTuple):
    """How the documents of a publication are made.

    ``sign_key`` is the SSH key that signs checkpoints, or ''. ``form`` is ``site`` (pages with an index), or
    ``markdown`` (one file a journal, for MkDocs, Zensical and wikis).
    """

    template: str
    style: Style
    folders: tuple[str, ...]
    form: str = "site"
    sign_key: str = ""


def journal_files(
    store: Store, row: JournalRow, manner: Manner, redactor: Redactor
) -> tuple[Summary, list[Made]]:
    """The summary of a journal and its files; `SecretFound` where any of them would show a secret.

    They are of the events that there were when the row was read, whatever came since.
    """
    copies = list(islice(store.copies(row.id), row.events))
    events = [unseal(copy, n, output=True) for n, copy in enumerate(copies, 1)]
    report = Report.from_events(events)
    checking.refuse_errors(report, events, redactor)
    summary = Summary.from_report(report)._replace(slug=row.slug)
    if manner.form == "markdown":
        text = _document(report, "md", manner)
        gate.check_all(report, events, {"md": text}, manner.template, redactor)
        return summary, [Made(page_path(row.slug), (front_matter(summary) + text).encode())]
    text, page = (_document(report, form, manner) for form in ("md", "html"))
    gate.check_all(report, events, {"md": text, "html": page}, manner.template, redactor)
    folder = folder_of(row.slug)
    made = [
        Made(f"{folder}/report.md", text.encode()),
        Made(f"{folder}/report.json", as_json(report, indent=None).encode()),
        Made(f"{folder}/record.jsonl", "".join(f"{line}\n" for line in export_of(row, copies)).encode()),
        Made(f"{folder}/index.html", page.encode()),
    ]
    checkpoint = _checkpoint(summary, manner, made, trail_of([copy.digest for copy in copies]))
    made.append(Made(f"{folder}/checkpoint.json", checkpoint))
    if manner.sign_key:
        made.append(Made(f"{folder}/checkpoint.json{ENDING}", sign(checkpoint, manner.sign_key)))
    return summary, made


def _document(report: Report, form: str, manner: Manner) -> str:
    style = manner.style if form == "html" else manner.style._replace(up="", beside=False)
    return render(
        report,
        template=manner.template,
        format=form,
        style=style,
        folders=[Path(folder) for folder in manner.folders],
    )


def _checkpoint(summary: Summary, manner: Manner, made: Sequence[Made], trail: Sequence[str]) -> bytes:
    """What the documents were made from, and by what."""
    from hashlib import sha256

    files = {file.path.rpartition("/")[2]: sha256(file.data).hexdigest() for file in made}
    value = {
        "format": CHECKPOINT,
        "journal": summary.journal,
        "slug": summary.slug,
        "events": summary.events,
        "heads": list(summary.heads),
        "trail": list(trail),
        "triage": manner.style.version,
        "template": manner.template,
        "style": {name: value for name, value in manner.style._asdict().items() if value},
        "files": files,
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def front_matter(summary: Summary) -> str:
    """The YAML that MkDocs, Zensical and wikis read before a page; every value is a quoted text."""
    tags = [text for text in (summary.status, summary.severity, summary.service, summary.type) if text]
    lines = ["---", f"title: {_yaml(summary.title)}"]
    lines += [f"date: {summary.updated_at[:10]}"] if summary.updated_at else []
    lines += ["tags:", *(f"  - {_yaml(tag)}" for tag in tags)] if tags else []
    lines += [f"journal: {_yaml(summary.journal)}", f"events: {summary.events}", "heads:"]
    lines += [f"  - {_yaml(head)}" for head in summary.heads]
    return "\n".join([*lines, "---", "", ""])


def _yaml(text: str) -> str:
    """A text as YAML's double-quoted scalar, which a JSON text in ASCII is."""
    return json.dumps(text)
