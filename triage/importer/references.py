"""Lists of references: addresses, with what is found there."""

import re

from triage.importer.blocks import Block, Item
from triage.importer.reading import Reading
from triage.importer.words import REFERENCES

_REFERENCE = re.compile(r"^(?:(?P<title>.*?)(?:: | \())?(?P<url>https?://[^\s()<>]+)\)?$", re.DOTALL)


def read(reading: Reading, block: Block) -> bool:
    """A list under a heading of references, each item an address of its own."""
    if block.kind != "list" or not REFERENCES.match(reading.heading):
        return False
    found = [_reference(item) for item in block.items]
    if not all(found) or len({each["url"] for each in found if each}) < len(found):
        return False
    for item, each in zip(block.items, found, strict=True):
        reading.add("reference", {"url": each["url"], "title": each["title"]} if each else {}, item.line)
    return True


def _reference(item: Item) -> re.Match[str] | None:
    return _REFERENCE.match(item.text) if item.simple and item.done is None else None
