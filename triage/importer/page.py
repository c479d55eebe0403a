"""From the blocks of a page to pieces: actions, blockers, entries, issues, rows, prose, with their lines."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from triage.events import KINDS
from triage.importer.blocks import Block, Item, blocks
from triage.importer.links import linked
from triage.importer.moments import Clock
from triage.importer.pieces import UNKNOWN, Piece, Stated
from triage.times import When

STATUSES = KINDS["action"].fields["status"].choices
STATES = KINDS["issue"].fields["state"].choices
JOURNAL = KINDS["header"].fields["status"].choices


class Odd(NamedTuple):
    """A word that is none of the record's: which, in what, on which line."""

    word: str
    what: str
    line: int


class Page(NamedTuple):
    """What a page says. ``times`` are those of its timeline in the order in which they were written."""

    title: str
    pieces: list[Piece]
    stated: list[Stated]
    odd: list[Odd]
    times: list[tuple[str, int]]


def read(text: str) -> Page:
    """Read a page."""
    reader = _Reader()
    matter, rest, skipped = _front_matter(text)
    found = [block._replace(line=block.line + skipped, end=block.end + skipped) for block in blocks(rest)]
    reader.page(found, matter)
    return Page(reader.title, reader.pieces, reader.stated, reader.odd, reader.clock.seen)


