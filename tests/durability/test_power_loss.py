"""Nothing that was acknowledged is lost when the power is: calls are traced, and what a disk may hold is read back.

The disk is the model of `durability.disk`. ``TRIAGE_STATES`` says how many different states of it are opened: 60
take a few seconds, `make durability` opens 10,000.
"""

import os
import random
import shutil
import sys
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from durability.audit import assert_sound_file, kept_events
from durability.disk import FATES, Disk, digest
from durability.tracing import Answer, Sync, missing, traced

STATES = int(os.environ.get("TRIAGE_STATES", "60"))

pytestmark = pytest.mark.skipif(missing() != "", reason=missing())


class Step(NamedTuple):
    """One call that was traced: what it did, and what there is once it has answered.

    ``events`` are those of the record, ``files`` the small files beside the store; ``transactions`` says
    whether the call may be half done: in several transactions of which each is whole.
    """

    operations: list
    events: list
    files: dict[str, bytes]
    transactions: bool = False
    gone: bytes = b"\0nothing was deleted yet"


class Loss(NamedTuple):
    """What a disk holds after a loss of power, what had been acknowledged by then, and what was on its way."""

    state: dict
    sure: Step
    doing: Step


@pytest.fixture
def steps(triage):
    """Calls of every kind that writes, from an empty home on, as they were traced."""
    made = [Step([], [], {})]

    def call(*arguments, stdin=b"", fault="", **known):
        done = traced(triage, *arguments, stdin=stdin, fault=fault)
        files = small_files(triage.home)
        with untouched(triage.home):
            made.append(Step(done, said(triage), files, **known))

    call("open", "Velvet first deploy")
    call("log", "went live", "health is 200")
    call("record", "-", stdin=b"".join(batch_line(number) for number in range(40)))
    call("run", "--tail", "1", "--", sys.executable, "-c", PRINTING, transactions=True)
    call("log", "while the disk was full", fault="pwrite64:error=ENOSPC")
    call("did", "deliver what was spooled", transactions=True)
    call("redact", "--remember", "label", stdin=b"a-secret-of-ours-4711")
    call("addendum", "DKIM")
    call("log", "slipped-through-by-mistake")
    call("purge", "last", gone=b"slipped-through-by-mistake")
    call("resolve", "done")
    return made


def test_the_model_knows_all_that_the_program_does_to_the_disk(triage, steps):
    disk = Disk(str(triage.home))
    for step in steps:
        for operation in step.operations:
            disk.do(operation)

    files = {str(path): path.read_bytes() if path.is_file() else None for path in triage.home.rglob("*")}
    assert disk.live() == files


def test_the_model_finds_what_a_program_loses_that_never_syncs(triage, steps):
    careless = [
        step._replace(operations=[each for each in step.operations if not isinstance(each, Sync)])
        for step in steps
    ]
    with pytest.raises(AssertionError):
        open_all(triage, careless, 20)


def test_no_loss_of_power_takes_what_was_acknowledged(triage, steps, figures):
    open_all(triage, steps, STATES)

    done = sum(len(step.operations) for step in steps)
    figures(
        f"{STATES:,} states of the disk after a loss of power, from {done:,} writes, syncs and changes of names of"
        f" {len(steps) - 1} calls: everything acknowledged kept, none torn"
    )


def open_all(triage, steps, number):
    """Put so many states on the disk, one after the other, and open each with the program."""
    for loss in islice(losses(str(triage.home), steps, number), number):
        put(triage.home, loss.state)
        assert_survived(triage, loss)


PRINTING = "import random; print(random.Random(1).randbytes(150_000).hex())"


@contextmanager
def untouched(home):
    """Put a folder back as it was: what is read there delivers what was spooled."""
    before = shutil.copytree(home, home.parent / "before")
    yield
    shutil.rmtree(home)
    before.rename(home)


def said(triage):
    """What the events say, by their ids: a spooled one is sealed when it is delivered."""
    return [(event["id"], event["body"]) for event in kept_events(triage)]


def batch_line(number):
    return f'{{"kind": "entry", "fields": {{"text": "line {number} of a batch", "outcome": "{"x" * 900}"}}}}\n'.encode()


def small_files(home):
    """The files beside the store that are written as a whole: the key, what is remembered or spooled, the journal."""
    files = [path for name in ("config", "state") for path in (home / name).rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if path.suffix != ".lock"}


def losses(root, steps, number):
    """Different states of the disk: first ``number`` of all moments and fates, then all of them again and again."""
    chance, seen = random.Random(6), set()
    moments = sum(len(step.operations) for step in steps)
    every = [(moment, fate) for moment in range(1, moments + 1) for fate in FATES]
    while True:
        chosen = sorted(chance.sample(range(len(every)), min(len(every), number)))
        for loss in losses_at([every[place] for place in chosen], root, steps, chance):
            name = digest(loss.state)
            if name not in seen:
                seen.add(name)
                yield loss


def losses_at(chosen, root, steps, chance):
    """The states at chosen moments, counted in operations."""
    disk, moment = Disk(root), 0
    for before, step in pairwise(steps):
        answered = max(place for place, done in enumerate(step.operations) if isinstance(done, Answer))
        for place, operation in enumerate(step.operations):
            disk.do(operation)
            moment += 1
            while chosen and chosen[0][0] == moment:
                fate = chosen.pop(0)[1]
                yield Loss(disk.after(fate, chance), step if place >= answered else before, step)


def put(home, state):
    """Make a folder hold a state."""
    shutil.rmtree(home)
    home.mkdir()
    for name, data in state.items():
        if data is None:
            Path(name).mkdir()
        else:
            Path(name).write_bytes(data)


def assert_survived(triage, loss):
    """What was acknowledged is there, what was on its way is there whole or not at all, and work goes on."""
    for path in loss.sure.files:
        assert read(path) in (loss.sure.files[path], loss.doing.files.get(path))
    if loss.sure.events:
        events = said(triage)
        assert events in (loss.sure.events, loss.doing.events) or (
            loss.doing.transactions
            and len(events) >= len(loss.sure.events)
            and events == loss.doing.events[: len(events)]
        )
        assert_sound_file(triage.home / "data/triage/triage.db")
        assert not any(loss.sure.gone in data for data in loss.state.values() if data)
        triage("log", "work goes on")
    else:
        triage("open", "Velvet first deploy")


def read(path):
    return Path(path).read_bytes() if os.path.exists(path) else None
