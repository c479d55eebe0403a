"""A disk that fails or is full is never answered with an acknowledgement of what it did not keep.

``TRIAGE_FAULTS`` says at how many calls of each kind to the system the disk fails: one takes a few seconds, `make
durability` lets it fail at every one.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from functools import partial

import pytest

from durability.audit import JOURNAL, assert_sound_file, kept_events, said_in
from durability.faults import Fault, counted, failing, spread
from durability.storm import ACKNOWLEDGED, Call
from durability.tracing import missing

FAULTS = int(os.environ.get("TRIAGE_FAULTS", "1"))
LIMITS = 300
"""So many limits of the size of files are tried at most."""

CALLS = {
    "open": Call(("open", "Velvet first deploy"), ("Velvet first deploy",)),
    "log": Call(("log", "went live"), ("went live",)),
    "record": Call(
        ("record", "-"),
        tuple(f"line {number}" for number in range(60)),
        b"".join(b'{"kind": "entry", "fields": {"text": "line %d"}}\n' % number for number in range(60)),
    ),
    "run": Call(("run", "--tail", "1", "--", sys.executable, "-c", "print('x' * 9999)"), ("x" * 9999,)),
}


needs_strace = pytest.mark.skipif(missing() != "", reason=missing())


@pytest.fixture
def fresh(triage):
    """Puts the program's home back to what it was before the call."""
    if not (triage.home / "data").exists():
        triage("open", "Velvet first deploy")
    before = shutil.copytree(triage.home, triage.home.parent / "before")

    def put_back(name):
        shutil.rmtree(triage.home)
        if name == "open":
            triage.home.mkdir()
        else:
            shutil.copytree(before, triage.home)

    return put_back


@needs_strace
@pytest.mark.parametrize("name", CALLS)
def test_a_call_whose_disk_fails_anywhere_says_truly_what_was_kept(triage, fresh, figures, name):
    fresh(name)
    faults = spread(triage, CALLS[name], FAULTS)
    done = 0
    for fault in faults:
        fresh(name)
        ran = failing(triage, CALLS[name], fault)
        assert_true(triage, CALLS[name], ran, fault)
        done += is_acknowledged(ran)
    figures(
        f"{len(faults)} faults of the disk under `triage {name}`: {done} acknowledged and kept,"
        f" {len(faults) - done} refused with a sentence that is true"
    )


@needs_strace
def test_a_disk_that_fails_from_the_last_sync_on_leaves_open_what_was_kept(triage, fresh):
    fresh("log")
    syncs = counted(triage, CALLS["log"])["fdatasync"]
    fresh("log")
    last, again = Fault("fdatasync", syncs, "EIO", lasts=True), Fault("fsync", 1, "EIO", lasts=True)
    ran = failing(triage, CALLS["log"], last, again)

    store = triage.home / "data/triage/triage.db"
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(
        f"triage: the disk failed under the store {store} after it was written: it may be kept or not; nor can it be spooled"
    )
    assert ran.err.endswith("; look with triage events --last 3 before you try again\n")
    assert "went live" in texts(triage)


@pytest.mark.parametrize("name", ["log", "record"])
def test_a_limit_of_the_size_of_files_keeps_all_or_nothing(triage, fresh, figures, name):
    largest = 300_000
    sizes = range(0, largest, largest // (4 * FAULTS) if FAULTS < LIMITS else largest // LIMITS)
    kept = 0
    for size in sizes:
        fresh(name)
        call = CALLS[name]
        ran = triage.start(*call.arguments, input=call.stdin, preexec_fn=partial(limit_files, size))
        assert_true(triage, call, ran, size)
        kept += ran.code == 0
    figures(
        f"{len(sizes)} limits of the size of files under `triage {name}`: {kept} kept all, {len(sizes) - kept} nothing"
    )


def limit_files(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 900 KB: memory, mounted as one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=900k", "none", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can be mounted by root only: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(
    "names", [("XDG_DATA_HOME",), ("XDG_DATA_HOME", "XDG_STATE_HOME")], ids=["store", "spool too"]
)
def test_a_full_disk_says_truly_what_was_kept(triage, small_disk, figures, names):
    for name in names:
        triage.set(name, str(small_disk / name))
    triage("open", "Velvet first deploy")
    left = range(0, 33, 1 if FAULTS >= LIMITS else 8)
    answers = Counter()
    for pages in left:
        call = Call(("log", f"with {pages} pages left", "x" * 9_000), (f"with {pages} pages left",))
        fill(small_disk / "ballast", pages)
        ran = triage.start(*call.arguments)
        (small_disk / "ballast").unlink()
        assert_true(triage, call, ran, pages, small_disk / "XDG_DATA_HOME/triage/triage.db")
        answers["refused" if ran.code else "spooled" if "spooled:" in ran.out else "kept"] += 1
    figures(f"{len(left)} fillings of a full disk under {' and '.join(names)}: {dict(answers)}")


def fill(ballast, left):
    """Fill the disk but for so many pages of 4 KiB."""
    disk = os.statvfs(ballast.parent)
    ballast.write_bytes(bytes((disk.f_bfree - left) * disk.f_bsize))


def assert_true(triage, call, ran, fault, store=None):
    """What the program said of a call is so, and the store is whole."""
    found = texts(triage, store)
    there = sum(found.count(text) for text in call.texts)
    assert there in (0, len(call.texts)), (fault, ran)
    if is_acknowledged(ran):
        assert there, (fault, ran)
        return
    assert there == ("was recorded is kept" in ran.err) * len(call.texts), (fault, ran)
    assert ran.err.startswith("triage: "), (fault, ran)
    assert ran.code in (75, 1 if there else 75, 0 if call.arguments[0] == "run" else 75), (fault, ran)


def is_acknowledged(ran):
    """Whether the program said that something is recorded; `run` says what it could not, beside the command's own exit code."""
    return bool(ACKNOWLEDGED.search(f"{ran.out}{ran.err}".encode())) or (
        ran.code == 0 and "not recorded" not in ran.err
    )


def texts(triage, store=None):
    """What is in the record, which must be whole; nothing where there is none yet."""
    if triage.run("events", JOURNAL).code == 3:
        return []
    assert_sound_file(store or triage.home / "data/triage/triage.db")
    return said_in(triage, kept_events(triage))
