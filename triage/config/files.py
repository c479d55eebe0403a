"""The configuration file: where it lies, what it may say, and the templates that it names."""

import os
import stat
from collections.abc import Mapping
from typing import Any

from triage.config.state import is_trusted
from triage.errors import InvalidValue, NotAllowed, near
from triage.events import ACTOR_TYPES

FOLDER = ".triage"
CONFIG_FILE = "triage.toml"

KEYS = (
    "actor", "actor_type", "issue_url", "pr_url", "commit_url", "zone", "templates", "store", "secret_env",
    "redact", "publish", "sign_key", "signers", "hook", "forges",
)  # fmt: skip
OWN_KEYS = ("store", "sign_key", "signers", "forges")
"""What only the user's own file may set: a cloned folder cannot move the store, say who signs, get tokens."""
GUARDED_KEYS = frozenset((*OWN_KEYS, "redact", "secret_env", "publish", "hook"))
"""What may hold something that counts only where it is trusted."""


def find_folder(cwd: str) -> str:
    """The nearest `.triage` folder upwards, or that of the main checkout of a git worktree, or ''."""
    here = cwd
    while True:
        candidate = os.path.join(here, FOLDER)
        if os.path.isdir(candidate):
            return candidate
        main = _main_checkout(here)
        if main and os.path.isdir(os.path.join(main, FOLDER)):
            return os.path.join(main, FOLDER)
        parent = os.path.dirname(here)
        if parent == here:
            return ""
        here = parent


def _main_checkout(folder: str) -> str:
    """The main checkout of the git worktree at ``folder``, whose ``.git`` is a file that names it."""
    link = os.path.join(folder, ".git")
    if not os.path.isfile(link):
        return ""
    with open(link, encoding="utf-8", errors="replace") as file:
        target = file.read(4096).removeprefix("gitdir:").strip()
    head, mark, _ = os.path.join(folder, target).partition(f"{os.sep}.git{os.sep}worktrees{os.sep}")
    return os.path.normpath(head) if mark else ""


def read_config(path: str) -> dict[str, Any]:
    """The keys of a configuration file; {} where there is none, or only comments."""
    return parsed(path, read_bytes(path))


