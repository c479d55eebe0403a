"""The redactor: what takes a text and gives it back with markers in the place of secrets.

A secret becomes a marker, ``[REDACTED:kind:7k3f9a1c]``: two characters name the key of the fingerprint and
six are the keyed fingerprint itself, so that the same secret can be told again without being told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from triage.redact.judges import SHORTEST, names_secret, spares_origin
from triage.redact.known import Known
from triage.redact.rules import MARKER, Rule
from triage.redact.search import Hit, search, spared

if TYPE_CHECKING:
    from triage.events import Actor
    from triage.redact.remembered import Entry

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's Base32, in small letters: no two of its characters look alike."""


MOST_PASSES = 100
"""Looks at one text: two are the rule, and three are rare."""


SHORT = 256
"""Characters of a text that is remembered where it holds no secret."""
MOST_REMEMBERED = 65_536
"""Texts that are remembered at once: a few MB."""


class Allowed(NamedTuple):
    """What is let through although a rule finds it: a whole ``rule``, or the one value of a ``fingerprint``.

    A fingerprint is the eight characters at the end of a marker. ``reason`` says why it is no secret.
    """

    rule: str
    fingerprint: str
    reason: str

    @property
    def about(self) -> str:
        """What is allowed, in words."""
        return f"rule {self.rule}" if self.rule else f"fingerprint {self.fingerprint}"


