"""What an event is: its id, its envelope, the bytes that it is sealed as.

The way of the data: a command fills a `Draft`; `redact.scrub` cleans it; a store gives it `recorded_at`
and `parents` and calls `seal`, which yields the bytes that are kept; `unseal` reads them back as an `Event`.
The formats are written down in docs/decisions/0001-event-format.md.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from triage.encoding import canonical, new_sha256, quoted, read_json, sha256

PRECISIONS = ("exact", "minute", "day", "approximate", "unknown")
ACTOR_TYPES = ("human", "agent", "system")

MAX_BODY = 256 * 1024
"""Bytes of one body: well under the 1 MiB row that distributed databases allow."""
CHUNK = 256 * 1024
"""Bytes of one chunk of output, for the same reason."""

DIGEST_PREFIX = b"triage.event.v1\x00"
KEY_PREFIX = b"triage.key.v1\x00"

_ID_CHARACTERS = set("0123456789abcdef-")


ENVELOPE = frozenset((
    "id", "journal", "kind", "entity", "part", "at", "precision", "recorded_at", "actor", "parents", "body",
))  # fmt: skip
"""The names in an envelope."""


class Actor(NamedTuple):
    """Who recorded an event."""

    name: str
    type: str = "human"
    session: str = ""


class Draft(NamedTuple):
    """An event as a command made it: not scrubbed, not sealed.

    ``keyed`` says that the id was derived from a key, so that a repeat is not a second event.
    """

    id: str
    journal: str
    kind: str
    entity: str
    part: str
    at: str | None
    precision: str
    actor: Actor
    body: dict[str, Any]
    output: bytes | None = None
    keyed: bool = False


class Sealed(NamedTuple):
    """The bytes of an event as they are kept. ``chunks`` are pairs of salt and data."""

    digest: str
    envelope: bytes
    salt: bytes | None
    body: bytes | None
    chunks: tuple[tuple[bytes, bytes], ...] = ()


class Event(NamedTuple):
    """An event as it was read back. ``body`` is None when it was withheld or purged.

    ``n`` is its number in this store (0 outside a store); ``output`` is None unless it was asked for.
    """

    id: str
    journal: str
    kind: str
    entity: str
    part: str
    at: str | None
    precision: str
    recorded_at: str
    actor: Actor
    parents: tuple[str, ...]
    digest: str
    body: dict[str, Any] | None
    n: int = 0
    output: bytes | None = None

    @property
    def tail(self) -> str:
        """The last 8 hex digits of the id: its name in documents and anchors."""
        return self.id[-8:]

    @property
    def creates(self) -> bool:
        """Whether it is the first event of its entity, as far as the envelope tells."""
        return self.entity == self.id


def new_id(now_us: int, entropy: bytes) -> str:
    """A UUIDv7 (RFC 9562) from microseconds since 1970 and 10 random bytes."""
    value = (now_us // 1000 & (1 << 48) - 1) << 80 | int.from_bytes(entropy[:10], "big")
    return _uuid(value, version=7)


def derived_id(journal: str, key: str) -> str:
    """The id of the event that a caller named by ``key``: the same on every host (a UUIDv8)."""
    digest = sha256(KEY_PREFIX, journal.encode(), b"\x00", key.encode("utf-8", "backslashreplace"))
    return _uuid(int(digest[:32], 16), version=8)


def _uuid(value: int, *, version: int) -> str:
    value = value & ~(0xF << 76) | version << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(value: Any) -> bool:
    """Whether the value is the id of an event: a UUID in small letters."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    return [len(part) for part in value.split("-")] == [8, 4, 4, 4, 12] and set(value) <= _ID_CHARACTERS


