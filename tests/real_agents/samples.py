"""Records the samples of tests/hook_payloads anew: `make hook-samples`, after `make real-agents`."""

import json
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from real_agents.agents import Agent, installed
from real_agents.model import Use
from real_agents.session import Machine

PAYLOADS = Path(__file__).parent.parent / "hook_payloads"
MAKEFILE = """migrate:
\t@echo applied 001; echo applied 002
broken:
\t@echo 'relation "carts" does not exist' >&2; exit 1
long:
\t@seq 100000
"""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LONGEST = 200
"""Characters of a text that are kept."""


def main() -> None:
    """Record what each installed agent says to a hook, and what a transcript says of that which tells more."""
    for agent in installed(sys.argv[1]):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in samples(agent, Path(folder)):
                path = PAYLOADS / f"{agent.name}-{agent.version}-{name}"
                path.write_text(text, encoding="utf-8")
                sys.stdout.write(f"{path.name}\n")


def script(machine: Machine) -> dict[str, Use]:
    """What is run, by the names of the samples."""
    uses = {
        "post": machine.shell("make migrate", "Apply the migrations"),
        "failure": machine.shell("make broken", "Apply what is broken"),
        "post-no-match": machine.shell("make migrate | grep nothing", "Look for nothing"),
        "post-long": machine.shell("make long", "Print very much"),
    }
    if machine.agent.known.behind:
        uses["post-background"] = machine.shell("make migrate", "Behind", **machine.agent.known.behind)
    return uses


class Hidden:
    """What samples have in the place of a machine's own folders and of ids, each always by the same other."""

    def __init__(self, machine: Machine) -> None:
        pairs = ((machine.work, "/home/ana/velvet"), (machine.home, "/home/ana"))
        self._folders = {str(folder): other for folder, other in pairs}
        self._folders |= {folder.replace(os.sep, "-"): "-home-ana-velvet" for folder in self._folders}
        self._ids: dict[str, str] = {}

    def text(self, value: Any, indent: int | None = 2) -> str:
        """A value as a sample has it, in which long texts are cut."""
        return json.dumps(self._hidden(value), indent=indent, ensure_ascii=False) + "\n"

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._hidden(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._hidden(each) for each in value]
        if not isinstance(value, str):
            return value
        for folder, other in self._folders.items():
            value = value.replace(folder, other)
        return UUID.sub(self._other, value)[:LONGEST]

    def _other(self, found: re.Match[str]) -> str:
        return self._ids.setdefault(found[0], str(uuid.uuid5(uuid.NAMESPACE_OID, str(len(self._ids)))))


def samples(agent: Agent, folder: Path) -> Iterator[tuple[str, str]]:
    """The endings of the samples' names, and their texts."""
    machine = Machine(agent, folder)
    hidden = Hidden(machine)
    (machine.work / "Makefile").write_text(MAKEFILE)
    said = listening(machine, folder)
    uses = script(machine)
    machine.works(list(uses.values()))
    payloads = heard(said)
    yield "pre.json", hidden.text(payloads[0])
    ended = [each for each in payloads if each["hook_event_name"] != "PreToolUse"]
    for name, payload in zip(uses, ended, strict=True):
        yield f"{name}.json", hidden.text(payload)
    if agent.known.is_in_transcript:
        lines = Path(ended[0]["transcript_path"]).read_text().splitlines()
        kept = (json.loads(line) for line in lines if '"call_' in line)
        yield "transcript.jsonl", "".join(hidden.text(line, None) for line in kept)
    other = {"Look after it": [machine.shell("make migrate", "Apply the migrations")]}
    machine.works([machine.start("Look after it"), machine.shell("sleep 4")], others=other)
    of_other = (each for each in heard(said) if each.get("agent_id") and "tool_response" in each)
    yield "post-subagent.json", hidden.text(next(of_other))


def listening(machine: Machine, folder: Path) -> Path:
    """A folder into which a hook writes what the agent says to it, each in a file."""
    said = folder / "payloads"
    said.mkdir()
    settings = machine.work / machine.agent.known.settings
    settings.parent.mkdir()
    hook = {"hooks": [{"type": "command", "command": f"cat > {said}/$(date +%s%N).$$"}]}
    events = ("PreToolUse", "PostToolUse", "PostToolUseFailure")
    settings.write_text(json.dumps({"hooks": {event: [hook] for event in events}}))
    return said


def heard(said: Path) -> list[dict[str, Any]]:
    """The payloads in such a folder, in their order."""
    return [json.loads(path.read_text()) for path in sorted(said.iterdir())]


if __name__ == "__main__":
    main()
