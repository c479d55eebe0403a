"""The roads of an agent to the published page of the Velvet sample, each gone for real, with their cost."""

import difflib
import json
import os
import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from triage.events import Event
from triage.kinds import CELLS
from triage.render import Style, render
from triage.report import Report
from triage.report.tokens import estimate
from triage.store import open_store
from triage.usecases import skill

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "velvet-first-deploy"
DAY = "2026-05-05"
ACTOR = "agent:sre-agent"
PUBLISH = "triage publish --to ./site"
BY_HAND = "git add docs/velvet-first-deploy.md && git commit -m 'Update the report' && git push"


class Road(NamedTuple):
    """One way to the published page: how many calls it takes, and the tokens that they write and read."""

    name: str
    calls: int
    writes: int
    reads: int

    def row(self) -> tuple[object, ...]:
        """Its line of the table."""
        total = self.writes + self.reads
        return self.name, self.calls, f"{self.writes:,}", f"{self.reads:,}", f"{total:,}"


class Sample(NamedTuple):
    """The events of the sample in their order, with what they printed, and its page."""

    events: list[Event]
    page: str


def read_sample(folder: Path) -> Sample:
    """The sample from its record."""
    folder.mkdir()
    triage(folder, "import", str(SAMPLE / "velvet-first-deploy.jsonl"))
    store = open_store(str(folder / "triage.db"), clock=lambda: 0, entropy=os.urandom)
    (row,) = store.journals()
    events = list(store.events(row.id, output=True))
    store.close()
    return Sample(events, page_of(events))


def page_of(events: Sequence[Event]) -> str:
    """The page of a record, in Markdown."""
    settings = tomllib.loads((SAMPLE / "triage.toml").read_text(encoding="utf-8"))
    report = Report.from_events(events)
    return render(report, template="triage", format="md", style=Style(**settings), folders=[])


