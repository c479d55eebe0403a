"""The gate before a document leaves: each value that it shows is looked at, and then the document itself."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from operator import attrgetter
from typing import NamedTuple

from triage.encoding import decoded
from triage.errors import SecretFound
from triage.events import Event
from triage.kinds import CELLS
from triage.redact import Hit, Redactor
from triage.render.markdown import MOST_LINES, output_text
from triage.render.prose import paragraphs
from triage.render.site import FACETS, Listed, Look
from triage.report import Report, Summary
from triage.report.code import FENCE
from triage.report.history import Patch, one_per_id, survey
from triage.usecases.lookup import is_from_hook

BETWEEN = "\n\0\n"
"""Between values that are looked at in one go. A pattern that reads on over it found nothing in one value."""


ENVELOPE_FIELDS = ("actor", "session")
STAYS = "no purge removes what an envelope says: change the secret, then it is none"


class Value(NamedTuple):
    """A text that a document shows: of which event, in which field."""

    event: str
    kind: str
    field: str
    text: str


class Finding(NamedTuple):
    """A secret that a document would show: of which event (``e12``), in which field, by which rule."""

    event: str
    kind: str
    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.event} ({self.kind}) in {self.field!r}, by the rule {self.rule}"


def check_values(report: Report, events: Sequence[Event], redactor: Redactor) -> None:
    """Raise `SecretFound` where a value of the report is a secret; it names event, field and rule."""
    patches, outputs = list(_live(_in(report, events))), list(_outputs(report))
    labelled = list(_labelled(patches, redactor))
    texts = dict.fromkeys(text for patch in patches for _, text in _told_by(patch))
    texts |= dict.fromkeys(value.text for value in outputs)
    if labelled or redactor.hits(BETWEEN.join(texts)):
        values = [Value(each.id, each.kind, *told) for each in patches for told in _told_by(each)]
        _refuse("document", [*_secrets([*values, *outputs], redactor), *labelled], events)


def _refuse(what: str, secrets: Iterable[tuple[Value, str]], events: Iterable[Event]) -> None:
    """Raise `SecretFound` where there are secrets: the first in words, each as a value."""
    numbers = {event.id: f"e{event.n}" for event in events}
    found = [
        Finding(numbers.get(value.event, value.event[-8:]), value.kind, value.field, rule)
        for value, rule in secrets
    ]
    if found:
        unique = list({finding[:3]: finding for finding in reversed(found)}.values())[::-1]
        more = f"; and {len(unique) - 1} more" if len(unique) > 1 else ""
        stays = what == "record" and unique[0].field in ENVELOPE_FIELDS
        raise SecretFound(
            f"the {what} would show a secret: {unique[0]}{more}",
            hint=STAYS if stays else f"remove it from the record: triage purge {unique[0].event}",
            found=[finding._asdict() for finding in unique],
        )


def _in(report: Report, events: Iterable[Event]) -> Iterator[Event]:
    """The events without what hooks captured and the report leaves out."""
    kept = {item.event for part in report.parts for item in part.evidence}
    return (event for event in events if event.entity in kept or not is_from_hook(event))


def check_record(report: Report, events: Sequence[Event], redactor: Redactor) -> None:
    """Raise `SecretFound` where the record itself, with what was withdrawn and replaced, holds a secret.

    This looks at every value that a document of the record can show.
    """
    values = [value for event in events for value in _recorded(event)]
    labelled = _labelled(list(_live(events)), redactor)
    _refuse("record", [*_secrets([*values, *_outputs(report)], redactor), *labelled], events)


def check_all(
    report: Report,
    events: Sequence[Event],
    documents: Mapping[str, str],
    template: str,
    redactor: Redactor,
) -> None:
    """Both of the above, for a record and all that is made of it, by their forms: as a rule in one go.

    What a document says stands in the record too, so one look at all costs little more than at one of them.
    Raises `SecretFound` as `check_record` and `check_document` do.
    """
    texts = dict.fromkeys(text for event in events for _, text in _said_by(event))
    texts |= dict.fromkeys(value.text for value in _outputs(report))
    texts |= dict.fromkeys(
        _said(part, form) for form, text in documents.items() for part in _parts(text, form)
    )
    labelled = _names_secret(events, redactor) and any(_labelled(list(_live(events)), redactor))
    if labelled or redactor.hits(BETWEEN.join(texts)):
        check_record(report, events, redactor)
        for form, text in documents.items():
            check_document(text, form, template, redactor)


def _recorded(event: Event) -> Iterator[Value]:
    """What an event says, as it was recorded."""
    return (Value(event.id, event.kind, field, text) for field, text in _said_by(event))


def _said_by(event: Event) -> Iterator[tuple[str, str]]:
    """The same, as fields and texts."""
    yield "actor", event.actor.name
    yield "session", event.actor.session
    for field, value in (event.body or {}).items():
        if isinstance(value, str):
            yield field, value
        elif field != "output":  # digests of its chunks
            yield from ((field, text) for text in _texts(value))
    if event.output:
        yield "output", decoded(event.output)


def check_document(text: str, form: str, template: str, redactor: Redactor) -> None:
    """Raise `SecretFound` where a finished document holds a secret that no value of the record explains."""
    parts = _parts(text, form)
    said = [_said(part, form) for part in parts]
    for place, hit in _found(said, redactor):
        before = text[: max(text.find(parts[place]), 0)] + said[place][: hit.start]
        line = before.count("\n") + 1
        raise SecretFound(
            f"line {line} of the document would show a secret, by the rule {hit.rule}",
            hint=f"no single value holds it: see what meets there, of record or template {template!r}",
            found=[{"line": line, "template": template, "rule": hit.rule}],
        )


def check_summaries(summaries: Sequence[Summary], redactor: Redactor) -> None:
    """Raise `SecretFound` where what an index tells of a journal is a secret.

    The values are looked at, not the files: how those are laid out is ours, and makes nothing a secret.
    """
    values = [value for summary in summaries for value in _summed(summary)]
    for value, rule in _secrets(values, redactor):
        raise SecretFound(
            f"the index would show a secret of {value.event}: in {value.field!r}, by the rule {rule}",
            hint=f"see which event says it: triage render {value.event}",
            found=[{"journal": value.event, "field": value.field, "rule": rule}],
        )


def check_listed(listed: Sequence[Listed], look: Look, redactor: Redactor) -> None:
    """Raise `SecretFound` where a choice of the index's facets, or a name of the site, is a secret."""
    chosen = [(name, text) for name in FACETS for text in sorted(set(map(attrgetter(name), listed)))]
    values = [Value("", "", name, text) for name, text in chosen]
    values += [Value("", "", name, getattr(look, name)) for name in ("title", "classification", "base")]
    for value, rule in _secrets(values, redactor):
        raise SecretFound(
            f"the index would show a secret as a {value.field}, by the rule {rule}",
            hint="see which journal or target has it: triage list",
            found=[{"field": value.field, "rule": rule}],
        )


