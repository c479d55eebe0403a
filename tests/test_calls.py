"""Prose that calls the record: what is a call, what it says, and what only looks like one."""

import json

import pytest

from triage.report.calls import found_in, near_misses

LOG = """\
2026-05-05 04:10:37,530 INFO Applying migration: 001
2026-05-05 04:10:37,661 INFO Applied migration: 001
Applied 3 migration(s)
"""


@pytest.fixture
def deploy(journal):
    """A deploy with two blockers, one of them fixed, and evidence with values."""
    journal("did", "Deploy", "--env", "staging", "Release=v15", "--at", "04:00", "--mark", "start")
    journal("blocker", "No package", "--error", "ModuleNotFoundError", "--at", "04:02")
    journal("fix", "1", "Packaged", "--pr", "1141", "--at", "04:08")
    journal("blocker", "No table", "--at", "04:20")
    journal(
        "evidence", "--title", "Migrations", "--extract", r"Applied=Applied (\d+)", "--at", "04:10", stdin=LOG
    )
    return journal


def said(program, prose, form="md"):
    program("section", "Notes", prose)
    return program("render", "--format", form)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ('{{ count("blocker") }} blockers', "2 blockers"),
        ('{{ words("blocker") }} blockers', "two blockers"),
        ("{{words('blocker', 'open')}} open", "one open"),
        ('{{ words("issue") }} issues', "no issues"),
        ('{{ count("pr") }} PR', "1 PR"),
        ('{{ count("environment") }} environment', "1 environment"),
        ('within {{ span("start", "e6") }}', "within 10m"),
        ('within {{ span("e3", "e4") }}', "within 6m"),
        ('is on {{ last("staging", "Release") }}', "is on v15"),
        ('is on {{ last("Final state", "staging", "Release") }}', "is on v15"),
        ("blocked for {{ time_blocked() }}", "blocked for 6m"),
        ('applied {{ value("Applied") }}', "applied 3"),
        ('applied {{ value("Applied", "e6") }}', "applied 3"),
        ('in {{ evidence.span("e6") }}', "in 131 ms"),
        ('in {{ evidence.span("Migrations") }}', "in 131 ms"),
        ('in {{ evidence.span("Migrations", "migration:") }}', "in 131 ms"),
    ],
)
@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_a_call_says_what_the_record_says(deploy, call, answer, form):
    assert answer in said(deploy, f"It {call}.", form)


@pytest.mark.parametrize(
    "text",
    [
        '{{ count("nothing") }}',
        '{{ count("blocker", "burnt") }}',
        '{{ span("start", "nowhere") }}',
        '{{ last("prod", "Release") }}',
        '{{ value("Missing") }}',
        '{{ evidence.span("e3") }}',
        '{{ count("blocker", "open", "more") }}',
        "{{ .Values.image }}",
        "{{ include 'x' . }}",
        "{{ last .Values.list }}",
        "docker inspect -f {{.State.Health}}",
        "${{ secrets.X }}",
        '${{ count("blocker") }}',
        "{{ count(blocker) }}",
    ],
)
def test_what_is_no_call_with_an_answer_stays_as_it_was_typed(deploy, text):
    shown = said(deploy, f"It says {text} here", "json")

    assert deploy.body()["body"] in json.loads(shown)["main"]["notes"][-1]["blocks"][0]["body"]


@pytest.mark.parametrize(
    "code",
    ['`{{ count("blocker") }}`', '```\n{{ count("blocker") }}\n```', '~~~\n{{ count("blocker") }}\n~~~'],
)
def test_code_is_no_prose(deploy, code):
    assert '{{ count("blocker") }}' in said(deploy, code)


def test_an_answer_is_text_and_no_markdown(deploy):
    deploy("observe", "prod", "Release=*v15* `<b>` [x](http://example.org)")

    assert r"\*v15\* `<b>`" in said(deploy, 'on {{ last("prod", "Release") }}')


