"""What a search finds, and in which order: the same in each kind of store, by its index or by reading."""

import pytest

from triage.errors import UsageError
from triage.store import scan as scanning
from triage.store.rows import Query
from triage.usecases import facts, journals, purging, searching
from triage.usecases.recorder import Said


@pytest.fixture
def store(every_store):
    """A fresh store of each kind."""
    return every_store


def entry(text, **more):
    return Said("entry", {"text": text}, **more)


def search(store, text, **more):
    found = store.search(Query(searching.phrases(text), **more))
    return [(event.body or {}).get("text") for event in found]


def test_an_event_that_has_all_words_is_found_in_any_case_and_with_any_accents(store, recorder):
    recorder.record_all([entry("Café queue FAILED twice"), entry("queue started")])

    assert search(store, "cafe failed") == ["Café queue FAILED twice"]
    assert search(store, "FAÍLED") == ["Café queue FAILED twice"]


def test_words_are_whole_and_what_stands_between_them_is_no_part(store, recorder):
    recorder.record(entry("rollback_plan v14.2 #1140"))

    for text in ("rollback_plan", "plan", "v14.2", "1140", "#1140"):
        assert search(store, text) == ["rollback_plan v14.2 #1140"], text
    assert search(store, "roll") == []


def test_a_star_after_a_word_finds_what_begins_so(store, recorder):
    texts = ["deploy", "deploys twice", "Deployed v14.2", "redeploy"]
    recorder.record_all(map(entry, texts))

    assert search(store, "deploy*") == ["Deployed v14.2", "deploys twice", "deploy"]
    assert search(store, '"deployed v1*"') == ["Deployed v14.2"]
    assert search(store, "Déploy* TWI*") == ["deploys twice"]


@pytest.mark.parametrize("text", ["* deploy", "*deploy", "deploy *", "deploy.*"])
def test_a_star_elsewhere_means_nothing(store, recorder, text):
    recorder.record_all([entry("deploys"), entry("deploy x")])

    assert search(store, text) == ["deploy x"]


def test_a_phrase_must_stand_as_it_was_typed(store, recorder):
    recorder.record_all([entry("connection refused"), entry("refused the connection")])

    assert search(store, '"connection refused"') == ["connection refused"]
    assert len(search(store, "connection refused")) == 2


def test_a_phrase_does_not_reach_from_one_field_into_the_next(store, recorder):
    recorder.record(Said("entry", {"text": "connection", "outcome": "refused"}))

    assert search(store, '"connection refused"') == search(store, '"refused connection"') == []
    assert search(store, "connection refused") == ["connection"]


def test_the_newest_come_first_by_when_they_happened(store, recorder):
    for text, at in (("b", "11:00"), ("c", "11:30"), ("a", "2026-05-01"), ("d", "")):
        recorder.record(entry(f"deploy {text}", at=at))

    assert search(store, "deploy") == ["deploy d", "deploy c", "deploy b", "deploy a"]


def test_the_best_come_first_where_that_is_asked_for(store, recorder):
    recorder.record_all([entry("queue queue queue"), entry("queue and much else that was said besides")])

    assert search(store, "queue", best=True)[0] == "queue queue queue"
    assert search(store, "queue")[0] == "queue and much else that was said besides"


def test_what_says_it_itself_is_better_than_what_printed_it(store, recorder):
    facts.evidence(recorder, [b"queue"], {"title": "x"})
    recorder.record(entry("queue and much else that was said besides"))
    facts.evidence(recorder, [b"full " * 50], {"title": "of the queue"})
    recorder.record(entry("logs"))
    facts.evidence(recorder, [b"queue queue"], {"title": "and only the output"})

    assert [event.n for event in store.search(Query((("queue",),), best=True))] == [4, 3, 6, 2]


def test_a_beginning_counts_once_in_the_rank(store, recorder):
    recorder.record_all([entry("deploy deploys deployed"), entry("the deploy")])

    assert search(store, "deploy*", best=True)[0] == "the deploy"


def test_what_a_command_printed_is_found(store, recorder):
    event, _ = facts.evidence(recorder, [b"one\ncurl: (7) Failed to connect\n"], {"title": "healthz"})

    [found] = store.search(Query(searching.phrases("curl failed")))

    assert found == event


def test_labels_and_cells_are_found(store, recorder):
    facts.observe(recorder, ["staging", "Release=v15"], {})

    assert len(search(store, "release v15")) == 1


def test_a_search_is_narrowed_by_journal_kind_and_time(store, recorder):
    recorder.record(entry("deploy here", at="11:00"))
    recorder.record(Said("action", {"title": "deploy"}))
    other = journals.open_journal(recorder, "Other", {}).place
    recorder.moved(other).record(entry("deploy there", at="11:30"))

    assert search(store, "deploy", kinds=("entry",)) == ["deploy there", "deploy here"]
    assert search(store, "deploy", journals=(other.journal,)) == ["deploy there"]
    assert search(store, "deploy", since="2026-05-05T11:15:00.000000Z", kinds=("entry",)) == ["deploy there"]
    assert search(store, "deploy", until="2026-05-05T11:15:00.000000Z") == ["deploy here"]


def test_what_was_recorded_since_the_last_search_is_found(store, recorder):
    assert search(store, "deploy") == []

    recorder.record(entry("deploy"))

    assert search(store, "deploy") == ["deploy"]


def test_what_was_purged_is_not_found(store, recorder):
    recorder.record_all([entry("deploy a"), entry("deploy b")])
    assert len(search(store, "deploy")) == 2

    purging.purge(recorder, "e2", "private")
    recorder.record(entry("deploy c"))

    assert search(store, "deploy") == ["deploy c", "deploy b"]
    assert search(store, "deploy", best=True) == ["deploy c", "deploy b"]


def test_what_was_purged_before_the_first_search_is_not_found(store, recorder):
    recorder.record_all([entry("deploy a"), entry("deploy b")])
    purging.purge(recorder, "e2", "private")

    assert search(store, "deploy") == ["deploy b"]


HOSTILE = [
    'a OR b', 'NEAR(a b)', 'a*', '^a', 'words : a', '{words}: a', '-a', '"a', 'a"', '""a""', "a'; DROP TABLE event",
    'a AND', '(a', 'a)', 'NOT a', 'a + b', '\x00a', 'a\ud800', 'a' * 40_000, 'a ' * 3_000, '% _ a', '\u241fentry a',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_query_is_taken_for_a_language(store, recorder, text):
    recorder.record(entry("a b or near words and not entry"))

    query = Query(searching.phrases(text))
    assert list(store.search(query)) == list(scanning.scan(store, query))


@pytest.mark.parametrize("text", ["", "  ", '""', "!!!", "*", "()", "\u241f"])
def test_a_query_without_a_word_is_refused(text):
    with pytest.raises(UsageError, match="no word in"):
        searching.phrases(text)
