"""What several tests share: reports and records made of given texts."""

import itertools

from triage import redact
from triage.events import Actor
from triage.kinds import KINDS
from triage.report import Report
from triage.store import open_store
from triage.usecases import journals
from triage.usecases.recorder import Circumstances, Place, Recorder, Said

START = 1_777_982_400_000_000
"""A fixed clock: 2026-05-05 12:00 UTC, in microseconds since 1970."""


def counting(start=START):
    """A clock that goes on by one second at every look."""
    seconds = itertools.count()
    return lambda: start + next(seconds) * 1_000_000


def seeded(seed=7):
    """Random bytes that are the same at every run."""
    import random

    source = random.Random(seed)
    return source.randbytes


def new_store(path, *, seed=7, start=START):
    return open_store(str(path), clock=counting(start), entropy=seeded(seed), create=True)


def new_recorder(store, place=None, *, actor="ana", seed=8, start=START, at=""):
    return Recorder(
        store,
        place or Place("", "", ""),
        Circumstances(Actor(actor), at=at),
        redactor=redact.Redactor(b"k" * 32),
        clock=counting(start),
        entropy=seeded(seed),
    )


def opened(store, title="Velvet", **fields):
    """A recorder in a journal that was just opened."""
    recorder = new_recorder(store)
    return recorder.moved(journals.open_journal(recorder, title, fields).place)


VALUES = {
    "line": lambda text: text,
    "prose": lambda text: text,
    "reference": lambda text: "#12",
    "url": lambda text: "https://example.org/x",
    "path": lambda text: [text.strip() or "x"],
    "cells": lambda text: [["Environment", text], [text, text]],
    "streams": lambda text: None,
    "integer": lambda text: 3,
    "flag": lambda text: False,
    "slug": lambda text: None,
    "event": lambda text: None,
    "instant": lambda text: None,
    "output": lambda text: None,
    "object": lambda text: None,
}


def said_in_every_field(text):
    """One thing of every kind that shows, with the text in every field that takes one."""
    for kind in ("entry", "action", "blocker", "issue", "observation", "evidence", "section", "reference"):
        fields = {
            name: VALUES[field.type](text) for name, field in KINDS[kind].fields.items() if not field.choices
        }
        fields = {name: value for name, value in fields.items() if value is not None}
        yield Said(kind, fields, output=text.encode("utf-8", "surrogatepass") if kind == "evidence" else None)


def hostile_report(text):
    """The report of a journal in which a text stands in every field."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = new_store(f"{folder}/triage.db")
        recorder = opened(
            store, text, slug="s", summary=text, impact=text, lead=text, status_note=text, service=text
        )
        recorder.record_all(list(said_in_every_field(text)))
        journals.addendum(recorder, text, {"slug": "a", "severity": text, "summary": text})
        report = Report.from_events(store.events(recorder.place.journal, output=True))
        store.close()
        return report
