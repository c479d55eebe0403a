"""Claims: of health or proof with nothing behind them, or with too little."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from triage import times
from triage.check.finding import Finding
from triage.check.view import MINUTE, Text, View, every, sentences
from triage.encoding import decoded
from triage.report import Action, Blocker, Part, Prose
from triage.report.code import FENCE, closes

_CLAIM = re.compile(r"\b(?:healthy|verified|confirmed|passing|passed|validated)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|never|no longer|isn't|aren't|wasn't|to be|once|until|if|when|must be|should be)\b[^.;]{0,20}$",
    re.IGNORECASE,
)
_SURE = r"\b(?:confirmed|verified|validated|proven|tested)\b"
_NOT_TRIED = (
    r"(?:\b(?:not|never|wasn't|weren't|isn't|hasn't been|haven't been)(?: been| yet| actually| itself)*"
    r" (?:tested|verified|exercised|tried|checked|run|rehearsed|executed)\b"
    r"|\b(?:untested|unverified)\b|\b(?:nobody|no ?one) (?:has )?(?:tried|tested|checked|ran|run)\b)"
)
_UNTRIED = re.compile(_NOT_TRIED, re.IGNORECASE)
_BREATH = (
    r"[\s,;:.()—–-]+(?:(?:but|though|although|however|yet|and|it|this|that|was|were|is|has|have|been|still|we"
    r"|did|so far|which|itself|only)[\s,]+){0,5}"
)
"""Between two things that are said of one: no word names another."""
_SCOPE = r"(?!\s+(?:with|on|in|against|under|for|at|across|during)\s+(?!this|that|our|all\b|practice|anger))"
"""Where something was not tried: what was confirmed elsewhere is no contradiction then."""
_SURE_UNTRIED = re.compile(
    rf"{_SURE}(?:\s+(?:by|in|on|from|at)\s+\w+){{0,2}}{_BREATH}{_NOT_TRIED}{_SCOPE}", re.IGNORECASE
)
_UNTRIED_SURE = re.compile(
    rf"{_NOT_TRIED}(?:\s+(?:by|in|on|from|at|here|yet)(?:\s+\w+)?){{0,2}}{_BREATH}{_SURE}", re.IGNORECASE
)
_HEALTH = re.compile(
    r"\b(?:healthy|health ?check(?:s|ed)?|healthz?|smoke|liveness|readiness|is up|works)\b|/health",
    re.IGNORECASE,
)
_GOOD = re.compile(r"\b(?:healthy|ok|pass(?:es|ed|ing)?|works|up|fine|success(?:ful)?)\b", re.IGNORECASE)
_REDIRECT = re.compile(r"(?<![\w.#:-])30[12378](?![\w.:-])")
_BARE_200 = re.compile(r"^(?:HTTP(?:/\d(?:\.\d)?)? ?|returned |status )?200(?: OK)?\.?$", re.IGNORECASE)
NEARBY = 10 * MINUTE
"""Microseconds within which an observation stands behind an entry."""


def uncited(view: View) -> Iterator[Finding]:
    """TR501: actions, entries and statuses that claim health or proof, and have nothing behind them."""
    cites = view.page is None or _cites(view)
    for part in view.report.parts if cites else ():
        backed = _backed_moments(part)
        for action in part.actions:
            said = f"{action.title} {action.outcome}"
            if action.closed and action.backing == "asserted" and _claims(said) and not _is_cited(view, said):
                fix = f"triage run --action {action.number} -- COMMAND"
                yield view.finding("TR501", action.event, " ".join(said.split()), "nothing behind it", fix)
        for row in part.rows:
            said = f"{row.text} {row.outcome}"
            if row.source == "entry" and _claims(said) and not _has_near(backed, row.at):
                if _is_cited(view, said):
                    continue
                fix = "triage run -- COMMAND, or triage evidence FILE, beside it"
                record = "no evidence and no observation within ten minutes"
                yield view.finding("TR501", row.event, " ".join(said.split()), record, fix)
        header = part.header
        if _claims(header.status_note) and not (backed or part.tables or part.evidence or _verbatim(part)):
            event = view.setters.get((part.id, "status_note"), part.id)
            fix = "triage run -- COMMAND, or triage observe ENVIRONMENT LABEL=VALUE"
            record = "no evidence and no observation"
            yield view.finding("TR501", event, header.status_note, record, fix, field="status_note")
    yield from _behind_failures(view)


def _behind_failures(view: View) -> Iterator[Finding]:
    """Actions that are done and blockers that are fixed, with a command that failed as their proof."""
    parts = view.report.parts
    failed = {item.event: item for part in parts for item in part.evidence if item.failed}
    claims: dict[str, Action | Blocker] = {
        **{each.event: each for part in parts for each in part.actions},
        **{each.event: each for part in parts for each in part.blockers},
    }
    for patch in view.patches:
        status, named = patch.body.get("status"), patch.body.get("evidence")
        claim = claims.get(patch.entity)
        if claim is None or named not in failed or claim.backing == "proved":
            continue
        if status in ("done", "fixed") and status == claim.status:
            fix = f"triage amend {view.name(patch.id)} evidence=EVENT, of one that went through"
            said = f"{patch.kind} {claim.number} {status}: {claim.title}"
            record = f"{view.name(named)}, its evidence, {failed[named].ending}"
            yield view.finding("TR501", patch.id, said, record, fix, field="evidence")


def _cites(view: View) -> bool:
    """Whether a page shows what stands behind its claims at all: outputs, or a final state."""
    return sum(bool(part.evidence) + bool(part.final) for part in view.report.parts) > 1


def _is_cited(view: View, said: str) -> bool:
    """Whether a page's claim says itself what was seen: a value, an address, some output."""
    return view.page is not None and bool(_SEEN.search(said))


