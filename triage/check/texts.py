"""Texts: empty ones, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage import redact
from triage.check.finding import Finding
from triage.check.view import View, every, quoted
from triage.encoding import decoded
from triage.report import Part, Prose
from triage.report.steps import UNTOLD

_PLACEHOLDER = re.compile(
    r"(?:TBD|TBC|TODO|FIXME|XXX+|N/?A\?|\?+|\.\.\.|…|-+|_+|none yet|coming soon|lorem ipsum\b.*|placeholder|"
    r"to be (?:written|done|added|completed|determined)|fill (?:me|this) in|work in progress|wip|"
    r"[<\[{(](?:[^<>\[\]{}()\n]{0,60})[>\]})])[.!]?",
    re.IGNORECASE | re.DOTALL,
)
BETWEEN = "\n\0\n"
"""Between texts that are looked at for secrets in one go."""


def empty(view: View) -> Iterator[Finding]:
    """TR601: a heading with nothing below it, or a placeholder in the place of a text."""
    for part in view.report.parts:
        roots = (*part.verbatim, *part.notes, *([part.final_notes] if part.final_notes else []))
        for section in every(roots):
            said = " > ".join(section.path)
            event = view.headings.get((part.id, section.path), part.id)
            fix = f"triage section {quoted(said)} 'TEXT'; or triage retract {view.name(event)}"
            bodies = [block.body for block in section.blocks if isinstance(block, Prose)]
            if (
                not section.children
                and not any(body.strip() for body in bodies)
                and len(bodies) == len(section.blocks)
            ):
                yield view.finding("TR601", event, said, "nothing stands there", fix, field="body")
            for block in section.blocks:
                if isinstance(block, Prose) and _PLACEHOLDER.fullmatch(block.body.strip()):
                    yield view.finding(
                        "TR601",
                        block.event,
                        f"{said}: {block.body.strip()}",
                        "a placeholder",
                        fix,
                        field="body",
                    )
        yield from _of_header(view, part)
    yield from _untold(view)


def _of_header(view: View, part: Part) -> Iterator[Finding]:
    """Lines of the header that hold a placeholder."""
    fields = [(name, getattr(part.header, name)) for name in ("summary", "impact", "lead", "severity")]
    for name, value in (*fields, *part.header.labels):
        if value.strip() and _PLACEHOLDER.fullmatch(value.strip()) and value.strip() not in ("-", "–", "—"):
            event = view.setters.get((part.id, name), view.setters.get((part.id, "labels"), part.id))
            fix = f"triage set {quoted(f'{name}=TEXT')}"
            yield view.finding("TR601", event, f"{name}: {value.strip()}", "a placeholder", fix, field=name)


def _untold(view: View) -> Iterator[Finding]:
    """Proposed commands that were recorded as they stood, without what the work told."""
    for text in view.texts:
        said = text.text.strip()
        if text.field in UNTOLD and said in UNTOLD.values():
            fix = view.reworded(text, 0, len(text.text), "TEXT")
            yield view.finding(
                "TR601", text.event, f"{text.field}: {said}", "a placeholder", fix, field=text.field
            )


def secret(view: View) -> Iterator[Finding]:
    """TR701: a text that the redactor would not let in now."""
    said = list(_said(view))
    if not view.redactor.hits(BETWEEN.join(text for _, _, text in said)):
        return
    for event, field, text in said:
        for hit in view.redactor.hits(text):
            fix = f"triage purge {view.name(event)}"
            yield view.finding(
                "TR701", event, f"a secret in {field!r}", f"by the rule {hit.rule}", fix, field=field
            )


def _said(view: View) -> Iterator[tuple[str, str, str]]:
    """Every text with its event and its field: of amended and withdrawn events, too, and of output."""
    for event in view.events:
        for field, value in (event.body or {}).items():
            yield from ((event.id, field, text) for text in redact.texts(value))
    yield from ((item.event, "output", decoded(item.output)) for item in view.outputs if item.output)
