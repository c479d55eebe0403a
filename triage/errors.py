"""The errors that Triage raises, each with what to do next and the exit code it stands for.

::

    TriageError                 1  failed
    ├── UsageError              2  wrong usage
    │   └── InvalidValue        2  a value that a field does not take
    ├── LinesRefused            1  lines of a batch; where nothing was recorded, the code of the first
    ├── NotFound                3  no such journal, event, action, file
    │   └── StoreGone           3  the store that the session recorded into is not there any more
    ├── NotAllowed              4  the operating system or the store's owner said no
    ├── Conflict                5  somebody else said something different first
    │   ├── KeyConflict         5  the same key with other fields
    │   ├── SlugTaken           5  the slug belongs to another journal
    │   └── AlreadyClaimed      5  the action was started by another actor
    ├── PolicyError             6  refused by policy
    │   ├── FindingsFound       6  a journal that contradicts itself is to be published
    │   └── SecretFound         6  a secret in what was imported or rendered
    ├── Unavailable            75  nothing was kept, try again
    │   ├── StoreLocked        75  another process holds the store too long
    │   ├── StoreFull          75  no space left for the store
    │   └── Uncertain           1  kept or not: the disk or the connection failed at the last step
    ├── StoreUnusable           1  not a store, damaged, or made by a newer triage
    └── TemplateError           1  a template that cannot be rendered

The library raises them; the front end prints ``message`` and ``hint`` in one place and exits with
``exit_code``.
"""

from collections.abc import Iterable, Mapping, Sequence


class TriageError(Exception):
    """Something that the user can understand and mend.

    ``hint`` says what to do next, ``allowed`` lists the values that would have been taken,
    ``retryable`` says whether the same call may succeed later. Where one of several events was refused,
    ``place`` is its place among them, from 0 on.
    """

    code = "failed"
    exit_code = 1
    retryable = False
    place: int | None = None

    def __init__(self, message: str, *, hint: str = "", allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def as_dict(self) -> dict[str, object]:
        """The error object that ``--json`` prints: code, message, hint, allowed, retryable."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "allowed": list(self.allowed),
            "retryable": self.retryable,
        }


class UsageError(TriageError):
    """The command line, or a line of a file, is not of the right form."""

    code = "usage"
    exit_code = 2


class InvalidValue(UsageError):
    """A value that its field does not take."""

    code = "invalid"


class LinesRefused(TriageError):
    """Lines of a batch are refused: ``lines`` has what is wrong with each, by its number."""

    code = "lines"

    def __init__(self, message: str, *, hint: str, lines: Mapping[int, TriageError]) -> None:
        super().__init__(message, hint=hint)
        self.lines = lines

    def as_dict(self) -> dict[str, object]:
        """The error object, with the lines that are refused, up to `MOST_LINES`, and how many there are."""
        told = [{"line": number, **error.as_dict()} for number, error in [*self.lines.items()][:MOST_LINES]]
        return {**super().as_dict(), "lines": told, "refused": len(self.lines)}


MOST_LINES = 50
"""Lines of a batch that are told one by one: as many as an agent will mend in one turn."""


class NotFound(TriageError):
    """What was named is not in the store or on the disk."""

    code = "not_found"
    exit_code = 3


class StoreGone(NotFound):
    """The store that a session recorded into is not there any more."""

    code = "store_gone"


class NotAllowed(TriageError):
    """The operating system, or the owner of the store, does not allow it."""

    code = "not_allowed"
    exit_code = 4


class Conflict(TriageError):
    """Somebody said something different first."""

    code = "conflict"
    exit_code = 5


class KeyConflict(Conflict):
    """The same key was recorded before, with other fields."""

    code = "key_conflict"


class SlugTaken(Conflict):
    """The slug belongs to another journal of this store."""

    code = "slug_taken"


class AlreadyClaimed(Conflict):
    """The action was started by another actor."""

    code = "already_claimed"


class PolicyError(TriageError):
    """Refused by a rule of the program."""

    code = "policy"
    exit_code = 6


class FindingsFound(PolicyError):
    """A journal with error findings is to be published; ``found`` has the code and the event of each."""

    code = "findings"

    def __init__(self, message: str, *, hint: str = "", found: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(message, hint=hint)
        self.found = found

    def as_dict(self) -> dict[str, object]:
        """The error object, with what was found."""
        return {**super().as_dict(), "found": [dict(each) for each in self.found]}


class SecretFound(PolicyError):
    """A secret in text that was not scrubbed on this machine.

    ``found`` says where, one each: event, kind, field and rule; or line, template and rule.
    """

    code = "secret"

    def __init__(self, message: str, *, hint: str = "", found: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(message, hint=hint)
        self.found = found

    def as_dict(self) -> dict[str, object]:
        """The error object, with what was found."""
        return {**super().as_dict(), "found": [dict(each) for each in self.found]}


class Unavailable(TriageError):
    """The store cannot be written for now, and nothing was kept."""

    code = "unavailable"
    exit_code = 75
    retryable = True


class StoreLocked(Unavailable):
    """Another process held the store for longer than the busy timeout."""

    code = "locked"


class StoreFull(Unavailable):
    """There is no space left where the store lies."""

    code = "full"


class Uncertain(Unavailable):
    """What was written was not confirmed, for the disk or the connection failed: it may be there or not.

    A spool may take it all the same: what it delivers is not kept twice.
    """

    code = "uncertain"
    exit_code = 1
    retryable = False


class StoreUnusable(TriageError):
    """The file is not a store, is damaged, or was made by a newer program."""

    code = "store"


class TemplateError(TriageError):
    """A template that cannot be rendered; the message names file, line and cause."""

    code = "template"


def near(word: str, words: Iterable[str]) -> str:
    """A hint with the nearest of the words, or all of them."""
    from difflib import get_close_matches

    choices = list(words)
    close = get_close_matches(word, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else "one of: " + ", ".join(choices)
