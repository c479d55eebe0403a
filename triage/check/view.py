"""What the rules look at: a report, its texts with the events that said them, and its moments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from triage import refs, times
from triage.check.finding import RULES, Finding
from triage.check.source import Source
from triage.events import Event
from triage.kinds import KINDS, PROSE
from triage.redact import Redactor
from triage.report import Evidence, Issue, Part, Prose, Report, Section
from triage.report.calls import Answers, found_in
from triage.report.code import blanked
from triage.report.history import Patch, one_per_id, survey
from triage.report.hosts import Hosts

MINUTE = 60_000_000
"""Microseconds."""


class Text(NamedTuple):
    """A text as it stands: which event said it, in which field, in which part.

    ``spoken`` is the text with blanks in the place of code and of calls. ``about`` is what the text is the
    wording of: a header, an action, a blocker, an issue, an entry, a row, a section.
    """

    event: str
    field: str
    part: str
    text: str
    spoken: str
    about: str
    at: str | None


class View:
    """A report and what it was made from; ``page`` is the page that it was read from, if it was.

    A page holds less than a record: what it does not say may be so all the same. A rule that compares is
    silent on a page which has nothing to compare with.
    """

    def __init__(
        self,
        report: Report,
        events: Sequence[Event],
        redactor: Redactor,
        page: Source | None = None,
    ) -> None:
        self.report = report
        self.redactor = redactor
        self.page = page
        self.answers = Answers(report)
        self.entity = Hosts(report.hosts).entity
        self.events = one_per_id(events)
        found = survey(self.events)
        self.patches = [patch for patch in found.patches if patch.id not in found.retracted]
        self._names = {event.id: f"e{event.n}" if event.n else event.id[-8:] for event in events}

    def name(self, event: str) -> str:
        """What to call an event on the command line."""
        return self._names.get(event, event[-8:])

    def finding(
        self, code: str, event: str, said: str, record: str, fix: str, *, field: str = "", severity: str = ""
    ) -> Finding:
        """A finding of a rule; on a page its line, and no command: a page has no events."""
        rule = RULES[code]
        line = 0 if self.page is None else self.page.line_of(event, said)
        if self.page is not None:
            fix = f"mend line {line}" if line else "mend the page"
        return Finding(code, severity or rule.severity, event, field, said, record, fix, line)

    def on_page(self, code: str, line: int, said: str, record: str, *, field: str = "") -> Finding:
        """A finding on a line of a page that no event was made of."""
        return Finding(code, RULES[code].severity, "", field, said, record, f"mend line {line}", line)

    def reworded(self, text: Text, start: int, end: int, new: str, *, call: str = "") -> str:
        """The command that puts something else in the place of a stretch of a text; a call, where it may."""
        new = f"{{{{ {call} }}}}" if call and text.field in PROSE else new
        whole = f"{text.text[:start]}{new}{text.text[end:]}"
        return f"triage amend {self.name(text.event)} {quoted(f'{text.field}={whole}')}"

    @cached_property
    def texts(self) -> list[Text]:
        """Every text that a document shows, but for verbatim output and errors."""
        return [text for part in self.report.parts for text in self._of(part) if text.text.strip()]

    def having(self, *words: str) -> list[Text]:
        """The texts in which one of these words stands, in small letters: quicker than an expression each."""
        found: set[int] = set()
        for word in words:
            place = self._folded.find(word)
            while place >= 0:
                number = bisect_right(self._starts, place) - 1
                found.add(number)
                following = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._folded)
                place = self._folded.find(word, following)
        return [self.texts[number] for number in sorted(found)]

    @cached_property
    def _folded(self) -> str:
        return "\0".join(text.spoken.casefold() for text in self.texts)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each text begins among all of them."""
        return [0, *(match.end() for match in re.finditer("\0", self._folded))]

    def _of(self, part: Part) -> Iterator[Text]:
        text = self._texter(part)
        for name in ("title", "status_note", "impact", "summary", "severity_note"):
            yield text(part.id, name, getattr(part.header, name), "header")
        for label, value in part.header.labels:
            yield text(part.id, label, value, "header", setter="labels")
        yield from _fields(text, part, self.entity)
        for table in part.tables:
            for row in table.rows:
                for label, value in zip(table.columns, row.values, strict=True):
                    yield text(row.event, label, value, "row")
        for patch in self._worded.get(part.id, ()):
            yield text(patch.id, "log", patch.body["log"], "entry")
        for _, prose in proses(part):
            yield text(prose.event, "body", prose.body, "section", at=prose.at)

    def _texter(self, part: Part) -> Callable[..., Text]:
        def text(
            event: str,
            field: str,
            said: str,
            about: str,
            *,
            setter: str = "",
            entity: str = "",
            at: str | None = None,
        ) -> Text:
            said_by = self.setters.get((entity or event, setter or field), event)
            spoken = spoken_of(said) if "`" in said or "{{" in said else said
            return Text(said_by, field, part.id, said, spoken, about, at or self.times.get(said_by))

        return text

    @cached_property
    def times(self) -> Mapping[str, str | None]:
        """When each event happened."""
        return {patch.id: patch.at for patch in self.patches}

    @cached_property
    def setters(self) -> Mapping[tuple[str, str], str]:
        """The event that said the value of a field of an entity which holds."""
        found: dict[tuple[str, str], str] = {}
        for patch in sorted(self.patches, key=lambda patch: (not patch.creates, patch.order)):
            entity = self.entity(patch.body["ref"]) if patch.kind == "issue" else patch.entity
            found |= dict.fromkeys(((entity, name) for name in patch.body), patch.id)
        return found

    @cached_property
    def starts(self) -> Mapping[str, tuple[str, str]]:
        """The event that told of the first start of an action, and when that was, where it was told."""
        told = (patch for patch in self.patches if patch.kind == "action" and patch.at)
        doing = [patch for patch in told if patch.body.get("status") == "doing"]
        found: dict[str, tuple[str, str]] = {}
        for patch in sorted(doing, key=lambda patch: patch.order):
            found.setdefault(patch.entity, (patch.id, patch.at or ""))
        return found

    @cached_property
    def headings(self) -> Mapping[tuple[str, tuple[str, ...]], str]:
        """The first event that wrote under a heading of a part."""
        found: dict[tuple[str, tuple[str, ...]], str] = {}
        for patch in self.patches:
            if patch.kind == "section":
                path = tuple(title.strip() for title in patch.body["heading"])
                found.setdefault((patch.part, path), patch.id)
        return found

    @cached_property
    def _worded(self) -> Mapping[str, list[Patch]]:
        return _by_part(patch for patch in self.patches if patch.body.get("log") and patch.kind != "entry")

    @cached_property
    def moments(self) -> list[tuple[int, str]]:
        """Every minute at which something that shows happened, with its event; in order."""
        rows = ((row.at, row.event) for part in self.report.parts for row in part.rows)
        opened = ((part.at, part.id) for part in self.report.parts)
        known = {(times.to_us(at) // MINUTE, event) for at, event in (*rows, *opened) if at}
        return sorted(known)

    @cached_property
    def minutes(self) -> frozenset[int]:
        """Every minute at which anything happened or was observed."""
        return frozenset(times.to_us(patch.at) // MINUTE for patch in self.patches if patch.at)

    @cached_property
    def _apart(self) -> int:
        """The minutes of `minutes` as the bits of a number, the first of them as its lowest."""
        first = min(self.minutes, default=0)
        bits = 0
        for minute in self.minutes:
            if minute - first < LONGEST:
                bits |= 1 << (minute - first)
        return bits

    def has_apart(self, least: int, most: int) -> bool:
        """Whether any two events lie so many minutes apart."""
        return any(self._apart & (self._apart >> minutes) for minutes in range(max(least, 0), most + 1))

    @cached_property
    def named_prs(self) -> frozenset[str]:
        """The numbers of all PRs that the record, or the page, names."""
        found = {blocker.pr for part in self.report.parts for blocker in part.blockers if blocker.pr}
        found |= {each.ref for part in self.report.parts for each in part.issues if each.type == "pr"}
        texts = (text.spoken for text in self.texts if "#" in text.spoken)
        named = {ref for text in texts for ref in _PR.findall(text)}
        return frozenset(named - self._shared | {self.called(ref) for ref in found})

    def called(self, ref: str) -> str:
        """The number by which prose names a reference; its entity where several repositories have it."""
        found, number = refs.read(ref), refs.number_of(ref)
        return self.entity(ref) if found and found.repository and number in self._shared else number

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The numbers that the report names of several repositories, or of one at several hosts."""
        known = ((ref, refs.read(ref)) for ref in self._named())
        named = {
            (refs.number_of(ref), self.entity(ref)) for ref, found in known if found and found.repository
        }
        numbers = Counter(number for number, _ in named)
        return frozenset(number for number, count in numbers.items() if count > 1)

    def _named(self) -> Iterator[str]:
        """Every reference in a field of what the report shows."""
        for part in self.report.parts:
            yield from (part.header.issue, part.header.epic, *(each.ref for each in part.issues))
            yield from (ref for each in part.blockers for ref in (each.pr, each.issue))
            yield from (each.issue for each in part.actions)

    @property
    def outputs(self) -> list[Evidence]:
        """All evidence."""
        return [item for part in self.report.parts for item in part.evidence]


_PR = re.compile(r"\b(?:PRs?|pull requests?) #(\d{1,7})\b", re.IGNORECASE)
LONGEST = 60 * 24 * 400
"""Minutes after the first event within which spans are looked for."""


_LINES: Mapping[str, tuple[str, ...]] = {
    "action": ("title", "outcome"),
    "blocker": ("title", "effect"),
    "issue": ("title", "note"),
}
_SPOKEN: Mapping[str, tuple[str, ...]] = {
    kind: (*lines, *(name for name in KINDS[kind].fields if name in PROSE)) for kind, lines in _LINES.items()
}
"""The fields of entities that are somebody's words: these lines, and all prose."""


def _fields(text: Callable[..., Text], part: Part, entity_of: Callable[[str], str]) -> Iterator[Text]:
    """The texts of a part's actions, blockers, issues and entries."""
    for about, found in (("action", part.actions), ("blocker", part.blockers), ("issue", part.issues)):
        for each in found:
            entity = entity_of(each.ref) if isinstance(each, Issue) else each.event
            for name in _SPOKEN[about]:
                yield text(each.event, name, getattr(each, name), about, entity=entity)
    for row in part.rows:
        if row.source == "entry":
            yield text(row.event, "text", row.text, "entry")
            yield text(row.event, "outcome", row.outcome, "entry")


def proses(part: Part) -> Iterator[tuple[Section, Prose]]:
    """The prose of a part with the sections in which it stands."""
    roots = (*part.verbatim, *part.notes, *([part.final_notes] if part.final_notes else []))
    for section in every(roots):
        yield from ((section, block) for block in section.blocks if isinstance(block, Prose))


def every(sections: Iterable[Section]) -> Iterator[Section]:
    """The sections and all below them."""
    for section in sections:
        yield section
        yield from every(section.children)


def spoken_of(text: str) -> str:
    """The text with blanks in the place of code and of calls: every place stays what it is."""
    bare = blanked(text)
    for call in found_in(text):
        bare = f"{bare[: call.start]}{' ' * (call.end - call.start)}{bare[call.end :]}"
    return bare


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences of a text: what stands between full stops, bars and empty lines."""
    return _SENTENCE.finditer(text)


_SENTENCE = re.compile(r"(?:[^.!?;\n|]|\.(?=\S)|(?<=i\.e)\.|(?<=e\.g)\.|\n(?!\s*(?:\n|[-*|\d])))+")


def quoted(text: str) -> str:
    """A text in single quotes, as a shell takes it."""
    return "'" + text.replace("'", "'\\''") + "'"


def named(ref: str) -> str:
    """A reference as it is typed in a shell, to which ``!`` is a call of its history."""
    return quoted(ref) if "!" in ref else ref.removeprefix("#")


def _by_part(patches: Iterable[Patch]) -> dict[str, list[Patch]]:
    found: dict[str, list[Patch]] = {}
    for patch in patches:
        found.setdefault(patch.part, []).append(patch)
    return found


Findings = Iterator[Finding]
Check = Callable[[View], Findings]
