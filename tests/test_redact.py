"""The redactor: what is a secret, what is none, and the one way into a store."""

import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests_support import new_store, opened, seeded

from triage import redact
from triage.events import Actor, Draft
from triage.redact import CleanEvent, Redactor, scrub
from triage.redact.providers import FORMS
from triage.redact.rules import PLACES, provider_rules
from triage.usecases.recorder import Said

KEY = b"k" * 32
RULES = (*PLACES, *provider_rules())
REDACTOR = Redactor(KEY)
MARKER = r"\[REDACTED:[a-z-]+:[0-9a-hjkmnp-tv-z]{8}\]"

_letters = seeded(5)


def letters(count, alphabet=string.ascii_letters + string.digits):
    """A made-up value: no part of this file looks like a secret to a scanner."""
    return "".join(alphabet[byte % len(alphabet)] for byte in _letters(count))


HEX = "0123456789abcdef"
SECRETS = {
    "private-key": lambda s: (
        "-----BEGIN RSA PRIVATE KEY-----{}-----END RSA PRIVATE KEY-----",
        f"\n{s(64)}\n",
    ),
    "authorization": lambda s: ("Authorization: Basic {}", s(24)),
    "bearer": lambda s: ("curl -H 'X-Auth: Bearer {}'", s(30) + "9"),
    "cookie": lambda s: ("Cookie: {}", "session=" + s(40)),
    "url-password": lambda s: ("postgres://velvet:{}@db.internal/velvet", s(14) + "-9"),
    "jwt": lambda s: ("{}", f"eyJ{s(20)}.eyJ{s(40)}.{s(40)}"),
    "aws-akia-key": lambda s: ("{}", "AKIA" + letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    "github-token": lambda s: ("git clone with {}", "ghp_" + s(36)),
    "github-pat": lambda s: ("{}", "github_pat_" + s(82)),
    "gitlab-token": lambda s: ("{}", "glpat-" + s(20)),
    "slack-token": lambda s: ("{}", "xoxb-" + s(40)),
    "slack-webhook": lambda s: ("https://hooks.slack.com/services/{}", f"T{s(10)}/B{s(10)}/{s(24)}"),
    "stripe-key": lambda s: ("{}", "sk_live_" + s(24)),
    "google-api-key": lambda s: ("{}", "AIza" + s(35)),
    "npm-token": lambda s: ("{}", "npm_" + s(36)),
    "pypi-token": lambda s: ("{}", "pypi-" + s(80)),
    "heroku-key": lambda s: ("{}", "HRKU-" + s(36)),
    "sendgrid-key": lambda s: ("{}", f"SG.{s(22)}.{s(43)}"),
    "anthropic-key": lambda s: ("{}", "sk-ant-" + s(80)),
    "openai-key": lambda s: ("{}", "sk-proj-" + s(48)),
    "digitalocean-token": lambda s: ("{}", "dop_v1_" + letters(64, HEX)),
    "huggingface-token": lambda s: ("{}", "hf_" + s(34)),
    "vault-token": lambda s: ("{}", "hvs." + s(40)),
    "shopify-token": lambda s: ("{}", "shpat_" + letters(32, HEX)),
    "databricks-token": lambda s: ("{}", "dapi" + letters(32, HEX)),
    "linear-key": lambda s: ("{}", "lin_api_" + s(40)),
    "grafana-token": lambda s: ("{}", "glsa_" + s(40)),
    "docker-token": lambda s: ("{}", "dckr_pat_" + s(27)),
    "telegram-token": lambda s: ("{}", f"123456789:AA{s(33)}"),
    "azure-storage-key": lambda s: ("AccountName=x;AccountKey={};Suffix=y", s(86) + "=="),
    "netrc": lambda s: ("machine h login ana password {}", s(12) + "-7"),
    "curl-user": lambda s: ("curl -u {} https://example.org", f"ana:{s(12)}-7"),
    "flag": lambda s: ("helm install --set-password {} velvet", s(16) + "-7"),
    "context": lambda s: ("DATABASE_PASSWORD={}", s(16) + "-7"),
}


@pytest.mark.parametrize("rule", SECRETS)
def test_a_secret_of_a_known_form_is_replaced(rule):
    template, secret = SECRETS[rule](letters)

    clean, hits = REDACTOR.text(template.format(secret))

    assert [hit.rule for hit in hits] == [rule]
    assert secret not in clean
    assert clean.startswith(template.partition("{}")[0])
    assert clean.endswith(template.partition("{}")[2])


def test_a_marker_names_the_kind_and_the_keyed_fingerprint():
    clean, _ = REDACTOR.text("DATABASE_PASSWORD=hunter2-hunter2")

    assert clean == "DATABASE_PASSWORD=[REDACTED:context:j3fkztmp]"


def test_the_same_secret_has_the_same_fingerprint():
    clean, _ = REDACTOR.text("PASSWORD=hunter2-hunter2 and TOKEN=hunter2-hunter2")

    one, other = clean.split(" and ")
    assert one.partition("=")[2] == other.partition("=")[2]


def test_another_key_gives_another_fingerprint():
    text = "PASSWORD=hunter2-hunter2"

    assert REDACTOR.text(text) != Redactor(b"l" * 32).text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Set SECRET_KEY in the Heroku configuration before the release phase",
        "token: required",
        "password=$DATABASE_PASSWORD",
        "password=${DATABASE_PASSWORD}",
        "--token-file /run/secrets/token",
        "API_KEY=<your key>",
        "secret: ${{ secrets.HEROKU_API_KEY }}",
        "docker inspect -f '{{ .Config.Env }}'",
        "TOKEN_PATH=/etc/triage/token",
        "password: ********",
        "commit 98f2418a5f3c9e2b1d0c4b7a6e5f4d3c2b1a0f9e",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://example.org/a:b@c",
        "the bearer of this message is Kristerpher",
        "GET /api/v2/tokens 200",
        "x-request-id: 0190a6a0-7a3b-7cc2-9f01-aabbccddeeff",
        "git push heroku main:main",
        "key=value",
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(text):
    assert REDACTOR.text(text) == (text, ())


@pytest.mark.parametrize("rule", SECRETS)
def test_scrubbing_again_changes_nothing(rule):
    template, secret = SECRETS[rule](letters)
    once, _ = REDACTOR.text(template.format(secret))

    assert REDACTOR.text(once) == (once, ())


PIECES = st.sampled_from(
    [
        *("password=", "--token ", "Authorization: Bearer ", "hunter2-hunter2", "ghp_" + "a1" * 18, "://u:"),
        *("@h", " ", "\n", "'", '"', "[REDACTED:context:j3fkztmp]", "[REDACTED:", "curl -u a:", "secret"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12))
def test_scrubbing_any_text_again_changes_nothing(pieces):
    once, _ = REDACTOR.text("".join(pieces))

    assert REDACTOR.text(once) == (once, ())


@pytest.mark.parametrize(
    "shown",
    [
        lambda s: s,
        lambda s: f"postgres://{s}@h",
        lambda s: __import__("urllib.parse", fromlist=["x"]).quote(s, safe=""),
        lambda s: __import__("json").dumps(s),
        lambda s: s.encode().hex(),
        lambda s: __import__("base64").b64encode(b"ana:" + s.encode()).decode(),
        lambda s: __import__("base64").b64encode(b"a" + s.encode() + b"zz").decode(),
    ],
)
def test_a_known_value_is_found_in_all_its_forms(shown):
    value = 'Tr"ub/4dor&3'
    redactor = Redactor(KEY, {"DATABASE_PASSWORD": value})

    clean, hits = redactor.text(f"said {shown(value)} aloud")

    assert len(hits) == 1
    assert hits[0].rule == "known"
    assert value not in clean


def test_a_short_or_plain_value_of_the_environment_is_not_searched_for():
    redactor = Redactor(KEY, {"TOKEN": "abc", "SECRET": "production"})

    assert redactor.text("abc in production") == ("abc in production", ())


def test_the_variables_with_secrets_are_told_by_their_names():
    environment = {
        "GITHUB_TOKEN": "a1b2c3d4e5",
        "DB_PASSWORD": "s3cr3t-value",
        "TOKEN_FILE": "run-secrets-1",
        "SSH_AUTH_SOCK": "/tmp/ssh-1/agent",
        "HOME": "/home/ana1",
        "API_KEY": "short",
    }

    assert set(redact.secret_names(environment)) == {"GITHUB_TOKEN", "DB_PASSWORD"}


def test_bytes_beside_a_secret_stay_as_they_are():
    data, hits = REDACTOR.data(b"\xff\xfe PASSWORD=hunter2-hunter2 \x00\xe4")

    assert len(hits) == 1
    assert data == b"\xff\xfe PASSWORD=[REDACTED:context:j3fkztmp] \x00\xe4"


def test_a_cell_whose_label_says_secret_loses_its_value():
    assert REDACTOR.cells([["API token", "hunter2-hunter2"], ["Slug", "86ceec1d"]]) == [
        ["API token", "[REDACTED:context:j3fkztmp]"],
        ["Slug", "86ceec1d"],
    ]


def test_a_value_under_a_secret_label_goes_though_it_has_spaces():
    assert WHISPERED_WORDS not in str(REDACTOR.cells([["Password", WHISPERED_WORDS]]))


def test_a_heading_of_two_titles_is_no_label_with_a_value():
    made = draft(kind="section", body={"heading": ["API tokens", "Phase-2-rollout"]})

    assert scrub(made, REDACTOR).draft.body == made.body


TOKEN = "ghp_" + "a1B2" * 9
WHISPERED_WORDS = "correct horse Battery9"


@pytest.mark.parametrize(
    "text",
    [
        f"\x1b[32m{TOKEN}\x1b[0m",
        f"\x1b[01;31m\x1b[K{TOKEN[:9]}\x1b[m\x1b[K{TOKEN[9:]}",
        f"\x1b]0;title\x07{TOKEN}",
        f"x_{TOKEN}",
        f"password=\x1b[31m{TOKEN[::-1]}",
    ],
)
def test_a_secret_in_coloured_output_is_found(text):
    clean, hits = REDACTOR.text(text)

    assert len(hits) == 1
    assert TOKEN[9:20] not in clean
    assert TOKEN[::-1][:20] not in clean


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("true --password '$ecretPass99'", "$ecretPass99"),
        ("true --password 'my Long pass 42x'", "my Long pass 42x"),
        (r"{\"password\":\"Hunter22xyzD\"}", "Hunter22xyzD"),
        ("<password>Hunter22xyzE</password>", "Hunter22xyzE"),
        ("DB_PASSWORD=%tgb6YHNuj", "%tgb6YHNuj"),
        ("postgres://app:pa55wrd@db/x", "pa55wrd"),
        ("postgres://app:correcthorsebattery@db/x", "correcthorsebattery"),
        ('System.setProperty("APP_TOKEN", "9f8e7d6c5b4a3f2e")', "9f8e7d6c5b4a3f2e"),
        ("APP_TOKEN ::= '9f8e7d6c5b4a3f2e'", "9f8e7d6c5b4a3f2e"),
        (
            "QUJDREVGR0hJSktMTU5PUFFSU1RVVg==\n-----END RSA PRIVATE KEY-----",
            "QUJDREVGR0hJSktMTU5PUFFSU1RVVg==",
        ),
    ],
)
def test_a_secret_is_found_in_its_place(text, secret):
    clean, hits = REDACTOR.text(text)

    assert len(hits) == 1
    assert secret not in clean


