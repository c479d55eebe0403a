"""The tools that look at the record and change nothing."""

from typing import Any

from triage import __version__, times
from triage.check import ERROR, RULES, USUAL
from triage.console import recalled
from triage.console.call import Call, label
from triage.errors import InvalidValue, UsageError
from triage.events import Event
from triage.kinds import KINDS
from triage.mcp_server.answers import Answer
from triage.mcp_server.arguments import Arguments
from triage.mcp_server.session import Session
from triage.mcp_server.words import Words
from triage.render.brief import as_markdown
from triage.report.brief import HandOff, Item, Topic
from triage.usecases import checking, output, places, reading, searching
from triage.usecases.briefing import brief as hand_over
from triage.usecases.flushing import spooled
from triage.usecases.recalling import Seen, recall, sought
from triage.usecases.recorder import Place

SMALL = 200
"""Tokens of a hand-off where no budget is given: what stands in the way, and what comes next."""


def brief(session: Session, said: Arguments) -> Answer:
    """Where a journal stands, within a budget of tokens."""
    with session.call(said.text("journal")) as call:
        place, budget = call.place(), said.number("budget", SMALL)
        waiting = spooled(call.spool_folder).get(place.journal, 0)
        words, since = session.words, said.text("since")
        told = hand_over(
            call.store(), place, budget=budget, since=since, spooled=waiting,
            worded=lambda hand_off: _as_calls(hand_off, words),
        )  # fmt: skip
        text = as_markdown(told, language="", more="").strip("\n")
    status, left = told.hand_off.status, sum(count for _, count in told.left)
    return Answer(f"{place.name} {status}", {"journal": place.name, "status": status, "left": left}, text)


def _as_calls(hand_off: HandOff, words: Words) -> HandOff:
    """The hand-off with calls in place of commands."""

    def said(topic: Topic, item: Item) -> Item:
        return item._replace(text=words.of_step(item.text) if topic.code else words.of(item.text))

    ours = [
        topic._replace(items=tuple(said(topic, item) for item in topic.items)) if topic.ours else topic
        for topic in hand_off.topics
    ]
    return hand_off._replace(topics=tuple(ours))


def search(session: Session, said: Arguments) -> Answer:
    """Find what was said in all journals."""
    from triage.store.rows import Query

    with session.call(said.text("journal")) as call:
        if said.text("error"):
            return _similar(call, said)
        wanted = searching.phrases(said.needed("text"))
        kind = said.text("kind")
        if kind and kind not in KINDS:
            raise InvalidValue(f"no kind {kind!r:.40}", allowed=tuple(KINDS))
        query = Query(wanted, kinds=(kind,) if kind else (), best=True, limit=said.number("limit", FOUND))
        found = list(searching.search(call.store(), query, _scope(call, said)))
    names = [f"{hit.slug} e{hit.event.n}" for hit in found]
    text = (
        f"{len(found)} found, the best first"
        if found
        else "nothing was found; a star finds beginnings: cach*"
    )
    return Answer(text, {"found": names}, "\n".join(map(_hit, found)))


def _similar(call: Call, said: Arguments) -> Answer:
    """Earlier blockers with a like error, and what fixed them."""
    if said.text("text"):
        raise UsageError("text and error were both given", hint="give one of them")
    if said.text("kind"):
        raise UsageError("error is looked for in blockers alone", hint="leave kind out, or give text")
    limit = said.number("limit", FOUND)
    asked = sought(call.store(), said.text("error"), lambda: call.place().journal)
    found = recall(call.store(), asked.error, _scope(call, said), limit=limit, but=asked.blocker)
    names = [f"{seen.slug} blocker {seen.number}" for seen in found]
    text = f"{len(found)} seen before, the likest first" if found else "nothing like it was seen before"
    lines = (f"{recalled.line(seen)}{_cause(seen)}" for seen in found)
    return Answer(text, {"found": names}, "\n".join(lines))


def _scope(call: Call, said: Arguments) -> searching.Scope:
    """The journal that was named, else all."""
    return searching.Scope(call.place().journal if said.has("journal") else "")


def _cause(seen: Seen) -> str:
    return f"; cause: {_short(seen.cause)}" if seen.cause else ""


