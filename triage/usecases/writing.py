"""Writing a note into a journal: what of it is new becomes events, all in one transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from triage import times
from triage.errors import InvalidValue
from triage.events import Event
from triage.importer import Note, Piece, read_note
from triage.importer.moments import DAY_US
from triage.importer.pieces import UNKNOWN, joined
from triage.usecases.earlier import shown
from triage.usecases.importing import LONGEST
from triage.usecases.novelty import Novelty
from triage.usecases.recorder import Recorder
from triage.usecases.standing import Standing, as_told
from triage.usecases.steps import KNOWN, Remark, Step


class Became(NamedTuple):
    """What some lines of a note became. ``event`` is None for one that is not recorded.

    ``before`` is the event of an earlier writing that they amend, and ``was`` what that said.
    """

    line: int
    end: int
    kind: str
    state: str
    title: str
    event: Event | None
    before: Event | None = None
    was: str = ""


class Written(NamedTuple):
    """What a note came to: what its lines became, what to look at, and how many secrets were hidden."""

    became: list[Became]
    remarks: list[Remark]
    hidden: int

    @property
    def recorded(self) -> list[Event]:
        """The events that are new, in the order of the record."""
        return [each.event for each in self.became if each.event and each.state != KNOWN]


def write(recorder: Recorder, text: str, *, name: str = "", dry_run: bool = False) -> Written:
    """Write a note into the recorder's place, all of it or nothing; ``name`` is that of its text, or ''.

    Raises `InvalidValue`, with the line, where the note says nothing or an event cannot hold what it says.
    """
    if len(text) > LONGEST:
        raise InvalidValue(
            f"the text has {len(text):,} characters; write takes at most {LONGEST:,}",
            hint="nothing was recorded; write it in parts",
        )
    name, place, base = as_told(name), recorder.place, recorder.when()
    events = list(recorder.home.events(place.journal))
    standing = Standing(place, events, recorder.circumstances.actor.name)
    note = _read(recorder, text, standing)
    new = Novelty(recorder.plain(), standing, name, base)
    limit = times.to_us(recorder.now()) + times.EARLY
    new.add_all(_past(piece, limit, new) for piece in _dated(note.pieces, limit, new))
    _remark_on(note, standing, new)
    recorded = [] if dry_run else recorder.append(new.drafts)
    return Written(_became(new, recorded), sorted(new.remarks), new.hidden)


def _read(recorder: Recorder, text: str, standing: Standing) -> Note:
    """Read a note; times without a day are of the one that the caller told, or assumed to be of today."""
    circumstances = recorder.circumstances
    told = circumstances.day or ((recorder.when().at or "")[:10] if circumstances.at else "")
    note = read_note(text, titles=standing.titles, date=told or recorder.now()[:10], assumed=not told)
    if not note.pieces:
        raise InvalidValue("the text says nothing", hint="nothing was recorded; write takes Markdown")
    return note


def _dated(pieces: Sequence[Piece], limit: int, new: Novelty) -> list[Piece]:
    """The pieces; times of an assumed day are moved back by as many days as it takes for all to be past."""
    latest = max(
        (times.to_us(piece.when.at) for piece in pieces if piece.undated and piece.when.at), default=0
    )
    days = max(0, -((limit - latest) // DAY_US))
    if days:
        last = times.show(times.from_timestamp_us(latest - days * DAY_US), "minute")
        new.remark(0, f"no day is told: the last time was taken as {last}")
    return [_back(piece, days) for piece in pieces]


def _back(piece: Piece, days: int) -> Piece:
    if not (days and piece.undated and piece.when.at):
        return piece
    return piece._replace(when=piece.when._replace(at=times.plus_us(piece.when.at, -days * DAY_US)))


def _past(piece: Piece, limit: int, new: Novelty) -> Piece:
    """The piece; where its time lies ahead without one, since it did not happen yet: its text tells it."""
    if not piece.when.at or times.to_us(piece.when.at) <= limit:
        return piece
    ahead = times.show(piece.when.at, piece.when.precision)
    new.remark(piece.line, f"{ahead} lies ahead, and is kept as text")
    field = "text" if piece.kind == "entry" else "note"
    said = joined(ahead, piece.fields.get(field, ""), by=" ")
    return piece._replace(when=UNKNOWN).with_fields(**{field: said})


def _remark_on(note: Note, standing: Standing, new: Novelty) -> None:
    """Remark on what is odd in a note, and on a status that the record does not have."""
    if note.unclosed:
        new.remark(note.unclosed, "this fence is not closed: all that follows is its text")
    for odd in note.odd:
        new.remark(odd.line, f"{odd.word!r:.40} is no {odd.what}")
    status = standing.part.header.status
    for told in note.statuses:
        if told.status != status:
            how = "triage resolve" if told.status == "resolved" else f"triage set status={told.status}"
            new.remark(told.line, f"the text says {told.status}, the record {status}; to say so: {how}")


def _became(new: Novelty, recorded: Sequence[Event]) -> list[Became]:
    """What the lines of a note became, once it was recorded."""
    return [_step(step, new, recorded) for step in new.steps]


def _step(step: Step, new: Novelty, recorded: Sequence[Event]) -> Became:
    event = recorded[step.place] if recorded and step.place >= 0 else step.event
    piece, was = step.piece, step.before
    became = Became(piece.line, piece.end, piece.kind, step.state, step.title, event)
    return became._replace(before=new.event(was), was=shown(was.kind, was.body, was.at)) if was else became
