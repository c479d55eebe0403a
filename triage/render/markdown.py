"""The components of a document in Markdown: tables, the sequence log, evidence, checklists, the summary."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from triage import times
from triage.events import decoded
from triage.render import grids, summary
from triage.render.escape import Markdown, alone
from triage.render.grids import Check, Clock, Grid, Mark
from triage.render.inline import Links
from triage.render.prose import fence
from triage.report import Action, Checklist, Evidence, Part, Report, Table, WallClock

MOST_LINES = 400
"""Lines of one output that a document shows; of a longer one, half of them from each end."""


LONGEST = 10_000
"""Characters of one line of output that a document shows."""
_STYLE = re.compile(r"\x1b\[[0-9;:]*[mK]")
"""Colours and erasures of the rest of a line: they say nothing on a page."""


class MarkdownComponents:
    """What a template calls, each written as Markdown."""

    def __init__(self, links: Links, zone: str) -> None:
        self._links = links
        self._zone = zone

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The names that templates call them by."""
        return {
            "checklist": self.checklist,
            "clock": lambda at, precision="exact": times.show(at, precision),
            "data_table": self.data_table,
            "duration": times.duration,
            "span": times.span,
            "evidence": self.evidence,
            "heading": self.heading,
            "issues_table": lambda part: self.grid(grids.issues(part)),
            "kind": lambda block: type(block).__name__.casefold(),
            "queue_table": lambda part: self.grid(grids.queue(part)),
            "sequence_log": lambda part: self.grid(grids.log(part)),
            "summary_lines": self.summary_lines,
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

    def summary_lines(self, what: Report | Part) -> Markdown:
        """What a reader needs in ten seconds."""
        said = (f"- **{alone(line.label)}:** {self.inline(line.text)}" for line in self.lines(what))
        return Markdown("\n".join(said))

    def lines(self, what: Report | Part) -> list[summary.Line]:
        """The labelled lines of a report or of an addendum."""
        if isinstance(what, Report):
            return summary.of_report(what, self._zone)
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
        if isinstance(cell, Check):
            return f"{self.inline(cell.text)} {'✓' if cell.met else '✗ not as expected'}"
        return self._mark(cell)

    def _mark(self, mark: Mark) -> str:
        word = mark.word
        if mark.backing in ("proved", "observed"):
            word = f"{word} ({mark.backing})"
        return f"{word} — {self.inline(mark.note)}" if mark.note else word

    def data_table(self, table: Table) -> Markdown:
        """A table of observations, with how it is backed."""
        backing = self.inline(grids.table_backing(table))
        return Markdown(f"{self.grid(grids.data(table))}\n\n*Backing: {backing}*")

    def evidence(self, item: Evidence) -> Markdown:
        """Verbatim output, with what produced it."""
        parts = [f"**{self.inline(item.title)}**" if item.title else "", *self.caption(item)]
        caption = " · ".join(part for part in parts if part)
        body = fence(output_text(item), item.language or "text")
        return Markdown(f"{caption}\n\n{body}" if caption else body)

    def caption(self, item: Evidence) -> list[str]:
        """What is to be said of an output besides its title."""
        command = self.inline(f"`{item.command}`" if "`" not in item.command else item.command)
        facts = [command if item.command else "", "captured" if item.origin == "captured" else ""]
        facts += [f"exit code {item.exit_code}" if item.exit_code is not None else ""]
        facts += [f"{item.redactions} redacted" if item.redactions else ""]
        facts += [f"{item.truncated:,} bytes left out" if item.truncated else ""]
        return facts

    def checklist(self, item: Checklist | tuple[Action, ...]) -> Markdown:
        """Actions as boxes, ticked where they are closed."""
        actions = item.actions if isinstance(item, Checklist) else item
        return Markdown("\n".join(f"- [{'x' if a.closed else ' '}] {self.box(a)}" for a in actions))

    def box(self, action: Action) -> str:
        """What a checklist says of an action."""
        said = [action.name]
        said += [action.notes] if action.notes else []
        said += [action.shown] if action.status in ("failed", "skipped", "blocked") else []
        said += [f"owner: {action.owner}"] if action.owner else []
        return " — ".join(self.inline(text) for text in said)

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


def output_text(item: Evidence) -> str:
    """The output as text: bytes that do not decode are visible, the middle of a long one is counted."""
    if item.output is None:
        return "(the output was not recorded)"
    text = _STYLE.sub("", decoded(item.output)).rstrip("\n")
    if not text.strip():
        return "(no output)"
    lines = [line if len(line) <= LONGEST else f"{line[:LONGEST]}[…]" for line in text.split("\n")]
    if len(lines) <= MOST_LINES:
        return "\n".join(lines)
    half = MOST_LINES // 2
    return "\n".join([*lines[:half], f"[… {len(lines) - MOST_LINES} lines not shown …]", *lines[-half:]])
