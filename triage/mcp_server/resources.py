"""The resources: the document of each journal, and its record as JSON Lines."""

import re
from typing import NamedTuple

from triage.console.call import Call
from triage.errors import NotFound
from triage.mcp_server.looking import document
from triage.mcp_server.session import Session
from triage.usecases import places


class Form(NamedTuple):
    """One of the forms that a journal can be read in."""

    file: str
    title: str
    mime_type: str


FORMS = (
    Form("document.md", "the document", "text/markdown"),
    Form("events.jsonl", "the record, exactly as it is kept", "application/x-ndjson"),
)
_ADDRESS = re.compile(r"triage://([a-z0-9-]{1,64})/([a-z.]+)")


def address(journal: str, form: Form) -> str:
    """The address of a journal in a form; ``{journal}`` makes it a template."""
    return f"triage://{journal}/{form.file}"


MOST = 50
"""Journals that are listed; the template reaches the others."""


def open_journals(session: Session) -> list[str]:
    """The slugs of the open journals, the last one first; none where there is no store yet."""
    with session.call() as call:
        try:
            return [row.slug for row in call.store().journals() if row.open][:MOST]
        except NotFound:
            return []


def read(session: Session, uri: str) -> tuple[Form, str]:
    """What lies at an address; `NotFound` with those that there are, `SecretFound` where it shows one."""
    found = _ADDRESS.fullmatch(uri)
    form = next((form for form in FORMS if found and form.file == found[2]), None)
    if found is None or form is None:
        known = tuple(address("JOURNAL", form) for form in FORMS)
        raise NotFound(f"no resource {uri!r:.80}", hint="or " + " or ".join(known), allowed=known)
    with session.call(found[1]) as call:
        return form, _document(call) if form.file == "document.md" else _events(call)


def _document(call: Call) -> str:
    return document(call, call.place())


def _events(call: Call) -> str:
    from triage.usecases.documents import record

    store = call.store()
    return record(store, places.existing(store, call.place().journal), call.redactor)