FOUND = 5
SHORT = 100
"""Characters of a line in a list."""


def _hit(hit: searching.Hit) -> str:
    wording = reading.wording(hit.event)
    more = [passage.text.strip() for passage in hit.passages if passage.text not in wording]
    state = f" ({hit.state})" if hit.state else ""
    when = times.show(hit.event.at, hit.event.precision)
    return _short(f"{hit.slug} e{hit.event.n} {when}{state}: {wording}") + "".join(
        f"\n  {_short(each)}" for each in more
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"


def read(session: Session, said: Arguments) -> Answer:
    """Read events, the output of one, or the document."""
    what = said.choice("what", WHAT)
    with session.call(said.text("journal")) as call:
        return {"events": _events, "output": _output, "document": _document}[what](call, said)


WHAT = ("events", "output", "document")
LAST = 10


def _events(call: Call, said: Arguments) -> Answer:
    place, last = call.place(), said.number("last", LAST)
    found = list(reading.events(call.store(), place.journal, since=said.text("since"), last=last))
    lines = list(map(_event, found))
    values = {"journal": place.name, "first": label(found[0]) if found else "", "count": len(found)}
    return Answer(f"{place.name}: the last {len(found)} events", values, "\n".join(lines))


def _event(event: Event) -> str:
    when = times.show(event.at, event.precision)
    return f"e{event.n} {when} {event.kind} {event.actor.name}: {_short(reading.wording(event))}"


def _output(call: Call, said: Arguments) -> Answer:
    place = call.place()
    found = output.find(call.store(), place.journal, said.needed("event"))
    every = output.lines(found)
    span = said.text("lines") or f"{max(len(every) - LAST + 1, 1)}-"
    told = output.chosen(every, span) if every else []
    values = {"journal": place.name, "event": f"e{found.number}", "exit_code": found.item.exit_code}
    return _paged(
        f"{place.name} e{found.number}", values, [output.whole(line) for line in told], len(every), span
    )


def _document(call: Call, said: Arguments) -> Answer:
    place = call.place()
    lines = document(call, place).splitlines()
    span = said.text("lines") or f"1-{LAST}"
    numbered = [output.Line(number, "", text) for number, text in enumerate(lines, 1)]
    told = [line.text for line in output.chosen(numbered, span)]
    return _paged(f"{place.name}, the document", {"journal": place.name}, told, len(lines), span)


def _paged(what: str, values: dict[str, Any], told: list[str], total: int, span: str) -> Answer:
    over = f"; others with lines, such as '1-{total}'" if len(told) < total else ""
    text = f"{what}: {total} line{'s'[: total != 1]}, here {span}{over}"
    return Answer(text, {**values, "line_count": total}, "\n".join(told))


def document(call: Call, place: Place) -> str:
    """The document of a journal, in Markdown."""
    from triage.console.publications import keep_templates, style_of
    from triage.usecases.documents import document as made

    settings = call.settings
    keep_templates(settings)
    style = style_of(settings)._replace(up="", beside=False, version=__version__)
    return made(
        call.store(), place.journal, template="triage", form="md", style=style, folders=settings.templates,
        redactor=call.redactor,
    )  # fmt: skip


def check(session: Session, said: Arguments) -> Answer:
    """Look for contradictions, gaps and claims without proof."""
    with session.call(said.text("journal")) as call:
        place, store = call.place(), call.store()
        checked = checking.journal(store, places.existing(store, place.journal), call.redactor, USUAL)
    errors = sum(finding.severity == ERROR for finding in checked.findings)
    shown = sorted(checked.findings, key=lambda finding: finding.severity != ERROR)[:FOUND]
    rows = [
        {"code": each.code, "severity": each.severity, "event": checked.names.get(each.event, "")}
        for each in shown
    ]
    text = f"{place.name}: {errors} errors, {len(checked.findings) - errors} other findings"
    values = {"journal": place.name, "errors": errors, "total": len(checked.findings), "findings": rows}
    lines = (
        f"{row['code']} {row['severity']} {RULES[each.code].name} {row['event']}: {_short(each.said)};"
        f" record: {_short(each.record)}; fix: {session.words.of(each.fix)}"
        for row, each in zip(rows, shown, strict=True)
    )
    return Answer(text, values, "\n".join(lines))
