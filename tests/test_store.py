"""What every store promises: append-only, all or nothing, exact, and the same whatever it is kept in."""

import json
import os
import random
import threading

import pytest
from tests_support import START, new_recorder, new_store, opened

from triage import errors, events, redact
from triage.encoding import sha256
from triage.store import Name, open_store
from triage.store.rows import Query
from triage.usecases import facts, journals
from triage.usecases.recorder import Said


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    """Gives the address of a new store for a name, in each kind of store in turn."""
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture
def new(place):
    """Makes the store of a name; all are closed at the end."""
    made = []

    def make(name, **options):
        made.append(new_store(place(name), **options))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new):
    """A fresh store of each kind."""
    return new("it")


def entry(text="x"):
    return Said("entry", {"text": text})


def everything(store):
    """What is kept in a store."""
    return [(row, list(store.copies(row.id))) for row in store.journals()]


# What is kept, and stays


def test_an_event_is_kept_under_its_number_from_one_on(store, recorder):
    made = [recorder.record(entry(text)) for text in "abc"]

    assert [event.n for event in made] == [2, 3, 4]
    assert [event.n for event in store.events(recorder.place.journal)] == [1, 2, 3, 4]


def test_what_append_gives_back_is_what_is_read_later(store, recorder):
    made = recorder.record(entry())

    assert list(store.events(recorder.place.journal))[-1] == made


def test_numbers_belong_to_their_journal(store, recorder):
    other = recorder.moved(journals.open_journal(recorder, "Other", {}).place)

    assert other.record(entry()).n == 2


def test_every_event_names_the_one_before_as_its_parent(store, recorder):
    for text in "abc":
        recorder.record(entry(text))

    kept = list(store.events(recorder.place.journal))

    assert [event.parents for event in kept] == [(), *((event.digest,) for event in kept[:-1])]


def test_the_head_of_a_journal_is_its_last_event(store, recorder):
    last = recorder.record(entry())

    assert store.journals()[0].heads == (last.digest,)


def test_the_digest_that_is_kept_is_that_of_the_bytes_that_are_kept(store, recorder):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))

    for copy in store.copies(recorder.place.journal):
        assert copy.digest == events.digest_of(copy.envelope)
        head = json.loads(copy.envelope)
        assert head["body"] == sha256(copy.salt, copy.body)
        assert [[len(data), sha256(salt, data)] for salt, data in copy.chunks] == json.loads(copy.body).get(
            "output", []
        )


def test_recorded_at_rises_though_the_clock_stands_or_goes_back(place):
    times = iter([START, START, START - 10_000_000, START + 5])
    store = open_store(place("it"), clock=lambda: next(times), entropy=os.urandom, create=True)
    recorder = opened(store)
    for text in "abc":
        recorder.record(entry(text))

    assert [event.recorded_at[19:] for event in store.events(recorder.place.journal)] == [
        ".000000Z",
        ".000001Z",
        ".000002Z",
        ".000005Z",
    ]
    store.close()


def test_output_comes_back_whole_and_only_where_it_is_asked_for(store, recorder):
    output = random.Random(7).randbytes(600_000)
    recorder.record(Said("evidence", {"title": "x"}, output=output))

    assert next(store.events(recorder.place.journal, newest_first=True, output=True)).output == output
    assert next(store.events(recorder.place.journal, newest_first=True)).output is None


# All or nothing


def test_a_batch_is_kept_as_a_whole_or_not_at_all(store, recorder):
    recorder.record(Said("entry", {"text": "x"}, key="k"))
    before = everything(store)

    with pytest.raises(errors.KeyConflict):
        recorder.record_all([entry("a"), Said("entry", {"text": "y"}, key="k"), entry("b")])

    assert len(list(store.events(recorder.place.journal))) == 2
    assert everything(store) == before


def test_a_guard_that_objects_keeps_everything_out(store, recorder):
    def object_to(_):
        raise errors.Conflict("no")

    with pytest.raises(errors.Conflict):
        recorder.record(entry(), guard=object_to)

    assert len(list(store.events(recorder.place.journal))) == 1


