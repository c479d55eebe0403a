"""What the surroundings say: configuration files, environment, clock, randomness, terminal.

Everything here is read once per command and handed on as values. A `triage.toml` beside `.triage/`
may set who records, how links look, the zone and the templates; moving the store or loosening
redaction counts only from the user's own file.
"""

import os
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.errors import InvalidValue, NotAllowed
from triage.events import ACTOR_TYPES, Actor, near, sha256

FOLDER = ".triage"
CONFIG_FILE = "triage.toml"
STORE_FILE = "triage.db"

AGENTS: tuple[tuple[str, str, str], ...] = (
    ("CLAUDECODE", "claude-code", "CLAUDE_CODE_SESSION_ID"),
    ("CODEX_THREAD_ID", "codex", "CODEX_THREAD_ID"),
    ("CODEX_SANDBOX", "codex", "CODEX_THREAD_ID"),
    ("CODEX_CI", "codex", "CODEX_THREAD_ID"),
    ("CURSOR_AGENT", "cursor", "CURSOR_TRACE_ID"),
    ("GEMINI_CLI", "gemini-cli", "GEMINI_SESSION_ID"),
    ("OPENCODE", "opencode", "OPENCODE_SESSION_ID"),
    ("GOOSE_TERMINAL", "goose", "AGENT_SESSION_ID"),
    ("CLINE_ACTIVE", "cline", ""),
)
"""Variables that coding agents set for the commands they run: variable, name, variable of the
session. Vercel's detect-agent and AWS CDK's guessAgent list the same; AI_AGENT is the common one and
comes first."""

KEYS = ("actor", "actor_type", "issue_url", "pr_url", "commit_url", "zone", "templates", "store")
OWN_KEYS = ("store",)
"""What only the user's own file may set: a cloned folder cannot move the store."""


class Settings(NamedTuple):
    """What a command needs to know of its surroundings.

    ``store`` is the address of the store, ``sources`` says where it came from; ``session`` names the
    agent's session, the terminal or the POSIX session, and is empty where there is none.
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
    config_folder: str
    state_folder: str


def load(environ: Mapping[str, str], cwd: str, *, store: str = "", actor: str = "") -> Settings:
    """The settings for a command that runs in ``cwd``; options win over everything else."""
    config_folder, state_folder = folders(environ)
    folder = find_folder(cwd)
    own = read_config(os.path.join(config_folder, CONFIG_FILE))
    found = read_config(os.path.join(os.path.dirname(folder), CONFIG_FILE)) if folder else {}
    for key in OWN_KEYS:
        if key in found:
            raise NotAllowed(
                f"{os.path.dirname(folder)}/{CONFIG_FILE} may not set {key!r}",
                hint=f"set it in {config_folder}/{CONFIG_FILE}, or with an option",
            )
    _refuse_templates_elsewhere(folder, found)
    merged = {**own, **found}
    address = store or environ.get("TRIAGE_STORE") or own.get("store") or ""
    address = _whole(address) or _default_store(folder, environ)
    return Settings(
        store=address,
        actor=_actor(actor, environ, merged, kept_actor(state_folder, address)),
        session=_session(environ),
        journal=environ.get("TRIAGE_JOURNAL", ""),
        day=environ.get("TRIAGE_DATE", ""),
        issue_url=merged.get("issue_url", ""),
        pr_url=merged.get("pr_url", ""),
        commit_url=merged.get("commit_url", ""),
        zone=merged.get("zone", ""),
        templates=_template_folders(folder, config_folder, found, own),
        config_folder=config_folder,
        state_folder=state_folder,
    )


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


def folders(environ: Mapping[str, str]) -> tuple[str, str]:
    """The user's own folders: of the configuration, and of the state."""
    home = _home(environ)
    config_folder = os.path.join(environ.get("XDG_CONFIG_HOME") or f"{home}/.config", "triage")
    state_folder = os.path.join(environ.get("XDG_STATE_HOME") or f"{home}/.local/state", "triage")
    return config_folder, state_folder


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


def _whole(address: str) -> str:
    """The address with a path made absolute: a session's choice holds from every folder."""
    if not address or "://" in address:
        return address
    return os.path.abspath(os.path.expanduser(address))


def working_folder(environ: Mapping[str, str]) -> str:
    """The folder that the command runs in; where it was when somebody deleted it meanwhile."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return environ.get("PWD") or os.sep


def clock() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def entropy(size: int) -> bytes:
    """Random bytes from the operating system."""
    return os.urandom(size)


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


def _default_store(folder: str, environ: Mapping[str, str]) -> str:
    if folder:
        return os.path.join(folder, STORE_FILE)
    data = environ.get("XDG_DATA_HOME") or f"{_home(environ)}/.local/share"
    return os.path.join(data, "triage", STORE_FILE)


def read_config(path: str) -> dict[str, Any]:
    """The keys of a configuration file; {} where there is none, or only comments."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise NotAllowed(f"cannot read {path}: {error.strerror}", hint="check its mode") from error
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return {}
    import tomllib

    try:
        values = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{path} is not TOML: {error}", hint="see triage init") from error
    for key, value in values.items():
        _check_key(path, key, value)
    return values


