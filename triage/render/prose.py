"""Long texts: Markdown that people wrote, made fit to stand inside a document.

Headings go below the heading they stand under, raw HTML becomes text, an open fence is closed, definitions of
links hold no further than the text: whatever was written, it cannot reach into the rest of the document. A
parser has the last word: a text that would reach out of its place is shown as it was typed, in a fence.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

from triage.render.inline import HIDDEN, shown, shown_lines
from triage.report.code import FENCE, closes, code_spans, is_escaped

_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?=[ \t]|$)(?P<text>.*)$")
_UNDERLINE = re.compile(r"^ {0,3}(?P<mark>=+|-+)[ \t]*$")
_DEFINITION = re.compile(r"^(?P<indent>[ >]*)\[(?=[^\]]{0,999}\]:)")
_BLOCK = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]|^ {0,3}>|^ {4}|^\t|^\s*\|")
_TAG = re.compile(r"<(?!(?:https?://|mailto:)[^\s<>]*>)(?=[A-Za-z/!?])")
_LINK = re.compile(r"\]\([ \t\n]{0,99}<?[ \t]{0,99}(?P<scheme>[A-Za-z][A-Za-z0-9+.\-\s]{0,40}):")
_ENTITY = re.compile(r"&(?=(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,30});)")
_ENTITY_LINK = re.compile(r"\]\([^)\n]{0,2000}&(?:#|[A-Za-z])")
_BARE = re.compile(r"(?<![<(\[\"'`=\w/])https?://(?>[^\s<>\"'`|\\{}^()\[\]*]+)")
_SPACE = re.compile(r"\s")
_SCHEMES = ("http", "https", "mailto")
_EVENT = re.compile(r"\be:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}([0-9a-f]{8})\b")


@lru_cache(maxsize=128)
def prose(text: str, level: int) -> str:
    """The Markdown of a long text under a heading of ``level``; the documents of a journal share it."""
    written = _fitted(text, level)
    return written if _stays_inside(written, level) else fence(text)


_END = "the-end-of-the-text"


def _stays_inside(written: str, level: int) -> bool:
    """Whether a parser that allows everything finds nothing in the Markdown that reaches out of it."""
    if _END in written:
        return False
    found: dict[str, Any] = {}
    tokens = _parser(inline="](" in written or "<" in written).parse(f"{written}\n\n{_END}\n", found)
    last = tokens[-2] if len(tokens) > 1 else None
    if found.get("references") or last is None or last.content != _END or tokens[-3].level != 0:
        return False
    for token in tokens:
        if token.type == "html_block" or (token.type == "heading_open" and _reaches_up(token, level)):
            return False
        for child in token.children or ():
            address = str(child.attrGet("href") or child.attrGet("src") or "")
            if child.type == "html_inline" or not _is_harmless(address):
                return False
    return True


def _reaches_up(heading: Any, level: int) -> bool:
    return heading.level > 0 or int(heading.tag[1]) <= level


def _is_harmless(address: str) -> bool:
    scheme, mark, _ = address.partition(":")
    return not mark or "/" in scheme or scheme.startswith("#") or scheme.casefold() in _SCHEMES


@cache
def _parser(*, inline: bool) -> "MarkdownIt":
    """A parser that allows everything; one that leaves lines as they are where they can hold no address."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    if not inline:
        parser.disable("inline")
    parser.validateLink = _is_anything  # type: ignore[method-assign]
    return parser


def _is_anything(url: str) -> bool:  # noqa: ARG001  the parser asks; every link is looked at afterwards
    return True


def _fitted(text: str, level: int) -> str:
    """The Markdown with headings lowered, tags and definitions taken their meaning, fences closed."""
    lines = shown_lines(text).strip("\n").split("\n")
    written: list[str] = []
    open_fence, loose = "", []
    for line in lines:
        if open_fence:
            written.append(line)
            open_fence = "" if closes(line, open_fence) else open_fence
            continue
        fence = FENCE.match(line)
        if fence is None:
            loose.append(line)
            continue
        written += _outside(loose, level)
        loose, open_fence = [], fence["mark"]
        written.append(line)
    written += _outside(loose, level)
    return "\n".join([*written, open_fence] if open_fence else written)


def _outside(lines: list[str], level: int) -> list[str]:
    """Lines outside of fences: headings lowered, tags and definitions taken their meaning."""
    lowered: list[str] = []
    for line in lines:
        underline = _UNDERLINE.match(line)
        if underline and lowered and lowered[-1].strip() and not _is_block(lowered[-1]):
            depth = 1 if underline["mark"][0] == "=" else 2
            lowered[-1] = _heading(depth + level, lowered[-1].strip())
        else:
            lowered.append(_lowered(line, level))
    return _harmless("\n".join(lowered)).split("\n") if lowered else []


