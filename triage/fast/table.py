"""What the fast road takes of each command: made from the click commands by `make table`.

Of each: the module of its body, its arguments, its options that take a value, its flags. An argument ends
in ? where it may be left out, in * or + where it takes all that is left, with + at least one. Options
stand without their hyphens; ``env=environment`` is a spelling and what it means.
"""

TABLE: dict[str, tuple[str, str, str, str]] = {
    "set": (
        "journals",
        "pairs+",
        """journal store at actor key log""",
        "json",
    ),
    "resolve": (
        "journals",
        "note?",
        """type lead impact summary severity severity-note service issue epic slug journal store at actor
        key log""",
        "json",
    ),
    "reopen": (
        "journals",
        "note?",
        """type lead impact summary severity severity-note service issue epic slug journal store at actor
        key log""",
        "json",
    ),
    "addendum": (
        "journals",
        "title labels*",
        """type status status-note lead impact summary severity severity-note service issue epic slug
        journal store at actor key log""",
        "json",
    ),
    "log": (
        "log",
        "text outcome?",
        """outcome type mark journal store at actor key log""",
        "json",
    ),
    "did": (
        "work",
        "title rest*",
        """command environment env=environment owner group section outcome issue evidence mark journal
        store at actor key log""",
        "json",
    ),
    "action": (
        "work",
        "title",
        """command environment env=environment owner group section status outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "start": (
        "work",
        "action",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "take json",
    ),
    "done": (
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "fail": (
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "skip": (
        "work",
        "action rest*",
        """title command environment env=environment owner group section outcome issue evidence mark
        journal store at actor key log""",
        "json",
    ),
    "block": (
        "work",
        "action error",
        """title effect cause fix pr issue evidence journal store at actor key log""",
        "json",
    ),
    "blocker": (
        "work",
        "title",
        """error effect cause fix pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "fix": (
        "work",
        "blocker text?",
        """title error effect cause pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "accept": (
        "work",
        "blocker reason",
        """title error effect cause pr issue action evidence journal store at actor key log""",
        "json",
    ),
    "issue": (
        "facts",
        "ref state? note?",
        """title type state note url journal store at actor key log""",
        "json",
    ),
    "observe": (
        "facts",
        "words+",
        """expect=expected expect-exact table row section evidence basis journal store at actor key log""",
        "json",
    ),
    "section": (
        "facts",
        "heading body?",
        """body basis journal store at actor key log""",
        "append json",
    ),
    "ref": (
        "facts",
        "url title?",
        """title journal store at actor key log""",
        "json",
    ),
    "amend": (
        "corrections",
        "event pairs*",
        """reason journal store at actor key log""",
        "json",
    ),
    "retract": (
        "corrections",
        "event reason?",
        """reason journal store at actor key log""",
        "json",
    ),
    "undo": (
        "corrections",
        "reason?",
        """reason journal store at actor key log""",
        "json",
    ),
}
