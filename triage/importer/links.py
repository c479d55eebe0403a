"""What the pieces of a page have to do with each other: values, blocked actions, evidence, ends."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from triage.importer.pieces import UNKNOWN, Piece

FINAL = "Final state"
CLOSED = ("resolved", "abandoned")


def linked(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what each says of another."""
    found = list(pieces)
    _numbered(found)
    _environments(found)
    _blocked(found)
    _backed(found)
    return [*_resolved(_fixed(found))]


def _numbered(pieces: list[Piece]) -> None:
    """The actions in the order of their numbers on the page, and blockers with the one that they block."""
    places = [place for place, piece in enumerate(pieces) if piece.kind == "action"]
    slots: dict[int, Piece] = {}
    rest = []
    for place in places:
        number = pieces[place].number
        if 0 < number <= len(places) and number not in slots:
            slots[number] = pieces[place]
        else:
            rest.append(pieces[place])
    for number, place in enumerate(places, 1):
        pieces[place] = slots[number] if number in slots else rest.pop(0)
    for place, piece in enumerate(pieces):
        if piece.kind == "blocker" and 0 < piece.number <= len(places):
            pieces[place] = piece._replace(about=places[piece.number - 1])


def _environments(pieces: list[Piece]) -> None:
    """Actions with their environment, and with the values that they left there, apart from their outcome."""
    rows = [piece for piece in pieces if piece.kind == "observation" and "table" not in piece.fields]
    names = [piece.fields["cells"][0][1] for piece in rows]
    labels = dict.fromkeys(label for piece in rows for label, _ in piece.fields["cells"][1:])
    for place, piece in enumerate(pieces):
        if piece.kind != "action" or piece.fields.get("environment"):
            continue
        fields = dict(piece.fields)
        suffix = next((name for name in names if name and fields["title"].endswith(f" ({name})")), "")
        if suffix:
            fields |= {"title": fields["title"].removesuffix(f" ({suffix})"), "environment": suffix}
        else:
            inside = [name for name in names if name and name.casefold() in fields["title"].casefold()]
            outcome, cells = _values(fields.get("outcome", ""), list(labels))
            if not (cells and inside):
                continue
            fields["environment"] = inside[0]
        outcome, cells = _values(fields.get("outcome", ""), list(labels))
        if cells:
            fields |= {"outcome": outcome, "cells": cells}
        pieces[place] = piece._replace(fields={name: value for name, value in fields.items() if value})


def _values(text: str, labels: Sequence[str]) -> tuple[str, list[list[str]]]:
    """An outcome, and what follows it as ``, LABEL VALUE``."""
    if not labels:
        return text, []
    known = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    found = list(re.finditer(rf"(?:^|, )(?P<label>{known}) ", text))
    if not found:
        return text, []
    ends = [each.start() for each in found[1:]] + [len(text)]
    cells = [[each["label"], text[each.end() : end]] for each, end in zip(found, ends, strict=True)]
    return text[: found[0].start()], cells


def _blocked(pieces: list[Piece]) -> None:
    """Blockers that name the action which they block; what its notes say is theirs."""
    for place, piece in enumerate(pieces):
        if piece.kind != "blocker":
            continue
        action = piece.about
        if action < 0:
            action = _by_notes(pieces, piece.fields.get("error", ""))
        if action < 0:
            continue
        pieces[place] = piece._replace(about=action)
        known = {
            name: value
            for name, value in pieces[action].fields.items()
            if (name, value) != ("status", "blocked")
        }
        pieces[action] = pieces[action]._replace(fields=known)
        told = known.get("outcome", "")
        if piece.fields.get("error") and told.startswith(piece.fields["error"]):
            rest = re.sub(
                r"^ — (?:fixed(?: by PR \S+)?|accepted)(?:; |$)",
                "",
                told.removeprefix(piece.fields["error"]),
            )
            fields = {**known, "outcome": rest.strip()}
            pieces[action] = pieces[action]._replace(fields={k: v for k, v in fields.items() if v})


def _by_notes(pieces: Sequence[Piece], error: str) -> int:
    """The blocked action whose notes begin with an error, or -1."""
    for place, piece in enumerate(pieces):
        blocked = piece.kind == "action" and piece.fields["status"] == "blocked"
        if blocked and error and piece.fields.get("outcome", "").startswith(error):
            return place
    return -1


def _backed(pieces: list[Piece]) -> None:
    """Evidence that names the action which it backs, by the tail that the page gave it."""
    backs = {piece.tail: place for place, piece in enumerate(pieces) if piece.kind == "action" and piece.tail}
    for place, piece in enumerate(pieces):
        if piece.kind == "evidence" and piece.tail in backs:
            pieces[place] = piece._replace(about=backs[piece.tail])


def _fixed(pieces: Sequence[Piece]) -> list[Piece]:
    """Blockers that were fixed, as two pieces: that they were opened, and that they were fixed."""
    found = list(pieces)
    for place, piece in enumerate(pieces):
        status = piece.fields.get("status")
        if piece.kind == "blocker" and status in ("fixed", "accepted"):
            moved: dict[str, Any] = {
                name: piece.fields[name] for name in ("fix", "pr") if name in piece.fields
            }
            kept = {
                name: value for name, value in piece.fields.items() if name not in ("fix", "pr", "status")
            }
            found[place] = piece._replace(fields=kept)
            patch: dict[str, Any] = {"status": status, **moved}
            found.append(Piece("blocker", patch, piece.line, UNKNOWN, piece.part, patches=place))
    return found


def _resolved(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The header's status as the row of the timeline that tells it."""
    headers = {piece.part: piece for piece in pieces if piece.kind == "header" and piece.patches < 0}
    places = {piece.part: place for place, piece in enumerate(pieces) if piece.kind == "header"}
    taken: dict[int, int] = {}
    for place, piece in enumerate(pieces):
        header = headers.get(piece.part)
        if piece.kind == "entry" and header is not None and header.fields.get("status") in CLOSED:
            note = header.fields.get("status_note", "")
            told = piece.fields.get("outcome", "") == note and note
            if told or piece.fields["text"] == f"Status: {header.fields['status']}":
                taken[piece.part] = place
    for place, piece in enumerate(pieces):
        if piece.kind == "header" and piece.part in taken and piece.patches < 0:
            left = {k: v for k, v in piece.fields.items() if k not in ("status", "status_note")}
            yield piece._replace(fields=left)
        elif taken.get(piece.part) == place:
            known = headers[piece.part].fields
            patch: dict[str, Any] = {name: known[name] for name in ("status", "status_note") if name in known}
            if piece.fields["text"] != f"Status: {known['status']}":
                patch["log"] = piece.fields["text"]
            yield piece._replace(kind="header", fields=patch, patches=places[piece.part])
        else:
            yield piece
