"""The boundary that no secret passes: only `scrub` makes what a store accepts.

A secret becomes a marker, ``[REDACTED:kind:7k3f9a1c]``: two characters name the key of the fingerprint and
six are the keyed fingerprint itself, so that the same secret can be told again without being told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from triage.events import FIELDS, Draft
from triage.redact.rules import (
    KEY_END,
    NOT_VALUES,
    PLACES,
    SECRET_NAMES,
    SHORTEST_TOKEN,
    Rule,
    provider_rules,
)

if TYPE_CHECKING:
    import re

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's Base32, in small letters: no two of its characters look alike."""
MARKER = "[REDACTED:"
SHORTEST = 8
"""Characters that a known value must have at least; a shorter one would match by accident."""


class Hit(NamedTuple):
    """One secret: the rule that found it, and where it stood in the text."""

    rule: str
    start: int
    end: int


class CleanEvent:
    """A draft that was scrubbed. Only `scrub` makes one, and a store accepts nothing else."""

    __slots__ = ("draft",)

    def __init__(self, draft: Draft, *, seal: object = None) -> None:
        if seal is not _SEAL:
            raise TypeError("a CleanEvent is made by redact.scrub alone")
        self.draft = draft


_SEAL = object()


def scrub(draft: Draft, redactor: "Redactor") -> CleanEvent:
    """Replace every secret in the draft's texts, its actor and its output."""
    body = _scrubbed(draft.body, draft.kind, redactor)
    actor = draft.actor._replace(
        name=redactor.text(draft.actor.name)[0], session=redactor.text(draft.actor.session)[0]
    )
    output = draft.output
    if output is not None:
        output, hits = redactor.data(output)
        if hits:
            body["redactions"] = len(hits)
    return CleanEvent(draft._replace(body=body, actor=actor, output=output), seal=_SEAL)


def _scrubbed(body: Mapping[str, Any], kind: str, redactor: "Redactor") -> dict[str, Any]:
    """The fields of a body, scrubbed by their types."""
    clean: dict[str, Any] = {}
    for name, value in body.items():
        field = FIELDS[kind].get(name)
        if field is not None and field.type == "cells" and value:
            clean[name] = redactor.cells(value)
        elif name == "changes" and isinstance(value, dict):
            clean[name] = _scrubbed_changes(value, redactor)
        else:
            clean[name] = redactor.value(value)
    return clean


def _scrubbed_changes(changes: Mapping[str, Any], redactor: "Redactor") -> dict[str, Any]:
    clean: dict[str, Any] = redactor.value(changes)
    for name in ("cells", "labels"):
        if changes.get(name):
            clean[name] = redactor.cells(changes[name])
    return clean


def inspect(value: Any, redactor: "Redactor") -> tuple[Hit, ...]:
    """The secrets in what was sealed elsewhere; the caller refuses where there are any."""
    return tuple(hit for text in _texts(value) for hit in redactor.text(text)[1])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for name, item in value.items() for text in (*_texts(name), *_texts(item)))
    elif isinstance(value, (list, tuple)):
        yield from (text for item in value for text in _texts(item))


