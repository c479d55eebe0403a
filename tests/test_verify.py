"""Verifying: nothing that was changed goes unseen, and nothing that is legal is called a change."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from stranger import faults as strangers_faults
from tests_support import new_recorder, new_store

from triage import integrity
from triage.events import Sealed, digest_of
from triage.integrity import TRAIL, Checkpoint, trail_of, verify
from triage.store import JournalRow
from triage.usecases import corrections, exchange, facts, journals, purging, verifying
from triage.usecases.recorder import Said, log

SEEDS = int(os.environ.get("TRIAGE_TAMPERINGS", "300"))
HISTORIES = int(os.environ.get("TRIAGE_HISTORIES", "60"))


def told(program, *arguments):
    ran = program.run("verify", *arguments)
    return ran.code, ran.out.removesuffix("\n")


def test_an_untouched_journal_is_verified(journal):
    journal("log", "one")
    code, line = told(journal)

    assert code == 0
    assert line.startswith("velvet-first-deploy verified: 2 events, head ")


def test_an_untouched_export_is_verified(journal):
    journal("log", "one")
    journal("export", "-o", "velvet.jsonl")

    assert told(journal, "./velvet.jsonl")[1].startswith("velvet.jsonl verified: 2 events, head ")


def tampered(program, statement, *values):
    """Change the store behind the program's back."""
    path = next(Path(program.home).rglob("triage.db"), None) or next(Path(program.work).rglob("triage.db"))
    with sqlite3.connect(path) as db:
        for name in ("event_is_kept", "event_is_final", "body_is_final", "chunk_is_final"):
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
        db.execute(statement, values)
    db.close()


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE body SET body = replace(body, 'one', 'two') WHERE n = 2", "e2 ({two}) altered: its text is not the one that was sealed"),
        ("UPDATE event SET envelope = replace(envelope, 'ana', 'bob') WHERE n = 2", "e2 ({two}) altered: its envelope is not the one that was sealed"),
        ("DELETE FROM event WHERE n = 3", "e3 missing: an event that stood here is gone"),
        ("DELETE FROM event WHERE n = 4", "e4 truncated: 4 events are declared, 3 are here"),
        ("DELETE FROM body WHERE n = 3", "e3 ({three}) withheld: its text is gone, and no purge says so"),
        ("UPDATE event SET kind = 'action' WHERE n = 3", "e3: the store's index says otherwise than its envelope"),
    ],
)  # fmt: skip
def test_a_store_that_was_changed_is_not_verified(journal, statement, line):
    for text in ("one", "three", "four"):
        journal("log", text)
    tails = {n: event["id"][-8:] for n, event in enumerate(journal.events(), 1)}
    tampered(journal, statement)
    code, out = told(journal)

    assert code == 1
    assert out.splitlines()[0] == f"velvet-first-deploy {line.format(two=tails[2], three=tails[3])}"


def test_a_store_whose_numbers_have_a_gap_is_not_verified(journal):
    journal("log", "one")
    tampered(journal, "UPDATE event SET n = 9 WHERE n = 2")
    tampered(journal, "UPDATE body SET n = 9 WHERE n = 2")

    code, out = told(journal)

    assert code == 1
    assert out.splitlines()[0] == "velvet-first-deploy the numbers of events have gaps in the store"


def test_a_purged_body_is_withheld_and_no_fault(journal):
    journal("log", "one")
    journal("amend", "e2", "text=two")
    journal("purge", "e2")

    assert told(journal)[0] == 0
    assert ", 2 withheld" in told(journal)[1]


def test_a_checkpoint_from_elsewhere_shows_that_the_end_was_cut_off(journal):
    journal("log", "one")
    journal("export", "-o", "before.jsonl")
    journal("log", "two")
    journal("export", "-o", "after.jsonl")

    assert told(journal, "./after.jsonl", "--checkpoint", "before.jsonl")[0] == 0
    code, out = told(journal, "./before.jsonl", "--checkpoint", "after.jsonl")
    assert (code, out.startswith("before.jsonl e3 truncated: the checkpoint's head ")) == (1, True)