def test_a_call_in_the_summary_the_cause_and_the_fix_is_answered(deploy):
    deploy("set", 'summary=All {{ count("blocker") }} blockers')
    deploy("fix", "2", 'One of {{ count("blocker") }}', "--cause", 'Cause {{ count("blocker") }}')
    shown = deploy("render")

    assert all(text in shown for text in ("All 2 blockers", "One of 2", "Cause 2"))


def test_a_number_of_an_event_is_kept_as_its_id(deploy):
    deploy("section", "Notes", 'in {{ evidence.span("e6") }}')

    assert deploy.event(6)["id"] in deploy.body()["body"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{{ count(blocker) }}", "count"),
        ("{{ cuont('blocker') }}", "count"),
        ("{{ time_blocked }}", "time_blocked"),
        ('{{ words "blocker" }}', "words"),
        ('{{ evidence.spam("e6") }}', "evidence.span"),
    ],
)
def test_a_near_miss_is_told_with_what_was_meant(text, meant):
    (miss,) = near_misses(f"a {text} b")

    assert (miss.typed, miss.name) == (text, meant)
    assert miss.hint.startswith(f"{meant} is used as {meant}(") or miss.hint.endswith(
        f"did you mean {meant!r}?"
    )


@pytest.mark.parametrize(
    "text",
    ["{{ .Values.x }}", "{{ range .Items }}", "${{ secrets.X }}", "{{ last .Values.list }}", "`{{ count(x) }}`", "{{ }}",
     '{{ printf("%s") }}', '{{ count("blocker") }}'],
)  # fmt: skip
def test_what_belongs_to_other_programs_is_no_near_miss(text):
    assert list(near_misses(text)) == []


def test_many_braces_take_little_time():
    assert found_in("{{ count(" * 20_000) == []


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ("2026-05-05T04:10:37.530Z a\n2026-05-05T06:10:37.685+02:00 b", "155 ms"),
        ("2026-05-05 04:10:37 a\n2026-05-05 04:11:38 b", "1m 1s"),
        ('1.2.3.4 - [05/May/2026:04:10:37 +0000] "GET /"\n1.2.3.4 - [05/May/2026:04:12:37 +0000]', "2m"),
        ("May  5 04:10:37 host a\nMay  5 05:10:37 host b", "1h"),
        ("23:59:59.900 a\n00:00:00.100 b", "200 ms"),
    ],
)
def test_the_span_of_an_output_is_read_from_its_own_timestamps(journal, lines, span):
    journal("evidence", "--title", "Log", stdin=lines)

    assert f"in {span}." in said(journal, 'in {{ evidence.span("Log") }}.')


def test_an_output_with_one_timestamp_has_no_span(journal):
    journal("evidence", "--title", "Log", stdin="2026-05-05 04:10:37 a\nb")

    assert 'in {{ evidence.span("Log") }}' in said(journal, 'in {{ evidence.span("Log") }}')


def test_a_value_from_evidence_stands_in_the_final_state_of_its_environment(journal):
    journal("evidence", "--env", "staging", "--extract", r"Migrations=Applied (\d+)", stdin=LOG)

    assert "| Environment | Migrations |" in journal("render")


def test_a_value_that_nothing_matched_is_told_and_the_evidence_is_kept(journal):
    answer = journal("evidence", "--title", "Log", "--extract", "Gone=gone (.*)", stdin=LOG)

    assert answer.endswith("evidence 128 bytes: Log, Gone: nothing matched")
    assert "values" not in journal.body()


@pytest.mark.parametrize("extract", ["Applied", "=x", "A=", "A=("])
def test_an_extract_that_asks_for_nothing_is_refused(journal, extract):
    assert journal.refused("evidence", "--extract", extract, stdin=LOG)[0] == 2


def test_a_run_takes_values_from_what_it_printed(journal):
    ran = journal.start("run", "--env", "prod", "--extract", r"Migrations=(\d+) done", "--", "echo", "3 done")

    assert "Migrations=3" in ran.err
    assert "| prod | 3 |" in journal("render")


def test_a_secret_is_not_taken_as_a_value(journal):
    journal("evidence", "--extract", "Token=token: (.*)", stdin="token: ghp_" + "a1B2c3D4e5" * 4)

    assert journal.body()["values"][0][1].startswith("[REDACTED:")