_SEEN = re.compile(r"\d|`|https?:|[{}\[\]\"]|#")


def _claims(text: str) -> bool:
    folded = text.casefold()
    if "ed" not in folded and "healthy" not in folded and "passing" not in folded:
        return False
    return any(not _NOT.search(text[: found.start()]) for found in _CLAIM.finditer(text))


def _backed_moments(part: Part) -> list[int]:
    ats = [item.at for item in part.evidence]
    ats += [row.at for table in part.tables for row in table.rows]
    ats += [action.ended_at or action.at for action in part.actions if action.backing != "asserted"]
    return sorted(times.to_us(at) for at in ats if at)


def _has_near(moments: list[int], at: str | None) -> bool:
    if at is None:
        return True
    us = times.to_us(at)
    place = bisect_left(moments, us - NEARBY)
    return place < len(moments) and moments[place] <= us + NEARBY


def _verbatim(part: Part) -> bool:
    sections = [*part.verbatim, *part.notes]
    return any(
        "```" in block.body for each in every(sections) for block in each.blocks if isinstance(block, Prose)
    )


def untested(view: View) -> Iterator[Finding]:
    """TR405: something is confirmed, and in the same breath nobody tried it: one thing, said of twice."""
    for text in view.having("not ", "never", "n't ", "untested", "unverified", "nobody", "no one", "noone"):
        if not _UNTRIED.search(text.spoken):
            continue
        for pattern in (_SURE_UNTRIED, _UNTRIED_SURE):
            for found in pattern.finditer(text.spoken):
                said = " ".join(text.text[found.start() : found.end()].split())
                fix = f"triage amend {view.name(text.event)} {text.field}='...'"
                yield view.finding("TR405", text.event, said[:160], "nobody tried it", fix, field=text.field)


def weak(view: View) -> Iterator[Finding]:
    """TR502: health that is read from a redirect, or from a status code alone."""
    for part in view.report.parts:
        for event, said, record in (
            *_weak_rows(part),
            *_weak_actions(part),
            *_weak_entries(part),
        ):
            fix = "triage run --observe TABLE LABEL=VALUE --expect Actual=VALUE -- curl -sSf URL"
            yield view.finding("TR502", event, said[:160], record, fix)

    for text in view.having("301", "302", "303", "307", "308"):
        for sentence in sentences(text.spoken) if text.about in ("header", "section") else ():
            if _HEALTH.search(sentence[0]) and _redirected(sentence[0]):
                said = " ".join(text.text[sentence.start() : sentence.end()].split())
                fix = "triage run --observe TABLE LABEL=VALUE --expect Actual=VALUE -- curl -sSf URL"
                yield view.finding("TR502", text.event, said[:160], REDIRECT, fix, field=text.field)


REDIRECT = "a redirect says nothing of what lies behind it"
BARE = "a bare 200; what did it answer?"