def _summed(summary: Summary) -> Iterator[Value]:
    """What is told of a journal; each word that the search knows is a value, since their order is ours."""
    for field in ("slug", "title", "type", "status", "severity", "service", "lead", "impact"):
        yield Value(summary.slug, "journal", field, getattr(summary, field))
    for owed in summary.owed:
        yield from (Value(summary.slug, "journal", "obligation", text) for text in (owed.text, owed.who))
    yield from (Value(summary.slug, "journal", "text", word) for word in summary.words.split())


def _parts(text: str, form: str) -> list[str]:
    """What a document says: its paragraphs, or of a page its texts and links, or of JSON its texts.

    What stands between them is of ours alone: no word becomes a secret by being near it. So are the other
    attributes of a page, which say shortly what its texts say.
    """
    if form == "json":
        return list(_texts(json.loads(text)))
    if form == "html":
        pieces = _TAG.split(_own(text))
        values = _VALUE.findall("".join(pieces[1::2]))
        return list(dict.fromkeys([*pieces[::2], *values]))
    return paragraphs(text)


_TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
"""Texts and tags come in turn where a page is split at it."""
_VALUE = re.compile(r' (?:href|title)="([^"]*)"')


def _said(part: str, form: str) -> str:
    """A part of a document as its reader sees it: escapes make a value look like what it is not."""
    if form == "md":
        return part if FENCE.match(part) else unescape(_ESCAPE.sub(r"\1", part))
    return unescape(part) if form == "html" else part


