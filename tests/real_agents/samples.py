"""Records the samples of tests/hook_payloads anew: `make hook-samples`, after `make real-agents`."""

import json
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from real_agents.model import Use
from real_agents.session import Agent, Machine, installed

PAYLOADS = Path(__file__).parent.parent / "hook_payloads"
MAKEFILE = """migrate:
\t@echo applied 001; echo applied 002
broken:
\t@echo 'relation "carts" does not exist' >&2; exit 1
long:
\t@seq 100000
"""
LONGEST = 200
"""Characters of a text that are kept."""


def main() -> None:
    """Record what each installed agent says to a hook, and of Codex what its transcript says of that."""
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
    if machine.agent.name == "claude-code":
        uses["post-background"] = machine.shell("make migrate", "Behind", run_in_background=True)
    return uses


def samples(agent: Agent, folder: Path) -> Iterator[tuple[str, str]]:
    """The endings of the samples' names, and their texts."""
    machine = Machine(agent, folder)
    (machine.work / "Makefile").write_text(MAKEFILE)
    settings = machine.work / (
        ".claude/settings.json" if agent.name == "claude-code" else ".codex/hooks.json"
    )
    settings.parent.mkdir()
    said = folder / "payloads"
    hook = {"hooks": [{"type": "command", "command": f"(cat; echo) >> {said}"}]}
    events = ("PreToolUse", "PostToolUse", "PostToolUseFailure")
    settings.write_text(json.dumps({"hooks": {event: [hook] for event in events}}))
    uses = script(machine)
    machine.works(list(uses.values()))
    payloads = [json.loads(line) for line in said.read_text().splitlines() if line]
    yield "pre.json", shown(payloads[0], machine)
    ended = [each for each in payloads if each["hook_event_name"] != "PreToolUse"]
    for name, payload in zip(uses, ended, strict=True):
        yield f"{name}.json", shown(payload, machine)
    if agent.name == "codex":
        transcript = Path(ended[0]["transcript_path"]).read_text().splitlines()
        kept = [json.loads(line) for line in transcript if '"call_' in line]
        yield "transcript.jsonl", "".join(shown(line, machine, None) for line in kept)


def shown(value: Any, machine: Machine, indent: int | None = 2) -> str:
    """A value as a sample has it: ids and folders are others, long texts are cut."""
    text = json.dumps(hidden(value, machine), indent=indent, ensure_ascii=False)
    return text + "\n"


def hidden(value: Any, machine: Machine) -> Any:
    """The value with what is the machine's own hidden."""
    if isinstance(value, dict):
        return {name: hidden(each, machine) for name, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, machine) for each in value]
    if not isinstance(value, str):
        return value
    for folder, other in ((machine.work, "/home/ana/velvet"), (machine.home, "/home/ana")):
        value = value.replace(str(folder), other).replace(
            str(folder).replace(os.sep, "-"), "-home-ana-velvet"
        )
    try:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, "sample")) if uuid.UUID(value) else value
    except ValueError:
        return value if len(value) <= LONGEST else value[:LONGEST]


if __name__ == "__main__":
    main()
