"""Batches, the schema, export and import on the command line."""

import hashlib
import json

import pytest

from triage.encoding import canonical, sha256

TWO = """{"kind": "entry", "fields": {"text": "Deploy started"}, "at": "04:10", "key": "start"}
{"kind": "action", "fields": {"title": "Check healthz", "status": "done"}}
"""


def test_record_takes_json_lines_from_standard_input(journal):
    assert journal("record", "-", stdin=TWO) == "velvet-first-deploy e2 to e3: 2 events recorded"
    assert journal.event(2)["at"] == "2026-05-05T04:10:00.000000Z"
    assert journal.event(3)["body"] == {"title": "Check healthz", "status": "done"}


def test_record_takes_a_file(journal):
    (journal.work / "events.jsonl").write_text('{"kind": "entry", "fields": {"text": "x"}}')

    assert journal("record", "events.jsonl") == "velvet-first-deploy e2: 1 event recorded"


def test_record_of_nothing_records_nothing(journal):
    assert journal("record", "-", stdin="\n\n") == "velvet-first-deploy nothing recorded"


def test_record_answers_with_one_object_for_each_event(journal):
    out = journal("record", "-", "--json", stdin=TWO)

    assert [json.loads(line)["event"] for line in out.splitlines()] == ["e2", "e3"]


def test_record_counts_empty_lines_when_it_names_one(journal):
    code, line = journal.refused("record", "-", stdin='\n\n{"kind": "action", "fields": {}}\n')

    assert code == 2
    assert line.startswith("triage: line 3: a new action needs a title")


def test_record_is_all_or_nothing(journal):
    lines = TWO + '{"kind": "entry", "fields": {"txt": "x"}}\n'

    code, line = journal.refused("record", "-", stdin=lines)

    assert code == 2
    assert line.startswith(
        "triage: line 3: entry has no field 'txt'; did you mean 'text'?; what was read is kept in "
    )
    assert len(journal("events").splitlines()) == 1


def test_earlier_lines_are_referred_to_by_their_key(journal):
    lines = (
        '{"kind": "action", "fields": {"title": "Migrate"}, "key": "migrate"}\n'
        '{"kind": "action", "entity": "key:migrate", "fields": {"status": "done"}}\n'
    )
    journal("record", "-", stdin=lines)

    assert "| 1 | Migrate | DONE |" in journal("render")


def test_the_same_batch_again_records_nothing_more_where_lines_have_keys(journal):
    line = '{"kind": "entry", "fields": {"text": "Deploy started"}, "key": "start"}\n'
    journal("record", "-", stdin=line)

    assert journal("record", "-", stdin=line) == "velvet-first-deploy e2: 1 event already recorded"
    assert len(journal.events()) == 2


def test_a_line_names_its_actor(journal):
    line = '{"kind": "entry", "fields": {"text": "x"}, "actor": "bob"}\n'
    journal("record", "-", stdin=line)

    assert journal.last()["actor"]["name"] == "bob"


