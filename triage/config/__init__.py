"""What the surroundings say: configuration files, environment, clock, randomness.

Everything here is read once per command and handed on as values. A `triage.toml` beside `.triage/`
may set who records, how links look, the zone and the templates; moving the store or loosening
redaction counts only from the user's own file, or from one that the user trusted.
"""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from triage import traces
from triage.config.files import (
    CONFIG_FILE,
    FOLDER,
    find_folder,
    parsed,
    read_bytes,
    read_config,
    read_folder_config,
    reserved_keys,
    template_folders,
    trusted_keys,
)
from triage.config.state import (
    KEY_FILE,
    Chosen,
    Use,
    choose,
    current,
    keep_actor,
    keep_use,
    kept_actor,
    last_use,
    redaction_key,
    remember,
    remembered,
    sole,
    spool_folder,
    spool_folders,
    trust,
)
from triage.config.who import actor_of, git_user, of_a_server, session_of, variables_of
from triage.events import Actor
from triage.redact import Allowed, Rule

if TYPE_CHECKING:
    from triage.config.targets import TargetSettings

    Targets = tuple[TargetSettings, ...]
else:
    Targets = tuple  # written as a text, `NamedTuple` would have it compiled: 1.4 ms of every command

__all__ = [
    "CONFIG_FILE",
    "FOLDER",
    "KEY_FILE",
    "STORE_FILE",
    "Chosen",
    "Settings",
    "Use",
    "choose",
    "clock",
    "current",
    "entropy",
    "find_folder",
    "folders",
    "git_user",
    "keep_actor",
    "keep_use",
    "last_use",
    "load",
    "needs_git_user",
    "of_a_server",
    "parsed",
    "read_bytes",
    "read_config",
    "redaction_key",
    "remember",
    "remembered",
    "reserved_keys",
    "sole",
    "spool_folder",
    "spool_folders",
    "trust",
    "trusted_keys",
    "variables_of",
    "working_folder",
]

STORE_FILE = "triage.db"


class Settings(NamedTuple):
    """What a command needs to know of its surroundings.

    ``store`` is the address of the store; ``session`` names the agent's session, the terminal or the
    POSIX session; ``templates`` are folders, the nearest first. ``secret_env`` names variables whose values
    are secret; ``rules`` are added to the redactor's, ``allowed`` is let through by it.
    ``sign_key`` is the SSH key that signs checkpoints, ``signers`` the file of those whose signatures count.
    ``forges`` are hosts with the addresses of their APIs.
    ``targets`` are those of publications, the nearest first; ``untrusted`` names those of a file that nobody
    trusted.
    ``hook_skip`` and ``hook_keep`` are beginnings of commands that a hook leaves out, or keeps all the same.
    """

    store: str
    actor: Actor
    session: str
    journal: str
    day: str
    issue_url: str
    pr_url: str
    commit_url: str
    zone: str
    templates: tuple[str, ...]
    secret_env: tuple[str, ...]
    rules: tuple[Rule, ...]
    allowed: tuple[Allowed, ...]
    targets: Targets
    untrusted: tuple[str, ...]
    sign_key: str
    signers: str
    hook_skip: tuple[str, ...]
    hook_keep: tuple[str, ...]
    forges: tuple[tuple[str, str], ...]
    config_folder: str
    state_folder: str


