"""Links to evidence in a finished Markdown document: to the headings under which the evidence stands.

A claim comes before the heading that it leads to, and a template may write headings of its own. So components
leave words, and the document is read once it is whole. Readers of Markdown name headings differently: a link
is made only to a name that GitHub, MkDocs and Zensical give alike, where no heading before can have taken it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from triage.render.prose import headings

_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;()'\"!?/+=%@#-]+")
"""Words, digits and hyphens, and signs that every reader leaves out of a name."""
_GIVEN = re.compile(r"\{[^{}\n]*#([\w-]+)")
"""A name that a text gives itself, ``{#name}``, which MkDocs and Zensical can be told to heed."""
_GITHUB = re.compile(r"[^\w\- ]")
_MKDOCS = re.compile(r"[^\w\s-]")


class Words:
    """The words that stand for links, and for the places that they lead to, until the document is whole.

    ``word`` must stand nowhere in what the document says: see `triage.render.word`.
    """

    def __init__(self, word: str) -> None:
        self._word = word

    def link(self, tail: str) -> str:
        """What stands for a link to the evidence with this tail."""
        return f"{self._word}to{tail}x"

    def place(self, tail: str) -> str:
        """What stands for the tail in the caption of the evidence."""
        return f"{self._word}at{tail}x"

    def resolved(self, text: str) -> str:
        """The document with links, or bare tails where no link can be sure, in the place of the words."""
        if self._word not in text:
            return text
        places = self._places(text)
        text = re.sub(rf"{self._word}at([0-9a-f]{{8}})x", r"\1", text)
        return re.sub(rf"{self._word}to([0-9a-f]{{8}})x", lambda found: _link(found[1], places), text)

    def _places(self, text: str) -> dict[str, str]:
        """The name of the heading under which each piece of evidence stands first."""
        place = re.compile(rf"{self._word}at([0-9a-f]{{8}})x")
        names, name = Names(_GIVEN.findall(text)), ""
        found: dict[str, str] = {}
        for line, heading in headings(text):
            if heading is not None:
                name = names.take(heading)
            for tail in place.findall(line):
                found.setdefault(tail, name)
        return found


def _link(tail: str, places: dict[str, str]) -> str:
    name = places.get(tail)
    return f"[{tail}](#{name})" if name else tail


class Names:
    """The names that the headings of a document take, one after the other; ``given`` are taken before."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        self._taken = set(given)

    def take(self, heading: str) -> str:
        """The name of a heading, from its Markdown; '' where readers may name it differently."""
        text = _ESCAPE.sub(r"\1", _LINK.sub(r"\1", _CLOSING.sub("", heading))).strip()
        name = _github(text)
        free = [self._take(form) for form in dict.fromkeys(_forms(text))]
        sure = _PLAIN.fullmatch(text) and "--" not in name and name.strip("-") == name
        return name if sure and all(free) else ""

    def _take(self, name: str) -> bool:
        """Take a name; whether it was free. A second heading gets a number, in one of two ways."""
        if name not in self._taken:
            self._taken.add(name)
            return True
        number = 1
        while f"{name}-{number}" in self._taken:
            number += 1
        self._taken |= {f"{name}-{number}", f"{name}_{number}"}
        return False


def _forms(text: str) -> Iterator[str]:
    """All names that a heading may get: with its marks as text, and as marks."""
    for read in (text, text.replace("_", "").replace("~", "")):
        yield _github(read)
        yield _mkdocs(read)


def _github(text: str) -> str:
    return _GITHUB.sub("", text.lower()).replace(" ", "-")


def _mkdocs(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", _MKDOCS.sub("", bare).strip().lower())
