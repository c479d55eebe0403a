"""Labelled lines before the first heading: fields of the header, what is derived, and free labels."""

import re
from collections.abc import Iterator

from triage.importer.blocks import Block, Item
from triage.importer.pieces import Odd, joined
from triage.importer.reading import Reading
from triage.importer.spoken import Line
from triage.importer.words import (
    DERIVED,
    GENERIC,
    HEADER_FIELDS,
    JOURNAL,
    JOURNAL_WORDS,
    REFERENCE,
    known,
    split,
)

_LABEL = re.compile(r"^(?P<label>[A-Z][^\d:*_\n|]?[^:*_\n|]{0,48}?)\s*:(?:\s+(?P<value>.*))?$", re.DOTALL)
_RUN_ON = re.compile(
    r"\s+(?=(?:Status|Last updated|Authors?|Severity|Issue|Epic|Sub-card|PR|Error|Effect|Root cause|Fix): )"
)
"""Where a label that documents of this kind have follows another in one line."""
_MOST_WORDS = 3
"""Words of a label that is not bold: more are a sentence."""

Labelled = tuple[str, str]


def read(reading: Reading, block: Block) -> bool:
    """A list, a table or a paragraph of labelled lines that stands before any heading of its part."""
    if reading.path or reading.caption:
        return False
    found = list(labels(block))
    for label_, value, line in found:
        label(reading, label_, value, line)
    return bool(found)


def labels(block: Block) -> Iterator[tuple[str, str, int]]:
    """The labels of a block with their lines; none where it is not one of labels."""
    if block.kind == "list" and all(
        item.simple and item.done is None and of_item(item) for item in block.items
    ):
        yield from ((*(of_item(item) or ("", "")), item.line) for item in block.items)
    elif block.kind == "table" and len(block.columns) == 2:
        if not all(map(GENERIC.match, block.columns)):
            yield (*block.columns, block.line)
        yield from ((row[0], row[1], line) for line, row in enumerate(block.rows, block.line + 2))
    elif block.kind == "paragraph":
        yield from _of_lines(block)


def of_item(item: Item) -> Labelled | None:
    """The label and the value of an item: a label is bold, or begins with a capital."""
    return labelled(Line(item.text, item.label))


def labelled(line: Line) -> Labelled | None:
    """The label and the value of a line: ``**Status:** OPEN``, ``**Status**: OPEN``, ``Status: OPEN``."""
    rest = line.text[len(line.label) :]
    if line.label.endswith(":") and line.label != ":":
        return line.label[:-1].strip(), rest.strip()
    if line.label and rest.lstrip().startswith(":"):
        return line.label, rest.lstrip()[1:].strip()
    found = None if line.label else _LABEL.match(line.text)
    if found is None or len(found["label"].split()) > _MOST_WORDS:
        return None
    return found["label"].strip(), (found["value"] or "").strip()


def _of_lines(block: Block) -> Iterator[tuple[str, str, int]]:
    """The labels of a paragraph; a line that has none goes on with the one before."""
    if labelled(block.lines[0]) is None:
        return
    held = ("", "", 0)
    for number, line in apart(block):
        found = labelled(line)
        if found and held[2]:
            yield held
        held = (*found, number) if found else (held[0], joined(held[1], line.text, by=" "), held[2])
    yield held


def apart(block: Block) -> Iterator[tuple[int, Line]]:
    """The lines of a paragraph with their numbers; labels that run on in one line are lines of their own."""
    for number, line in enumerate(block.lines, block.line):
        if line.label or not labelled(line):
            yield number, line
        else:
            yield from ((number, Line(text)) for text in _RUN_ON.split(line.text))


def label(reading: Reading, label: str, value: str, line: int) -> None:
    """Read a labelled line of the header."""
    label, value = label.strip(), value.strip()
    if not label and not value:
        return
    if not value and label.casefold() not in HEADER_FIELDS:
        label, value = "Note", label
    if not reading.clock.date or label.casefold() in ("date", "time"):
        reading.clock.told(value)
    name = HEADER_FIELDS.get(label.casefold(), "")
    if label.casefold() in ("author", "authors"):
        reading.state("Author", value, line)
    elif reading.part and label.casefold() == "time":
        _addendum_time(reading, value, line)
    elif DERIVED.match(label):
        reading.state(label, value, line)
    elif not (name and value) or not _field(reading, name, value, line):
        reading.add_label(label or "Note", value)


def _field(reading: Reading, name: str, value: str, line: int) -> bool:
    """Set a field of the header that was not told yet; whether it could be."""
    if name == "status":
        return _status(reading, value, line)
    if name in reading.header.fields:
        return bool(reading.header.fields[name] == value)
    if name == "severity":
        return _severity(reading, value)
    if name in ("issue", "epic"):
        found = REFERENCE.match(value)
        reading.patch_header(**{name: found["ref"] if found else None})
        return found is not None
    reading.patch_header(**{name: value})
    return True


def _severity(reading: Reading, value: str) -> bool:
    found = re.match(r"^(?P<word>[^()]+) \((?P<note>[^()]+)\)$", value)
    if found:
        reading.patch_header(severity=found["word"].strip(), severity_note=found["note"])
    else:
        reading.patch_header(severity=value)
    return True


def _addendum_time(reading: Reading, value: str, line: int) -> None:
    stamp = reading.clock.read(value, line=line)
    if stamp is not None:
        reading.date_header(stamp.when)
    if (stamp is None and value != "unknown") or (stamp and stamp.rest.strip("() ")):
        reading.add_label("Time", value)


def _status(reading: Reading, value: str, line: int) -> bool:
    """The status and what it rests on; a second status is a free label."""
    if "status" in reading.header.fields or "status_note" in reading.header.fields:
        return False
    word, note = split(value)
    meant = known(word, JOURNAL, JOURNAL_WORDS) or known(word.partition(",")[0], JOURNAL, JOURNAL_WORDS)
    if reading.part and meant in ("", "open"):
        return False  # a document shows no note of an addendum that is open
    if not meant:
        reading.odd.append(Odd(word, "status", line))
        reading.patch_header(status_note=value)
    elif word.casefold() == meant:
        reading.patch_header(status=meant, status_note=note)
    else:
        reading.patch_header(status=meant, status_note=value)
    return True


def settle_title(reading: Reading) -> None:
    """Let the title of the front matter be the page's where no heading is; drop it where it says the same."""
    header = reading.pieces[0]
    labels = header.fields.get("labels") or []
    told = next((value for name, value in labels if name.casefold() == "title"), "")
    reading.title = reading.title or told
    if told and told == reading.title:
        left = [pair for pair in labels if pair[0].casefold() != "title"]
        reading.pieces[0] = header.with_fields(title=told, labels=left)