@pytest.mark.parametrize(
    "text",
    [
        "--password $DB_PASSWORD",
        "--password %DB_PASSWORD%",
        "postgres://app:$PASSWORD@db/x",
        "postgres://app:<password>@db/x",
    ],
)
def test_a_name_of_a_secret_is_none(text):
    assert REDACTOR.text(text) == (text, ())


def draft(**changes):
    made = Draft("i", "j", "entry", "i", "j", None, "unknown", Actor("ana"), {"text": "x"})
    return made._replace(**changes)


def test_only_scrub_makes_a_clean_event():
    with pytest.raises(TypeError, match=r"made by redact\.scrub alone"):
        CleanEvent(draft())


WHISPERED = "hunter2-hunter2"


@pytest.mark.parametrize(
    "changes",
    [
        {"body": {"text": f"PASSWORD={WHISPERED}"}},
        {"kind": "observation", "body": {"cells": [["PASSWORD", WHISPERED]]}},
        {"kind": "header", "body": {"labels": [[f"PASSWORD={WHISPERED}", "x"]]}},
        {"kind": "amendment", "body": {"changes": {"cells": [["PASSWORD", WHISPERED]]}}},
        {"body": {"changes": {"text": f"PASSWORD={WHISPERED}", f"PASSWORD={WHISPERED}": 1}}},
        {"body": {"heading": ["A", f"PASSWORD={WHISPERED}"]}},
        {"actor": Actor(f"PASSWORD={WHISPERED}", "human", f"PASSWORD={WHISPERED}")},
        {"output": f"PASSWORD={WHISPERED}".encode()},
    ],
)
def test_scrub_leaves_a_secret_in_no_part_of_a_draft(changes):
    assert WHISPERED not in repr(scrub(draft(**changes), REDACTOR).draft)


