"""Markdown that is safe to join: `Markdown`, and what makes it of any value.

Only what would change the meaning is escaped, so that the Markdown reads well as text. The escapes are those
that GitHub, MkDocs and Zensical all know.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from triage.render.dialects import EXTENDED, EXTENDED_SIGNS
from triage.render.inline import KNOWN, Links, Piece, pieces

_NO_LINKS = Links()

_SIGNS = rf"[\\`*_\[\]<&|~]|{EXTENDED_SIGNS}"
_MEANS_SOMETHING = re.compile(rf"{_SIGNS}|^[ \t>#+=.):-]|^\d|[ \t#]$|  ")
_ANY = re.compile(rf"{_SIGNS}|[#@:]|commit |PR !")
"""Without any of these, a text is itself."""
_INSIDE = (
    r"\\(?=[!-/:-@\[-`{-~\s]|$)"
    r"|`|\*|\||_(?<![^\W_]_)|_(?![^\W_])|~(?<=\S~)|~(?=~|\s|$)|\](?=[(\[:])|!(?=\[)"
    r"|<(?=[A-Za-z/!?]|$)"
    r"|&(?=\#?\w{1,31};|$|\#?\w{1,31}$)"
    rf"|{EXTENDED}"
)
"""Every form begins with a character of its own: that is what makes it quick."""
_ALONE = re.compile(_INSIDE)
"""What changes the meaning of a text that stands between spaces, inside a line."""
_ANYWHERE = re.compile(_INSIDE + r"|\#(?=\#*$)|\]$|\[(?<!(?s:.)\[)")
"""The same for a text that may be joined to another on either side."""
_LEADING = re.compile(r"[ \t]*(?:(?P<digits>\d{1,9})(?=[.)](?:\s|$))|(?=[>#+=.):-]))")
_BEGINS = re.compile(r"[>=]|#{1,6}(?:\s|$)|(?:[-=][ \t]*)+$|[-+.)](?:\s|$)|:(?:\s|$|-)")


class Markdown(Markup):
    """Markdown text. Joined with anything else, the other part is escaped first."""

    __slots__ = ()

    @classmethod
    def escape(cls, s: Any) -> "Markdown":
        """The Markdown of a value: itself if it is that already, else its text, escaped."""
        return s if isinstance(s, Markdown) else cls(inline(str(s)))


def inline(text: str, links: Links = _NO_LINKS) -> str:
    """The Markdown of a short text, on one line, wherever it comes to stand and whatever it is joined to."""
    found = pieces(text, links)
    return "".join(
        _written(piece) if piece.kind != "text" else _amid(found, place, plain(piece.text, first=place == 0))
        for place, piece in enumerate(found)
    )


def alone(text: str, links: Links = _NO_LINKS) -> str:
    """The Markdown of a short text that stands between spaces inside a line: a cell, a heading."""
    return _known_alone(text, links) if len(text) < KNOWN else _alone(text, links)


def _alone(text: str, links: Links) -> str:
    if text.isascii() and text.isprintable() and not _ANY.search(text):
        return text.strip(" ")
    found = pieces(text, links)
    if len(found) == 1 and found[0].kind == "text":
        return _between(found[0].text).strip(" ")
    return "".join(
        _written(piece) if piece.kind != "text" else _amid(found, place, _between(piece.text))
        for place, piece in enumerate(found)
    ).strip(" ")


_known_alone = lru_cache(maxsize=4096)(_alone)
"""The same of texts that come up again: places, times, what is said in the queue and in the log."""


def _amid(found: Sequence[Piece], place: int, text: str) -> str:
    """Text amid code and links: a brace after one would begin its attributes, ``!`` make a link an image."""
    if text.endswith("!") and place + 1 < len(found) and found[place + 1].kind == "link":
        text = f"{text[:-1]}\\!"
    return f"\\{text}" if place and text.startswith("{") else text


def _written(piece: Piece) -> str:
    if piece.kind == "code":
        return _code(piece.text)
    return (
        f"<{piece.href}>" if piece.href == piece.text else f"[{_between(piece.text)}]({_target(piece.href)})"
    )


def _code(text: str) -> str:
    """A code span; one with a pipe, a backtick or a bracket is escaped text, which every dialect shows alike.

    A bracket could end a link's text, or name a definition, before the parser looks for code.
    """
    if any(mark in text for mark in "|`[]"):
        return _between(f"`{text}`")
    return f"`{text}`"


def _target(href: str) -> str:
    return href.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")


def _between(text: str) -> str:
    return _ALONE.sub(_escape, text)


def plain(text: str, *, first: bool = True) -> str:
    """A text without meaning in Markdown, wherever in a line it comes to stand.

    ``first`` says that it may begin a line, and so must not begin a list, a heading, a quotation or a rule.
    """
    if not _MEANS_SOMETHING.search(text):
        return text
    if text[:1] in " \t":
        text = " " + text.lstrip(" \t")
    if text[-1:] in " \t":
        text = text.rstrip(" \t") + " "
    text = _ANYWHERE.sub(_escape, text)
    return _leading(text) if first else text


_ENTITIES = {"<": "&lt;", "&": "&amp;"} | {sign: f"&#{ord(sign)};" for sign in "$=^:/~"}
"""What a backslash does not make text in every dialect."""


def _escape(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"


def _leading(text: str) -> str:
    found = _LEADING.match(text)
    if found is None or not _BEGINS.match(text, found.end()):
        return text
    return f"{text[: found.end()]}\\{text[found.end() :]}"


def join(values: Any, between: str = "") -> Markdown:
    """The values, each escaped unless it is Markdown, with a separator between them."""
    return Markdown(Markdown.escape(between)).join(Markdown.escape(value) for value in values)
