"""What a text says of two things, and whether what it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from triage import refs
from triage.check.finding import Finding
from triage.check.source import Source
from triage.check.view import Text, View, named
from triage.kinds import PROSE
from triage.report import Blocker

_ONE, _TWO = (rf"(?:(?<![\w.-]){refs.REPOSITORY})?\#(?P<{name}>\d{{1,7}})" for name in ("one", "two"))
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
    kinds, pairs = _kinds(view), _pairs(view)
    for text in view.having("#"):
        if _VERB.search(text.spoken):
            for found in (*_CLOSED_BY.finditer(text.spoken), *_CLOSES.finditer(text.spoken)):
                yield from _inverted(view, text, found, kinds)
                yield from _mispaired(view, text, found, kinds, pairs)
            for found in _MERGED_ISSUE.finditer(text.spoken):
                yield from _merged_issue(view, text, found, kinds)
    for text in view.having("blocker"):
        yield from _fixed_by_other(view, text)
    yield from _by_fields(view, kinds)


def _by_fields(view: View, kinds: Mapping[str, str]) -> Iterator[Finding]:
    """Relations that are wrong in the fields of blockers, and in the states of issues."""
    for part in view.report.parts:
        for blocker in part.blockers:
            yield from _misplaced(view, blocker, kinds)
        for issue in part.issues:
            if issue.type == "issue" and issue.state == "merged":
                fix = f"triage issue {named(issue.ref)} closed"
                said = f"issue {issue.ref} merged"
                yield view.finding("TR103", issue.event, said, "an issue is closed; a PR is merged", fix)


def _misplaced(view: View, blocker: Blocker, kinds: Mapping[str, str]) -> Iterator[Finding]:
    """An issue in the place of a blocker's PR, and a PR in that of its issue."""
    for field, ref, other in (("pr", blocker.pr, "issue"), ("issue", blocker.issue, "pr")):
        if ref and kinds.get(view.called(ref)) == other:
            word = "an issue" if other == "issue" else "a PR"
            said = f"{field} {ref} of blocker {blocker.number}"
            fix = _amended(view, blocker.event, field)
            yield view.finding("TR103", blocker.event, said, f"{ref} is {word}", fix, field=field)


def _amended(view: View, event: str, field: str) -> str:
    return f"triage amend {view.name(view.setters.get((event, field), event))} {field}=NUMBER"


def _kinds(view: View) -> Mapping[str, str]:
    """Whether each reference is an issue or a PR, by what prose calls it."""
    kinds: dict[str, str] = {}
    for part in view.report.parts:
        for ref in (part.header.issue, part.header.epic):
            kinds |= {view.called(ref): "issue"} if ref else {}
        for blocker in part.blockers:
            kinds |= {view.called(blocker.pr): "pr"} if blocker.pr else {}
            if blocker.issue:
                kinds.setdefault(view.called(blocker.issue), "issue")
    stated = {view.entity(patch.body["ref"]): patch.body["type"] for patch in view.patches
              if patch.kind == "issue" and patch.body.get("type")}  # fmt: skip
    for part in view.report.parts:
        for issue in part.issues:
            known = stated.get(view.entity(issue.ref)) or (issue.type if issue.state != "unknown" else "")
            if known:
                kinds[view.called(issue.ref)] = known
    return kinds


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


def _pairs(view: View) -> Mapping[str, frozenset[str]]:
    """The numbers of the PRs that closed each issue, by what prose calls it, where blockers tell it."""
    found: dict[str, set[str]] = {}
    for blocker in (blocker for part in view.report.parts for blocker in part.blockers):
        if blocker.issue and blocker.pr:
            found.setdefault(view.called(blocker.issue), set()).add(refs.number_of(blocker.pr))
    return {issue: frozenset(prs) for issue, prs in found.items()}


def _mispaired(
    view: View,
    text: Text,
    found: re.Match[str],
    kinds: Mapping[str, str],
    pairs: Mapping[str, frozenset[str]],
) -> Iterator[Finding]:
    """An issue that another PR closed than the text says."""
    issue, pr = found["one"], found["two"]
    if kinds.get(pr) != "pr" or issue not in pairs or pr in pairs[issue]:
        return
    right = ", ".join(map(_marked, sorted(pairs[issue])))
    new = view.reworded(text, *found.span("two"), min(pairs[issue]))
    said = " ".join(found[0].split())
    yield view.finding("TR103", text.event, said, f"PR {right} closed #{issue}", new, field=text.field)


_MERGED_ISSUE = re.compile(
    rf"\bissue\s+{_ONE}\s+(?:(?:was|is|got|has been)\s+)?merged\b(?!\s+(?:into|with|by))", re.IGNORECASE
)


def _merged_issue(
    view: View, text: Text, found: re.Match[str], kinds: Mapping[str, str]
) -> Iterator[Finding]:
    if kinds.get(found["one"]) == "issue":
        new = view.reworded(text, found.end() - len("merged"), found.end(), "closed")
        said = " ".join(found[0].split())
        yield view.finding(
            "TR103", text.event, said, "an issue is closed; a PR is merged", new, field=text.field
        )


_BLOCKER_BY = re.compile(
    rf"\bblocker\s+(?P<number>\d{{1,4}})\b[^.\n|;]{{0,40}}?\b(?:fixed|removed|resolved|cleared|closed|lifted)\s+"
    rf"(?:by|with|in|through)\s+{_NEXT}{_TWO}",
    re.IGNORECASE,
)