def _weak_rows(part: Part) -> Iterator[tuple[str, str, str]]:
    for table in part.tables:
        for row in table.rows:
            said = " ".join(value for value in row.values if value)
            checks = f"{table.name} {' '.join(table.columns)} {said}"
            if "30" in said and _redirected(" ".join(row.values[1:])) and _HEALTH.search(checks):
                yield row.event, said, REDIRECT


def _weak_actions(part: Part) -> Iterator[tuple[str, str, str]]:
    for action in part.actions:
        said = f"{action.title}: {action.outcome}"
        if not (action.closed and "0" in action.outcome and _HEALTH.search(said)):
            continue
        if _redirected(action.outcome):
            yield action.event, said, REDIRECT
        elif _BARE_200.match(action.outcome.strip()) and not (action.cells or action.proof):
            yield action.event, said, BARE


def _weak_entries(part: Part) -> Iterator[tuple[str, str, str]]:
    for row in part.rows:
        said = f"{row.text}: {row.outcome}"
        if not (row.source == "entry" and "0" in said and _HEALTH.search(said)):
            continue
        if _redirected(said):
            yield row.event, said, REDIRECT
        elif _BARE_200.match(row.outcome.strip()):
            yield row.event, said, BARE


def _redirected(text: str) -> bool:
    """Whether a redirect is told as health; not where it is told as the trouble."""
    return bool(_REDIRECT.search(text) and _GOOD.search(text) and not _BAD.search(text))


_BAD = re.compile(
    r"\b(?:not|fail\w*|unhealthy|instead|wrong\w*|error\w*|broken|down|no longer|misleading|despite|although"
    r"|even though|rather|only)\b", re.IGNORECASE,
)  # fmt: skip


_WORD = r"(?<![\w+/=-])(?=[\w+/=-]*(?:\d|[a-z][A-Z]))[\w+/=-]{10,}(?:\.\.\.|…)(?=[\s\"')\]]|$)"
_CUT_WORD = re.compile(_WORD)
"""A key, a digest or a token that ends in dots: on a page, where lines of dots stand in examples too."""
_CUT = re.compile(
    rf"{_WORD}"
    r"|^[ \t]*(?:\.\.\.|…|\[(?:\.\.\.|…|snip|truncated)\]|<snip>)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)


def truncated(view: View) -> Iterator[Finding]:
    """TR503: output that was cut by hand, in supplied evidence and in fences of prose."""
    cut = _CUT if view.page is None else _CUT_WORD
    for item in view.outputs:
        if item.origin == "supplied" and item.output:
            found = cut.search(decoded(item.output))
            if found:
                fix = f"triage evidence FILE, whole; then triage retract {view.name(item.event)}"
                yield view.finding(
                    "TR503", item.event, found[0].strip()[-60:], "cut short", fix, field="output"
                )
    for text in view.texts:
        for line in _fenced(text.text):
            found = cut.search(line)
            if found:
                fix = "triage evidence FILE, whole, in its place"
                yield view.finding(
                    "TR503", text.event, found[0].strip()[-60:], "cut short", fix, field=text.field
                )
                break


def _fenced(text: str) -> Iterator[str]:
    mark = ""
    for line in text.splitlines() if "```" in text or "~~~" in text else ():
        found = FENCE.match(line)
        if mark and closes(line, mark):
            mark = ""
        elif mark:
            yield line
        elif found:
            mark = found["mark"]


def absolute(view: View) -> Iterator[Finding]:
    """TR901: words that no record can bear out."""
    for text in view.texts:
        if text.about == "row":
            continue
        for sentence in sentences(text.spoken) if _ABSOLUTE.search(text.spoken) else ():
            found = _ABSOLUTE.search(sentence[0])
            if found:
                said = " ".join(text.text[sentence.start() : sentence.end()].split())
                yield _absolute(view, text, said, found[0])


_ABSOLUTE = re.compile(
    r"\b(?:never|always|impossible|guaranteed?|cannot (?:fail|happen|recur)|zero[- ](?:risk|impact)|"
    r"no (?:risk|impact|recurrence risk)|100 ?%|every ?time|absolutely|completely safe|risk-free)(?!\w)",
    re.IGNORECASE,
)


def _absolute(view: View, text: Text, said: str, word: str) -> Finding:
    fix = f"triage amend {view.name(text.event)} {text.field}='...'"
    return view.finding(
        "TR901", text.event, said[:160], f"{word!r} is more than a record can show", fix, field=text.field
    )
