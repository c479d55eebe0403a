"""Verbatim blocks: output of commands and errors, with what their captions tell."""

import re
from typing import Any

from triage.importer.blocks import Block
from triage.importer.reading import Reading
from triage.importer.words import SUMMARY

_CAPTION = re.compile(
    r"^(?: · )?(?:(?P<ticks>`+) ?(?P<command>.*?) ?(?P=ticks) · )?(?P<origin>captured|supplied)"
    r"(?: on (?P<environment>[^·]+?))?(?P<facts>(?: · .*)?)$"
)
"""What a document says of an output, after its title in bold."""
_TAIL = re.compile(r" · (?P<tail>[0-9a-f]{8})$")
_EXIT = re.compile(r" · exit code (?P<code>-?\d{1,9})(?= · |$)")
_SIGNAL = re.compile(r"(?: · |, )(?P<how>killed|interrupted) by (?P<signal>SIG[A-Z0-9]+)(?= · |$)")
_TIMEOUT = re.compile(r" · timed out(?=, | · |$)")
_AMOUNT = re.compile(r" · (?:[\d,]+ lines?, )?(?P<size>[\d,.]+ (?:bytes?|kB|MB))(?= · |$)")
_VERBATIM = re.compile(
    r"(?:\(verbatim\)|\b(?:output|log|response|error)s?)\s*:?$|\b(?:output|log|response|error)s?\b[^.:]*:$",
    re.IGNORECASE,
)
_PROMPT = "$ "
_EXITED = re.compile(
    r"^\[?(?:exit(?:ed)?(?: with)?(?: code| status)?)\s*[:= ]\s*(?P<code>\d{1,3})\]?$", re.IGNORECASE
)
"""What the last line of a console tells of the command's end: ``exit 1``, ``[exit code: 1]``."""


def read(reading: Reading, block: Block) -> bool:
    """A fence that a caption names, or one of a console."""
    if block.kind == "fence":
        return _console(reading, block)
    after = reading.after
    if block.kind != "paragraph" or after is None or after.kind != "fence" or len(block.lines) != 1:
        return False
    line = block.lines[0]
    caption = _CAPTION.match(line.text[len(line.label) :])
    if caption:
        _captioned(reading, block, caption)
    elif block.bold or _VERBATIM.search(block.text):
        _add(reading, reading.take(), block.line, title=(block.bold or block.text).rstrip(": "))
    else:
        return False
    return True


def read_any(reading: Reading, block: Block) -> bool:
    """A fence, whatever stands in it; its first line gives the command where it begins with a prompt."""
    if block.kind != "fence":
        return read(reading, block)
    _add(reading, block, block.line, **_prompted(block.text))
    return True


def _captioned(reading: Reading, block: Block, caption: re.Match[str]) -> None:
    """An output with the caption that documents give it; what was imported was supplied, never captured."""
    facts = caption["facts"] or ""
    tail, code = _TAIL.search(facts), _EXIT.search(facts)
    signal, late = _SIGNAL.search(facts), _TIMEOUT.search(facts)
    state = "timeout" if late else "interrupted" if signal and signal["how"] == "interrupted" else ""
    _add(
        reading,
        _as_counted(reading.take(), facts),
        block.line,
        tail=tail["tail"] if tail else "",
        title=block.lines[0].label,
        command=caption["command"] or "",
        environment=(caption["environment"] or "").strip(),
        exit_code=int(code["code"]) if code else None,
        signal=signal["signal"] if signal else "",
        state=state,
    )


def _as_counted(fence: Block, facts: str) -> Block:
    """The fence with the output that was counted: documents end its last line, and have words for none."""
    amount = _AMOUNT.search(facts)
    if amount is None:
        return fence._replace(text="") if fence.text == "(no output)\n" else fence
    one_less = len(fence.text.encode("utf-8", "surrogatepass")) - 1
    return fence._replace(text=fence.text[:-1]) if amount["size"] == f"{one_less} bytes" else fence


def _console(reading: Reading, block: Block) -> bool:
    """What a console showed; its first line gives the command."""
    if block.info != "console":
        return False
    _add(reading, block, block.line, **_prompted(block.text))
    return True


def _prompted(text: str) -> dict[str, Any]:
    """The command after a prompt on the first line, and its exit code where the last line tells it."""
    first, *rest = text.rstrip().split("\n")
    if not first.startswith(_PROMPT):
        return {}
    told = _EXITED.match(rest[-1].strip()) if rest else None
    return {"command": first.removeprefix(_PROMPT).strip(), "exit_code": int(told["code"]) if told else None}


def _add(reading: Reading, fence: Block, line: int, *, tail: str = "", **fields: Any) -> None:
    """Add evidence; in a summary, about a blocker, or under a heading for it, it has no section."""
    bare = reading.path == ["Evidence"] or reading.blocker >= 0 or bool(SUMMARY.match(reading.heading))
    fields |= {
        "language": "" if fence.info == "text" else fence.info,
        "origin": "supplied",
        "section": [] if bare else list(reading.path),
    }
    reading.add("evidence", fields, line, output=fence.text.encode("utf-8", "surrogatepass"), tail=tail)
