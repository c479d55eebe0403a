"""From a report to a document: `render`, by a template, in Markdown, HTML or JSON."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from triage.errors import InvalidValue
from triage.render.as_json import as_json, json_schema
from triage.render.inline import Links
from triage.report import Report
from triage.report.calls import Answers

FORMATS = ("md", "html", "json")

__all__ = ["FORMATS", "Style", "as_json", "built_in", "json_schema", "render"]


class Style(NamedTuple):
    """How references become links, what zone is shown beside UTC, and the program's version.

    ``classification`` is such as ``internal`` or ``TLP:AMBER``: a banner, and a line of the summary.
    ``spooled`` is how many events of the journal wait to be delivered, and are not in its record yet.
    ``corrections`` says whether what was amended is shown with what was said before.
    ``up`` is the address of the site's index, as a page of a journal links to it; ``beside`` whether the
    page's Markdown, JSON and record lie beside it, ``live`` whether it is served and shows what is recorded.
    """

    issue_url: str = ""
    pr_url: str = ""
    commit_url: str = ""
    zone: str = ""
    version: str = ""
    classification: str = ""
    spooled: int = 0
    up: str = ""
    beside: bool = False
    live: bool = False
    corrections: bool = False

    def links(self, report: Report) -> Links:
        """The patterns of addresses, and the hosts that the journal names."""
        return Links(self.issue_url, self.pr_url, self.commit_url, report.hosts)


def render(
    report: Report,
    *,
    template: str = "triage",
    format: str = "md",  # noqa: A002  the design's word for it
    style: Style = Style(),  # noqa: B008  it cannot be changed
    folders: Sequence[Path] = (),
) -> str:
    """The document of a report. The same report, template and style give the same bytes.

    ``folders`` hold a team's templates and come before the built-in ones. Raises `TemplateError` naming file
    and line, `NotFound` for an unknown template, `InvalidValue` for an unknown format.
    """
    if format == "json":
        return as_json(report)
    if not style.corrections:
        report = replace(report, corrections=())
    if format not in FORMATS:
        raise InvalidValue(f"no format {format!r:.40}", hint="one of: " + ", ".join(FORMATS), allowed=FORMATS)
    places = [*folders, built_in()]
    if format == "html":
        from triage.render.page import page

        return page(report, template, style, places, built_in())
    from triage.render.environment import environment, run
    from triage.render.markdown import MarkdownComponents

    links = style.links(report)
    components = MarkdownComponents(links, style.zone, word(report), style.classification, style.spooled)
    sandbox = environment(places, links, components.functions(), Answers(report))
    return components.finished(tidy(run(sandbox, template, {"report": report})))


def word(report: Report) -> str:
    """A word that stands nowhere in the report: made from a digest of all that the report says."""
    from hashlib import sha256

    heads = " ".join(report.heads)
    text = heads or as_json(report)
    return f"component{sha256(text.encode()).hexdigest()[:24]}"


def built_in() -> Path:
    """Where the built-in templates lie: in the package once installed, at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def tidy(text: str) -> str:
    """The text with one newline at its end and never two blank lines outside of a fence."""
    from triage.render.prose import without_gaps

    return without_gaps(text)
