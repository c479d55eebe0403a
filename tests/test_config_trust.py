"""What only the user's own configuration may do, and a folder's after it was trusted."""

import pytest
from test_cli_redact import TOKEN, configure
from test_config_patterns import KIND

from triage.config.redaction import PROBES, hidden
from triage.redact.rules import provider_rules

ALLOW = '[[redact.allow]]\nrule = "github-token"\nreason = "x"\n'
STORE = 'store = "elsewhere/kept.db"\n'


@pytest.mark.parametrize(("text", "what"), [(ALLOW, "let secrets through"), (STORE, "set 'store'")])
def test_a_folder_is_refused_with_the_way_to_trust_it(journal, text, what):
    configure(journal, text, "here")
    code, message = journal.refused("log", "x")

    own = f"{journal.home}/config/triage/triage.toml"
    assert code == 4
    assert message == (
        f"triage: {journal.work}/triage.toml may not {what}; "
        f"set it in {own}, or look at the file and call: triage trust"
    )


def test_a_trusted_folder_lets_through_what_it_allows_and_that_is_recorded(journal):
    configure(journal, ALLOW, "here")
    said = journal("trust")
    journal("open", "It goes on")
    journal("log", f"it is {TOKEN}")

    assert said == f"trusted {journal.work}/triage.toml: it may let secrets through"
    assert TOKEN in journal("events", "--json")
    assert [event["kind"] for event in journal.events()] == ["header", "entry", "act"]


def test_a_trusted_folder_moves_the_store_to_a_place_beside_its_file(journal):
    configure(journal, STORE, "here")
    journal("trust", "triage.toml")
    journal("open", "It goes on")

    assert (journal.work / "elsewhere/kept.db").exists()


def test_any_change_of_a_trusted_file_ends_the_trust(journal):
    configure(journal, ALLOW, "here")
    journal("trust")
    configure(journal, f"{ALLOW} ", "here")

    assert journal.refused("log", TOKEN)[0] == 4


def test_a_folder_cannot_bring_the_trust_in_itself(journal):
    configure(journal, ALLOW, "here")
    journal("trust")
    kept = journal.home / "state/triage/trusted"
    kept.rename(journal.work / ".triage/trusted")

    assert journal.refused("log", TOKEN)[0] == 4


def test_a_file_that_is_no_configuration_is_not_trusted(journal):
    configure(journal, "[[redact.allow]]\nrule = 3\n", "here")

    assert journal.refused("trust")[0] == 2
    assert not (journal.home / "state/triage/trusted").exists()


def test_trusting_what_is_not_there_is_refused(triage):
    code, message = triage.refused("trust", "nowhere.toml")

    assert code == 3
    assert message == (
        f"triage: no configuration at {triage.work}/nowhere.toml; name the file: triage trust FILE"
    )


def test_trust_says_in_json_what_the_file_may_do(journal):
    configure(journal, STORE + ALLOW, "here")

    assert journal.json("trust") == {
        "path": f"{journal.work}/triage.toml",
        "does": ["set 'store'", "let secrets through"],
    }


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/dev"])
def test_a_folder_cannot_have_a_device_read_for_a_configuration(journal, device):
    (journal.work / "triage.toml").unlink(missing_ok=True)
    (journal.work / ".triage").mkdir(exist_ok=True)
    (journal.work / "triage.toml").symlink_to(device)

    code, message = journal.refused("log", "x")

    assert code in (2, 4)
    assert message.startswith(f"triage: {'cannot read ' * (device == '/dev')}{journal.work}/triage.toml")


# What is no secret


