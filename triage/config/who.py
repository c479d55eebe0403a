"""Who records, and in which session: what options, environment and the system say of it."""

import os
from collections.abc import Mapping

from triage.events import ACTOR_TYPES, Actor

VARIABLES: tuple[tuple[str, str, str], ...] = (
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

CLIENTS = {"codex-mcp-client": "codex"}
"""What agents call themselves to an MCP server, where that is another name."""

NAMED = "named:"
"""Begins a session that has a name, which a hook of its agent is told, too."""


def actor_of(option: str, environ: Mapping[str, str], config: Mapping[str, str], kept: str) -> Actor:
    """Who records: option, TRIAGE_ACTOR, configuration, agent's variables, git's user, login."""
    agent, session = _agent(environ)
    session = environ.get("TRIAGE_SESSION") or session
    said = option.strip() or environ.get("TRIAGE_ACTOR", "").strip()
    if said:
        return _named(said, "agent" if agent else "human", session)
    kind = config.get("actor_type") or ("agent" if agent else "human")
    if config.get("actor", "").strip():
        return _named(config["actor"], kind, session)
    if agent:
        return Actor(agent, "agent", session)
    return Actor(kept or _login(environ), "human", session)


def _named(said: str, default: str, session: str) -> Actor:
    """``agent:NAME`` and ``system:NAME`` say the type; a bare name takes the default one."""
    kind, mark, name = said.partition(":")
    if mark and kind in ACTOR_TYPES:
        return Actor(name.strip() or kind, kind, session)
    return Actor(said.strip(), default, session)


def _agent(environ: Mapping[str, str]) -> tuple[str, str]:
    """The coding agent that runs this command, and its session."""
    found = ((name, environ.get(own, "")) for variable, name, own in VARIABLES if environ.get(variable))
    name, session = next(found, ("", ""))
    said = environ.get("AI_AGENT", "")
    bare = said.partition("_")[0]  # of claude-code_2-1-263_agent
    if said:
        name = bare if any(bare == known for _, known, _ in VARIABLES) else said
    return name, environ.get("AI_AGENT_SESSION") or session


def _login(environ: Mapping[str, str]) -> str:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if environ.get(name):
            return environ[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"


def variables_of(agent: str) -> tuple[str, ...]:
    """The variable that says that an agent runs a command, and that of its session, where it has one."""
    found = next((variable, session) for variable, name, session in VARIABLES if name == agent)
    return tuple(filter(None, found))


def git_user() -> str:
    """The name that git signs commits with, or ''."""
    import subprocess

    try:
        found = subprocess.run(["git", "config", "user.name"], capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.decode("utf-8", "replace").strip()


def session_of(environ: Mapping[str, str]) -> str:
    """What tells this session from others: TRIAGE_SESSION, the agent's, the terminal, the script."""
    named = environ.get("TRIAGE_SESSION") or _agent(environ)[1]
    if named:
        return f"{NAMED}{named}"
    for stream in (0, 1, 2):
        try:
            return f"tty:{os.ttyname(stream)}:{_session_leader()}"
        except OSError:
            continue
    return f"script:{_session_leader()}"


def of_a_server(environ: Mapping[str, str], client: str, thread: str, session: str) -> dict[str, str]:
    """The variables that say who works through a server: agent and session, as far as none are there.

    ``client`` is what the agent calls itself to servers, ``thread`` which of its sessions asks, '' where it
    does not say so: then it is ``session``.
    """
    agent = CLIENTS.get(client, client)
    known, known_session = _agent(environ)
    added = {} if known else {"AI_AGENT": agent}
    if environ.get("TRIAGE_SESSION") or known_session:
        return added
    own = next((variable for _, name, variable in VARIABLES if name == agent and variable), "")
    return added | ({own: thread} if own and thread else {"TRIAGE_SESSION": session})


def _session_leader() -> str:
    """The POSIX session, with the start of its leader so that a reused number is another one."""
    try:
        leader = os.getsid(0)
        with open(f"/proc/{leader}/stat", "rb") as file:
            return f"{leader}:{file.read().rpartition(b')')[2].split()[19].decode()}"
    except (OSError, AttributeError, IndexError):
        return str(getattr(os, "getsid", lambda _: "")(0))