def test_scrub_counts_what_it_took_out_of_an_output():
    clean = scrub(draft(output=b"PASSWORD=hunter2-hunter2 TOKEN=hunter2-hunter3"), REDACTOR)

    assert clean.draft.body["redactions"] == 2


def test_no_secret_reaches_the_file_of_a_store(tmp_path):
    path = tmp_path / "triage.db"
    store = new_store(path)
    recorder = opened(store)
    recorder.record(Said("entry", {"text": f"PASSWORD={WHISPERED}"}))
    recorder.record(
        Said("evidence", {"title": "x"}, output=b"x" * 300_000 + f" PASSWORD={WHISPERED}".encode())
    )
    store.close()

    assert WHISPERED.encode() not in path.read_bytes()


def test_the_rules_have_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


LOOKS_AROUND = re.compile(r"\(\?<?[=!]")


@pytest.mark.parametrize(
    ("hints", "pattern"),
    [
        pytest.param(hints, pattern, id=name)
        for name, hints, pattern in FORMS
        if not LOOKS_AROUND.search(pattern)
    ],
)
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_token_of_any_provider_is_hidden(hints, pattern, data):
    token = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))

    clean, hits = REDACTOR.text(f"{hints.split()[0]}: {token} aloud")

    assert hits, token
    assert (token if "(?P<secret>" in pattern else token[:-8]) not in clean


