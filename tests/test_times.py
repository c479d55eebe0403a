"""Instants: the forms of --at, strictly, and how documents show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage import times
from triage.errors import InvalidValue

NOW = "2026-05-05T12:00:00.000000Z"
US_2100 = 4_102_444_800_000_000


@pytest.mark.parametrize(
    ("form", "at", "precision"),
    [
        ("now", "2026-05-05T12:00:00.000000Z", "exact"),
        ("04:10", "2026-05-05T04:10:00.000000Z", "minute"),
        ("04:10:37", "2026-05-05T04:10:37.000000Z", "exact"),
        ("4:10", "2026-05-05T04:10:00.000000Z", "minute"),
        ("4:10:37", "2026-05-05T04:10:37.000000Z", "exact"),
        ("04:10Z", "2026-05-05T04:10:00.000000Z", "minute"),
        ("12:05", "2026-05-05T12:05:00.000000Z", "minute"),
        ("12:06", "2026-05-04T12:06:00.000000Z", "minute"),
        ("23:59", "2026-05-04T23:59:00.000000Z", "minute"),
        ("00:00", "2026-05-05T00:00:00.000000Z", "minute"),
        ("-5m", "2026-05-05T11:55:00.000000Z", "minute"),
        ("10m ago", "2026-05-05T11:50:00.000000Z", "minute"),
        ("-1h30m", "2026-05-05T10:30:00.000000Z", "minute"),
        ("-90s", "2026-05-05T11:58:30.000000Z", "exact"),
        ("10 minutes ago", "2026-05-05T11:50:00.000000Z", "minute"),
        ("1 hour ago", "2026-05-05T11:00:00.000000Z", "minute"),
        ("2 days ago", "2026-05-03T12:00:00.000000Z", "minute"),
        ("2d ago", "2026-05-03T12:00:00.000000Z", "minute"),
        ("~17:00", "2026-05-04T17:00:00.000000Z", "approximate"),
        ("~ 2026-05-05T04:10Z", "2026-05-05T04:10:00.000000Z", "approximate"),
        ("2026-05-05", "2026-05-05T00:00:00.000000Z", "day"),
        ("2026-05-05 04:10", "2026-05-05T04:10:00.000000Z", "minute"),
        ("2026-05-05T04:10Z", "2026-05-05T04:10:00.000000Z", "minute"),
        ("2026-05-05T04:10:37Z", "2026-05-05T04:10:37.000000Z", "exact"),
        ("2026-05-05t04:10:37z", "2026-05-05T04:10:37.000000Z", "exact"),
        ("2026-05-05T04:10:37.5301239Z", "2026-05-05T04:10:37.530123Z", "exact"),
        ("2026-05-05T06:10:37+02:00", "2026-05-05T04:10:37.000000Z", "exact"),
        ("2026-05-04T22:40-05:30", "2026-05-05T04:10:00.000000Z", "minute"),
        ("unknown", None, "unknown"),
        (" 04:10 ", "2026-05-05T04:10:00.000000Z", "minute"),
    ],
)
def test_a_form_of_at_means_one_instant(form, at, precision):
    assert times.parse_at(form, now=NOW) == (at, precision)


@pytest.mark.parametrize(
    "form",
    [
        *(
            "",
            " ",
            "gestern",
            "04:60",
            "24:00",
            "04:10:61",
            "2460",
            "13:10pm",
            "04:1",
            "4:1",
            "4.10",
            "\u0660\u0664:\u0661\u0660",
        ),
        *(
            "-",
            "-5",
            "-m",
            "-5x",
            "--5m",
            "ago",
            "m ago",
            "minutes ago",
            "yesterday 17:00",
            "-5m 3",
            "-9999999999999d",
            "-99999999d",
        ),
        *(
            "2026-5-5",
            "2026-05-32",
            "2026-13-01",
            "05.05.2026",
            "05/05/2026",
            "2026-05-05T",
            "2026-05-05X04:10",
        ),
        *(
            "2026-05-05T04",
            "2026-05-05T04:10:37+0200",
            "2026-05-05T04:10:37+25:00",
            "2026-05-05T04:10:37 CET",
        ),
        *(
            "2026-05-05T04:10:37.Z",
            "2026-05-05T04:10:37.5x",
            "2026-W19-2",
            "1777953037",
            "~",
            "~~04:10",
            "~unknown",
        ),
    ],
)
def test_what_is_no_form_is_refused_with_the_forms_listed(form):
    with pytest.raises(InvalidValue) as refused:
        times.parse_at(form, now=NOW)

    assert refused.value.message == f"cannot read the time {form!r:.60}"
    assert refused.value.hint == f"one of: {times.FORMS}"


@pytest.mark.parametrize("form", ["2026-05-05T12:05:01Z", "2026-05-06", "2126-05-05", "9999-12-31T23:59:59Z"])
def test_a_time_that_lies_ahead_is_refused(form):
    with pytest.raises(InvalidValue, match="lies ahead"):
        times.parse_at(form, now=NOW)


@pytest.mark.parametrize("form", ["0001-01-01", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"])
def test_a_time_before_1970_is_refused(form):
    with pytest.raises(InvalidValue, match="lies before 1970"):
        times.parse_at(form, now=NOW)


def test_a_clock_time_belongs_to_the_day_that_is_given():
    assert times.parse_at("04:10", now=NOW, day="2026-05-01").at == "2026-05-01T04:10:00.000000Z"


@pytest.mark.parametrize("day", ["2026-5-1", "2026-02-30", "today", "2026-05-01T00:00"])
def test_a_day_that_is_none_names_its_variable(day):
    with pytest.raises(InvalidValue, match="TRIAGE_DATE is no date"):
        times.parse_at("04:10", now=NOW, day=day)


@given(st.text(max_size=30) | st.from_regex(r"[-~]?[0-9:TZ+ .mhdsago-]{0,30}", fullmatch=True))
def test_any_text_is_an_instant_or_is_refused(form):
    try:
        found = times.parse_at(form, now=NOW)
    except InvalidValue:
        return
    assert found.at is None or times.is_instant(found.at)


@given(st.integers(0, US_2100))
def test_an_instant_keeps_its_microseconds(us):
    assert times.to_us(times.from_timestamp_us(us)) == us


@given(st.integers(0, US_2100), st.integers(0, US_2100))
def test_instants_sort_as_texts(one, other):
    assert (times.from_timestamp_us(one) < times.from_timestamp_us(other)) == (one < other)


@pytest.mark.parametrize(
    ("text", "it_is"),
    [
        ("2026-05-05T04:10:37.530000Z", True),
        ("2026-05-05T04:10:37Z", False),
        ("2026-05-05T04:10:37.530000+", False),
        ("2026-02-30T04:10:37.530000Z", False),
        ("2026-05-05 04:10:37.530000Z", False),
        (12, False),
    ],
)
def test_an_instant_has_one_form(text, it_is):
    assert times.is_instant(text) is it_is


@pytest.mark.parametrize("text", ["2026-05-05T04:10:37", "2026-05-05", "", "2026-05-05X04:10:37Z", "x" * 100])
def test_an_rfc_3339_time_has_an_offset(text):
    with pytest.raises(InvalidValue, match="is no RFC 3339 time"):
        times.parse_rfc3339(text)


@pytest.mark.parametrize(
    ("at", "precision", "shown"),
    [
        ("2026-05-05T04:10:37.530000Z", "exact", "2026-05-05 04:10 UTC"),
        ("2026-05-05T04:10:00.000000Z", "minute", "2026-05-05 04:10 UTC"),
        ("2026-05-05T17:00:00.000000Z", "approximate", "2026-05-05 ~17:00 UTC"),
        ("2026-05-05T00:00:00.000000Z", "day", "2026-05-05"),
        (None, "unknown", "unknown"),
    ],
)
def test_an_instant_is_shown_as_precisely_as_it_is_known(at, precision, shown):
    assert times.show(at, precision) == shown


@pytest.mark.parametrize(
    ("us", "shown"),
    [
        (0, "0 ms"),
        (131_000, "131 ms"),
        (42_000_000, "42s"),
        (65_000_000, "1m 5s"),
        (11_040_000_000, "3h 4m"),
        (3_600_000_000, "1h"),
        (190_800_000_000, "2d 5h"),
        (172_800_000_000, "2d"),
    ],
)
def test_a_duration_is_shown_in_its_two_greatest_units(us, shown):
    assert times.duration(us) == shown


def test_intervals_that_overlap_count_once():
    at = [times.from_timestamp_us(second * 1_000_000) for second in range(10)]

    assert times.union_us([(at[5], at[7]), (at[0], at[2]), (at[1], at[3]), (at[1], at[2])]) == 5_000_000


def test_a_zone_is_shown_with_its_abbreviation():
    assert times.in_zone("2026-05-05T04:10:37.530000Z", "America/New_York") == "00:10 EDT"


@pytest.mark.parametrize("zone", ["Middle/Earth", "", "../../etc/passwd", "/etc/passwd", "\0"])
def test_a_zone_that_is_not_known_is_not_shown(zone):
    assert times.in_zone("2026-05-05T04:10:37.530000Z", zone) is None


@pytest.mark.parametrize(
    ("us", "shown"),
    [
        (0, "under a minute"),
        (59_999_999, "under a minute"),
        (1_565_000_000, "26m"),
        (11_045_000_000, "3h 4m"),
    ],
)
def test_a_span_is_shown_to_the_minute(us, shown):
    assert times.span(us) == shown


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3h", "did you mean -3h?"),
        ("1h30m", "did you mean -1h30m?"),
        ("4:10pm", "did you mean 16:10?"),
        ("04:10 PM", "did you mean 16:10?"),
        ("12:10am", "did you mean 00:10?"),
        ("0410", "did you mean 04:10?"),
        ("04:10+02:00", "a time with an offset needs its date: 2026-05-05T04:10:00+02:00"),
        ("soon", "one of: 04:10,"),
    ],
)
def test_a_time_that_cannot_be_read_says_what_was_meant(text, hint):
    with pytest.raises(InvalidValue) as raised:
        times.parse_at(text, now=NOW)

    assert raised.value.hint.startswith(hint)