def test_what_is_no_checkpoint_is_refused(journal):
    (journal.work / "x.json").write_text("{}")

    assert journal.refused("verify", "--checkpoint", "x.json")[0] == 2


def test_what_is_no_export_is_refused(journal):
    (journal.work / "x.jsonl").write_text("{}\n")

    assert journal.refused("verify", "./x.jsonl")[0] == 2


def test_two_that_worked_apart_are_told_and_are_no_fault(journal):
    journal("export", "-o", "both.jsonl")
    journal("log", "here")
    journal("export", "-o", "one.jsonl")
    there = ("--store", "there.db")
    journal("import", "both.jsonl", *there)
    journal("log", "there", "--journal", "velvet-first-deploy", *there)
    journal("import", "one.jsonl", *there)
    code, out = told(journal, "velvet-first-deploy", *there)

    assert (code, out.endswith(", parted after e1")) == (0, True)


@pytest.fixture
def published(journal):
    """A published journal, and the folder of its files."""
    journal("did", "Deploy", "--env", "prod", "Release=v9")
    journal("evidence", "--title", "Log", stdin="up\n")
    journal("publish", "--to", "./site")
    return journal, journal.work / "site" / "journals" / "velvet-first-deploy"


def test_a_published_page_is_verified_against_its_own_record(published):
    program, folder = published

    for name in (folder, folder / "index.html", folder / "report.md", program.work / "site"):
        assert told(program, str(name))[1].startswith("velvet-first-deploy verified: 3 events, head ")


@pytest.mark.parametrize("name", ["index.html", "report.md", "report.json"])
def test_the_first_line_of_a_page_that_was_changed_is_named(published, name):
    program, folder = published
    lines = (folder / name).read_text().split("\n")
    number = next(n for n, line in enumerate(lines, 1) if "v9" in line)
    lines[number - 1] = lines[number - 1].replace("v9", "v8")
    (folder / name).write_text("\n".join(lines))
    code, out = told(program, str(folder))

    assert code == 1
    assert out.startswith(f"velvet-first-deploy {name} line {number} differs: it says ")


def test_a_page_with_links_zone_and_classification_is_verified_elsewhere(journal):
    journal("issue", "1140", "closed")
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(
        'issue_url = "https://example.org/{ref}"\nzone = "Europe/Paris"\n[publish.docs]\nto = "./site"\nclassification = "internal"\n'
    )
    journal("publish", "--to", "docs")
    (journal.home / "config/triage/triage.toml").unlink()

    assert told(journal, "./site")[0] == 0


def test_a_checkpoint_of_another_state_than_the_record_is_named(published):
    program, folder = published
    before = (folder / "checkpoint.json").read_bytes()
    program("log", "More")
    program("publish", "--to", "./site")
    (folder / "checkpoint.json").write_bytes(before)

    assert (
        "velvet-first-deploy checkpoint.json is of another state than record.jsonl"
        in told(program, str(folder))[1]
    )


def claiming(folder, **said):
    """Let the checkpoint of a page say something else."""
    path = folder / "checkpoint.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))


def test_a_page_of_another_version_is_compared_by_hash_alone(published):
    program, folder = published
    claiming(folder, triage="99.0")

    assert told(program, str(folder))[1].endswith("made by triage 99.0: its bytes are compared by hash alone")


