"""What an event is: its kinds and fields, its envelope, its bytes.

The way of the data: a command fills a `Draft`; `redact.scrub` cleans it; a store gives it `recorded_at`
and `parents` and calls `seal`, which yields the bytes that are kept; `unseal` reads them back as an `Event`.
The formats are written down in docs/decisions/0001-event-format.md.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from triage.errors import InvalidValue
from triage.times import is_instant

try:
    # CPython's own; hashlib would load OpenSSL, which costs each command 3 ms more.
    from _sha2 import sha256 as _new_sha256  # type: ignore[import-not-found]
except ImportError:
    try:
        from _sha256 import sha256 as _new_sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256 as _new_sha256

PRECISIONS = ("exact", "minute", "day", "approximate", "unknown")
ACTOR_TYPES = ("human", "agent", "system")

MAX_BODY = 256 * 1024
"""Bytes of one body: well under the 1 MiB row that distributed databases allow."""
CHUNK = 256 * 1024
"""Bytes of one chunk of output, for the same reason."""

STREAMS = ("out", "err")
"""Standard output and standard error, as evidence names them."""

DEEPEST = 10
"""Titles of one heading path: documents have six levels of headings."""

DIGEST_PREFIX = b"triage.event.v1\x00"
KEY_PREFIX = b"triage.key.v1\x00"

_ID_CHARACTERS = set("0123456789abcdef-")


class Field(NamedTuple):
    """One field of a kind.

    ``type`` is one of: line (short, plain text), prose (Markdown), choice, slug, reference (an issue or
    a PR), event (the id of an event), url, path (a heading path: a list of titles), cells (a list of
    [label, value]), instant, integer, flag, output (bytes, kept in chunks), object, streams (list of
    [out or err, bytes]).
    """

    type: str
    help: str
    choices: tuple[str, ...] = ()


class Kind(NamedTuple):
    """One kind of event; ``entity`` says what its events are patches of.

    part: the report or an addendum; self: nothing but itself; first: the event that created it;
    natural: what ``key`` names, worked out by the fold; target: the event that it amends.
    """

    entity: str
    fields: Mapping[str, Field]
    key: str = ""


def _line(help: str) -> Field:
    return Field("line", help)


def _prose(help: str) -> Field:
    return Field("prose", help)


def _choice(help: str, *choices: str) -> Field:
    return Field("choice", help, choices)


def _event(help: str) -> Field:
    return Field("event", help)


_SECTION = Field("path", "heading under which it stands, such as 'A > B'")
_MARK = _line("name of this moment: start, impact, detected, mitigated, end, or any other")
LOG = _line("wording of its row in the sequence log")
SOURCE = _line("where it was taken from, such as page.md:12")
"""Fields that every kind has besides its own; documents do not show the source."""

KINDS: Mapping[str, Kind] = {
    "header": Kind(
        "part",
        {
            "title": _line("title of the report or the addendum"),
            "type": _choice(
                "what work it is",
                "deploy",
                "incident",
                "remediation",
                "maintenance",
                "investigation",
                "other",
            ),
            "status": _choice(
                "where the work stands",
                "open",
                "investigating",
                "mitigated",
                "monitoring",
                "resolved",
                "abandoned",
            ),
            "status_note": _line("what the status rests on"),
            "lead": _line("who leads the work"),
            "impact": _line("who or what was affected, and how"),
            "summary": _prose("what happened, in a few sentences"),
            "severity": _line("how bad, such as P2"),
            "severity_note": _line("why this severity"),
            "service": _line("the service that the work is on"),
            "issue": Field("reference", "the issue that asked for the work"),
            "epic": Field("reference", "the epic that the issue belongs to"),
            "slug": Field("slug", "name of the journal on the command line, [a-z0-9-]{1,64}"),
            "labels": Field("cells", "free labelled fields"),
        },
    ),
    "entry": Kind(
        "self",
        {
            "text": _line("what happened"),
            "outcome": _line("what came of it"),
            "type": _choice(
                "what sort of entry",
                "note",
                "decision",
                "finding",
                "hypothesis",
                "escalation",
                "handoff",
            ),
            "mark": _MARK,
        },
    ),
    "action": Kind(
        "first",
        {
            "title": _line("what is to be done"),
            "command": _line("the command that does it"),
            "environment": _line("where it is done, such as staging"),
            "owner": _line("who must do it"),
            "group": _line("the checklist that it belongs to"),
            "section": _SECTION,
            "status": _choice("how far it is", "todo", "doing", "blocked", "done", "failed", "skipped"),
            "outcome": _line("what came of it"),
            "issue": Field("reference", "the issue or PR that it belongs to"),
            "evidence": _event("the evidence that backs it"),
            "mark": _MARK,
            "cells": Field("cells", "values that it left in its environment's row of the final state"),
        },
    ),
    "blocker": Kind(
        "first",
        {
            "title": _line("what stands in the way"),
            "error": _line("the error as it was shown"),
            "effect": _line("what the error led to"),
            "cause": _prose("why it happened"),
            "fix": _prose("what removed it"),
            "pr": Field("reference", "the PR that carries the fix"),
            "issue": Field("reference", "the issue about it"),
            "action": _event("the action that it blocks"),
            "status": _choice("where it stands", "open", "fixed", "accepted"),
            "evidence": _event("the evidence that backs its fix"),
        },
    ),
    "issue": Kind(
        "natural",
        {
            "ref": Field("reference", "1140, owner/repo#1140 or a URL"),
            "title": _line("what it is about"),
            "type": _choice("an issue or a pull request", "issue", "pr"),
            "state": _choice("its state", "open", "closed", "merged"),
            "note": _line("what is to be said about it"),
            "url": Field("url", "its address"),
        },
        key="ref",
    ),
    "observation": Kind(
        "natural",
        {
            "table": _line("the table that it is a row of"),
            "cells": Field("cells", "the row's values"),
            "expected": _line("the value that was expected in its last column"),
            "exact": Field("flag", "the expected value must match as a whole"),
            "row": _line("key of the row, where the first cell does not tell rows apart"),
            "section": _SECTION,
            "evidence": _event("the evidence that the values were taken from"),
            "taken": _line("the column whose value was taken from the output of the evidence"),
            "basis": _line("what the values rest on"),
        },
        key="cells",
    ),
    "evidence": Kind(
        "first",
        {
            "title": _line("what the output shows"),
            "command": _line("the command that produced it"),
            "cwd": _line("the folder that it ran in"),
            "host": _line("the host that it ran on"),
            "environment": _line("where it ran, such as staging"),
            "state": _choice("how it ended", "running", "exited", "killed", "timeout", "interrupted"),
            "exit_code": Field("integer", "the command's exit code"),
            "signal": _line("the signal that ended it, such as SIGTERM"),
            "started_at": Field("instant", "when the command started"),
            "ended_at": Field("instant", "when the command ended"),
            "output": Field("output", "what it printed"),
            "streams": Field("streams", "which of its bytes came from which stream, in order"),
            "size": Field("integer", "bytes that it printed"),
            "digest": _line("what it printed, where that is not kept: SALT:SHA-256 of both, in hex"),
            "language": _line("language of the fence, such as console"),
            "truncated": Field("integer", "bytes left out of the middle"),
            "redactions": Field("integer", "secrets replaced by markers"),
            "values": Field("cells", "values that were taken from its output"),
            "sha256": _line("SHA-256 of the redacted output"),
            "origin": _choice("who took it", "captured", "supplied"),
            "hook": _line("the agent whose hook took it by itself, such as claude-code"),
            "action": _event("the action that it backs"),
            "blocker": _event("the blocker whose fix it backs"),
            "section": _SECTION,
        },
    ),
    "section": Kind(
        "natural",
        {
            "heading": Field("path", "its heading, such as 'A > B'"),
            "body": _prose("its text"),
            "append": Field("flag", "add to what stands there"),
            "basis": _line("what the text rests on"),
        },
        key="heading",
    ),
    "reference": Kind(
        "natural",
        {
            "url": Field("url", "the address"),
            "title": _line("what is found there"),
        },
        key="url",
    ),
    "amendment": Kind(
        "target",
        {
            "changes": Field("object", "the fields as they should have been"),
            "retracted": Field("flag", "the event is withdrawn"),
            "reason": _line("why"),
        },
    ),
    "act": Kind(
        "self",
        {
            "verb": _choice("what was done", "purge", "waive", "allow", "force"),
            "about": _line("what it was done to"),
            "reason": _line("why"),
        },
    ),
}

CELLS = ("cells", "labels", "values")
"""The names of fields that are lists of [label, value]: a patch of one changes the labels that it names."""

FIELDS: Mapping[str, Mapping[str, Field]] = {
    name: {**kind.fields, "log": LOG, "source": SOURCE} for name, kind in KINDS.items()
}
"""The fields of every kind, with those that every kind has."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "entry": ("text",),
    "issue": ("ref",),
    "observation": ("cells",),
    "section": ("heading",),
    "reference": ("url",),
    "act": ("verb",),
}
"""Fields without which an event of the kind says nothing. Actions and blockers need a title or an
error only at their creation, so their commands ask for it."""


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


