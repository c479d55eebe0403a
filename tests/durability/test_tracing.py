"""How a log of strace is read: a call that is lost makes of a sound program one that loses files."""

import pytest

from durability.tracing import Rename, Sync, operations

ROOT = "/home/site"


def hexed(text):
    """A text as strace writes it with ``-xx``."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


RENAME = f'rename("{hexed(ROOT + "/parts/0")}", "{hexed(ROOT + "/page")}"'
SYNC = f"fsync(5<{hexed(ROOT)}>"
DONE = [Rename(f"{ROOT}/parts/0", f"{ROOT}/page"), Sync(ROOT)]


def read(*lines):
    return list(operations("\n".join(lines), ROOT))


def test_calls_stand_in_their_order():
    assert read(f"7 {RENAME}) = 0", f"7 {SYNC}) = 0") == DONE


def test_a_call_that_another_thread_interrupted_stands_where_it_ended():
    begun = f"8 {SYNC} <unfinished ...>"
    assert read(begun, f"7 {RENAME}) = 0", "8 <... fsync resumed>) = 0") == DONE


def test_a_call_whose_end_stands_alone_on_the_next_line_is_not_lost():
    lines = (f"7 {RENAME} <unfinished ...>", ")                                       = 0", f"7 {SYNC}) = 0")
    assert read(*lines) == DONE


def test_the_end_alone_is_of_the_call_before_it_whatever_else_goes_on():
    begun = f"8 {SYNC} <unfinished ...>"
    assert read(begun, f"7 {RENAME} <unfinished ...>", ") = 0", "8 <... fsync resumed>) = 0") == DONE


def test_a_trace_with_a_call_that_has_no_end_is_refused():
    with pytest.raises(ValueError, match="no end of: 7 rename"):
        read(f"7 {RENAME} <unfinished ...>", f"7 {SYNC}) = 0")
