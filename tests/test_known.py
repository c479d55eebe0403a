"""Known values in every form in which programs write them."""

import html
import json
from urllib.parse import quote, quote_plus

import pytest

from triage.redact import Redactor

SECRET = """p@ss/w'0rd "x" &<é>😀+1"""  # noqa: S105  made up
REDACTOR = Redactor(
    b"k" * 32,
    {"THE_TOKEN": SECRET, "KEY_TOKEN": "short-1a\nlong-line-of-the-key-2b\nlong-line-of-the-key-3c"},
)

FORMS = {
    "as it is": SECRET,
    "json": json.dumps(SECRET),
    "json, not only ascii": json.dumps(SECRET, ensure_ascii=False),
    "json in json": json.dumps(json.dumps(SECRET)),
    "json in json in json": json.dumps(json.dumps(json.dumps(SECRET))),
    "json with escaped slashes": json.dumps(SECRET).replace("/", "\\/"),
    "percent": quote(SECRET, safe=""),
    "percent with slashes": quote(SECRET),
    "percent twice": quote(quote(SECRET, safe=""), safe=""),
    "a form": quote_plus(SECRET),
    "html": html.escape(SECRET),
    "html by numbers": "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in SECRET),
    "html by hexadecimal numbers": "".join(
        c if c.isalnum() and c.isascii() else f"&#x{ord(c):X};" for c in SECRET
    ),
    "a shell's quotes": "'" + SECRET.replace("'", "'\\''") + "'",
    "a shell's other quotes": "'" + SECRET.replace("'", "'\"'\"'") + "'",
    "a shell's backslashes": "".join(c if c.isalnum() else f"\\{c}" for c in SECRET),
    "python's bytes": repr(SECRET),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_known_value_is_found_in_every_form(form):
    clean, hits = REDACTOR.text(f"it reads {FORMS[form]} here")

    assert [hit.rule for hit in hits] == ["known"]
    assert "w'0rd" not in clean
    assert "0rd" not in clean
    assert clean.startswith("it reads ")
    assert clean.endswith(" here")


def test_a_long_line_of_a_value_is_found_by_itself():
    assert "long-line" not in REDACTOR.text("x\nlong-line-of-the-key-3c\ny")[0]


def test_a_short_line_of_a_value_is_not_looked_for():
    assert REDACTOR.text("it is short-1a")[0] == "it is short-1a"


@pytest.mark.parametrize("text", ["0rd", "p@ss", "w 0rd", "p@ss/w"])
def test_a_part_of_a_known_value_is_left_alone(text):
    assert REDACTOR.text(text)[0] == text


def test_what_only_begins_like_a_known_value_is_left_alone():
    assert REDACTOR.text(SECRET[:-1])[0] == SECRET[:-1]
