"""Journals and pages made at random, for what must hold of every page that is brought in."""

import re

from hypothesis import strategies as st

from triage.events import Actor, Draft, derived_id
from triage.usecases import importing
from triage.usecases.drafting import Drafted
from triage.values import validate

ANA = Actor("ana")
DAY = "2026-05-05T{:02}:{:02}:00.000000Z"


def events_of(text, name="page.md"):
    """The events that a page becomes, without a store."""
    page = importing.read_page(text, name)
    return importing.events_of(importing.draft_page(page, text, name, ANA, slug="page"))


_TAIL = re.compile(r"\[[0-9a-f]{8}\](?=\(#)|(?<= · )[0-9a-f]{8}(?=$|\n)")


def without_ids(text):
    """A document without the names of its events."""
    return _TAIL.sub("ID", text)


_ODD = """
push deploy migrate restart check rotate verify relay queue token secret cert node v14 3 88 HEAD `make x` `a|b` #1140
a_b *bold* 50% C:\\x <b> [x] (y) – “quoted” ünï 測試 🚀 & && | ~x~ $y !z ^ = + 1. - > # @ana 04:10 12:00:01 2026-05-06 →
-> — : ; , . https://example.org/x http://a.b/c_d_e?f=1&g=2 owner/repo#7 PR DONE OPEN Status: Backing: **x** __y__
``z`` \\ &amp; &#42; e4 No nothing due Ana
"""
_PLAIN = "push deploy migrate restart check rotate verify relay queue cert node v14 HEAD ünï 測試 🚀 `make` and the of"
WORDS = st.sampled_from(_ODD.split())
PLAIN = st.sampled_from(_PLAIN.split())


def line(words=WORDS, least=1, most=5):
    """A short text."""
    return st.lists(words, min_size=least, max_size=most).map(" ".join)


def prose(words=WORDS):
    """A long text, in Markdown."""
    text = line(words)
    block = st.one_of(
        text,
        text,
        st.lists(text, min_size=1, max_size=3).map(lambda items: "\n".join(f"- {item}" for item in items)),
        st.lists(text, min_size=1, max_size=3).map(
            lambda items: "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))
        ),
        text.map("> {}".format),
        st.tuples(text, text).map("\n".join),
        text.map("```text\n{}\n```".format),
        text.map("    {}".format),
        text.map("## {}".format),
        text.map("**{}**".format),
        text.map("- [ ] {}".format),
        st.tuples(text, text).map(
            lambda two: f"| {two[0]} | b |\n| - | - |\n| {two[1]} | x |".replace("||", "|")
        ),
        text.map("<!-- {} -->".format),
        text.map("[{}]: http://example.org".format),
        st.just("---"),
    )
    return st.lists(block, min_size=1, max_size=3).map("\n\n".join)


@st.composite
def journals(draw, *, words=WORDS, plain=False, most=14):
    """The events of a journal with events of every kind, in one part or several.

    A ``plain`` one holds nothing that a document does not tell: what is no row has no time, actions are in the
    queue, in sections or in groups, no status and no issue comes twice, and nothing was captured.
    """
    journal = _Journal(draw, words, plain=plain)
    journal.open()
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=most)):
        getattr(journal, kind)()
    return importing.events_of(Drafted(journal.drafts, {}))


KINDS = ("entry", "entry", "action", "blocker", "issue", "observation", "evidence", "section", "reference",
         "addendum", "status", "amendment")  # fmt: skip
OUTPUTS = st.sampled_from(
    [b"ok\n", b"Applied 3\nDone.\n", b"", b"```\nfence\n```\n", b"  indented\n\n\nlast", b"a | b\n# c\n"]
)
FACTS = st.sampled_from([
    (None, [["Environment", "Prod"], ["Release", "v1"]]), (None, [["Environment", "Staging"], ["Healthz", "ok"]]),
    ("Checks", [["Check", "login"], ["Actual", "ok"]]), ("Checks", [["Check", "cart"], ["Actual", "slow"]]),
])  # fmt: skip
STATUSES = ("mitigated", "resolved", "monitoring")
RELEASE = [["Release", "v14"]]