def _front_matter(text: str) -> tuple[list[tuple[str, str, int]], str, int]:
    """The labels of YAML before a page, the page, and the lines that were before it."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        return [], text, 0
    end = next((n for n, line in enumerate(lines[1:60], 1) if line.strip() in ("---", "...")), 0)
    if not end:
        return [], text, 0
    found: list[tuple[str, str, int]] = []
    for number, line in enumerate(lines[1:end], 2):
        label, mark, value = line.partition(":")
        if mark and not line.startswith((" ", "-", "\t")):
            found.append((label.strip(), value.strip().strip("\"'"), number))
        elif found and line.strip():
            label, value, first = found[-1]
            found[-1] = (label, f"{value} {line.strip().removeprefix('- ')}".strip(), first)
    return found, "\n".join(lines[end + 1 :]), end + 1


_LABELLED = re.compile(
    r"^[*_]{0,2}(?P<label>[A-Z](?:[^:*_\n|]{0,48}?[^\d:*_\n|\s])?)[*_]{0,2}\s*:\s*[*_]{0,2}\s*(?P<value>.*)$",
    re.DOTALL,
)
_FIELDS = {
    "status": "status", "severity": "severity", "sev": "severity", "priority": "severity", "lead": "lead",
    "incident commander": "lead", "ic": "lead", "incident lead": "lead", "owner": "lead", "impact": "impact",
    "service": "service", "services": "service", "issue": "issue", "epic": "epic",
}  # fmt: skip
DERIVED = re.compile(
    r"^(?:last updated|open issues|open actions|open|final state|not alike|backing|addendum|note"
    r"|time|related issues|blocker \d+|published despite|classification|as of|.{1,60} must act)$",
    re.IGNORECASE,
)
"""Labels of lines that a document makes of its record."""
_STAMPED = re.compile(r"^[\s*_\[(`~]*(?:.{0,24}?[\s,T])?[0-2]?\d:[0-5]\d(?!\d)")
_TIMELINE = re.compile(r"\b(?:timeline|sequence log|chronology|event log)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"^(?:(?:executive |incident )?summary|overview|tl;?dr|abstract)$", re.IGNORECASE)
_IMPACT = re.compile(r"^impact$", re.IGNORECASE)
_ACTIONS = re.compile(
    r"\b(?:action items?|action queue|actions|follow[- ]?ups?|corrective actions?|remediation items|to-?dos?"
    r"|operator action required|what remains)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"^(?:references|links|resources|further reading)$", re.IGNORECASE)
_RELATED = re.compile(r"^related issues$", re.IGNORECASE)
_ADDENDUM = re.compile(r"^addendum\s*[—–:-]\s*(?P<title>.+)$", re.IGNORECASE | re.DOTALL)
_BLOCKER = re.compile(r"^blocker\s+(?P<number>\d+)\s*[:—–-]\s*(?P<title>.+)$", re.IGNORECASE | re.DOTALL)
_BLOCKERS = re.compile(r"^blockers(?: encountered)?$", re.IGNORECASE)
_CAPTION = re.compile(
    r"^(?:\*\*(?P<title>.+?)\*\*)?(?: · )?(?P<command>`.+`)?(?: · )?(?P<origin>captured|supplied)"
    r"(?: on (?P<environment>[^·]+?))?(?P<rest>(?: · .*)?)$"
)
_VERBATIM = re.compile(r"(?:\(verbatim\)|\b(?:output|log|response|error)s?)\s*:?$", re.IGNORECASE)
_REF = re.compile(r"^(?:PR\s*)?(?P<ref>(?:[\w.-]+/[\w.-]+)?#\d+|https?://\S+)$")
_ITALIC = re.compile(r"^\*(?:Backing: .*|Proved: captured output .*|Basis: (?P<basis>.*))\*$", re.DOTALL)
_WALL = re.compile(r"^(?:Total wall-clock|Time blocked)\b", re.IGNORECASE)
_OWNER = re.compile(
    r"(?:\s*[—–-]\s*|\s*\(|\s+)(?:owner:\s*(?P<named>[^)—–]+?)\)?|@(?P<at>[\w.-]+))\s*$", re.IGNORECASE
)
_BACKED = re.compile(r"\s*\((?:proved|observed|asserted)(?: by [^()]*(?:\([^()]*\)[^()]*)*)?\)")


class _Reader:
    """Reads blocks one by one: what a block becomes depends on the heading under which it stands."""

    def __init__(self) -> None:
        self.title = ""
        self.pieces: list[Piece] = []
        self.stated: list[Stated] = []
        self.odd: list[Odd] = []
        self.clock = Clock()
        self._part = self._base = self._addenda = self._bold = 0
        self._path: list[str] = []
        self._levels: list[int] = []
        self._blocker = -1
        self._header: dict[int, int] = {}
        self._blocks: list[Block] = []
        self._place = 0

    def page(self, found: list[Block], matter: Sequence[tuple[str, str, int]]) -> None:
        """Read all blocks of a page, after the labels that stood before it."""
        self._blocks = found
        self._header[0] = self._add("header", {}, 1)
        for label, value, line in matter:
            self._label(label, value, line)
        while self._place < len(found):
            block = found[self._place]
            self._place += 1
            self._read(block)
        header = self.pieces[0].fields
        if ["title", self.title] in header.get("labels", []):
            header["labels"].remove(["title", self.title])
        self.pieces = linked(self.pieces)

    def _add(self, kind: str, fields: dict[str, Any], line: int, **more: Any) -> int:
        heading = "" if kind in ("header", "section") else self._last
        self.pieces.append(Piece(kind, fields, line, part=self._part, heading=heading, **more))
        return len(self.pieces) - 1

    def _read(self, block: Block) -> None:
        if block.kind == "heading":
            self._heading(block)
        elif self._blocker >= 0 and self._of_blocker(block):
            return
        elif self._is_header(block):
            self._header_block(block)
        elif self._titles(block):
            self._bold = self._bold or (self._levels or [self._base + 1])[-1] + 1
            self._heading(block._replace(text=block.text.strip("* "), level=self._bold))
        elif (_TIMELINE.search(self._last) or self._tells_times(block)) and self._timeline(block):
            return
        elif block.kind == "table":
            self._table(block)
        elif block.kind == "list" and self._list(block):
            return
        elif not self._special(block):
            self._prose(block.source, block.line)

    def _titles(self, block: Block) -> bool:
        """Whether a line in bold stands for a heading: nothing else on it, and text below it."""
        bold = block.kind == "paragraph" and re.fullmatch(r"(\*\*|__)([^*_\n]{2,80})\1", block.source.strip())
        after = self._blocks[self._place] if self._place < len(self._blocks) else None
        return bool(
            bold
            and after is not None
            and after.kind not in ("table", "fence", "heading")
            and self._blocker < 0
        )

    def _tells_times(self, block: Block) -> bool:
        """Whether all items of a list, or all rows of a table, begin with a time of day."""
        if block.kind == "list" and len(block.items) > 1:
            return all(item.done is None and _STAMPED.match(item.text) for item in block.items)
        named = block.kind == "table" and re.match(r"(?:time|when)\b", block.columns[0], re.IGNORECASE)
        return bool(named and block.rows and all(_STAMPED.match(row[0].text) for row in block.rows))

    @property
    def _last(self) -> str:
        return self._path[-1] if self._path else ""

    def _heading(self, block: Block) -> None:
        self._bold = self._bold if block.kind == "paragraph" else 0
        self.clock.told(block.text)
        self._blocker = -1
        addendum, blocker = _ADDENDUM.match(block.text), _BLOCKER.match(block.text)
        if not self.title and block.level == 1 and not self._path:
            self.title = block.text
            self._patch_header(title=block.text)
        elif addendum:
            self._addenda += 1
            self._part, self._base, self._path, self._levels = self._addenda, block.level, [], []
            self._header[self._part] = self._add("header", {"title": addendum["title"].strip()}, block.line)
        elif self._part and block.level <= self._base:
            self._part = self._base = 0
            self._under(block)
        else:
            self._under(block)
            if blocker:
                fields = {"title": blocker["title"].strip(), "status": "open"}
                self._blocker = self._add("blocker", fields, block.line)

    def _under(self, block: Block) -> None:
        while self._levels and self._levels[-1] >= block.level:
            self._levels.pop()
            self._path.pop()
        self._levels.append(block.level)
        self._path.append(block.text.strip() or "Untitled")
        if not _BLOCKER.match(block.text) and self._is_empty(block.level):
            self._add("section", {"heading": list(self._path)}, block.line)

    def _is_empty(self, level: int) -> bool:
        """Whether nothing stands under a heading, not even another one."""
        rest = self._blocks[self._place :]
        return not rest or (rest[0].kind == "heading" and rest[0].level <= level)

    def _is_header(self, block: Block) -> bool:
        if self._path:
            return False
        if block.kind == "list":
            return all(_label_of(item) and item.done is None for item in block.items)
        if block.kind == "table":
            return len(block.columns) == 2
        return block.kind == "paragraph" and bool(_LABELLED.match(block.text))

    def _header_block(self, block: Block) -> None:
        if block.kind == "list":
            for item in block.items:
                found = _label_of(item)
                if found:
                    self._label(found["label"], found["value"], item.line)
        elif block.kind == "table":
            self._label(block.columns[0], block.columns[1], block.line)
            for number, row in enumerate(block.rows):
                self._label(row[0].text, row[1].text, block.line + 2 + number)
        else:
            self._labelled_lines(block)

    def _labelled_lines(self, block: Block) -> None:
        """Lines ``Label: value``; a line that is none goes on with the one before."""
        label, value, first = "", "", block.line
        for number, line in enumerate(block.source.split("\n"), block.line):
            found = _LABELLED.match(line.strip())
            if found:
                if label or value.strip():
                    self._label(label, value, first)
                label, value, first = found["label"], found["value"].strip(" *_\\"), number
            else:
                value = f"{value} {line.strip()}"
        self._label(label, value, first)

    def _label(self, label: str, value: str, line: int) -> None:
        """A labelled line of the header: a field, something that is derived, or a free label."""
        label, value = label.strip(" *_:"), value.strip()
        if not label and not value:
            return
        self.clock.told(value if not self.clock.date or label.casefold() in ("date", "time") else "")
        name = _FIELDS.get(label.casefold(), "")
        if self._part and label.casefold() == "time":
            self._addendum_time(value, line)
        elif label.casefold() in ("author", "authors"):
            self.stated.append(Stated("Author", value, line, self._part))
        elif DERIVED.match(label):
            self.stated.append(Stated(label, value, line, self._part))
        elif name == "status":
            self._status(value, line)
        elif name == "severity":
            found = re.match(r"^(?P<word>.*?)(?: \((?P<note>[^()]*)\))?$", value, re.DOTALL)
            self._patch_header(
                severity=found["word"] if found else value, severity_note=(found and found["note"]) or None
            )
        elif name in ("issue", "epic"):
            found = _REF.match(value)
            self._patch_header(**({name: found["ref"]} if found else {"labels": [[label, value]]}))
        elif name and name not in self.pieces[self._header[self._part]].fields:
            self._patch_header(**{name: value})
        else:
            self._patch_header(labels=[[label or "Note", value]])

    def _addendum_time(self, value: str, line: int) -> None:
        stamp = self.clock.read(value, line=line)
        place = self._header[self._part]
        if stamp is not None:
            self.pieces[place] = self.pieces[place]._replace(when=stamp.when)
        if stamp is None or stamp.rest.strip("() "):
            self._patch_header(labels=[["Time", value]])

    def _status(self, value: str, line: int) -> None:
        word, _, note = _split(value)
        known = _known(word, JOURNAL, _JOURNAL_WORDS) or _known(
            word.partition(",")[0], JOURNAL, _JOURNAL_WORDS
        )
        if not known:
            self.odd.append(Odd(word, "status", line))
            self._patch_header(status_note=value)
        elif word.casefold() == known:
            self._patch_header(status=known, status_note=note or None)
        else:
            self._patch_header(status=known, status_note=value)

    def _patch_header(self, **fields: Any) -> None:
        """Set fields of the header of the part that is being read."""
        place = self._header[self._part]
        known = self.pieces[place].fields
        labels = [*(known.get("labels") or []), *(fields.pop("labels", None) or [])]
        fields = {name: value for name, value in fields.items() if value is not None}
        if labels:
            seen: dict[str, str] = {}
            for label, value in labels:
                seen[label] = f"{seen[label]}; {value}" if label in seen else value
            fields["labels"] = [list(pair) for pair in seen.items()]
        self.pieces[place] = self.pieces[place]._replace(fields={**known, **fields})

    def _prose(self, source: str, line: int) -> None:
        """Text that is nothing else: the summary, or prose under its heading, after what stands there."""
        if not self.clock.date:
            self.clock.told(source)
        if not source.strip():
            return
        if not self._path or (_SUMMARY.match(self._last) and len(self._path) == 1):
            known = self.pieces[self._header[self._part]].fields.get("summary", "")
            self._patch_header(summary=f"{known}\n\n{source}".lstrip("\n"))
            return
        last = self.pieces[-1]
        same = last.kind == "section" and last.fields["heading"] == self._path and last.part == self._part
        if same and "body" in last.fields:
            joined = f"{last.fields['body']}\n\n{source}"
            self.pieces[-1] = last._replace(fields={**last.fields, "body": joined})
        else:
            fields = {"heading": list(self._path), "body": source, "append": True}
            self._add("section", fields, line)

    def _timeline(self, block: Block) -> bool:
        """Tables, lists and paragraphs of a timeline."""
        if block.kind == "table":
            return self._timeline_table(block)
        if block.kind == "list":
            if not all(item.simple and item.done is None for item in block.items):
                return False
            for item in block.items:
                if not self._entry(item.text, item.line):
                    self._add("entry", {"text": item.text}, item.line)
            return True
        if block.kind != "paragraph":
            return False
        if _WALL.match(block.text):
            self.stated.append(Stated("", block.source, block.line, self._part))
            return True
        return self._entry(block.text, block.line)

    def _entry(self, text: str, line: int) -> bool:
        stamp = self.clock.read(text, line=line)
        bare = stamp is not None and stamp.when.precision == "day" and stamp.rest.startswith("(")
        if stamp is None or bare or not stamp.rest.strip():
            self.clock.told(text)
            return False
        said, outcome = _outcome(stamp.rest)
        if stamp.when.at is None:
            said = text
        self._row(said, outcome, line, stamp.when)
        return True

    def _row(self, text: str, outcome: str, line: int, when: When) -> None:
        """A row of a timeline: a PR that was merged, an entry of some type, or an entry."""
        merged = re.match(
            r"^PR (?P<ref>(?:[\w.-]+/[\w.-]+)?#\d+) merged(?: — (?P<title>.+))?$", text, re.DOTALL
        )
        typed = re.match(
            r"^(?P<type>Hypothesis|Decision|Finding|Escalation|Handoff): (?P<text>.+)$", text, re.DOTALL
        )
        if merged:
            fields = {
                "ref": merged["ref"],
                "type": "pr",
                "state": "merged",
                "title": merged["title"],
                "note": outcome,
            }
            self._add("issue", _without(fields), line, when=when)
        elif typed:
            fields = {"text": typed["text"], "type": typed["type"].casefold(), "outcome": outcome}
            self._add("entry", _without(fields), line, when=when)
        else:
            self._add("entry", _without({"text": text, "outcome": outcome}), line, when=when)

    def _timeline_table(self, block: Block) -> bool:
        names = [column.casefold() for column in block.columns]
        when = next(
            (n for n, name in enumerate(names) if re.search(r"\b(?:time|when|date|timestamp)\b", name)), -1
        )
        if when < 0 or len(names) < 2:
            return False
        self.clock.told(block.columns[when])
        for number, row in enumerate(block.rows):
            line = block.line + 2 + number
            rest = [
                (block.columns[n], cell.text) for n, cell in enumerate(row) if n != when and n < len(names)
            ]
            stamp = self.clock.read(row[when].text, line=line)
            said = rest[0][1]
            more = [f"{label}: {text}" if len(rest) > 2 and n > 1 else text
                    for n, (label, text) in enumerate(rest) if n and text]  # fmt: skip
            if stamp is None or stamp.when.at is None:
                known = row[when].text.strip()
                said = said if known.casefold() in ("", "unknown") else f"{known} — {said}"
                stamp_when = UNKNOWN
            else:
                stamp_when = stamp.when
                said = f"{stamp.rest.strip()} {said}".strip() if stamp.rest.strip() else said
            if said or more:
                self._row(said or "—", "; ".join(more), line, stamp_when)
        return True

    def _table(self, block: Block) -> None:
        names = [column.casefold().strip() for column in block.columns]
        if names[:1] == ["issue"] and any(name in ("status", "state") for name in names):
            self._issues(block, names)
        elif _is_actions(names, self._last):
            self._actions(block, names)
        elif not block.rows or not block.columns or not all(block.columns):
            self._prose(block.source, block.line)
        else:
            self._rows(block)

    def _actions(self, block: Block, names: list[str]) -> None:
        columns = _action_columns(names)
        for number, row in enumerate(block.rows):
            line = block.line + 2 + number
            fields: dict[str, Any] = {}
            more: list[str] = []
            told = 0
            for place, cell in enumerate(row[: len(names)]):
                field = columns.get(place, "")
                if field == "status":
                    fields |= self._action_status(cell.text, line)
                elif field in ("title", "owner", "outcome", "environment"):
                    fields[field] = cell.text
                elif field == "number" and re.fullmatch(r"[0-9]{1,6}", cell.text):
                    told = int(cell.text)
                elif field != "number" and cell.text:
                    more.append(f"{block.columns[place]}: {cell.text}")
            fields["outcome"] = "; ".join(
                text for text in (fields.get("outcome", ""), fields.pop("also", ""), *more) if text
            )
            told_issue = _REF.match(fields["outcome"].partition(", ")[0]) if names == _ITEMS else None
            if told_issue:
                fields |= {"issue": told_issue["ref"], "outcome": fields["outcome"].partition(", ")[2]}
            if fields.get("title") or fields["outcome"]:
                fields.setdefault("title", fields["outcome"] or "Untitled")
                fields.setdefault("status", "todo")
                if not _OWN_ACTIONS.match(self._last):
                    fields["section"] = list(self._path)
                by = re.search(
                    r"\(observed by ([0-9a-f]{8})\)|\(proved by ([0-9a-f]{8})\)",
                    " ".join(c.text for c in row),
                )
                self._add("action", _without(fields), line, tail=(by[1] or by[2]) if by else "", number=told)

    def _action_status(self, text: str, line: int) -> dict[str, Any]:
        bare = _BACKED.sub("", text).strip()
        word, _, note = _split(bare)
        if re.fullmatch(r"BLOCKED → (?:FIXED|ACCEPTED)", bare):
            return {"status": "blocked"}
        if "→" in bare:
            return {"status": "done", "also": bare}
        known = _known(word, STATUSES, _ACTION_WORDS)
        if not known:
            self.odd.append(Odd(word, "status of an action", line))
            return {"status": "todo", "also": bare}
        return {"status": known, "also": note if word.casefold() == known else ("" if not word else bare)}

    def _issues(self, block: Block, names: list[str]) -> None:
        state = next(n for n, name in enumerate(names) if name in ("status", "state"))
        title = next((n for n, name in enumerate(names) if name in ("title", "action", "description")), -1)
        for number, row in enumerate(block.rows):
            line = block.line + 2 + number
            found = _REF.match(row[0].text)
            if found is None:
                self._rows(block._replace(rows=(row,), line=line - 2))
                continue
            word, _, note = _split(row[state].text)
            known = _known(word, STATES, {"done": "closed", "fixed": "closed", "resolved": "closed"})
            if not known and word.casefold() not in ("", "unknown"):
                self.odd.append(Odd(word, "status of an issue", line))
                note = row[state].text
            kind = "pr" if row[0].text.upper().startswith("PR") else None
            more = [f"{block.columns[n]}: {cell.text}" for n, cell in enumerate(row)
                    if n not in (0, state, title) and cell.text]  # fmt: skip
            note = "; ".join(text for text in (_derived_note(note), *more) if text)
            fields = {"ref": found["ref"], "state": known or None, "type": kind, "note": note}
            fields["title"] = row[title].text if title >= 0 else ""
            self._add("issue", _without(fields), line)

    def _rows(self, block: Block) -> None:
        """Any other table: rows of observations."""
        columns = list(block.columns)
        backing = len(columns) - 1 if columns[-1] == "Backing" else len(columns)
        expected = next(
            (n for n, name in enumerate(columns) if name == "Expected" or name.endswith(" expected")), -1
        )
        name = self._caption_of(block) or (self._last if self._path else "")
        seen: set[str] = set()
        for number, row in enumerate(block.rows):
            cells, met = [], row[backing - 1].text if 0 < backing <= len(row) else ""
            for place, cell in enumerate(row[:backing]):
                text = re.sub(r"\s*(?:✓|✗ not as expected)$", "", cell.text) if expected >= 0 else cell.text
                if place != expected:
                    cells.append([columns[place], text])
            fields: dict[str, Any] = {"cells": cells}
            if name != "Final state" or len(self._path) > 1:
                fields |= {"table": name or "Table", "section": list(self._path) or None}
            if self._path and [name] == self._path:
                fields["section"] = None
            if 0 <= expected < len(row) and row[expected].text:
                fields["expected"] = row[expected].text
            key = cells[0][1]
            if key in seen or not key:
                fields["row"] = f"{key} {number + 1}".strip()
            seen.add(key)
            del met
            self._add("observation", _without(fields), block.line + 2 + number)

    def _caption_of(self, block: Block) -> str:
        """The bold line right before a table, which names it: it was taken for prose."""
        place = self._blocks.index(block) if block in self._blocks else 0
        before = self._blocks[place - 1] if place else None
        found = (
            before
            and before.kind == "paragraph"
            and re.fullmatch(r"\*\*([^*\n]+)\*\*", before.source.strip())
        )
        return found[1].strip() if found else ""

    def _list(self, block: Block) -> bool:
        if _REFERENCES.match(self._last) and all(_reference(item) for item in block.items):
            for item in block.items:
                self._add("reference", _without(_reference(item) or {}), item.line)
            return True
        boxes = [item for item in block.items if item.done is not None]
        if len(boxes) != len(block.items) and not (_ACTIONS.search(self._last) and self._path):
            return False
        if not all(item.simple for item in block.items):
            return False
        for item in block.items:
            self._box(item)
        return True

    def _box(self, item: Item) -> None:
        text = _BACKED.sub("", item.text).strip()
        found = _OWNER.search(text)
        title = text[: found.start()] if found else text
        owner = (found["named"] or found["at"]).strip() if found else ""
        title, status = _boxed_status(title, done=bool(item.done))
        title, _, outcome = title.strip().partition(" — ")
        fields: dict[str, Any] = {"title": title or "Untitled", "outcome": outcome}
        fields |= {"status": status, "owner": owner}
        if not _OWN_ACTIONS.match(self._last):
            fields["section"] = list(self._path)
        if _OWN_ACTIONS.match(self._last) and self._has_action(fields["title"], owner):
            return  # a list of what is open names again what a checklist has
        self._add("action", _without(fields), item.line)

    def _has_action(self, title: str, owner: str) -> bool:
        """Whether this part has an action of that title and owner, in a section of its own."""
        mine = (piece.fields for piece in self.pieces if piece.kind == "action" and piece.part == self._part)
        return any(
            (each["title"], each.get("owner", "")) == (title, owner) and "section" in each for each in mine
        )

    def _special(self, block: Block) -> bool:
        """Paragraphs that a document makes of its record, captions of evidence and of tables."""
        if block.kind != "paragraph":
            return block.kind == "fence" and self._fence(block, "", "")
        italic = _ITALIC.match(block.source.strip())
        if italic:
            if italic["basis"]:
                self._basis(italic["basis"])
            return True
        if _WALL.match(block.text):
            self.stated.append(Stated("", block.source, block.line, self._part))
            return True
        after = self._blocks[self._place] if self._place < len(self._blocks) else None
        if after and after.kind == "table" and re.fullmatch(r"\*\*([^*\n]+)\*\*", block.source.strip()):
            return not _is_actions([c.casefold() for c in after.columns], self._last) and all(after.columns)
        if after and after.kind == "fence":
            caption = _CAPTION.match(block.source.strip())
            if caption:
                return self._captioned(block, after, caption)
            if _VERBATIM.search(block.text) and "\n" not in block.source and self._path:
                self._place += 1
                return self._fence(after, block.text.rstrip(": "), "", line=block.line)
        if _IMPACT.match(self._last) and block.text == self.pieces[self._header[self._part]].fields.get(
            "impact"
        ):
            return True
        if _RELATED.match(self._last):
            return self._related(block)
        return False

    def _captioned(self, block: Block, fence: Block, caption: re.Match[str]) -> bool:
        self._place += 1
        title = blocks(caption["title"])[0].text if caption["title"] else ""
        command = (caption["command"] or "").strip("` ")
        environment = (caption["environment"] or "").strip()
        done = self._fence(fence, title, command, line=block.line, environment=environment)
        tail = re.search(r"· ([0-9a-f]{8})$", caption["rest"] or "")
        self.pieces[-1] = self.pieces[-1]._replace(tail=tail[1] if tail else "")
        return done

    def _fence(self, block: Block, title: str, command: str, *, line: int = 0, environment: str = "") -> bool:
        """A verbatim block: evidence where something says what it is, or where it is a console's."""
        if not (title or command or line or (block.info == "console" and self._path)):
            return False
        text = block.text
        if block.info == "console" and not command and text.startswith("$ ") and not title:
            command = text.partition("\n")[0].removeprefix("$ ")
        language = "" if block.info == "text" else block.info
        path = [] if self._path == ["Evidence"] else list(self._path)
        fields = {"title": title, "command": command, "language": language, "origin": "supplied",
                  "environment": environment, "section": path or None}  # fmt: skip
        self._add(
            "evidence", _without(fields), line or block.line, output=text.encode("utf-8", "surrogatepass")
        )
        return True

    def _basis(self, basis: str) -> None:
        last = self.pieces[-1]
        if last.kind in ("section", "observation"):
            self.pieces[-1] = last._replace(fields={**last.fields, "basis": basis})

    def _related(self, block: Block) -> bool:
        refs = [ref.strip() for ref in block.text.replace(",", " ").split()]
        if not refs or not all(_REF.match(ref) for ref in refs):
            return False
        self.stated.append(Stated("Related issues", block.text, block.line, self._part))
        return True

    def _of_blocker(self, block: Block) -> bool:
        """What stands under a blocker: its fields, its cause, its fix."""
        piece = self.pieces[self._blocker]
        if block.kind == "list" and all(_LABELLED.match(item.text) for item in block.items):
            for item in block.items:
                found = _LABELLED.match(item.text)
                if found:
                    self._blocker_field(found["label"], found["value"])
            return True
        heading = re.fullmatch(r"\*\*(Root cause|Fix|Accepted)\*\*", block.source.strip())
        if heading:
            field = "cause" if heading[1] == "Root cause" else "fix"
            taken = []
            while self._place < len(self._blocks) and not _ends_field(self._blocks[self._place]):
                taken.append(self._blocks[self._place])
                self._place += 1
            body = "\n\n".join(each.source for each in taken)
            self.pieces[self._blocker] = piece._replace(fields={**piece.fields, field: body})
            return True
        if block.kind == "paragraph" and _LABELLED.match(block.source):
            for line in block.source.split("\n"):
                found = _LABELLED.match(line.strip())
                if found:
                    self._blocker_field(found["label"], found["value"])
                else:
                    self._blocker_field("", line.strip())
            return True
        return False

    def _blocker_field(self, label: str, value: str) -> None:
        piece = self.pieces[self._blocker]
        fields, value = dict(piece.fields), value.strip(" *_")
        name = {
            "error": "error",
            "effect": "effect",
            "root cause": "cause",
            "cause": "cause",
            "fix": "fix",
        }.get(label.casefold(), "")
        reference = re.search(r"#\d+", value)
        if label.casefold() == "status":
            word = _BACKED.sub("", value).split()[0].casefold() if value.split() else ""
            fields["status"] = (
                _known(word, ("open", "fixed", "accepted"), {"resolved": "fixed", "closed": "fixed"})
                or "open"
            )
            by = re.search(r"by PR ((?:[\w.-]+/[\w.-]+)?#\d+)", value)
            if by:
                fields["pr"] = by[1]
        elif label.casefold() in ("pr", "issue") and reference:
            fields[label.casefold()] = reference[0]
            if value != reference[0]:
                fields["effect"] = "; ".join(
                    text for text in (fields.get("effect", ""), f"{label}: {value}") if text
                )
        elif label.casefold() in ("blocked", "stood for", "seen in"):
            self.stated.append(Stated(label, value, piece.line, self._part))
            number = re.match(r"action (\d{1,6})", value)
            piece = piece._replace(number=int(number[1]) if number else piece.number)
        elif name:
            fields[name] = value
        else:
            text = f"{label}: {value}" if label else value
            fields["effect"] = "; ".join(part for part in (fields.get("effect", ""), text) if part)
        if fields.get("fix") and fields["status"] == "open" and label.casefold() == "fix":
            fields["status"] = "fixed"
        self.pieces[self._blocker] = piece._replace(fields=fields)


