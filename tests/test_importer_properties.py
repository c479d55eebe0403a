"""What holds of every page that is brought in: nothing of it is lost, and what was rendered reads the same again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imported import PLAIN, events_of, journals, pages, without_ids

from triage.errors import InvalidValue
from triage.render import render
from triage.report import Report
from triage.usecases import importing

TEMPLATES = st.sampled_from(["triage", "postmortem"])


def rendered(events, template):
    return render(Report.from_events(events), template=template)


def again(document, template):
    return rendered(events_of(document), template)


@given(journals(words=PLAIN, plain=True, most=8), TEMPLATES)
def test_a_document_of_supplied_facts_is_the_same_when_it_was_brought_in(events, template):
    document = rendered(events, template)

    assert without_ids(again(document, template)) == without_ids(document)


@given(journals(), TEMPLATES)
def test_a_document_that_was_brought_in_is_the_same_when_it_is_brought_in_again(events, template):
    once = again(rendered(events, template), template)

    assert without_ids(again(once, template)) == without_ids(once)


@given(pages(), TEMPLATES)
def test_any_page_is_the_same_when_its_document_is_brought_in(page, template):
    once = again(page[0], template)

    assert without_ids(again(once, template)) == without_ids(once)


def kept(event):
    return json.dumps(event.body, ensure_ascii=False) + (event.output or b"").decode()


@given(pages())
def test_every_word_of_any_page_is_in_its_events(page):
    text, words = page
    said = " ".join(map(kept, events_of(text)))

    assert [word for word in words if word not in said] == []


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_any_text_is_a_page_or_says_nothing(text):
    try:
        page = importing.read_page(text, "page.md")
    except InvalidValue:
        page = None
    said = any(sign.isalnum() for sign in text)

    assert page is not None or not said


@pytest.mark.parametrize("template", ["triage", "postmortem"])
@given(page=pages())
def test_every_word_of_any_page_is_in_its_document_or_quoted_with_its_line(page, template):
    text, words = page
    document = again(text, template)
    quoted = " ".join(str(event.body.get("source")) for event in events_of(text))

    assert [word for word in words if word not in document and word not in quoted] == []