def read_bytes(path: str) -> bytes:
    """The bytes of a configuration file; b'' where there is none. A clone's may be a link to a device."""
    try:
        with open(path, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidValue(f"{path} is no file", hint="see triage init")
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        from triage.durable import refusal

        raise refusal(f"cannot read {path}", error, hint="check its mode") from error


def parsed(path: str, raw: bytes) -> dict[str, Any]:
    """The keys that the bytes of a configuration file set; `InvalidValue` where they cannot be used."""
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return {}
    import tomllib

    try:
        values = tomllib.loads(raw.decode("utf-8"))
    except RecursionError as error:
        raise InvalidValue(f"{path} is nested too deeply", hint="see triage init") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{path} is not TOML: {error}", hint="see triage init") from error
    for key, value in values.items():
        _check_key(path, key, value)
    return values


def _check_key(path: str, key: str, value: object) -> None:
    if key not in KEYS:
        raise InvalidValue(f"{path} has an unknown key {key!r}", hint=near(key, KEYS), allowed=KEYS)
    if key in ("secret_env", "redact"):
        from triage.config.redaction import check

        check(path, key, value)
    elif key == "hook":
        _check_hook(path, value)
    elif key == "publish":
        from triage.config import targets

        targets.check(path, value)
    elif key == "forges":
        from triage.config import forges

        forges.check(path, value)
    elif not isinstance(value, str):
        raise InvalidValue(f"{path}: {key} must be a text in quotes, not {value!r}")
    if key == "actor_type" and value not in ACTOR_TYPES:
        hint = "one of: " + ", ".join(ACTOR_TYPES)
        raise InvalidValue(f"{path}: actor_type cannot be {value!r:.40}", hint=hint, allowed=ACTOR_TYPES)
    if key.endswith("_url") and not (isinstance(value, str) and _is_pattern(value)):
        raise InvalidValue(
            f"{path}: {key} is no address with a place for the reference: {value!r:.80}",
            hint="write it as https://github.com/acme/velvet/issues/{ref}",
        )


def _check_hook(path: str, value: object) -> None:
    """Raise `InvalidValue` where ``hook`` does not hold lists of beginnings of commands."""
    if not isinstance(value, dict) or not value.keys() <= {"skip", "keep"}:
        raise InvalidValue(f"{path}: hook holds skip and keep", hint='[hook] with skip = ["terraform plan"]')
    for name, items in value.items():
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            hint = f'{name} = ["terraform plan"]'
            raise InvalidValue(f"{path}: {name} of hook must be a list of beginnings of commands", hint=hint)


def _is_pattern(address: str) -> bool:
    plain = address.isprintable() and not set(address) & set(" <>\"'`\\")
    return address.startswith(("https://", "http://")) and plain and "{ref}" in address


def read_folder_config(folder: str, config_folder: str, state_folder: str) -> dict[str, Any]:
    """The configuration beside a `.triage` folder.

    Raises `NotAllowed` for what only the user's own may do, unless the user trusted these very bytes.
    """
    if not folder:
        return {}
    path = os.path.join(os.path.dirname(folder), CONFIG_FILE)
    raw = read_bytes(path)
    found = parsed(path, raw)
    _refuse_templates_elsewhere(folder, found)
    if found.keys().isdisjoint(GUARDED_KEYS) or is_trusted(state_folder, raw):
        return found
    _refuse_untrusted(path, found, f"{config_folder}/{CONFIG_FILE}")
    if "publish" in found:
        found["untrusted_targets"] = tuple(found.pop("publish"))
    if "skip" in found.get("hook", {}):
        del found["hook"]["skip"]  # it would hide what an agent did here
    return found


def _refuse_untrusted(path: str, found: Mapping[str, Any], own: str) -> None:
    """Raise `NotAllowed` for what stops a command where a folder is not trusted."""
    for told, way in (
        (reserved_keys(found), f"set it in {own}"),
        (hidden_texts(found), "narrow it or take it out there"),
    ):
        if told:
            hint = f"{way}, or look at the file and call: triage trust"
            raise NotAllowed(f"{path} may not {told[0]}", hint=hint)


def reserved_keys(found: Mapping[str, Any]) -> list[str]:
    """What a configuration does that only the user's own, or one that was trusted, may do."""
    told = [f"set {key!r}" for key in OWN_KEYS if key in found]
    return [*told, "let secrets through"] if found.get("redact", {}).get("allow") else told


def hidden_texts(found: Mapping[str, Any]) -> list[str]:
    """What is no secret and a configuration would hide for good; the others pay nothing for the look."""
    if not (found.get("redact", {}).get("rules") or found.get("secret_env")):
        return []
    from triage.config.redaction import hidden

    return list(hidden(found))


def trusted_keys(found: Mapping[str, Any]) -> list[str]:
    """What a configuration does only where it is trusted: what is reserved, its targets, what it hides."""
    targets = [f"publish to {name!r}" for name in found.get("publish", ())]
    skipped = [
        f"leave {item!r} out of what a hook captures" for item in found.get("hook", {}).get("skip", ())
    ]
    return [*reserved_keys(found), *hidden_texts(found), *targets, *skipped]


def _refuse_templates_elsewhere(folder: str, found: Mapping[str, str]) -> None:
    """A cloned folder may bring templates, and not make documents of files that lie elsewhere."""
    if "templates" not in found:
        return
    base = os.path.realpath(os.path.dirname(folder))
    named = os.path.realpath(os.path.join(base, os.path.expanduser(found.get("templates", ""))))
    if os.path.commonpath([base, named]) != base:
        raise NotAllowed(
            f"{os.path.dirname(folder)}/{CONFIG_FILE} names templates outside of its folder: {named}",
            hint="put them below it, or name them in your own configuration",
        )


def template_folders(
    folder: str, config_folder: str, found: Mapping[str, str], own: Mapping[str, str]
) -> tuple[str, ...]:
    """Where a team's templates lie, the nearest first."""
    candidates = [
        _named_folder(os.path.dirname(folder), found),
        os.path.join(folder, "templates") if folder else "",
        _named_folder(config_folder, own),
        os.path.join(config_folder, "templates"),
    ]
    return tuple(path for path in candidates if path and os.path.isdir(path))


def _named_folder(base: str, values: Mapping[str, str]) -> str:
    named = values.get("templates", "")
    return os.path.join(base, os.path.expanduser(named)) if named else ""