_OWN = (
    "Final state",
    "Action queue",
    "Issues status",
    "Sequence log",
    "Operator action required",
    "What remains",
    "Corrections",
)
_OWN_ACTIONS = re.compile(
    r"^(?:Action queue|Action items|Operator action required|What remains)$", re.IGNORECASE
)


_JOURNAL_WORDS = dict.fromkeys(("closed", "fixed", "complete", "completed", "done"), "resolved") | {
    "in progress": "open", "ongoing": "investigating", "active": "investigating",
}  # fmt: skip
_ACTION_WORDS = {
    **dict.fromkeys(("closed", "complete", "completed", "fixed", "merged"), "done"),
    **dict.fromkeys(("", "open", "not started", "pending", "planned", "to do"), "todo"),
    **dict.fromkeys(("in progress", "wip", "started"), "doing"),
    **dict.fromkeys(("n/a", "cancelled", "wontfix"), "skipped"),
}


def _label_of(item: Item) -> re.Match[str] | None:
    """The label and the value of an item: a label is bold, or begins with a capital."""
    if re.match(r"\*\*[^*\n]+:\*\*", item.source):
        return _BOLD.match(item.text)
    return _LABELLED.match(item.text)


_BOLD = re.compile(r"^(?P<label>[^:\n]{1,60}?)\s*:\s*(?P<value>.*)$", re.DOTALL)


