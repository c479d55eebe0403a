"""A page in Markdown as a list of blocks, each with its lines and its source.

The parser is the one that documents are rendered with. What a short text says is given as recording takes it:
plain, with code spans in backticks, and an address beside the text of its link.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from triage.importer.spoken import Line, spoken, text_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


class Item(NamedTuple):
    """An item of a list, from ``line`` to ``end``; ``source`` is all of it but the bullet.

    ``text`` and ``label`` are those of its first paragraph. ``done`` is None where it has no box. It is
    ``plain`` where nothing stands in it but one paragraph and lists of plain ``items``.
    """

    text: str
    label: str
    source: str
    done: bool | None
    line: int
    end: int
    plain: bool
    items: tuple["Item", ...] = ()

    def moved(self, lines: int) -> "Item":
        """The item that many lines further down."""
        items = tuple(item.moved(lines) for item in self.items)
        return self._replace(line=self.line + lines, end=self.end + lines, items=items)

    @property
    def inner(self) -> Iterator["Item"]:
        """The items inside it, at any depth, in order."""
        for item in self.items:
            yield item
            yield from item.inner

    @property
    def simple(self) -> bool:
        """Whether it is one paragraph."""
        return self.plain and not self.items


class Block(NamedTuple):
    """A block of a page, from ``line`` (from 1) to ``end``, both included; ``source`` are its lines.

    ``kind`` is heading, paragraph, table, list, fence, code (indented) or other. ``level`` is a heading's,
    ``info`` a fence's; ``lines`` are what the lines of a paragraph say, ``rows`` the cells of a table.
    """

    kind: str
    line: int
    end: int
    source: str
    text: str = ""
    level: int = 0
    info: str = ""
    lines: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple[Item, ...] = ()

    def moved(self, lines: int) -> "Block":
        """The block that many lines further down."""
        items = tuple(item.moved(lines) for item in self.items)
        return self._replace(line=self.line + lines, end=self.end + lines, items=items)

    def parts(self, groups: Iterable[Sequence[Item]]) -> Iterator[str]:
        """The source of each group of items of a list, which follow each other."""
        lines = self.source.split("\n")
        for items in groups:
            part = lines[items[0].line - self.line : items[-1].end - self.line + 1]
            yield "\n".join(part).rstrip()

    @property
    def unclosed(self) -> bool:
        """Whether it is a fence that nothing ends, so that it holds all that follows."""
        first, *rest = self.source.split("\n")
        mark = _FENCE.match(first) if self.kind == "fence" else None
        last = rest[-1].strip() if rest else ""
        return mark is not None and not (last.startswith(mark[1]) and not last.strip(mark[1][0]))

    @property
    def bold(self) -> str:
        """The text of a paragraph that is one line in bold, or ''."""
        alone = len(self.lines) == 1 and self.lines[0].label == self.lines[0].text
        return self.lines[0].label if alone else ""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = _is_anything  # type: ignore[method-assign]
    return parser


def _is_anything(url: str) -> bool:  # noqa: ARG001  the parser asks; nothing is linked here
    return True


def split_lines(text: str) -> list[str]:
    """The lines of a page, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def blocks(text: str) -> list[Block]:
    """The blocks of a page, in order; their sources have every line of it that is not empty."""
    lines = split_lines(text)
    tokens = _parser().parse("\n".join(lines))
    found: list[Block] = []
    covered = 0
    for start, end in _top(tokens):
        block = _block(tokens[start : end + 1], lines, covered)
        found += _between(lines, covered, block.line - 1)
        found.append(block)
        covered = block.end
    return [*found, *_between(lines, covered, len(lines))]


def units(text: str) -> Iterator[tuple[str, str]]:
    """The paragraphs of a text, and the items of its lists, each with what joins it to the one before."""
    for block in blocks(text):
        sources = block.parts([item] for item in block.items) if block.items else [block.source]
        yield from ((source, "\n" if place else "\n\n") for place, source in enumerate(sources))


