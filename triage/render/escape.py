"""Markdown that is safe to join: `Markdown`, and what makes it of any value.

Only what would change the meaning is escaped, so that the Markdown reads well as text. The escapes are those
that GitHub, MkDocs and Zensical all know.
"""

import re
from typing import Any

from markupsafe import Markup

from triage.render.inline import Links, pieces

_NO_LINKS = Links()

_MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<&|~]|^[ \t>#+=.):-]|^\d|[ \t]$|  ")
_ESCAPED = re.compile(
    r"(?P<backslash>\\(?=[!-/:-@\[-`{-~]|$))"
    r"|(?P<mark>[`*|]|(?<![^\W_])_|_(?![^\W_])|(?<!^)(?<!\s)~|~(?=~|\s|$)|\](?=[(\[:]|$)|^\[|!(?=\[))"
    r"|(?P<less><)"
    r"|(?P<ampersand>&(?=\#?\w{1,31};|$|\#?\w{1,31}$))"
)
_LEADING = re.compile(r"[ \t]*(?:(?P<digits>\d{1,9})(?=[.)](?:\s|$))|(?=[>#+=.):-]))")
_RULE = re.compile(r"(?:[-=] ?)+$")


class Markdown(Markup):
    """Markdown text. Joined with anything else, the other part is escaped first."""

    __slots__ = ()

    @classmethod
    def escape(cls, s: Any) -> "Markdown":
        """The Markdown of a value: itself if it is that already, else its text, escaped."""
        return s if isinstance(s, Markdown) else cls(inline(str(s)))


def inline(text: str, links: Links = _NO_LINKS) -> str:
    """The Markdown of a short text, on one line and safe in a cell of a table."""
    found = pieces(text, links)
    if len(found) == 1 and found[0].kind == "text":
        return plain(found[0].text)
    written = [_written(piece) for piece in found]
    return "".join(written)


def _written(piece: Any) -> str:
    if piece.kind == "code":
        return _code(piece.text)
    if piece.kind == "link":
        return (
            f"<{piece.href}>" if piece.href == piece.text else f"[{plain(piece.text)}]({_target(piece.href)})"
        )
    return plain(piece.text)


def _code(text: str) -> str:
    """A code span; one with a pipe or a backtick is escaped text, which every dialect shows alike."""
    if "|" in text or "`" in text:
        return plain(f"`{text}`")
    return f"`{text}`"


def _target(href: str) -> str:
    return href.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")


def plain(text: str) -> str:
    """A text without meaning in Markdown, wherever in a line it comes to stand."""
    if not _MEANS_SOMETHING.search(text):
        return text
    if text[:1] in " \t":
        text = " " + text.lstrip(" \t")
    if text[-1:] in " \t":
        text = text.rstrip(" \t") + " "
    return _leading(_ESCAPED.sub(_escape, text))


def _escape(found: re.Match[str]) -> str:
    if found["less"]:
        return "&lt;"
    if found["ampersand"]:
        return "&amp;"
    return f"\\{found[0]}"


def _leading(text: str) -> str:
    """What would begin a list, a heading, a quotation or a rule at the start of a line."""
    found = _LEADING.match(text)
    if found is None:
        return text
    place = found.end()
    rest = text[place + 1 :]
    begins = not rest or rest[0].isspace() or text[place] in "#>=" or bool(_RULE.match(text[place:]))
    return f"{text[:place]}\\{text[place:]}" if begins else text


def join(values: Any, between: str = "") -> Markdown:
    """The values, each escaped unless it is Markdown, with a separator between them."""
    return Markdown(Markdown.escape(between)).join(Markdown.escape(value) for value in values)