@pytest.mark.parametrize("name", ["index.html", "report.md", "report.json", "record.jsonl"])
def test_a_file_of_another_version_that_was_changed_is_named(published, name):
    program, folder = published
    claiming(folder, triage="99.0")
    with (folder / name).open("a") as file:
        file.write("\n")

    assert told(program, str(folder)) == (
        1,
        f"velvet-first-deploy {name} is not the file whose hash checkpoint.json has",
    )


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"files": [1]}, "index.html has no hash in checkpoint.json"),
        ({"files": {"../x": "0"}}, "../x is named by checkpoint.json, and is no file of a page"),
        ({"events": 2}, "checkpoint.json is of another state than record.jsonl"),
        ({"style": [1]}, "checkpoint.json has a style of which no page is made: it is no object"),
        ({"style": {"zone": 1}}, "checkpoint.json has a style of which no page is made: its zone is 1"),
        (
            {"style": {"issue_url": "javascript:alert(1)"}},
            "checkpoint.json has a style of which no page is made: its issue_url is neither http(s) nor relative",
        ),
        ({"template": ["triage"]}, "checkpoint.json names no template"),
    ],
)  # fmt: skip
def test_what_a_checkpoint_says_is_not_believed(published, said, fault):
    program, folder = published
    claiming(folder, **said)
    code, out = told(program, str(folder))

    assert code == 1
    assert f"velvet-first-deploy {fault}" in out.splitlines()


def test_the_template_and_the_classification_that_a_checkpoint_claims_are_told(published):
    program, folder = published

    assert told(program, str(folder))[1].endswith(", by its own account template triage, classification none")


@pytest.mark.parametrize("name", ["checkpoint.json", "record.jsonl"])
def test_a_page_without_its_proof_is_a_fault_of_the_site(published, name):
    program, folder = published
    (folder / name).unlink()
    (folder / "index.html").write_text("<p>all went well")
    code, out = told(program, "./site")

    assert code == 1
    assert f"velvet-first-deploy {name} is missing" in out.splitlines()


def test_a_site_without_any_proof_is_a_fault(published):
    program, folder = published
    for name in ("checkpoint.json", "record.jsonl"):
        (folder / name).unlink()

    assert told(program, "./site")[1].splitlines()[:2] == [
        "velvet-first-deploy checkpoint.json is missing",
        "velvet-first-deploy record.jsonl is missing",
    ]


@pytest.mark.parametrize(
    "name", ["index.html", "index.json", "feed.xml", "obligations.html", "llms.txt", "search.js"]
)
def test_a_file_of_the_site_that_was_changed_is_named(published, name):
    program, _ = published
    with (program.work / "site" / name).open("a") as file:
        file.write("<!-- more -->")
    code, out = told(program, "./site")

    assert (code, out.splitlines()[-1]) == (1, f"site {name} differs from the one that the manifest names")


def test_a_file_of_the_site_that_is_missing_is_named(published):
    program, _ = published
    (program.work / "site" / "feed.xml").unlink()

    assert told(program, "./site")[1].endswith("site feed.xml is missing: the manifest names it")


def test_a_file_that_nobody_published_is_named(published):
    program, _ = published
    (program.work / "site" / "data" / "more.js").write_text("")

    assert told(program, "./site")[1].endswith("site data/more.js is extra: the manifest does not name it")


def test_the_file_that_tells_a_host_of_pages_its_name_is_no_fault(published):
    program, _ = published
    (program.work / "site" / "CNAME").write_text("docs.example.org\n")

    assert told(program, "./site")[0] == 0


def test_a_site_without_a_manifest_is_a_fault(published):
    program, _ = published
    (program.work / "site" / ".triage" / "manifest.json").unlink()

    assert told(program, "./site")[0] == 1


def test_an_untouched_site_is_verified_with_all_its_files(published):
    program, _ = published
    code, out = told(program, "./site")

    assert code == 0
    assert out.splitlines()[-1].startswith("site verified: ")
    assert out.endswith(" files are those of its manifest")


def test_what_is_not_published_cannot_be_verified(journal):
    (journal.work / "empty").mkdir()

    assert journal.refused("verify", "./empty")[0] == 3