def _fixed_by_other(view: View, text: Text) -> Iterator[Finding]:
    """A blocker that another PR fixed than the text says."""
    prs = {each.number: each.pr for part in view.report.parts for each in part.blockers}
    for found in _BLOCKER_BY.finditer(text.spoken):
        pr = prs.get(int(found["number"]), "")
        if pr and refs.number_of(pr) != found["two"]:
            new = view.reworded(text, *found.span("two"), refs.number_of(pr))
            said = " ".join(found[0].split())
            record = f"blocker {found['number']} was fixed by PR {pr}"
            yield view.finding("TR103", text.event, said, record, new, field=text.field)


def dangling(view: View) -> Iterator[Finding]:
    """TR301: blockers, actions, events and fixing PRs that are named and are not there."""
    parts = view.report.parts
    counts = {
        "blocker": max((each.number for part in parts for each in part.blockers), default=0),
        "action": max((each.number for part in parts for each in part.queue), default=0),
    }
    prs = {refs.number_of(blocker.pr) for part in parts for blocker in part.blockers if blocker.pr}
    listed = prs if view.page is not None else {"a record"}
    prs |= {refs.number_of(issue.ref) for part in parts for issue in part.issues}
    ids = {event.id for event in view.events}
    for text in view.having("blocker", "action") if any(counts.values()) else ():
        yield from _named(view, text, counts)
    for text in view.having("#") if listed else ():
        for found in _FIXED_BY.finditer(text.spoken):
            if found["ref"] not in prs:
                record = f"no issue or PR #{found['ref']}; known: {_few(prs)}"
                fix = f"triage issue {found['ref']} merged"
                yield view.finding("TR301", text.event, found[0], record, fix, field=text.field)
    for text in view.having("e:"):
        for found in _ID.finditer(text.spoken):
            if found["id"] not in ids:
                fix = f"triage amend {view.name(text.event)} {text.field}='...'"
                yield view.finding("TR301", text.event, found[0], "no such event here", fix, field=text.field)
    yield from _by_number(view)
    yield from _events(view, ids)
    if view.page is not None:
        yield from _footnotes(view, view.page)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(rf"\bthe (?P<word>{'|'.join(_ORDINALS[1:])}) (?P<what>blocker)\b", re.IGNORECASE)


def _named(view: View, text: Text, counts: Mapping[str, int]) -> Iterator[Finding]:
    fix = f"triage amend {view.name(text.event)} {text.field}='...'"
    found = [(each, int(each["number"])) for each in _NUMBERED.finditer(text.spoken)]
    found += [(each, _ORDINALS.index(each["word"].casefold()) + 1) for each in _ORDINAL.finditer(text.spoken)]
    for each, number in found:
        known = counts[each["what"].casefold()]
        if known and number > known:
            record = f"{known} {each['what'].casefold()}{'s'[: known != 1]}"
            yield view.finding("TR301", text.event, each[0], record, fix, field=text.field)


def _by_number(view: View) -> Iterator[Finding]:
    """Events that prose names by a number which recording did not know."""
    for text in view.texts if view.page is None else ():
        for event in _EVENT.finditer(text.spoken) if text.field in PROSE else ():
            if int(event["number"]) < len(view.events) + BEYOND:
                fix = f"triage amend {view.name(text.event)} {text.field}='...'"
                yield view.finding("TR301", text.event, event[0], "no such event here", fix, field=text.field)


BEYOND = 100
"""How far above the number of events a name such as ``e1000`` means something else."""
_FOOTNOTE = re.compile(r"\[\^(?P<name>[\w-]{1,40})\](?P<defines>:)?")


def _footnotes(view: View, page: Source) -> Iterator[Finding]:
    """Footnotes that are named and stand nowhere."""
    found = list(_FOOTNOTE.finditer(page.spoken))
    defined = {each["name"] for each in found if each["defines"]}
    for each in found:
        if each["name"] not in defined and defined:
            yield view.on_page("TR301", page.line_at(each.start()), each[0], "no such footnote")


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
    if view.page is not None:
        yield from _unlisted(view)
    if view.report.orphans:
        said = f"{view.report.orphans} events patch something that is not in this record"
        fix = "triage import the journal from where it was made"
        yield view.finding("TR302", view.report.journal, said, "their creation is missing", fix)


def _unlisted(view: View) -> Iterator[Finding]:
    """Issues that a page lists as related, and does not have in its table of issues."""
    main = view.report.main
    known = {refs.number_of(issue.ref) for part in view.report.parts for issue in part.issues}
    known |= {
        refs.number_of(ref)
        for part in view.report.parts
        for ref in (part.header.issue, part.header.epic)
        if ref
    }
    known |= {refs.number_of(blocker.issue) for part in view.report.parts for blocker in part.blockers}
    event = view.setters.get((main.id, "labels"), main.id)
    related = next((value for label, value in main.header.labels if label.casefold() == "related issues"), "")
    for ref in re.findall(r"#(\d{1,7})\b", related) if len(main.issues) >= FEW else ():
        if ref not in known:
            yield view.finding("TR302", event, f"#{ref}", "related, and not among the issues", "")


FEW = 3
"""Issues below which a page has no table of all of them."""


def _few(numbers: set[str]) -> str:
    return ", ".join(map(_marked, sorted(numbers)[:6])) or "none"


def _marked(number: str) -> str:
    """A number of `refs.number_of` as it is written."""
    return f"#{number}" if number.isdigit() else number
