"""What of the pieces happened later than what they tell first: fixes of blockers, the end of the work."""

from collections.abc import Sequence
from typing import Any

from triage.importer.pieces import UNKNOWN, Piece

CLOSED = ("resolved", "abandoned")


def moved(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with such moves as pieces of their own, which patch the first ones."""
    return _resolved(_fixed(pieces))


def _fixed(pieces: Sequence[Piece]) -> list[Piece]:
    """Blockers that were fixed, as two pieces: that they were opened, and that they were fixed."""
    found = list(pieces)
    for place, piece in enumerate(pieces):
        status = piece.fields.get("status")
        if piece.kind == "blocker" and status in ("fixed", "accepted"):
            told = _some(piece.fields, "fix", "pr")
            found[place] = piece.with_fields(status=None, fix=None, pr=None)
            patch = {"status": status, **told}
            found.append(Piece("blocker", patch, piece.line, UNKNOWN, piece.part, patches=place))
    return found


def _resolved(pieces: Sequence[Piece]) -> list[Piece]:
    """The status of each header as the row of the timeline that tells it, where one does."""
    headers = {piece.part: place for place, piece in enumerate(pieces) if piece.opens}
    found = list(pieces)
    for part, row in _closing_rows(pieces, headers).items():
        opening = pieces[headers[part]]
        told = ["status", "status_note"] if pieces[row].fields.get("outcome") else ["status"]
        patch = _some(opening.fields, *told)
        if pieces[row].fields["text"] != f"Status: {patch['status']}":
            patch["log"] = pieces[row].fields["text"]
        found[headers[part]] = opening.with_fields(**dict.fromkeys(told))
        found[row] = pieces[row]._replace(kind="header", fields=patch, patches=headers[part])
    return found


def _some(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """The fields of these names that are there."""
    return {name: fields[name] for name in names if name in fields}


def _closing_rows(pieces: Sequence[Piece], headers: dict[int, int]) -> dict[int, int]:
    """The last row of each part's timeline that tells its closed status."""
    found = {}
    for place, piece in enumerate(pieces):
        fields = pieces[headers[piece.part]].fields
        if piece.kind == "entry" and "type" not in piece.fields and fields.get("status") in CLOSED:
            note = fields.get("status_note", "")
            told = note and piece.fields.get("outcome", "") == note
            if told or piece.fields["text"] == f"Status: {fields['status']}":
                found[piece.part] = place
    return found
