"""Known values in every form in which programs write them."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from triage.redact import Redactor

SECRET = """p@ss/w'0rd "x" &<é>😀+1"""  # noqa: S105  made up
LONG = "Zq7>x9Kd?pL2m~" * 9 + "E_nd-5"
REDACTOR = Redactor(
    b"k" * 32,
    {
        "THE_TOKEN": SECRET,
        "LONG_TOKEN": LONG,
        "KEY_TOKEN": "short-1a\nlong-line-of-the-key-2b\nlong-line-of-the-key-3c",
    },
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
    "python's text": repr(SECRET),
    "python's bytes": repr(SECRET.encode()),
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal in capitals": SECRET.encode().hex().upper(),
    "a shell's octal numbers": "".join(
        c if c.isascii() and c not in " \"'&<" else "".join(f"\\{byte:03o}" for byte in c.encode())
        for c in SECRET
    ),
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


def broken(text, width):
    """The text in lines."""
    return [text[start : start + width] for start in range(0, len(text), width)]


@pytest.mark.parametrize("before", ["", "a", "bc", "d" * 40, "e" * 55, "f" * 56, "g" * 57])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "urlsafe"])
@pytest.mark.parametrize("width", [60, 64, 76, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n    "])
def test_a_known_value_is_found_in_base64_wherever_it_stands_and_breaks(before, encode, width, end):
    encoded = encode(f"{before}{LONG}{before}".encode()).decode()
    clean, hits = REDACTOR.text(f"data: {end.join(broken(encoded, width))}{end}done")

    assert {hit.rule for hit in hits} == {"known"}
    start = len(before) * 4 // 3 + 4
    assert encoded[start : start + 12] not in "".join(clean.split())
    assert clean.endswith(f"{end}done")


@pytest.mark.parametrize("width", [32, 60, 64])
@pytest.mark.parametrize("before", ["", "ab" * 20])
def test_a_known_value_is_found_in_hex_wherever_it_breaks(before, width):
    encoded = f"{before}{LONG}".encode().hex()
    clean, _ = REDACTOR.text("\n".join(broken(encoded, width)))

    assert LONG.encode().hex()[4:20] not in "".join(clean.split())


@pytest.mark.parametrize("text", ["x" * 30 + "\n" + "y" * 30 + "\nz", "\n" * 50, "a/b=\n" * 40])
def test_lines_that_only_look_broken_stay(text):
    assert REDACTOR.text(text)[0] == text
