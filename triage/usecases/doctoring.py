"""Looking at everything that recording rests on: what is well, what is not, and how to mend it."""

import os
import platform
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from triage import __version__, config, times, traces
from triage.config import Chosen, Settings
from triage.config.leavings import REFUSED, STAYS, Left, Stay, ends, left
from triage.config.sources import Source, origin, sources
from triage.config.state import SESSIONS
from triage.errors import TriageError
from triage.store import JournalRow, Store, spool
from triage.store.health import FAIL, OK, WARN, Diagnosed, Health


@dataclass(frozen=True)
class Asked:
    """What a command was asked for, and its surroundings."""

    store: str
    actor: str
    environ: Mapping[str, str]
    cwd: str

    @cached_property
    def files(self) -> list[Source]:
        """The configuration files that count, read once; raises as `sources` does."""
        return list(sources(self.cwd, *config.folders(self.environ)))


def program() -> Health:
    """The program, and what it runs on."""
    system = f"{platform.system()} {platform.machine()}"
    return Health("triage", OK, f"{__version__} on Python {platform.python_version()}, {system}")


def configuration(asked: Asked) -> Iterator[Health]:
    """The files of the configuration, and what in them cannot be used or does not count."""
    try:
        yield from map(_file, asked.files)
        config.load(asked.environ, asked.cwd, store=asked.store, actor=asked.actor)
    except TriageError as error:
        yield Health("configuration", FAIL, error.message, error.hint)


def _file(source: Source) -> Health:
    sets = f"sets {', '.join(source.keys)}" if source.keys else "sets nothing"
    if not source.waits:
        return Health("configuration", OK, f"{source.path} {sets}")
    text = f"{source.path} is not trusted: it does not {', nor '.join(source.waits)}; look at it first"
    return Health("configuration", WARN, text, f"triage trust {shlex.quote(source.path)}")


def settings(asked: Asked, found: Settings, chosen: Chosen) -> Iterator[Health]:
    """What was chosen for this call, and by what."""
    actor = origin(asked.actor, "TRIAGE_ACTOR", asked.environ, "actor", asked.files)
    who = f"{found.actor.name} ({found.actor.type})"
    yield Health("actor", OK, f"{who}, by {actor or 'what runs this, git or the login'}")
    name = found.journal or chosen.slug or chosen.journal
    by = "TRIAGE_JOURNAL" if found.journal else f"the session {found.session}"
    yield Health("current journal", OK, f"{name}, by {by}" if name else "none was chosen")


def address(asked: Asked) -> str:
    """What says which store this is."""
    by = origin(asked.store, "TRIAGE_STORE", asked.environ, "store", asked.files)
    if by:
        return by
    folder = config.find_folder(asked.cwd)
    return f"the folder {folder}" if folder else "the user's data folder, as nothing names another one"


def store(found: Store, by: str, identity: str, *, quick: bool) -> Iterator[Health]:
    """The store: that it is there and can be written, and what it says of itself."""
    rows = found.journals()
    count = f"{_count(len(rows), 'journal')}, {_count(sum(row.events for row in rows), 'event')}"
    yield Health("store", OK, f"{identity}, by {by}: {count}")
    try:
        found.append([])
    except TriageError as error:
        yield Health("writing", FAIL, error.message, error.hint)
    if isinstance(found, Diagnosed):
        yield from found.diagnose(quick=quick)


def record(found: Store) -> Iterator[Health]:
    """The chain of digests of every journal."""
    from triage.usecases import verifying

    rows = found.journals()
    bad = 0
    for row in rows:
        verified = verifying.journal(found, row)
        faults = [verifying.fault_of(fault) for fault in verified.verdict.faults] + list(verified.faults)
        if faults:
            bad += 1
            yield Health("record", FAIL, f"{row.slug} {faults[0]}", f"triage verify {row.slug}")
    if not bad:
        yield Health("record", OK, f"{_count(len(rows), 'journal')} verified, event by event")


AHEAD_US = 2_000_000
"""Microseconds that a record may be ahead of a clock which is well."""


def clock(found: Store, now: Callable[[], int]) -> Health:
    """This clock against the record: what is recorded next is never earlier than what was."""
    newest = [(_newest(found, row), row.slug) for row in found.journals()]
    last, slug = max(newest, default=("", ""))
    ahead = times.to_us(last) - now() if last else 0
    if ahead <= AHEAD_US:
        return Health("clock", OK, f"{times.from_timestamp_us(now())[:19]}Z, after all that was recorded")
    text = f"{slug} was recorded into {times.span(ahead)} ahead of this clock: one of the two is wrong"
    return Health("clock", FAIL, text, "compare `date -u` with the time elsewhere, and synchronise the clock")


def _newest(found: Store, row: JournalRow) -> str:
    return max((event.recorded_at for event in found.index(row.id)), default="")