@pytest.fixture
def signed(journal):
    """A journal that is published with a signed checkpoint, and the folder of its files."""
    key = journal.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key, "-C", "x"], check=True)
    (journal.home / "config/triage").mkdir(parents=True, exist_ok=True)
    (journal.home / "config/triage/triage.toml").write_text(f'sign_key = "{key}"\n')
    journal("publish", "--to", "./site")
    (journal.work / "signers").write_text(f"ana@example.org {key.with_suffix('.pub').read_text()}")
    return journal, journal.work / "site" / "journals" / "velvet-first-deploy"


def test_a_signature_of_an_allowed_signer_is_named(signed):
    program, folder = signed

    assert told(program, str(folder), "--signers", "signers")[1].endswith("signed by ana@example.org")


def test_a_signature_is_told_where_nobody_vouches_for_its_key(signed):
    program, folder = signed

    assert "signed by a key that nobody vouched for here" in told(program, str(folder))[1]


def test_a_checkpoint_that_was_changed_after_it_was_signed_is_refused(signed):
    program, folder = signed
    (folder / "checkpoint.json").write_text((folder / "checkpoint.json").read_text() + "\n")

    assert program.refused("verify", str(folder), "--signers", "signers")[0] == 4
    assert program.refused("verify", str(folder))[0] == 4


def test_a_checkpoint_without_a_signature_is_refused_where_signers_are_named(published):
    program, folder = published
    (program.work / "signers").write_text("")

    assert program.refused("verify", str(folder), "--signers", "signers")[0] == 4


def test_a_cloned_folder_does_not_say_who_signs(journal):
    journal("init")
    (journal.work / "triage.toml").write_text('sign_key = "/etc/key"\n')

    assert journal.refused("publish", "--to", "./site")[0] == 4


def lines_of(store, row):
    return list(exchange.export(store, row))


def history(folder, seed, *, purge=True):
    """A random legal history: entries, amendments, retractions, output, purges, and two that worked apart."""
    chance = random.Random(seed)
    store = new_store(folder / f"{seed}.db", seed=seed)
    recorder = new_recorder(store, seed=seed + 1)
    recorder = recorder.moved(journals.open_journal(recorder, "Velvet", {}).place)
    for n in range(chance.randint(3, 12)):
        _step(chance, recorder, n, purge=purge)
    if chance.random() < 0.3:
        _apart(chance, folder, seed, store, recorder)
    return store, store.journals()[0]


def _step(chance, recorder, n, *, purge):
    known = list(recorder.store.events(recorder.place.journal))
    named = f"e{chance.choice(known[1:]).n}" if len(known) > 1 else ""
    event = next((each for each in known if f"e{each.n}" == named), None)
    what = chance.choice(["log", "log", "log", "evidence", "amend", "retract", "purge"])
    if what == "evidence":
        facts.evidence(recorder, [chance.randbytes(20)], {"title": f"Output {n}"})
    elif what == "amend" and event is not None and event.kind == "entry" and event.body:
        corrections.amend(recorder, named, [f"text=amended {n}"], "why")
    elif what == "retract" and event is not None and event.kind in ("entry", "evidence"):
        recorder.record(Said("amendment", {"retracted": True}, entity=event.id))
    elif (
        what == "purge" and purge and event is not None and event.kind in ("entry", "evidence") and event.body
    ):
        purging.purge(recorder, named, "private")
    else:
        log(recorder, f"line {n}", None, {})


def _apart(chance, folder, seed, store, recorder):
    """Two stores that go on apart, and come together again."""
    other = new_store(folder / f"{seed}-there.db", seed=seed + 2, start=1_777_982_900_000_000)
    other.merge(list(store.copies(recorder.place.journal)))
    there = new_recorder(other, recorder.place, seed=seed + 3, start=1_777_982_900_000_000)
    for n in range(chance.randint(1, 4)):
        log(there, f"there {n}", None, {})
        log(recorder, f"here {n}", None, {})
    store.merge(list(other.copies(recorder.place.journal)))
    log(recorder, "together", None, {})
    other.close()


