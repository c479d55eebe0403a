"""What is secret by what encloses it: Base64 before the end of a key, the values in a Kubernetes Secret."""

import re
from collections.abc import Iterator

from triage.redact.rules import KEY_END, MARKER


def headless_keys(text: str) -> Iterator[tuple[int, int]]:
    """Lines of Base64 before the end of a private key."""
    for end in re.finditer(KEY_END, text):
        start = end.start()
        while start > 0:
            least = max(0, start - LONGEST_LINE)
            before = text.rfind("\n", least, start - 1) + 1 or least
            line = text[before:start].strip()
            if not line or line.strip(_BASE64):
                break
            start = before
        if end.start() - start >= 16 and MARKER not in text[start : end.start()]:
            yield start, end.start()


def kubernetes_data(text: str) -> Iterator[tuple[int, int]]:
    """The values under ``data`` of a Kubernetes Secret, in YAML or in JSON."""
    for begin, document in _documents(text):
        if not re.search(_KIND, document):
            continue
        for block in re.finditer(_DATA, document):
            form = "block" if block["block"] else "json"
            for found in re.finditer(_DATUM, block[form]):
                group = "secret" if found["secret"] else "value"
                if MARKER not in found[0]:
                    start = begin + block.start(form)
                    yield start + found.start(group), start + found.end(group)


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a stream of YAML, each with the place where it begins."""
    start = 0
    for mark in re.finditer(r"(?m)^---[ \t\r]{0,9}$", text):
        yield start, text[start : mark.start()]
        start = mark.end()
    yield start, text[start:]


_KIND = r"(?i)\bkind\\{0,3}[\"']?\s{0,9}:\s{0,9}\\{0,3}[\"']?secret\b"
_DATA = (
    r"(?m)^(?P<indent>[ \t]*+)(?:- )?(?:data|stringData):[ \t\r]*+\n"
    r"(?P<block>(?:(?P=indent)[ \t]++\S.*\n?)++)"
    r"|\\{0,3}\"(?:data|stringData)\\{0,3}\"\s{0,9}:\s{0,9}\{(?P<json>[^{}]{0,65536})\}"
)
_DATUM = (
    r"(?m)^(?P<lead>[ \t]++)(?P<secret>[\w.-]+:[ \t]*"
    r"(?:[|>][+-]?[ \t\r]*\n(?:(?P=lead)[ \t]++\S.*\n?)++|[^\s|>][^\r\n]{3,}))"
    r"|\\{0,3}\"[\w.-]+\\{0,3}\"\s{0,9}:\s{0,9}\\{0,3}\"(?P<value>[^\"\\]{4,}+(?:\\[^\"][^\"\\]*+)*+)"
)

LONGEST_LINE = 100
"""Characters of a line of Base64: keys are written in lines of 64 or 76."""

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