def _is_block(line: str) -> bool:
    return bool(_BLOCK.match(line) or _HEADING.match(line))


def _lowered(line: str, level: int) -> str:
    heading = _HEADING.match(line)
    if heading:
        return _heading(len(heading["marks"]) + level, heading["text"].strip())
    return _DEFINITION.sub(r"\g<indent>\\[", line)


def _heading(level: int, text: str) -> str:
    return f"{'#' * level} {text}" if level <= 6 else f"**{text}**"


def _harmless(text: str) -> str:
    """The text with tags and strange links as text; code spans stay as they are."""
    pieces, place = [], 0
    for start, end in code_spans(text):
        pieces += [_defused(text[place:start]), text[start:end]]
        place = end
    return "".join([*pieces, _defused(text[place:])])


def _defused(text: str) -> str:
    text = _EVENT.sub(r"[\1](#e-\1)", text)
    text = _ENTITY.sub(_seen, text)
    text = _TAG.sub("&lt;", text)
    text = _BARE.sub(_bare_link, text)
    text = _ENTITY_LINK.sub(_unlinked, text)
    return _LINK.sub(_checked_link, text)


def _seen(found: re.Match[str]) -> str:
    """The beginning of an entity, as text where that stands for what a reader cannot see."""
    written = found.string[found.start() : found.string.index(";", found.end()) + 1]
    is_hidden = HIDDEN.search(unescape(written)) and not is_escaped(found.string, found.start())
    return "&amp;" if is_hidden else "&"


def _bare_link(found: re.Match[str]) -> str:
    """An address in angle brackets, unless it stands in the text of a link."""
    address = found[0].rstrip(".,;:!?_~-&%$#=+@")
    rest = found.string[found.end() : found.end() + 300]
    in_link = "](" in _SPACE.split(rest, maxsplit=1)[0]
    return found[0] if in_link else f"<{address}>{found[0][len(address) :]}"


def _checked_link(found: re.Match[str]) -> str:
    known = found["scheme"].casefold() in _SCHEMES
    return found[0] if known else _unlinked(found)


def _unlinked(found: re.Match[str]) -> str:
    """The beginning of a link's target as text: a backslash before the bracket can undo no other."""
    return f"]\\{found[0][1:]}"


def fence(text: str, language: str = "") -> str:
    """Verbatim text in a fence that is longer than any run of backticks in it."""
    body = shown_lines(text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    mark = "`" * max(3, longest + 1)
    word = "".join(c for c in language if c.isalnum() or c in "+-_.")
    return f"{mark}{word}\n{body}\n{mark}"


def code_span(text: str) -> str:
    """Text as code within a line, between more backticks than any run of them in it."""
    body = shown(text)
    mark = "`" * (max((len(run) for run in re.findall(r"`+", body)), default=0) + 1)
    room = " " if body[:1] in "` " or body[-1:] in "` " else ""
    return f"{mark}{room}{body}{room}{mark}"


def headings(text: str) -> Iterator[tuple[str, str | None]]:
    """The lines of a document, each with the text of the heading that it makes, or None.

    A line of marks under a text makes a heading of that text.
    """
    open_fence, before = "", ""
    for line in text.split("\n"):
        heading = None
        if open_fence:
            open_fence = "" if closes(line, open_fence) else open_fence
            line_before = ""
        else:
            fence = FENCE.match(line)
            open_fence = fence["mark"] if fence else ""
            heading = _heading_text(line, before)
            line_before = "" if fence or heading is not None else line
        yield line, heading
        before = line_before


def _heading_text(line: str, before: str) -> str | None:
    found = _HEADING.match(line)
    if found:
        return found["text"].strip()
    underlined = _UNDERLINE.match(line) and before.strip() and not _is_block(before)
    return before.strip() if underlined else None


def without_gaps(text: str) -> str:
    """The text with at most one blank line in a row, but for what stands in fences."""
    written: list[str] = []
    open_fence = ""
    for line in text.strip("\n").split("\n"):
        if open_fence:
            open_fence = "" if closes(line, open_fence) else open_fence
        elif line.strip() or (written and written[-1]):
            found = FENCE.match(line)
            open_fence = found["mark"] if found else ""
        else:
            continue
        written.append(line if open_fence or line.strip() else "")
    return "\n".join(written) + "\n"


def paragraphs(text: str) -> list[str]:
    """The stretches of a document between blank lines; a fence is whole."""
    found: list[list[str]] = [[]]
    open_fence = ""
    for line in text.split("\n"):
        if open_fence:
            open_fence = "" if closes(line, open_fence) else open_fence
        elif line.strip():
            begun = FENCE.match(line)
            open_fence = begun["mark"] if begun else ""
        else:
            found.append([])
        found[-1].append(line)
    return ["\n".join(lines) for lines in found]