class Redactor:
    """Finds secrets: values that are known, and what the rules describe.

    ``key`` makes the fingerprints; ``known`` maps names to secret values of this environment.
    """

    def __init__(self, key: bytes, known: Mapping[str, str] | None = None) -> None:
        self._key = key
        values = {value for value in (known or {}).values() if _is_telling(value)}
        self._known = tuple(sorted((form for v in values for form in _forms(v)), key=len, reverse=True))

    def text(self, text: str) -> tuple[str, tuple[Hit, ...]]:
        """The text with markers for secrets, and what was found. Scrubbing it again changes nothing.

        A marker may end a word that kept a rule from seeing what follows: so it looks until there is no more.
        """
        hits = self._hits(text)
        if not hits:
            return text, ()
        clean, more = self.text(self._marked(text, hits))
        return clean, hits + more

    def _marked(self, text: str, hits: Iterable[Hit]) -> str:
        pieces, place = [], 0
        for hit in hits:
            pieces += [text[place : hit.start], self._marker(hit.rule, text[hit.start : hit.end])]
            place = hit.end
        return "".join([*pieces, text[place:]])

    def boundary(self, data: bytes, at: int, *, forward: bool) -> int:
        """The place nearest to ``at``, before it or after it, where a cut cuts no secret."""
        for hit in self._hits(data.decode("latin-1")):
            if hit.start < at < hit.end:
                return hit.end if forward else hit.start
        return at

    def arguments(self, argv: Sequence[str]) -> list[str]:
        """A command line, scrubbed: what follows a flag that names a secret is one."""
        clean: list[str] = []
        is_value = False
        for word in argv:
            flag, mark, value = word.partition("=")
            if is_value and not word.startswith("-"):
                clean.append(self._cell("secret", word)[1])
            elif mark and flag.startswith("-") and _names_secret(flag.lstrip("-")):
                clean.append(f"{flag}={self._cell('secret', value)[1]}")
            else:
                clean.append(self.text(word)[0])
            is_value = word.startswith("--") and not mark and _names_secret(word.lstrip("-"))
        return clean

    def data(self, data: bytes) -> tuple[bytes, tuple[Hit, ...]]:
        """The same for output of any encoding; bytes beside secrets stay as they are."""
        text, hits = self.text(data.decode("utf-8", "surrogateescape"))
        return (text.encode("utf-8", "surrogateescape"), hits) if hits else (data, ())

    def value(self, value: Any) -> Any:
        """The value with every text in it scrubbed."""
        if isinstance(value, str):
            return self.text(value)[0]
        if isinstance(value, Mapping):
            return {self.text(name)[0]: self.value(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return value

    def cells(self, cells: "Iterable[Sequence[str]]") -> list[list[str]]:
        """The same for [label, value]: a value whose label says secret is one, whatever it looks like."""
        return [self._cell(label, value) for label, value in cells]

    def _cell(self, label: str, value: str) -> list[str]:
        if _names_secret(label) and MARKER not in value and len(value) >= SHORTEST and _is_given(value):
            return [self.text(label)[0], self._marker("context", value)]
        return [self.text(label)[0], self.text(value)[0]]

    def _hits(self, text: str) -> tuple[Hit, ...]:
        if "\x1b" not in text:
            return self._plain_hits(text)
        plain, places = _without_escapes(text)
        return tuple(
            Hit(hit.rule, places(hit.start), places(hit.end - 1) + 1) for hit in self._plain_hits(plain)
        )

    def _plain_hits(self, text: str) -> tuple[Hit, ...]:
        found: list[Hit] = []
        for form in self._known:
            start = text.find(form)
            while start >= 0:
                if not _in_marker(text, start):
                    found.append(Hit("known", start, start + len(form)))
                start = text.find(form, start + len(form))
        small = _small(text)
        for rule in _hinted(text, small):
            found += _matches(rule, text, small)
        if "private key" in small:
            found += _headless_keys(text)
        if "kind" in small and "secret" in small and "data" in small:
            found += _kubernetes_data(text)
        return _apart([*found, *_again(text, found)])

    def _marker(self, kind: str, secret: str) -> str:
        name = _letters(_keyed(b"name", self._key), 2)
        fingerprint = _letters(_keyed(secret.encode("utf-8", "surrogateescape"), self._key), 6)
        return f"{MARKER}{kind}:{name}{fingerprint}]"


def _keyed(data: bytes, key: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(data, key=key[:64], digest_size=8).digest()


def _letters(digest: bytes, count: int) -> str:
    number = int.from_bytes(digest, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count))


def _without_escapes(text: str) -> tuple[str, Callable[[int], int]]:
    """The text without the sequences that a terminal obeys, and where a place in it was in the whole."""
    import re
    from bisect import bisect_right

    pieces, starts, offsets, place, length = [], [0], [0], 0, 0
    for escape in re.finditer(_ESCAPE, text):
        pieces.append(text[place : escape.start()])
        length += len(pieces[-1])
        place = escape.end()
        starts.append(length)
        offsets.append(place - length)
    pieces.append(text[place:])
    return "".join(pieces), lambda at: at + offsets[bisect_right(starts, at) - 1]


_ESCAPE = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])"
"""Control sequences of ECMA-48, and the operating system commands of xterm."""


def _again(text: str, found: list[Hit]) -> Iterator[Hit]:
    """Where a secret that was known by its place stands once more, in another place."""
    for hit in found:
        if hit.rule in _JUDGES and hit.end - hit.start >= SHORTEST:
            value = text[hit.start : hit.end]
            start = text.find(value)
            while start >= 0:
                if start != hit.start:
                    yield Hit(hit.rule, start, start + len(value))
                start = text.find(value, start + len(value))


