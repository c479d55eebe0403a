"""Long texts: Markdown that people wrote, made fit to stand inside a document.

Headings go below the heading they stand under, raw HTML becomes text, an open fence is closed, definitions of
links hold no further than the text: whatever was written, it cannot reach into the rest of the document.
"""

import re

from triage.render.inline import shown_lines

FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?=[ \t]|$)(?P<text>.*)$")
_UNDERLINE = re.compile(r"^ {0,3}(?P<mark>=+|-+)[ \t]*$")
_DEFINITION = re.compile(r"^(?P<indent>[ >]*)\[(?=[^\]]{0,999}\]:)")
_BLOCK = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]|^ {0,3}>|^ {4}|^\t|^\s*\|")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?(?<!`)\1(?!`)")
_TAG = re.compile(r"<(?!(?:https?://|mailto:)[^\s<>]*>)(?=[A-Za-z/!?])")
_LINK = re.compile(r"\]\([ \t\n]*<?[ \t]*(?P<scheme>[A-Za-z][A-Za-z0-9+.\-\s]{0,40}):")
_ENTITY_LINK = re.compile(r"\]\([^)\n]*&(?:#|[A-Za-z])")
_BARE = re.compile(r"(?<![<(\[\"'`=\w/])https?://[^\s<>\"'`|\\{}^()\[\]*]*[\w/](?![^\s]*\]\()")
_SCHEMES = ("http", "https", "mailto")
_EVENT = re.compile(r"\be:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}([0-9a-f]{8})\b")


def prose(text: str, level: int) -> str:
    """The Markdown of a long text under a heading of ``level``."""
    lines = shown_lines(text).strip("\n").split("\n")
    written: list[str] = []
    open_fence, loose = "", []
    for line in lines:
        if open_fence:
            written.append(line)
            open_fence = "" if _closes(line, open_fence) else open_fence
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


def _closes(line: str, fence: str) -> bool:
    bare = line.strip(" \t")
    return len(line) - len(line.lstrip(" ")) < 4 and len(bare) >= len(fence) and not bare.strip(fence[0])


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
    for code in _CODE.finditer(text):
        pieces += [_defused(text[place : code.start()]), code[0]]
        place = code.end()
    return "".join([*pieces, _defused(text[place:])])


def _defused(text: str) -> str:
    text = _EVENT.sub(r"[\1](#e-\1)", text)
    text = _TAG.sub("&lt;", text)
    text = _BARE.sub(r"<\g<0>>", text)
    text = _ENTITY_LINK.sub(lambda found: "\\" + found[0], text)
    return _LINK.sub(_checked_link, text)


def _checked_link(found: re.Match[str]) -> str:
    known = found["scheme"].casefold() in _SCHEMES
    return found[0] if known else f"\\{found[0]}"


def fence(text: str, language: str = "") -> str:
    """Verbatim text in a fence that is longer than any run of backticks in it."""
    body = shown_lines(text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    mark = "`" * max(3, longest + 1)
    word = "".join(c for c in language if c.isalnum() or c in "+-_.")
    return f"{mark}{word}\n{body}\n{mark}"


def without_gaps(text: str) -> str:
    """The text with at most one blank line in a row, but for what stands in fences."""
    written: list[str] = []
    open_fence = ""
    for line in text.strip("\n").split("\n"):
        if open_fence:
            open_fence = "" if _closes(line, open_fence) else open_fence
        elif line.strip() or (written and written[-1]):
            found = FENCE.match(line)
            open_fence = found["mark"] if found else ""
        else:
            continue
        written.append(line if open_fence or line.strip() else "")
    return "\n".join(written) + "\n"