@pytest.mark.parametrize(
    "token",
    [
        "00" + "aB3" * 13 + "c",
        "s.3aB3aB3aB3aB3aB3aB3aB3aB",
        "123456789012345|AbCdEfGhIjKlMnOpQrStUvWxYz01",
        "1/1234567890123456:" + "0af1" * 8,
        "123456789:A" + "0aB-_" * 6 + "wxyz",
        "YC" + "0aB-_" * 7 + "wxy",
    ],
)
def test_a_token_that_is_told_by_what_is_around_it_is_hidden(token):
    clean, hits = REDACTOR.text(f"said {token} aloud")

    assert hits
    assert token[18:-2] not in clean


def test_at_least_120_forms_of_providers_are_known():
    assert len({name for name, _, _ in FORMS}) >= 120


KUBERNETES = """apiVersion: v1
kind: Secret
metadata:
  name: velvet
data:
  user: dmVsdmV0LXVzZXI=
  password: c2VjcmV0LXZhbHVl
type: Opaque
"""


def test_the_data_of_a_kubernetes_secret_is_hidden():
    clean, _ = REDACTOR.text(KUBERNETES)

    assert "dmVsdmV0" not in clean
    assert "c2VjcmV0" not in clean
    assert "name: velvet" in clean


def test_a_secret_that_is_said_again_without_its_name_is_hidden_too():
    clean, _ = REDACTOR.text("password: hunter2-hunter2, so ssh ana@host with hunter2-hunter2")

    assert "hunter2" not in clean


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_hints_of_a_rule_are_casefolded(rule):
    assert rule.hints
    assert all(hint == hint.casefold() for hint in rule.hints)