@pytest.mark.parametrize("part", range(4))
def test_a_legal_history_raises_no_alarm(tmp_path, part):
    for seed in range(part * HISTORIES // 4, (part + 1) * HISTORIES // 4):
        store, row = history(tmp_path, seed * 10)
        lines = lines_of(store, row)

        assert verifying.journal(store, row).good, seed
        assert verifying.export(lines, "x").good, seed
        assert list(strangers_faults(lines, json.loads(lines[0]))) == [], seed
        store.close()


def _flip(chance, lines, place):
    """One bit of one byte of an event's envelope, body, salt or output."""
    value = json.loads(lines[place])
    name = chance.choice([name for name in ("envelope", "body", "salt") if value.get(name)])
    raw = bytearray(value[name].encode())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(3)
    value[name] = raw.decode("utf-8", "replace")
    return [*lines[:place], json.dumps(value), *lines[place + 1 :]], place


def _edit(chance, lines, place):
    """Another word in the body, or another time in the envelope; the digests are left as they are."""
    value = json.loads(lines[place])
    if "body" in value and chance.random() < 0.5:
        body = json.loads(value["body"]) | {"outcome": "all went well"}
        value["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"))
    else:
        head = json.loads(value["envelope"]) | {"at": "2026-05-05T11:11:11.000000Z"}
        value["envelope"] = json.dumps(head, sort_keys=True, separators=(",", ":"))
    return [*lines[:place], json.dumps(value), *lines[place + 1 :]], place


def _delete(chance, lines, place):
    return [*lines[:place], *lines[place + 1 :]], place


def _withhold(chance, lines, place):
    """The body of an event is taken away without a purge."""
    value = json.loads(lines[place])
    if "body" not in value:
        return None
    kept = {"envelope": value["envelope"]}
    return [*lines[:place], json.dumps(kept), *lines[place + 1 :]], place


def _insert(chance, lines, place):
    """A made-up event between two; what follows names its old parent."""
    value = json.loads(lines[place])
    head = json.loads(value["envelope"]) | {"id": "019df802-69e8-7d5e-ae0e-bf976fc5c5c2", "kind": "entry"}
    head["recorded_at"] = head["recorded_at"][:-2] + "1Z"
    made = {"envelope": json.dumps(head, sort_keys=True, separators=(",", ":"))}
    made |= {name: value[name] for name in ("salt", "body", "chunks") if name in value}
    return [*lines[: place + 1], json.dumps(made), *lines[place + 1 :]], place + 1


def _reorder(chance, lines, place):
    if place + 1 >= len(lines):
        return None
    child = json.loads(json.loads(lines[place + 1])["envelope"])
    mine = digest_of(json.loads(lines[place])["envelope"].encode())
    if mine not in child["parents"]:
        return None
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]], place


def _swap(chance, lines, place):
    """The payloads of two events change places."""
    other = chance.randrange(1, len(lines))
    one, two = json.loads(lines[place]), json.loads(lines[other])
    if other == place or one.get("body") == two.get("body") or "body" not in one or "body" not in two:
        return None
    for name in ("salt", "body", "chunks"):
        one[name], two[name] = two.pop(name, None), one.pop(name, None)
    changed = list(lines)
    for where, value in ((place, one), (other, two)):
        changed[where] = json.dumps({name: item for name, item in value.items() if item is not None})
    return changed, min(place, other)


def _truncate(chance, lines, place):
    """The end is cut off, and the first line says so: only the checkpoint knows."""
    kept = lines[1:place]
    if not kept:
        return None
    return [_headed(lines[0], kept), *kept], place


def _fork(chance, lines, place):
    """The last events are replaced by others, all digests made anew."""
    return [*_rewritten(lines, place)], place


def _rewrite(chance, lines, place):
    """Everything is made anew, with another story."""
    return [*_rewritten(lines, 1)], 1