class _Journal:
    """Draws the events of a journal one by one, one for each of its methods."""

    def __init__(self, draw, words, *, plain):
        self.drafts = []
        self._draw = draw
        self._plain = plain
        self._text = line(words)
        self._long = line(words, most=8) if plain else prose(words)
        self._journal = self._part = derived_id("", "journal")
        self._minute = 0
        self._places = draw(st.sampled_from(["section", "group", ""])) if plain else "section, group"
        self._told = set()

    def _maybe(self, strategy):
        return self._draw(st.none() | strategy)

    def _path(self):
        return self._draw(st.none() | st.lists(self._text, min_size=1, max_size=2))

    def _add(self, kind, fields, patched=None, *, timed=True):
        self._minute += self._draw(st.integers(0, 9))
        number = len(self.drafts)
        id = derived_id(self._journal, str(number)) if number else self._journal
        fields = {name: value for name, value in fields.items() if value is not None}
        output = fields.pop("output", None)
        timed = timed and not (self._plain and _is_no_row(kind, fields))
        at = DAY.format(self._minute // 60, self._minute % 60) if timed else None
        precision = "minute" if at else "unknown"
        entity, part = (patched.entity, patched.part) if patched else (id, self._part)
        body = validate(kind, fields)
        made = Draft(id, self._journal, kind, entity, part, at, precision, ANA, body, output)
        self.drafts.append(made)
        return made

    def _known(self, kind):
        return [draft for draft in self.drafts if draft.kind == kind and draft.entity == draft.id]

    def open(self):
        fields = ("lead", "impact", "service")
        self._add("header", {
            "title": self._draw(self._text), "slug": "j", "severity": self._maybe(st.just("P2")),
            "status": self._maybe(st.sampled_from(["open", "investigating"])), "summary": self._maybe(self._long),
            "issue": self._maybe(st.just("#9")), "labels": self._maybe(st.just([["Room", "4"]])),
            **{name: self._maybe(self._text) for name in fields},
        })  # fmt: skip

    def entry(self):
        kind = self._maybe(st.sampled_from(["decision", "finding"]))
        fields = {"text": self._draw(self._text), "outcome": self._maybe(self._text), "type": kind}
        self._add("entry", fields, timed=self._draw(st.booleans()))

    def action(self):
        where = self._maybe(st.sampled_from(["Prod", "Staging"]))
        made = self._add("action", {
            "title": self._draw(self._text), "owner": self._maybe(self._text), "environment": where,
            "status": self._maybe(st.sampled_from(["todo", "doing"])), "section": self._path() if "section" in self._places else None,
            "group": self._maybe(self._text) if "group" in self._places else None,
            "issue": None if self._plain else self._maybe(st.just("#414")),
        })  # fmt: skip
        if self._draw(st.booleans()):
            status = self._draw(st.sampled_from(["done", "failed", "skipped"]))
            cells = self._maybe(st.just(RELEASE)) if where else None
            self._add("action", {"status": status, "outcome": self._maybe(self._text), "cells": cells}, made)

    def blocker(self):
        actions = [draft.id for draft in self._known("action")]
        made = self._add("blocker", {
            "title": self._draw(self._text), "error": self._maybe(self._text), "effect": self._maybe(self._text),
            "cause": self._maybe(self._long), "issue": self._maybe(st.just("#12")),
            "action": self._maybe(st.sampled_from(actions)) if actions else None,
        })  # fmt: skip
        if self._draw(st.booleans()):
            status = self._draw(st.sampled_from(["fixed", "accepted"]))
            self._add(
                "blocker",
                {"status": status, "fix": self._maybe(self._long), "pr": self._maybe(st.just("#13"))},
                made,
            )

    def issue(self):
        pr = self._draw(st.booleans())
        known = {draft.body["ref"] for draft in self._known("issue")} if self._plain else set()
        refs, states = (
            (["#13", "#14"], ["open", "merged"]) if pr else (["#12", "#21", "o/r#3"], ["open", "closed"])
        )
        left = [ref for ref in refs if ref not in known]
        if not left:
            return
        self._add("issue", {
            "ref": self._draw(st.sampled_from(left)), "title": self._maybe(self._text), "type": "pr" if pr else None,
            "note": self._maybe(self._text), "state": self._draw(st.sampled_from(states)),
        })  # fmt: skip

    def observation(self):
        table, (first, last) = self._draw(FACTS)
        last = [last[0], self._draw(self._text)] if self._draw(st.booleans()) else last
        self._add("observation", {
            "table": table, "cells": [first, last], "expected": self._maybe(st.just("ok")) if table else None,
            "section": self._path() if table else None, "basis": self._maybe(self._text),
        })  # fmt: skip

    def evidence(self):
        captured = not self._plain and self._draw(st.booleans())
        self._add("evidence", {
            "title": self._maybe(self._text), "command": self._maybe(self._text), "output": self._draw(OUTPUTS),
            "section": self._path(), "origin": "captured" if captured else "supplied",
            "exit_code": self._maybe(st.integers(0, 2)), "language": self._maybe(st.just("json")),
            "environment": self._maybe(st.just("Prod")),
        })  # fmt: skip

    def section(self):
        fields = {
            "heading": self._path() or ["Notes"],
            "body": self._draw(self._long),
            "basis": self._maybe(self._text),
        }
        self._add("section", {**fields, "append": self._maybe(st.just(True))})

    def reference(self):
        url = self._draw(st.sampled_from(["https://example.org/a", "https://example.org/b?c=(d)"]))
        self._add("reference", {"url": url, "title": self._maybe(self._text)})

    def addendum(self):
        self._part = derived_id(self._journal, str(len(self.drafts)))
        fields = {"title": self._draw(self._text), "summary": self._maybe(self._long)}
        self._add("header", {**fields, "labels": self._maybe(st.just([["Room", "5"]]))})

    def status(self):
        left = [status for status in STATUSES if (self._part, status) not in self._told]
        if left:
            status = self._draw(st.sampled_from(left))
            self._told |= {(self._part, status)} if self._plain else set()
            opening = next(draft for draft in self.drafts if draft.id == self._part)
            self._add("header", {"status": status, "status_note": self._maybe(self._text)}, opening)

    def amendment(self):
        if self._known("entry"):
            about = self._draw(st.sampled_from(self._known("entry")))
            changes = st.sampled_from([{"changes": {"text": "said otherwise"}}, {"retracted": True}])
            self._add("amendment", self._draw(changes), about)


def _is_no_row(kind, fields):
    """Whether no row of a sequence log tells when this was."""
    if kind in ("observation", "evidence", "section", "reference"):
        return True
    opens = kind in ("action", "issue")
    return opens and (fields.get("state") or fields.get("status") or "todo") in ("todo", "doing", "open")


class _Words:
    """Gives words, each another, and remembers them."""

    def __init__(self):
        self.given = []

    def __format__(self, form):
        self.given.append(f"zq{len(self.given)}{form or 'w'}")
        return self.given[-1]


SHAPES = (
    "# {}", "## {}", "### {} {}", "## Timeline", "## Action items", "## References", "## Issues status", "## Summary",
    "### Blocker 1: {}", "### Blocker {}", "## Addendum — {}", "**{}**", "*{}*", "{}: {}", "**{}:** {}", "Status: {}",
    "**Status:** RESOLVED — {}", "- **{}:** {}\n- **Impact:** {}", "- {}\n- {}", "* {}\n  - {}\n    1. {}", "1. {}\n\n   {}",
    "- [ ] {} @{}\n- [x] {} — owner: {}\n  - [ ] {}\n- {}", "04:10 {} → {}", "- 04:10 UTC {}\n- 2026-05-05 04:11 {}\n  - {}",
    "04:10 {}\n04:12 PM {}", "| Time | {} | {} |\n| - | - | - |\n| 04:10 | {} | {} |\n| {} | {} | {} |",
    "| {} | {} |\n| - | - |\n| {} | {} | {} |", "| {} | {} |\n| - | - |\n| {} |", "| {0} | {0} |\n| - | - |\n| {1} | {1} |",
    "| {} | Expected | Actual |\n| - | - | - |\n| {} | {} | {} ✓ |", "| {} | Backing |\n| - | - |\n| {} | {} |",
    "| Action | Owner | Status | {} |\n| - | - | - | - |\n| {} | {} | {} | {} |", "| # | Action | Status | Notes |\n| - | - | - | - |\n| {} | {} | DONE | {} |",
    "| Issue | Title | Status |\n| - | - | - |\n| #1 | {} | {} |", "| {} |\n| - |", "```{} {}\n{}\n```", "```console\n$ {}\n{}\n```",
    "{} output:\n\n```\n{}\n```", "**{}** · `{}` · supplied on {} · 1 line, 3 bytes · {} · 0123abcd\n\n```text\n{}\n```",
    "    {}", "> {}\n> - {}", "<!-- {} -->", "<details><summary>{}</summary>\n{}\n</details>", "[{}]: http://example.org/{} \"{}\"",
    "[{}](http://example.org/{} \"{}\")", "![{}](http://example.org/{} \"{}\")", "{} <b>{}</b> `{}` ~~{}~~ [{}][{}]", "{}[^1]\n\n[^1]: {}",
    "{}\n===", "{}\n---", "---", "*Backing: {}*", "*Backing: observed by {}; {}*", "*Basis: {}*", "Total wall-clock: {}", "Time blocked: {}",
    "- **Status:** FIXED by PR #4 {}\n- **Error:** {}\n- **Blocked:** {}\n- **{}:** {}", "**Root cause**\n\n{}\n\n**Fix**\n\n{}",
    "- {}: https://example.org/{}\n- [{}](https://example.org/{})", "PR #7 merged — {}", "Last updated: {}", "- **Author:** {}\n- **{} must act:** {}",
)  # fmt: skip
"""Blocks of pages, with places for words."""
MATTER = ("", "", "---\ntitle: {}\n{}: {}\ntags:\n  - {}\n# {}\n---\n\n")


def pages(blocks=SHAPES):
    """Pages of blocks of all sorts, and the words in them, of which none comes twice; nor does a heading."""
    shapes = st.lists(st.sampled_from(blocks), min_size=1, max_size=10, unique_by=_heading_or_itself)
    return st.builds(_page, st.sampled_from(MATTER), shapes, st.sampled_from(["\n", "\r\n"])).filter(
        lambda page: page[1]
    )


def _heading_or_itself(shape):
    return shape if shape.startswith("#") and "{}" not in shape else object()


def _page(matter, shapes, end):
    words = _Words()
    text = matter + "\n\n".join(shapes) + "\n"
    text = re.sub(r"\{\d?\}", lambda found: f"{words}", text)
    return text.replace("\n", end), words.given
