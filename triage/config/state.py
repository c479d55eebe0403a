"""What is remembered between commands: the journal of a session, git's user, the redaction key."""

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from triage import traces
from triage.config.who import NAMED
from triage.encoding import read_json, sha256
from triage.errors import NotAllowed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from triage.config import Settings
    from triage.redact.remembered import Entry


SESSIONS = "sessions"
SPOOLS = "spool"
"""Folders of the state: what sessions chose, and what waits for stores."""


def kept_actor(state_folder: str, store: str) -> str:
    """The name that was kept for a store, or ''."""
    return _read_text(os.path.join(state_folder, "actors", _short(store)))


def keep_actor(settings: "Settings", name: str) -> None:
    """Remember who records into this store, so that git is asked once."""
    from triage.durable import write_private

    write_private(os.path.join(settings.state_folder, "actors", _short(settings.store)), name.encode("utf-8"))


class Chosen(NamedTuple):
    """What a session chose: a journal and a part by their ids; ``addendum`` is the part's slug, or ''.

    ``slug`` is the journal's, as it was then.
    """

    journal: str
    part: str
    addendum: str
    slug: str


def current(settings: "Settings", identity: str) -> Chosen:
    """What this session chose in a store, by what tells it from others; or empty texts."""
    path = _current_path(settings, identity)
    told = _read_text(path)
    _renew(settings.state_folder, path, told)
    return Chosen(*[*told.split(" "), "", "", ""][:4])


def choose(settings: "Settings", identity: str, chosen: Chosen) -> None:
    """Make a journal and a part of a store the current ones of this session."""
    from triage.config.leavings import put, tidy

    put(settings.state_folder, _current_path(settings, identity), " ".join(chosen).encode())
    tidy(settings.state_folder)


class Use(NamedTuple):
    """Where a session recorded last: in a store, by what tells it from others, and as whom, as TYPE:NAME.

    ``folder`` is the one whose configuration counted, or ''.
    """

    store: str
    chosen: Chosen
    actor: str
    folder: str


def keep_use(settings: "Settings", identity: str, chosen: Chosen, cwd: str) -> None:
    """Leave a trace that this session records, for the hook of its agent; nothing else rests on it."""
    if not settings.session.startswith(NAMED):
        return
    from triage.config.files import find_folder

    actor = f"{settings.actor.type}:{settings.actor.name}"
    use = Use(identity, chosen, actor, os.path.dirname(find_folder(cwd)))
    path = traces.used(settings.state_folder, settings.session.removeprefix(NAMED))
    told = _read_text(path)
    if _use(told) == use:
        _renew(settings.state_folder, path, told)
        return
    import json

    from triage.config.leavings import put

    with suppress(NotAllowed, Unavailable):
        put(settings.state_folder, path, json.dumps(use).encode())


def last_use(state_folder: str, path: str) -> Use | None:
    """What a trace says; None where it is gone, or none of ours."""
    told = _read_text(path)
    _renew(state_folder, path, told)
    return _use(told)


def _use(told: str) -> Use | None:
    """The use that a trace says; None for what is none of ours."""
    try:
        store, chosen, actor, folder = read_json(told.encode())
        return Use(store, Chosen(*chosen), actor, folder)
    except (ValueError, TypeError):
        return None


OFTEN = 24 * 3600
"""Seconds after which what is used is marked so: every command asks, and seldom writes."""


def _renew(state_folder: str, path: str, told: str) -> None:
    """Have a file that was read stay, because it is used."""
    try:
        age = time.time() - os.stat(path).st_mtime
    except OSError:
        return
    if told and age > OFTEN:
        from triage.config.leavings import renew

        renew(state_folder, path, told.encode())


def spool_folder(settings: "Settings", identity: str) -> str:
    """Where events wait for a store, by what tells it from others."""
    return os.path.join(_spools(settings), _short(identity))