def _ends_field(block: Block) -> bool:
    return block.kind == "heading" or bool(
        re.fullmatch(r"\*\*(Root cause|Fix|Accepted)\*\*", block.source.strip())
    )


def _is_actions(names: list[str], heading: str) -> bool:
    titled = any(name in _TITLES for name in names)
    return titled and (any(name in ("status", "state", "owner", "assignee") for name in names) and bool(
        _ACTIONS.search(heading) or "status" in names
    ))  # fmt: skip


_ITEMS = ["action", "owner", "status", "notes"]
"""The columns of our own table of action items, whose notes begin with the issue."""
_TITLES = (
    "action",
    "action item",
    "action items",
    "task",
    "item",
    "what",
    "title",
    "todo",
    "follow-up",
    "follow up",
    "step",
)


_COLUMNS = {
    "#": "number", "no.": "number", "status": "status", "state": "status", "owner": "owner",
    "assignee": "owner", "who": "owner", "notes": "outcome", "outcome": "outcome",
    "environment": "environment",
}  # fmt: skip


def _action_columns(names: list[str]) -> dict[int, str]:
    """The field of an action that each column of a table tells, by its place."""
    found: dict[int, str] = {}
    for place, name in enumerate(names):
        titles = name in _TITLES and "title" not in found.values()
        field = "title" if titles else _COLUMNS.get(name, "")
        if field and field not in found.values():
            found[place] = field
    return found


