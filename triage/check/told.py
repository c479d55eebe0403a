"""What prose says of a state, or of a value, that the record has otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from triage.check.finding import WARNING, Finding
from triage.check.view import Text, View, sentences
from triage.report import TableRow

_ENDED = "closed|fixed|resolved|merged|done|complete|completed|finished"
_NAMED = (
    r"(?:(?P<what>blocker|action|issue|PR|pull request)\s+)?(?:#(?P<ref>\d{1,7})|(?<=\s)(?P<number>\d{1,4}))"
)
_IS = (
    r"(?:\s+(?:(?:is|are|was|were|has|have|got|been|stays?|remains?|now|already|also|still|both|all|long)\s+){1,4}"
    r"|\s*\(|:\s+)"
)
_OPEN = rf"open|blocked|unresolved|outstanding|unmerged|not (?:yet )?(?:been )?(?:{_ENDED})"
_STATE = re.compile(
    rf"(?<![\w/#.-]){_NAMED}{_IS}(?P<state>(?P<open>{_OPEN})|{_ENDED})\b"
    r"(?!\s+(?:by|with|in|as|until|when|if)\s+(?!v?\d|the|PR|#))",
    re.IGNORECASE,
)
_HYPOTHETIC = re.compile(
    r"\b(?:once|until|when|if|after|before|not|never|unless|should|must|to be|would)\b[^.;,]{0,40}$",
    re.IGNORECASE,
)
NOW = ("summary", "status_note", "impact")
"""The fields that tell how things are, and not how they were at some time."""


def state(view: View) -> Iterator[Finding]:
    """TR408: a text that tells another state of an issue, a blocker or an action than the record."""
    states = _states(view)
    for text in view.having("#", "blocker", "action"):
        if text.about not in ("header", "section", "issue"):
            continue
        for found in _STATE.finditer(text.spoken):
            what = _what(found)
            known = states.get((what, found["ref"] or found["number"]), "")
            before = text.spoken[max(0, found.start() - 60) : found.start()]
            if (
                not known
                or _HYPOTHETIC.search(before)
                or not _differs(text, known, is_open=bool(found["open"]))
            ):
                continue
            new = view.reworded(text, *found.span("state"), known)
            said = " ".join(found[0].split()).replace("(", "")
            name = f"#{found['ref']}" if found["ref"] else f"{what} {found['number']}"
            yield view.finding("TR408", text.event, said, f"{name} is {known}", new, field=text.field)
    yield from _all(view)


def _what(found: re.Match[str]) -> str:
    word = (found["what"] or "").casefold()
    if found["ref"]:
        return "issue"
    return "" if word in ("issue", "pr", "pull request") else word


def _states(view: View) -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for part in view.report.parts:
        for issue in part.issues:
            if issue.state in ("open", "closed", "merged"):
                found[("issue", view.called(issue.ref))] = issue.state
        for blocker in part.blockers:
            found[("blocker", str(blocker.number))] = blocker.status
        if view.page is None or part.queue:
            found |= {
                ("action", str(each.number)): "done" if each.closed else each.status for each in part.queue
            }
    return found


def _differs(text: Text, known: str, *, is_open: bool) -> bool:
    """Whether a state contradicts another: an end at any time, what is open only where it is told of now."""
    known_open = known in ("open", "blocked", "todo", "doing", "failed")
    return known_open if not is_open else not known_open and text.field in NOW


_ALL = re.compile(
    r"\b(?:all|every|each)\b(?:\s+(?:of|the|our|these|those|\w+(?=\s+\w+s\b))){0,3}\s+"
    r"(?P<noun>blockers?|issues?|tickets?|actions?|action items?|follow[- ]ups?|PRs?|pull requests?)"
    rf"\s+(?:(?:is|are|was|were|has been|have been|now|got)\s+){{0,2}}(?P<state>{_ENDED})\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"\b(?:nothing (?:remains|is left|is open|else is open|is outstanding)(?: to do| open)?"
    r"|no (?:further|remaining|outstanding|more) (?:work|actions?|steps?|follow[- ]ups?)(?: items?)?"
    r"(?:\s+(?:is|are|remains?))?(?:\s+(?:needed|required|open|left))?)\b(?!\s+(?:from|by|for|on|of)\b)",
    re.IGNORECASE,
)


def _all(view: View) -> Iterator[Finding]:
    """Sentences that tell the end of all of them, with some that are open."""
    for text in view.texts:
        if text.about not in ("header", "section"):
            continue
        for found in _ALL.finditer(text.spoken):
            still = _open(view, found["noun"].casefold())
            if still and not _HYPOTHETIC.search(text.spoken[max(0, found.start() - 60) : found.start()]):
                yield _told_all(view, text, found, still)
        for found in _NOTHING.finditer(text.spoken):
            still = _open(view, "action")
            if still:
                yield _told_all(view, text, found, still)


def _told_all(view: View, text: Text, found: re.Match[str], still: list[str]) -> Finding:
    fix = f"triage amend {view.name(text.event)} {text.field}='...'"
    record = f"open: {', '.join(still[:4])}"
    return view.finding("TR408", text.event, " ".join(found[0].split()), record, fix, field=text.field)


def _open(view: View, noun: str) -> list[str]:
    """What is open of a kind, by name."""
    parts = view.report.parts
    if noun.startswith("blocker"):
        return [f"blocker {each.number}" for part in parts for each in part.blockers if each.status == "open"]
    if noun.startswith(("issue", "ticket")):
        return [
            each.ref
            for part in parts
            for each in part.issues
            if each.state == "open" and each.type == "issue"
        ]
    if noun.startswith(("pr", "pull")):
        return [
            each.ref for part in parts for each in part.issues if each.state == "open" and each.type == "pr"
        ]
    return [f"action {each.number}" for part in parts for each in part.actions if not each.closed]


_VALUE = r"`?(?P<{name}>v?\d[\w.+-]{{0,24}}|[0-9a-f]{{7,40}})`?(?![\w/%:])"
_AFTER_LABEL = r"\b{label}s?\b\W{{1,3}}(?:(?:is|at|was|of|to|now|=)\W)?"
_AFTER_NAME = r"\b{name}\b\W{{1,3}}(?:(?:is|runs|ran|on|at|got|has|now|with)\W){{0,3}}"
_SHAPES = (
    re.compile(r"v\d+(?:\.\d+)*"),
    re.compile(r"(?=.*\d)[0-9a-f]{7,40}"),
    re.compile(r"\d+\.\d+(?:\.\d+)*"),
)
"""What names a version: values of one of these shapes can be told apart from any other number."""


def value(view: View) -> Iterator[Finding]:
    """TR105: a text that tells another release, slug or version of an environment than its final state."""
    table = view.report.main.final
    if table is None or len(table.columns) < 2:
        return
    had = _had(view)
    names = [row.values[0] for row in table.rows if row.values[0]]
    for text in view.texts:
        if text.field not in (*NOW, "body") or text.part != view.report.main.id:
            continue
        for sentence in sentences(text.text):
            meant = [
                name for name in names if re.search(rf"\b{re.escape(name)}\b", sentence[0], re.IGNORECASE)
            ]
            for row in table.rows if len(meant) == 1 else ():
                if row.values[0] == meant[0]:
                    yield from _other_value(view, text, sentence, row, had)


def _had(view: View) -> Mapping[tuple[str, str], frozenset[str]]:
    """All values that each environment ever had, by its name and the label."""
    found: dict[tuple[str, str], set[str]] = {}
    for part in view.report.parts:
        for action in part.actions:
            for label, cell in action.cells:
                found.setdefault((action.environment.casefold(), label), set()).add(cell)
    for patch in view.patches:
        for label, cell in patch.body.get("cells") or () if patch.kind == "observation" else ():
            key = patch.body.get("row") or patch.body["cells"][0][1]
            found.setdefault((str(key).casefold(), label), set()).add(cell)
    return {key: frozenset(values) for key, values in found.items()}


def _other_value(
    view: View,
    text: Text,
    sentence: re.Match[str],
    row: TableRow,
    had: Mapping[tuple[str, str], frozenset[str]],
) -> Iterator[Finding]:
    table = view.report.main.final
    for label, right in zip(table.columns[1:] if table else (), row.values[1:], strict=True):
        shape = next((each for each in _SHAPES if each.fullmatch(right)), None)
        if shape is None:
            continue
        after_label = _AFTER_LABEL.format(label=re.escape(label)) + _VALUE.format(name="value")
        after_name = _AFTER_NAME.format(name=re.escape(row.values[0])) + _VALUE.format(name="other")
        for found in re.finditer(f"{after_label}|{after_name}", sentence[0], re.IGNORECASE):
            said = (found["value"] or found["other"]).rstrip(".")
            mine = had.get((row.values[0].casefold(), label), frozenset())
            if said == right or not shape.fullmatch(said) or said in mine or right.startswith(said):
                continue
            name = "value" if found["value"] else "other"
            start = sentence.start() + found.start(name)
            new = view.reworded(text, start, start + len(said), right)
            record = f"{row.values[0]} has {label} {right}"
            yield view.finding(
                "TR105",
                text.event,
                " ".join(found[0].split()),
                record,
                new,
                field=text.field,
                severity=WARNING,
            )
