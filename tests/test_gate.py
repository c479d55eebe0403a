"""The gate: a document that would show a secret is refused, and the refusal says where it stands, not what it is."""

import json

import pytest

SECRET = "Zq7_kk-*Vw_31*xyz"  # noqa: S105  made up
"""Nobody's format: what makes it a secret is that a variable holds it, from some time on."""


@pytest.fixture
def leaked(journal):
    """A journal into which the secret came before anybody said that it is one."""

    def leak(*words, **options):
        answer = journal(*words, **options)
        journal.set("DEPLOY_TOKEN", SECRET)
        return answer

    return leak


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["log", f"signed in with {SECRET}"], "e2 (entry) in 'text', by the rule known"),
        (["log", "signed in", SECRET], "e2 (entry) in 'outcome', by the rule known"),
        (["did", "Push", f"Key={SECRET}", "--env", "staging"], "e2 (action) in 'cells', by the rule known"),
        (["observe", "staging", f"Key={SECRET}"], "e2 (observation) in 'cells', by the rule known"),
        (["section", "Notes", f"it is `{SECRET}`"], "e2 (section) in 'body', by the rule known"),
        (["section", f"About {SECRET}", "x"], "e2 (section) in 'heading', by the rule known"),
        (["log", "x", "--actor", SECRET], "e2 (entry) in 'actor', by the rule known"),
        (["amend", "e1", f"impact=all of {SECRET}"], "e1 (header) in 'impact', by the rule known"),
    ],
)
@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_a_refusal_names_event_field_and_rule(journal, leaked, words, where, form):
    leaked(*words)
    code, message = journal.refused("render", "--format", form)

    assert code == 6
    event = where.split()[0]
    assert message == (
        f"triage: the document would show a secret: {where}; remove it from the record: triage purge {event}"
    )


def test_an_output_is_looked_at(journal, leaked):
    leaked("evidence", "-", stdin=f"one\n{SECRET}\n")

    assert journal.refused("render")[1].startswith(
        "triage: the document would show a secret: e2 (evidence) in 'output', by the rule known"
    )


def test_what_escaping_would_hide_is_found(journal, leaked):
    leaked("log", f"signed in with {SECRET}")
    document = journal.run("render")

    assert SECRET.replace("_", "\\_").replace("*", "\\*") not in document.out
    assert document.code == 6


def test_nothing_is_written_where_it_is_refused(journal, leaked):
    leaked("log", SECRET)
    journal.refused("render", "-o", "report.html")

    assert not (journal.work / "report.html").exists()


def test_a_refusal_never_says_the_secret(journal, leaked):
    leaked("log", SECRET, SECRET)
    ran = journal.run("render", "--json")

    assert SECRET not in ran.out + ran.err


def test_all_places_are_in_the_json(journal, leaked):
    journal("log", "nothing here")
    leaked("log", SECRET, f"and {SECRET}")
    error = json.loads(journal.run("render", "--json").err)["error"]

    assert error["message"].endswith("; and 1 more")
    assert error["found"] == [
        {"event": "e3", "kind": "entry", "field": "outcome", "rule": "known"},
        {"event": "e3", "kind": "entry", "field": "text", "rule": "known"},
    ]


def test_what_was_withdrawn_is_not_shown_and_not_refused(journal, leaked):
    leaked("log", SECRET)
    journal("retract", "e2")

    assert journal.run("render").code == 0


def test_what_was_purged_is_not_refused(journal, leaked):
    leaked("log", SECRET)
    journal("purge", "e2")

    assert journal.run("render").code == 0


def test_what_an_amendment_put_right_is_not_refused(journal, leaked):
    leaked("log", SECRET)
    journal("amend", "e2", "text=signed in")

    assert journal.run("render").code == 0


def test_a_secret_of_the_template_is_refused_by_its_line(journal):
    folder = journal.work / ".triage/templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text(f"one\ntwo {SECRET}\n")
    journal.set("DEPLOY_TOKEN", SECRET)

    code, message = journal.refused(
        "render", "--template", "mine", "--store", str(journal.home / "data/triage/triage.db"),
        "--journal", "velvet-first-deploy",
    )  # fmt: skip
    assert code == 6
    assert message.startswith("triage: line 2 of the document would show a secret, by the rule known; ")
    assert "no single value holds it: see what meets there, of record or template 'mine'" in message


def test_a_word_that_one_field_ends_with_makes_no_secret_of_the_next(journal):
    journal("log", "what it sends is authorization:", "Y2xhc3MtYS0xMjM0NTY3ODkw")

    assert journal.run("render").code == 0


def test_a_mention_of_a_key_makes_no_secret_of_what_follows(journal):
    journal("log", "the file begins with -----BEGIN RSA PRIVATE KEY-----")
    journal("log", "and that is all that there is to say of it here")

    assert journal.run("render").code == 0


def test_a_value_that_looks_like_a_secret_only_beside_another_is_none(journal):
    journal("log", "it is of kind: Secret")
    journal("section", "Notes", "```yaml\ndata:\n  host: example.org\n```")
    journal("log", 'The "kty" is RSA')
    journal("section", "More", 'It says {"d": "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}')

    assert [journal.run("render", "--format", form).code for form in ("md", "html", "json")] == [0, 0, 0]


def test_markup_that_follows_a_text_is_no_value_of_it(journal):
    journal("did", "Rotate the token", "done")
    journal("did", "Look at it", "done")
    journal("log", "Begun", "--at", "-50m")

    assert journal.run("render", "--format", "html").code == 0


def test_a_secret_that_a_template_makes_in_a_page_is_refused_by_its_line(journal):
    journal("log", "Tr0ub4dor-and-3")
    folder = journal.work / ".triage/templates"
    folder.mkdir(parents=True)
    (folder / "mine.md.j2").write_text("# A page\n\npassword={{ report.main.rows[0].text }}\n")
    code, message = journal.refused(
        "render", "--template", "mine", "--format", "html", "--store",
        str(journal.home / "data/triage/triage.db"), "--journal", "velvet-first-deploy",
    )  # fmt: skip

    assert code == 6
    assert "of the document would show a secret, by the rule context" in message
