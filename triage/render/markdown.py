"""The components of a document in Markdown: tables, the sequence log, evidence, checklists, the summary."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from triage import times
from triage.render import caption, grids, summary
from triage.render.anchors import Words
from triage.render.escape import Markdown, alone
from triage.render.grids import Check, Clock, Grid, Mark
from triage.render.inline import Links
from triage.render.prose import code_span, fence
from triage.report import Action, Blocker, Checklist, Evidence, Part, Report, Table, TableRow, WallClock
from triage.report.lines import Line, lines

FEW_LINES, MOST_LINES = 80, 400
"""Lines of one output that a text shows, and that a page shows, folded: half of them from each end."""

MOST_PROOFS = 3
"""Pieces of evidence that are linked for one claim; the others are counted."""

LONGEST = 10_000
"""Characters of one line of output that a document shows."""
_STYLE = re.compile(r"\x1b\[[0-9;:]*[mK]")
"""Colours and erasures of the rest of a line: they say nothing on a page."""


class MarkdownComponents:
    """What a template calls, each written as Markdown."""

    def __init__(
        self,
        links: Links,
        zone: str,
        word: str = "component",
        classification: str = "",
        spooled: int = 0,
    ) -> None:
        self._classification = classification
        self._spooled = spooled
        self._links = links
        self._zone = zone
        self._word = word
        self._words = Words(word)

    def finished(self, text: str) -> str:
        """The document with its links to evidence."""
        return self._words.resolved(text)

    def proof(self, ids: Sequence[str]) -> str:
        """Links to evidence: to the heading under which it stands, by the tail that its caption shows."""
        return self._few([self._words.link(id[-8:]) for id in ids])

    @staticmethod
    def _few(links: Sequence[str]) -> str:
        more = [f"and {len(links) - MOST_PROOFS} more"] if len(links) > MOST_PROOFS else []
        return ", ".join([*links[:MOST_PROOFS], *more])

    def backing(self, word: str, proof: Sequence[str]) -> str:
        """How a claim is backed: ``proved by`` its evidence."""
        return f"{word} by {self.proof(proof)}" if proof else word

    def backed(self, item: Action | Blocker) -> Markdown:
        """How an action that was closed, or the fix of a blocker, is backed; nothing where neither is."""
        told = item.closed if isinstance(item, Action) else item.status == "fixed"
        return Markdown(f"({self.backing(item.backing, item.proof)})" if told else "")

    def seen(self, item: Blocker) -> Markdown:
        """The evidence of a blocker's error."""
        return Markdown(self.proof([id for id in item.evidence if id not in item.proof]))

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The names that templates call them by."""
        return {
            "anchor": self.anchor,
            "actions_table": lambda actions: self.grid(grids.items(actions)),
            "backed": self.backed,
            "checklist": self.checklist,
            "clock": lambda at, precision="exact": times.show(at, precision),
            "corrections_table": lambda report: self.grid(grids.corrections(report)),
            "data_table": self.data_table,
            "duration": times.duration,
            "span": times.span,
            "evidence": self.evidence,
            "heading": self.heading,
            "issues_table": lambda part: self.grid(grids.issues(part)),
            "kind": lambda block: type(block).__name__.casefold(),
            "seen": self.seen,
            "queue_table": lambda part: self.grid(grids.queue(part)),
            "sequence_log": lambda part: self.grid(grids.log(part)),
            "summary_lines": self.summary_lines,
            "timeline": self.timeline,
            "wall_clock": self.wall_clock,
        }

    def inline(self, text: str) -> str:
        """A short text with its links, inside a line."""
        return alone(text, self._links)

    def heading(self, level: int, title: str, event: str = "") -> Markdown:  # noqa: ARG002  a page needs the event
        """A heading, of a level from 1 to 6; deeper ones are bold."""
        text = self.inline(title)
        bare = text.rstrip("#")
        closing = text[len(bare) :].replace("#", "\\#")  # a heading may end in marks that are not shown
        return Markdown(f"{'#' * level} {bare}{closing}" if level <= 6 else f"**{text}**")

    def anchor(self, event: str) -> Markdown:  # noqa: ARG002  as above
        """Nothing: Markdown has no place that an event could be linked to by."""
        return Markdown("")

    def timeline(self, report: Report) -> Markdown:  # noqa: ARG002  a page draws it
        """Nothing: the sequence log says the same in words."""
        return Markdown("")

    def summary_lines(self, what: Report | Part) -> Markdown:
        """What a reader needs in ten seconds."""
        said = (f"- **{alone(line.label)}:** {self.inline(line.text)}" for line in self.lines(what))
        return Markdown("\n".join(said))

    def lines(self, what: Report | Part) -> list[summary.Line]:
        """The labelled lines of a report or of an addendum."""
        if isinstance(what, Report):
            return summary.of_report(what, self._zone, self._classification, self._spooled)
        return summary.of_addendum(what, self._zone)

    def grid(self, grid: Grid) -> Markdown:
        """A table."""
        lines = [_row(map(alone, grid.columns)), "|" + " --- |" * len(grid.columns)]
        lines += [_row(map(self.cell, row.cells)) for row in grid.rows]
        return Markdown("\n".join(lines))

    def cell(self, cell: grids.Cell) -> str:
        """The Markdown of a cell."""
        if isinstance(cell, str):
            return self.inline(cell)
        if isinstance(cell, Clock):
            return alone(cell.text)
        if isinstance(cell, grids.Backed):
            return self.backing(cell.word, cell.proof)
        if isinstance(cell, Check):
            return f"{self.inline(cell.text)} {'✓' if cell.met else '✗ not as expected'}"
        return self._mark(cell)

    def _mark(self, mark: Mark) -> str:
        word = mark.word
        if mark.backing in ("proved", "observed"):
            word = f"{word} ({self.backing(mark.backing, mark.proof)})"
        return f"{word} — {self.inline(mark.note)}" if mark.note else word

    def data_table(self, table: Table) -> Markdown:
        """A table of observations, with how it is backed."""
        said = self._alike(table.rows) + [self.inline(basis) for basis in grids.bases(table)]
        grid = self.grid(grids.data(table))
        return Markdown(f"{grid}\n\n*Backing: {'; '.join(said)}*" if said else grid)

    def _alike(self, claims: Sequence[Action | TableRow]) -> list[str]:
        """How claims are backed, where that is said once for all of them."""
        same = grids.alike(claims)
        return [self.backing(same.word, same.proof)] if same else []

    def evidence(self, item: Evidence) -> Markdown:
        """Verbatim output, with what produced it."""
        said = [f"**{self.inline(item.title)}**" if item.title else ""]
        said += [code_span(item.command)] if item.command else []
        said += [self.inline(fact) for fact in caption.facts(item)]
        line = " · ".join(part for part in [*said, self._words.place(item.event[-8:])] if part)
        return Markdown(f"{line}\n\n{fence(output_text(item, FEW_LINES), item.language or 'text')}")

    def checklist(self, item: Checklist | tuple[Action, ...]) -> Markdown:
        """Actions as boxes, ticked where they are closed; how they are backed, once where it is the same."""
        actions = item.actions if isinstance(item, Checklist) else item
        claims = grids.told(actions)
        said = [] if any(action.proof for action in claims) else self._alike(claims)
        boxes = self.boxes(actions, tells=not said)
        return Markdown(f"{boxes}\n\n*Backing: {said[0]}*" if said else boxes)

    def boxes(self, actions: Sequence[Action], *, tells: bool) -> Markdown:
        """The boxes alone; ``tells`` where each says how it is backed."""
        signs = (f"- [{'x' if action.closed else ' '}] " for action in actions)
        backed = (f" {self.backed(a)}" if tells and grids.told([a]) else "" for a in actions)
        lines = zip(signs, map(self.box, actions), backed, strict=True)
        return Markdown("\n".join(map("".join, lines)))

    def box(self, action: Action) -> str:
        """What a checklist says of an action, but for how it is backed."""
        said = [action.name]
        said += [action.notes] if action.notes else []
        said += [action.shown] if action.status in ("failed", "skipped", "blocked") else []
        said += [f"owner: {action.owner}"] if action.owner else []
        return " — ".join(self.inline(part) for part in said)

    def wall_clock(self, clock: WallClock) -> Markdown:
        """The span of the work, both its ends named."""
        end = "so far" if clock.so_far else ""
        span = f"**{times.span(clock.us)}**{f' {end}' if end else ''}"
        ends = (
            f"from {self.inline(clock.start_name)} ({times.show(clock.start_at, 'minute')})"
            f" to {self.inline(clock.end_name)} ({times.show(clock.end_at, 'minute')})"
        )
        more = [
            f"time to {word} {times.span(us)}"
            for word, us in (("detect", clock.detect_us), ("mitigate", clock.mitigate_us))
            if us is not None and us >= 0
        ]
        return Markdown("; ".join([f"Total wall-clock: {span}, {ends}", *more]) + ".")


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def output_text(item: Evidence, most: int) -> str:
    """The output as text: bytes that do not decode are visible, the middle of a long one is counted."""
    return "\n".join(line.text for line in output_lines(item, most))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}[…]"


def output_lines(item: Evidence, most: int) -> list[Line]:
    """The lines of the same, so many at most; what is said in place of lines is of no stream."""
    if item.output is None:
        return [Line(0, "", "(the output was not recorded)")]
    found = [line._replace(text=_STYLE.sub("", line.text).removesuffix("\r")) for line in lines(item)]
    while found and not found[-1].text:
        found.pop()
    if not any(line.text.strip() for line in found):
        return [Line(0, "", "(no output)")]
    found = [
        line if len(line.text) <= LONGEST else line._replace(text=f"{line.text[:LONGEST]}[…]")
        for line in found
    ]
    if len(found) <= most:
        return found
    half = most // 2
    rest = f"{len(found) - most:,} lines not shown; all: triage output {item.event[-8:]}"
    left_out = Line(0, "", f"[… {rest} …]")
    return [*found[:half], left_out, *found[-half:]]
