"""What the fast road takes of each command: made from the click commands by `make table`."""

from collections.abc import Mapping
from typing import NamedTuple


class Plain(NamedTuple):
    """A command without what only click can do: the module of its body, and its words without their hyphens.

    An argument ends in ? where it may be left out, in * or + where it takes all that is left, with + at
    least one. Options take a value, flags do not; ``env=environment`` is a spelling and what it means.
    """

    module: str
    arguments: str
    options: str
    flags: str


TABLE: Mapping[str, Plain] = {
    "set": Plain(
        "journals",
        "pairs+",
        """journal store at actor key log""",
        "json",
    ),
    "resolve": Plain(
        "journals",
        "note?",
        """type lead impact summary severity severity-note service issue epic slug journal store at actor
        key log""",
        "json",
    ),
    "reopen": Plain(
        "journals",
        "note?",
        """type lead impact summary severity severity-note service issue epic slug journal store at actor
        key log""",
        "json",
    ),
    "addendum": Plain(
        "journals",
        "title labels*",
        """type status status-note lead impact summary severity severity-note service issue epic slug
        journal store at actor key log""",
        "json",
    ),
    "log": Plain(
        "log",
        "text outcome?",
        """outcome type mark journal store at actor key log""",
        "json",
    ),
    "did": Plain(
        "work",
        "title rest*",
        """command environment env=environment owner group section outcome issue evidence mark journal
        store at actor key log""",
        "json",
    ),
    "action": Plain(
        "work",
        "title",
        """command environment env=environment owner group section status outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "start": Plain(
        "work",
        "action",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "take json",
    ),
    "done": Plain(
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "fail": Plain(
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "skip": Plain(
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "block": Plain(
        "work",
        "action error",
        """title effect cause fix pr issue evidence journal store at actor key log""",
        "json",
    ),
    "blocker": Plain(
        "work",
        "title",
        """error effect cause fix pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "fix": Plain(
        "work",
        "blocker text?",
        """title error effect cause pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "accept": Plain(
        "work",
        "blocker reason",
        """title error effect cause pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "issue": Plain(
        "facts",
        "ref state? note?",
        """title type state note url journal store at actor key log""",
        "json",
    ),
    "observe": Plain(
        "facts",
        "words+",
        """expect=expected expect-exact table row section evidence basis journal store at actor key log""",
        "json",
    ),
    "section": Plain(
        "facts",
        "heading body?",
        """body basis journal store at actor key log""",
        "append json",
    ),
    "ref": Plain(
        "facts",
        "url title?",
        """title journal store at actor key log""",
        "json",
    ),
    "amend": Plain(
        "corrections",
        "event pairs*",
        """reason journal store at actor key log""",
        "json",
    ),
    "retract": Plain(
        "corrections",
        "event reason?",
        """reason journal store at actor key log""",
        "json",
    ),
    "undo": Plain(
        "corrections",
        "reason?",
        """reason journal store at actor key log""",
        "json",
    ),
}