_quoted = json.encoder.encode_basestring


def _encoder() -> Callable[[object], str]:
    """What makes canonical JSON, set up once: `json` sets its encoder in C up anew for every value."""
    plain = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    pieces = make(None, plain.default, _quoted, None, ":", ",", True, False, True)  # noqa: FBT003  as it takes them
    return lambda value: "".join(pieces(value, 0))


_as_canonical = _encoder()


def sha256(*pieces: bytes) -> str:
    """SHA-256 of the pieces, one after the other, in hex."""
    digest: str = _new_sha256(b"".join(pieces)).hexdigest()
    return digest


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
    q, actor = _quoted, draft.actor
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


_new_digest = _new_sha256


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


_decode = json.JSONDecoder().raw_decode


def read_json(raw: bytes) -> Any:
    """The value of kept bytes, which have no white space around it; ValueError for anything else."""
    text = raw.decode()
    value, end = _decode(text)
    if end != len(text):
        raise ValueError("more than one value")
    return value


def same_statement(draft: Draft, event: Event) -> bool:
    """Whether a repeat under the same key says what the first event said (its time may differ)."""
    said = dict(draft.body)
    if draft.output is not None:
        said.setdefault("sha256", sha256(draft.output))
    kept = {name: value for name, value in (event.body or {}).items() if name != "output"}
    return (draft.kind, draft.entity, draft.part) == (event.kind, event.entity, event.part) and (
        canonical(said) == canonical(kept)
    )