def _headless_keys(text: str) -> Iterator[Hit]:
    """Lines of Base64 before the end of a private key."""
    import re

    for end in re.finditer(KEY_END, text):
        start = end.start()
        while start > 0:
            before = text.rfind("\n", 0, start - 1) + 1
            line = text[before:start].strip()
            if len(line) > 100 or not line or line.strip(_BASE64):
                break
            start = before
        if end.start() - start >= 16 and MARKER not in text[start : end.start()]:
            yield Hit("private-key", start, end.start())


def _kubernetes_data(text: str) -> Iterator[Hit]:
    """The values under ``data`` of a Kubernetes Secret, in YAML or in JSON."""
    import re

    if not re.search(r"(?i)\"?kind\"?\s{0,9}:\s{0,9}\"?secret\b", text):
        return
    for block in re.finditer(_DATA, text):
        form = "block" if block["block"] else "json"
        for found in re.finditer(_DATUM, block[form]):
            group = "secret" if found["secret"] else "value"
            if MARKER not in found[0]:
                start = block.start(form)
                yield Hit("kubernetes-secret", start + found.start(group), start + found.end(group))


_DATA = (
    r"(?m)^(?P<indent>[ \t]*)(?:data|stringData):[ \t]*\n(?P<block>(?:(?P=indent)[ \t]+\S.*\n?)+)"
    r"|\"(?:data|stringData)\"\s{0,9}:\s{0,9}\{(?P<json>[^{}]{0,65536})\}"
)
_DATUM = (
    r"(?m)^[ \t]*(?P<secret>[\w.-]+:[ \t]*[\"']?[^\s\"']{4,}[\"']?)[ \t]*$"
    r"|\"[\w.-]+\"\s{0,9}:\s{0,9}\"(?P<value>[^\"]{4,})\""
)

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


_compiled: "dict[str, re.Pattern[str]]" = {}


def _pattern(name: str, source: str) -> "re.Pattern[str]":
    """A pattern that is compiled at its first use, since most commands need none."""
    if name not in _compiled:
        import re

        _compiled[name] = re.compile(source)
    return _compiled[name]


def _matches(rule: Rule, text: str, small: str) -> Iterator[Hit]:
    """The matches of one rule."""
    pattern = _pattern(rule.name, rule.pattern)
    groups: list[str | int] = [name for name in pattern.groupindex if name.startswith("secret")]
    judge = _JUDGES.get(rule.name)
    found = _anchored(rule, pattern, text, small) if rule.anchor else pattern.finditer(text)
    for match in found:
        group = next((name for name in groups if match[name] is not None), 0)
        if MARKER in match[0] or (judge is not None and not judge(match[group])):
            continue
        yield Hit(rule.name, *match.span(group))


def _anchored(rule: Rule, pattern: "re.Pattern[str]", text: str, small: str) -> Iterator["re.Match[str]"]:
    end = 0
    for anchor in _pattern(f"{rule.name} anchor", rule.anchor).finditer(small):
        if anchor.start() >= end and not _in_marker(text, anchor.start()):
            match = pattern.match(text, anchor.start() - rule.back)
            if match is not None:
                end = match.end()
                yield match


def _hinted(text: str, small: str) -> list[Rule]:
    """The rules of which a hint is in the text.

    A long text is taken apart, since logs say much again: its words are looked at once each, with one sign
    for every hexadecimal digit, so that numbers and ids are the same word.
    """
    if len(text) < LONG:
        is_short = max(map(len, text.split()), default=0) < SHORTEST_TOKEN
        rules = PLACES if is_short else (*PLACES, *provider_rules())
        return [rule for rule in rules if any(hint in small for hint in rule.hints)]
    words = b"\n".join({*_blurred(small).split(), *(_blurred(pair) for pair in PAIRS if pair in small)})
    rules = (*PLACES, *provider_rules())
    return [r for r in rules if any(_blurred(hint) in words and hint in small for hint in r.hints)]


