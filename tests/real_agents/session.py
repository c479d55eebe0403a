"""One session of a real agent on a machine of its own: a scripted model tells it what to do."""

import json
import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from program import SCRIPT

from real_agents.model import Model, Scripts, Use, serving

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody serves: an agent reaches its model on loopback, and nothing else."""
PROMPT = "Deploy it"
ADD_TOOLS = ["mcp", "add", "triage", "--", "triage", "mcp"]
"""What the README has a person say to either agent."""
PATIENCE = 240
"""Seconds that a session may take."""


class Agent(NamedTuple):
    """An agent that is installed, by the name that we know it under."""

    name: str
    version: str
    program: Path


def installed(folder: str) -> list[Agent]:
    """The agents in a folder that has one folder for each, called by name and version."""
    found = []
    for each in sorted(Path(folder).resolve().iterdir()) if folder else ():
        name, _, version = each.name.rpartition("-")
        found += [Agent(name, version, each / "node_modules" / ".bin" / name.removesuffix("-code"))]
    return found


class Machine:
    """A home, a project in git, and an environment in which nothing is known of triage but its programs."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self.agent = agent
        self.home, self.work = folder / "home", folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        subprocess.run(["git", "init", "--quiet", self.work], check=True)
        path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
        login = f"export PATH={shlex.quote(path)}\n"  # an agent's shell may be one that has logged in
        (self.home / ".profile").write_text(login, encoding="utf-8")
        self.environment = {
            "PATH": path,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "HTTPS_PROXY": NOWHERE,
            "HTTP_PROXY": NOWHERE,
            "NO_PROXY": "127.0.0.1",
        }

    def triage(self, *words: str) -> str:
        """What a command of a person on this machine prints."""
        done = subprocess.run(
            [SCRIPT, *words],
            cwd=self.work,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def works(self, script: Sequence[Use], *, others: Scripts | None = None, tools: bool = False) -> Model:
        """Have the agent do what the script says, with the tools of `triage mcp` where asked; its model.

        ``others`` has what the agents do that it starts, by their prompts.
        """
        with serving({PROMPT: script, **(others or {})}) as model:
            start = _claude_code if self.agent.name == "claude-code" else _codex
            words, added = start(self, model)
            if tools:
                self._calls(ADD_TOOLS, added)
            self._calls(words, added)
        return model

    def _calls(self, words: Sequence[str], added: dict[str, str]) -> None:
        """Start the agent, and wait for its end."""
        done = subprocess.run(
            [self.agent.program, *words],
            cwd=self.work,
            env=self.environment | added,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]

    def shell(self, command: str, why: str = "", **more: Any) -> Use:
        """A use of the agent's shell, as its model asks for it."""
        if self.agent.name == "claude-code":
            return Use("Bash", {"command": command, "description": why or "Go on", **more})
        return Use("exec_command", {"cmd": command, **more})

    def start(self, prompt: str) -> Use:
        """A use of the agent's tool that starts another agent."""
        if self.agent.name == "claude-code":
            return Use(
                "Agent", {"description": "Other", "prompt": prompt, "subagent_type": "general-purpose"}
            )
        return Use("multi_agent_v1__spawn_agent", {"message": prompt, "task_name": "other"})

    def events(self, *words: str) -> list[dict[str, Any]]:
        """The events that a person finds on this machine."""
        return [json.loads(line) for line in self.triage("events", "--json", *words).splitlines()]


Start = tuple[Sequence[str], dict[str, str]]


def _claude_code(machine: Machine, model: Model) -> Start:
    words = ["--print", PROMPT, "--allowedTools", "Bash,mcp__triage"]
    return words, {
        "ANTHROPIC_BASE_URL": model.address,
        "ANTHROPIC_API_KEY": "none",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }


def _codex(machine: Machine, model: Model) -> Start:
    folder = machine.home / ".codex"
    folder.mkdir(exist_ok=True)
    settings = [
        'model = "gpt-5"',
        'model_provider = "script"',
        "[features]",
        "hooks = true",
        f'[projects."{machine.work}"]',
        'trust_level = "trusted"',
        "[model_providers.script]",
        'name = "script"',
        f'base_url = "{model.address}/v1"',
        'wire_api = "responses"',
    ]
    (folder / "config.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    return ["exec", "--dangerously-bypass-hook-trust", "--sandbox", "danger-full-access", PROMPT], {}