def _check_key(path: str, key: str, value: object) -> None:
    if key not in KEYS:
        raise InvalidValue(f"{path} has an unknown key {key!r}", hint=near(key, KEYS), allowed=KEYS)
    if not isinstance(value, str):
        raise InvalidValue(f"{path}: {key} must be a text in quotes, not {value!r}")
    if key.endswith("_url") and not _is_pattern(value):
        raise InvalidValue(
            f"{path}: {key} is no address with a place for the reference: {value!r:.80}",
            hint="write it as https://github.com/acme/velvet/issues/{ref}",
        )


def _is_pattern(address: str) -> bool:
    plain = address.isprintable() and not set(address) & set(" <>\"'`\\")
    return address.startswith(("https://", "http://")) and plain and "{ref}" in address


def _template_folders(
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


def _actor(option: str, environ: Mapping[str, str], config: Mapping[str, str], kept: str) -> Actor:
    """Who records: option, TRIAGE_ACTOR, configuration, agent's variables, git's user, login."""
    agent, session = _agent(environ)
    session = environ.get("TRIAGE_SESSION") or session
    said = option or environ.get("TRIAGE_ACTOR", "")
    if said:
        return _named(said, "agent" if agent else "human", session)
    kind = config.get("actor_type") or ("agent" if agent else "human")
    if config.get("actor"):
        return _named(config["actor"], kind, session)
    if agent:
        return Actor(agent, "agent", session)
    return Actor(kept or _login(environ), "human", session)


def _named(said: str, default: str, session: str) -> Actor:
    """``agent:NAME`` and ``system:NAME`` say the type; a bare name takes the default one."""
    kind, mark, name = said.partition(":")
    if mark and kind in ACTOR_TYPES and name.strip():
        return Actor(name.strip(), kind, session)
    return Actor(said.strip(), default, session)


def _agent(environ: Mapping[str, str]) -> tuple[str, str]:
    """The coding agent that runs this command, and its session."""
    if environ.get("AI_AGENT"):
        return environ["AI_AGENT"], environ.get("AI_AGENT_SESSION", "")
    for variable, name, session in AGENTS:
        if environ.get(variable):
            return name, environ.get(session, "")
    return "", ""


def _login(environ: Mapping[str, str]) -> str:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if environ.get(name):
            return environ[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"


def needs_git_user(settings: Settings, environ: Mapping[str, str], actor: str) -> bool:
    """Whether nobody said who records, so that `open` or `init` should ask git once."""
    said = actor or environ.get("TRIAGE_ACTOR") or settings.actor.type != "human"
    return not said and not kept_actor(settings.state_folder, settings.store)


def git_user() -> str:
    """The name that git signs commits with, or ''."""
    import subprocess

    try:
        found = subprocess.run(["git", "config", "user.name"], capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.decode("utf-8", "replace").strip()


def kept_actor(state_folder: str, store: str) -> str:
    """The name that was kept for a store, or ''."""
    return _read_text(os.path.join(state_folder, "actors", _short(store)))


def keep_actor(settings: Settings, name: str) -> None:
    """Remember who records into this store, so that git is asked once."""
    write_aside(os.path.join(settings.state_folder, "actors", _short(settings.store)), name.encode("utf-8"))


def _session(environ: Mapping[str, str]) -> str:
    """What tells this session from others: TRIAGE_SESSION, the agent's, the terminal, the script."""
    named = environ.get("TRIAGE_SESSION") or _agent(environ)[1]
    if named:
        return f"named:{named}"
    for stream in (0, 1, 2):
        try:
            return f"tty:{os.ttyname(stream)}:{_session_leader()}"
        except OSError:
            continue
    return f"script:{_session_leader()}"


def _session_leader() -> str:
    """The POSIX session, with the start of its leader so that a reused number is another one."""
    try:
        leader = os.getsid(0)
        with open(f"/proc/{leader}/stat", "rb") as file:
            return f"{leader}:{file.read().rpartition(b')')[2].split()[19].decode()}"
    except (OSError, AttributeError, IndexError):
        return str(getattr(os, "getsid", lambda _: "")(0))


def current(settings: Settings) -> tuple[str, str, str]:
    """The journal, the part and the part's slug that this session chose, or empty texts."""
    journal, part, addendum, *_ = [*_read_text(_current_path(settings)).split(" "), "", ""]
    return journal, part, addendum


def choose(settings: Settings, journal: str, part: str, addendum: str = "") -> None:
    """Make a journal and a part the current ones of this session; ``addendum`` is the part's slug."""
    write_aside(_current_path(settings), f"{journal} {part} {addendum}".encode())


def _current_path(settings: Settings) -> str:
    whole = f"{settings.store}\0{settings.actor.name}\0{settings.session}"
    return os.path.join(settings.state_folder, "sessions", _short(whole))


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
    path = os.path.join(config_folder, "redaction.key")
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise NotAllowed(f"cannot read {path}: {error.strerror}", hint="check its mode") from error
    write_aside(path, entropy(32).hex().encode(), new=True)
    with open(path, "rb") as file:
        return file.read()


def write_aside(path: str, data: bytes, *, new: bool = False) -> None:
    """Write a file beside its place, sync it, and put it there whole; ``new``: unless one is there."""
    folder = os.path.dirname(path)
    aside = f"{path}.{os.getpid()}.{entropy(4).hex()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _put(aside, path, new=new)
    except OSError as error:
        raise NotAllowed(
            f"cannot write {path}: {error.strerror}", hint="check the folder's owner and space"
        ) from error


def _put(aside: str, path: str, *, new: bool) -> None:
    if not new:
        os.replace(aside, path)
        return
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(aside)


def is_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()
