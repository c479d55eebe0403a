"""Values that are known to be secret, and every form in which they may turn up.

A value is looked for as it is, in hex, in Base64 at any alignment, and with any of its signs escaped as
addresses (RFC 3986), JSON, HTML and POSIX shells do it, in any mixture, JSON within JSON too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from triage.redact.judges import SHORTEST, classes, names_secret

if TYPE_CHECKING:
    import re

LONG_LINE = 16
"""Characters from which on a single line of a value of several lines is looked for by itself."""
LONGEST_ESCAPE = 28
"""Characters that one sign may become."""
NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", " ": "[+]"}
CONTROLS = {"\n": "n", "\r": "r", "\t": "t"}


class Known:
    """The secret values of an environment, and where they stand in a text."""

    __slots__ = ("_encoded", "_forms", "_others", "_values")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = [*dict.fromkeys(part for value in values for part in _parts(value))]
        self._forms: Sequence[_Form] | None = None
        self._encoded: Sequence[str] = ()
        self._others: list[Callable[[str], Iterator[tuple[int, int]]]] = []

    def also(self, find: Callable[[str], Iterator[tuple[int, int]]]) -> None:
        """Take what another way of finding finds, too."""
        self._others.append(find)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where any of them stands, in any form; spans may overlap."""
        if len(text) < SHORTEST:
            return
        for find in self._others:
            yield from find(text)
        if self._forms is None:
            self._forms = [form for value in self._values for form in _forms(value)]
            self._encoded = [form for value in self._values for form in _encoded(value)]
        for form in self._forms:
            start = text.find(form.core)
            while start >= 0:
                yield from form.around(text, start)
                start = text.find(form.core, start + 1)
        for encoded in self._encoded:
            if encoded in text:
                yield from _each(encoded, text)
        if self._encoded and "\n" in text:
            yield from self._wrapped(text)

    def _wrapped(self, text: str) -> Iterator[tuple[int, int]]:
        from triage.redact.wrapped import blocks

        for joined, place in blocks(text):
            for form in self._encoded:
                for start, end in _each(form, joined):
                    yield place(start), place(end - 1) + 1


def _each(form: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)