def _rewritten(lines, since):
    kept, names = lines[1:since], {}
    for line in lines[since:]:
        value = json.loads(line)
        old = digest_of(value["envelope"].encode())
        head = json.loads(value["envelope"])
        head["parents"] = sorted(names.get(parent, parent) for parent in head["parents"])
        head["actor"]["name"] = "mallory"
        value["envelope"] = json.dumps(head, sort_keys=True, separators=(",", ":"))
        names[old] = digest_of(value["envelope"].encode())
        kept.append(json.dumps(value))
    return [_headed(lines[0], kept), *kept]


def _headed(first, kept):
    """A first line that fits the others."""
    parents, mine = set(), []
    for line in kept:
        envelope = json.loads(line)["envelope"]
        parents |= set(json.loads(envelope)["parents"])
        mine.append(digest_of(envelope.encode()))
    heads = sorted(set(mine) - parents)
    return json.dumps(json.loads(first) | {"events": len(kept), "heads": heads})


TAMPERINGS = [_flip, _edit, _delete, _withhold, _insert, _reorder, _swap, _truncate, _fork, _rewrite]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda each: each.__name__.strip("_"))
def test_a_tampering_is_found_and_its_first_event_named(tmp_path, tamper):
    found = seed = 0
    while found < max(SEEDS // len(TAMPERINGS), 1):
        seed += 1
        store, row = history(tmp_path, seed % 50 * 10)
        lines, copies = lines_of(store, row), list(store.copies(row.id))
        store.close()
        (tmp_path / f"{seed % 50 * 10}.db").unlink()
        (tmp_path / f"{seed % 50 * 10}-there.db").unlink(missing_ok=True)
        chance = random.Random(seed)
        done = tamper(chance, lines, chance.randrange(1, len(lines)))
        if done is None or done[0] == lines:
            continue
        changed, place = done
        found += 1
        held = Checkpoint(row.id, row.events, row.heads, trail_of([copy.digest for copy in copies]))
        verified = verifying.export(changed, "x", held)

        assert not verified.good, (tamper.__name__, seed)
        if tamper is _delete:
            assert place <= verified.verdict.faults[0].place <= _child(lines, place), (seed, verified.verdict)
        else:
            assert verified.verdict.faults[0].place == place, (tamper.__name__, seed, verified.verdict.faults)
        assert _stranger_finds(changed, lines[0]), (tamper.__name__, seed)


def _child(lines, place):
    """Where the first event stands, once one is gone, that followed it: in a line, in its very place."""
    mine = digest_of(json.loads(lines[place])["envelope"].encode())
    later = enumerate(lines[place + 1 :], place)
    return next(
        (n for n, line in later if mine in json.loads(json.loads(line)["envelope"])["parents"]),
        len(lines) - 1,
    )


def _stranger_finds(lines, first):
    try:
        return bool(list(strangers_faults(lines, json.loads(first))))
    except (ValueError, KeyError, TypeError):
        return True


def test_the_strangers_verifier_knows_nothing_of_the_program():
    text = (Path(__file__).parent / "stranger.py").read_text()

    assert "triage" not in [
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import", "from"))
    ]
    assert len(text.splitlines()) < 75


def test_the_strangers_verifier_runs_alone(journal):
    journal("log", "one")
    journal("export", "-o", "velvet.jsonl")
    path = Path(__file__).parent / "stranger.py"
    command = [sys.executable, "-I", path, journal.work / "velvet.jsonl"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""
    text = (journal.work / "velvet.jsonl").read_text().replace("one", "two")
    (journal.work / "velvet.jsonl").write_text(text)
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == (
        "event 2 says something else than was sealed\n"
    )


def test_the_events_before_a_head_are_its_ancestors(tmp_path):
    store, row = history(tmp_path, 10)
    every = list(store.events(row.id))
    middle = every[len(every) // 2]

    assert integrity.ancestors(every, row.heads) == every
    assert middle in integrity.ancestors(every, [middle.digest])
    assert len(integrity.ancestors(every, [every[0].digest])) == 1
    store.close()


def test_bytes_that_are_no_envelope_are_altered_ones():
    verdict = verify([Sealed("", b"\xff{", None, None), Sealed("", b"[]", None, None)], "x")

    assert [fault.what for fault in verdict.faults] == ["altered", "altered"]


def test_a_long_trail_names_the_stretch_in_which_the_first_event_went():
    digests = [f"{n:064x}" for n in range(3 * TRAIL - 1)]
    held = Checkpoint("x", len(digests), ("f" * 64,), trail_of(digests))
    verdict = verify([], "x", held=held)

    assert len(held.trail) == TRAIL
    assert verdict.faults[0].place == 1


def test_a_journal_that_was_written_anew_is_named_by_its_first_event(journal):
    for text in ("one", "two", "three"):
        journal("log", text)
    journal("export", "-o", "before.jsonl")
    lines = (journal.work / "before.jsonl").read_text().splitlines()
    (journal.work / "after.jsonl").write_text("\n".join(_rewritten(lines, 3)) + "\n")
    code, out = told(journal, "./after.jsonl", "--checkpoint", "before.jsonl")

    assert (code, out.startswith("after.jsonl e3 rewritten: the checkpoint's head ")) == (1, True)


def test_a_row_that_tells_less_than_there_is_is_a_fault(tmp_path):
    store, row = history(tmp_path, 20, purge=False)
    less = JournalRow(row.id, row.slug, row.open, row.events - 1, row.heads)

    assert not verifying.journal(store, less).good
    store.close()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "INSERT INTO body SELECT id, 9, x'00', x'00' FROM journal",
            "the store keeps what belongs to no event: bodies 1, chunks of output 0",
        ),
        (
            "INSERT INTO chunk SELECT id, 2, 0, x'00', x'00' FROM journal",
            "the store keeps what belongs to no event: bodies 0, chunks of output 1",
        ),
        ("UPDATE journal SET slug = 'other'", "the store calls the journal other, the record velvet-first-deploy"),
        ("UPDATE journal SET last = 'x'", "the store says that it ends at x, the record at "),
    ],
)  # fmt: skip
def test_what_a_store_keeps_beside_its_events_is_verified(journal, statement, fault):
    journal("log", "one")
    tampered(journal, statement)
    code, out = told(journal, "--all")

    assert code == 1
    assert fault in out


