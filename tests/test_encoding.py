"""Canonical JSON: values as bytes, the same on every host."""

import json

from hypothesis import given
from hypothesis import strategies as st

from triage import encoding
from triage.encoding import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcz_"), inner, max_size=4),
)


@given(JSON)
def test_canonical_json_is_stable_under_reading(value):
    raw = canonical(value)

    assert canonical(json.loads(raw)) == raw


def test_canonical_json_is_that_of_rfc_8785():
    value = {"z": '\u20ac$\u000f\nA\'B"\\"/', "a": [None, True, False, 2**53 - 1], "": {}}

    assert canonical(value).decode() == (
        '{"":{},"a":[null,true,false,9007199254740991],"z":"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/"}'
    )


def test_canonical_json_is_the_same_where_python_has_no_encoder_in_c(monkeypatch):
    value = {"z": '\u20ac$\u000f\nA\'B"\\"/', "a": [None, True, 2**53 - 1, {"b": "", "a": []}], "": {}}

    monkeypatch.setattr(json.encoder, "c_make_encoder", None)

    assert encoding._encoder()(value) == canonical(value).decode()
