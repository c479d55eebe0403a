"""Whether a store is whole: as the program says, and as SQLite says of the file."""

import json
import sqlite3
from contextlib import closing

JOURNAL = "velvet-first-deploy"


def kept_lines(triage):
    """The events of the journal, a line each; nothing is missing, altered or half there."""
    assert triage("verify", JOURNAL).startswith(f"{JOURNAL} verified: ")
    return triage("events", JOURNAL, "--json").splitlines()


def kept_events(triage):
    """The same, read."""
    return [json.loads(line) for line in kept_lines(triage)]


def assert_one_line(kept):
    """Every event was appended to the one before it: no fork, no gap."""
    assert [event["parents"] for event in kept[1:]] == [[event["digest"]] for event in kept[:-1]]


def assert_sound_file(path):
    """SQLite finds nothing wrong with the pages of the file."""
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def said_in(triage, kept):
    """The texts, titles and whole outputs that were recorded."""
    bodies = [event["body"] for event in kept]
    ended = [event["entity"][-8:] for event in kept if "output" in event["body"]]
    texts = [body[name] for body in bodies for name in ("text", "title") if name in body]
    return [*texts, *(triage("output", tail, "--raw") for tail in ended)]


def kept_of(journal, storm):
    """The events and texts of the record, in which every acknowledged call is, once, and no call is half."""
    kept = kept_events(journal)
    assert_one_line(kept)
    texts = said_in(journal, kept)
    assert len(texts) == len(set(texts))
    assert {text for call in storm.acknowledged for text in call.texts} <= set(texts)
    halves = [call for call in storm.unanswered if 0 < len(set(call.texts) & set(texts)) < len(call.texts)]
    assert halves == []
    return kept, texts
