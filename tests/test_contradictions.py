"""Contradictions that are planted into the consistent sample, as a page: each is found, and nothing else is."""

from pathlib import Path

import pytest

from triage.check import RULES
from triage.check.finding import selected
from triage.redact import Redactor
from triage.usecases.checking_page import check_page

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PAGE = (SAMPLES / "velvet-first-deploy" / "velvet-first-deploy.md").read_text()
KEY = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRC"
ALL = frozenset(RULES)
USUAL = selected(RULES, (), ())


def found(text, codes=USUAL):
    return check_page(text, "page.md", codes, Redactor(b"k" * 32), now="2040-01-01T00:00:00.000000Z")


def replaced(old, new):
    """The sample's page with one thing in the place of another."""
    assert PAGE.count(old) >= 1, old
    return PAGE.replace(old, new, 1)


def without(start):
    """The sample's page without the line that begins so."""
    line = next(line for line in PAGE.split("\n") if line.startswith(start))
    return PAGE.replace(f"{line}\n", "", 1)


def summary(text):
    return replaced("## Related issues", f"{text}\n\n## Related issues")


def note(text):
    return replaced(
        "### Running the migrations twice\n", f"### Remark\n\n{text}\n\n### Running the migrations twice\n"
    )


def log(row, before="| 04:15 | Deploy chain complete"):
    return replaced(before, f"{row}\n{before}")


def swapped(one, two):
    """The sample's page with two of its lines in the place of each other."""
    lines = PAGE.split("\n")
    first, second = (
        next(n for n, line in enumerate(lines) if line.startswith(start)) for start in (one, two)
    )
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def addendum_last(title):
    """The sample's page with one of its addenda behind the others."""
    start = PAGE.index(f"## Addendum — {title}")
    end = PAGE.index("## Addendum", start + 4)
    return f"{PAGE[:start]}{PAGE[end:].rstrip()}\n\n{PAGE[start:end]}"


