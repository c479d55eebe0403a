"""Values that are secret and nowhere here: a list of their keyed hashes, and where a text holds one.

A line of the list is ``LENGTH TAG HASH LABEL``: the characters of the value, one byte of the keyed hash of
its first three, in hex, and its keyed hash of 8 bytes (BLAKE2b under the redaction key). A value is looked
for where a word begins: at the start of the text, and behind anything but a letter or a digit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from triage.redact.known import is_telling, plain_forms

PREFIX = 3
"""Characters of a value whose hash is looked at before that of all of it."""
KeyedHash = Callable[[bytes], bytes]
"""From bytes to the 8 bytes that only one key makes of them."""


class Entry(NamedTuple):
    """One form of a remembered value."""

    length: int
    tag: str
    digest: str
    label: str

    def __str__(self) -> str:
        return f"{self.length} {self.tag} {self.digest} {self.label}".rstrip()


def entries(value: str, label: str, keyed: KeyedHash) -> list[Entry]:
    """The entries of a value, one for each form of it; none where it is too short or too plain."""
    if not is_telling(value):
        return []
    return [
        Entry(len(form), _tag(form, keyed), _hash(form, keyed), " ".join(label.split()))
        for form in dict.fromkeys(plain_forms(value))
    ]


def read(lines: Iterable[str]) -> list[Entry]:
    """The entries of a list; ValueError for a line that is none."""
    found = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            length, tag, digest, *label = line.split(maxsplit=3)
            found.append(Entry(int(length), tag, digest, "".join(label).strip()))
    return found


class Remembered:
    """Where a text holds a value of the list."""

    def __init__(self, found: Iterable[Entry], keyed: KeyedHash) -> None:
        self._keyed = keyed
        self._by_tag: dict[str, dict[int, set[str]]] = {}
        for entry in found:
            self._by_tag.setdefault(entry.tag, {}).setdefault(entry.length, set()).add(entry.digest)
        self._tags: dict[str, Mapping[int, set[str]]] = {}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the values stand; spans may overlap."""
        import re

        for word in re.finditer(r"(?<![A-Za-z0-9])[^\s]", text):
            for length, digests in self._fitting(text[word.start() : word.start() + PREFIX]).items():
                form = text[word.start() : word.start() + length]
                if len(form) == length and _hash(form, self._keyed) in digests:
                    yield word.start(), word.start() + length

    def _fitting(self, prefix: str) -> Mapping[int, set[str]]:
        """The lengths and hashes of values that may begin like this."""
        if prefix not in self._tags:
            self._tags[prefix] = self._by_tag.get(_tag(prefix, self._keyed), {})
        return self._tags[prefix]


def _tag(form: str, keyed: KeyedHash) -> str:
    return keyed(b"prefix\0" + form[:PREFIX].encode("utf-8", "surrogateescape"))[:1].hex()


def _hash(form: str, keyed: KeyedHash) -> str:
    return keyed(b"value\0" + form.encode("utf-8", "surrogateescape")).hex()
