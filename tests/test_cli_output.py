"""`triage output`: reading back what a command printed."""

import json

import pytest

AGAIN = "[the line above 8 more times, to line 10]"


@pytest.fixture
def supplied(journal):
    """Record an output, and read it back."""

    def supply(text, *options):
        journal("evidence", "-", "--title", "It", stdin=text)
        return journal("output", "e2", *options).splitlines()

    return supply


def test_a_short_output_is_shown_whole(supplied):
    assert supplied("one\ntwo\n") == ["one", "two"]


def test_what_it_is_stands_beside_it_on_standard_error(journal):
    journal("evidence", "-", "--title", "It", "--exit-code", "3", stdin="one\ntwo\n")

    assert journal.run("output", "e2").err == "velvet-first-deploy e2 exit 3, 2 lines, 8 bytes: It\n"


def test_a_long_output_is_shown_at_both_ends_with_the_way_to_the_rest(supplied):
    shown = supplied("".join(f"{n}\n" for n in range(1, 1001)))

    assert shown[:2] == ["1", "2"]
    assert shown[20] == (
        "[... 940 lines left out: triage output e2 --journal velvet-first-deploy --lines 21-960]"
    )
    assert (shown[21], shown[-1], len(shown)) == ("961", "1000", 61)


def test_the_lines_that_were_asked_for_are_shown_whole(supplied):
    assert supplied("".join(f"{n}\n" for n in range(1, 1001)), "--lines", "500-502") == ["500", "501", "502"]


@pytest.mark.parametrize(
    ("span", "first", "last"), [("3-", "3", "9"), ("-3", "1", "3"), ("4", "4", "4"), ("8-20", "8", "9")]
)
def test_one_end_of_the_lines_may_be_left_out(supplied, span, first, last):
    shown = supplied("".join(f"{n}\n" for n in range(1, 10)), "--lines", span)

    assert (shown[0], shown[-1]) == (first, last)


@pytest.mark.parametrize("span", ["0", "5-2", "x", "1-x", "-", "", "99", "1-2-3", "²"])
def test_lines_that_are_none_are_refused(journal, span):
    journal("evidence", "-", stdin="one\n")

    assert journal.refused("output", "e2", f"--lines={span}")[0] == 2


def test_what_is_said_again_is_counted(supplied):
    assert supplied("a\n" + "b\n" * 9 + "c\n") == ["a", "b", AGAIN, "c"]


@pytest.mark.parametrize("text", ["a\nb\nb\nc\n", "a\n\n\nc\n"])
def test_a_line_that_is_said_twice_is_shown_twice(supplied, text):
    assert supplied(text) == text.splitlines()


def test_equal_lines_count_as_one_towards_what_is_shown(supplied):
    shown = supplied("waiting\n" * 5000 + "".join(f"{n}\n" for n in range(40)) + "waiting\n" * 5000)

    assert len(shown) == 44
    assert shown[:2] == ["waiting", "[the line above 4,999 more times, to line 5,000]"]


def test_what_is_left_out_is_shown_by_the_command_that_is_told(journal):
    journal("evidence", "-", "--title", "It's long", stdin="".join(f"{n}\n" for n in range(1, 101)))
    [hint] = [line for line in journal("output", "It's long").splitlines() if line.startswith("[...")]

    shown = journal(*hint.removesuffix("]").partition("triage ")[2].split())

    assert shown.splitlines() == [str(n) for n in range(21, 61)]


def test_the_rest_of_a_very_long_line_is_shown_by_the_command_that_is_told(journal):
    journal("evidence", "-", stdin="short\n" + "x" * 2500 + "\n")
    hint = journal("output", "last").splitlines()[1].removeprefix("x" * 2000)

    assert hint == "[... 500 characters left out: triage output e2 --journal velvet-first-deploy --lines 2]"
    assert journal(*hint.removesuffix("]").partition("triage ")[2].split()) == "x" * 2500


def test_lines_that_were_asked_for_show_what_was_overwritten(supplied):
    assert supplied("\x1b[31mrm -rf /\x1b[0m\rls\n", "--lines", "1") == ["rm -rf / ls"]


def test_colours_and_overwritten_progress_are_left_out(supplied):
    assert supplied("\x1b[31mred\x1b[0m\n10 %\r50 %\r100 %\r\n") == ["red", "100 %"]


def test_a_terminal_obeys_nothing_of_it(supplied):
    assert supplied("a\x07b\u202ec\x1b]0;title\x07d\n") == ["a\\u{7}b\\u{202E}cd"]


def test_the_kept_bytes_can_be_had(journal):
    journal("evidence", "-", stdin=b"\xff\x00\x1b[31m\r\n")
    ran = journal.start("output", "e2", "--raw")

    assert ran.out.encode("utf-8", "surrogateescape") == b"\xff\x00\x1b[31m\r\n"