def load(environ: Mapping[str, str], cwd: str, *, store: str = "", actor: str = "") -> Settings:
    """The settings for a command that runs in ``cwd``; options win over everything else."""
    config_folder, state_folder = folders(environ)
    folder = find_folder(cwd)
    own = read_config(os.path.join(config_folder, CONFIG_FILE))
    found = read_folder_config(folder, config_folder, state_folder)
    merged = {**own, **found}
    address = store or environ.get("TRIAGE_STORE") or _store_beside(folder, found) or own.get("store") or ""
    address = _whole(address) or _default_store(folder, environ)
    return Settings(
        store=address,
        actor=actor_of(actor, environ, merged, kept_actor(state_folder, address)),
        session=session_of(environ),
        journal=environ.get("TRIAGE_JOURNAL", ""),
        day=environ.get("TRIAGE_DATE", ""),
        issue_url=merged.get("issue_url", ""),
        pr_url=merged.get("pr_url", ""),
        commit_url=merged.get("commit_url", ""),
        zone=merged.get("zone", ""),
        templates=template_folders(folder, config_folder, found, own),
        secret_env=_secret_env(environ, own, found),
        rules=_rules(own, found),
        allowed=_allowed(own, found),
        targets=_targets(found, own),
        untrusted=tuple(found.get("untrusted_targets", ())),
        sign_key=merged.get("sign_key", ""),
        signers=merged.get("signers", ""),
        hook_skip=_hook("skip", own, found),
        hook_keep=_hook("keep", own, found),
        forges=tuple(merged.get("forges", {}).items()),
        config_folder=config_folder,
        state_folder=state_folder,
    )


def _secret_env(environ: Mapping[str, str], *found: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of variables whose values are secret whatever they are called."""
    said = (name.strip() for name in environ.get("TRIAGE_SECRET_ENV", "").split(","))
    configured = (name for values in found for name in values.get("secret_env", ()))
    return tuple(dict.fromkeys([*(name for name in said if name), *configured]))


def _rules(*found: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules that configurations add to the redactor's."""
    return tuple(
        Rule(item["name"], tuple(hint.lower() for hint in item.get("hints", ())), item["pattern"])
        for values in found
        for item in values.get("redact", {}).get("rules", ())
    )


def _allowed(*found: Mapping[str, Any]) -> tuple[Allowed, ...]:
    """What the configurations let through; a folder's was refused before unless it is trusted."""
    items = [item for values in found for item in values.get("redact", {}).get("allow", ())]
    return tuple(Allowed(item.get("rule", ""), item.get("fingerprint", ""), item["reason"]) for item in items)


def _hook(name: str, *found: Mapping[str, Any]) -> tuple[str, ...]:
    """What configurations say of the commands that a hook sees; a folder's ``skip`` only where trusted."""
    return tuple(item for values in found for item in values.get("hook", {}).get(name, ()))


def _targets(*found: Mapping[str, Any]) -> Targets:
    """The targets of configurations; read only where there are any, since recording needs none."""
    named = [values for values in found if "publish" in values]
    if not named:
        return ()
    from triage.config.targets import targets_of

    return tuple(target for values in named for target in targets_of(values))


def _store_beside(folder: str, found: Mapping[str, Any]) -> str:
    """The store that a trusted folder's file names, a path from where that file lies; or ''."""
    named: str = found.get("store", "")
    if not named or "://" in named:
        return named
    return os.path.join(os.path.dirname(folder), os.path.expanduser(named))


def folders(environ: Mapping[str, str]) -> tuple[str, str]:
    """The user's own folders: of the configuration, and of the state."""
    base = environ.get("XDG_CONFIG_HOME") or f"{traces.home(environ)}/.config"
    return os.path.join(base, "triage"), traces.state_folder(environ)


def _whole(address: str) -> str:
    """The address with a path made absolute: a session's choice holds from every folder."""
    if not address or "://" in address:
        return address
    return os.path.abspath(os.path.expanduser(address))


def _default_store(folder: str, environ: Mapping[str, str]) -> str:
    if folder:
        return os.path.join(folder, STORE_FILE)
    data = environ.get("XDG_DATA_HOME") or f"{traces.home(environ)}/.local/share"
    return os.path.join(data, "triage", STORE_FILE)


def working_folder(environ: Mapping[str, str]) -> str:
    """The folder that the command runs in; where it was when somebody deleted it meanwhile."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return environ.get("PWD") or os.sep


def needs_git_user(settings: Settings, environ: Mapping[str, str], actor: str) -> bool:
    """Whether nobody said who records, so that `open` or `init` should ask git once."""
    said = actor or environ.get("TRIAGE_ACTOR") or settings.actor.type != "human"
    return not said and not kept_actor(settings.state_folder, settings.store)


def clock() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def entropy(size: int) -> bytes:
    """Random bytes from the operating system."""
    return os.urandom(size)