def spool_folders(settings: "Settings") -> list[str]:
    """The folders in which events wait, or waited, for any store."""
    base = _spools(settings)
    return [os.path.join(base, name) for name in sorted(os.listdir(base))] if os.path.isdir(base) else []


def _spools(settings: "Settings") -> str:
    return os.path.join(settings.state_folder, SPOOLS)


def _current_path(settings: "Settings", identity: str) -> str:
    whole = f"{identity}\0{settings.actor.name}\0{settings.session}"
    return os.path.join(settings.state_folder, SESSIONS, _short(whole))


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape"))[:24]


def _read_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def redaction_key(config_folder: str) -> bytes:
    """The key of the fingerprints in redaction markers: the user's, made at its first use."""
    path = os.path.join(config_folder, KEY_FILE)
    key = _read_key(path)
    if key is None:
        from triage.durable import write_private

        write_private(path, os.urandom(32).hex().encode(), new=True)
        key = _read_key(path)
    if not key or len(key) < SHORTEST_KEY:
        raise NotAllowed(
            f"{path} holds no key: anybody could guess what was redacted",
            hint="remove it, and a new one is made",
        )
    return key


def remembered(config_folder: str) -> "list[Entry]":
    """The values that the user had remembered, as hashes; `NotAllowed` where the list cannot be read."""
    path = os.path.join(config_folder, KNOWN_FILE)
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        from triage.durable import refusal

        raise refusal(f"cannot read {path}", error, hint="check its mode") from error
    from triage.redact.remembered import read

    try:
        return read(lines)
    except ValueError as error:
        raise NotAllowed(
            f"{path} has a line that is none of its own", hint="see triage redact --remember"
        ) from error


def remember(config_folder: str, entries: "Iterable[Entry]") -> None:
    """Add values to the list, as hashes; who adds at the same time waits."""
    from triage.durable import write_private

    path = os.path.join(config_folder, KNOWN_FILE)
    with _alone(path):
        known = remembered(config_folder)
        lines = [str(entry) for entry in dict.fromkeys([*known, *entries])]
        write_private(path, "\n".join([*lines, ""]).encode("utf-8"))


@contextmanager
def _alone(path: str) -> "Iterator[None]":
    """Hold a lock beside a file that is read and written anew: the last one to write would win otherwise."""
    try:
        import fcntl
    except ImportError:  # Windows has none
        yield
        return
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        from triage.durable import refusal

        raise refusal(f"cannot write {path}", error, hint="check the folder's owner") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def sole(settings: "Settings", what: str) -> "Iterator[bool]":
    """Try to be the only process of this user that does something; whether no other one does it now.

    One byte of one file stands for each thing, and its lock ends with the process. Where no lock can be had,
    nobody is held up.
    """
    try:
        import fcntl

        os.makedirs(settings.state_folder, mode=0o700, exist_ok=True)
        path = os.path.join(settings.state_folder, "running.lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (ImportError, OSError):
        yield True
        return
    is_mine = True
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(_short(what)[:12], 16))
    except (BlockingIOError, PermissionError):  # lockf may say either
        is_mine = False
    except OSError:
        pass
    try:
        yield is_mine
    finally:
        os.close(handle)


def is_trusted(state_folder: str, data: bytes) -> bool:
    """Whether the user trusted a file of these very bytes."""
    return os.path.exists(os.path.join(state_folder, "trusted", sha256(data)))


def trust(state_folder: str, path: str, data: bytes) -> None:
    """Remember that the user trusts a file of these very bytes; its path is kept for who looks it up."""
    from triage.durable import write_private

    write_private(os.path.join(state_folder, "trusted", sha256(data)), f"{path}\n".encode(errors="replace"))


KEY_FILE = "redaction.key"
KNOWN_FILE = "known.txt"
SHORTEST_KEY = 16
"""Bytes that a key must have at least."""


def _read_key(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        from triage.durable import refusal

        raise refusal(f"cannot read {path}", error, hint="check its mode") from error
