"""One session of a real agent on a machine of its own: a scripted model tells it what to do."""

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from program import SCRIPT

from real_agents.agents import Agent, Task
from real_agents.model import Model, Scripts, Use, serving

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody serves: an agent reaches its model on loopback, and nothing else."""
PROMPT = "Deploy it"
PATIENCE = 240
"""Seconds that a session may take."""


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
            words, added = self.agent.known.start(Task(PROMPT, model.address, self.home, self.work))
            if tools:
                self._calls(self.agent.known.tools, added)
            self._calls(words, added)
        return model

    def _calls(self, words: Sequence[str], added: Mapping[str, str]) -> None:
        """Start the agent, and wait for its end."""
        done = subprocess.run(
            [self.agent.program, *words],
            cwd=self.work,
            env={**self.environment, **added},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]

    def shell(self, command: str, why: str = "", **more: Any) -> Use:
        """A use of the agent's shell, as its model asks for it."""
        use = self.agent.known.run(command, why)
        return use._replace(arguments={**use.arguments, **more})

    def start(self, prompt: str) -> Use:
        """A use of the agent's tool that starts another agent."""
        return self.agent.known.other(prompt)

    def events(self, *words: str) -> list[dict[str, Any]]:
        """The events that a person finds on this machine."""
        return [json.loads(line) for line in self.triage("events", "--json", *words).splitlines()]
