"""Texts of every sort on the command line: odd ones are kept, hostile ones harm nothing."""

import os
import signal
import subprocess
import time

import pytest
from program import SCRIPT


@pytest.mark.parametrize("text", ["-5 degrees", "--", "---", "- a list", "-x", "-1", "--flag of the command"])
def test_a_text_may_begin_with_a_hyphen(journal, text):
    if text == "--":
        journal("log", "--", "--")
    else:
        journal("log", text)

    assert journal.body()["text"] == text


def test_a_mistyped_option_is_no_text(journal):
    assert journal.refused("log", "x", "--outcom", "y") == (
        2,
        "triage: no option '--outcom'; did you mean '--outcome'?",
    )


def test_a_time_that_no_option_takes_suggests_no_option(journal):
    assert journal.refused("status", "--as-of", "-5m")[1].endswith("; see --help")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("action", "x", "--env", "staging", "--env", "production"), "--env was given twice: 'staging' and"),
        (
            ("action", "x", "--env=staging", "--environment", "eu"),
            "--environment was given twice: 'staging' and",
        ),
        (("run", "--title", "One", "--title", "Two", "--", "true"), "--title was given twice: 'One' and"),
    ],
)
def test_an_option_of_one_value_is_refused_two_and_neither_is_taken(journal, words, complaint):
    assert journal.run(*words).err.startswith(f"triage: {complaint} ")
    assert len(journal.events()) == 1


def test_an_option_may_repeat_itself(journal):
    journal("action", "x", "--env", "staging", "--env", "staging")

    assert journal.body()["environment"] == "staging"


def test_a_rule_that_is_none_suggests_no_other_rule(journal):
    said = journal.refused("check", "--select", "TR999")[1]

    assert said == "triage: no rule 'TR999'; see: triage check --rules"


def test_a_text_without_quotes_says_what_was_meant(journal):
    assert journal.refused("log", "Deploy", "of", "v14") == (
        2,
        (
            "triage: got unexpected extra argument (v14); "
            "put a text of several words into single quotes; see: triage log --help"
        ),
    )


def test_a_text_may_come_from_standard_input(journal):
    journal("log", "-", stdin="from a pipe\n")

    assert journal.body()["text"] == "from a pipe"


def test_standard_input_is_read_once(journal):
    assert journal.refused("log", "-", "-", stdin="x")[1].startswith(
        "triage: standard input was read already; only one text can be -"
    )


def test_a_text_may_come_from_a_file(journal):
    (journal.work / "notes.md").write_text("Run it backwards.\n\n1. Really\n")
    journal("section", "Notes", "@notes.md")

    assert journal.body()["body"] == "Run it backwards.\n\n1. Really"


def test_a_file_that_cannot_be_read_is_named(journal):
    assert journal.refused("log", "@nope.txt") == (
        2,
        (
            "triage: cannot read the text from 'nope.txt': No such file or directory; "
            "to write a text that begins with @, type @@"
        ),
    )


def test_two_at_signs_are_one(journal):
    journal("log", "@@ana approved")

    assert journal.body()["text"] == "@ana approved"


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_text_is_refused(journal, text):
    assert journal.refused("log", text) == (
        2,
        "triage: TEXT is empty; nothing was recorded; say what happened",
    )


