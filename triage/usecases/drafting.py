"""From the pieces of a page to drafts of events."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from triage import events
from triage.encoding import sha256, visible
from triage.events import Actor, Draft
from triage.importer import Page, Piece
from triage.report.hosts import Hosts, references
from triage.usecases.fields import slugify
from triage.values import validate


class Drafted(NamedTuple):
    """The drafts of a page, one for each piece, the journal's opening first; the line of each, by its id."""

    drafts: list[Draft]
    lines: Mapping[str, int]


def drafted(page: Page, text: str, name: str, actor: Actor, *, slug: str = "") -> Drafted:
    """The drafts of a page; their ids rest on the page's bytes, so that it can be brought in again."""
    digest = sha256(text.encode("utf-8", "backslashreplace"))
    journal = events.derived_id("", f"page:{digest}")
    places = range(1, len(page.pieces))
    ids = [journal, *(events.derived_id(journal, f"page:{place}") for place in places)]
    parts = {piece.part: ids[place] for place, piece in enumerate(page.pieces) if piece.opens}
    title = page.title or os.path.splitext(os.path.basename(name))[0]
    by = Actor(*visible(list(actor)))
    drafts: list[Draft] = []
    for id, piece in zip(ids, page.pieces, strict=True):
        fields = {**piece.fields, "source": _source(piece, name)}
        if piece.about >= 0:
            fields["action"] = ids[piece.about]
        if piece.opens:
            fields.setdefault("title", title)
            fields["slug"] = (slug if id == journal else "") or slugify(fields["title"]) or id[-8:]
        entity = ids[piece.patches] if piece.patches >= 0 else id
        drafts.append(_draft(piece, fields, Draft(id, journal, piece.kind, entity, parts[piece.part],
                                                  piece.when.at, piece.when.precision, by, {})))  # fmt: skip
    lines = {id: piece.line for id, piece in zip(ids, page.pieces, strict=True)}
    return Drafted(_with_known_prs(drafts), lines)


def _draft(piece: Piece, fields: dict[str, Any], envelope: Draft) -> Draft:
    body = visible(validate(piece.kind, fields))
    return envelope._replace(body=body, output=piece.output, keyed=True)


def _source(piece: Piece, name: str) -> str:
    """Where a piece was taken from, and what its line says besides: ``page.md:12 (Timeline): Who``."""
    where = f" ({piece.heading})" if piece.heading else ""
    said = ": " + "\n".join(piece.quoted) if piece.quoted else ""
    return f"{os.path.basename(name)}:{piece.line}{where}{said}"


def _with_known_prs(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with each PR of a blocker as it is written among the issues, where it is."""
    hosts = Hosts().followed_by(references(drafts))
    written = (draft.body["ref"] for draft in drafts if draft.kind == "issue")
    known = {hosts.entity(ref): ref for ref in written}
    return [_with_known_pr(draft, known, hosts) for draft in drafts]


def _with_known_pr(draft: Draft, known: Mapping[str, str], hosts: Hosts) -> Draft:
    pr = draft.body.get("pr")
    if draft.kind != "blocker" or not pr:
        return draft
    return draft._replace(body=draft.body | {"pr": known.get(hosts.entity(pr), pr)})
