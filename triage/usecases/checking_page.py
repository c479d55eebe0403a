"""Checking a page: the rules of a journal on what a page becomes, with the lines of the page."""

from collections.abc import Iterator

from triage import times
from triage.check import RULES, Finding, View, look
from triage.events import Actor
from triage.importer import Page
from triage.redact import Redactor
from triage.report import Report
from triage.usecases.importing import draft_page, events_of, read_page


def check_page(text: str, name: str, codes: frozenset[str], redactor: Redactor) -> list[Finding]:
    """What is wrong with a page, in the order of its lines."""
    page = read_page(text, name)
    made = draft_page(page, text, name, Actor("page"), slug="page")
    known = events_of(made)
    view = View(Report.from_events(known), known, redactor, made.lines)
    found = [*look(view, codes), *_of_page(page, codes)]
    return sorted(found, key=lambda finding: (finding.line, finding.code))


def _of_page(page: Page, codes: frozenset[str]) -> Iterator[Finding]:
    """What only a page can have: words that are no status, rows out of order."""
    if "TR402" in codes:
        for odd in page.odd:
            said = f"{odd.what}: {odd.word}"
            yield _finding("TR402", "", said, "no status of a record", odd.line)
    if "TR201" in codes:
        latest = ""
        for at, line in page.times:
            if latest and at < latest:
                said = f"{times.show(at, 'minute')} after {times.show(latest, 'minute')}"
                yield _finding("TR201", "at", said, "earlier", line)
            latest = max(latest, at)


def _finding(code: str, field: str, said: str, record: str, line: int) -> Finding:
    return Finding(code, RULES[code].severity, "", field, said, record, f"mend line {line}", line)
