"""What stands under the heading of a blocker: its fields, its cause, its fix."""

import re

from triage import refs
from triage.importer import states
from triage.importer.blocks import Block
from triage.importer.header import apart, labelled, of_item
from triage.importer.pieces import joined
from triage.importer.reading import Reading
from triage.importer.words import BACKED, BLOCKER, BLOCKER_WORDS, known

_TEXTS = {"Root cause": "cause", "Fix": "fix", "Accepted": "fix"}
"""Lines in bold before long texts, and the fields that these are."""
_LABELS = {"error": "error", "effect": "effect", "root cause": "cause", "cause": "cause", "fix": "fix"}
_DERIVED = ("blocked", "stood for", "seen in")
_BY = re.compile(rf"by PR (?P<pr>{refs.ANY})")
_REF = re.compile(refs.ANY)
_MARKS = re.compile(r"^ {0,3}#{1,6}[ \t]*|\n.*$", re.DOTALL)
_ACTION = re.compile(r"action (\d{1,6})\b")


def begin(reading: Reading, heading: Block, title: str) -> None:
    """Begin a blocker, or go on with it where its heading comes again; what follows is about it.

    What is none of its fields stands under the heading that documents will give it, by its place among all.
    """
    key = (reading.part, heading.text)
    if key not in reading.blockers:
        place = reading.add("blocker", {"title": title}, heading.line)
        reading.path[-1] = f"Blocker {len(set(reading.blockers.values())) + 1}: {title}"
        reading.blockers[key] = reading.blockers[reading.part, reading.heading] = place
    reading.blocker = reading.blockers[key]


def read(reading: Reading, block: Block) -> bool:
    """A block under the heading of a blocker: labelled lines, or a long text under a line in bold."""
    if reading.blocker < 0 or states.is_italic(block):
        return False
    if block.bold in _TEXTS:
        return _long_text(reading, _TEXTS[block.bold], block)
    found = _labels(block)
    for label, value, line in found:
        _field(reading, label, value, line)
    return bool(found)


def _labels(block: Block) -> list[tuple[str, str, int]]:
    """The labelled lines of a list or a paragraph, if it is one of them."""
    if block.kind == "list":
        told = [(of_item(item) if item.simple else None, item.line) for item in block.items]
    elif block.kind == "paragraph":
        told = [(labelled(line), number) for number, line in apart(block)]
    else:
        return []
    found = [(*label, line) for label, line in told if label]
    return found if len(found) == len(told) else []


def _long_text(reading: Reading, field: str, block: Block) -> bool:
    """All blocks up to the next line in bold, or the next heading, as one text."""
    taken = []
    while reading.after and _goes_on(reading.after, reading.level):
        taken.append(_raised(reading.take(), reading.level))
    if not taken:
        return False
    body = joined(_value(reading, field), *taken, by="\n\n")
    _set(reading, **{field: body})
    if field == "fix" and not _value(reading, "status"):
        _set(reading, status="accepted" if block.bold == "Accepted" else "fixed")
    return True


def _goes_on(block: Block, level: int) -> bool:
    """Whether a block belongs to a long text of the blocker whose heading is of that level."""
    return block.level > level if block.kind == "heading" else block.bold not in _TEXTS


def _raised(block: Block, level: int) -> str:
    """The source of a block; a heading of the text as it was before documents put it below their own."""
    if block.kind != "heading":
        return block.source
    return f"{'#' * (block.level - level)} {_MARKS.sub('', block.source)}"


def _field(reading: Reading, label: str, value: str, line: int) -> None:
    name = label.casefold()
    if name == "status":
        _status(reading, value)
    elif name in ("pr", "issue") and _REF.search(value):
        _reference(reading, name, label, value)
    elif name in _DERIVED:
        reading.state(label, value, line)
        found = _ACTION.match(value)
        if found:
            blocker = reading.pieces[reading.blocker]
            reading.pieces[reading.blocker] = blocker._replace(number=int(found[1]))
    elif name in _LABELS and not _value(reading, _LABELS[name]):
        _set(reading, **{_LABELS[name]: value})
        if name == "fix" and value and not _value(reading, "status"):
            _set(reading, status="fixed")
    else:
        _add_to_effect(reading, f"{label}: {value}")


def _status(reading: Reading, value: str) -> None:
    """The status, and the PR that is named with it; what else is said of it goes to the effect."""
    bare = BACKED.sub("", value)
    by = _BY.search(bare)
    rest = (bare[: by.start()] + bare[by.end() :]).strip() if by else bare
    word = rest.split()[0] if rest.split() else ""
    status = known(word, BLOCKER, BLOCKER_WORDS)
    _set(reading, status=status or "open", pr=by["pr"] if by else _value(reading, "pr"))
    if not status or rest.casefold() not in (status, word.casefold()):
        _add_to_effect(reading, f"Status: {bare}")


def _reference(reading: Reading, field: str, label: str, value: str) -> None:
    found = _REF.search(value)
    if found is None or _value(reading, field):
        _add_to_effect(reading, f"{label}: {value}")
        return
    _set(reading, **{field: found[0]})
    if value.removeprefix("PR ") != found[0]:
        _add_to_effect(reading, f"{label}: {value}")


def _add_to_effect(reading: Reading, text: str) -> None:
    _set(reading, effect=joined(_value(reading, "effect"), text))


def _value(reading: Reading, field: str) -> str:
    return str(reading.pieces[reading.blocker].fields.get(field, ""))


def _set(reading: Reading, **fields: str) -> None:
    reading.pieces[reading.blocker] = reading.pieces[reading.blocker].with_fields(**fields)