class _Form:
    """A form of a value: its core is found as it is, what stands before it and after it may be escaped."""

    __slots__ = ("_after", "_before", "_patterns", "core")

    def __init__(self, core: str, before: str = "", after: str = "") -> None:
        self.core = core
        self._before = before
        self._after = after
        self._patterns: tuple[re.Pattern[str], re.Pattern[str]] | None = None

    def around(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """The span of the whole value whose core stands there, if it does."""
        end = start + len(self.core)
        if not self._before and not self._after:
            yield start, end
            return
        if self._patterns is None:
            self._patterns = _compiled(self._before, self._after)
        begin, finish = self._patterns
        window = max(0, start - LONGEST_ESCAPE * len(self._before))
        first, last = begin.search(text, window, start), finish.match(text, end)
        if first is not None and last is not None:
            yield first.start(), last.end()


def _compiled(before: str, after: str) -> "tuple[re.Pattern[str], re.Pattern[str]]":
    import re

    # `\Z` is the end of what is searched: here the place where the core begins.
    return re.compile("".join(map(_escaped, before)) + r"\Z"), re.compile("".join(map(_escaped, after)))


def _escaped(sign: str) -> str:
    """A pattern for one character of a value, as it is or escaped."""
    if sign.isascii() and sign.isalnum():
        return sign
    code = ord(sign)
    forms = [rf"\\{{0,7}}{_quoted(sign)}"]
    forms += ["".join(rf"%(?:25){{0,2}}(?i:{byte:02x})" for byte in sign.encode("utf-8", "surrogateescape"))]
    forms += [rf"\\{{1,4}}(?i:u{unit})" for unit in _units(sign)] if code < 0x10000 else [_pair(sign)]
    forms += [rf"\\{{1,4}}(?i:x{code:02x})"] if code < 256 else []
    forms += [rf"&#(?:0{{0,3}}{code}|[xX]0{{0,3}}(?i:{code:x}));"]
    forms += [_in_bytes(sign, r"(?i:x{:02x})"), _in_bytes(sign, "{:03o}")]
    forms += [NAMED[sign]] if sign in NAMED else []
    forms += [rf"\\{{1,4}}{CONTROLS[sign]}"] if sign in CONTROLS else []
    forms += [r"'\\''", "'\"'\"'"] if sign == "'" else []
    return f"(?:{'|'.join(reversed(forms))})"


def _in_bytes(sign: str, form: str) -> str:
    """A character byte by byte, as `printf %q` of a shell and Python's bytes show it."""
    return "".join(rf"\\{{1,4}}{form.format(byte)}" for byte in sign.encode("utf-8", "surrogateescape"))


def _quoted(sign: str) -> str:
    import re

    return re.escape(sign)


def _units(sign: str) -> list[str]:
    raw = sign.encode("utf-16-be", "surrogatepass")
    return [raw[place : place + 2].hex() for place in range(0, len(raw), 2)]


def _pair(sign: str) -> str:
    """A character beyond the first 65,536, which JSON writes as two."""
    return "".join(rf"\\{{1,4}}(?i:u{unit})" for unit in _units(sign))


class _Split(NamedTuple):
    core: str
    before: str
    after: str


def _split(value: str) -> _Split:
    """The longest run of letters and digits of a value, which no escaping changes, and what is around it."""
    best, start = (0, 0), 0
    for place, sign in enumerate(value + "\0"):
        if not (sign.isascii() and sign.isalnum()):
            best = max(best, (start, place), key=lambda run: run[1] - run[0])
            start = place + 1
    first, last = best
    return _Split(value[first:last], value[:first], value[last:])


def _forms(value: str) -> Iterator[_Form]:
    """A value with its signs as they are, or escaped."""
    split = _split(value)
    if len(split.core) >= 2:
        yield _Form(*split)
    if split.core != value:
        yield _Form(value)


def _encoded(value: str) -> Iterator[str]:
    """A value in hex, and in Base64 of both alphabets."""
    raw = value.encode("utf-8", "surrogateescape")
    base64 = [*_base64(raw)]
    urlsafe = (form.replace("+", "-").replace("/", "_") for form in base64)
    yield from dict.fromkeys([raw.hex(), raw.hex().upper(), *base64, *urlsafe])


def _base64(raw: bytes) -> Iterator[str]:
    """The Base64 of a value behind 0, 1 and 2 other bytes: what of it the value alone decides."""
    from binascii import b2a_base64

    for shift in range(3):
        whole = b2a_base64(b"\0" * shift + raw, newline=False).decode()
        first = -(-shift * 8 // 6) if shift else 0
        last = (shift + len(raw)) * 8 // 6
        yield whole[first:last]


def _parts(value: str) -> Iterator[str]:
    """A value, and the long lines of one that has several: they may be printed one by one."""
    if is_telling(value):
        yield value
    lines = value.split("\n")
    if len(lines) > 1:
        yield from (
            line.strip() for line in lines if len(line.strip()) >= LONG_LINE and is_telling(line.strip())
        )


def plain_forms(value: str) -> Iterator[str]:
    """The forms of a value that begin where a word does: raw, percent, JSON, hex, Base64."""
    from json import dumps
    from urllib.parse import quote

    raw = value.encode("utf-8", "surrogateescape")
    yield from (value, quote(raw, safe=""), quote(raw), dumps(value)[1:-1], raw.hex(), raw.hex().upper())
    first = next(_base64(raw))
    yield from (first, first.replace("+", "-").replace("/", "_"))


def is_telling(value: str) -> bool:
    """At least 8 characters of two classes: anything else would be found by accident."""
    return len(value) >= SHORTEST and classes(value) >= 2


def secret_names(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables whose name says that their value is a secret, and whose value may be one."""
    return {
        name: value
        for name, value in environ.items()
        if names_secret(name) and is_telling(value) and not _tells_where(value)
    }


ROOTS = frozenset((
    "app", "apps", "bin", "builds", "code", "config", "data", "dev", "etc", "github", "home", "lib", "media",
    "mnt", "nix", "opt", "private", "proc", "root", "run", "secrets", "snap", "srv", "src", "sys", "tmp",
    "usr", "var", "vault", "work", "workspace", "workspaces",
    "Applications", "Library", "System", "Users", "Volumes",
))  # fmt: skip
"""Folders at the root of a file system: a secret in Base64 may begin with a slash, too, and is no path."""


def _tells_where(value: str) -> bool:
    """Whether a value is the place of a secret, and not one: a path, or an address."""
    if value.startswith(("http://", "https://", "~/", "./")):
        return True
    return value.startswith("/") and value.split("/")[1] in ROOTS
