"""The fast road records what click would record, and leaves to click what it does not take."""

import gc
import io
import itertools
import shutil
import sys
from typing import Any, NamedTuple

import plain_table
import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import NOON, Program

from triage import config, fast
from triage.cli import main
from triage.fast.table import TABLE
from triage.store import open_store

TEXTS = [
    "Deploy of v14", "healthz 200", "", " ", "1", "2", "e2", "e3", "14", "last", "Migrate", "Release=v14",
    "A b=c", "=x", "x=", "status=mitigated", "text=new", "at=04:10", "cause=see e2", "#1140", "1140",
    "acme/velvet#7", "https://example.org/x", "open", "closed", "Notes > Rollback", "> ", "PASSWORD=hunter2-hunter2",
    "-", "--", "-x", "-5m", "@nope", "@@ana", "Übung → fertig", "caf\udce9", "\x1b[31m", "see e3", "--json", "-h",
]  # fmt: skip
VALUES = [
    *TEXTS, "04:10", "-5m", "~17:00", "2026-05-05", "2126-01-01", "unknown", "deploy", "handoff", "done", "merged",
    "velvet", "velvet/dkim", "elsewhere", "agent:bot", "key-1", "true", "staging",
]  # fmt: skip


class Outcome(NamedTuple):
    """What a call came to: exit code, answers, and every byte that the store keeps."""

    code: int
    out: str
    err: str
    kept: list[Any]


class World:
    """One store and one user, put back before each call; time and chance repeat themselves."""

    def __init__(self, folder, monkeypatch):
        self.program = Program(folder, monkeypatch)
        self._monkeypatch = monkeypatch
        self._aside = folder / "aside"
        for words in (
            ["open", "Velvet"], ["action", "Migrate", "--key", "key-1"], ["action", "Deploy"],
            ["blocker", "No package", "--error", "gone"], ["log", "started"],
        ):  # fmt: skip
            self.program(*words)
        shutil.copytree(self.program.home, self._aside)

    def call(self, road) -> Outcome | None:
        """What a road makes of a call in a fresh copy; None where it leaves it to another."""
        shutil.rmtree(self.program.home)
        shutil.copytree(self._aside, self.program.home)
        ticks = itertools.count(NOON + 60_000_000)
        numbers = itertools.count(1)
        self._monkeypatch.setattr(config, "clock", lambda: next(ticks))
        self._monkeypatch.setattr(config, "entropy", lambda size: next(numbers).to_bytes(size, "big"))
        code, out, err = captured(road)
        return None if code is None else Outcome(code, out, err, self.kept())

    def kept(self) -> list[Any]:
        """Every byte of every event."""
        address = str(self.program.home / "data/triage/triage.db")
        store = open_store(address, clock=config.clock, entropy=config.entropy)
        try:
            return [(row, list(store.copies(row.id))) for row in store.journals()]
        finally:
            store.close()


def captured(road) -> tuple[int | None, str, str]:
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(3)]
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        code = road()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        gc.enable()
    texts = []
    for stream in streams[1:]:
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8", "surrogateescape"))
    return code, *texts


@st.composite
def command_lines(draw):
    """Words of a recording command: its texts and options, good and bad ones, in any order."""
    command = draw(st.sampled_from(sorted(TABLE)))
    _, _, valued, switches = TABLE[command]
    spellings = [f"--{each.partition('=')[0]}" for each in valued.split() if not each.startswith("store")]
    flags = [f"--{each}" for each in switches.split()]
    texts = st.lists(st.sampled_from(TEXTS) | st.text(max_size=6), min_size=1, max_size=4).map(tuple)
    value = st.sampled_from(VALUES)
    spaced = st.tuples(st.sampled_from(spellings), value)
    joined = spaced.map(lambda pair: ("=".join(pair),))
    switch = st.sampled_from([*flags, "--help", "--nope", "--secret-env"]).map(lambda word: (word,))
    options = draw(st.lists(spaced | joined | switch, max_size=3))
    pieces = draw(st.permutations([*((text,) for text in draw(texts)), *options]))
    return [command, *(word for piece in pieces for word in piece)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield World(tmp_path_factory.mktemp("world"), monkeypatch)


@given(words=command_lines())
def test_what_the_fast_road_takes_is_recorded_as_through_click(world, words):
    before = world.call(lambda: 0).kept
    quick = world.call(lambda: fast.record(words))
    if quick is None:
        assert world.kept() == before
    else:
        assert quick == world.call(lambda: main(words))


@pytest.mark.parametrize("command", TABLE)
def test_a_plain_use_of_each_command_takes_the_fast_road(world, command):
    texts = {
        "start": ["1"], "done": ["1", "3 applied", "Rows=3"], "fail": ["1"], "skip": ["Migrate"],
        "block": ["1", "no database"], "fix": ["1"], "accept": ["1", "so be it"], "set": ["lead=Ana"],
        "issue": ["1140", "open", "held"], "observe": ["staging", "Release=v14"], "section": ["A > B", "see e2"],
        "ref": ["https://example.org", "Docs"], "amend": ["e2", "title=Migrate all"], "retract": ["e2"],
        "resolve": [], "reopen": [], "undo": [],
    }.get(command, ["a text"])  # fmt: skip
    words = [command, *texts, "--at", "-5m"]
    quick = world.call(lambda: fast.record(words))

    assert quick is not None
    assert quick.code == 0, quick.err
    assert quick == world.call(lambda: main(words))


@pytest.mark.parametrize("words", [
    [], ["--help"], ["log"], ["log", "--help"], ["log", "-h"], ["log", "-"], ["log", "@notes.md"], ["log", "-x"],
    ["log", "a", "b", "c"], ["log", "a", "--outcome", "b", "--outcome", "c"], ["log", "a", "b", "--outcome", "c"],
    ["log", "a", "--outcome", "-"], ["log", "a", "--outcome=@file"], ["log", "a", "--outcome"],
    ["log", "a", "--secret-env", "HOME"], ["log", "--", "a"], ["--json", "log", "a"], ["open", "Velvet"], ["status"],
], ids=" ".join)  # fmt: skip
def test_what_is_not_plain_is_left_to_click(words):
    assert fast.understood(words) is None


def test_a_completion_of_the_shell_is_left_to_click(world, monkeypatch):
    monkeypatch.setenv("_TRIAGE_COMPLETE", "bash_complete")

    assert fast.record(["log", "a"]) is None


def test_a_refusal_before_the_store_is_asked_is_left_to_click(world):
    assert world.call(lambda: fast.record(["done", "14"])) is None


def test_what_the_store_refuses_is_not_tried_again(world):
    words = ["log", "another", "--key", "key-1"]

    assert world.call(lambda: fast.record(words)) == world.call(lambda: main(words))
    assert world.call(lambda: fast.record(words)).code == 5


def test_the_table_is_what_the_click_commands_say():
    checked_in = {name: tuple(" ".join(part.split()) for part in row) for name, row in TABLE.items()}

    assert checked_in == plain_table.rows(), "run: make table"
