"""States: steps that are missing, ends that are none, and what only one of two environments has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Set

from triage.check.finding import INFO, WARNING, Finding
from triage.check.view import View, named, proses, quoted
from triage.report import Action, Blocker, Part, Table, TableRow
from triage.report.tables import Unmet, asymmetries, unmet


def transition(view: View) -> Iterator[Finding]:
    """TR401: fixed without a fix, a PR that was never merged, done without a beginning."""
    merged = {
        view.entity(issue.ref)
        for part in view.report.parts
        for issue in part.issues
        if issue.state == "merged"
    }
    logs = view.page is None or bool(merged)
    for part in view.report.parts:
        for blocker in part.blockers:
            if blocker.status == "fixed" and not (blocker.fix.strip() or blocker.pr):
                fix = f"triage fix {blocker.number} 'what removed it' --pr NUMBER"
                said = f"blocker {blocker.number} fixed"
                yield view.finding("TR401", blocker.event, said, "no fix, and no PR", fix, field="fix")
            if blocker.status == "fixed" and blocker.pr and view.entity(blocker.pr) not in merged and logs:
                said = f"blocker {blocker.number} fixed by PR {blocker.pr}"
                fix = f"triage issue {named(blocker.pr)} merged"
                yield view.finding(
                    "TR401", blocker.event, said, "the PR was never logged as merged", fix, field="pr"
                )
    if logs:
        yield from _never_merged(view, {ref.rpartition("#")[2] for ref in merged})
    if view.page is None:
        yield from _never_begun(view)


_MERGED = re.compile(
    r"\b(?:PR|pull request) #(?P<one>\d{1,7})\s+(?:(?:was|is|got|has been)\s+)?merged\b"
    r"|\bmerged (?:PR|pull request) #(?P<two>\d{1,7})\b",
    re.IGNORECASE,
)


def _never_merged(view: View, merged: Set[str]) -> Iterator[Finding]:
    """PRs of which a text says that they were merged, and the log does not."""
    for text in view.having("merged"):
        for found in _MERGED.finditer(text.spoken):
            ref = found["one"] or found["two"]
            if ref not in merged and text.about != "entry":
                fix = f"triage issue {ref} merged"
                record = f"PR #{ref} was never logged as merged"
                yield view.finding(
                    "TR401", text.event, " ".join(found[0].split()), record, fix, field=text.field
                )


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


_STATUS_WORDS = frozenset(
    """
    open investigating mitigated monitoring resolved abandoned todo to do doing blocked done failed
    skipped closed merged accepted fixed complete completed finished final draft published reviewed
    review approved identified verifying scheduled progress wip ongoing active stable operational
    started starting pending planned backlog queued hold deferred postponed cancelled canceled rejected
    declined wontfix won't duplicate shipped released deployed implemented filed assigned triaged triage
    tracked waiting paused ready new live landed delivered removed restored recovered contained
    confirmed reopened superseded obsolete proposed unknown none n na ok yes no x tbd pass passed fail
    successful success succeeded over partial partially postmortem internal public degraded outage
    maintenance executed ended concluded validated verified enabled disabled development testing staging
    production prod ticketed early ideation groomed refined preliminary rolled verify in upcoming
    continuous archived migrated fix
    """.split()  # noqa: SIM905 - a list of so many words would be read worse
)
"""Words that pages of the field use for a status, ours among them."""


def unknown(view: View) -> Iterator[Finding]:
    """TR402: a word on a page that stands for a status and is none; no date, number or reference."""
    if view.page is None:
        return
    for word, what, line in view.page.odd:
        words = re.findall(r"[a-z][a-z'-]*", word.casefold())
        plain = re.fullmatch(r"[A-Za-z][A-Za-z' -]*", word.strip(" .*_`"))
        if plain and len(words) <= 3 and not _STATUS_WORDS.intersection(words):
            yield view.on_page("TR402", line, f"{what}: {word}", "no status of a record")


def still_open(view: View) -> Iterator[Finding]:
    """TR404: a part that is resolved with open blockers, actions that failed or did not end, unmet rows."""
    for part in view.report.parts:
        if part.header.status != "resolved":
            continue
        for blocker in part.blockers:
            if blocker.status == "open" and not (view.page is not None and _has_ended(part, blocker)):
                fix = (
                    f"triage fix {blocker.number} 'what removed it'; or triage accept {blocker.number} 'why'"
                )
                said = f"resolved; blocker {blocker.number}, {blocker.title!r}"
                yield view.finding("TR404", blocker.event, said, "open", fix, field="status")
        for action in part.actions:
            if action.status == "failed" and view.page is None:
                yield _failed(view, action)
            if not action.closed and not action.owner and _is_step(view, action):
                fix = f"triage done {action.number}; or triage amend {view.name(action.event)} owner=NAME"
                said = f"resolved; action {action.number}, {action.title!r}"
                yield view.finding(
                    "TR404", action.event, said, action.status, fix, field="status", severity=WARNING
                )
        for each in unmet(part) if view.page is None else ():
            yield _not_met(view, each)


def _failed(view: View, action: Action) -> Finding:
    """What says that a resolved part has an action that failed."""
    fix = f"triage done {action.number}; or triage skip {action.number} 'why it is not needed'"
    said = f"resolved; action {action.number}, {action.title!r}"
    return view.finding("TR404", action.event, said, "failed", fix, field="status", severity=WARNING)


def _not_met(view: View, each: Unmet) -> Finding:
    """What says that a resolved part has a row that is not as expected."""
    table, row = each
    named, seen = f"{table.columns[0]}={row.values[0]}", f"{table.columns[-1]}=VALUE"
    where = f" --section {quoted(' > '.join(table.section))}" if table.section else ""
    fix = f"triage observe --table {quoted(table.name)}{where} {quoted(named)} {quoted(seen)}, as it is now"
    said = f"resolved; {each.told}"[:160]
    return view.finding("TR404", row.event, said, "not as expected", fix, severity=WARNING)


_MENDED = re.compile(
    r"\b(?:fix|resol|work(?:ed)?[- ]?around|mitigat|remov|replac|upgrad|restor|rolled back|revert|solved"
    r"|solution)",
    re.IGNORECASE,
)


def _has_ended(part: Part, blocker: Blocker) -> bool:
    """Whether a page tells in its own words how a blocker ended."""
    under = (prose.body for section, prose in proses(part) if blocker.title in section.title)
    return any(_MENDED.search(text) for text in (blocker.effect, blocker.cause, *under))


_STEPS = re.compile(
    r"\b(?:queue|steps?|procedure|execution|deploy\w*|migration|sequence|plan)\b", re.IGNORECASE
)
_LATER = re.compile(
    r"\b(?:follow|items?|corrective|prevent|next|remain|later|improve\w*|todos?|future)\b", re.IGNORECASE
)


def _is_step(view: View, action: Action) -> bool:
    """Whether an action is a step of the work: a page has what comes after it in the same form."""
    if view.page is None:
        return True
    heading = view.page.heading_of(action.event)
    return bool(_STEPS.search(heading)) and not _LATER.search(heading)


def asymmetry(view: View) -> Iterator[Finding]:
    """TR406: what is known, or was checked, of one environment and not of another."""
    for part in view.report.parts:
        yield from _known_of_one(view, part.final) if part.final is not None else ()
        yield from _checked_on_one(view, part)
    yield from _listed_of_one(view)


def _known_of_one(view: View, final: Table) -> Iterator[Finding]:
    """Values of the final state that one environment has, and another has not."""
    for uneven in asymmetries(final):
        row = next(row for row in final.rows if row.values[0] in uneven.there)
        said = f"{uneven.label} on {', '.join(uneven.there)}"
        fix = f"triage observe {quoted(uneven.lacking[0])} {quoted(f'{uneven.label}=VALUE')}"
        record = f"nothing on {', '.join(uneven.lacking)}"
        yield view.finding("TR406", row.event, said, record, fix, field=uneven.label)


_ENVIRONMENTS = re.compile(
    r"\b(?P<name>staging|stage|production|prod|preprod|canary|qa|uat|dev(?:elopment)?)\b", re.IGNORECASE
)
_SAME = {"production": "prod", "stage": "staging", "development": "dev"}
_CHECK = re.compile(r"\b(?:check\w*|verif\w*|smoke|healthz?|test\w*|confirm\w*|validat\w*)\b", re.IGNORECASE)


def _of_environment(text: str, environment: str = "") -> tuple[str, str]:
    """The environment that a text names, and the text without it; '' where it names none, or two."""
    found = (
        {each.casefold() for each in _ENVIRONMENTS.findall(text)}
        if not environment
        else {environment.casefold()}
    )
    name = next(iter(found)) if len(found) == 1 else ""
    bare = " ".join(re.sub(r"\W+", " ", _ENVIRONMENTS.sub("", text)).casefold().split())
    return _SAME.get(name, name), bare


def _checked_on_one(view: View, part: Part) -> Iterator[Finding]:
    """Checks that were done in one environment, of what was done in two."""
    done: dict[str, dict[str, Action]] = defaultdict(dict)
    for action in part.actions:
        environment, bare = _of_environment(action.title, action.environment)
        if environment and action.status == "done":
            done[environment].setdefault(bare, action)
    for one, mine in done.items():
        for other, theirs in done.items():
            shared = [bare for bare in mine if bare in theirs and not _CHECK.search(bare)]
            for bare in mine if other != one and shared else ():
                action = mine[bare]
                if bare not in theirs and _CHECK.search(bare):
                    said = f"action {action.number}, {action.title!r}, on {one}"
                    fix = f"triage run --action {quoted(action.title)} --env {other} -- COMMAND"
                    yield view.finding("TR406", action.event, said, f"not on {other}", fix)


def _listed_of_one(view: View) -> Iterator[Finding]:
    """Tables that have a row of one environment, where another table of the same things has both."""
    listed: list[tuple[Table, dict[str, dict[str, TableRow]]]] = []
    for table in (table for part in view.report.parts for table in part.tables):
        names: dict[str, dict[str, TableRow]] = defaultdict(dict)
        for row in table.rows:
            environment, bare = _of_environment(row.values[0])
            names[bare] |= {environment: row} if environment else {}
        listed.append((table, names))
    both = {bare: set(known) for _, names in listed for bare, known in names.items() if len(known) == 2}
    for table, names in listed:
        for bare, known in names.items():
            lacking = both.get(bare, set()) - set(known)
            if known and lacking and _CHECKS.search(f"{table.name} {' '.join(table.columns)}"):
                row = next(iter(known.values()))
                said = f"{table.name}: {row.values[0]}"
                fix = f"triage observe --table {quoted(table.name)} ROW LABEL=VALUE"
                yield view.finding("TR406", row.event, said, f"nothing on {', '.join(lacking)}", fix)


_CHECKS = re.compile(rf"{_CHECK.pattern}|\b(?:read ?back|results?|interpretation)\b", re.IGNORECASE)
