"""The components of a document in HTML: the page puts them where the Markdown would have stood.

A component writes its HTML aside and leaves a placeholder, a paragraph with a word that occurs nowhere else;
so long tables do not pass the Markdown parser, and nothing that came from a text is ever taken for HTML.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape as quoted

from triage.errors import TemplateError
from triage.render import caption, grids, summary
from triage.render.escape import Markdown
from triage.render.grids import Check, Clock, Grid, Mark
from triage.render.inline import KNOWN, Links, Piece, pieces, shown, shown_lines
from triage.render.markdown import MOST_LINES, MarkdownComponents, output_lines
from triage.render.svg import drawn
from triage.render.timeline import timeline
from triage.report import Action, Evidence, Part, Report
from triage.report.lines import Line

TALL = 60
"""Lines from which on an output is folded away at first."""


_PLACEHOLDER = re.compile(r"<p>(component[0-9a-f]{24})x([0-9]+)x</p>")
"""Where a component stands: a word of `render.word`, and its number."""


class PageComponents(MarkdownComponents):
    """What a template calls, each written as HTML behind a placeholder."""

    def __init__(
        self, links: Links, zone: str, word: str, classification: str = "", spooled: int = 0
    ) -> None:
        super().__init__(links, zone, word, classification, spooled)
        self._written: list[str] = []
        self._anchors: set[str] = set()

    def placed(self, html: str) -> str:
        """The page's HTML with every placeholder replaced by its component."""
        placed = _PLACEHOLDER.sub(self._at, html)
        if self._word in placed:
            raise TemplateError(
                "a component stands inside of a line, a list or a table",
                hint="give it lines of its own, with empty lines around it",
            )
        there = {anchor[-8:] for anchor in self._anchors}
        return _TO_EVENT.sub(lambda found: found[0] if found[2] in there else _unlinked(found), placed)

    def _at(self, found: re.Match[str]) -> str:
        return self._written[int(found[2])] if found[1] == self._word else found[0]

    def proof(self, ids: Sequence[str]) -> str:
        """Links to evidence, as Markdown; in what is HTML already, see `proof_html`."""
        return self._few([f"[{id[-8:]}](#e-{id[-8:]})" for id in ids])

    def proof_html(self, word: str, proof: Sequence[str]) -> str:
        """How a claim is backed; the word itself leads to the evidence where there is one piece only."""
        sign = f'class="backing {quoted(word)}"'
        if len(proof) == 1:
            return f'<a {sign} href="#e-{quoted(proof[0][-8:])}">{quoted(word)}</a>'
        links = self._few([f'<a href="#e-{quoted(id[-8:])}">{quoted(id[-8:])}</a>' for id in proof])
        return f"<span {sign}>{quoted(word)}</span>" + (f" by {links}" if links else "")

    def _put(self, html: str) -> Markdown:
        self._written.append(html)
        return Markdown(f"{self._word}x{len(self._written) - 1}x")

    def _anchor(self, event: str) -> str:
        """The id attribute of an event, where it comes up first."""
        if not event or event in self._anchors:
            return ""
        self._anchors.add(event)
        return f' id="e-{quoted(event[-8:])}"'

    def heading(self, level: int, title: str, event: str = "") -> Markdown:
        """A heading, behind the anchor of its event."""
        heading, anchor = super().heading(level, title), self.anchor(event)
        return Markdown(f"{anchor}\n\n{heading}") if anchor else heading

    def anchor(self, event: str) -> Markdown:
        """The anchor of an event that what follows is about."""
        anchor = self._anchor(event)
        return self._put(f"<a{anchor}></a>") if anchor else Markdown("")

    def summary_lines(self, what: Report | Part) -> Markdown:
        """What a reader needs in ten seconds, as a list of terms."""
        items = (self._line(line) for line in self.lines(what))
        return self._put(f'<dl class="summary">{"".join(items)}</dl>')

    def _line(self, line: summary.Line) -> str:
        tone = f' class="tone {quoted(line.tone)}"' if line.tone else ""
        text = self.html(line.text)
        if line.at:
            text = f'<time datetime="{_instant(line.at)}">{text}</time>'
        if line.target:
            text = f'<a href="#e-{quoted(line.target[-8:])}">{written(line.text)}</a>'
        return f"<div{tone}><dt>{written(line.label)}<dd>{text}</div>"

    def grid(self, grid: Grid) -> Markdown:
        """A table, without the end tags that HTML lets be left out.

        Below 40 rem its rows become cards: a cell of a table of observations carries its column's name, and
        the style sheet names the columns of the others.
        """
        head = "".join(f"<th>{written(name)}" for name in grid.columns)
        labels = ["" if grid.form else f' data-label="{valued(name)}"' for name in grid.columns]
        rows = "".join(self._row(row, labels) for row in grid.rows)
        name, form = valued(grid.name), f' class="{grid.form}"' if grid.form else ""
        return self._put(
            f'<div class="grid" role="group" aria-label="{name}" tabindex="0"><table{form}>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _row(self, row: grids.GridRow, labels: list[str]) -> str:
        tone = f' class="{quoted(row.tone)}"' if row.tone else ""
        texts = [self.cell_html(cell) for cell in row.cells]
        cells = "".join(f"<td{label}>{text}" for label, text in zip(labels, texts, strict=True))
        kind = f' data-k="{quoted(row.kind)}"' if row.kind else ""
        return f"<tr{self._anchor(row.event)}{tone}{kind}>{cells}"

    def cell_html(self, cell: grids.Cell) -> str:
        """The HTML of a cell."""
        if isinstance(cell, str):
            return self.html(cell)
        if isinstance(cell, Clock):
            text = quoted(cell.text)
            return f'<time datetime="{_instant(cell.at)}">{text}</time>' if cell.at else text
        if isinstance(cell, grids.Backed):
            return self.proof_html(cell.word, cell.proof)
        if isinstance(cell, Check):
            sign = (
                '<span class="met">✓</span>' if cell.met else '<span class="unmet">✗ not as expected</span>'
            )
            return f"{self.html(cell.text)} {sign}"
        return self._mark_html(cell)

    def _mark_html(self, mark: Mark) -> str:
        word = f'<span class="mark">{quoted(mark.word)}</span>'
        if mark.backing in ("proved", "observed"):
            word += f" {self.proof_html(mark.backing, mark.proof)}"
        return f"{word} {self.html(mark.note)}" if mark.note else word

    def html(self, text: str) -> str:
        """A short text as HTML, with its code spans and links."""
        return _known_html(text, self._links) if len(text) < KNOWN else _html(text, self._links)

    def timeline(self, report: Report) -> Markdown:
        """The timeline of the whole report, drawn."""
        found = timeline(report)
        return self._put(drawn(found)) if found else Markdown("")

    def evidence(self, item: Evidence) -> Markdown:
        """Verbatim output, folded under what produced it. The anchor is within: who follows it unfolds it."""
        found = output_lines(item, MOST_LINES)
        is_open = "" if len(found) > TALL else " open"
        said = [f"<strong>{self.html(item.title)}</strong>" if item.title else ""]
        said += [f"<code>{written(item.command)}</code>"] if item.command else []
        said += [written(fact) for fact in caption.facts(item)]
        said += [f'<span class="tail">{quoted(item.event[-8:])}</span>']
        line = " · ".join(part for part in said if part)
        text = "\n".join(map(_line, found))
        return self._put(
            f'<details class="evidence"{is_open}><summary>{line}</summary>'
            f'<pre tabindex="0"{self._anchor(item.event)}><code>{text}</code></pre></details>'
        )

    def boxes(self, actions: Sequence[Action], *, tells: bool) -> Markdown:
        """Actions as boxes."""
        items = "".join(self._box(action, tells=tells) for action in actions)
        return self._put(f'<ul class="checklist">{items}</ul>')

    def _box(self, action: Action, *, tells: bool) -> str:
        sign = ("☑", "done") if action.closed else ("☐", "open")
        said = [action.name]
        said += [action.notes] if action.notes else []
        said += [action.shown] if action.status in ("failed", "skipped", "blocked") else []
        said += [f"owner: {action.owner}"] if action.owner else []
        text = " — ".join(self.html(part) for part in said)
        if tells and grids.told([action]):
            text += f" {self.proof_html(action.backing, action.proof)}"
        return (
            f'<li{self._anchor(action.event)} class="tone {sign[1]}">'
            f'<span role="img" aria-label="{sign[1]}">{sign[0]}</span> {text}'
        )


def _instant(at: str) -> str:
    """An instant without seconds that are none."""
    return at.replace(".000000", "").replace(":00Z", "Z")


def written(text: str) -> str:
    """A text between tags, where quotation marks mean nothing."""
    return quoted(shown(text), quote=False)


def valued(text: str) -> str:
    """A text as the value of an attribute."""
    return quoted(shown(text))


def _html(text: str, links: Links) -> str:
    return "".join(map(_piece, pieces(text, links)))


_known_html = lru_cache(maxsize=4096)(_html)
"""The same of texts that come up again."""


def _piece(piece: Piece) -> str:
    text = quoted(piece.text, quote=False)
    if piece.kind == "code":
        return f"<code>{text}</code>"
    return f'<a href="{quoted(piece.href)}">{text}</a>' if piece.kind == "link" else text


def _line(line: Line) -> str:
    """A line of output; one of standard error is marked."""
    text = quoted(shown_lines(line.text), quote=False)
    return f'<span class="err">{text}</span>' if line.stream == "err" else text


def _unlinked(link: re.Match[str]) -> str:
    """What is left of a link to an event that the page does not show: a word of backing names it."""
    if not link[1]:
        return link[3]
    return f"<span {link[1].strip()}>{link[3]}</span> by {link[2]}"


_TO_EVENT = re.compile(r'<a ((?:class="[^"]*" )?)href="#e-([0-9a-f]{8})"[^>]*>(.*?)</a>', re.DOTALL)
"""A link to an event, which a template may not show."""