def test_a_text_that_is_too_long_says_where_long_output_belongs(store, recorder):
    with pytest.raises(errors.InvalidValue) as refused:
        recorder.record(entry("x" * 300_000))

    assert str(refused.value) == (
        "the text of this entry is 300,011 bytes; an event holds at most 262,144; "
        "record long output as evidence: triage evidence FILE"
    )


# Keys


def test_the_same_key_with_equal_fields_is_the_first_event(store, recorder):
    first = recorder.record(Said("entry", {"text": "x"}, key="k"))

    assert recorder.record(Said("entry", {"text": "x"}, key="k")) == first
    assert store.journals()[0].events == 2


def test_the_same_key_may_come_at_another_time(recorder):
    first = recorder.record(Said("entry", {"text": "x"}, key="k", at="11:00"))

    assert recorder.record(Said("entry", {"text": "x"}, key="k", at="11:30")) == first


def test_the_same_key_with_other_fields_is_a_conflict(recorder):
    recorder.record(Said("entry", {"text": "x"}, key="k"))

    with pytest.raises(errors.KeyConflict) as refused:
        recorder.record(Said("entry", {"text": "y"}, key="k"))

    assert str(refused.value) == (
        "the key was used before, for e2, with other fields; choose another --key, or correct the first one: "
        "triage amend e2 FIELD=VALUE"
    )


# Journals


def test_a_slug_belongs_to_one_journal(store, recorder):
    with pytest.raises(errors.SlugTaken):
        recorder.append([recorder.opening(Said("header", {"title": "x", "slug": "velvet"}), "")])


def test_an_event_of_no_journal_is_refused(store, recorder):
    nowhere = recorder.moved(recorder.place._replace(journal=events.new_id(0, bytes(10))))

    with pytest.raises(errors.NotFound, match="no journal 00000000"):
        nowhere.record(entry())


def test_a_journal_is_closed_by_its_header(store, recorder):
    journals.resolve(recorder, None, {})
    assert not store.journals()[0].open

    journals.reopen(recorder, None, {})
    assert store.journals()[0].open


def test_an_addendum_that_is_resolved_closes_no_journal(store, recorder):
    opening = journals.addendum(recorder, "DKIM", {})
    journals.resolve(recorder.moved(recorder.place._replace(part=opening.id)), None, {})

    assert store.journals()[0].open


# Finding


def test_an_event_is_found_by_id_number_tail_and_rank(store, recorder):
    made = recorder.record(Said("action", {"title": "Push"}))
    journal = recorder.place.journal

    for name in (Name(id=made.id), Name(number=2), Name(tail=made.tail), Name(rank=("action", 1))):
        assert store.find(journal, name) == [made]


@pytest.mark.parametrize(
    "name", [Name(number=99), Name(tail="ffffffff"), Name(rank=("action", 0)), Name(rank=("action", 1))]
)
def test_what_there_is_not_is_not_found(store, recorder, name):
    assert store.find(recorder.place.journal, name) == []


def test_what_was_said_is_searched_in_all_journals_the_newest_first(store, recorder):
    other = recorder.moved(journals.open_journal(recorder, "Other", {}).place)
    recorder.record(entry("deploy started"))
    other.record(entry("deploy failed"))
    recorder.record(entry("rolled back"))

    found = store.search(Query((("deploy",),), kinds=("entry",)))

    assert [event.body["text"] for event in found] == ["deploy failed", "deploy started"]


def test_a_search_gives_no_more_than_its_limit(store, recorder):
    recorder.record_all([entry(f"deploy {number}") for number in range(9)])

    for best in (False, True):
        found = list(store.search(Query((("deploy",),), best=best, limit=5)))
        assert len(found) == 5, best
    assert len(list(store.search(Query((("deploy",),), kinds=("entry",))))) == 9


def test_the_best_of_a_search_says_it_often_in_few_words(store, recorder):
    texts = ["queue queue queue", "queue and much else that was said besides", "the queue"]
    recorder.record_all(map(entry, texts))

    found = store.search(Query((("queue",),), best=True, limit=3))

    assert [event.body["text"] for event in found] == [texts[0], texts[2], texts[1]]


