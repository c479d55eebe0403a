"""References: how they are written, and which of a journal mean the same issue or PR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage import refs
from triage.refs import Home, Ref
from triage.report import Report
from triage.report.hosts import Hosts
from triage.usecases import corrections, facts, work

ONE, TWO = "https://one.example/o/r/issues/7", "https://two.example/o/r/issues/7"
SHORT = "o/r#7"


# How they are written


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("#1140", Ref("", "", "1140")),
        ("#007", Ref("", "", "7")),
        ("acme/velvet#7", Ref("", "acme/velvet", "7")),
        ("https://github.com/acme/velvet/issues/7", Ref("github.com", "acme/velvet", "7")),
        ("http://github.com/acme/velvet/pull/7", Ref("github.com", "acme/velvet", "7")),
        ("https://GitHub.com:443/acme/velvet/issues/7/", Ref("github.com", "acme/velvet", "7")),
        ("https://git.example:8443/a/b/issues/7?x=1#c2", Ref("git.example:8443", "a/b", "7")),
        ("http://git.example:443/a/b/issues/7", Ref("git.example:443", "a/b", "7")),
        ("#" + "9" * 5000, Ref("", "", "9" * 5000)),
        ("!12", Ref("", "", "12", "!")),
        ("acme/shop/velvet!12", Ref("", "acme/shop/velvet", "12", "!")),
        ("https://gitlab.com/acme/velvet/-/issues/7", Ref("gitlab.com", "acme/velvet", "7")),
        ("https://gitlab.com/acme/velvet/-/work_items/7", Ref("gitlab.com", "acme/velvet", "7")),
        ("https://gitlab.com/a/b/c/d/-/merge_requests/7#note_1", Ref("gitlab.com", "a/b/c/d", "7", "!")),
    ],
)
def test_a_reference_is_read(text, ref):
    assert refs.read(text) == ref


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1140",
        "acme#7",
        "a/b#²",
        "a/..#7",
        "./b#7",
        "ö/b#7",
        "see #7",
        "#7\n",
        "https://github.com/acme/velvet/issues/",
        "https://github.com/acme/velvet/pull/7/files",
        "https://github.com/acme/shop/velvet/issues/7",
        "https://gitlab.com/acme/velvet/-/pipelines/7",
        "https://gitlab.com/acme/../velvet/-/issues/7",
        "https://me@github.com/acme/velvet/issues/7",
        "https://tracker.example/OPS-12",
        "ftp://github.com/acme/velvet/issues/7",
    ],
)
def test_what_names_no_issue_of_a_forge_is_read_as_none(text):
    assert refs.read(text) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1140", "#1140"),
        (" PR #07 ", "#7"),
        ("PR !012", "!12"),
        ("acme/shop/velvet!12", "acme/shop/velvet!12"),
        ("acme/velvet#7", "acme/velvet#7"),
        ("https://tracker.example/OPS-12", "https://tracker.example/OPS-12"),
        ("a/b#²", ""),
        ("https://tracker.example/OPS 12", ""),
        ("soon", ""),
    ],
)
def test_a_reference_is_kept_as_it_was_typed_and_a_number_with_its_mark(typed, kept):
    assert refs.typed(typed) == kept


def test_the_home_of_bare_numbers_is_the_repository_of_a_pattern_of_links():
    assert refs.home("https://Git.example/acme/velvet/issues/{ref}") == Home("git.example", "acme/velvet")
    assert refs.home("https://tracker.example/browse/{ref}") is None
    assert refs.home("") is None


def test_numbers_are_in_the_order_of_their_size():
    assert sorted(["#10", "#9", "a/b#1", "https://x.example/y", "#" + "9" * 5000], key=refs.order) == [
        "#9",
        "#10",
        "#" + "9" * 5000,
        "a/b#1",
        "https://x.example/y",
    ]


# Which of a journal mean the same

REFERENCES = st.one_of(
    st.builds(
        "{}{}{}".format, st.sampled_from(["o/r", "O/r", "p/q"]), st.sampled_from("#!"), st.integers(1, 2)
    ),
    st.builds(
        "https://{}/{}/{}/{}{}".format,
        st.sampled_from(["one.example", "ONE.example", "two.example", "three.example:8443"]),
        st.sampled_from(["o/r", "O/R", "p/q"]),
        st.sampled_from(["issues", "pull", "-/issues", "-/merge_requests"]),
        st.integers(1, 2),
        st.sampled_from(["", "/", "?x=1", "#c3"]),
    ),
    st.sampled_from(["#1", "#2", "!1", "https://tracker.example/OPS-1"]),
)
SAID = st.lists(REFERENCES, max_size=12)


@given(SAID)
def test_references_to_two_hosts_are_never_one(said):
    hosts = Hosts().followed_by(said)
    read = {ref: refs.read(ref) for ref in said}
    for one, mine in read.items():
        for two, theirs in read.items():
            if mine and theirs and mine.host and theirs.host and mine.host != theirs.host:
                assert hosts.entity(one) != hosts.entity(two)


@given(SAID)
def test_references_to_one_host_are_one_with_those_that_name_none(said):
    hosts = Hosts().followed_by(said)
    named = [found for found in map(refs.read, said) if found and found.host]
    for ref in named:
        if {each.host for each in named if each.place == ref.place} == {ref.host}:
            kind = "issues" if ref.mark == "#" else "merge_requests"
            page = f"https://{ref.host}/{ref.repository}/-/{kind}/{ref.number}"
            assert hosts.entity(f"{ref.repository}{ref.mark}{ref.number}") == hosts.entity(page)


@given(SAID)
def test_references_of_other_repositories_or_numbers_are_never_one(said):
    hosts = Hosts().followed_by(said)
    for one in said:
        for two in said:
            mine, theirs = refs.read(one), refs.read(two)
            if (
                mine
                and theirs
                and (mine.place, mine.mark, mine.number) != (theirs.place, theirs.mark, theirs.number)
            ):
                assert hosts.entity(one) != hosts.entity(two)


@given(SAID, SAID)
def test_what_is_recorded_later_changes_nothing_of_what_was_the_same(said, later):
    before, after = Hosts().followed_by(said), Hosts().followed_by([*said, *later])
    for one in said:
        for two in said:
            assert (before.entity(one) == before.entity(two)) == (after.entity(one) == after.entity(two))


def test_a_reference_that_the_journal_does_not_have_yet_is_the_one_that_it_has_without_a_host():
    assert Hosts().entity(ONE) == Hosts().entity(SHORT)


# The fold


def told(here, *said):
    for ref, state in said:
        facts.issue(here, ref, state, None, {})


def issues(here):
    found = Report.from_events(here.store.events(here.place.journal)).main.issues
    return {issue.ref: issue.state for issue in found}


def test_one_host_and_none_are_one_issue(recorder):
    told(recorder, (ONE, "open"), ("O/R#7", "closed"))

    assert issues(recorder) == {"O/R#7": "closed"}


def test_two_hosts_are_two_issues(recorder):
    told(recorder, (ONE, "open"), (TWO, "closed"))

    assert issues(recorder) == {ONE: "open", TWO: "closed"}


def test_what_names_no_host_is_of_the_host_that_was_named_first(recorder):
    told(recorder, (SHORT, "open"), (TWO, "closed"), (ONE, "open"))

    assert issues(recorder) == {TWO: "closed", ONE: "open"}


@pytest.mark.parametrize("field", ["issue", "pr"])
def test_a_host_is_named_in_every_field_that_holds_a_reference(recorder, field):
    work.blocker(recorder, "Gone", {field: "https://one.example/o/r/pull/8"})
    told(recorder, (TWO, "closed"), (SHORT, "open"))

    assert issues(recorder) == {TWO: "closed", SHORT: "open"}


def test_the_address_of_an_issue_names_its_host(recorder):
    facts.issue(recorder, SHORT, "open", None, {"url": ONE})
    told(recorder, (TWO, "closed"))

    assert issues(recorder) == {SHORT: "open", TWO: "closed"}


def test_a_host_that_was_withdrawn_is_not_named(recorder):
    told(recorder, (ONE, "open"))
    corrections.retract(recorder, "last", None)
    told(recorder, (TWO, "closed"), (SHORT, "open"))

    assert issues(recorder) == {SHORT: "open"}


def test_the_pr_of_a_blocker_is_a_pr_however_it_is_written(recorder):
    work.blocker(recorder, "Gone", {"issue": "o/r#6", "pr": "https://one.example/o/r/pull/7"})
    work.settle(recorder, "1", "fixed", None, {})
    told(recorder, ("https://one.example/o/r/issues/6", "closed"), (SHORT, None))

    report = Report.from_events(recorder.store.events(recorder.place.journal))

    assert [(issue.type, len(issue.closed_by)) for issue in report.main.issues] == [("issue", 1), ("pr", 0)]
    assert report.related == ("https://one.example/o/r/issues/6",)


def test_a_bare_number_stands_for_the_only_repository_that_has_it_among_related_issues(recorder):
    told(recorder, ("7", "open"), (SHORT, "open"), ("#8", "open"), ("o/r#8", "open"), ("p/q#8", "open"))

    related = Report.from_events(recorder.store.events(recorder.place.journal)).related

    assert related == ("#7", "#8", "o/r#8", "p/q#8")


@pytest.mark.parametrize("ref", ["a/b#²", "#" + "9" * 5000, "x#1", "#"])
def test_any_text_that_a_record_has_for_a_reference_is_folded(recorder, ref):
    from triage.usecases.recorder import Said

    recorder.record(Said("issue", {"ref": ref, "state": "open"}))

    assert issues(recorder) == {ref: "open"}