def test_a_journal_that_is_called_otherwise_as_another_has_its_name_is_verified(journal):
    journal("export", "-o", "one.jsonl")
    journal("open", "Velvet", "--slug", "velvet-first-deploy", "--store", "other.db")
    journal("import", "one.jsonl", "--store", "other.db")
    code, out = told(journal, "--all", "--store", "other.db")

    assert (code, len(out.splitlines())) == (0, 2)


def test_that_there_is_no_journal_to_verify_is_said(triage):
    triage("init")
    ran = triage.run("verify", "--all")

    assert (ran.code, ran.out) == (0, "")
    assert "nothing was verified" in ran.err


def exported(program):
    """The lines of an export, each read."""
    program("log", "one")
    program("export", "-o", "velvet.jsonl")
    return [json.loads(line) for line in (program.work / "velvet.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("place", "more", "note"),
    [
        (0, {"approved": True}, "the first line has 'approved', which proves nothing"),
        (0, {"slug": "other"}, "the first line calls the journal other, the record velvet-first-deploy"),
        (2, {"comment": "all well"}, "e2 has 'comment' beside its envelope, which proves nothing"),
    ],
)
def test_what_an_export_says_beside_its_record_is_noted(journal, place, more, note):
    lines = exported(journal)
    lines[place] |= more
    (journal.work / "velvet.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    code, out = told(journal, "./velvet.jsonl")

    assert (code, out.endswith(f", {note}")) == (0, True)


TRIGGER = "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM chunk; END"


def test_a_store_whose_schema_was_changed_is_not_verified(journal):
    tampered(journal, TRIGGER)
    code, out = told(journal)

    assert code == 1
    assert "the store the trigger evil is none that triage makes" in out.splitlines()
