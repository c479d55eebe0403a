"""`triage search` on the command line."""

import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from triage import config, times
from triage.cli.command import argument, command
from triage.cli.looking import counted, place_of
from triage.cli.reading import kinds_of
from triage.console.call import Call
from triage.console.speech import LINE, has_colours, note, plain, say, say_json, shortened
from triage.kinds import KINDS
from triage.store.words import STAR

if TYPE_CHECKING:
    from triage.store import Store
    from triage.store.rows import Query
    from triage.usecases.searching import Hit, Passage, Scope

BEFORE = 40
"""Characters that are shown before the first word that was found in a long line."""


@command("search", records=False)
@argument("text", metavar="TEXT...", many=True)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--service", default="", metavar="NAME", help="Only journals of this service.")
@click.option("--status", type=click.Choice(KINDS["header"].fields["status"].choices),
              help="Only journals in this status.")  # fmt: skip
@click.option(
    "--since", default="", metavar="TIME", help="Only what happened from then on; times as in --at."
)
@click.option("--until", default="", metavar="TIME", help="Only what happened before.")
@click.option(
    "--best", is_flag=True, help="The best of the newest 10,000 first: who says it in the fewest other words."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=20,
    metavar="N",
    help="At most N events; 20 unless told.",
)
@click.option("-C", "--context", type=click.IntRange(min=0), default=0, metavar="N",
              help="N lines before and after each line that was found.")  # fmt: skip
def search_command(
    call: Call,
    *,
    text: tuple[str, ...],
    kinds: tuple[str, ...],
    service: str,
    status: str | None,
    since: str,
    until: str,
    best: bool,
    limit: int,
    context: int,
    **_: Any,
) -> None:
    """Find what was said in all journals, or in the one of --journal, the newest first.

    An event is found that has all the words, in any case, in its fields or in what a command printed. Words
    are whole; a star after one finds what begins so. Words in double quotes must follow each other. Exit 1
    where nothing was found, as grep has it.

    \b
    triage search connection refused
    triage search 'deploy*' --best
    triage search '"connection refused"' --kind evidence --since 2026-05-01 -C 2
    """
    from triage.store.rows import Query
    from triage.usecases import searching

    query = Query(
        searching.phrases(" ".join(text)),
        kinds=kinds_of(kinds),
        since=_instant(call, since),
        until=_instant(call, until),
        best=best,
        limit=limit,
    )
    scope = searching.Scope(*place_of(call), service, status or "")
    count = 0
    for hit in searching.search(call.store(), query, scope, around=context, progress=counted):
        count += 1
        if call.json:
            say_json(_as_dict(hit))
        else:
            _tell(hit, query.phrases)
    if not count:
        if not call.json:
            note(_nothing_found(call.store(), query, scope))
        sys.exit(1)


def _instant(call: Call, text: str) -> str:
    now = times.from_timestamp_us(config.clock())
    return times.parse_at(text, now=now, day=call.settings.day or None).at or "" if text else ""


MOST_WORDS = 10
"""Words of a search up to which it is proposed again in another form."""


def _nothing_found(store: "Store", query: "Query", scope: "Scope") -> str:
    """What was not found, and how to find what begins so, where there is such."""
    from triage.usecases import searching

    said = f"nothing was found that has {shortened(', '.join(map(_typed, query.phrases)))}"
    begun = tuple((*phrase[:-1], phrase[-1].removesuffix(STAR) + STAR) for phrase in query.phrases)
    wider = query._replace(phrases=begun, best=False, limit=1)
    if (
        begun == query.phrases
        or len(begun) > MOST_WORDS
        or not any(True for _ in searching.search(store, wider, scope))
    ):
        return said
    return f"{said}; for what begins so: triage search {shlex.quote(' '.join(map(_typed, begun)))}"


def _typed(phrase: Sequence[str]) -> str:
    return f'"{" ".join(phrase)}"' if len(phrase) > 1 else phrase[0]


def _tell(hit: "Hit", phrases: Sequence[Sequence[str]]) -> None:
    from triage.store import words
    from triage.usecases import reading

    event = hit.event
    wording = shortened(reading.wording(event))
    state = f" ({hit.state})" if hit.state else ""
    when = times.show(event.at, event.precision)
    marked = _marked(wording, words.spans(wording, phrases))
    say(f"{plain(hit.slug)} e{event.n}  {when}  {event.kind}  {plain(event.actor.name)}  {marked}{state}")
    for passage in hit.passages:
        if passage.text not in wording:
            mark = ":" if passage.spans else "-"
            say(f"  {plain(passage.field)}:{passage.number}{mark} {_excerpt(passage)}")
    if hit.more:
        say(f"  and {hit.more:,} more line{'s'[: hit.more != 1]}")


def _excerpt(passage: "Passage") -> str:
    """A line, of a long one the surroundings of the first word that was found."""
    start = max(passage.spans[0][0] - BEFORE, 0) if passage.spans and len(passage.text) > LINE else 0
    text = passage.text[start : start + LINE]
    spans = [(a - start, b - start) for a, b in passage.spans if b - start <= LINE]
    before, after = "..." if start else "", "..." if start + LINE < len(passage.text) else ""
    return f"{before}{_marked(text, spans)}{after}"


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text as a terminal may get it, what was found in bold where that shows."""
    on, off = ("\x1b[1m", "\x1b[0m") if has_colours() else ("", "")
    done, parts = 0, []
    for start, end in spans:
        if start >= done:
            parts += [plain(text[done:start]), on, plain(text[start:end]), off]
            done = end
    return "".join([*parts, plain(text[done:])])


def _as_dict(hit: "Hit") -> dict[str, Any]:
    from triage.usecases import reading

    event = hit.event
    return {
        "journal": hit.slug,
        "event": f"e{event.n}",
        "id": event.id,
        "kind": event.kind,
        "at": event.at,
        "precision": event.precision,
        "actor": event.actor.name,
        "state": hit.state,
        "text": reading.wording(event),
        "lines": [passage._asdict() for passage in hit.passages],
        "more": hit.more,
    }
