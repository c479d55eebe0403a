"""What a text says of two things, and whether what it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from triage.check.finding import Finding
from triage.check.view import Text, View
from triage.report import Blocker
from triage.report.entities import issue_key

_REPOSITORY = r"(?:[\w.-]{1,39}/[\w.-]{1,100})?"
_ONE, _TWO = (rf"{_REPOSITORY}\#(?P<{name}>\d{{1,7}})" for name in ("one", "two"))
_WHAT = r"(?P<word>\b(?:PR|pull request|issue)\b)?:?\s*"
_NEXT = r"(?:PR |issue |pull request )?"
_CLOSED_BY = re.compile(
    rf"{_WHAT}{_ONE}[^.\n#|;]{{0,24}}?\b(?:closed|fixed|resolved|merged)\s+(?:by|with|in|through)\s+{_NEXT}{_TWO}",
    re.IGNORECASE,
)
_CLOSING = r"(?:closes|closed|fixes|fixed|resolves|resolved|merges|merged)"
_CLOSES = re.compile(rf"{_WHAT}{_TWO}\s+{_CLOSING}\s+{_NEXT}{_ONE}", re.IGNORECASE)
_VERB = re.compile(r"clos|fix|resolv|merg", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?P<what>blocker|action)s? (?:no\. ?|number )?#?(?P<number>\d{1,4})\b(?![:.]\d)", re.IGNORECASE
)
_EVENT = re.compile(r"(?<![\w./:-])e(?P<number>[1-9]\d{0,8})(?![\w/-]|\.\d)")
_ID = re.compile(r"\be:(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})\b")
_FIXED_BY = re.compile(
    r"\b(?:fixed|closed|resolved|mended) (?:by|in|with) (?:PR |pull request )?\#(?P<ref>\d{1,7})\b",
    re.IGNORECASE,
)


def relation(view: View) -> Iterator[Finding]:
    """TR103: a PR that is closed by an issue, an issue that is merged, an issue in the place of a PR."""
    kinds = _kinds(view)
    for text in view.texts:
        if "#" in text.spoken and _VERB.search(text.spoken):
            for pattern in (_CLOSED_BY, _CLOSES):
                for found in pattern.finditer(text.spoken):
                    yield from _inverted(view, text, found, kinds)
    for part in view.report.parts:
        for blocker in part.blockers:
            yield from _misplaced(view, blocker, kinds)
        for issue in part.issues:
            if issue.type == "issue" and issue.state == "merged":
                fix = f"triage issue {issue.ref.removeprefix('#')} closed"
                said = f"issue {issue.ref} merged"
                yield view.finding("TR103", issue.event, said, "an issue is closed; a PR is merged", fix)


def _misplaced(view: View, blocker: Blocker, kinds: Mapping[str, str]) -> Iterator[Finding]:
    """An issue in the place of a blocker's PR, and a PR in that of its issue."""
    for field, ref, other in (("pr", blocker.pr, "issue"), ("issue", blocker.issue, "pr")):
        if ref and kinds.get(_bare(ref)) == other:
            word = "an issue" if other == "issue" else "a PR"
            said = f"{field} {ref} of blocker {blocker.number}"
            fix = _amended(view, blocker.event, field)
            yield view.finding("TR103", blocker.event, said, f"{ref} is {word}", fix, field=field)


def _amended(view: View, event: str, field: str) -> str:
    return f"triage amend {view.name(view.setters.get((event, field), event))} {field}=NUMBER"


def _kinds(view: View) -> Mapping[str, str]:
    """Whether each reference is an issue or a PR, by its bare number."""
    kinds: dict[str, str] = {}
    for part in view.report.parts:
        for ref in (part.header.issue, part.header.epic):
            kinds |= {_bare(ref): "issue"} if ref else {}
        for blocker in part.blockers:
            kinds |= {_bare(blocker.pr): "pr"} if blocker.pr else {}
            kinds |= (
                {_bare(blocker.issue): "issue"} if blocker.issue and _bare(blocker.issue) not in kinds else {}
            )
    stated = {(issue_key(patch.body["ref"])): patch.body["type"] for patch in view.patches
              if patch.kind == "issue" and patch.body.get("type")}  # fmt: skip
    for part in view.report.parts:
        for issue in part.issues:
            known = stated.get(issue_key(issue.ref)) or (issue.type if issue.state != "unknown" else "")
            if known:
                kinds[_bare(issue.ref)] = known
    return kinds