def by_commands(folder: Path) -> Road:
    """The road of who runs the sample's script, and publishes."""
    folder.mkdir()
    script = (SAMPLE / "record.sh").read_text(encoding="utf-8")
    commands = script[script.index("triage open") :] + PUBLISH
    done = subprocess.run(
        ["sh", "-c", script + PUBLISH],
        cwd=folder,
        env=surroundings(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    calls = len(re.findall(r"^triage ", commands, re.MULTILINE))
    return Road("by commands", calls, estimate(commands), estimate(skill.text()) + estimate(done.stdout))


class Answer(NamedTuple):
    """What a tool answers: its text, and its values, which Claude Code and Codex show instead."""

    text: str
    values: str


class Tools(NamedTuple):
    """What tools cost: the tokens of their list, both roads, and the answers about the whole sample."""

    listed: int
    one: Road
    many: Road
    answers: list[tuple[str, Answer]]


async def by_tools(folder: Path, sample: Sample) -> Tools:
    """The roads of who calls the tools: with one thing a call, and with all of a moment."""
    steps = list(items_of(sample.events))
    listed, one, _ = await _by_tools(folder / "one", [[step] for step in steps], sample, [])
    _, many, answers = await _by_tools(folder / "many", moments(steps), sample, ASKED)
    return Tools(
        listed,
        one._replace(name="by tools, one thing a call", reads=one.reads + listed),
        many._replace(name="by tools, a moment a call", reads=many.reads + listed),
        answers,
    )


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("brief", {}),
    ("brief", {"budget": 800}),
    ("search", {"text": "sqlalchemy"}),
    ("read", {"last": 5}),
    ("read", {"what": "output", "event": "e28", "lines": "1-3"}),
    ("check", {}),
]
Step = tuple[str, str, dict[str, Any]]
"""A tool, the time, and its item or its arguments."""


def moments(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps in calls: those of one time in one, unless one names what another of them makes."""
    calls: list[list[Step]] = []
    for step in steps:
        tool, at, item = step
        new = not calls or (tool, at) != calls[-1][0][:2]
        made = not new and any(before["kind"] in ("action", "blocker") for _, _, before in calls[-1])
        if new or (made and item.keys() & {"action", "entity"}):
            calls.append([])
        calls[-1].append(step)
    return calls


async def _by_tools(
    folder: Path, calls: Iterable[Sequence[Step]], sample: Sample, asked: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, Road, list[tuple[str, Answer]]]:
    folder.mkdir()
    server = StdioServerParameters(
        command=str(_program()), args=["mcp", "--allow-publish"], cwd=folder, env=surroundings(folder)
    )
    made = [_call(steps) for steps in calls]
    async with Client(server) as client:
        tools = [
            tool.model_dump(by_alias=True, exclude_none=True) for tool in (await client.list_tools()).tools
        ]
        listed = estimate(_json(tools)) + estimate(client.instructions or "")
        writes = reads = 0
        for name, arguments in [*made, ("publish", {"to": "./site"})]:
            writes += estimate(_json({"name": name, "arguments": arguments}))
            reads += estimate((await _answer(client, name, arguments)).values)
        answers = [(_shown(name, said), await _answer(client, name, said)) for name, said in asked]
    _check(triage(folder, "render", "velvet-first-deploy"), sample.page)
    return listed, Road("", len(made) + 1, writes, reads), answers


def _call(steps: Sequence[Step]) -> tuple[str, dict[str, Any]]:
    name, at, first = steps[0]
    if name == "open":
        return name, first | {"at": at}
    return name, {"items": [item for _, _, item in steps], "at": at}


async def _answer(client: Client, name: str, arguments: dict[str, Any]) -> Answer:
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    if result.is_error:
        raise SystemExit(f"{name} {_json(arguments)}: {content.text}")
    return Answer(content.text, _json(result.structured_content))


def _shown(name: str, arguments: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{label}={value!r}' for label, value in arguments.items())})"


def items_of(events: Sequence[Event]) -> Iterator[Step]:
    """The events as an agent would say them: a tool, the time, and an item or the arguments."""
    numbers = _numbers(events)
    for event in events:
        body = dict(event.body or {})
        if event.kind == "header" and event.creates:
            yield from _opening(event, body)
            continue
        for name in ("origin", "sha256"):
            body.pop(name, None)
        if event.output is not None:
            body["output"] = event.output.decode("utf-8")
        if event.kind in ("action", "blocker") and not event.creates:
            body["entity"] = numbers[event.entity]
        yield (
            "record",
            _at(event),
            {"kind": event.kind} | {name: _said(name, body[name], numbers) for name in body},
        )


def _opening(event: Event, body: dict[str, Any]) -> Iterator[Step]:
    title = "title" if event.part == event.journal else "addendum"
    known = ("slug", "type", "service", "summary")
    yield "open", _at(event), {title: body["title"]} | {name: body[name] for name in known if name in body}
    more = {name: _said(name, value, {}) for name, value in body.items() if name not in (*known, "title")}
    if more:
        yield "record", _at(event), {"kind": "header"} | more


def _numbers(events: Sequence[Event]) -> dict[str, int]:
    """The number of every action and every blocker, by its id."""
    found: dict[str, int] = {}
    for kind in ("action", "blocker"):
        created = [event.id for event in events if event.kind == kind and event.creates]
        found |= {id: number for number, id in enumerate(created, 1)}
    return found


def _said(name: str, value: Any, numbers: dict[str, int]) -> Any:
    """A field as an agent says it: a number for an event, an object or words for cells, a path as a text."""
    if name in ("action", "blocker"):
        return numbers[value]
    if name in ("section", "heading"):
        return " > ".join(value)
    if name in CELLS:
        return (
            dict(value)
            if all(label for label, _ in value)
            else ["=".join(filter(None, cell)) for cell in value]
        )
    return value


def _at(event: Event) -> str:
    day, time = (event.at or "")[:10], (event.at or "")[11:16]
    about = "~" if event.precision == "approximate" else ""
    return f"{about}{time}" if day == DAY else f"{about}{day}T{time}Z"


def by_hand(sample: Sample) -> Iterator[Road]:
    """The roads of who writes the page, and the facts alone."""
    pages = ["", *(page_of(sample.events[:count]) for count in updates(sample.events))]
    publish = estimate(BY_HAND)
    yield Road("by hand, once at the end", 2, estimate(pages[-1]) + publish, 0)
    whole = sum(estimate(page) + publish for page in pages[1:])
    yield Road(f"by hand, whole at each of {len(pages) - 1} updates", 2 * (len(pages) - 1), whole, 0)
    edits = [edit for before, after in pairwise(pages) for edit in changed(before, after)]
    cost = sum(map(estimate, edits)) + publish * (len(pages) - 1)
    yield Road(
        f"by hand, what changed at each of {len(pages) - 1} updates", len(edits) + len(pages) - 1, cost, 0
    )
    yield Road("the facts alone, in no form", 0, estimate("\n".join(facts(sample.events))), 0)


def updates(events: Sequence[Event]) -> list[int]:
    """How many events there were at each update of a page by hand."""
    parts = [event.part for event in events]
    ends = [place + 1 for place, part in enumerate(parts) if part not in parts[place + 1 :]]
    told = [place + 1 for place, event in enumerate(events) if (event.body or {}).get("type") == "escalation"]
    return sorted({*told, *ends})


def changed(before: str, after: str) -> Iterator[str]:
    """The changes from one page to the next, each as the lines that it replaces and those that it writes."""
    old, new = before.splitlines(), after.splitlines()
    for verb, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb != "equal":
            yield "\n".join([*(old[a:b] or old[a - 1 : a]), *new[c:d]])


def facts(events: Sequence[Event]) -> Iterator[str]:
    """Every text that was said, and every output."""
    for event in events:
        body = {
            name: value
            for name, value in (event.body or {}).items()
            if name not in ("output", "sha256", "action")
        }
        yield from _texts(list(body.values()))
        yield (event.output or b"").decode("utf-8")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _check(mine: str, page: str) -> None:
    """Stop where a road does not lead to the page; ids, which are new in every store, may differ."""
    pair = [re.sub(r"[0-9a-f]{8}", "#", text).split("\n") for text in (page.strip(), mine.strip())]
    if pair[0] != pair[1]:
        raise SystemExit("another page came out:\n" + "\n".join(difflib.unified_diff(*pair, lineterm="")))


def _program() -> Path:
    return Path(sysconfig.get_path("scripts")) / "triage"


def surroundings(folder: Path) -> dict[str, str]:
    """A machine of its own for one road: the sample's day and actor, and how references become links."""
    (folder / "triage.toml").write_bytes((SAMPLE / "triage.toml").read_bytes())
    (folder / ".triage").mkdir(exist_ok=True)
    return {
        "PATH": f"{_program().parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "TRIAGE_STORE": str(folder / "triage.db"),
        "TRIAGE_SESSION": "agents",
        "TRIAGE_ACTOR": ACTOR,
        "TRIAGE_DATE": DAY,
        "LANG": "C.UTF-8",
    }


def triage(folder: Path, *arguments: str) -> str:
    """What a command of the program prints."""
    done = subprocess.run(
        [_program(), *arguments],
        cwd=folder,
        env=surroundings(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
