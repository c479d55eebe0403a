"""The estimate of tokens."""

from hypothesis import given
from hypothesis import strategies as st

from triage.report.tokens import estimate


def test_nothing_costs_nothing():
    assert estimate("") == 0


def test_short_words_are_a_token_each():
    assert estimate("the deploy is gated") == 4


def test_a_long_word_is_several_tokens():
    assert estimate("misconfiguration") == 3


def test_digits_go_three_by_three():
    assert estimate("2026") == 2


def test_a_digest_costs_more_than_a_word_of_its_length():
    assert estimate("2ef77cf398f24189ded331") > estimate("abcdefghijklmnopqrstuv")


def test_a_character_outside_ascii_is_a_token():
    assert estimate("接続できません") == 7


def test_an_emoji_is_two_tokens():
    assert estimate("\N{ROCKET}") == 2


@given(st.text(), st.text())
def test_two_texts_cost_at_least_what_each_costs(first: str, second: str):
    assert estimate(f"{first}\n{second}") >= max(estimate(first), estimate(second))
