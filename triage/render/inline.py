r"""Short texts: what in them is plain, what is code, and what is a link.

A short text is plain but for code spans in backticks, bare addresses, and references to issues, PRs and
commits. What a reader could not see (control characters, bidirectional overrides, half surrogates) reads
``\u{202E}``.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from triage import refs


class Links(NamedTuple):
    """Patterns of addresses, with ``{ref}`` for the number or the hash; an empty one links nothing.

    A reference ``owner/repo#12`` is a link where ``issue_url`` is of a forge: at the host that ``hosts``
    gives for the repository, or at that forge's.
    """

    issue_url: str = ""
    pr_url: str = ""
    commit_url: str = ""
    hosts: tuple[tuple[str, str], ...] = ()


class Piece(NamedTuple):
    """A stretch of a short text: ``kind`` is text, code or link."""

    kind: str
    text: str
    href: str = ""


HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
"""Characters that a reader cannot see, that change how others read, or that are none (XML refuses them)."""

_TOKEN = re.compile(
    r"`(?<!``)(?P<ticks>`{0,7})(?!`)(?P<code>[^`\n](?:[^\n]*?[^`\n])??)`(?P=ticks)(?!`)"
    r"|h(?<!\wh)(?P<url>ttps?://(?>[^\s<>\"'`|\\{}^\x00-\x1f…]+)(?!…))"
    rf"|P(?<!\wP)R [\#!](?P<pr>{refs.NUMBER})\b"
    rf"|\#(?P<issue>{refs.NUMBER})\b"
    rf"|c(?<!\wc)ommit (?P<commit>{refs.COMMIT})\b"
    rf"|@(?<=\w@)(?P<revision>{refs.COMMIT})\b"
)
"""What may be more than text. Every form begins with a character of its own: that is what makes it quick.

An address that was cut short is none: it would lead somewhere else.
"""
_SIGN = re.compile(r"[`#@]|://|commit |PR !")
"""What stands in every text that has a token."""
_REPOSITORY = re.compile(rf"(?<![\w/&\#-]){refs.REPOSITORY}$")
LONGEST_REPOSITORY = 202
"""Characters before a number in which its repository is looked for."""
_JOINED = re.compile(r"[\w/&\#-]")
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


def pieces(text: str, links: Links) -> Sequence[Piece]:
    """The stretches of a short text, in order."""
    return _pieces(shown(text), links) if len(text) < KNOWN else _read(shown(text), links)


@lru_cache(maxsize=4096)
def _pieces(line: str, links: Links) -> Sequence[Piece]:
    """The same of a line that comes up again: in the page after the Markdown, in the log after its table."""
    return tuple(_read(line, links))


KNOWN = 500
"""Characters up to which a text's stretches are remembered."""


def _read(line: str, links: Links) -> list[Piece]:
    if not _SIGN.search(line):
        return [Piece("text", line)] if line else []
    read: list[Piece] = []
    place = 0
    for found in _TOKEN.finditer(line):
        start, piece = _piece(found, place, links)
        if piece is None:
            continue
        if start > place:
            read.append(Piece("text", line[place:start]))
        read.append(piece)
        place = found.end() if piece.kind == "code" else start + len(piece.text)
    if place < len(line):
        read.append(Piece("text", line[place:]))
    return read


def _piece(found: re.Match[str], place: int, links: Links) -> tuple[int, Piece | None]:
    """Where a token begins, and what it is: None where it is text after all."""
    form, start = found.lastgroup, found.start()
    if form == "code":
        return start, Piece("code", found["code"].strip() or found["code"])
    if form == "url":
        address = found[0].rstrip(_TRAILING)
        return start, Piece("link", address, address) if len(address) > len("https://") else None
    if form == "issue":
        return _issue(found, place, links)
    if form == "pr":
        return start, _request(found, links)
    commit = str(found[str(form)])
    return found.end() - len(commit), _linked(commit, links.commit_url, commit)


def _request(found: re.Match[str], links: Links) -> Piece | None:
    """``PR #12``; ``PR !12`` where the pattern is of a forge that names PRs so."""
    foreign = "!" in found[0] and not refs.is_request(links.pr_url.replace("{ref}", "1"))
    return None if foreign else _linked(found[0], links.pr_url, found["pr"])


def _linked(text: str, pattern: str, ref: str) -> Piece | None:
    if not pattern.startswith(("https://", "http://")):
        return None
    return Piece("link", text, pattern.replace("{ref}", ref))


def _issue(found: re.Match[str], place: int, links: Links) -> tuple[int, Piece | None]:
    """``#12``, or ``owner/repo#12`` with what stands before it."""
    line, start = found.string, found.start()
    before = line[max(place, start - LONGEST_REPOSITORY) : start]
    repository = _REPOSITORY.search(line, start - len(before), start) if "/" in before else None
    if repository is not None:
        forge = refs.home(links.issue_url)
        host = dict(links.hosts).get(repository[0].lower()) or (forge.host if forge else "")
        address = refs.page(host, repository[0], found["issue"])
        return repository.start(), Piece("link", repository[0] + found[0], address) if forge else None
    if start and _JOINED.match(line, start - 1):
        return start, None
    return start, _linked(found[0], links.issue_url, found["issue"])
