"""What holds of every note: nothing of it is lost, it may be written twice, and any text is one."""

import json
import tempfile

from hypothesis import given
from hypothesis import strategies as st
from imported import SHAPES, pages
from tests_support import new_store, opened

from triage.errors import InvalidValue
from triage.render import render
from triage.report import Report
from triage.usecases.writing import write

NOTES = (
    *SHAPES,
    "- [ ] {} @{}\n  ```\n  {}\n  ```", "* [x] **{}** {}\n* 04:10 {} -> {}\n* {}", "{}\n04:10 {}\n{}", "Steps:\n04:10 {}\n04:12 {}",
    "{} | {}\n--- | ---\n{} | {}", "| {} | Actual | Expected | {} |\n|-|-|-|-|\n| {} | {} | {} | {} |",
    "**{}**\n\n| {} | {} |\n|-|-|\n| {} | {} |", "**Status**: resolved {}\n**{}**: {}", "```{}\n$ {}\n{}\nexit 1\n```", "~~~~ {} {}\n{}\n~~~~",
    "- {}\n  04:10 {}\n\n  {}\n- [ ] {}", "1. 04:10 {}\n2. {}\n   - [x] {}", "2026-05-05 04:10:11 UTC {} => {}", "2031-01-01 04:10 {} → {}",
    "<!-- {}\n{} -->", "## 2026-05-05\n\n04:10 {}", "# {}", "## Summary\n\n{}", "{{ count(\"blocker\") }} {} e1 e99", "| Step | Status |\n|-|-|\n| {} | done: {} |",
    "| Time | {} |\n|-|-|\n| 04:10 | {} |", "```\n{}",
)  # fmt: skip
"""Blocks of notes, with places for words."""


def written(text, *more, **how):
    """The events of a fresh journal into which texts were written, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(f"{folder}/triage.db")
        try:
            recorder = opened(store)
            for each in (text, *more):
                write(recorder, each, **how)
            return list(store.events(recorder.place.journal, output=True))
        finally:
            store.close()


def kept(event):
    return json.dumps(event.body, ensure_ascii=False) + (event.output or b"").decode()


def texts():
    """Notes with the words in them, of which none comes twice."""
    return pages(NOTES)


@given(texts())
def test_every_word_of_a_note_is_in_its_events(note):
    text, words = note
    said = " ".join(map(kept, written(text)))

    assert [word for word in words if word not in said] == []


@given(texts())
def test_every_word_of_a_note_is_in_the_document_or_kept_beside_what_it_became(note):
    text, words = note
    events = written(text)
    shown = render(Report.from_events(events))
    beside = " ".join(str(event.body.get("source")) for event in events)

    assert [word for word in words if word not in shown and word not in beside] == []


@given(texts(), st.sampled_from(["", "notes.md"]))
def test_a_note_that_is_written_twice_is_the_same_events(note, name):
    once = written(note[0], name=name)

    assert len(written(note[0], note[0], name=name)) == len(once)


PROSE = [shape for shape in NOTES if "|" not in shape]
"""Blocks that have no values: of those the last ones hold."""


@given(pages(PROSE), pages(PROSE))
def test_a_note_that_follows_another_takes_no_word_away(first, second):
    shown = render(Report.from_events(written(first[0])))
    both = render(Report.from_events(written(first[0], second[0])))

    assert [word for word in first[1] if word in shown and word not in both] == []


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_any_text_is_a_note_or_says_nothing(text):
    try:
        events = written(text)
    except InvalidValue:
        events = []

    assert events or not any(sign.isalnum() for sign in text)


@given(st.text("#-*+>|`~[] x\n\t1.:0\\<!&@()_=$é", max_size=120))
def test_every_letter_among_any_marks_is_kept(text):
    try:
        said = " ".join(map(kept, written(text)))
    except InvalidValue:
        said = ""

    assert said.count("é") >= text.count("é")
