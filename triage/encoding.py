"""How text and values become bytes, the same on every host, and how they are read again."""

import sys
from collections.abc import Callable
from typing import Any

try:
    # What the module json rests on: its patterns, of which nothing here has need, cost each command 1.5 ms.
    from _json import encode_basestring as _quoted
except ImportError:
    from json.encoder import encode_basestring as _quoted

try:
    # CPython's own; hashlib would load OpenSSL, which costs each command 3 ms more.
    if sys.version_info >= (3, 12):
        from _sha2 import sha256 as _sha256  # type: ignore[import-not-found]
    else:
        from _sha256 import sha256 as _sha256  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha256 as _sha256

quoted = _quoted
"""A text as JSON writes it, in its quotes."""
new_sha256 = _sha256
"""What a digest is begun with, for who makes so many that one call more for each is felt."""


def visible(value: Any) -> Any:
    r"""The value with every byte that did not decode, and every lone surrogate, as visible text.

    A byte reads ``\xFF``, as Python's own decoder marked it; anything else would not be valid UTF-8.
    """
    if isinstance(value, str):
        return value if value.isascii() else _visible_text(value)
    if isinstance(value, dict):
        return {visible(name): visible(item) for name, item in value.items()}
    if isinstance(value, list):
        return [visible(item) for item in value]
    return value


def _visible_text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(_visible_character(character) for character in text)
    return text


def _visible_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02X}"
    return f"\\u{{{code:04X}}}" if 0xD800 <= code <= 0xDFFF else character


def decoded(data: bytes) -> str:
    r"""The text of bytes; a byte that does not decode reads ``\xFF``."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _visible_text(data.decode("utf-8", "surrogateescape"))


def canonical(value: object) -> bytes:
    """The canonical JSON of a value (RFC 8785 for what has no floats and only ASCII keys)."""
    return _as_canonical(value).encode("utf-8")


OTHERWISE = (ImportError, AttributeError, TypeError)
"""What it comes to where a Python has no such parts, or makes them from something else."""


def _encoder() -> Callable[[object], str]:
    """What makes canonical JSON, set up once: `json` sets its encoder in C up anew for every value."""
    try:
        from _json import make_encoder

        pieces = make_encoder(None, _no_json, quoted, None, ":", ",", True, False, True)  # noqa: FBT003  as it takes them
    except OTHERWISE:
        from json import JSONEncoder

        return JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
    return lambda value: "".join(pieces(value, 0))


def _no_json(value: object) -> None:
    raise TypeError(f"{type(value).__name__} is not of JSON")


def _reader() -> Callable[[str, int], tuple[Any, int]]:
    """What reads the value of JSON at a place of a text, and tells where it ends."""
    try:
        from _json import make_scanner

        return make_scanner(_Form)  # type: ignore[arg-type]
    except OTHERWISE:
        from json import JSONDecoder

        return JSONDecoder().raw_decode


class _Form:
    """How JSON is read: all that the scanner asks of a decoder, answered as `json` does by itself."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_int = int
    parse_float = parse_constant = float


_as_canonical = _encoder()
_read = _reader()


def read_json(raw: bytes) -> Any:
    """The value of kept bytes, which have no white space around it; ValueError for anything else."""
    text = raw.decode()
    try:
        value, end = _read(text, 0)
    except StopIteration:
        raise ValueError("no value") from None
    if end != len(text):
        raise ValueError("more than one value")
    return value


def sha256(*pieces: bytes) -> str:
    """SHA-256 of the pieces, one after the other, in hex."""
    digest: str = new_sha256(b"".join(pieces)).hexdigest()
    return digest