ODD = {
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "control characters": "\x01\x02\b\x7f\x9b",
    "bidirectional overrides": "\u202eevil\u202c \u2066x\u2069",
    "line separators": "a\u2028b\u2029c\x85d",
    "non-characters": "\ufffe\uffff\U0010ffff",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302\u036b",
    "emoji": "👩\u200d🚀 deployed",
    "wide": "全角　文字",
    "markdown": "| a | b |\n# c\n<script>alert(1)</script> {{ 7*7 }} {% for %}",
    "carriage return": "safe\rEVIL",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_an_odd_text_is_kept_as_it_was_typed(journal, text):
    journal("log", text)

    assert journal.body()["text"] == text


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("command", ["log", "events", "status", "render", "list"])
def test_an_odd_text_moves_no_cursor(journal, command, text):
    journal("set", f"title={text}")
    journal("action", text)
    out = journal(command, *([text] if command == "log" else []))

    assert not [c for c in out if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    assert not set(out) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def test_what_a_terminal_would_obey_is_shown(journal):
    assert journal("log", "\x1b[31mred \u202eevil") == r"velvet-first-deploy e2 \u{1B}[31mred \u{202E}evil"


def test_an_error_moves_no_cursor_either(journal):
    assert journal.refused("done", "\x1b[31m4")[1].startswith(r"triage: no action '\x1b[31m4'")


def test_bytes_that_do_not_decode_become_visible(journal):
    ran = journal.start("log", b"caf\xe9 \xff")

    assert ran.code == 0
    assert journal.body()["text"] == r"caf\xE9 \xFF"


def test_bytes_from_standard_input_become_visible(journal):
    journal("log", "-", stdin=b"caf\xe9")

    assert journal.body()["text"] == r"caf\xE9"


@pytest.mark.parametrize(
    ("escape", "kept"), [(r"\ud800", r"\u{D800}"), (r"\u0000", "\0"), (r"\ud83d\ude80", "🚀")]
)
def test_a_batch_may_name_any_character(journal, escape, kept):
    journal("record", "-", stdin='{"kind": "entry", "fields": {"text": "a' + escape + 'b"}}')

    assert journal.body()["text"] == f"a{kept}b"
    assert "\0" not in journal("render") + journal("render", "--format", "html") + journal("events")


def test_nul_in_a_text_from_standard_input_is_kept(journal):
    journal("log", "-", stdin=b"a\0b")

    assert journal.body()["text"] == "a\0b"
    assert r"a\u{0}b" in journal("events")


def test_a_megabyte_is_refused_and_not_lost(journal):
    text = "x" * 1_000_000
    code, line = journal.refused("log", "-", stdin=text)
    kept = line.rpartition("what was read is kept in ")[2]

    assert code == 2
    assert "1,000,011 bytes; an event holds at most 262,144; record long output as evidence" in line
    with open(kept, encoding="utf-8") as file:
        assert file.read() == text


def test_a_megabyte_of_output_is_evidence(journal):
    journal("evidence", "-", stdin=b"x" * 1_000_000)

    assert sum(size for size, _ in journal.body()["output"]) == 1_000_000


def test_a_secret_in_what_was_refused_is_not_kept(journal):
    _, line = journal.refused("log", "-", stdin="PASSWORD=hunter2-hunter2 " + "x" * 300_000)

    with open(line.rpartition("what was read is kept in ")[2], encoding="utf-8") as file:
        assert file.read().startswith("PASSWORD=[REDACTED:context:")


@pytest.mark.parametrize("slug", ["../etc/passwd", "a/b", ".", "", "A", "a b", "a" * 65, "ä", "a\n", "a\0"])
def test_a_slug_with_parts_of_a_path_is_refused(triage, slug):
    code, line = triage.refused("open", "Velvet", "--slug", slug)

    assert code == 2
    assert line.startswith("triage: header slug must be a slug, [a-z0-9-]{1,64}, not ")


@pytest.mark.parametrize("journal_name", ["../x", "/etc/passwd", "a/../b", "\x1b[1m"])
def test_the_name_of_a_journal_opens_no_file(journal, journal_name):
    assert journal.refused("log", "x", "--journal", journal_name)[0] == 3


def test_an_unknown_action_comes_with_the_open_ones(journal):
    for title in ("Push", "Deploy", "Migrate"):
        journal("action", title)
    journal("done", "2")

    assert journal.refused("done", "14") == (3, "triage: no action '14'; open: 1 (Push), 3 (Migrate)")


@pytest.mark.parametrize("at", ["0001-01-01", "2126-01-01", "9999-12-31T23:59:59Z", "gestern"])
def test_a_time_that_cannot_be_records_nothing(journal, at):
    assert journal.refused("log", "x", "--at", at)[0] == 2
    assert len(journal("events").splitlines()) == 1


def test_a_template_that_loops_is_ended(journal):
    journal("init")
    folder = journal.work / ".triage/templates"
    folder.mkdir()
    (folder / "loop.md.j2").write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    journal("open", "Velvet")

    code, line = journal.refused("render", "--template", "loop")

    assert code == 1
    assert "loop.md.j2" in line


def test_a_template_that_takes_all_memory_is_ended(journal):
    """In a process of its own: the bound is the process's."""
    folder = journal.home / "config/triage/templates"
    folder.mkdir(parents=True)
    (folder / "greedy.md.j2").write_text(
        "{% set n = namespace(l=[]) %}{% for i in range(9000) %}"
        "{% set n.l = [n.l, 'x' * 999999] %}{% endfor %}{{ n.l | length }}"
    )

    ran = journal.start("render", "--template", "greedy")

    assert ran.code == 1
    assert ran.err.endswith(
        "greedy.md.j2, line 1: the template takes too much memory; look for a value that doubles\n"
    )


# The other end


def shell(journal, script):
    return subprocess.run(
        ["bash", "-c", script], env=journal.environment, cwd=journal.work,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_who_reads_the_answer_may_stop(journal):
    for number in range(3):
        journal("log", f"{number}" * 100)

    done = shell(journal, f"{SCRIPT} events --json | head -c 10; echo; echo ${{PIPESTATUS[0]}}")

    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""


def test_a_closed_standard_output_loses_nothing(journal):
    shell(journal, f"{SCRIPT} log 'into the void' >&-")

    assert journal.body()["text"] == "into the void"


def test_a_full_standard_output_is_told_and_loses_nothing(journal):
    done = shell(journal, f"{SCRIPT} log 'into the void' >/dev/full")

    assert done.returncode == 1
    assert done.stderr == (
        "triage: cannot write to standard output: No space left on device; what was recorded is kept\n"
    )
    assert journal.body()["text"] == "into the void"


@pytest.mark.parametrize("words", ["export", "render", "verify", "events", "output e2 --raw"])
def test_data_for_a_standard_output_that_is_closed_are_an_error(journal, words):
    journal("evidence", "--title", "Log", stdin="up\n")
    done = shell(journal, f"{SCRIPT} {words} >&-")

    assert done.returncode == 1
    assert done.stderr == "triage: standard output is closed; what was recorded is kept\n"


def test_an_event_is_recorded_where_nobody_wants_the_answer(journal):
    done = shell(journal, f"{SCRIPT} log 'into the void' >&-")

    assert (done.returncode, done.stderr) == (0, "")
    assert journal.body()["text"] == "into the void"


@pytest.mark.parametrize("variables", [{"LANG": "C"}, {"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "ascii"}])
def test_an_odd_locale_loses_no_character(journal, variables):
    done = subprocess.run(
        [SCRIPT, "log", "Übung → fertig"], env=journal.environment | variables, cwd=journal.work,
        capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert journal.body()["text"] == "Übung → fertig"


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "xterm-256color"}])
def test_nothing_is_coloured_when_piped(journal, variables):
    done = subprocess.run(
        [SCRIPT, "status"], env=journal.environment | variables, cwd=journal.work, capture_output=True,
        check=False,
    )  # fmt: skip

    assert b"\x1b" not in done.stdout + done.stderr


# What a command may load

MODULES = """
import os, sys
from triage.__main__ import main
os._exit = sys.exit
try:
    main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""
SLOW = {
    "pydantic",
    "jinja2",
    "markdown_it",
    "nh3",
    "markupsafe",
    "tomllib",
    "subprocess",
    "hashlib",
    "ssl",
    "asyncio",
}
SLOW |= {
    "click",
    "dataclasses",
    "inspect",
    "logging",
    "urllib.parse",
    "email",
    "threading",
    "zoneinfo",
    "difflib",
    "base64",
    "json",
}


def modules(journal, *arguments):
    import sys

    done = subprocess.run(
        [sys.executable, "-c", MODULES, *arguments], env=journal.environment, cwd=journal.work,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def test_log_loads_nothing_that_is_slow(journal):
    assert modules(journal, "log", "Deploy of v14", "healthz 200") & SLOW == set()


def test_log_loads_these_modules_of_the_program(journal):
    assert {name for name in modules(journal, "log", "x") if name.startswith("triage")} == {
        "triage",
        "triage.__main__",
        "triage.console",
        "triage.console.call",
        "triage.console.heard",
        "triage.console.log",
        "triage.console.redactor",
        "triage.console.speech",
        "triage.config",
        "triage.config.files",
        "triage.config.state",
        "triage.config.who",
        "triage.encoding",
        "triage.errors",
        "triage.events",
        "triage.fast",
        "triage.fast.table",
        "triage.kinds",
        "triage.traces",
        "triage.redact",
        "triage.redact.hints",
        "triage.redact.judges",
        "triage.redact.known",
        "triage.redact.redactor",
        "triage.redact.rules",
        "triage.redact.search",
        "triage.store",
        "triage.store.lock",
        "triage.store.sealing",
        "triage.store.sqlite",
        "triage.store.sqlite.batch",
        "triage.store.sqlite.link",
        "triage.store.sqlite.reader",
        "triage.times",
        "triage.usecases",
        "triage.usecases.recorder",
        "triage.values",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["did", "x"],
        ["action", "x"],
        ["issue", "1140"],
        ["observe", "a", "b=c"],
        ["section", "A", "x"],
        ["status"],
    ],
    ids=" ".join,
)
def test_no_recording_command_loads_what_renders_or_validates(journal, arguments):
    assert modules(journal, *arguments) & {"pydantic", "jinja2", "markdown_it", "nh3"} == set()


def test_the_help_of_the_program_imports_no_command(journal):
    assert "triage.store" not in modules(journal, "--help")


def test_the_store_is_opened_by_its_owner_alone(journal):
    assert os.stat(journal.home / "data/triage").st_mode & 0o077 == 0


def test_an_interrupt_on_the_way_in_is_no_traceback(journal):
    for delay in (0.01, 0.02, 0.03, 0.04, 0.06, 0.08):
        started = subprocess.Popen(
            [SCRIPT, "log", "x"], env=journal.environment, cwd=journal.work,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(delay)
        started.send_signal(signal.SIGINT)
        err = started.communicate(timeout=20)[1].decode()
        assert "triage/cli" not in err, err


def test_a_reader_that_has_gone_is_no_failure(journal):
    done = shell(journal, f"{SCRIPT} log x | true; echo ${{PIPESTATUS[0]}}")

    assert done.stdout == "0\n"


def test_a_secret_is_not_repeated_in_the_answer(journal):
    answer = journal("log", "DATABASE_PASSWORD=hunter2-hunter2")

    assert answer.startswith("velvet-first-deploy e2 DATABASE_PASSWORD=[REDACTED:context:")


def test_a_heading_path_of_hundreds_of_titles_is_refused(journal):
    assert "a list of up to 10 titles" in journal.refused("section", " > ".join("a" * 400), "x")[1]


def test_two_hyphens_are_no_value_of_an_option(journal):
    assert journal.refused("run", "--title", "--", "echo", "x")[1] == "triage: --title needs a value"


def test_an_empty_time_is_no_time(journal):
    assert journal.refused("log", "x", "--at", "")[1].startswith("triage: --at is empty; ")


def test_a_module_that_was_cut_off_is_a_fault_and_no_interruption(journal):
    caches = journal.work / "caches"
    journal.set("PYTHONPYCACHEPREFIX", str(caches))
    assert journal.start("events").code == 0
    (compiled,) = caches.glob("**/triage/cli/reading.*.pyc")
    compiled.write_bytes(compiled.read_bytes()[:100])

    ran = journal.start("events")

    assert ran.code == 1
    assert "triage: internal error: EOFError: " in ran.err
