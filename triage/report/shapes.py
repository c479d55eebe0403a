"""What a report says: the shapes that documents and JSON are made from.

Every instant is a fixed-width UTC text or None (unknown), beside its precision. Every shape that stands
for something recorded carries ``event``, the id of the event that created it; its last 8 hex digits are
the anchor in documents. ``backing`` is proved, observed or asserted (design: how a claim is backed);
``evidence`` are the ids of all evidence that names the claim, ``proof`` of that which bears it out.
Durations are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

Cell = tuple[str, str]
"""A label and its value."""


@dataclass(frozen=True, slots=True)
class Header:
    """The folded header of a report or an addendum; absent fields are empty."""

    title: str = ""
    type: str = ""
    status: str = "open"
    status_note: str = ""
    lead: str = ""
    impact: str = ""
    summary: str = ""
    severity: str = ""
    severity_note: str = ""
    service: str = ""
    issue: str = ""
    epic: str = ""
    slug: str = ""
    labels: tuple[Cell, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the work has ended: resolved or abandoned."""
        return self.status in ("resolved", "abandoned")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sequence log.

    ``source`` is the kind of the event; ``mark`` a status word (done, blocked, failed, skipped, fixed,
    opened, closed, merged, an entry's type, a header's status) or empty; ``name`` the mark that was set
    on this moment with --mark.
    """

    event: str
    source: str
    at: str | None
    precision: str
    text: str
    outcome: str
    mark: str
    name: str = ""
    actor: str = ""
    about: str = ""
    """Id of the entity's creating event, which a document may link to."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action. ``number`` is its rank in the journal; ``shown`` the status word for people.

    ``status`` todo, doing, blocked, done, failed, skipped; ``shown`` the same in capitals, or
    BLOCKED → FIXED. ``blockers`` are the ids of blockers that name it. ``claimed_by`` who started it,
    ``command_by`` who said its command.
    """

    event: str
    number: int
    at: str | None
    precision: str
    title: str
    command: str
    environment: str
    owner: str
    group: str
    section: tuple[str, ...]
    status: str
    shown: str
    closed: bool
    outcome: str
    issue: str
    cells: tuple[Cell, ...]
    blockers: tuple[str, ...]
    backing: str
    evidence: tuple[str, ...]
    proof: tuple[str, ...]
    claimed_by: str = ""
    ended_at: str | None = None
    command_by: str = ""

    @property
    def name(self) -> str:
        """The title, with the environment where the title does not say it."""
        return named(self.title, self.environment)

    @property
    def notes(self) -> str:
        """The outcome and the values it left, in one line."""
        values = ", ".join(f"{label} {value}" for label, value in self.cells)
        return ", ".join(part for part in (self.outcome, values) if part)


def named(title: str, environment: str) -> str:
    """What to call an action: two of one title are told apart by where they were done."""
    return (
        f"{title} ({environment})"
        if environment and environment.casefold() not in title.casefold()
        else title
    )


@dataclass(frozen=True, slots=True)
class Blocker:
    """One blocker. ``status`` open, fixed, accepted; ``blocked_us`` how long it stood (None: unknown).

    ``backing`` and ``proof`` are those of its fix.
    """

    event: str
    number: int
    at: str | None
    precision: str
    title: str
    error: str
    effect: str
    cause: str
    fix: str
    pr: str
    issue: str
    action: str
    action_number: int | None
    status: str
    fixed_at: str | None
    blocked_us: int | None
    backing: str
    evidence: tuple[str, ...]
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue or PR. ``closed_by`` are the PRs of blockers that name the issue."""

    event: str
    ref: str
    at: str | None
    precision: str
    title: str
    type: str
    state: str
    note: str
    url: str
    closed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: ``values`` in the order of the table's columns, empty where nothing was said.

    ``expected`` is what was expected of ``actual`` (the last column), ``met`` whether it came out (None:
    nothing was expected).
    """

    event: str
    at: str | None
    precision: str
    values: tuple[str, ...]
    expected: str
    met: bool | None
    backing: str
    basis: str
    evidence: tuple[str, ...]
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of observations; where any row expects a value, an Expected column precedes the last."""

    event: str
    name: str
    section: tuple[str, ...]
    at: str | None
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    @property
    def expects(self) -> bool:
        """Whether any row expects a value."""
        return any(row.met is not None for row in self.rows)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Verbatim output. ``output`` is None when it was not loaded, withheld or empty of chunks.

    ``state`` is exited, killed (by a signal), timeout, interrupted, or running where no end was recorded;
    empty for output that was captured elsewhere. ``size`` counts the bytes that were printed, ``kept`` those
    of ``output``; where that is not kept, ``digest`` is its salted SHA-256. ``streams`` are runs of bytes of
    ``output``, each from out or err, in order; empty where that is not known. ``values`` were taken from it.
    ``actor`` recorded it.
    ``hook`` is the agent whose hook took it by itself; empty where somebody meant to record it. ``actor``
    recorded it.
    """

    event: str
    at: str | None
    precision: str
    title: str
    command: str
    cwd: str
    host: str
    environment: str
    state: str
    exit_code: int | None
    signal: str
    started_at: str | None
    ended_at: str | None
    output: bytes | None
    streams: tuple[tuple[str, int], ...]
    size: int
    kept: int
    digest: str
    language: str
    truncated: int
    redactions: int
    values: tuple[Cell, ...]
    sha256: str
    origin: str
    hook: str
    actor: str
    section: tuple[str, ...]
    action: str
    blocker: str

    @property
    def failed(self) -> bool:
        """Whether a captured command did not go through; where its agent keeps how it ended, nobody knows."""
        if self.state == "exited" and self.exit_code is None:
            return False
        return self.origin == "captured" and self.exit_code != 0

    @property
    def ending(self) -> str:
        """How a command that failed ended, as a claim that names it is answered: ``ended with exit 2``."""
        if self.state == "running":
            return "has no end in the record"
        return "did not end by itself" if self.exit_code is None else f"ended with exit {self.exit_code}"


@dataclass(frozen=True, slots=True)
class Prose:
    """One piece of Markdown under a heading."""

    event: str
    at: str | None
    precision: str
    body: str
    basis: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """Actions that are shown as a list of boxes; ``name`` is empty for those of a section."""

    event: str
    name: str
    actions: tuple[Action, ...]


Block = Prose | Table | Evidence | Checklist


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, in order of time, and the headings below it."""

    path: tuple[str, ...]
    blocks: tuple[Block, ...]
    children: tuple[Section, ...] = ()

    @property
    def title(self) -> str:
        """The last title of its path."""
        return self.path[-1]

    @property
    def verbatim(self) -> bool:
        """Whether it, or a heading below it, holds evidence."""
        return any(isinstance(block, Evidence) for block in self.blocks) or any(
            child.verbatim for child in self.children
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """An address and what is found there."""

    event: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Forced:
    """A publication in spite of error findings: ``about`` are their keys, ``codes`` the rules, each once."""

    event: str
    at: str | None
    actor: str
    about: tuple[str, ...]
    codes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A field as it was said and as it should have been, or an event that was withdrawn.

    ``event`` is the amendment, ``about`` the id of the event that it corrects, ``kind`` and ``title`` what
    that is; ``field`` is empty where the event was withdrawn, ``withdrawn`` says whether it still is.
    """

    event: str
    recorded_at: str
    actor: str
    about: str
    kind: str
    title: str
    field: str
    old: str
    new: str
    reason: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class WallClock:
    """A span between two named moments; ``so_far`` where the work is not resolved."""

    start_at: str
    start_name: str
    end_at: str
    end_name: str
    us: int
    so_far: bool
    detect_us: int | None = None
    mitigate_us: int | None = None


@dataclass(frozen=True, slots=True)
class Backing:
    """How many of the claims of one sort are proved, observed and asserted."""

    proved: int = 0
    observed: int = 0
    asserted: int = 0

    @property
    def total(self) -> int:
        """All claims of the sort."""
        return self.proved + self.observed + self.asserted


@dataclass(frozen=True, slots=True)
class Part:
    """The main report, or one addendum: both are folded and rendered by the same functions.

    ``queue`` are the actions of the action queue; ``operator`` open actions that a named owner must do;
    ``remains`` other open ones that no queue shows. ``verbatim`` are the sections that precede the
    blockers, ``notes`` those that follow the issues. ``final`` is the table "Final state", if any, and
    ``final_notes`` what else stands under that heading.
    """

    id: str
    number: int
    """0 for the main report, else the addendum's rank in time."""
    at: str | None
    precision: str
    header: Header
    rows: tuple[Row, ...]
    actions: tuple[Action, ...]
    queue: tuple[Action, ...]
    operator: tuple[Action, ...]
    remains: tuple[Action, ...]
    blockers: tuple[Blocker, ...]
    issues: tuple[Issue, ...]
    tables: tuple[Table, ...]
    final: Table | None
    final_notes: Section | None
    evidence: tuple[Evidence, ...]
    verbatim: tuple[Section, ...]
    notes: tuple[Section, ...]
    references: tuple[Reference, ...]
    authors: tuple[str, ...]
    wall_clock: WallClock | None
    time_blocked_us: int
    backing: Backing
    resolved_at: str | None = None

    @property
    def listed_issues(self) -> tuple[Issue, ...]:
        """Every issue, and PRs that are not merged yet: merging one is a row of the log."""
        return tuple(issue for issue in self.issues if issue.type == "issue" or issue.state != "merged")