def rule(pattern, hints=()):
    return f"[[redact.rules]]\nname = 'blank'\npattern = '{pattern}'\nhints = {list(hints)}\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (rule("(?s).+"), f"hide ordinary text such as {PROBES[0]!r} by the rule 'blank'"),
        (rule("(?s).+", ["deploy"]), f"hide ordinary text such as {PROBES[0]!r} by the rule 'blank'"),
        (
            'secret_env = ["DB_LOGIN", "HOME"]',
            "hide the value of 'HOME', an ordinary variable, by secret_env",
        ),
    ],
)
def test_a_folder_that_would_hide_what_is_no_secret_is_refused_and_says_what_to_do(journal, text, what):
    configure(journal, text, "here")
    ran = journal.run("log", "Release 42 is live")

    assert ran.code == 4
    assert ran.err == (
        f"triage: {journal.work}/triage.toml may not {what}; "
        "narrow it or take it out there, or look at the file and call: triage trust\n"
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z]", "[A-Z][a-z]+", "q", "\\s", "\\S+", "\\d", "\\d\\d:\\d\\d", "[^ -~]+", "^[a-z-]+$", "(?<=.{20}).", ".{30,}",
        "(?m)^.+$", "(?s)\\n.*", "\\w+(?:-\\w+)+", "(?:/[\\w.]+)+", "v?\\d+\\.\\d+\\.\\d+", "(?i)error.*", "https?://\\S+",
        "[\\w-]+\\.example\\.org", "#\\d+", "[(){}]", "\\b(?:deploy|rollback)\\b", "[A-Za-z]{4,}",
    ],
)  # fmt: skip
def test_a_rule_for_what_records_are_full_of_hides_it(pattern):
    assert list(hidden({"redact": {"rules": [{"name": "x", "pattern": pattern}]}}))


SENSIBLE = [
    "ACME-[0-9]{6}", "[0-9a-f]{32}", "[0-9A-Fa-f-]{36}", "[\\w.]+@[\\w.]+", "(?:\\d{1,3}\\.){3}\\d{1,3}",
    "\\b(?:\\d[ -]?){13,19}\\b", "[\\w-]+\\.corp\\.acme\\.com", "(?i)login:\\s*\\S+", "[A-Z0-9]{10,}",
]  # fmt: skip
TOO_WIDE = r"(?:-[a-z]{1,8}){2,9}"
"""Of the patterns that come to an end: it hides slugs."""


@pytest.mark.parametrize("pattern", [*SENSIBLE, *(each for each in KIND if each != TOO_WIDE)])
def test_a_rule_for_something_that_has_a_form_of_its_own_hides_nothing_else(pattern):
    assert list(hidden({"redact": {"rules": [{"name": "x", "pattern": pattern}]}})) == []


def test_no_form_of_a_providers_token_would_be_refused_in_a_folder():
    rules = [{"name": rule.name, "pattern": rule.pattern} for rule in provider_rules()]

    assert list(hidden({"redact": {"rules": rules}})) == []


@pytest.mark.parametrize("name", ["PATH", "USER", "PWD", "LC_ALL", "TRIAGE_JOURNAL", "GITHUB_REPOSITORY"])
def test_an_ordinary_variable_is_not_made_secret_by_a_folder(name):
    assert list(hidden({"secret_env": [name]}))


@pytest.mark.parametrize("name", ["DB_LOGIN", "GITHUB_TOKEN", "CI_JOB_TOKEN", "PATHWAY_LOGIN"])
def test_another_variable_may_be_made_secret_by_a_folder(name):
    assert list(hidden({"secret_env": [name]})) == []


@pytest.mark.parametrize("text", [rule("Velvet [a-z]+"), 'secret_env = ["HOME"]'])
def test_what_a_folder_may_not_hide_the_users_own_configuration_may(journal, text):
    configure(journal, text)

    assert "[REDACTED:" in journal("redact", stdin=f"Velvet release in {journal.home}")


def test_a_trusted_folder_hides_what_its_rule_says(journal):
    configure(journal, rule("[A-Z][a-z]+"), "here")
    said = journal("trust")

    assert said == (
        f"trusted {journal.work}/triage.toml: "
        f"it may hide ordinary text such as {PROBES[0]!r} by the rule 'blank'"
    )
    assert "[REDACTED:blank" in journal("redact", stdin="Velvet")