def test_a_line_names_its_addendum(journal):
    journal("addendum", "DKIM record")
    journal("use", "velvet-first-deploy")
    journal("record", "-", stdin='{"kind": "entry", "fields": {"text": "x"}, "part": "dkim-record"}\n')

    assert journal.last()["part"] == journal.event(2)["id"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"kind": "entr', "line 1 is not JSON: Unterminated string starting at at column 10"),
        ("[[]]", "line 1 is no JSON object"),
        (
            '[{"kind": "entry"},\n{"kind"]',
            "the array is not JSON: Expecting ':' delimiter at line 2, column 8",
        ),
        ('"entry"', "line 1 is no JSON object"),
        ('{"kind": "entrie", "fields": {}}', "line 1: no kind 'entrie'; did you mean 'entry'?"),
        ('{"kind": "entry", "fields": {"text": "x"}, "atx": "04:10"}', "line 1: entry has no field 'atx'"),
        ('{"kind": "entry", "fields": {"text": 5}}', "line 1: entry text: "),
        ('{"kind": "entry", "fields": {"text": "x", "type": "no"}}', "line 1: entry type: "),
        ('{"kind": "entry", "fields": {}}', "line 1: a new entry needs a field"),
        ('{"kind": "action", "fields": {"status": "done"}}', "line 1: a new action needs a title"),
        (
            '{"kind": "entry", "fields": {"text": "x"}, "at": "gestern"}',
            "line 1: cannot read the time 'gestern'",
        ),
        ('{"kind": "action", "entity": "99", "fields": {"status": "done"}}', "line 1: no action '99'"),
        (
            '{"kind": "evidence", "fields": {"exit_code": ' + "9" * 5000 + "}}",
            "line 1 holds a number of too many digits",
        ),
        ('{"kind":' * 100_000, "line 1 is nested too deeply"),
        ("[" * 100_000, "the array is nested too deeply"),
        ('{"kind": "amendment", "entity": "e1", "fields": {"changes": {"impact": NaN}}}', "line 1"),
        ('{"kind": "amendment", "entity": "e1", "fields": {"changes": {"impact": 1.5}}}', "line 1"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nothing_is_recorded(journal, line, message):
    code, said = journal.refused("record", "-", stdin=line)

    assert code in (2, 3)
    assert said.startswith(f"triage: {message}")
    assert len(journal("events").splitlines()) == 1


def test_schema_prints_the_json_schema_of_a_line(triage):
    schema = json.loads(triage("schema"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "triage.record.v1"


def test_schema_prints_the_json_schema_of_the_report(triage):
    assert json.loads(triage("schema", "report"))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_export_writes_a_head_and_every_event(journal):
    journal("log", "x")
    head, *events = map(json.loads, journal("export").splitlines())

    assert (head["format"], head["slug"], head["events"]) == ("triage.export.v1", "velvet-first-deploy", 2)
    assert [json.loads(event["body"])["title" if not n else "text"] for n, event in enumerate(events)] == [
        "Velvet first deploy",
        "x",
    ]


def test_export_writes_to_a_file(journal):
    assert journal.run("export", "-o", "velvet.jsonl") == (
        0,
        "",
        "velvet-first-deploy: 1 events written to velvet.jsonl\n",
    )
    assert (journal.work / "velvet.jsonl").read_text() == journal("export") + "\n"


def test_export_to_a_file_answers_in_json(journal):
    assert journal.json("export", "-o", "velvet.jsonl") == {
        "journal": "velvet-first-deploy",
        "events": 1,
        "output": "velvet.jsonl",
    }


def test_import_of_an_export_is_exact(journal):
    journal("run", "--", "sh", "-c", "printf 'a\\377b'")
    journal("export", "-o", "velvet.jsonl")

    assert journal("import", "velvet.jsonl", "--store", "other.db") == (
        "velvet-first-deploy: 3 events imported, 0 were here already"
    )
    assert journal("export", "velvet-first-deploy", "--store", "other.db") == journal("export")


def test_import_twice_is_a_no_op(journal):
    journal("export", "-o", "velvet.jsonl")

    assert journal("import", "velvet.jsonl") == "velvet-first-deploy: 0 events imported, 1 were here already"


def test_import_answers_with_one_object_for_each_file(journal):
    answer = journal.json("import", "-", stdin=journal("export"))

    assert answer == {
        "journal": journal.event(1)["id"],
        "slug": "velvet-first-deploy",
        "new": 0,
        "known": 1,
        "asked": [],
    }


def test_import_reads_standard_input(journal):
    assert journal("import", "-", "--store", "other.db", stdin=journal("export")).startswith(
        "velvet-first-deploy: 1 "
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: "", "line 1 is not the head of an export (triage.export.v1)"),
        (lambda text: "{}", "line 1 is not the head of an export (triage.export.v1)"),
        (lambda text: "9" * 5000, "line 1 is not the head of an export (triage.export.v1)"),
        (lambda text: text.splitlines()[0], "the export is cut off: 0 of 2 events are here"),
        (lambda text: text[:-20], "line 3 is no event of an export"),
        (lambda text: text.replace('\\"x\\"', '\\"y\\"'), "line 3: the body of "),
        (lambda text: text.replace('"salt":"', '"salt":"zz'), "line 2 is no event of an export"),
    ],
)
def test_an_export_that_is_not_as_it_was_sealed_is_refused(journal, change, message):
    journal("log", "x")
    (journal.work / "bad.jsonl").write_text(change(journal("export")))

    code, line = journal.refused("import", "bad.jsonl", "--store", "other.db")

    assert code == 2
    assert line.startswith(f"triage: {message}")


def test_an_import_that_holds_a_secret_is_refused(journal):
    journal("log", "x")
    token = "ghp_" + "a1B2" * 10
    text = journal("export")
    head, opening, line = text.splitlines()
    (journal.work / "bad.jsonl").write_text("\n".join([head, opening, _with_text(line, token)]))

    code, line = journal.refused("import", "bad.jsonl", "--store", "other.db")

    assert code == 6
    assert line.startswith("triage: line 3: entry ")
    assert token not in line


def _with_text(line, text):
    """The line of an export with another text, sealed as a stranger would seal it."""

    value = json.loads(line)
    body = value["body"].replace('"x"', json.dumps(text))
    envelope = json.loads(value["envelope"])
    envelope["body"] = sha256(bytes.fromhex(value["salt"]), body.encode())
    value |= {"body": body, "envelope": canonical(envelope).decode()}
    return json.dumps(value)


# What an export may hide


def forged(journal, change):
    """An export whose last event was changed and sealed anew, as whoever forges one would."""
    head, *lines = journal("export").splitlines()
    line = json.loads(lines[-1])
    envelope, body = json.loads(line["envelope"]), line["body"]
    envelope, body = change(envelope, body)
    salt = bytes.fromhex(line["salt"])
    envelope["body"] = hashlib.sha256(salt + body.encode()).hexdigest()
    line |= {"body": body, "envelope": canonical(envelope).decode()}
    return "\n".join([head, *lines[:-1], json.dumps(line)])


TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e, b: (e, f'{{"text":"{TOKEN}","text":"x"}}'), "the body is not an object in canonical JSON"),
        (lambda e, b: (e, '{ "text":"x"}'), "the body is not an object in canonical JSON"),
        (lambda e, b: (e, '{"text":"\\u0067hp_"}'), "the body is not an object in canonical JSON"),
        (lambda e, b: (e, '{"text":' + "[" * 600 + "]" * 600 + "}"), "entry text cannot be"),
        (lambda e, b: (e | {"note": TOKEN}, b), "the envelope is not of the form of events"),
        (lambda e, b: (e | {"id": e["id"][:-8] + '"><!--aa'}, b), "the envelope is not of the form of events"),
        (lambda e, b: (e | {"actor": e["actor"] | {"type": "boss"}}, b), "the envelope is not of the form"),
        (lambda e, b: (e | {"actor": e["actor"] | {"name": TOKEN}}, b), "holds a secret"),
        (lambda e, b: (e, f'{{"text":"{TOKEN}"}}'), "holds a secret"),
        (lambda e, b: (e | {"precision": TOKEN}, b), "the envelope is not of the form of events"),
        (lambda e, b: (e | {"kind": f"password={TOKEN}"}, b), "the envelope is not of the form of events"),
        (lambda e, b: (e | {"at": "9999-12-31T23:59:59.999999Z"}, b), "happened later than now"),
        (lambda e, b: (e | {"recorded_at": "9999-12-31T23:59:59.999999Z"}, b), "was recorded later than now"),
    ],
)  # fmt: skip
def test_a_forged_export_is_refused(journal, change, message):
    journal("log", "x")
    export = forged(journal, change)

    code, line = journal.refused("import", "-", "--store", "other.db", stdin=export)

    assert code in (2, 6)
    assert message in line
    assert TOKEN.encode() not in (journal.work / "other.db").read_bytes()