@pytest.mark.parametrize(
    "text", ["password=" + "a1" * 500_000, "://" * 300_000, "eyJ" * 300_000, "-----BEGIN " * 90_000]
)
def test_a_megabyte_of_beginnings_is_searched_in_linear_time(text):
    """It ends at all: with a pattern that backtracks over the text it would take hours."""
    assert REDACTOR.text(text)


SHOWN = [
    ("<password>Hunter22xyzE</password>", "element"),
    ("<key>DBPassword</key>\n  <string>Hunter22xyzE</string>", "plist"),
    ("- name: DB_PASSWORD\n  value: Hunter22xyzE", "named-value"),
    ('{"name": "DB_PASSWORD", "value": "Hunter22xyzE"}', "named-value"),
    ("0123456789abcdef0123456789abcdef-us20", "mailchimp-key"),
    ("0123456789abcdef0123456789abcdef-01234567-89abcdef", "mailgun-signing-key"),
    ("vercel-key = DdZV6ZDZW6Vpl7n7JqtrCE5i", "key"),
    ("cloudflare: 0574b9f43978174cc2cb9a1068681225433c4", "provider-key"),
    ("AZURE_CLIENT_ID=f47ac10b-58cc-4372-a567-0e02b2c3d479", "provider-account"),
    ("CREATE USER ana IDENTIFIED BY Hunter22xyzE", "sql-password"),
    ("mongodb+srv://velvet:Hunter22xyzE@cluster0.example.net/jobs", "mongodb-url"),
    ("jdbc:oracle:thin:velvet/Hunter22xyzE@db:1521/x", "oracle-password"),
    ("https://s3.example.org/a?X-Amz-Expires=9&X-Amz-Signature=" + "0a1b" * 16, "signed-url"),
    ("db.internal:5432:velvet:ana:Hunter22xyzE", "pgpass"),
    ("root:$6$saltsalt$" + "a1B2" * 20 + ":19000:0", "password-hash"),
    ('{"auths": {"r.example.org": {"auth": "dmVsdmV0Omh1bnRlcjI="}}}', "registry-auth"),
    ("mysqldump -u root -pHunter22xyzE velvet", "short-flag"),
    ('ConvertTo-SecureString "Hunter22xyzE" -AsPlainText', "secure-string"),
    ('{"kty": "EC", "d": "' + "a1B2" * 11 + '"}', "json-web-key"),
    ("Private-Lines: 1\n" + "a1B2" * 16, "putty-key"),
    ("-----BEGIN OpenVPN Static key V1-----\n" + "0a1b" * 16 + "\n-----END", "openvpn-key"),
]


def test_every_rule_of_a_place_has_an_example():
    assert {rule.name for rule in PLACES} <= set(SECRETS) | {rule for _, rule in SHOWN}


@pytest.mark.parametrize(("text", "rule"), SHOWN)
def test_a_place_is_told_by_its_rule(text, rule):
    assert rule in {hit.rule for hit in REDACTOR.text(text)[1]}


def test_a_known_value_that_looks_like_a_marker_ends_in_no_circle():
    redactor = Redactor(KEY, {"API_TOKEN": "REDACTED:known"})

    assert redactor.text("it says REDACTED:known here")[0].startswith("it says [REDACTED:known:")
