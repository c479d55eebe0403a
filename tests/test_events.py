"""The event: its id, its envelope, its bytes."""

import hashlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage import events
from triage.encoding import canonical
from triage.events import Actor, Draft
from triage.kinds import FIELDS

ID = "0190a6a0-7a3b-7cc2-9f01-aabbccddeeff"
OTHER = "0190a6a0-7a3b-7cc2-9f01-001122334455"
AT = "2026-05-05T04:10:37.530000Z"


def entropy(count):
    return bytes(range(count))


def draft(**changes):
    made = Draft(
        ID, OTHER, "entry", ID, OTHER, AT, "exact", Actor("ana", "agent", "s1"), {"text": "Deploy of v14"}
    )
    return made._replace(**changes)


def test_the_precisions_are_those_of_the_design():
    assert events.PRECISIONS == ("exact", "minute", "day", "approximate", "unknown")


def test_an_envelope_is_canonical_json_of_these_bytes():
    sealed = events.seal(draft(), AT, ["b" * 64, "a" * 64], entropy)

    assert sealed.envelope.decode() == (
        '{"actor":{"name":"ana","session":"s1","type":"agent"},'
        '"at":"2026-05-05T04:10:37.530000Z",'
        '"body":"9b6a496ce5de1fd0c1e46903d2e0e71e57af9b8a30bf2399a04764fa7f8776f0",'
        '"entity":"0190a6a0-7a3b-7cc2-9f01-aabbccddeeff",'
        '"id":"0190a6a0-7a3b-7cc2-9f01-aabbccddeeff",'
        '"journal":"0190a6a0-7a3b-7cc2-9f01-001122334455",'
        '"kind":"entry",'
        f'"parents":["{"a" * 64}","{"b" * 64}"],'
        '"part":"0190a6a0-7a3b-7cc2-9f01-001122334455",'
        '"precision":"exact",'
        '"recorded_at":"2026-05-05T04:10:37.530000Z"}'
    )


def test_a_digest_is_sha_256_under_the_prefix_of_the_version():
    sealed = events.seal(draft(), AT, [], entropy)

    assert sealed.digest == hashlib.sha256(b"triage.event.v1\0" + sealed.envelope).hexdigest()


def test_the_envelope_commits_to_the_body_by_its_salted_digest():
    sealed = events.seal(draft(), AT, [], entropy)

    assert len(sealed.salt) == 16
    assert sealed.body == b'{"text":"Deploy of v14"}'
    assert json.loads(sealed.envelope)["body"] == hashlib.sha256(sealed.salt + sealed.body).hexdigest()


@pytest.mark.parametrize("kind", list(FIELDS))
def test_an_envelope_holds_no_typed_text_but_the_actors_name(kind):
    typed = {name: "typed-text" for name, field in FIELDS[kind].items() if field.type in ("line", "prose")}
    typed |= {
        "ref": "typed-text",
        "url": "typed-text",
        "heading": ["typed-text"],
        "cells": [["typed-text", ""]],
    }
    body = {name: value for name, value in typed.items() if name in FIELDS[kind]}

    sealed = events.seal(draft(kind=kind, body=body, output=b"typed-text"), AT, [], entropy)

    assert b"typed-text" not in sealed.envelope
    assert b"typed-text" in sealed.body


def test_output_lies_in_chunks_that_the_body_commits_to():
    output = bytes(700_000)

    sealed = events.seal(draft(kind="evidence", body={}, output=output), AT, [], entropy)

    assert [len(data) for _, data in sealed.chunks] == [262_144, 262_144, 175_712]
    assert json.loads(sealed.body) == {
        "output": [[len(data), hashlib.sha256(salt + data).hexdigest()] for salt, data in sealed.chunks],
        "sha256": hashlib.sha256(output).hexdigest(),
    }


def test_empty_output_is_one_empty_chunk():
    sealed = events.seal(draft(kind="evidence", body={}, output=b""), AT, [], entropy)

    assert [data for _, data in sealed.chunks] == [b""]
    assert events.unseal(sealed, output=True).output == b""


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(text=TEXTS, name=TEXTS, output=st.none() | st.binary(max_size=2000))
def test_what_was_sealed_is_read_back_as_it_was_said(text, name, output):
    said = draft(body={"text": text}, actor=Actor(name, "human", ""), output=output)

    event = events.unseal(events.seal(said, AT, ["a" * 64], entropy), 7, output=True)

    assert event.body["text"] == text
    assert event.output == output
    assert (event.id, event.journal, event.kind, event.entity, event.part) == said[:5]
    assert (event.at, event.precision, event.recorded_at) == (AT, "exact", AT)
    assert (event.actor, event.parents, event.n) == (said.actor, ("a" * 64,), 7)


@given(name=TEXTS, session=TEXTS, at=st.sampled_from([AT, None]), parents=st.lists(st.just("a" * 64)))
def test_an_envelope_is_the_canonical_json_of_its_value(name, session, at, parents):
    sealed = events.seal(draft(actor=Actor(name, "human", session), at=at), AT, parents, entropy)

    assert canonical(json.loads(sealed.envelope)) == sealed.envelope


@given(text=TEXTS, name=TEXTS, output=st.none() | st.binary(max_size=2000))
def test_what_an_append_gives_back_is_what_is_read_later(text, name, output):
    said = draft(body={"text": text, "cells": [["a", text]]}, actor=Actor(name, "human", ""), output=output)
    sealed = events.seal(said, AT, ["b" * 64, "a" * 64], entropy)

    assert events.appended(said, sealed, AT, ["b" * 64, "a" * 64], 7) == events.unseal(sealed, 7)


def test_a_withheld_body_leaves_the_envelope():
    sealed = events.seal(draft(), AT, [], entropy)._replace(salt=None, body=None)

    event = events.unseal(sealed)

    assert event.body is None
    assert event.digest == sealed.digest


@given(st.integers(0, 2**47), st.binary(min_size=10, max_size=10))
def test_a_new_id_is_a_uuid_of_version_7(ms, random):
    made = uuid.UUID(events.new_id(ms * 1000, random))

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == ms


def test_ids_sort_in_order_of_time():
    assert events.new_id(1_000_000, b"\xff" * 10) < events.new_id(2_000_000, bytes(10))


def test_a_derived_id_is_a_uuid_of_version_8_and_the_same_everywhere():
    made = events.derived_id(OTHER, "deploy-start")

    assert made == "dd304e2b-b7f2-8343-8782-05aa3e995ef2"
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (8, uuid.RFC_4122)


def test_a_key_means_another_event_in_another_journal():
    assert events.derived_id(OTHER, "k") != events.derived_id(ID, "k")