def _between(lines: Sequence[str], start: int, end: int) -> Iterator[Block]:
    """Lines of which the parser made nothing: definitions of links."""
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if start < end:
        yield Block("other", start + 1, end, "\n".join(lines[start:end]))


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
    block = Block("other", start + 1, end, "\n".join(lines[start:end]))
    if first.type == "heading_open":
        return block._replace(kind="heading", level=int(first.tag[1]), text=text_of(tokens[1]))
    if first.type == "paragraph_open":
        return block._replace(kind="paragraph", text=text_of(tokens[1]), lines=spoken(tokens[1]))
    if first.type == "code_block":
        return block._replace(kind="code", text=first.content)
    if first.type == "fence":
        return block._replace(kind="fence", info=first.info.strip(), text=first.content)
    if first.type == "table_open":
        return _table(block, tokens)
    if first.type in ("bullet_list_open", "ordered_list_open"):
        return block._replace(kind="list", items=tuple(_items(tokens, lines)))
    return block


def _table(block: Block, tokens: "Sequence[Token]") -> Block:
    """A table; one with a row that has more cells than columns is none: the parser left them out."""
    columns: list[str] = []
    rows: list[list[str]] = []
    for place, token in enumerate(tokens):
        if token.type == "th_open":
            columns.append(text_of(tokens[place + 1]))
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "td_open":
            rows[-1].append(text_of(tokens[place + 1]))
    source = block.source.split("\n")
    if any(_cells(line) > len(columns) for line in source[2:]):
        return block
    return block._replace(kind="table", columns=tuple(columns), rows=tuple(tuple(row) for row in rows[1:]))


_PIPE = re.compile(r"(?<!\\)\|")


def _cells(line: str) -> int:
    """How many cells the source of a row has."""
    bare = line.strip().removeprefix("|")
    if bare.endswith("|") and not bare.endswith("\\|"):
        bare = bare[:-1]
    return len(_PIPE.findall(bare)) + 1


_BOX = re.compile(r"^\[(?P<mark>[ xX])\][ \t]+(?=\S)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s?")


def _items(tokens: "Sequence[Token]", lines: Sequence[str]) -> Iterator[Item]:
    """The items of the list whose tokens these are."""
    place = 1
    level = tokens[0].level + 1
    while place < len(tokens) - 1:
        end = next(n for n in range(place, len(tokens))
                   if tokens[n].type == "list_item_close" and tokens[n].level == level)  # fmt: skip
        yield _item(tokens[place : end + 1], lines)
        place = end + 1


def _item(tokens: "Sequence[Token]", lines: Sequence[str]) -> Item:
    start, end = tokens[0].map or [0, 0]
    source = _unbulleted(lines[start:end])
    said = text = label = ""
    plain = True
    nested: list[Item] = []
    for place, token in enumerate(tokens):
        if token.level != tokens[0].level + 1 or token.nesting < 0:
            continue
        if token.type == "paragraph_open" and place == 1:
            said, label = text_of(tokens[place + 1]), spoken(tokens[place + 1])[0].label
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            nested += _items(tokens[place : _closing(tokens, place) + 1], lines)
        else:
            plain = False
    box = _BOX.match(source)
    text = said[len(box[0].rstrip()) :].strip() if box else said
    plain = plain and bool(said) and all(item.plain for item in nested)
    done = None if box is None else box["mark"] != " "
    source = source[box.end() :] if box else source
    return Item(text, label, source, done, start + 1, max(end, start + 1), plain, tuple(nested))


def _closing(tokens: "Sequence[Token]", start: int) -> int:
    return next(
        n
        for n in range(start + 1, len(tokens))
        if tokens[n].level == tokens[start].level and tokens[n].nesting < 0
    )


def _unbulleted(lines: Sequence[str]) -> str:
    """The source of an item without its bullet and the room before its other lines."""
    if not lines:
        return ""
    first = _BULLET.sub("", lines[0])
    indent = len(lines[0]) - len(first)
    rest = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines[1:]]
    return "\n".join([first, *rest]).rstrip()
