"""The program on a store on a PostgreSQL server: every recording command, and all that reads, moves and removes."""

import json
from urllib.parse import urlsplit

import pytest

from triage.store import identity

STEPS = [
    ("log", "Deploy started", "v14"),
    ("log", "--key", "k", "said once"),
    ("log", "--key", "k", "said once"),
    ("did", "Build the image", "ok", "image=v14"),
    ("action", "Push", "--owner", "ana"),
    ("start", "2"),
    ("block", "2", "denied: no credentials"),
    ("fix", "1", "logged in", "--cause", "the token had run out", "--pr", "77"),
    ("done", "2", "pushed"),
    ("action", "Smoke test"),
    ("fail", "3", "timeout"),
    ("action", "Clean up"),
    ("skip", "4", "not needed"),
    ("blocker", "Slow disk", "--error", "iowait 80 %"),
    ("accept", "2", "known"),
    ("issue", "1140", "closed", "done with it"),
    ("observe", "api", "version=v14", "--expect", "v14"),
    ("run", "--title", "Says hello", "--", "echo", "hello"),
    ("evidence", "-", "--title", "Long"),
    ("section", "Notes", "It went well."),
    ("ref", "https://example.org/runbook", "Runbook"),
    ("set", "service=mail", "team=sre"),
    ("addendum", "DKIM"),
    ("use", "velvet-first-deploy"),
    ("amend", "e2", "outcome=v15"),
    ("retract", "e2"),
    ("undo",),
    ("record", "-"),
    ("resolve", "all green"),
    ("reopen", "not quite"),
]
STDIN = {
    "evidence": "x" * 600_000,
    "record": '{"kind": "entry", "fields": {"text": "from a line"}}\n',
}


@pytest.fixture
def shared(triage, postgres_place):
    """The program in the journal ``velvet-first-deploy`` of a store on a server."""
    triage.set("TRIAGE_STORE", postgres_place("it"))
    triage("open", "Velvet first deploy")
    return triage


@pytest.fixture
def recorded(shared):
    """The same, after every recording command."""
    for step in STEPS:
        shared(*step, stdin=STDIN.get(step[0], ""))
    return shared


def export(program, *options):
    """The record of the journal as it is exported."""
    return program("export", "--journal", "velvet-first-deploy", *options)


def test_what_every_command_records_verifies(recorded):
    assert recorded.run("verify").code == 0
    assert len({event["kind"] for event in recorded.events()}) >= 10
    assert [event["event"] for event in recorded.events()] == [
        f"e{n}" for n in range(1, len(recorded.events()) + 1)
    ]


def test_what_reads_answers_as_from_a_file(recorded):
    record = export(recorded)
    recorded("open", "Other", "--store", "file.db")
    recorded("sync", "file.db")

    assert export(recorded, "--store", "file.db") == record
    for command in ("status", "events", "render", "check"):
        there, here = (
            recorded.run(command, "--journal", "velvet-first-deploy", *store)
            for store in ((), ("--store", "file.db"))
        )
        assert (there.code, there.out) == (here.code, here.out), command


def test_output_of_many_chunks_comes_back_whole(recorded):
    [long] = [event for event in recorded.events() if event["body"].get("title") == "Long"]

    assert recorded("output", long["event"], "--raw") == "x" * 600_000


def test_an_export_comes_back_into_another_schema_as_it_was(recorded, postgres_place):
    record = export(recorded)
    (recorded.work / "it.jsonl").write_text(record + "\n")
    recorded("import", "it.jsonl", "--store", postgres_place("other"))

    assert export(recorded, "--store", postgres_place("other")) == record


def test_a_site_is_published_from_it_and_again_only_where_something_changed(recorded):
    recorded("publish", "--all", "--to", "./site", "--force", "of a test")
    index = (recorded.work / "site" / "index.html").read_bytes()
    again = recorded.run("publish", "--all", "--to", "./site", "--force", "of a test")

    assert again.code == 0
    assert b"Velvet first deploy" in index
    recorded("log", "one more")
    recorded("publish", "--all", "--to", "./site", "--force", "of a test")


def test_what_is_purged_is_gone_and_the_record_verifies(recorded):
    recorded("log", "the-very-words")
    recorded("purge", "last")

    assert "the-very-words" not in export(recorded)
    assert recorded.run("verify").code == 0


def test_a_slug_is_taken_by_one_journal(shared):
    assert "velvet-first-deploy" in shared("open", "Velvet first deploy")
    shared("open", "Other", "--slug", "other")
    code, line = shared.refused("set", "slug=velvet-first-deploy")

    assert (code, "belongs to another journal" in line) == (5, True)


def test_a_session_keeps_its_journal_when_the_password_is_given_in_another_way(shared):
    shared("open", "Console")
    address = shared.environment["TRIAGE_STORE"]
    shared.set("PGPASSWORD", urlsplit(address).password or "")
    shared.set("TRIAGE_STORE", identity(address))

    assert shared("log", "x").startswith("console e2 ")


def test_a_password_is_in_no_answer(shared):
    shared.set("TRIAGE_STORE", "postgresql://u:pass-word@127.0.0.1:1/db")
    ran = shared.run("status")

    assert (ran.code, "pass-word" in ran.out + ran.err) == (75, False)
    said = json.loads(shared.run("status", "--json").err)
    assert "pass-word" not in json.dumps(said)


LINE = '{"kind": "entry", "fields": {"text": "Deploy started"}, "key": "start"}\n'


def test_a_batch_that_is_sent_again_continues(shared):
    shared("record", "-", stdin=LINE)
    more = '{"kind": "entry", "text": "Deploy ended"}\n'

    assert (
        shared("record", "-", stdin=LINE + more)
        == "velvet-first-deploy e3: 1 event recorded, 1 event already recorded"
    )


def test_the_lines_that_the_server_refuses_are_named_and_the_others_kept(shared):
    shared("log", "something else", "--key", "start")
    long = json.dumps({"kind": "entry", "text": "x" * 300_000}) + "\n"
    ran = shared.run("record", "-", "--partial", stdin='{"kind": "entry", "text": "first"}\n' + LINE + long)

    assert (ran.code, ran.out) == (1, "velvet-first-deploy e3: 1 event recorded\n")
    assert [line[:40] for line in ran.err.splitlines()[:2]] == [
        "line 2: the key was used before, for e2,",
        "line 3: the text of this entry is 300,01",
    ]
