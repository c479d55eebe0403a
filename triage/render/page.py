"""A document as a page that stands alone: the Markdown of a template, made HTML, inside `page.html.j2`.

Raw HTML is off, links are http, https, mailto or within the page, and what comes out passes nh3 with an
allow-list before the components are placed. The page asks for nothing from anywhere and runs no script.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from triage.render.compiled import Compiled
from triage.render.environment import environment, run
from triage.render.html import PageComponents
from triage.render.inline import shown
from triage.report import Report
from triage.report.calls import Answers

if TYPE_CHECKING:
    from triage.render import Style

PAGE = "page.html.j2"
SCHEMES = ("http:", "https:", "mailto:", "#")
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}} | {f"h{n}": {"id"} for n in range(1, 7)}
PRE = '<pre tabindex="0">'
"""It may scroll: for the keyboard too."""
OPTIONAL = ("</li>", "</td>", "</th>", "</tr>")
"""End tags that HTML lets be left out wherever Markdown puts them."""
DEEPEST = 3
"""Headings down to this level stand in the contents."""


class Entry(NamedTuple):
    """A heading in the contents."""

    level: int
    id: str
    text: str


def page(report: Report, template: str, style: "Style", folders: Sequence[Path], frames: Path) -> str:
    """The page of a report. What stands around the document is ours alone: it lies in ``frames``."""
    from triage.render import word

    links = style.links(report)
    components = PageComponents(links, style.zone, word(report), style.classification, style.spooled)
    sandbox = environment(folders, links, components.functions(), Answers(report))
    source = run(sandbox, template, {"report": report})
    contents, body = _html(source)
    frame = _frame(frames)
    styles, script = _own(frames)
    return frame.get_template(PAGE).render(
        title=shown(report.main.header.title),
        body=Markup(components.placed(body)),  # noqa: S704  cleaned by nh3, components escape for themselves
        contents=contents,
        styles=Markup(styles),  # noqa: S704  ours
        styles_hash=hashed(styles),
        script=Markup(script),  # noqa: S704  ours
        script_hash=hashed(script),
        live_script=Markup(live_script(frames)),  # noqa: S704  ours
        live_hash=hashed(live_script(frames)),
        report=report,
        style=style,
        template=template,
        template_digest=_digest(sandbox),
        status=report.main.header.status,
    )


_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r'("[^"]*")| *([{}>]) *|([;:,]) +')
"""Texts in quotes, which stay as they are, and blanks around signs."""
_SIGN = re.compile(r'("[^"]*")| *([{}();,:=?&|<>+*-]) *')
"""Texts in quotes, which stay as they are, and signs with the blanks around them."""
_INDENT = re.compile(r"\n\s*")


def tight(text: str) -> str:
    """A style sheet or a script of ours without comments and indentation: its lines stay lines."""
    return _INDENT.sub("\n", _COMMENT.sub("", text)).strip()


def tight_script(text: str) -> str:
    """A script of ours without the blanks around signs; its texts stand in double quotes."""
    return _SIGN.sub(lambda found: found[1] or found[2], tight(text))


def tight_styles(text: str) -> str:
    """A style sheet of ours without the blanks that mean nothing."""
    return _BLANKS.sub(
        lambda found: found[1] or found[2] or found[3], tight(text).replace("\n", " ")
    ).replace(";}", "}")


@cache
def live_script(frames: Path) -> str:
    """The script of pages that are served: they load anew when something was recorded."""
    return tight_script((frames / "live.js").read_text(encoding="utf-8"))


@cache
def _own(frames: Path) -> tuple[str, str]:
    """The style sheet and the script of every page."""
    styles = tight_styles((frames / "page.css").read_text(encoding="utf-8"))
    return styles, tight_script((frames / "page.js").read_text(encoding="utf-8"))


def hashed(text: str) -> str:
    """The hash by which a policy lets an inline style or script through."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _html(source: str) -> tuple[list[Entry], str]:
    """The contents, and the cleaned HTML of the Markdown."""
    parser = _parser()
    tokens = parser.parse(source)
    contents = _contents(tokens)
    _tick_boxes(tokens)
    _link_images(tokens)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        strip_comments=True,
    )
    for end in OPTIONAL:
        clean = clean.replace(end, "")
    return contents, clean.replace("<pre>", PRE)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: url.strip().casefold().startswith(SCHEMES)  # type: ignore[method-assign]
    return parser


def _link_images(tokens: list[Token]) -> None:
    """Make a link of every image: a page asks for nothing, and shows what it leaves out."""
    for token in tokens:
        if token.children:
            token.children = list(_without_images(token.children))


def _without_images(children: list[Token]) -> Iterator[Token]:
    """The pieces of a line; an image within a link is its text alone."""
    depth = 0
    for child in children:
        depth += child.nesting if child.type.startswith("link_") else 0
        if child.type != "image":
            yield child
            continue
        text = Token("text", "", 0, content=_text(child) or str(child.attrGet("src") or ""))
        yield from [text] if depth else _link_of(child, text)


def _link_of(image: Token, text: Token) -> list[Token]:
    attributes = {"href": image.attrGet("src") or ""}
    if image.attrGet("title"):
        attributes["title"] = image.attrGet("title") or ""
    return [Token("link_open", "a", 1, attrs=attributes), text, Token("link_close", "a", -1)]


def _contents(tokens: list[Token]) -> list[Entry]:
    """Give every heading an id of its own, and list those that the contents show."""
    found: list[Entry] = []
    taken: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = _text(tokens[place + 1])
            id = _free(_slug(text), taken)
            token.attrSet("id", id)
            level = int(token.tag[1])
            if 1 < level <= DEEPEST:
                found.append(Entry(level, id, text))
    return found


BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def _tick_boxes(tokens: list[Token]) -> None:
    """Show the boxes of task lists, as GitHub does."""
    for place, token in enumerate(tokens):
        if token.type != "inline" or not token.children or tokens[place - 2].type != "list_item_open":
            continue
        first = token.children[0]
        if first.type == "text" and first.content[:4] in BOXES:
            first.content = BOXES[first.content[:4]] + first.content[4:]


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _slug(text: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return "-".join(words)[:32].strip("-") or "section"


def _free(slug: str, taken: set[str]) -> str:
    id, number = slug, 1
    while id in taken:
        number += 1
        id = f"{slug}-{number}"
    taken.add(id)
    return id


@cache
def _frame(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=True,
        bytecode_cache=Compiled(__file__),
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader(str(folder)),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _digest(sandbox: Any) -> str:
    """What names the text of the template in the page's foot, with all that it imported."""
    read = sandbox.loader.read
    return sha256("".join(read[name] for name in sorted(read)).encode()).hexdigest()[:12]
