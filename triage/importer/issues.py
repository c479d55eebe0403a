"""Tables of issues and pull requests, with their states."""

import re
from collections.abc import Sequence

from triage import refs
from triage.importer.blocks import Block
from triage.importer.pieces import Odd, joined
from triage.importer.reading import Reading
from triage.importer.words import REFERENCE, STATE_WORDS, STATES, known, split

_TITLES = ("title", "action", "description", "summary")
_BY = re.compile(rf"^(?:by PR {refs.ANY}(?:, |$))+")
"""What blockers tell of an issue that they closed: ``by PR #1138, deployed``."""


def is_table(reading: Reading, block: Block) -> bool:
    """Whether a block is a table of issues: each row begins with a reference that no other row tells of."""
    names = [column.casefold() for column in block.columns]
    if names[:1] not in (["issue"], ["issue / pr"], ["pr"]) or not {"status", "state"} & set(names):
        return False
    refs = [found["ref"] for row in block.rows if (found := REFERENCE.match(row[0]))]
    known = [reading.issues.get(ref, row) for ref, row in zip(refs, block.rows, strict=False)]
    return len(set(refs)) == len(block.rows) and known == list(block.rows)


def read(reading: Reading, block: Block) -> bool:
    """A table of issues."""
    if block.kind != "table" or not is_table(reading, block):
        return False
    names = [column.casefold() for column in block.columns]
    state = next(place for place, name in enumerate(names) if name in ("status", "state"))
    title = next((place for place, name in enumerate(names) if name in _TITLES), -1)
    for line, row in enumerate(block.rows, block.line + 2):
        more = [f"{block.columns[place]}: {text}" for place, text in enumerate(row)
                if text and place not in (0, state, title)]  # fmt: skip
        _issue(reading, row, (state, title), more, line)
    return True


def _issue(
    reading: Reading, row: Sequence[str], places: tuple[int, int], more: Sequence[str], line: int
) -> None:
    state, title = places
    word, note = split(row[state])
    meant = known(word, STATES, STATE_WORDS)
    if not meant and word.casefold() not in ("", "unknown"):
        reading.odd.append(Odd(word, "status of an issue", line))
        note = row[state]
    found = REFERENCE.match(row[0])
    ref = found["ref"] if found else row[0]
    reading.issues[ref] = row
    fields = {
        "ref": ref,
        "state": meant,
        "type": "pr" if row[0].upper().startswith("PR") else "",
        "note": joined(_BY.sub("", note), *more),
        "title": row[title] if title >= 0 else "",
    }
    reading.add("issue", fields, line)
