"""What people say about secrets: `triage redact`, --secret-env, a list by hash, rules and allows of a configuration."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

TOKEN = "ghp_" + "a1B2" * 9
WORD = "correct-Horse-battery-9"
"""Nobody's format, and under no telling name."""


def files(triage):
    """All bytes of all files below the home and the work folder."""
    paths = [path for folder in (triage.home, triage.work) for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(path.read_bytes() for path in paths)


def marker(triage, secret, **options):
    """The eight characters that a secret is told again by."""
    clean = triage("redact", stdin=f"it is {secret}", **options)
    return clean.rpartition(":")[2].removesuffix("]")


def configure(triage, text, folder=None):
    """Write the user's own configuration, or a folder's."""
    path = (triage.work if folder else triage.home / "config/triage") / "triage.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if folder:
        (triage.work / ".triage").mkdir(exist_ok=True)


# triage redact


def test_a_text_is_printed_as_it_would_be_recorded(journal):
    said = f"it was {TOKEN}, and password=Tr0ub4dor-and-3"
    journal("log", said)

    assert journal("redact", stdin=said) == journal.body()["text"]


def test_bytes_beside_secrets_stay_as_they_are(journal):
    ran = journal.start("redact", input=b"\xff\xfe \x00 \r\n" + TOKEN.encode() + b"\n\n")

    out = ran.out.encode("utf-8", "surrogateescape")
    assert (out[:7], out[-3:]) == (b"\xff\xfe \x00 \r\n", b"]\n\n")


def test_a_file_is_scrubbed_too(triage):
    (triage.work / "notes.md").write_text(f"x {TOKEN}\n")

    assert TOKEN not in triage("redact", "notes.md")


def test_it_says_for_each_span_which_rule_decided(triage):
    text = f"one\nkey {TOKEN}\npassword=/run/secrets/login-9\n"
    lines = triage("redact", "--explain", stdin=text).splitlines()

    assert lines[0].startswith("2:5 github-token, 40 characters, hidden as [REDACTED:github-token:")
    assert lines[1].startswith("3:10 ")
    assert lines[1].endswith("left alone: a path")


def test_what_it_says_is_never_the_secret(triage):
    text = f"key {TOKEN} and password: {WORD}"

    for options in (["--explain"], ["--explain", "--json"]):
        said = triage("redact", *options, stdin=text)
        assert TOKEN[4:20] not in said
        assert WORD not in said


def test_in_json_each_span_is_an_object(triage):
    found = [json.loads(line) for line in triage("redact", "--explain", "--json", stdin=TOKEN).splitlines()]

    assert [(each["line"], each["column"], each["rule"]) for each in found] == [(1, 1, "github-token")]


@pytest.mark.parametrize(("text", "code"), [("nothing", 0), (TOKEN, 1)])
def test_it_can_be_a_check(triage, text, code):
    assert triage.run("redact", "--check", stdin=text).code == code


# Variables that are named


def test_the_value_of_a_named_variable_is_hidden(journal):
    journal.set("MY_LOGIN", WORD)
    journal("log", f"signed in with {WORD}", "--secret-env", "MY_LOGIN")

    assert WORD not in journal("events", "--json")


def test_names_may_come_from_the_environment(journal):
    journal.set("MY_LOGIN", WORD)
    journal.set("TRIAGE_SECRET_ENV", "OTHER, MY_LOGIN")
    journal("log", f"signed in with {WORD}")

    assert WORD not in journal("events", "--json")


@pytest.mark.parametrize("folder", [None, "here"])
def test_names_may_come_from_a_configuration(journal, folder):
    journal.set("MY_LOGIN", WORD)
    configure(journal, 'secret_env = ["MY_LOGIN", "NOT_SET"]', folder)

    assert WORD not in journal("redact", stdin=f"it is {WORD}")


@pytest.mark.parametrize("value", [None, "short", "12345678901"])
def test_a_named_variable_without_a_secret_is_refused_without_telling_it(journal, value):
    if value:
        journal.set("MY_LOGIN", value)
    code, message = journal.refused("log", "x", "--secret-env", "MY_LOGIN")

    assert code == 2
    assert message.startswith("triage: --secret-env MY_LOGIN: the variable holds no secret of 8 characters")
    assert value is None or value not in message


def test_what_a_command_prints_is_judged_with_them(journal):
    journal.set("MY_LOGIN", WORD)
    journal.start("run", "--secret-env", "MY_LOGIN", "--", "printenv", "MY_LOGIN")

    assert WORD.encode() not in files(journal)


def test_what_is_kept_of_a_refused_call_is_judged_with_them(journal):
    journal.set("MY_LOGIN", WORD)
    ran = journal.run("evidence", "-", "--action", "99", "--secret-env", "MY_LOGIN", stdin=f"it is {WORD}\n")

    assert ran.code == 3
    assert WORD.encode() not in files(journal)


# A list by hash


def test_a_remembered_value_is_hidden_and_is_nowhere(journal):
    journal("redact", "--remember", "the old password", stdin=WORD)
    journal("log", f"it was '{WORD}'.")

    assert WORD.encode() not in files(journal)
    assert "REDACTED:known:" in journal.body()["text"]


@pytest.mark.parametrize(
    "form",
    [
        WORD.encode().hex(),
        "Y29ycmVjdC1Ib3JzZS1iYXR0ZXJ5LTk=",
    ],
)
def test_a_remembered_value_is_known_in_other_forms(triage, form):
    triage("redact", "--remember", "x", stdin=WORD)

    assert form[:24] not in triage("redact", stdin=f"value={form}")


def test_the_list_is_for_nobody_else(triage):
    triage("redact", "--remember", "x", stdin=WORD)

    assert (triage.home / "config/triage/known.txt").stat().st_mode & 0o777 == 0o600


def test_values_that_are_remembered_at_the_same_time_are_all_kept(triage):
    values = [f"correct-Horse-battery-{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        ran = [*pool.map(lambda v: triage.start("redact", "--remember", "x", input=v.encode()), values)]

    assert {each.code for each in ran} == {0}
    clean = triage("redact", stdin="\n".join(values))
    assert clean.count("REDACTED:known:") == 8


def test_a_value_that_tells_too_little_is_not_remembered(triage):
    assert triage.refused("redact", "--remember", "x", stdin="short") == (
        2,
        "triage: a value to remember has at least 8 characters of two kinds; nothing was remembered",
    )


def test_a_refused_value_is_kept_nowhere(triage):
    triage.run("redact", "--remember", "x", stdin="only-letters".replace("-", ""))

    assert b"onlyletters" not in files(triage)


# Rules that are added


RULE = '[[redact.rules]]\nname = "acme-badge"\npattern = "ACME-(?P<secret>[0-9]{6})"\nhints = ["acme-"]\n'


@pytest.mark.parametrize("folder", [None, "here"])
def test_a_configuration_adds_a_rule(journal, folder):
    configure(journal, RULE, folder)

    assert journal("redact", stdin="badge ACME-123456").startswith("badge ACME-[REDACTED:acme-badge:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[redact.rules]]\nname = "x"\npattern = "("', "the rule 'x' is no regular expression"),
        ('[[redact.rules]]\nname = "x"\npattern = "a*"', "the rule 'x' matches an empty text"),
        (
            '[[redact.rules]]\nname = "x"\npattern = "k(a+)+$"',
            "the rule 'x' repeats what repeats in many ways",
        ),
        ('[[redact.rules]]\nname = "x"\npattern = "k(?:(?:a|b)*c)*d"', "repeats what repeats in many ways"),
        ('[[redact.rules]]\nname = "x"\npattern = "a{99999999999}"', "the rule 'x' is no regular expression"),
        (f'[[redact.rules]]\nname = "x"\npattern = "{"(" * 3000}a{")" * 3000}"', "is no regular expression"),
        ('[[redact.rules]]\nname = "x"\npattern = 3', "the pattern of the rule 'x' must be a text"),
        ('[[redact.rules]]\nname = "x"', "a rule of redact has a name, a pattern and perhaps hints"),
        ("[redact]\nruels = []", "redact has no 'ruels'"),
        ("redact = 3", "redact holds [[redact.rules]] and [[redact.allow]]"),
        ('secret_env = "X"', "secret_env must be a list of names"),
        ('[[redact.allow]]\nrule = "x"', "an allow of redact has a rule or a fingerprint, and a reason"),
        (
            '[[redact.allow]]\nrule = "known"\nreason = "x"',
            "known values are no rule that can be switched off",
        ),
        ('[[redact.allow]]\nfingerprint = "zu kurz"\nreason = "x"', "no fingerprint: 'zu kurz'"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(journal, text, message):
    configure(journal, text)
    code, said = journal.refused("log", "x")

    assert (code, message in said, "triage.toml" in said) == (2, True, True), said


@pytest.mark.parametrize("pattern", ["REDACTED", "[0-9a-z]{8}", "context:", "=.REDACTED:con"])
def test_a_rule_that_would_match_in_a_marker_leaves_it_whole(journal, pattern):
    text = "password=Tr0ub4dor-and-3"
    clean = journal("redact", stdin=text)
    configure(journal, f'[[redact.rules]]\nname = "x"\npattern = "{pattern}"')

    assert clean.partition("=")[2] in journal("redact", stdin=text)


# What is let through


def test_one_value_is_let_through_by_its_fingerprint(journal):
    fingerprint = marker(journal, TOKEN)
    other = "ghp_" + "c3D4" * 9
    configure(journal, f'[[redact.allow]]\nfingerprint = "{fingerprint}"\nreason = "of the manual"')
    journal("log", f"{TOKEN} and {other}")

    text = next(event for event in journal.events() if event["kind"] == "entry")["body"]["text"]
    assert TOKEN in text
    assert other not in text


def test_a_rule_is_switched_off_by_its_name(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "test tokens"')

    assert journal("redact", stdin=TOKEN) == TOKEN


@pytest.mark.parametrize("allow", ['rule = "github-token"', 'fingerprint = "{}"'])
def test_it_is_said_what_was_let_through_and_why(journal, allow):
    allow = allow.format(marker(journal, TOKEN))
    configure(journal, f'[[redact.allow]]\n{allow}\nreason = "of the manual"')

    said = journal("redact", "--explain", stdin=f"it is {TOKEN}")
    assert said == "1:7 github-token, 40 characters, left alone: allowed: of the manual"


def test_an_allow_of_a_rule_is_not_recorded_where_another_hides_the_value(journal):
    journal.set("THE_TOKEN", TOKEN)
    configure(journal, '[[redact.allow]]\nrule = "context"\nreason = "x"')
    journal("log", f"it is {TOKEN}")

    assert TOKEN not in journal("events", "--json")
    assert [event["kind"] for event in journal.events()] == ["header", "entry"]


def test_an_allow_is_recorded_once_in_a_journal(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "test tokens"')
    journal("log", TOKEN)
    journal("log", f"again {TOKEN}")
    journal("log", "nothing")

    acts = [event["body"] for event in journal.events() if event["kind"] == "act"]
    assert acts == [{"verb": "allow", "about": "rule github-token", "reason": "test tokens"}]


def test_an_allow_that_was_recorded_in_the_main_part_refuses_nothing_in_an_addendum(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "test tokens"')
    journal("log", TOKEN)
    journal("addendum", "More")
    journal("log", f"again {TOKEN}")

    kinds = [event["kind"] for event in journal.events()]
    assert kinds == ["header", "entry", "act", "header", "entry"]


def test_an_allow_whose_reason_reads_otherwise_by_now_refuses_nothing(journal):
    allow = '[[redact.allow]]\nrule = "github-token"\nreason = "of ACME-123456"\n'
    configure(journal, allow)
    journal("log", TOKEN)
    configure(journal, allow + RULE)

    assert journal.run("log", f"again {TOKEN}").code == 0


def test_an_allow_that_lets_nothing_through_is_not_recorded(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "test tokens"')
    journal("log", "nothing")

    assert [event["kind"] for event in journal.events()] == ["header", "entry"]


def test_an_allowed_value_may_be_shown(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "test tokens"')
    journal("log", TOKEN)

    assert TOKEN[4:] in journal("render").replace("\\", "")


def test_a_cloned_folder_lets_nothing_through(journal):
    configure(journal, '[[redact.allow]]\nrule = "github-token"\nreason = "x"', "here")
    code, message = journal.refused("log", TOKEN)

    assert code == 4
    assert "may not let secrets through; set it in " in message


def test_every_key_that_init_explains_is_one(triage):
    triage("init")
    path = triage.work / "triage.toml"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.removeprefix("# ") for line in lines if "=" in line or "# [" in line))
    triage("open", "It goes on")

    assert triage("redact", stdin="ACME-123456").startswith("ACME-[REDACTED:acme-badge:")
