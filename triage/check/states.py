"""States: steps that are missing, obligations of nobody, ends that are none, and what was said twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from triage import times
from triage.check.finding import INFO, WARNING, Finding
from triage.check.view import Text, View, quoted, sentences
from triage.report import Part, Row
from triage.report.entities import issue_key
from triage.report.tables import asymmetries

_OBLIGATION = re.compile(
    r"\bTODO\b|\bFIXME\b|\bhold for (?:the )?next sprint\b|\bfollow[- ]up (?:needed|required)\b|"
    r"\b(?:still )?(?:needs|has|remains) to be (?:done|fixed|added|written|tested|decided)\b|"
    r"\b(?:operator|somebody|someone|we) (?:must|needs? to|has to|have to|should)\b|\bto be done\b"
)
_BOX = re.compile(r"^[ \t]*[-*+] \[ \] (?P<text>.+)$", re.MULTILINE)
_OWNED = re.compile(r"(?<![\w.])@[\w-]+|\bowners?\b ?[:=]?|\bassigned to\b|\(owner\b", re.IGNORECASE)


def transition(view: View) -> Iterator[Finding]:
    """TR401: fixed without a fix, a PR that was never merged, done without a beginning."""
    merged = {
        issue_key(issue.ref) for part in view.report.parts for issue in part.issues if issue.state == "merged"
    }
    for part in view.report.parts:
        for blocker in part.blockers:
            if blocker.status == "fixed" and not (blocker.fix.strip() or blocker.pr):
                fix = f"triage fix {blocker.number} 'what removed it' --pr NUMBER"
                said = f"blocker {blocker.number} fixed"
                yield view.finding("TR401", blocker.event, said, "no fix, and no PR", fix, field="fix")
            if blocker.status == "fixed" and blocker.pr and issue_key(blocker.pr) not in merged:
                said = f"blocker {blocker.number} fixed by PR {blocker.pr}"
                fix = f"triage issue {blocker.pr.removeprefix('#')} merged"
                yield view.finding(
                    "TR401", blocker.event, said, "the PR was never logged as merged", fix, field="pr"
                )
    yield from _never_begun(view)


def _never_begun(view: View) -> Iterator[Finding]:
    """Actions that were queued, and then done without a start, a blocker, or a command behind them."""
    moved: dict[str, set[str]] = defaultdict(set)
    for patch in view.patches:
        if patch.kind == "action" and patch.body.get("status"):
            moved[patch.entity].add(patch.body["status"])
        elif patch.kind == "action" and patch.creates:
            moved[patch.entity].add("todo")
    for part in view.report.parts:
        for action in part.actions:
            seen = moved[action.event]
            queued = action.status == "done" and "todo" in seen and not seen & {"doing", "blocked"}
            if queued and not (action.evidence or action.blockers or action.cells or action.outcome):
                fix = f"triage amend {view.name(action.event)} outcome='what came of it'"
                said = f"action {action.number} done"
                record = "no start, no outcome, and nothing behind it"
                yield view.finding("TR401", action.event, said, record, fix, severity=INFO)


def unowned(view: View) -> Iterator[Finding]:
    """TR403: what must be done, of which nobody is told to do it."""
    owned = {issue_key(a.issue) for part in view.report.parts for a in part.actions if a.owner and a.issue}
    issues = {view.setters.get((issue_key(issue.ref), "note"), issue.event): issue
              for part in view.report.parts for issue in part.issues}  # fmt: skip
    for part in view.report.parts:
        for action in part.actions:
            if not action.closed and not action.owner and part.header.closed:
                fix = f"triage amend {view.name(action.event)} owner=NAME"
                said = f"action {action.number}, {action.title!r}, open after the end"
                yield view.finding("TR403", action.event, said, "no owner", fix, field="owner")
    for text in view.texts:
        issue = issues.get(text.event) if text.about == "issue" else None
        if issue is not None and (issue.state != "open" or issue_key(issue.ref) in owned):
            continue
        yield from _unowned(view, text)


def _unowned(view: View, text: Text) -> Iterator[Finding]:
    for box in _BOX.finditer(text.spoken) if "[ ]" in text.spoken else ():
        item = text.text[box.start("text") : box.end("text")]
        if not _OWNED.search(item):
            fix = f"triage action {quoted(item.strip())} --owner NAME"
            yield view.finding("TR403", text.event, item.strip(), "no owner", fix, field=text.field)
    for sentence in sentences(text.spoken) if _OBLIGATION.search(text.spoken) else ():
        found = _OBLIGATION.search(sentence[0])
        if found and not _OWNED.search(sentence[0]) and "[ ]" not in sentence[0]:
            said = " ".join(text.text[sentence.start() : sentence.end()].split())
            fix = f"triage action {quoted(said[:80])} --owner NAME"
            yield view.finding("TR403", text.event, said[:160], "no owner", fix, field=text.field)


def still_open(view: View) -> Iterator[Finding]:
    """TR404: a part that is resolved with open blockers, or with actions that it did not end."""
    for part in view.report.parts:
        if part.header.status != "resolved":
            continue
        for blocker in part.blockers:
            if blocker.status == "open":
                fix = (
                    f"triage fix {blocker.number} 'what removed it'; or triage accept {blocker.number} 'why'"
                )
                said = f"resolved; blocker {blocker.number}, {blocker.title!r}"
                yield view.finding("TR404", blocker.event, said, "open", fix, field="status")
        for action in part.actions:
            if not action.closed and not action.owner:
                fix = f"triage done {action.number}; or triage amend {view.name(action.event)} owner=NAME"
                said = f"resolved; action {action.number}, {action.title!r}"
                yield view.finding(
                    "TR404", action.event, said, action.status, fix, field="status", severity=WARNING
                )


def asymmetry(view: View) -> Iterator[Finding]:
    """TR406: what is known of one row of the final state and not of another."""
    for part in view.report.parts:
        if part.final is None:
            continue
        for uneven in asymmetries(part.final):
            row = next(row for row in part.final.rows if row.values[0] in uneven.there)
            said = f"{uneven.label} on {', '.join(uneven.there)}"
            fix = f"triage observe {quoted(uneven.lacking[0])} {quoted(f'{uneven.label}=VALUE')}"
            record = f"nothing on {', '.join(uneven.lacking)}"
            yield view.finding("TR406", row.event, said, record, fix, field=uneven.label)


def double(view: View) -> Iterator[Finding]:
    """TR407: two entries, actions or blockers that say the same, and entries that repeat a row."""
    for part in view.report.parts:
        yield from _entries(view, part)
        seen: dict[tuple[str, ...], str] = {}
        for action in part.actions:
            key: tuple[str, ...] = (
                "action",
                _plain(action.title),
                _plain(action.environment),
                action.status,
                (action.ended_at or "")[:16],
            )
            yield from _again(view, seen, key, action.event, f"action {action.number}, {action.title!r}")
        for blocker in part.blockers:
            if blocker.error:
                key = ("blocker", _plain(blocker.error), blocker.action, (blocker.at or "")[:16])
                yield from _again(
                    view, seen, key, blocker.event, f"blocker {blocker.number}, {blocker.title!r}"
                )


def _again(
    view: View, seen: dict[tuple[str, ...], str], key: tuple[str, ...], event: str, said: str
) -> Iterator[Finding]:
    first = seen.setdefault(key, event)
    if first != event:
        record = f"the same as {view.name(first)}"
        yield view.finding("TR407", event, said, record, f"triage retract {view.name(event)} 'said twice'")


_STATE = re.compile(
    r"#(?P<ref>\d{1,7})\b[^.#]{0,20}\b(?P<state>merged|closed)\b|\b(?P<was>merged|closed)\b[^.#]{0,12}#(?P<that>\d{1,7})",
    re.IGNORECASE,
)


def _entries(view: View, part: Part) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    states: dict[tuple[str, str], Row] = {}
    for row in part.rows:
        if row.source == "issue" and row.mark and (found := re.search(r"#(\d{1,7})", row.text)):
            states[(found[1], row.mark)] = row
    texts: dict[tuple[str, str], str] = {}
    for row in part.rows:
        if row.source != "entry":
            texts.setdefault((_plain(row.text), (row.at or "")[:16]), row.event)
    for row in part.rows:
        if row.source != "entry":
            continue
        key = ("entry", _plain(row.text), _plain(row.outcome), (row.at or row.event)[:16])
        yield from _again(view, seen, key, row.event, repr(row.text))
        derived = texts.get((_plain(row.text), (row.at or "")[:16]))
        for found in _STATE.finditer(row.text):
            ref, state = found["ref"] or found["that"], (found["state"] or found["was"]).casefold()
            other = states.get((ref, state))
            if other is not None and _near(other.at, row.at):
                derived = other.event
        if derived:
            record = f"the row of {view.name(derived)} says it"
            fix = f"triage retract {view.name(row.event)} 'said twice'"
            yield view.finding("TR407", row.event, repr(row.text), record, fix)


def _near(one: str | None, two: str | None) -> bool:
    return bool(one and two) and abs(times.to_us(one or "") - times.to_us(two or "")) <= 300_000_000


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")
