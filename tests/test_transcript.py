"""Output that is scrubbed piece by piece: no secret is left, wherever the pieces and the reads were cut."""

from hypothesis import given
from hypothesis import strategies as st

from triage.capture.tape import Tape
from triage.redact import Redactor
from triage.redact.transcript import Transcript

KNOWN = "S3cret/Value+with=all 'kinds' & \"more\" 09"
REDACTOR = Redactor(b"k" * 32, {"DEPLOY_TOKEN": KNOWN})
TOKEN = "ghp_" + "a1B2" * 9
KEY = "\n".join(
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        *["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo5"] * 8,
        "-----END RSA PRIVATE KEY-----",
    ]
)


def told(text, runs=None):
    data = text.encode()
    return Transcript(data, runs or [("out", len(data))], REDACTOR)


def whole(transcript, size):
    return transcript.piece(0, size)


def test_what_holds_no_secret_stays_byte_for_byte():
    data = bytes(range(256)) * 3
    piece = Transcript(data, [("out", len(data))], REDACTOR).piece(0, len(data))

    assert (piece.data, piece.runs, piece.redactions) == (data, [["out", len(data)]], 0)


def test_a_secret_becomes_its_marker_and_the_run_shrinks_with_it():
    text = f"token is {TOKEN}\nbye\n"
    piece = whole(told(text), len(text))

    assert piece.data == REDACTOR.text(text)[0].encode()
    assert (piece.runs, piece.redactions) == ([["out", len(piece.data)]], 1)


def test_no_cut_is_made_within_a_secret():
    text = f"one\n{TOKEN}\ntwo\n"
    transcript = told(text)

    assert transcript.before(10) == text.index(TOKEN)
    assert transcript.after(10) == text.index(TOKEN) + len(TOKEN)
    assert (transcript.before(2), transcript.after(2)) == (2, 2)


def test_what_is_behind_letters_of_several_bytes_is_found_in_its_place():
    text = f"läuft ✓ {TOKEN} größer\n"
    piece = whole(told(text), len(text.encode()))

    assert piece.data.decode() == REDACTOR.text(text)[0]


def test_a_secret_that_grew_over_a_cut_is_cut_off_from_there_on():
    text = f"a\n{TOKEN}\n"
    piece = told(text).piece(6, len(text))

    assert TOKEN[8:] not in piece.data.decode()


def test_lines_of_the_other_stream_within_a_secret_are_kept_out_of_it():
    pieces = [("out" if n % 2 else "err", line) for n, line in enumerate(interleaved(KEY.split("\n")))]
    data = "".join(line for _, line in pieces).encode()
    piece = Transcript(data, [(stream, len(line)) for stream, line in pieces], REDACTOR).piece(0, len(data))

    assert b"QUJDREVG" not in piece.data
    assert sum(size for _, size in piece.runs) == len(piece.data)


def interleaved(lines):
    for line in lines:
        yield "still at it\n"
        yield line + "\n"


def test_a_value_under_data_is_hidden_though_the_kind_comes_later_and_the_other_stream_between():
    out = "data:\n  password: aHVudGVyMi1odW50ZXIy\n  user: YWRtaW4tYWRtaW4=\nkind: Secret\n".splitlines(
        keepends=True
    )
    pieces = [item for line in out for item in (("out", line), ("err", "warning: slow\n"))]
    data = "".join(line for _, line in pieces).encode()
    piece = Transcript(data, [(stream, len(line)) for stream, line in pieces], REDACTOR).piece(0, len(data))

    assert b"YWRtaW4t" not in piece.data
    assert b"warning: slow" in piece.data


@given(st.lists(st.tuples(st.sampled_from(["out", "err"]), st.binary(max_size=40)), max_size=30), st.data())
def test_the_runs_always_come_to_the_piece(parts, data):
    joined = b"".join(part for _, part in parts)
    transcript = Transcript(joined, [(stream, len(part)) for stream, part in parts], REDACTOR)
    start = transcript.before(data.draw(st.integers(0, len(joined))))
    end = transcript.before(data.draw(st.integers(start, len(joined))))
    piece = transcript.piece(start, max(start, end))

    assert sum(size for _, size in piece.runs) == len(piece.data)


# The tape: what was read in pieces is one text again


@given(st.lists(st.tuples(st.sampled_from(["out", "err"]), st.binary(min_size=1, max_size=60)), max_size=60))
def test_a_tape_keeps_every_byte_of_each_stream_in_order(parts):
    tape = Tape()
    for stream, data in parts:
        tape.write(stream, data)
    tape.end()
    head = tape.head()

    for name in ("out", "err"):
        assert of(head, name) == b"".join(data for stream, data in parts if stream == name)


@given(st.lists(st.tuples(st.sampled_from(["out", "err"]), st.binary(min_size=1, max_size=90)), max_size=60))
def test_a_full_tape_keeps_head_and_tail_and_counts_the_rest(parts):
    tape = Tape(keep=100)
    for stream, data in parts:
        tape.write(stream, data)
    tape.end()
    head, (tail, dropped) = tape.head(), tape.tail()

    assert len(head.data) + len(tail.data) + dropped == tape.size == sum(len(data) for _, data in parts)
    assert len(head.data) <= 100
    assert len(tail.data) <= 100
    assert [sum(size for _, size in kept.runs) for kept in (head, tail)] == [len(head.data), len(tail.data)]


def of(kept, name):
    found, place = [], 0
    for stream, size in kept.runs:
        if stream == name:
            found.append(kept.data[place : place + size])
        place += size
    return b"".join(found)
