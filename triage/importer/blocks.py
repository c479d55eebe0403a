"""A page in Markdown as a list of blocks, each with its lines and its source.

The parser is the one that documents are rendered with. What a short text says is given as recording takes it:
plain, with code spans in backticks, and an address beside the text of its link.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


class Cell(NamedTuple):
    """A cell of a table: what it says, and its source."""

    text: str
    source: str


class Item(NamedTuple):
    """An item of a list: ``done`` is None where it has no box; ``source`` is all of it but the bullet."""

    text: str
    source: str
    done: bool | None
    line: int
    simple: bool


class Block(NamedTuple):
    """A block of a page, from ``line`` (from 1) to ``end``, both included; ``source`` are its lines.

    ``kind`` is heading, paragraph, table, list, fence or other. ``level`` is a heading's, ``info`` a fence's.
    """

    kind: str
    line: int
    end: int
    source: str
    text: str = ""
    level: int = 0
    info: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    items: tuple[Item, ...] = ()


_BOX = re.compile(r"^\[(?P<mark>[ xX])\][ \t]+")


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = _is_anything  # type: ignore[method-assign]
    return parser


def _is_anything(url: str) -> bool:  # noqa: ARG001  the parser asks; nothing is linked here
    return True


def blocks(text: str) -> list[Block]:
    """The blocks of a page, in order; their sources have every line of it that is not empty."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tokens = _parser().parse("\n".join(lines))
    found: list[Block] = []
    covered = 0
    for start, end in _top(tokens):
        block = _block(tokens[start : end + 1], lines, covered)
        found += _between(lines, covered, block.line - 1)
        found.append(block)
        covered = block.end
    return [*found, *_between(lines, covered, len(lines))]


def _between(lines: Sequence[str], start: int, end: int) -> Iterator[Block]:
    """Lines of which the parser made nothing: definitions of links."""
    source = "\n".join(lines[start:end]).strip("\n")
    if source.strip():
        yield Block("other", start + 1, end, source)


def _top(tokens: "Sequence[Token]") -> Iterator[tuple[int, int]]:
    """Where the outermost blocks begin and end among the tokens."""
    start = 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0:
            start = place
        if token.level == 0 and token.nesting <= 0:
            yield start, place


def _block(tokens: "Sequence[Token]", lines: Sequence[str], covered: int) -> Block:
    first = tokens[0]
    start, end = first.map or [covered, covered]
    while end > start + 1 and not lines[end - 1].strip() and first.type not in ("fence", "code_block"):
        end -= 1
    source = "\n".join(lines[start:end])
    block = Block("other", start + 1, end, source)
    if first.type == "heading_open":
        return block._replace(kind="heading", level=int(first.tag[1]), text=said(tokens[1]))
    if first.type == "paragraph_open":
        return block._replace(kind="paragraph", text=said(tokens[1]))
    if first.type == "fence":
        return block._replace(kind="fence", info=first.info.strip(), text=first.content)
    if first.type == "table_open":
        columns, rows = _table(tokens)
        return block._replace(kind="table", columns=columns, rows=rows)
    if first.type in ("bullet_list_open", "ordered_list_open"):
        return block._replace(kind="list", items=tuple(_items(tokens, lines)), info=first.type)
    return block


def _table(tokens: "Sequence[Token]") -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    columns: list[str] = []
    rows: list[list[Cell]] = []
    for place, token in enumerate(tokens):
        if token.type == "th_open":
            columns.append(said(tokens[place + 1]))
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "td_open":
            rows[-1].append(Cell(said(tokens[place + 1]), tokens[place + 1].content))
    return tuple(columns), tuple(tuple(row) for row in rows if row)


def _items(tokens: "Sequence[Token]", lines: Sequence[str]) -> Iterator[Item]:
    for place, token in enumerate(tokens):
        if token.type != "list_item_open" or token.level != 1:
            continue
        start, end = token.map or [0, 0]
        inline = next((each for each in tokens[place + 1 : place + 3] if each.type == "inline"), None)
        inside = [each for each in _inside(tokens, place) if each.nesting >= 0 and each.type != "inline"]
        bare = [re.sub(r"^\s*(?:[-*+]|\d+[.)])\s?", "", lines[start])] if end > start else []
        indent = len(lines[start]) - len(bare[0]) if bare else 0
        bare += [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines[start + 1 : end]]
        source, text = "\n".join(bare).rstrip(), said(inline) if inline else ""
        box = _BOX.match(source)
        done = None if box is None else box["mark"] != " "
        if box is not None:
            source, text = source[box.end() :], text[len(box[0].rstrip()) :].strip()
        yield Item(text, source, done, start + 1, simple=len(inside) == 1)


def _inside(tokens: "Sequence[Token]", start: int) -> "Iterator[Token]":
    for token in tokens[start + 1 :]:
        if token.type == "list_item_close" and token.level == tokens[start].level:
            return
        yield token


_REFERENCE = re.compile(r"^(?:PR )?(?:[\w.-]+/[\w.-]+)?#(\d+)$|^[0-9a-f]{7,40}$|^[0-9a-f]{8}$")


def said(inline: Any) -> str:
    """What an inline token says as a short text."""
    pieces: list[str] = []
    links: list[tuple[int, str]] = []
    for token in inline.children or ():
        if token.type in ("text", "text_special"):
            pieces.append(token.content)
        elif token.type == "code_inline":
            pieces.append(_code(token.content))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append("\n" if token.type == "hardbreak" else " ")
        elif token.type == "link_open":
            links.append((len(pieces), str(token.attrGet("href") or "")))
        elif token.type == "link_close" and links:
            start, href = links.pop()
            pieces.append(_address("".join(pieces[start:]), href))
        elif token.type == "image":
            pieces.append(f"{token.content} ({token.attrGet('src')})")
        elif token.type == "html_inline":
            pieces.append(" " if re.match(r"<br\s*/?>$", token.content, re.IGNORECASE) else token.content)
    return "".join(pieces).strip()


def _code(text: str) -> str:
    mark = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    room = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{mark}{room}{text}{room}{mark}"


def _address(text: str, href: str) -> str:
    """What follows the text of a link: its address, unless the text says it, or a reference tells it."""
    from urllib.parse import unquote

    if href.startswith("#") or href in ("", text) or unquote(href) == text or href == f"mailto:{text}":
        return ""
    found = _REFERENCE.match(text)
    if found and href.rstrip("/").endswith(found[1] or text):
        return ""
    return f" ({href})"
