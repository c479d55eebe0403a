"""The agents that are known here, one line each: all in which they differ as they are started and spoken to."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from real_agents.model import Use


class Task(NamedTuple):
    """What an agent is started for: a prompt; the address of its model; its home, and its project."""

    prompt: str
    model: str
    home: Path
    work: Path


class Known(NamedTuple):
    """An agent as it is started and spoken to.

    ``program`` is what npm calls its program, ``settings`` the file of a project that has its hooks.
    ``start`` gives the words and the variables by which it is started, after it wrote what settings that needs;
    ``tools`` are the words that add the tools of `triage mcp`.

    ``run`` gives a use of its shell, of a command and the words for it; ``behind`` is what has such a command
    go on behind, {} where nothing does. ``other`` gives a use of its tool that starts another agent, of a prompt.

    ``says_why`` is whether it has words for a command, ``is_in_transcript`` whether its transcript tells more
    of one than its payloads do.
    """

    program: str
    settings: str
    start: Callable[[Task], tuple[Sequence[str], Mapping[str, str]]]
    tools: Sequence[str]
    run: Callable[[str, str], Use]
    behind: Mapping[str, Any]
    other: Callable[[str], Use]
    says_why: bool
    is_in_transcript: bool


ADD_TOOLS = ["mcp", "add", "triage", "--", "triage", "mcp"]
"""What the README has a person say to either of the first two."""


def _claude_code(task: Task) -> tuple[Sequence[str], Mapping[str, str]]:
    words = ["--print", task.prompt, "--allowedTools", "Bash,mcp__triage"]
    return words, {
        "ANTHROPIC_BASE_URL": task.model,
        "ANTHROPIC_API_KEY": "none",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }


def _codex(task: Task) -> tuple[Sequence[str], Mapping[str, str]]:
    folder = task.home / ".codex"
    folder.mkdir(exist_ok=True)
    settings = [
        'model = "gpt-5"',
        'model_provider = "script"',
        "[features]",
        "hooks = true",
        f'[projects."{task.work}"]',
        'trust_level = "trusted"',
        "[model_providers.script]",
        'name = "script"',
        f'base_url = "{task.model}/v1"',
        'wire_api = "responses"',
    ]
    (folder / "config.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    return ["exec", "--dangerously-bypass-hook-trust", "--sandbox", "danger-full-access", task.prompt], {}


KNOWN = {
    "claude-code": Known(
        program="claude",
        settings=".claude/settings.json",
        start=_claude_code,
        tools=ADD_TOOLS,
        run=lambda command, why: Use("Bash", {"command": command, "description": why or "Go on"}),
        behind={"run_in_background": True},
        other=lambda prompt: Use(
            "Agent", {"description": "Other", "prompt": prompt, "subagent_type": "general-purpose"}
        ),
        says_why=True,
        is_in_transcript=False,
    ),
    "codex": Known(
        program="codex",
        settings=".codex/hooks.json",
        start=_codex,
        tools=ADD_TOOLS,
        run=lambda command, _: Use("exec_command", {"cmd": command}),
        behind={},
        other=lambda prompt: Use("multi_agent_v1__spawn_agent", {"message": prompt, "task_name": "other"}),
        says_why=False,
        is_in_transcript=True,
    ),
}
"""By the names that `triage hook` has for them."""


class Agent(NamedTuple):
    """An agent that is installed, by the name that it is known under."""

    name: str
    version: str
    program: Path

    @property
    def known(self) -> Known:
        """What it is known to be like."""
        return KNOWN[self.name]


def installed(folder: str) -> list[Agent]:
    """The agents in a folder that has one folder for each, called by name and version; all must be known."""
    return [_agent(each) for each in sorted(Path(folder).resolve().iterdir())] if folder else []


def _agent(folder: Path) -> Agent:
    name, _, version = folder.name.rpartition("-")
    if name not in KNOWN:
        raise LookupError(
            f"{folder.name}: no agent {name!r} is known here: give it its line in {Path(__file__).name}, "
            f"beside {', '.join(KNOWN)}"
        )
    return Agent(name, version, folder / "node_modules" / ".bin" / KNOWN[name].program)
