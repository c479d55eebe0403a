"""References: addresses, with what is found there."""

import re

from triage.importer.blocks import Block
from triage.importer.reading import Reading
from triage.importer.words import REFERENCES

_OWN = re.compile(r"^(?:(?P<title>.+): )?(?P<url>https?://\S+)$", re.DOTALL)
_LINK = re.compile(r"^(?P<title>.*) \((?P<url>https?://\S+)\)$", re.DOTALL)


def read(reading: Reading, block: Block) -> bool:
    """A list or a paragraph under a heading of references, each item or line an address of its own."""
    if block.kind not in ("list", "paragraph") or not REFERENCES.match(reading.heading):
        return False
    found = [(_OWN.match(text) or _LINK.match(text), line) for text, line in _texts(block)]
    urls = {each["url"] for each, _ in found if each}
    if len(urls) < max(len(found), 1):
        return False
    for each, line in found:
        reading.add("reference", {"url": each["url"], "title": each["title"]} if each else {}, line)
    return True


def _texts(block: Block) -> list[tuple[str, int]]:
    """The texts of the items or lines, with their lines; an item that is more than one paragraph has none."""
    if block.kind == "paragraph":
        return [(line.text, number) for number, line in enumerate(block.lines, block.line)]
    return [(item.text if item.simple and item.done is None else "", item.line) for item in block.items]