def test_standard_error_is_marked_where_there_are_two_streams(journal):
    journal.start("run", "--", "sh", "-c", "echo one; sleep 0.2; echo two >&2")

    assert journal("output", "e2") == "one\n2> two"
    assert journal("output", "e2", "--stream", "err") == "2> two"
    assert journal("output", "e2", "--stream", "out") == "one"


TWO = ["sh", "-c", "for i in 1 2 3; do echo o$i; sleep .1; echo e$i >&2; sleep .1; done"]


def test_lines_of_one_stream_keep_the_numbers_of_the_record(journal):
    journal.start("run", "--", *TWO)

    assert journal("output", "e2", "--stream", "err", "--lines", "1-4") == "2> e1\n2> e2"


def test_the_kept_bytes_of_one_stream_can_be_had(journal):
    journal.start("run", "--", *TWO)

    assert journal.start("output", "e2", "--raw", "--stream", "err").out == "e1\ne2\ne3\n"


@pytest.mark.parametrize(("stream", "shown"), [("err", "one"), ("out", "")])
def test_an_output_of_one_stream_belongs_to_that_stream(journal, stream, shown):
    journal.start("run", "--", "sh", "-c", "echo one >&2")

    assert journal("output", "e2", "--stream", stream) == shown


@pytest.mark.parametrize("other", [["--lines", "1"], ["--json"]])
def test_kept_bytes_go_with_nothing_that_reads_them_as_lines(journal, other):
    journal("evidence", "-", stdin="one\n")

    assert f"--raw does not go with {other[0]}" in journal.refused("output", "e2", "--raw", *other)[-1]


def test_an_output_of_nothing_has_no_lines(journal):
    journal.start("run", "--", "true")
    ran = journal.run("output", "e2")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "velvet-first-deploy e2 exit 0, 0 lines, 0 bytes: true\n"


def test_an_output_without_an_end_says_so(journal):
    journal("record", "-", stdin=json.dumps(
        {"kind": "evidence", "fields": {"command": "make", "origin": "captured", "state": "running"}}
    ))  # fmt: skip

    assert journal.run("output", "e2").err == "velvet-first-deploy e2 running, 0 lines, 0 bytes: make\n"


def test_what_was_amended_is_shown_as_amended(journal):
    journal.start("run", "--", "echo", "x")
    journal("amend", "e3", "exit_code=7")

    assert " e2 exit 7, " in journal.run("output", "e2").err


def test_output_of_another_encoding_is_shown_with_its_bytes(supplied):
    assert supplied("größe".encode("latin-1")) == ["gr\\xF6\\xDFe"]


def test_a_later_event_of_a_run_means_the_run(journal):
    journal.start("run", "--", "echo", "x")

    assert journal("output", "last") == "x"


def test_lines_come_in_json_with_their_numbers(journal):
    journal("evidence", "-", stdin="one\ntwo\n")
    found = json.loads(journal("output", "e2", "--lines", "2", "--json"))

    assert found["lines"] == [{"number": 2, "stream": "", "text": "two"}]
    assert found["line_count"] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["log", "x"], "e2 is no evidence but of kind entry; see: triage events --kind evidence"),
        (["evidence", "--title", "x"], ""),
    ],
)
def test_what_is_no_evidence_is_refused(journal, words, message):
    journal(*words)
    ran = journal.run("output", "e2")

    assert (ran.code, message in ran.err) == (3 if message else 0, True)


def test_an_output_that_was_not_kept_says_so(journal):
    journal.start("run", "--no-output", "--", "echo", "x")

    assert "the output of e2 was not kept; its salted SHA-256 is " in journal.refused("output", "e2")[1]


def test_an_output_that_was_purged_says_so(journal):
    journal("evidence", "-", stdin="one\n")
    journal("purge", "e2")

    assert "the output of e2 was purged" in journal.refused("output", "e2")[1]


@pytest.mark.parametrize(
    ("options", "command", "said"),
    [
        ([], ["sh", "-c", "echo x; exit 3"], "exit 3 · 2 bytes (e2)"),
        ([], ["sh", "-c", "echo x; kill -KILL $$"], "killed by SIGKILL · 2 bytes (e2)"),
        (["--no-output"], ["echo", "x"], "exit 0 · output not kept (e2)"),
        (["--timeout", "1"], ["sleep", "20"], "timed out · killed by SIGTERM · 0 bytes (e2)"),
    ],
)
def test_the_list_of_events_says_how_a_run_began_and_how_it_ended(journal, options, command, said):
    journal.start("run", "--title", "It", *options, "--", *command, timeout=30)
    began, ended = journal("events", "--kind", "evidence").splitlines()

    assert " ana  It · " in began
    assert began.endswith(" · started")
    assert ended.endswith(f"  ana  {said}")
