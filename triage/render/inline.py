r"""Short texts: what in them is plain, what is code, and what is a link.

A short text is plain but for code spans in backticks, bare addresses, and references to issues, PRs and
commits. What a reader could not see (control characters, bidirectional overrides, half surrogates) reads
``\u{202E}``.
"""

import re
from typing import NamedTuple


class Links(NamedTuple):
    """Patterns of addresses, with ``{ref}`` for the number or the hash; an empty one links nothing.

    A reference ``owner/repo#12`` is a link to that repository's forge where ``issue_url`` is on GitHub.
    """

    issue_url: str = ""
    pr_url: str = ""
    commit_url: str = ""


class Piece(NamedTuple):
    """A stretch of a short text: ``kind`` is text, code or link."""

    kind: str
    text: str
    href: str = ""


HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that a reader cannot see, or that change how others read."""

_SPECIAL = re.compile(r"[`#@]|://|\bcommit ")
_TOKEN = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`{1,8})(?!`)(?P<inner>[^`\n](?:[^\n]*?[^`\n])?)(?P=ticks)(?!`))"
    r"|(?P<url>\bhttps?://[^\s<>\"'`|\\{}^\x00-\x1f]+)"
    r"|(?P<pr>\bPR \#(?P<pr_number>[1-9]\d{0,9})\b)"
    r"|(?<![\w/&\#-])(?P<issue>(?P<repo>[\w.-]{1,39}/[\w.-]{1,100})?\#(?P<number>[1-9]\d{0,9}))\b"
    r"|(?:(?<=\bcommit )|(?<=\w@))(?P<commit>[0-9a-f]{7,40})\b"
)
_TRAILING = ".,;:!?)]*_~"


def shown(text: str) -> str:
    r"""The text with every hidden character as ``\u{...}``, on one line."""
    if text.isascii() and text.isprintable():
        return text
    line = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    line = line.replace("\u2028", " ").replace("\u2029", " ").replace("\x85", " ")
    return HIDDEN.sub(_visible, line)


def shown_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\t", "    ")
    return HIDDEN.sub(_visible, lines.replace("\r", "\\u{D}"))


def _visible(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):X}}}"


def pieces(text: str, links: Links) -> list[Piece]:
    """The stretches of a short text, in order."""
    line = shown(text)
    if not _SPECIAL.search(line):
        return [Piece("text", line)] if line else []
    return _pieces(line, links)


def _pieces(line: str, links: Links) -> list[Piece]:
    read: list[Piece] = []
    place = 0
    for found in _TOKEN.finditer(line):
        piece = _piece(found, links)
        if piece is None:
            continue
        start = found.start()
        if start > place:
            read.append(Piece("text", line[place:start]))
        read.append(piece)
        place = start + len(piece.text) if piece.kind == "link" else found.end()
    if place < len(line):
        read.append(Piece("text", line[place:]))
    return read


def _piece(found: re.Match[str], links: Links) -> Piece | None:
    form = found.lastgroup
    if form == "code":
        return Piece("code", found["inner"].strip() or found["inner"])
    if form == "url":
        address = found["url"].rstrip(_TRAILING)
        return Piece("link", address, address) if len(address) > len("https://") else None
    href = _href(found, links)
    return Piece("link", found[0], href) if href else None


def _href(found: re.Match[str], links: Links) -> str:
    form = found.lastgroup
    if form == "pr":
        return links.pr_url.replace("{ref}", found["pr_number"])
    if form == "commit":
        return links.commit_url.replace("{ref}", found["commit"])
    if found["repo"]:
        on_github = links.issue_url.startswith("https://github.com/")
        return f"https://github.com/{found['repo']}/issues/{found['number']}" if on_github else ""
    return links.issue_url.replace("{ref}", found["number"])
