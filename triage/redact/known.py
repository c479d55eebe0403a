"""Values that are known to be secret, and every form in which they may turn up."""

from collections.abc import Iterable, Iterator, Mapping

from triage.redact.judges import SHORTEST, classes, names_secret


def all_forms(values: Iterable[str]) -> tuple[str, ...]:
    """Every form of the values that tell enough to be looked for, the longest first."""
    telling = {value for value in values if _is_telling(value)}
    return tuple(sorted((form for value in telling for form in _forms(value)), key=len, reverse=True))


def _is_telling(value: str) -> bool:
    return len(value) >= SHORTEST and classes(value) >= 2


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
        if names_secret(name) and _is_telling(value) and not value.startswith(("/", "http"))
    }
