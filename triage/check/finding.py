"""What a check finds, and the rules that it goes by: each with a code that does not change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from triage.encoding import sha256

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)


class Rule(NamedTuple):
    """A rule: its code, its name in a word or two, how bad what it finds is, and what it finds.

    ``judges`` says that it judges wording, and holds only where it is selected; ``of_pages`` that only a page
    can break it, because a document that is rendered cannot.
    """

    code: str
    name: str
    severity: str
    title: str
    judges: bool = False
    of_pages: bool = False


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("TR101", "count", ERROR, "a number in prose differs from what the record counts"),
        Rule("TR102", "span", ERROR, "a time span matches no two events, or has other ends than it names"),
        Rule("TR103", "relation", ERROR, "a relation stands the wrong way round: a PR closed by an issue"),
        Rule("TR104", "stale header", ERROR, "a header is older than what stands below it"),
        Rule("TR105", "value", WARNING, "another value of an environment than its final state has"),
        Rule("TR201", "order", ERROR, "something stands before what it must follow"),
        Rule("TR202", "impossible time", ERROR, "a time lies ahead, or before the work began"),
        Rule("TR203", "gap", WARNING, "nothing was recorded for hours while the work went on"),
        Rule("TR204", "mixed precision", INFO, "days and unknown times stand among minutes"),
        Rule("TR301", "dangling reference", ERROR, "a text names what the record does not have"),
        Rule("TR302", "orphan", WARNING, "something belongs to what is not in the record"),
        Rule("TR401", "missing transition", WARNING, "a state was reached without the step that leads to it"),
        Rule("TR402", "unknown status", WARNING, "a status is no word of the record", of_pages=True),
        Rule("TR403", "unowned obligation", WARNING, "something must be done, and nobody is named for it"),
        Rule("TR404", "still open", ERROR, "the work is resolved with something open"),
        Rule("TR405", "confirmed untested", WARNING, "confirmed, and in the same breath not tested"),
        Rule("TR406", "asymmetry", WARNING, "known of one environment and not of another"),
        Rule("TR407", "double", WARNING, "the same thing was recorded twice"),
        Rule(
            "TR408", "state", ERROR, "another state of an issue, a blocker or an action than the record has"
        ),
        Rule("TR501", "uncited claim", WARNING, "a claim of health or proof with nothing behind it"),
        Rule("TR502", "weak check", WARNING, "a redirect, or a bare 200, as proof of health"),
        Rule("TR503", "truncated output", WARNING, "verbatim output that was cut short by hand"),
        Rule("TR601", "empty section", WARNING, "a heading with nothing, or a placeholder, under it"),
        Rule("TR602", "call", ERROR, "a call that is none, or has no answer"),
        Rule("TR701", "secret", ERROR, "a secret"),
        Rule(
            "TR901", "absolute word", INFO, "never, always, no risk: more than a record can show", judges=True
        ),
        Rule("TR902", "literal", INFO, "a number that a call would keep right", judges=True),
    )
}
"""All rules by their codes; docs/checks has a page for each."""


class Finding(NamedTuple):
    """One thing that is wrong.

    ``event`` is the id of the event that said it, or '' where a page did in ``line``; ``said`` is what was
    said, ``record`` what the record says, ``fix`` what to do, as a command where one will do.
    """

    code: str
    severity: str
    event: str
    field: str
    said: str
    record: str
    fix: str
    line: int = 0

    @property
    def key(self) -> str:
        """What a waiver names: the rule, the event, and what it said."""
        return f"{self.code} {self.event} {sha256(self.said.encode('utf-8', 'backslashreplace'))[:8]}"


def selected(
    codes: Iterable[str], wanted: Iterable[str], unwanted: Iterable[str], *, only: Iterable[str] = ()
) -> frozenset[str]:
    """The codes that hold: those that are ``wanted`` besides the usual ones, without the ``unwanted``.

    ``only`` stands in the place of the usual ones where it names any. All three name codes or their
    beginnings: ``TR9`` is every rule that judges wording.
    """
    more, less, base = tuple(wanted), tuple(unwanted), tuple(only)
    chosen = (
        code
        for code in codes
        if code.startswith(more) or (code.startswith(base) if base else not RULES[code].judges)
    )
    return frozenset(code for code in chosen if not code.startswith(less))