def test_the_newest_of_equally_good_hits_comes_first(store, recorder):
    recorder.record_all([entry("queue one"), entry("queue two")])

    found = store.search(Query((("queue",),), best=True))

    assert [event.body["text"] for event in found] == ["queue two", "queue one"]


# Merging


def merged(made, *stores):
    for store in stores:
        for row in store.journals():
            made.merge(list(store.copies(row.id)))
    return made


def kept(store, journal):
    return sorted(store.copies(journal), key=lambda copy: copy.digest)


def test_a_merge_into_an_empty_store_is_exact(new, store, recorder):
    recorder.record(Said("evidence", {"title": "x"}, output=b"x" * 600_000))

    other = merged(new("other", seed=99), store)

    assert list(other.copies(recorder.place.journal)) == list(store.copies(recorder.place.journal))
    assert other.journals() == store.journals()


def test_a_merge_again_adds_nothing(new, store, recorder):
    other = merged(new("other", seed=99), store)
    before = everything(other)

    assert other.merge(list(store.copies(recorder.place.journal))) == 0
    assert everything(other) == before


def test_two_stores_that_went_on_apart_merge_to_the_same_in_either_order(new, store, recorder):
    other = merged(new("other", seed=99), store)
    recorder.record(entry("here"))
    new_recorder(other, recorder.place, seed=3).record(entry("there"))

    one = merged(new("one", seed=99), store, other)
    two = merged(new("two", seed=99), other, store)

    journal = recorder.place.journal
    assert kept(one, journal) == kept(two, journal)
    assert one.journals()[0].heads == two.journals()[0].heads
    assert len(one.journals()[0].heads) == 2


def test_the_next_event_after_a_fork_has_both_heads_for_parents(new, store, recorder):
    other = merged(new("other", seed=99), store)
    recorder.record(entry("here"))
    new_recorder(other, recorder.place, seed=3).record(entry("there"))
    other.merge(list(store.copies(recorder.place.journal)))

    joined = new_recorder(other, recorder.place, seed=4).record(entry("again"))

    assert len(joined.parents) == 2
    assert other.journals()[0].heads == (joined.digest,)


def test_of_two_journals_with_one_slug_the_later_gets_digits_of_its_id(new, store, recorder):
    later = new("later", seed=3)
    new_one = new_recorder(later, seed=4, start=START + 3_600_000_000)
    journal = journals.open_journal(new_one, "Velvet", {}).place.journal

    for order in ((store, later), (later, store)):
        both = merged(new(f"{order[0] is store}", seed=99), *order)
        assert {row.id: row.slug for row in both.journals()} == {
            recorder.place.journal: "velvet",
            journal: f"velvet-{journal[-4:]}",
        }


# Many at once


def test_writers_at_once_lose_nothing(place, store):
    address = place("it")
    where = opened(store).place

    def write(number):
        mine = open_store(address, clock=lambda: START, entropy=os.urandom)
        for count in range(20):
            new_recorder(mine, where, seed=number * 100 + count).record(entry(f"{number}.{count}"))
        mine.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made = list(store.events(where.journal))
    assert {event.body["text"] for event in made[1:]} == {f"{n}.{c}" for n in range(6) for c in range(20)}
    assert [event.n for event in made] == list(range(1, 122))
    assert len(store.journals()[0].heads) == 1


# What it takes


def test_a_store_accepts_nothing_that_was_not_scrubbed(store, recorder):
    with pytest.raises(AttributeError):
        store.append([recorder.draft(entry())])


def test_a_clean_event_is_what_append_takes(store, recorder):
    clean = redact.scrub(recorder.draft(entry()), redact.Redactor(b"k" * 32))

    assert store.append([clean])[0].n == 2


def test_what_is_kept_beside_the_events_is_counted(store, recorder):
    facts.evidence(recorder, [b"up"], {"title": "Log"})
    found = store.beside(recorder.place.journal)
    every = list(store.events(recorder.place.journal))

    assert found == (every[-1].recorded_at, len(every), 1)
    assert store.beside("none") == ("", 0, 0)