class Redactor:
    """Finds secrets: values that are known, and what the rules describe.

    ``key`` makes the fingerprints; ``known`` maps names to secret values of this environment, ``remembered``
    are hashes of others. ``rules`` are rules beside the built-in ones. ``let_through`` is what was allowed
    and then was there: it grows with every text.
    """

    def __init__(
        self,
        key: bytes,
        known: Mapping[str, str] | None = None,
        *,
        remembered: Sequence["Entry"] = (),
        rules: Sequence[Rule] = (),
        allowed: Sequence[Allowed] = (),
    ) -> None:
        self._key = key
        self._known = Known((known or {}).values())
        self._entries = remembered
        self._rules = rules
        self._off = {each.rule: each for each in allowed if each.rule}
        self._fingerprints = {each.fingerprint: each for each in allowed if each.fingerprint}
        self.let_through: dict[str, Allowed] = {}
        self._last: tuple[Actor, Actor] | None = None
        self._clean: set[str] = set()

    def text(self, text: str) -> tuple[str, tuple[Hit, ...]]:
        """The text with markers for secrets, and what was found. Scrubbing it again changes nothing.

        A marker may end a word that kept a rule from seeing what follows: so it looks until there is no more.
        """
        found: tuple[Hit, ...] = ()
        for _ in range(MOST_PASSES):
            more = self.hits(text)
            if not more:
                break
            text = self._marked(text, more)
            found += more
        return text, found

    def actor(self, actor: "Actor") -> "Actor":
        """The actor, with markers for secrets. A batch says one again and again: the last is remembered."""
        if self._last is None or self._last[0] != actor:
            clean = actor._replace(name=self.text(actor.name)[0], session=self.text(actor.session)[0])
            self._last = (actor, clean)
        return self._last[1]

    def hits(self, text: str) -> tuple[Hit, ...]:
        """The secrets of a text, in order; none overlaps another."""
        found = () if text in self._clean else self._applied(text)
        return found and tuple(hit for hit in found if not self._is_allowed(text[hit.start : hit.end]))

    def _applied(self, text: str) -> tuple[Hit, ...]:
        """What the rules find that are not switched off."""
        every = self._found(text)
        if not every:
            self._remember(text)
        if not any(hit.rule in self._off for hit in every):
            return every
        found = self._found(text, off=frozenset(self._off))
        hidden = {(hit.start, hit.end) for hit in found}
        self._note(hit.rule for hit in every if (hit.start, hit.end) not in hidden)
        return found

    def _remember(self, text: str) -> None:
        """Remember a text without a secret: a batch says much again, and a note is scrubbed twice."""
        if len(text) <= SHORT:
            if len(self._clean) >= MOST_REMEMBERED:
                self._clean.clear()
            self._clean.add(text)

    def _found(self, text: str, off: frozenset[str] = frozenset()) -> tuple[Hit, ...]:
        found = search(text, self._looked_for(), rules=self._rules, off=off)
        return tuple(_beside_markers(found, text)) if self._rules and MARKER in text else found

    def spared(self, text: str) -> tuple[Hit, ...]:
        """What a rule matched and left alone, in order; each says why, an allow with its reason."""
        allowed = (
            hit._replace(spared=f"allowed: {allow.reason}")
            for hit in self._found(text)
            if (allow := self._off.get(hit.rule) or self._allow_of(text[hit.start : hit.end]))
        )
        return tuple(sorted([*spared(text, rules=self._rules), *allowed], key=lambda hit: hit[1:3]))

    def _looked_for(self) -> Known:
        if self._entries:
            from triage.redact.remembered import Remembered

            self._known.also(Remembered(self._entries, self.keyed).spans)
            self._entries = ()
        return self._known

    def _note(self, rules: Iterable[str]) -> None:
        for rule in rules:
            if rule in self._off:
                self.let_through[self._off[rule].about] = self._off[rule]

    def _is_allowed(self, secret: str) -> bool:
        allow = self._allow_of(secret)
        if allow is not None:
            self.let_through[allow.about] = allow
        return allow is not None

    def _allow_of(self, secret: str) -> Allowed | None:
        return self._fingerprints.get(self.fingerprint(secret)) if self._fingerprints else None

    def _marked(self, text: str, hits: Iterable[Hit]) -> str:
        pieces, place = [], 0
        for hit in hits:
            secret = text[hit.start : hit.end]
            marker = self.marker(hit.rule, secret)
            pieces += [text[place : hit.start], "\0".join(marker) if _is_spaced(secret) else marker]
            place = hit.end
        return "".join([*pieces, text[place:]])

    def boundary(self, data: bytes, at: int, *, forward: bool) -> int:
        """The place nearest to ``at``, before it or after it, where a cut cuts no secret."""
        for hit in self.hits(data.decode("latin-1")):
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
            elif mark and flag.startswith("-") and names_secret(flag.lstrip("-")):
                clean.append(f"{flag}={self._cell('secret', value)[1]}")
            else:
                clean.append(self.text(word)[0])
            is_value = word.startswith("--") and not mark and names_secret(word.lstrip("-"))
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

    def row(self, cells: "Sequence[Sequence[str]]") -> list[list[str]]:
        """The same for a row of a table: one word in its first cell may name what the others hold."""
        clean = self.cells(cells)
        key = cells[0][1].strip("`'\"* ") if cells else ""
        if not key or any(sign.isspace() for sign in key) or not names_secret(key):
            return clean
        return [clean[0], *([label, self._under(key, value)] for label, value in clean[1:])]

    def _under(self, key: str, value: str) -> str:
        """A value as it is scrubbed where its key stands before it; several words are no value."""
        if any(sign.isspace() for sign in value):
            return value
        return self.text(f"{key}={value}")[0].removeprefix(f"{key}=")

    @staticmethod
    def names_secret(label: str) -> bool:
        """Whether a label says that its value is a secret."""
        return names_secret(label)

    def _cell(self, label: str, value: str) -> list[str]:
        if self._is_named_secret(label, value):
            return [self.text(label)[0], self.marker("context", value)]
        return [self.text(label)[0], self.text(value)[0]]

    def _is_named_secret(self, label: str, value: str) -> bool:
        """Whether a value is a secret because its label says so, whatever it looks like."""
        if not names_secret(label) or MARKER in value or len(value) < SHORTEST or spares_origin(value):
            return False
        if "context" in self._off:
            self._note(["context"])
            return False
        return not self._is_allowed(value)

    def keyed(self, data: bytes) -> bytes:
        """Bytes that nobody can work out from the data without the key."""
        return _keyed(data, self._key)

    def marker(self, kind: str, secret: str) -> str:
        """What stands in the place of a secret."""
        return f"{MARKER}{kind}:{self.fingerprint(secret)}]"

    def fingerprint(self, secret: str) -> str:
        """The eight characters that tell a secret again: two name the key, six are of the secret."""
        secret = secret[::2] if _is_spaced(secret) else secret
        name = _letters(self.keyed(b"name"), 2)
        return name + _letters(self.keyed(secret.encode("utf-8", "surrogateescape")), 6)


def _is_spaced(secret: str) -> bool:
    """Whether a zero byte stands between any two characters: UTF-16, in which its marker is written too."""
    return secret[1:2] == "\0" and not secret[1::2].strip("\0") and "\0" not in secret[::2]


def _beside_markers(hits: Iterable[Hit], text: str) -> Iterator[Hit]:
    """The hits without what is of a marker: a rule of a configuration may match in one."""
    import re

    markers = [found.span() for found in re.finditer(re.escape(MARKER) + r"[^\]\n]{1,60}\]", text)]
    for hit in hits:
        start = max([end for begin, end in markers if begin <= hit.start < end], default=hit.start)
        end = min([begin for begin, _ in markers if start <= begin < hit.end], default=hit.end)
        if start < end:
            yield hit._replace(start=start, end=end)


def _keyed(data: bytes, key: bytes) -> bytes:
    try:
        # CPython's own; hashlib would load OpenSSL, which costs each command 4 ms more.
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

    return blake2b(data, key=key[:64], digest_size=8).digest()


def _letters(digest: bytes, count: int) -> str:
    number = int.from_bytes(digest, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count))