def redaction_key(config_folder: str) -> Health:
    """The key of the fingerprints; it is not made here."""
    path = os.path.join(config_folder, config.KEY_FILE)
    if not os.path.exists(path):
        return Health("redaction key", OK, f"{path} is made when it is first needed")
    try:
        config.redaction_key(config_folder)
    except TriageError as error:
        return Health("redaction key", FAIL, error.message, error.hint)
    if os.stat(path).st_mode & 0o077:
        text = f"others may read {path}, and guess what was redacted"
        return Health("redaction key", WARN, text, f"chmod 600 {shlex.quote(path)}")
    return Health("redaction key", OK, path)


def spools(found: Settings, mine: str) -> Iterator[Health]:
    """What waits for this store, and for others; and what was set aside."""
    known = config.spool_folders(found)
    told = [health for folder in sorted(known, key=lambda each: each != mine) for health in _spool(folder)]
    yield from told or [Health("spool", OK, "nothing waits")]


def _spool(folder: str) -> Iterator[Health]:
    waiting = spool.waiting(folder)
    if waiting:
        store = _store_of(waiting)
        text = f"{_count(len(waiting), 'call')} to be delivered to {store or folder}"
        yield Health(
            "spool", WARN, text, "triage flush" + (f" --store {shlex.quote(store)}" if store else "")
        )
    for path in spool.aside(folder):
        yield _aside(path)


def _store_of(paths: Iterable[str]) -> str:
    """The store that calls wait for, by the first that can be read; '' where none can."""
    for path in paths:
        with suppress(OSError, ValueError):
            return spool.read(path).store
    return ""


WHY = {
    "key_conflict": "its key was used before, for something else",
    "not_found": "its journal is not in the store",
}
"""Why an event was set aside, by the code of the error."""


def _aside(path: str) -> Health:
    code = spool.code_of(path)
    try:
        held = spool.read(path)
    except (OSError, ValueError) as error:
        return Health("set aside", FAIL, f"{path} cannot be read: {error}", f"look at {shlex.quote(path)}")
    first = held.drafts[0]
    what = f"{first.kind} of {times.show(first.at, first.precision)}: {WHY.get(code, code)}"
    into = f"--store {shlex.quote(held.store)}"
    if code == "not_found":
        return Health("set aside", FAIL, what, f"triage import EXPORT {into} && triage flush --again {into}")
    return Health("set aside", FAIL, what, f"triage flush --take {into} | triage record - {into}")


def leavings(state_folder: str) -> Iterator[Health]:
    """What commands left beside the user's state, and for how long it stays."""
    refused = left(state_folder, REFUSED)
    text = "nothing lies there that could not be recorded"
    if refused:
        what = f"{_count(len(refused), 'text')} that could not be recorded, {_size(refused)}"
        text = f"{what}, the last in {refused[0].path}: {_staying(STAYS[REFUSED])}{_next_end(refused)}"
    yield Health("refused", OK, text)
    chosen, used = left(state_folder, SESSIONS), left(state_folder, traces.USED)
    text = f"{_count(len(chosen), 'choice')} of a journal and {_count(len(used), 'trace')} for hooks"
    yield Health(
        "sessions",
        OK,
        f"{text}, {_size([*chosen, *used])}: {_staying(STAYS[SESSIONS], ' after its last use')}",
    )


def _staying(stay: Stay, since: str = "") -> str:
    full = f" ({stay.least} where all have more than {stay.size >> 20} MiB)" if stay.least < stay.most else ""
    return f"each stays for {stay.most} days{since}{full}, the last {stay.always:,} for longer"


def _next_end(refused: list[Left]) -> str:
    """When the first of them goes."""
    end = min((end for _, end in ends(refused, STAYS[REFUSED])), default=None)
    return f"; the next goes after {times.from_timestamp_us(int(end * 1_000_000))[:10]}" if end else ""


def _size(files: Iterable[Left]) -> str:
    from triage.render.caption import size

    return size(sum(file.size for file in files))


def hooks(asked: Asked, state_folder: str) -> Iterator[Health]:
    """The hooks of coding agents, and payloads of theirs that could not be made out."""
    from triage.usecases import hooking, unknown

    try:
        installed = [each for each in hooking.status(asked.environ, asked.cwd) if each.commands]
    except TriageError as error:
        installed = []
        yield Health("hook", WARN, error.message, error.hint)
    for each in installed:
        trouble = hooking.trouble(each)
        fix = f"triage hook install {each.agent}{' --global' if each.everywhere else ''}"
        state, but = (WARN, f", but {trouble}") if trouble else (OK, "")
        yield Health("hook", state, f"{each.agent}, in {each.path}{but}", fix if trouble else "")
    kept = unknown.kept(state_folder)
    if kept:
        what = f"{_count(len(kept), 'payload')} could not be made out, the last in {kept[-1]}"
        text = f"{what}: a newer triage may know it; send it in where none does (its secrets are hidden)"
        yield Health("hook", WARN, text, f"rm -r {shlex.quote(os.path.dirname(kept[-1]))}")
    if not installed and not kept:
        yield Health("hook", OK, "installed for no agent")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s'[: number != 1]}"
