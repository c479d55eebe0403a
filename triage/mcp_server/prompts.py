"""The prompts: taking work over, and writing its post-mortem."""

from collections.abc import Callable
from typing import Any, NamedTuple

from triage.mcp_server import looking
from triage.mcp_server.answers import fenced
from triage.mcp_server.arguments import Arguments
from triage.mcp_server.session import Session

ARGUMENTS = ("journal",)


class Prompt(NamedTuple):
    """One prompt: what it is called, what it is for, and what makes its text."""

    name: str
    title: str
    description: str
    function: Callable[[Session, Arguments], str]


def handoff(session: Session, said: Arguments) -> str:
    """Where the work stands, and how to go on with it."""
    told = looking.brief(session, _given(journal=said.text("journal"), budget=WHOLE))
    return f"{HANDOFF}\n\n{told.text}\n{fenced(told.data)}"


def _given(**said: Any) -> Arguments:
    return Arguments(said, said)


WHOLE = 800
"""Tokens of a hand-off that leaves nothing out which the next one needs."""
HANDOFF = (
    "Take over this work. What the record says of it stands below. Verify what it takes for granted before "
    "you build on it, go on with the next open action, and record what you do, when you do it, with the tool "
    "record: failures too."
)


def postmortem(session: Session, said: Arguments) -> str:
    """The document, what is wrong with it, and what a post-mortem still needs."""
    with session.call(said.text("journal")) as call:
        place = call.place()
        text = looking.document(call, place)
    found = looking.check(session, _given(journal=place.name))
    return (
        f"{POSTMORTEM}\n\n{found.text}\n{fenced(found.data)}\n\nThe document of {place.name}:\n{fenced(text)}"
    )


POSTMORTEM = (
    "Complete the post-mortem of this work: record what is missing with the tool record, write no page. That "
    "is the summary and the impact (kind header), the cause of each blocker (kind blocker, its entity), what "
    "went well and what did not (kind section), actions with an owner for what must not happen again (kind "
    "action). Say what a claim rests on; write no count, order or duration from memory. Then mend what the "
    "check finds; in a shell, triage render --template postmortem renders it."
)

PROMPTS = (
    Prompt("handoff", "Take work over", "Where a journal stands, and how to go on with it.", handoff),
    Prompt("postmortem", "Write the post-mortem", "What a journal's post-mortem still needs.", postmortem),
)