def _bare(ref: str) -> str:
    return issue_key(ref).rpartition("#")[2]


def _inverted(view: View, text: Text, found: re.Match[str], kinds: Mapping[str, str]) -> Iterator[Finding]:
    """What was closed must be the issue, and what closed it the PR."""
    word = (found["word"] or "").casefold()
    one, two = kinds.get(found["one"], ""), kinds.get(found["two"], "")
    if found.re is _CLOSED_BY and word in ("pr", "pull request"):
        one = one or "pr"
    if one == "pr" and two == "issue":
        record = f"PR #{found['one']} closed issue #{found['two']}"
        new = view.reworded(
            text, found.start(), found.end(), f"issue #{found['two']} closed by PR #{found['one']}"
        )
        yield view.finding("TR103", text.event, " ".join(found[0].split()), record, new, field=text.field)


def dangling(view: View) -> Iterator[Finding]:
    """TR301: blockers, actions, events and fixing PRs that are named and are not there."""
    parts = view.report.parts
    counts = {
        "blocker": max((each.number for part in parts for each in part.blockers), default=0),
        "action": max((each.number for part in parts for each in part.actions), default=0),
    }
    prs = {_bare(blocker.pr) for part in parts for blocker in part.blockers if blocker.pr}
    prs |= {_bare(issue.ref) for part in parts for issue in part.issues}
    ids = {event.id for event in view.events}
    for text in view.texts:
        yield from _named(view, text, counts)
        for found in _FIXED_BY.finditer(text.spoken) if "#" in text.spoken else ():
            if found["ref"] not in prs:
                record = f"no issue or PR #{found['ref']}; known: {_few(prs)}"
                fix = f"triage issue {found['ref']} merged"
                yield view.finding("TR301", text.event, found[0], record, fix, field=text.field)
        for found in _ID.finditer(text.spoken):
            if found["id"] not in ids:
                fix = f"triage amend {view.name(text.event)} {text.field}='...'"
                yield view.finding("TR301", text.event, found[0], "no such event here", fix, field=text.field)
    yield from _events(view, ids)


def _named(view: View, text: Text, counts: Mapping[str, int]) -> Iterator[Finding]:
    for found in _NUMBERED.finditer(text.spoken):
        what = found["what"].casefold()
        if counts[what] and int(found["number"]) > counts[what]:
            record = f"{counts[what]} {what}s"
            fix = f"triage amend {view.name(text.event)} {text.field}='...'"
            yield view.finding("TR301", text.event, found[0], record, fix, field=text.field)
    if text.field in ("summary", "body", "cause", "fix"):
        for found in _EVENT.finditer(text.spoken):
            fix = f"triage amend {view.name(text.event)} {text.field}='...'"
            yield view.finding("TR301", text.event, found[0], "no such event here", fix, field=text.field)


def _events(view: View, ids: set[str]) -> Iterator[Finding]:
    for patch in view.patches:
        for field in ("evidence", "action", "blocker"):
            named = patch.body.get(field)
            if patch.kind != field and isinstance(named, str) and named and named not in ids:
                fix = f"triage amend {view.name(patch.id)} {field}=EVENT"
                said = f"{field} {named[-8:]}"
                yield view.finding("TR301", patch.id, said, "no such event here", fix, field=field)


def orphan(view: View) -> Iterator[Finding]:
    """TR302: patches and evidence of what is not there, or was withdrawn."""
    parts = view.report.parts
    standing = {action.event for part in parts for action in part.actions}
    standing |= {blocker.event for part in parts for blocker in part.blockers}
    for part in view.report.parts:
        for item in part.evidence:
            for field in ("action", "blocker"):
                named = getattr(item, field)
                if named and named not in standing and any(event.id == named for event in view.events):
                    fix = f"triage amend {view.name(item.event)} {field}=N"
                    said = f"evidence of {field} {named[-8:]}"
                    yield view.finding(
                        "TR302", item.event, said, f"that {field} was withdrawn", fix, field=field
                    )
    if view.report.orphans:
        said = f"{view.report.orphans} events patch something that is not in this record"
        fix = "triage import the journal from where it was made"
        yield view.finding("TR302", view.report.journal, said, "their creation is missing", fix)


def _few(refs: set[str]) -> str:
    return ", ".join(f"#{ref}" for ref in sorted(refs)[:6]) or "none"
