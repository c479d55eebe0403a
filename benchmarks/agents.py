"""What it costs an agent in tokens to record and publish the Velvet sample: writes docs/agents.md anew."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio
from roads import ROOT, SAMPLE, by_commands, by_hand, by_tools, read_sample, triage
from tables import Table, show

from triage.report.tokens import estimate
from triage.usecases import skill

PAGE = ROOT / "docs" / "agents.md"
HEAD = """# What recording costs an agent

Made by `make agents`, which goes every road and counts; nothing in it is typed. A token is what
`triage/report/tokens.py` estimates, since no model's own tokenizer is at hand; it says how far off that was
beside two of them. What a provider puts around a call is not counted, nor that each call reads again what
came before it, mostly from a cache: many calls cost more than their words.

The work is the Velvet sample: a deploy with two blockers, and three addenda, {events} events in all,
published once.
"""
ROADS = """By commands the agent writes the sample's script and reads its answers, and the skill once. By
tools it writes calls and reads results, as values, and the list of tools once; the same page comes out, which
the script checks. By hand it writes the page that Triage renders: once, when all is over; or the whole of it
at each of its updates, so that others can read it meanwhile (the escalation, the end of the deploy, each
addendum); or then the changes only, each with the lines that it replaces, and remembers what it wrote. Who
writes by hand may leave out what is derived (how claims are backed, times blocked, last values), and pays
less then, down to the facts alone, which have to be said on any road. No road by hand counts what it takes to
look up and to add up; the others need not."""
CONTEXT = """What is in an agent's context because it may record. Of a skill that is its name and description
until it is used; tools are there always."""
ANSWERS = """Of the whole sample. Claude Code (2.1) and Codex (0.144 to 0.169) show their models the values,
others the text; each has all of it."""


def main() -> None:
    """Go every road, and write the page."""
    found = list(tables())
    for table in found:
        show(table)
    PAGE.write_text(document(found), encoding="utf-8")


def document(found: Sequence[Table]) -> str:
    """The page that the tables make."""
    count = sum(1 for _ in (SAMPLE / "velvet-first-deploy.jsonl").open(encoding="utf-8")) - 1
    return "\n".join([HEAD.format(events=count), *(table.markdown() for table in found)])


def tables() -> Iterator[Table]:
    """What every road costs, what an agent pays before it says anything, and what it is answered."""
    with tempfile.TemporaryDirectory(prefix="triage-agents-") as name:
        folder = Path(name)
        sample = read_sample(folder / "sample")
        tools = anyio.run(by_tools, folder, sample)
        roads = [by_commands(folder / "commands"), tools.one, tools.many, *by_hand(sample)]
        columns = ("road", "calls", "writes", "reads", "together")
        yield Table("To record and to publish it", ROADS, columns, [road.row() for road in roads])
        fixed = [
            ("the skill's name and description", skill.text().split("---")[1]),
            ("the whole skill", skill.text()),
            ("`triage describe`", triage(folder / "sample", "describe")),
        ]
        listed = ("the list of tools, and the server's instructions", f"{tools.listed:,}")
        rows = [listed, *((what, f"{estimate(text):,}") for what, text in fixed)]
        yield Table("Before anything is said", CONTEXT, ("what", "tokens"), rows)
        answers = [(f"`{name}`", *map(estimate, answer)) for name, answer in tools.answers]
        yield Table("What a tool answers", ANSWERS, ("call", "as text", "as values"), answers)


if __name__ == "__main__":
    sys.exit(main())
