"""The gate before a document leaves: each value that it shows is looked at, and then the document itself."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from triage.errors import SecretFound
from triage.events import CELLS, Event, decoded
from triage.redact import Redactor
from triage.render.markdown import output_text
from triage.render.site import Made
from triage.report import Report
from triage.report.history import Patch, one_per_id, survey

OURS = ("search.js", ".nojekyll")
"""Files of a site in which nothing comes from a record."""
TOGETHER = 1_000_000
"""Bytes of files that are looked at in one go."""
BETWEEN = "\n\0\n"
"""Between values that are looked at in one go. A pattern that reads on over it found nothing in one value."""


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
    numbers = {event.id: f"e{event.n}" for event in events}
    patches = list(_live(events))
    values = [value for patch in patches for value in _values(patch)]
    secrets = [*_secrets([*values, *_outputs(report)], redactor), *_labelled(patches, redactor)]
    found = [
        Finding(numbers.get(value.event, value.event[-8:]), value.kind, value.field, rule)
        for value, rule in secrets
    ]
    if found:
        unique = list({finding[:3]: finding for finding in reversed(found)}.values())[::-1]
        more = f"; and {len(unique) - 1} more" if len(unique) > 1 else ""
        raise SecretFound(
            f"the document would show a secret: {unique[0]}{more}",
            hint=f"remove it from the record: triage purge {unique[0].event}",
            found=[finding._asdict() for finding in unique],
        )


def check_record(report: Report, events: Sequence[Event], redactor: Redactor) -> None:
    """Raise `SecretFound` where the record itself, with what was withdrawn and replaced, holds a secret.

    This looks at every value that a document of the record can show.
    """
    values = [value for event in events for value in _recorded(event)]
    labelled = _labelled(list(_live(events)), redactor)
    for value, rule in (*_secrets([*values, *_outputs(report)], redactor), *labelled):
        raise SecretFound(
            f"the record would show a secret: {Finding(value.event, value.kind, value.field, rule)}",
            hint=f"remove it from the record: triage purge {value.event}",
            found=[Finding(value.event, value.kind, value.field, rule)._asdict()],
        )


def check_all(
    report: Report, events: Sequence[Event], documents: Sequence[str], template: str, redactor: Redactor
) -> None:
    """Both of the above, for a record and all that is made of it: as a rule in one go.

    What a document says stands in the record too, so one look at all costs little more than at one of them.
    Raises `SecretFound` as `check_record` and `check_document` do.
    """
    texts = [value.text for event in events for value in _recorded(event)]
    texts += [value.text for value in _outputs(report)]
    texts += map(_words, documents)
    if redactor.hits(BETWEEN.join(texts)) or any(_labelled(list(_live(events)), redactor)):
        check_record(report, events, redactor)
        for text in documents:
            check_document(text, template, redactor)


def _recorded(event: Event) -> Iterator[Value]:
    """What an event says, as it was recorded."""
    name = f"e{event.n}"
    yield Value(name, event.kind, "actor", event.actor.name)
    for field, value in (event.body or {}).items():
        if field == "output":  # digests of its chunks
            continue
        yield from (Value(name, event.kind, field, text) for text in _texts(value))
    if event.output:
        yield Value(name, event.kind, "output", decoded(event.output))


def check_document(text: str, template: str, redactor: Redactor) -> None:
    """Raise `SecretFound` where a finished document holds a secret that no value of the record explains."""
    for hit in redactor.hits(_own(text)):
        line = text.count("\n", 0, hit.start) + 1
        raise SecretFound(
            f"line {line} of the document would show a secret, by the rule {hit.rule}",
            hint=f"no single value holds it: see what meets there, of record or template {template!r}",
            found=[{"line": line, "template": template, "rule": hit.rule}],
        )


def checked(files: Iterable[Made], redactor: Redactor) -> Iterator[Made]:
    """Files of a site that belong to no journal; `SecretFound` where one of them holds a secret.

    Their texts are of summaries: titles, impacts, obligations. They say much alike, so many are looked at in
    one go; what is ours alone is not looked at.
    """
    batch: list[Made] = []
    for made in files:
        batch.append(made)
        if sum(len(each.data) for each in batch) > TOGETHER:
            yield from _checked(batch, redactor)
            batch = []
    yield from _checked(batch, redactor)


def _checked(batch: Sequence[Made], redactor: Redactor) -> Sequence[Made]:
    looked_at = [made for made in batch if made.path not in OURS]
    if redactor.hits(BETWEEN.join(map(_said, looked_at))):
        for made in looked_at:
            for text in sorted(made.words) or [made.data.decode()]:
                _check_file(made.path, text, redactor)
    return batch


def _said(made: Made) -> str:
    """What a file says: words that only we put beside each other are looked at one by one."""
    return BETWEEN.join(made.words) if made.words else _words(made.data.decode())


def _check_file(path: str, text: str, redactor: Redactor) -> None:
    for hit in redactor.hits(_own(text)):
        line = text.count("\n", 0, hit.start) + 1
        raise SecretFound(
            f"{path} would show a secret in line {line}, by the rule {hit.rule}",
            hint="find the journal whose title, impact or obligation holds it, then: triage purge EVENT",
            found=[{"file": path, "line": line, "rule": hit.rule}],
        )


def _words(text: str) -> str:
    """What a document says, without bare tags where it is a page: a word is one word wherever it stands."""
    return _BARE.sub("\n", _own(text)) if _is_page(text) else text


def _own(text: str) -> str:
    """A document without what our pages begin and end with: the style sheet and the scripts are ours alone.

    What is left out is as many blanks and lines, so that places stay what they are.
    """
    if not _is_page(text):
        return text
    head, body = text.find("</head>"), text.rfind("</footer>")
    if head < 0 or body < 0:
        return text
    begin, end = text.find("<style>"), text.find("</style>", 0, head)
    styles = "\n" * text.count("\n", begin, end)
    return text[:begin] + styles + " " * (end - begin - len(styles)) + text[end:body]


def _is_page(text: str) -> bool:
    return text.startswith("<!DOCTYPE html>")


_BARE = re.compile("</?[a-z0-9]+>")
"""A tag without an attribute, which says nothing."""


def _live(events: Iterable[Event]) -> Iterator[Patch]:
    """What a report is made from: amended, without what was withdrawn."""
    found = survey(one_per_id(events))
    return (patch for patch in found.patches if patch.id not in found.retracted)


def _values(patch: Patch) -> Iterator[Value]:
    yield Value(patch.id, patch.kind, "actor", patch.actor.name)
    for name, value in patch.body.items():
        yield from (Value(patch.id, patch.kind, name, text) for text in _texts(value))


def _labelled(patches: Iterable[Patch], redactor: Redactor) -> Iterator[tuple[Value, str]]:
    """The cells whose value is a secret because their label says so."""
    for patch in patches:
        for name in CELLS:
            for label, text in patch.body.get(name) or ():
                if redactor.names_secret(label) and redactor.cells([[label, text]])[0][1] != text:
                    yield Value(patch.id, patch.kind, name, text), "context"


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
            yield Value(item.event, "evidence", "output", output_text(item))


def _secrets(values: Sequence[Value], redactor: Redactor) -> Iterator[tuple[Value, str]]:
    """The values that hold a secret, and the rule that says so: all are looked at in one go."""
    starts, place = [], 0
    for value in values:
        starts.append(place)
        place += len(value.text) + len(BETWEEN)
    for hit in redactor.hits(BETWEEN.join(value.text for value in values)):
        first, last = bisect_right(starts, hit.start) - 1, bisect_right(starts, hit.end - 1) - 1
        if first == last:
            yield values[first], hit.rule
        else:
            for value in values[first : last + 1]:
                yield from ((value, own.rule) for own in redactor.hits(value.text))
