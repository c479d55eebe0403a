"""Which values a field takes."""

import pytest

from triage.errors import InvalidValue
from triage.values import validate


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("entry", {"txt": "x"}, "entry has no field 'txt'; did you mean 'text'?"),
        ("entrie", {}, "no kind 'entrie'; did you mean 'entry'?"),
        ("entry", {"text": ""}, "entry needs a text; nothing was recorded"),
        ("entry", {}, "entry needs a text; nothing was recorded"),
        ("entry", {"text": None}, "entry needs a text; nothing was recorded"),
        ("entry", {"text": 3}, "entry text must be text, not 3"),
        ("action", {"status": "finished"}, "action status cannot be 'finished'; one of: todo, doing, blocked, done, failed, skipped"),
        ("header", {"slug": "../etc"}, "header slug must be a slug, [a-z0-9-]{1,64}, not '../etc'"),
        ("header", {"slug": "a" * 65}, f"header slug must be a slug, [a-z0-9-]{{1,64}}, not '{'a' * 65}'"),
        ("evidence", {"exit_code": 2**53}, "evidence exit_code must be a whole number under 2^53, not 9007199254740992"),
        ("evidence", {"exit_code": True}, "evidence exit_code must be a whole number under 2^53, not True"),
        ("observation", {"cells": [["a"]]}, "observation cells must be a list of [label, value], both text, not [['a']]"),
        ("observation", {"cells": []}, "observation needs a cells; nothing was recorded"),
        ("section", {"heading": []}, "section heading must be a heading path: a list of up to 10 titles, not []"),
        ("reference", {"url": "a b"}, "reference url must be an address without spaces, not 'a b'"),
        ("amendment", {"retracted": "yes"}, "amendment retracted must be true or false, not 'yes'"),
        ("amendment", {"changes": []}, "amendment changes must be an object, not []"),
        ("blocker", {"action": "e4"}, "blocker action must be the id of an event, not 'e4'"),
        ("evidence", {"started_at": "04:10"}, "evidence started_at must be an instant such as 2026-05-05T04:10:37.530000Z, not '04:10'"),
    ],
)  # fmt: skip
def test_a_body_that_the_table_of_kinds_does_not_allow_is_refused(kind, fields, message):
    with pytest.raises(InvalidValue) as refused:
        validate(kind, fields)

    assert str(refused.value) == message


def test_a_patch_may_empty_a_field():
    assert validate("action", {"owner": None, "status": "done"}) == {"owner": None, "status": "done"}