def _blurred(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(_HEXADECIMAL)


_HEXADECIMAL = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
LONG = 16 * 1024
"""Characters from which on it pays to take a text apart."""
PAIRS = ("private key",)
"""The hints that are no single word."""


def _in_marker(text: str, place: int) -> bool:
    begin = text.rfind(MARKER, max(0, place - LONGEST_MARKER), place + len(MARKER))
    return begin >= 0 and "]" not in text[begin:place]


LONGEST_MARKER = 60
"""Characters of a marker, its kind included."""


def _small(text: str) -> str:
    """The text with ASCII letters in small: as long as it was, unlike what casefold gives."""
    return text.lower() if text.isascii() else text.translate(_SMALL)


_SMALL = {code: code + 32 for code in range(65, 91)}


def _apart(hits: list[Hit]) -> tuple[Hit, ...]:
    """The hits in order, of those that overlap the one that begins first."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(kept)


def _names_secret(label: str) -> bool:
    name = label.casefold().replace("-", "_").replace(" ", "_")
    return any(part in name for part in SECRET_NAMES) and not name.endswith(NOT_VALUES)


def _is_secret_value(value: str) -> bool:
    """Whether a value in a secret's place is one: no placeholder, path, name, digest or address of one."""
    if len(value) < SHORTEST or not _is_given(value) or "://" in value:
        return False
    if " " in value and not any(c.isdigit() for c in value):
        return False
    if value.isdigit():
        return len(value) >= NUMBER
    if not any(c.isdigit() or c.isupper() for c in value):
        return False
    return _classes(value) >= 2 and not _is_name(value)


NUMBER = 15
"""Digits that a number must have to be a secret: times have up to 14, or 13 in milliseconds."""


def _is_given(value: str) -> bool:
    """Whether a value is said, and not where it comes from: a variable, a path, a command, a placeholder."""
    if value.startswith(("{{", "./", "/", "~/", "sha256:", "@/", "@./", "$(", "`")) or "${" in value:
        return False
    if value[0] == "<" or value.strip("*xX.-_") == "":
        return False
    name = value.strip("$%").rstrip(";")
    is_variable = value[0] in "$%" and name.replace("_", "").isalnum() and (name.isupper() or name.islower())
    return not (is_variable and not any(c.isdigit() for c in name.rstrip("0123456789")))


def _is_key_value(value: str) -> bool:
    """Whether the value of what is only called a key is a secret: long, mixed, no name and no digest."""
    if not _is_secret_value(value) or len(value) < 20 or _is_digest(value) or ":" in value:
        return False
    runs = value.replace("_", "-").replace("/", "-").replace(".", "-").split("-")
    longest = max(runs, key=len)
    if value.count("/") > 1 or _is_digest(longest):
        return False
    return len(longest) >= 14 and _classes(longest) >= 3


def _is_digest(value: str) -> bool:
    return not value.casefold().replace("-", "").strip("0123456789abcdef")


_JUDGES: "Mapping[str, Callable[[str], bool]]" = {
    "context": _is_secret_value,
    "element": _is_secret_value,
    "key": _is_key_value,
    "sql-password": _is_secret_value,
    "flag": _is_secret_value,
    "curl-user": _is_secret_value,
    "netrc": _is_secret_value,
    "authorization": _is_secret_value,
    "bearer": _is_secret_value,
    "url-password": _is_given,
}
"""Rules that know a secret by its place: the value itself must look like one."""


def _is_name(value: str) -> bool:
    """Words joined by separators without a digit in them, or NAMES_IN_CAPITALS: not a value."""
    bare = value.replace("_", "").replace("-", "").replace(".", "").replace("/", "")
    if bare.isalpha() and (bare.islower() or bare.isupper() or bare.istitle()):
        return True
    return value.replace("_", "").isalnum() and value.isupper() and "_" in value


def _is_telling(value: str) -> bool:
    return len(value) >= SHORTEST and _classes(value) >= 2


def _classes(value: str) -> int:
    """How many classes of characters a value has: small and capital letters, digits, others."""
    return (
        any(c.islower() for c in value)
        + any(c.isupper() for c in value)
        + any(c.isdigit() for c in value)
        + any(not c.isalnum() for c in value)
    )


def _forms(value: str) -> Iterator[str]:
    """A known value as it may turn up: raw, URL-encoded, as JSON, in hex, in Base64 at any alignment."""
    from base64 import b64encode
    from json import dumps
    from urllib.parse import quote

    raw = value.encode("utf-8", "surrogateescape")
    yield from {value, quote(raw, safe=""), dumps(value)[1:-1], raw.hex()}
    for shift in range(3):
        whole = b64encode(b"\0" * shift + raw).decode()
        first = -(-shift * 8 // 6) if shift else 0
        last = (shift + len(raw)) * 8 // 6
        yield whole[first:last]


def secret_names(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables whose name says that their value is a secret, and whose value may be one."""
    return {
        name: value
        for name, value in environ.items()
        if _names_secret(name) and _is_telling(value) and not value.startswith(("/", "http"))
    }
