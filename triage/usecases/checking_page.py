"""Checking a page: the rules of a journal on what a page becomes, with the lines of the page."""

from triage.check import Finding, Source, View, look
from triage.events import Actor
from triage.redact import Redactor
from triage.report import Report
from triage.usecases.importing import draft_page, events_of, read_page


def check_page(
    text: str, name: str, codes: frozenset[str], redactor: Redactor, *, now: str = ""
) -> list[Finding]:
    """What is wrong with a page, in the order of its lines; ``now`` is an instant, or '' for none."""
    page = read_page(text, name)
    made = draft_page(page, text, name, Actor("page"), slug="page")
    known = events_of(made)
    source = Source(text, made.lines, page.times, page.odd, now)
    found = look(View(Report.from_events(known), known, redactor, source), codes)
    return sorted(found, key=lambda finding: (finding.line, finding.code))