def seal(draft: Draft, recorded_at: str, parents: Iterable[str], entropy: Callable[[int], bytes]) -> Sealed:
    """The kept bytes of a draft that was appended at ``recorded_at`` to the heads ``parents``."""
    body: dict[str, Any] = draft.body
    chunks: tuple[tuple[bytes, bytes], ...] = ()
    if draft.output is not None:
        chunks = tuple(_chunks(draft.output, entropy))
        output = [[len(data), sha256(salt, data)] for salt, data in chunks]
        body = {"sha256": sha256(draft.output), **body, "output": output}
    raw, salt = canonical(body), entropy(16)
    envelope = _envelope(draft, recorded_at, parents, sha256(salt, raw))
    return Sealed(digest_of(envelope), envelope, salt, raw, chunks)


def _envelope(draft: Draft, recorded_at: str, parents: Iterable[str], commitment: str) -> bytes:
    """The bytes of an envelope: `canonical` of an object of eleven texts, put together by hand.

    Half of what a batch of events costs would go into sorting the same names again and again.
    """
    q, actor = quoted, draft.actor
    return (
        f'{{"actor":{{"name":{q(actor.name)},"session":{q(actor.session)},"type":{q(actor.type)}}},'
        f'"at":{"null" if draft.at is None else q(draft.at)},"body":"{commitment}",'
        f'"entity":{q(draft.entity)},"id":{q(draft.id)},"journal":{q(draft.journal)},"kind":{q(draft.kind)},'
        f'"parents":[{",".join(map(q, sorted(parents)))}],"part":{q(draft.part)},'
        f'"precision":{q(draft.precision)},"recorded_at":{q(recorded_at)}}}'
    ).encode()


def appended(draft: Draft, sealed: Sealed, recorded_at: str, parents: Iterable[str], n: int) -> Event:
    """The event that `unseal` would read from what a draft was sealed as, without reading the envelope."""
    return Event(
        draft.id,
        draft.journal,
        draft.kind,
        draft.entity,
        draft.part,
        draft.at,
        draft.precision,
        recorded_at,
        draft.actor,
        tuple(sorted(parents)),
        sealed.digest,
        None if sealed.body is None else read_json(sealed.body),
        n,
    )


def _chunks(output: bytes, entropy: Callable[[int], bytes]) -> Iterable[tuple[bytes, bytes]]:
    for start in range(0, max(len(output), 1), CHUNK):
        yield entropy(16), output[start : start + CHUNK]


def digest_of(envelope: bytes) -> str:
    """The digest of an envelope's bytes: what names it in ``parents`` and heads."""
    digest: str = _new_digest(DIGEST_PREFIX + envelope).hexdigest()
    return digest


_new_digest = new_sha256


def hasten() -> None:
    """Take OpenSSL's SHA-256 for digests from now on: 2 ms to load it, and half the time for each of them.

    Bodies are mostly too short for it.
    """
    global _new_digest  # noqa: PLW0603  the digests are the same
    from hashlib import sha256 as _new_digest


def unseal(sealed: Sealed, n: int = 0, *, output: bool = False) -> Event:
    """The event that the kept bytes say. Nothing is verified here."""
    head = read_json(sealed.envelope)
    actor = head["actor"]
    return Event(
        head["id"],
        head["journal"],
        head["kind"],
        head["entity"],
        head["part"],
        head["at"],
        head["precision"],
        head["recorded_at"],
        Actor(actor["name"], actor["type"], actor["session"]),
        tuple(head["parents"]),
        sealed.digest,
        None if sealed.body is None else read_json(sealed.body),
        n,
        b"".join(data for _, data in sealed.chunks) if output and sealed.chunks else None,
    )


def same_statement(draft: Draft, event: Event) -> bool:
    """Whether a repeat under the same key says what the first event said (its time may differ)."""
    said = dict(draft.body)
    if draft.output is not None:
        said.setdefault("sha256", sha256(draft.output))
    kept = {name: value for name, value in (event.body or {}).items() if name != "output"}
    return (draft.kind, draft.entity, draft.part) == (event.kind, event.entity, event.part) and (
        canonical(said) == canonical(kept)
    )