WALL_CLOCK = "Wall-clock from the merge of PR #1128 → prod healthz: ~3h 6m (01:09 UTC merge → 04:15 UTC healthz smoke test on prod)."
PLANTED = {
    "more blockers than are described": ("TR101", summary("Three blockers in a row took three hotfix PRs.")),
    "fewer addenda than stand below": ("TR101", note("Both addenda came after the deploy.")),
    "more migrations than the output applied": ("TR101", summary("All 4 migrations are in place.")),
    "a list of another length": ("TR101", note("Two things helped:\n\n- the gate\n- the log\n- the table")),
    "an end after the last check": ("TR102", replaced("Total wall-clock:", f"{WALL_CLOCK}\n\nTotal wall-clock:")),
    "a span that its ends contradict": ("TR102", summary("Prod was gated from 03:53 to 04:12 UTC (49 minutes).")),
    "another time than the output's own": ("TR102", replaced("cleanly, in 131 ms", "cleanly, in 231 ms")),
    "a longer whole": ("TR102", summary("Total wall-clock time was 9h 2m.")),
    "a PR that an issue closed": ("TR103", note("PR #1138 was closed by #1136.")),
    "a fix of another PR": ("TR103", note("Blocker 1 was fixed by PR #1141.")),
    "a header older than the addenda": ("TR104", replaced("2026-05-05 ~17:00 UTC", "2026-05-05 04:15 UTC")),
    "another release": ("TR105", summary("Prod runs v8 now.")),
    "rows out of order": ("TR201", swapped("| 03:43 | Last crash", "| 04:09 | Fetch the")),
    "addenda out of order": ("TR201", addendum_last("DKIM")),
    "no such day": ("TR202", note("The zone was exported on 2026-02-30.")),
    "no such time": ("TR202", note("The zone was exported at 04:71 UTC.")),
    "a row of another century": ("TR202", replaced("| 2026-05-05 11:11 |", "| 2062-05-05 11:11 |")),
    "hours of silence": ("TR203", replaced("| 2026-05-05 01:09 |", "| 2026-05-04 12:00 | Change approved | CAB |\n| 12:05 | Window agreed | 1 h |\n| 12:10 | Agents told | all |\n| 2026-05-05 01:09 |")),
    "a day among minutes": ("TR204", log("| 2026-05-05 | Console checked | fine |")),
    "a blocker that is none": ("TR301", note("Blocker 3 took the longest.")),
    "a third of two": ("TR301", note("The third blocker took the longest.")),
    "a fix by a PR that is none": ("TR301", note("The gate was fixed by PR #1139.")),
    "a related issue that nothing tells of": ("TR302", replaced("issues/990), [#1129]", "issues/990), [#1150](https://github.com/moosequest/TradeMasterAPI/issues/1150), [#1129]")),
    "a merge that was never logged": ("TR401", without("| 03:50 | [PR #1138]")),
    "a status that is none": ("TR402", replaced("| DONE (observed) | gunicorn up", "| ALMOST | gunicorn up")),
    "an obligation of nobody": ("TR403", replaced(" — owner: Kristerpher", "")),
    "a sprint of nobody": ("TR403", replaced("hold for next sprint, owner: sre-agent", "hold for next sprint")),
    "a note that something is to do": ("TR403", note("TODO: write the runbook.")),
    "resolved with a blocker": ("TR404", replaced("- **Status:** FIXED by [PR #1141](https://github.com/moosequest/TradeMasterAPI/pull/1141) (asserted)\n", "").replace("**Fix**\n\n`sqlalchemy>=2.0,<3.0` went into both files.\n", "")),
    "confirmed and not tested": ("TR405", note("Confirmed by design; not tested in this session.")),
    "checked on staging alone": ("TR406", without("| 13 | Healthz smoke test (Prod)")),
    "read back on staging alone": ("TR406", without("| raxx-console-prod | returned 2")),
    "the same row twice": ("TR407", log("| 04:13 | Push the proxy | up |\n| 04:13 | Push the proxy | up |")),
    "closed though open": ("TR408", summary("With that #1130 is closed.")),
    "all closed though some are open": ("TR408", summary("All issues are closed.")),
    "verified by nothing": ("TR501", log("| 02:09 | Package verified |  |", "| 03:09 | Deploys")),
    "a redirect for health": ("TR502", replaced("CF Access redirect; the app behind it was not asked", "CF Access redirect — healthy")),
    "a key cut short": ("TR503", note(f"```text\np={KEY}...\n```")),
    "an empty section": ("TR601", replaced("## References\n\n- The issue behind blocker 1: <https://github.com/moosequest/TradeMasterAPI/issues/1136>\n", "## References\n")),
    "a placeholder": ("TR601", note("TBD")),
    "a call that is none": ("TR602", note('{{ count(blocker) }}')),
    "a secret": ("TR701", note("The password is `hunter2-Zq8vL1xT`, AKIAQ3EGRIZBFTHWNOXE its key.")),
    "no risk": ("TR901", note("There is no risk of recurrence.")),
}  # fmt: skip


def test_every_rule_that_a_page_can_break_is_broken():
    assert {code for code, _ in PLANTED.values()} == ALL - {
        "TR902"
    }  # a page holds no call that it could offer


def test_the_page_of_the_sample_has_no_finding():
    assert found(PAGE) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_contradiction_that_is_planted_into_the_page_is_found_and_no_other_error(name):
    code, text = PLANTED[name]
    codes = found(text, ALL)

    assert code in {finding.code for finding in codes}
    assert [each for each in codes if each.severity == "error" and each.code != code] == [] or code in ALSO


ALSO = ("TR202", "TR203", "TR404")
"""What contradicts more than one thing where it is planted."""


def test_the_line_of_a_finding_is_the_one_that_says_it():
    text = note("Blocker 3 took the longest.")
    (finding,) = found(text)

    assert text.split("\n")[finding.line - 1] == "Blocker 3 took the longest."