def validate(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body, if the table of kinds allows them; else `InvalidValue`.

    A field that is None is one that a patch empties.
    """
    known = fields_of(kind)
    for name, value in fields.items():
        if name not in known:
            raise InvalidValue(f"{kind} has no field {name!r}", hint=near(name, known), allowed=tuple(known))
        if value is not None:
            _check(kind, name, known[name], value)
    for name in REQUIRED.get(kind, ()):
        if fields.get(name) in (None, "", []):
            raise InvalidValue(f"{kind} needs a {name}", hint="nothing was recorded")
    return dict(fields)


def fits(kind: str, name: str, value: Any) -> bool:
    """Whether a field may take a value: what an amendment must hold to for the fold to apply it."""
    field = FIELDS[kind].get(name)
    if field is None:
        return False
    if value is None:
        return name not in REQUIRED.get(kind, ())
    if field.choices:
        return value in field.choices
    return _SHAPES[field.type](value) and (bool(value) or name not in REQUIRED.get(kind, ()))


def fields_of(kind: str) -> Mapping[str, Field]:
    """The fields of a kind, with those that every kind has; `InvalidValue` for an unknown kind."""
    if kind not in FIELDS:
        raise InvalidValue(f"no kind {kind!r}", hint=near(kind, KINDS), allowed=tuple(KINDS))
    return FIELDS[kind]


def near(word: str, words: Iterable[str]) -> str:
    """A hint with the nearest of the words, or all of them."""
    from difflib import get_close_matches

    choices = list(words)
    close = get_close_matches(word, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else "one of: " + ", ".join(choices)


def _check(kind: str, name: str, field: Field, value: Any) -> None:
    if field.choices:
        if value not in field.choices:
            raise InvalidValue(
                f"{kind} {name} cannot be {value!r}",
                hint="one of: " + ", ".join(field.choices),
                allowed=field.choices,
            )
    elif not _SHAPES[field.type](value):
        raise InvalidValue(f"{kind} {name} must be {_SHAPE_NAMES[field.type]}, not {value!r:.80}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_id(value: Any) -> bool:
    """Whether the value is the id of an event: a UUID in small letters."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    return [len(part) for part in value.split("-")] == [8, 4, 4, 4, 12] and set(value) <= _ID_CHARACTERS


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and is_slug(value)


def is_slug(text: str) -> bool:
    """Whether the text is a slug: [a-z0-9-]{1,64}."""
    return 1 <= len(text) <= 64 and set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def _is_path(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= DEEPEST
        and all(isinstance(title, str) and title.strip() for title in value)
    )


def _is_cells(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(cell, list) and len(cell) == 2 and all(isinstance(item, str) for item in cell)
        for cell in value
    )


def _is_streams(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(run, list) and len(run) == 2 and run[0] in STREAMS and _is_integer(run[1]) and run[1] > 0
        for run in value
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not any(c.isspace() for c in value)


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "line": _is_text,
    "prose": _is_text,
    "slug": _is_slug,
    "reference": _is_url,
    "event": is_id,
    "url": _is_url,
    "path": _is_path,
    "cells": _is_cells,
    "streams": _is_streams,
    "instant": is_instant,
    "integer": _is_integer,
    "flag": _is_flag,
    "output": _is_text,
    "object": _is_object,
}

_SHAPE_NAMES: Mapping[str, str] = {
    "line": "text",
    "prose": "text (Markdown)",
    "slug": "a slug, [a-z0-9-]{1,64}",
    "reference": "a reference: 1140, owner/repo#1140 or a URL",
    "event": "the id of an event",
    "url": "an address without spaces",
    "path": f"a heading path: a list of up to {DEEPEST} titles",
    "cells": "a list of [label, value], both text",
    "streams": "a list of [out or err, a number of bytes]",
    "instant": "an instant such as 2026-05-05T04:10:37.530000Z",
    "integer": "a whole number under 2^53",
    "flag": "true or false",
    "output": "text",
    "object": "an object",
}
