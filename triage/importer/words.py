"""What the words of pages mean in a record: of statuses, of labels, of columns, of headings."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from triage import refs
from triage.kinds import KINDS

STATUSES = KINDS["action"].fields["status"].choices
STATES = KINDS["issue"].fields["state"].choices
JOURNAL = KINDS["header"].fields["status"].choices
BLOCKER = KINDS["blocker"].fields["status"].choices

JOURNAL_WORDS = {
    **dict.fromkeys(("closed", "fixed", "complete", "completed", "done"), "resolved"),
    **dict.fromkeys(("ongoing", "active"), "investigating"),
    "in progress": "open",
}
ACTION_WORDS = {
    **dict.fromkeys(("closed", "complete", "completed", "fixed", "merged"), "done"),
    **dict.fromkeys(("", "open", "not started", "pending", "planned", "to do"), "todo"),
    **dict.fromkeys(("in progress", "wip", "started"), "doing"),
    **dict.fromkeys(("n/a", "cancelled", "wontfix"), "skipped"),
    **dict.fromkeys("✅✔☑✓", "done"),
    **dict.fromkeys("❌✗✘", "failed"),
    **dict.fromkeys("⏳🔄🚧", "doing"),
    **dict.fromkeys("⬜🔲☐", "todo"),
}
STATE_WORDS = dict.fromkeys(("done", "fixed", "resolved"), "closed")
BLOCKER_WORDS = dict.fromkeys(("resolved", "closed"), "fixed")

HEADER_FIELDS = {
    "status": "status", "severity": "severity", "sev": "severity", "priority": "severity", "lead": "lead",
    "incident commander": "lead", "ic": "lead", "incident lead": "lead", "owner": "lead", "impact": "impact",
    "service": "service", "services": "service", "issue": "issue", "epic": "epic", "summary": "summary",
}  # fmt: skip
"""The field of a header that a label of a page tells."""
DERIVED = re.compile(
    r"^(?:last updated|failed|spooled|open issues|open actions|open|final state|not alike|backing|addendum"
    r"|note|time|related issues|total wall-clock|time blocked|blocked|stood for|seen in|blocker \d+"
    r"|published despite|classification|as of|.{1,60} must act)$",
    re.IGNORECASE,
)
"""Labels of lines that a document makes of its record."""

TIMELINE = re.compile(r"\b(?:timeline|sequence log|chronology|event log)\b|^log\b(?!s)", re.IGNORECASE)
SUMMARY = re.compile(r"^(?:(?:executive |incident )?summary|overview|tl;?dr|abstract)$", re.IGNORECASE)
IMPACT = re.compile(r"^impact$", re.IGNORECASE)
ACTIONS = re.compile(
    r"\b(?:action items?|action queue|actions|follow[- ]?ups?|corrective actions?|remediation items|to-?dos?"
    r"|operator action required|what remains)\b",
    re.IGNORECASE,
)
OWN_ACTIONS = re.compile(
    r"^(?:Action queue|Action items|Operator action required|What remains)$", re.IGNORECASE
)
"""Headings of documents under which the actions stand that have no section of their own."""
REFERENCES = re.compile(r"^(?:references|links|resources|further reading)$", re.IGNORECASE)
RELATED = re.compile(r"^related issues$", re.IGNORECASE)
ADDENDUM = re.compile(r"^addendum\s*[—–:-]\s*(?P<title>.*\S.*)$", re.IGNORECASE | re.DOTALL)
BLOCKER_TITLE = re.compile(
    r"^blocker\s+#?(?P<number>\d{1,6})\s*[:—–-]\s*(?P<title>.*\S.*)$", re.IGNORECASE | re.DOTALL
)
WALL_CLOCK = re.compile(r"^(?:Total wall-clock|Time blocked)\b", re.IGNORECASE)

TITLES = (
    "action", "action item", "action items", "task", "item", "what", "title", "todo", "follow-up",
    "follow up", "step",
)  # fmt: skip
"""Columns that tell what is to be done."""
ACTION_COLUMNS = {
    "#": "number", "no.": "number", "status": "status", "state": "status", "owner": "owner",
    "assignee": "owner", "who": "owner", "notes": "outcome", "outcome": "outcome",
    "environment": "environment",
}  # fmt: skip
"""The field of an action that a column tells."""
_NOBODY = re.compile(
    r"^(?:tb[acd]|n\.?/?a\.?|none|no ?body|no one|unassigned|unowned|[?—–-]*)$", re.IGNORECASE
)
"""What stands in the place of an owner where there is none yet."""
_WHEN = r"(?i:(?:due|by|until|before|eta|deadline|priority|prio)\b|p\d)"
_AFTER_OWNER = re.compile(
    rf"[\s,;(]+(?=(?i:due)\b)|\s*[,;]\s*(?=\S)(?!@\w|(?:and |& )?(?!{_WHEN})[^\W\d_a-z])"
)
"""Where the name of an owner ends: at a comma or a semicolon before no further name, and before ``due``."""
GENERIC = re.compile(r"^(?:fields?|values?|keys?|items?|names?|metrics?|property|details?|)$", re.IGNORECASE)
"""The head of a table of labels, which says nothing itself."""

REFERENCE = re.compile(rf"^(?:PR\s*)?(?P<ref>{refs.ANY})$")

PROOFS = r"[0-9a-f]{8}(?:, [0-9a-f]{8})*(?:, and \d+ more)?"
"""How documents name evidence, once links are text."""
BACKED = re.compile(rf"\s*\((?:(?:proved|observed|asserted) by (?P<by>{PROOFS})|proved|observed|asserted)\)$")
"""How documents say that a claim is backed."""


class Split(NamedTuple):
    """A word, and what is said about it: ``RESOLVED — both are up``."""

    word: str
    note: str = ""


_SPLIT = re.compile(r"^(?P<word>[^—–:;(]+?)\s*(?:\s[—–-]\s|[—–:;]\s?|(?=\())(?P<note>.*)$", re.DOTALL)


def split(text: str) -> Split:
    """The word with which a status begins, and the note after a dash, a colon or a bracket."""
    found = _SPLIT.match(text)
    if found is None:
        return Split(text.strip(" *_"))
    return Split(found["word"].strip(" *_"), found["note"].strip())


def owner(text: str) -> Split:
    """Who owns an action, and what else is said: ``Bob, due 2026-12-01``.

    The name is '' where the text only holds the place of one: ``TBD``, ``N/A``, ``?``.
    """
    ends = _AFTER_OWNER.search(text)
    name, note = (text[: ends.start()], text[ends.end() :]) if ends and ends.start() else (text, "")
    return Split("" if _NOBODY.match(name.strip(" *_()[]")) else name, note)


def known(word: str, choices: Iterable[str], others: Mapping[str, str]) -> str:
    """The record's word for a word, or for a sign alone, or ''."""
    bare = re.sub(r"[^\w\s/]", "", word).strip().casefold()
    sign = "" if bare else re.sub(r"[\s*_–—…\ufe0f!-~]", "", word)
    return bare if bare in choices else others.get(sign or bare, "")
