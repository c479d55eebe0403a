"""The tools that change something: what each does through the use cases, and how its answer reads."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from threading import Lock
from typing import Any

from triage import config, times
from triage.console import journals, recalled
from triage.console.call import Call, label
from triage.console.once import sole
from triage.console.speech import shortened
from triage.errors import UsageError
from triage.events import Event
from triage.mcp_server import items
from triage.mcp_server.answers import Answer
from triage.mcp_server.arguments import Arguments
from triage.mcp_server.session import Session
from triage.mcp_server.words import Words
from triage.report.lines import SEQUENCE
from triage.usecases import batch, lookup, places, running, writing
from triage.usecases import journals as verbs
from triage.usecases.attempts import Before
from triage.usecases.plan import Observed, Plan, cells_of
from triage.usecases.recorder import Place, Recorder


def open_(session: Session, said: Arguments) -> Answer:
    """Open, join or choose a journal or an addendum; or list the journals."""
    with session.call(said.text("journal"), at=said.text("at"), key=said.text("key")) as call:
        if said.text("addendum"):
            return _addendum(call, said)
        if said.text("title"):
            return _opened(call, said)
        if said.text("journal"):
            place = places.place_of(call.store(), said.text("journal"))
            journals.choose(call, place)
            return Answer(f"{place.name} is current", {"journal": place.name, "open": place.open})
        return _listed(call)


HEADER = ("type", "service", "summary", "slug")


def _header(call: Call, recorder: Recorder, said: Arguments) -> dict[str, Any]:
    return call.fields(recorder, "header", {name: said.text(name) or None for name in HEADER})


def _opened(call: Call, said: Arguments) -> Answer:
    call.store(create=True)
    recorder = call.recorder(Place("", "", ""), create=True)
    opened = verbs.open_journal(recorder, said.text("title"), _header(call, recorder, said), key=call.key)
    journals.choose(call, opened.place)
    verb = "joined" if opened.joined else "opened"
    values = {"journal": opened.place.name, "event": label(opened.event), "joined": opened.joined}
    return Answer(f"{opened.place.name} {label(opened.event)} {verb}, and current", values)


def _addendum(call: Call, said: Arguments) -> Answer:
    recorder = call.recorder()
    event = verbs.addendum(recorder, said.text("addendum"), _header(call, recorder, said))
    slug = (event.body or {}).get("slug") or event.tail
    place = recorder.place._replace(part=event.id, addendum=slug)
    journals.choose(call, place)
    return Answer(
        f"{place.name} {label(event)} opened, and current", {"journal": place.name, "event": label(event)}
    )


def _listed(call: Call) -> Answer:
    known = verbs.listing(call.store())[:MOST_JOURNALS]
    rows = [{"journal": row.slug, "status": header.status, "events": row.events} for row, header in known]
    lines = [f"{row.slug}  {header.status}  {row.events} events  {header.title}" for row, header in known]
    count = f"{len(known)} journal{'s'[: len(known) != 1]}"
    return Answer(
        f"{count}, the newest first",
        {"journals": rows},
        "\n".join(lines),
    )


MOST_JOURNALS = 12


def record(session: Session, said: Arguments) -> Answer:
    """Record items, all or none of them, or with ``partial`` each that can be; or what Markdown says."""
    with session.call(said.text("journal"), at=said.text("at"), key=said.text("key")) as call:
        if said.text("markdown"):
            return _written(call, said, session.words)
        raw = items.lines(said.items("items"))
        recorder = call.recorder()
        recorded = batch.record_lines(recorder, raw, partial=said.flag("partial"))
        return _recorded(call, recorder, recorded, session.words)


def _recorded(call: Call, recorder: Recorder, recorded: batch.Recorded, words: Words) -> Answer:
    name, refused = recorder.place.name, recorded.refused
    named = [_named(recorder, each.event, is_new=each.is_new) for each in recorded.became]
    told = ", ".join(named) or "nothing recorded"
    values: dict[str, Any] = {"journal": name, "recorded": named}
    if refused:
        values["refused"] = [{"item": number, "code": error.code} for number, error in refused.items()]
        told += f"; refused: item {', '.join(map(str, refused))}"
    data = [
        *map(words.of_error, refused.values()),
        *_seen(call, (each.event for each in recorded.became if each.is_new)),
    ]
    return Answer(f"{name}: {told}", values, "\n".join(data), failed=bool(refused) and not named)


def _written(call: Call, said: Arguments, words: Words) -> Answer:
    """What a note in Markdown came to: its events, and lines to look at."""
    if said.has("items"):
        raise UsageError("items and markdown were both given", hint="give one of them")
    recorder = call.recorder()
    written = writing.write(recorder, said.text("markdown"), name=call.key)
    named = [_named(recorder, event) for event in written.recorded]
    known = len(written.became) - len(written.recorded)
    told = ", ".join(named) or "nothing new"
    told += f"; {known} stood there" if known else ""
    values = {"journal": recorder.place.name, "recorded": named, "known": known}
    looks = (words.of(str(remark)) for remark in written.remarks[:MOST_REMARKS])
    data = [*map(shortened, looks), *_seen(call, written.recorded)]
    return Answer(f"{recorder.place.name}: {told}", values, "\n".join(data))


MOST_REMARKS = 6


def _seen(call: Call, events: Iterable[Event]) -> Iterator[str]:
    """What was seen before that is like the first blocker which was opened."""
    opened = (event for event in events if event.kind == "blocker" and event.creates)
    for event in islice(opened, 1):
        yield from (f"seen before: {recalled.line(seen)}" for seen in recalled.seen_before(call, event))


def _named(recorder: Recorder, event: Event, *, is_new: bool = True) -> str:
    """``e4 action 2``: an event, what it is about, and whether it had been recorded before."""
    words = [label(event), event.kind]
    if event.kind in lookup.COUNTED and event.n:
        creation = event
        if not event.creates:
            creation = next(recorder.store.events(event.journal, entities=[event.entity]))
        words.append(str(lookup.number(recorder.store, creation)))
    return " ".join(words) + ("" if is_new or not event.n else " (recorded before)")


def run(session: Session, said: Arguments) -> Answer:
    """Run a command and record it as evidence."""
    argv = said.command("command")
    with session.call(said.text("journal"), key=said.text("key")) as call:
        recorder = call.recorder()
        names = ("title", "environment")
        fields = call.fields(recorder, "evidence", {name: said.text(name) or None for name in names})
        plan = Plan(
            fields=fields,
            action=said.text("action"),
            cells=cells_of(said.words("set"), "set"),
            observed=_observed(said),
            timeout=times.parse_span(said.text("timeout", LONGEST), "timeout"),
            live=False,
            environ=session.environ,
        )
        with _KEYED if call.key else nullcontext(), sole(call, recorder.place):
            ran = running.run(recorder, argv, plan, clock=config.clock)
        if isinstance(ran, Before):
            return _ran_before(recorder, ran)
        return _ran(call, recorder, ran, said.number("tail", TAIL), session.words)


_KEYED = Lock()
"""One command with a key at a time: what tells other processes does not tell the threads of this one."""


def _ran_before(recorder: Recorder, before: Before) -> Answer:
    name, event = recorder.place.name, label(before.event)
    text = f"{name} {event} {before.state}, exit {before.exit_code}: recorded before, not run again"
    values = {
        "journal": name,
        "event": event,
        "state": before.state,
        "exit_code": before.exit_code,
        "new": False,
    }
    return Answer(text, values)


LONGEST = "10m"
"""How long a command may run where nothing is said: a client gives up some time, and nobody would end it."""


def _observed(said: Arguments) -> Observed | None:
    table, expect = said.text("table") or None, said.text("expect") or None
    return Observed.from_options(table, said.words("row"), expect, None, said.text("match") or None)


def _ran(call: Call, recorder: Recorder, ran: running.Ran, tail: int, words: Words) -> Answer:
    captured, lines = ran.captured, ran.captured.tape.lines
    shown = list(_tail(ran.output, tail))
    followed = [_named(recorder, told.event) for told in ran.told]
    event = label(ran.event) if ran.event else ""
    values: dict[str, Any] = {
        "journal": recorder.place.name,
        "event": event,
        "state": captured.state,
        "exit_code": captured.exit_code,
        "lines": lines,
        "recorded": followed,
    }
    said = [f"{recorder.place.name} {event} {captured.state}", f"exit {captured.exit_code}", _lines(lines)]
    said += [f"the last {len(shown)} here"] if len(shown) < lines else []
    text = "; ".join([", ".join(said), *followed])
    if ran.error is not None:
        text += "; not all of it could be recorded"
        values["error"] = ran.error.code
    quoted = (f"{label(told.event)} {told.what}" for told in ran.told)
    problems = [words.of(captured.error)] if captured.error else []
    problems += [words.of_error(ran.error)] if ran.error else []
    seen = _seen(call, (told.event for told in ran.told))
    return Answer(text, values, "\n".join([*problems, *shown, *map(shortened, quoted), *seen]))


def _lines(count: int) -> str:
    return f"{count} line{'s'[: count != 1]}"


TAIL = 10


def _tail(data: bytes, count: int) -> Iterator[str]:
    for line in data.decode("utf-8", "replace").splitlines()[-count:]:
        yield SEQUENCE.sub("", line)[:WIDTH]


WIDTH = 400
"""Characters of a line of output that are told."""


def publish(session: Session, said: Arguments) -> Answer:
    """Put the journal's document where a team reads it."""
    from triage.console.publications import publication, target_of
    from triage.usecases.publishing import publish as published

    with session.call(said.text("journal")) as call:
        target, place = target_of(call.settings, said.text("to")), call.place()
        dry = said.flag("dry_run")
        done = published(
            call.store(), {place.journal}, publication(call.settings, target), call.redactor, dry_run=dry
        )
    count = len(done.plan.told)
    verb = "would be published" if dry else "published"
    text = f"{place.name} {verb} to {target.name}: {count} files" if count else f"{target.name} is up to date"
    values = {"journal": place.name, "target": target.name, "files": count, "dry_run": dry}
    return Answer(text, values)