def _split(text: str) -> tuple[str, str, str]:
    """A word and what is said about it: ``RESOLVED — both are up``."""
    found = re.match(
        r"^(?P<word>[^—–:;(]+?)\s*(?P<mark>\s[—–-]\s|[—–:;]\s?|(?=\())(?P<note>.*)$", text, re.DOTALL
    )
    return (
        (found["word"].strip(" *_"), found["mark"], found["note"].strip())
        if found
        else (text.strip(" *_"), "", "")
    )


def _known(word: str, choices: Iterable[str], others: dict[str, str]) -> str:
    """The record's word for a word, or ''."""
    bare = re.sub(r"[^\w\s/]", "", word).strip().casefold()
    return bare if bare in choices else others.get(bare, "")


def _outcome(text: str) -> tuple[str, str]:
    said, mark, outcome = text.partition(" → ")
    if not mark:
        said, mark, outcome = text.partition(" -> ")
    return said.strip(), outcome.strip()


def _derived_note(note: str) -> str:
    """A note of an issue without what its blockers tell: ``by PR #1138, deployed``."""
    return re.sub(r"^(?:by PR \S*#\d+(?:, |$))+", "", note)


def _boxed_status(title: str, *, done: bool) -> tuple[str, str]:
    found = re.search(r" — (FAILED|SKIPPED|BLOCKED)$", title)
    if found:
        return title[: found.start()], found[1].casefold()
    return title, "done" if done else "todo"


def _reference(item: Item) -> dict[str, Any] | None:
    """The address of an item of a list of references, and its title."""
    found = re.match(r"^(?:(?P<title>.*?)(?:: | \())?(?P<url>https?://[^\s()<>]+)\)?$", item.text, re.DOTALL)
    return {"url": found["url"], "title": found["title"] or ""} if found else None


def _without(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
