"""What a line of Markdown says as a short text: plain, with code spans, and addresses beside their links."""

import re
from typing import Any, NamedTuple

from triage import refs


class Line(NamedTuple):
    """What one line says; ``label`` is the bold text with which it begins, or ''."""

    text: str
    label: str = ""


def text_of(inline: Any) -> str:
    """What an inline token says, on one line."""
    return " ".join(line.text for line in spoken(inline) if line.text)


def spoken(inline: Any) -> tuple[Line, ...]:
    """What the lines of an inline token say."""
    speech = _Speech()
    for token in inline.children or ():
        speech.hear(token)
    return speech.finished()


class _Speech:
    """Hears the tokens of a paragraph one by one."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._pieces: list[str] = []
        self._links: list[tuple[int, str, str]] = []
        self._label = ""
        self._bold = False
        self._silent = True

    def hear(self, token: Any) -> None:
        """Take one token."""
        if token.type in ("softbreak", "hardbreak") and not self._links:
            self._break()
        elif token.type == "strong_open":
            self._bold = self._silent
        elif token.type == "strong_close" and self._bold:
            self._label, self._bold = "".join(self._pieces).strip(), False
        elif token.type == "link_open":
            attributes = (str(token.attrGet("href") or ""), str(token.attrGet("title") or ""))
            self._links.append((len(self._pieces), *attributes))
        elif token.type == "link_close" and self._links:
            start, href, title = self._links.pop()
            self._say(_address("".join(self._pieces[start:]), href, title))
        else:
            self._say(_plain(token))

    def _say(self, text: str) -> None:
        self._pieces.append(text)
        self._silent = self._silent and not text.strip()

    def _break(self) -> None:
        text = "".join(self._pieces).strip()
        self._lines.append(Line(text, self._label))
        self._pieces, self._label, self._bold, self._silent = [], "", False, True

    def finished(self) -> tuple[Line, ...]:
        """The lines that were heard."""
        self._break()
        return tuple(self._lines)


def _plain(token: Any) -> str:
    """The text of a token that is no link."""
    if token.type == "code_inline":
        return _code(token.content)
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        title = f" {token.attrGet('title')}" if token.attrGet("title") else ""
        return f"{token.content}{title} ({token.attrGet('src')})"
    if token.type == "html_inline" and re.match(r"<br\s*/?>$", token.content, re.IGNORECASE):
        return " "
    return str(token.content)


def _code(text: str) -> str:
    mark = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    room = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{mark}{room}{text}{room}{mark}"


_REFERENCE = re.compile(rf"^(?:PR )?{refs.SHORT}$|^{refs.COMMIT}$")


def _address(text: str, href: str, title: str) -> str:
    """What follows the text of a link: its title, and its address unless the text or a reference tells it."""
    from urllib.parse import unquote

    more = f" {title}" if title else ""
    bare = href.startswith("#") and len(text) == 8 and all(sign in "0123456789abcdef" for sign in text)
    if bare or href in ("", text) or unquote(href) == text or href == f"mailto:{text}":
        return more
    if _REFERENCE.match(text) and href.rstrip("/").endswith(text.rpartition("#")[2]):
        return more
    return f"{more} ({href})"