_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def _own(page: str) -> str:
    """A page without what it begins and ends with: the style sheet and the scripts are ours alone."""
    begin, end, last = page.find("<style>"), page.find("</style>"), page.rfind("</footer>")
    return page[:begin] + page[end:last] if 0 <= begin < end < last else page


def _live(events: Iterable[Event]) -> Iterator[Patch]:
    """What a report is made from: amended, without what was withdrawn."""
    found = survey(one_per_id(events))
    return (patch for patch in found.patches if patch.id not in found.retracted)


def _told_by(patch: Patch) -> Iterator[tuple[str, str]]:
    """What a document can tell of a patch, as fields and texts."""
    yield "actor", patch.actor.name
    for field, value in patch.body.items():
        if isinstance(value, str):
            yield field, value
        else:
            yield from ((field, text) for text in _texts(value))


def _labelled(patches: Iterable[Patch], redactor: Redactor) -> Iterator[tuple[Value, str]]:
    """The cells whose value is a secret because their label says so."""
    for patch in patches:
        for name in CELLS:
            for label, text in patch.body.get(name) or ():
                if redactor.names_secret(label) and redactor.cells([[label, text]])[0][1] != text:
                    yield Value(patch.id, patch.kind, name, text), "context"


def _names_secret(events: Iterable[Event], redactor: Redactor) -> bool:
    """Whether any cell that was ever recorded says that it holds a secret; it may be its value that does."""
    bodies = [event.body for event in events if event.body]
    bodies += [body["changes"] for body in bodies if isinstance(body.get("changes"), dict)]
    cells = {text for body in bodies for name in CELLS for text in _texts(body.get(name))}
    return any(map(redactor.names_secret, cells))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))


def _outputs(report: Report) -> Iterator[Value]:
    for part in report.parts:
        for item in part.evidence:
            yield Value(item.event, "evidence", "output", output_text(item, MOST_LINES))


def _secrets(values: Sequence[Value], redactor: Redactor) -> Iterator[tuple[Value, str]]:
    """The values that hold a secret, and the rule that says so."""
    for place, hit in _found([value.text for value in values], redactor):
        yield values[place], hit.rule


def _found(texts: Sequence[str], redactor: Redactor) -> Iterator[tuple[int, Hit]]:
    """The secrets in texts, each with the place of its text.

    All are looked at in one go, which is quick, and then each in which something was found by itself: beside
    others a text may look like a secret that it is not. What one text shows to be a secret is one in all.
    """
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + len(BETWEEN)
    suspects: dict[int, list[Hit]] = {}
    for hit in redactor.hits(BETWEEN.join(texts)):
        first, last = bisect_right(starts, hit.start) - 1, bisect_right(starts, hit.end - 1) - 1
        for place in range(first, last + 1):
            start = starts[place]
            suspects.setdefault(place, []).append(hit._replace(start=hit.start - start, end=hit.end - start))
    alone = {place: redactor.hits(texts[place]) for place in suspects}
    secrets = {texts[place][hit.start : hit.end] for place, hits in alone.items() for hit in hits}
    yield from ((place, hit) for place, hits in sorted(alone.items()) for hit in hits)
    for place, hits in sorted(suspects.items()):
        again = (hit for hit in hits if texts[place][max(hit.start, 0) : hit.end] in secrets)
        yield from ((place, hit) for hit in again if not alone[place])