def test_a_name_that_a_line_has_twice_is_refused(journal):
    line = '{"kind": "entry", "fields": {"text": "a", "text": "b"}}'

    assert journal.refused("record", "-", stdin=line)[1].startswith("triage: line 1 says 'text' twice; ")


def test_a_batch_withdraws_no_opening(journal):
    line = '{"kind": "amendment", "entity": "e1", "fields": {"retracted": true}}'

    assert journal.refused("record", "-", stdin=line)[0] == 4


def test_an_actor_of_a_line_may_say_its_type(journal):
    journal("record", "-", stdin='{"kind": "entry", "fields": {"text": "x"}, "actor": "agent:bob"}')

    assert journal.last()["actor"] == {"name": "bob", "type": "agent", "session": "test"}


def test_three_journals_of_one_slug_and_like_ids_all_come_in(triage):
    for number in range(3):
        triage("open", "Coll", "--store", f"{number}.db", "--key", f"k{number}")
        triage("export", "coll", "--store", f"{number}.db", "-o", f"{number}.jsonl")
        triage("import", f"{number}.jsonl", "--store", "all.db")
    slugs = {
        json.loads(line)["journal"] for line in triage("list", "--json", "--store", "all.db").splitlines()
    }

    assert len(slugs) == 3
    assert "coll" in slugs


PAGE = "# Cart outage\n\n## Action items\n\n| Action | Status |\n| - | - |\n| Clean up | In progress |\n"
USE = "record into it: triage use cart-outage\n"


@pytest.fixture
def page(journal):
    """A page beside an open journal, which is current."""
    (journal.work / "page.md").write_text(PAGE)
    return "page.md"


def test_import_of_a_page_says_how_to_make_it_current(journal, page):
    assert journal.start("import", page).err.endswith(USE)


def test_import_of_an_export_says_how_to_make_it_current(journal, page):
    journal("import", page)
    journal("export", "cart-outage", "-o", "cart.jsonl")

    assert journal.start("import", "cart.jsonl").err.endswith(USE)


@pytest.mark.parametrize("chosen", [["--journal", "cart-outage"], []])
def test_import_of_what_is_current_needs_no_more_words(journal, page, chosen):
    journal("import", page)
    if not chosen:
        journal("use", "cart-outage")

    assert "triage use" not in journal.start("import", page, *chosen).err


def test_import_of_the_only_open_journal_needs_no_more_words(triage):
    (triage.work / "page.md").write_text(PAGE)

    assert "triage use" not in triage.start("import", "page.md").err


def test_import_of_what_is_resolved_says_how_to_make_it_current(triage):
    (triage.work / "page.md").write_text(PAGE.replace("# Cart outage", "# Cart outage\n\nStatus: Resolved"))

    assert triage.start("import", "page.md").err.endswith(USE)


def test_what_a_page_said_was_started_was_started_by_nobody_that_is_known(journal, page):
    journal("import", page)

    code, said = journal.refused("start", "1", "--journal", "cart-outage")
    assert code == 5
    assert said.startswith("triage: action 1 (Clean up) was started before it was taken from page.md:7; take")
