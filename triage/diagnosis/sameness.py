"""What makes two errors the same: a signature, which leaves out what varies from one time to the next."""

import re
from collections.abc import Iterator, Sequence

from triage.diagnosis.folding import folded
from triage.diagnosis.heads import TIME, message, without_level
from triage.diagnosis.sayings import SAYINGS

LONGEST = 1000
"""Characters of an error that are looked at."""
_VARYING = re.compile(r"<\w+>|0")
"""Words of a signature that stand for something which was left out."""


def signature(error: str) -> str:
    """What an error has in common with those that differ from it in paths, numbers, ids and times only.

    Words in small letters without accents, with a space between them; of several lines the one that tells,
    and of a line of a log what it says after its time and level.
    Numbers are kept where they say what went wrong: a status of HTTP, an exit code, the number of an error.
    """
    text = message(_line(error)[:LONGEST])
    plain = folded(_APOSTROPHE.sub("", _FORMS.sub(_word_for, text)))
    words = [word.strip("_") for word in _WORD.findall(plain)]
    return " ".join(without_level(list(_named(words))))


def telling_words(signature: str) -> list[str]:
    """The words of a signature that tell one error from another, each once."""
    return [word for word in dict.fromkeys(signature.split(" ")) if word and not _VARYING.fullmatch(word)]


def _line(error: str) -> str:
    text = error.strip()
    if "\n" not in text:
        return text
    from triage.diagnosis.telling import telling_line

    return telling_line(text)


def _named(words: Sequence[str]) -> Iterator[str]:
    """The words with the name of what they say in place of each saying, once in a row."""
    place, last = 0, ""
    while place < len(words):
        size, name = next(
            ((len(said), name) for said, name in _SAYINGS.get(words[place], ())
             if words[place : place + len(said)] == said),
            (1, ""),
        )  # fmt: skip
        if not name or name != last:
            yield name or words[place]
        place, last = place + size, name


def _by_first_word() -> dict[str, list[tuple[list[str], str]]]:
    """The sayings as words, by the first of them, the longest first."""
    found: dict[str, list[tuple[list[str], str]]] = {}
    pairs = ((saying.split(), name) for name, sayings in SAYINGS.items() for saying in sayings)
    for said, name in sorted(pairs, key=lambda pair: -len(pair[0])):
        found.setdefault(said[0], []).append((said, name))
    return found


_SAYINGS = _by_first_word()
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
"""Part of a word; other quotes stand between words."""
_WORD = re.compile(r"<\w+>|\w+")
_FORMS = re.compile(
    r"""
      \[REDACTED:(?P<secret>[\w-]+):\w+\]
    | (?P<noise> [IWEF]\d{4}\ \d\d:\d\d:\d\d\.\d+\ +\d+\ [\w.]+:\d+\]  # begins a line of klog
        | \[Errno\ -?\d+\] | \(os\ error\ \d+\) )
    | (?i:\bhttp)(?:/[\d.]+)?[ :="]{1,3}(?P<status>[1-5]\d\d)\b(?!\.)
    | (?P<kept> # numbers that say what went wrong
        (?i:\b(?: status(?:code)? | returned | response | code | errno | signal | error | err! | exit(?:ed)? )
            (?:\ (?:with|status|code|error))* [ :=\#("]{1,3}) [1-5]\d\d\b(?!\.)
        | (?i:\b(?: exit(?:ed)? | errno | signal ) (?:\ (?:with|status|code))* [ :=\#(]{1,2}) \d{1,3}\b(?!\.)
        | \b(?: E | TS | CS | C | ORA- | AADSTS | SQLSTATE[\[: =]+ | MY- | NU ) \d[0-9A-Z]{3,5}\b )
    | (?P<time> TIME )
    | (?P<id> \b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b
        | \b0x[0-9A-Fa-f]+ | \b(?:sha256:)?(?=[A-Fa-f]*\d)(?:[0-9a-f]{7,64}|[0-9A-F]{7,64})\b
        | \b(?=[A-Z0-9]*\d)(?=\d*[A-Z])[A-Z0-9]{12,}\b
        | \b(?=[A-Za-z0-9]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}\b )
    | (?P<host> \b[a-z][a-z+.-]*://(?:[^\s/@"'<>]*@)?[^\s/"'<>()]+ )
    | (?P<address> \[[0-9a-fA-F]*:[0-9a-fA-F:.]*\](?::\d+)? | ::1(?::\d+)?\b
        | \b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?\b | \blocalhost(?::\d+)?\b )
    | (?P<folders> [A-Za-z]:\\(?:[^\s\\/:"'<>|]+\\)*
        | (?<![\w/.<-])(?:~|\.{1,2})?/(?:FOLDER/)*
        | (?<=\w)/(?:FOLDER/)+
        | (?<![\w./-])(?:[\w.@+~-]+/){2,}
        | (?<![\w./-])(?:[\w.@+~-]+/)+(?=[\w.@+~-]+\.[A-Za-z]\w{0,9}\b) )
    | (?P<pod> (?: -[a-z0-9]{8,10}-[a-z0-9]{5} | -(?=[a-z]*\d)(?=\d*[a-z])SAFE{5}(?:SAFE{3,5})? )
        (?![A-Za-z0-9-]) )
    | (?P<number> (?:(?<![A-Za-z])v?\d|\d\d)\d*(?:[.,:_]\d+)*(?:[-.+]?(?:rc|alpha|beta|dev|post|b|a)[.\d]*)?
        (?:\ ?(?:[mµun]?s|[kKMGT]i?B|[kKMGT]i?|min|[mhd]|seconds?|minutes?|hours?|bytes|%)\b)? )
    """.replace("SAFE", "[bcdfghjklmnpqrstvwxz2456789]")  # what Kubernetes ends names with: it spells no word
    .replace("FOLDER", r"""[^\s/:"',;()<>|]+""")
    .replace("TIME", TIME),
    re.VERBOSE,
)
"""What varies, and before it what is kept though it looks like that; of a path only the last name is kept.

Of forms that begin at the same place the first one is taken.
"""
_INSTEAD = {
    "time": " <time> ",
    "id": "<id>",
    "host": " <host> ",
    "address": " <address> ",
    "pod": " <pod> ",
    "number": "0",
}
"""What stands for a form, by its name: what `_VARYING` knows, or for one without a line here nothing."""


def _word_for(found: "re.Match[str]") -> str:
    if found["secret"]:
        return f" <{found['secret'].replace('-', '_')}> "
    if found["status"]:
        return f" http {found['status']} "
    return found["kept"] or _INSTEAD.get(found.lastgroup or "", " ")
