"""The timeline as it is drawn: what its labels and signs say."""

import re
from itertools import pairwise

AXIS = re.compile(r'<text(?: class="pause")? x="(\d+)" y="(\d+)"(?: text-anchor="(\w+)")?>(.*?)</text>')


def drawn(journal):
    """The figure of the current journal's timeline."""
    return re.search(r"<figure.*?</figure>", journal("render", "--format", "html"), re.DOTALL)[0]


def legend(journal):
    """The words of the legend."""
    return re.findall(r"</svg>([^<]+)</span>", drawn(journal))


def log(journal, *instants):
    """Record a line of the log at each instant of April 2026."""
    for instant in instants:
        journal("log", "Something", "--at", f"2026-04-{instant}:00Z")


def test_long_gaps_are_labelled_with_their_length_below_the_dates(journal):
    log(journal, "05T10:00", "05T10:01", "05T10:02", "05T13:02", "05T13:03", "05T13:04", "15T13:04")

    labels = [(y, text) for _, y, _, text in AXIS.findall(drawn(journal))]
    assert ("26", "3h") in labels
    assert {y for y, text in labels if ":" in text} == {"12"}


def test_the_length_of_a_gap_stands_beside_no_other_that_is_too_near(journal):
    minutes = [minute + 40 * hour for hour in range(30) for minute in (0, 1, 2)]
    log(journal, *(f"05T{minute // 60:02}:{minute % 60:02}" for minute in minutes))

    places = [int(x) for x, y, _, text in AXIS.findall(drawn(journal)) if text == "38m"]
    assert places
    assert all(later - sooner > 3 * 7 for sooner, later in pairwise(places))


def test_the_legend_says_what_a_dotted_line_is(journal):
    log(journal, "05T10:00", "05T10:01", "05T10:02", "05T13:02")

    assert legend(journal)[-1] == "long gap, drawn short"


def test_the_legend_names_no_gap_where_none_is_drawn_short(journal):
    log(journal, "05T10:00", "05T10:01")

    assert legend(journal) == ["note"]


def test_the_legend_tells_joined_markers_with_a_failure_from_others(journal):
    log(journal, "05T10:00", "05T10:00", "05T12:00")
    assert "several" in legend(journal)
    assert "several, some failed or blocked" not in legend(journal)

    for title in ("Push", "Pull"):
        journal("action", title)
        journal("fail", title, "--at", "2026-04-05T12:00:00Z")
    assert "several, some failed or blocked" in legend(journal)


def test_an_addendum_is_drawn_quietly_and_named_in_the_legend(journal):
    log(journal, "05T10:00", "05T10:30")
    journal("addendum", "Later", "--at", "2026-04-05T11:00:00Z")

    assert "addendum" in legend(journal)
