"""What the pieces of a page have to do with each other: values, blocked actions, evidence."""

import re
from collections.abc import Iterator, Sequence

from triage.importer.moves import moved
from triage.importer.pieces import Piece, joined

_FIXED_BY = re.compile(r" — fixed by (PR [^\s;]+)")
MOST_ENVIRONMENTS = 64
"""Rows of the final state whose names are looked for in the titles of actions."""

Cells = list[list[str]]


def linked(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what each says of another.

    Those of the main part come first, as documents have them; of a part the final state, which names the
    columns that actions add values to.
    """
    found = _numbered(sorted(pieces, key=lambda piece: (piece.part, not piece.opens, not piece.is_final)))
    _give_blocked(found)
    _give_environments(found)
    _give_backed(found)
    return moved(found)


def _numbered(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the actions in the order of their numbers, and blockers with the one that they block.

    Actions of a section stay where they stand; others stand nowhere, and come when it is their number's turn.
    """
    queue = _queue([piece for piece in pieces if piece.kind == "action"])
    turns = iter(queue)
    found: list[Piece] = []
    for piece in pieces:
        if piece.kind != "action":
            found.append(piece)
        elif _is_placed(piece):
            found += _up_to(turns, piece)
    return _with_blocked(sorted([*found, *turns], key=lambda piece: piece.part))


def _is_placed(action: Piece) -> bool:
    return bool({"section", "group"} & action.fields.keys())


def _queue(actions: Sequence[Piece]) -> list[Piece]:
    """The actions in the order of their numbers; those without one that have a section before the others."""
    slots: dict[int, Piece] = {}
    rest: list[Piece] = []
    for action in actions:
        if not _is_placed(action) and 0 < action.number <= len(actions) and action.number not in slots:
            slots[action.number] = action
        else:
            rest.append(action)
    others = iter(sorted(rest, key=lambda action: not _is_placed(action)))
    return [slots[number] if number in slots else next(others) for number in range(1, len(actions) + 1)]


def _up_to(turns: Iterator[Piece], last: Piece) -> Iterator[Piece]:
    """The actions whose turn it is, up to one of them."""
    for action in turns:
        yield action
        if action is last:
            return


def _with_blocked(pieces: list[Piece]) -> list[Piece]:
    """The pieces, with each blocker about the action whose number it tells."""
    places = [place for place, piece in enumerate(pieces) if piece.kind == "action"]
    for place, piece in enumerate(pieces):
        if piece.kind == "blocker" and 0 < piece.number <= len(places):
            action = pieces[places[piece.number - 1]]
            if action.number == piece.number or action.fields.get("status") == "blocked":
                pieces[place] = piece._replace(about=places[piece.number - 1])
    return pieces


def _give_environments(pieces: list[Piece]) -> None:
    """Give actions their environment, and the values that they left there, apart from their outcome."""
    rows = [piece for piece in pieces if piece.is_final]
    names = list(dict.fromkeys(piece.fields["cells"][0][1] for piece in rows if piece.fields["cells"][0][1]))
    labels = list(dict.fromkeys(label for piece in rows for label, _ in piece.fields["cells"][1:]))
    for place, piece in enumerate(pieces):
        if piece.kind == "action" and "environment" not in piece.fields:
            pieces[place] = _in_environment(piece, names, labels)


def _in_environment(piece: Piece, names: Sequence[str], labels: Sequence[str]) -> Piece:
    """An action with the environment that its title names, and its values apart."""
    title = piece.fields["title"]
    outcome, cells = _values(piece.fields.get("outcome", ""), labels)
    named = _suffix(title, set(names))
    if named:
        bare = title.removesuffix(f" ({named})")
        return piece.with_fields(title=bare, environment=named, outcome=outcome, cells=cells)
    inside = [name for name in names[:MOST_ENVIRONMENTS] if name.casefold() in title.casefold()]
    if not (cells and inside):
        return piece
    return piece.with_fields(environment=inside[0], outcome=outcome, cells=cells)


def _suffix(title: str, names: set[str]) -> str:
    """The name that stands in brackets at the end of a title, with something before it, or ''."""
    start = title.find(" (", 1)
    while title.endswith(")") and start > 0:
        if title[start + 2 : -1] in names:
            return title[start + 2 : -1]
        start = title.find(" (", start + 1)
    return ""


def _values(text: str, labels: Sequence[str]) -> tuple[str, Cells]:
    """An outcome, and what follows it as ``, LABEL VALUE``."""
    known = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    found = list(re.finditer(rf"(?:^|, )(?P<label>{known}) ", text)) if labels and text else []
    if not found:
        return text, []
    ends = [each.start() for each in found[1:]] + [len(text)]
    cells = [[each["label"], text[each.end() : end]] for each, end in zip(found, ends, strict=True)]
    return text[: found[0].start()], cells


def _give_blocked(pieces: list[Piece]) -> None:
    """Let blockers name the action which they block; what its notes say of them is theirs."""
    blocked = _blocked_by_error(pieces)
    for place, piece in enumerate(pieces):
        if piece.kind != "blocker":
            continue
        error = piece.fields.get("error", "")
        pr = f"PR {piece.fields.get('pr')}"
        action = piece.about if piece.about >= 0 else blocked.get(error, blocked.get(pr, -1))
        if action >= 0:
            is_box = piece.about >= 0 and not pieces[action].number  # which tells nothing of its blockers
            told = "" if is_box else error or piece.fields.get("title", "")
            pieces[place] = piece._replace(about=action)
            pieces[action] = _freed(pieces[action], told)
    pieces[:] = map(settled, pieces)


def settled(piece: Piece) -> Piece:
    """An action that was blocked, and is not any more, by blockers that are not told: it is done."""
    if not (piece.freed and piece.fields.get("status") == "blocked"):
        return piece
    said = joined(piece.fields.get("outcome", ""), "BLOCKED → FIXED")
    return piece.with_fields(status="done", outcome=said)


def _blocked_by_error(pieces: Sequence[Piece]) -> dict[str, int]:
    """The blocked actions, by what their notes begin with, and by the PR that they name as the fix."""
    found: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        if piece.kind == "action" and piece.fields.get("status") == "blocked":
            notes = piece.fields.get("outcome", "")
            for end in (*(each.start() for each in re.finditer(r" — |; |$", notes)),):
                found.setdefault(notes[:end], place)
            by = _FIXED_BY.search(notes)
            found.setdefault(by[1] if by else "", place)
    found.pop("", None)
    return found


def _freed(action: Piece, error: str) -> Piece:
    """A blocked action without what a blocker says of it: that it is blocked, by what, how it was fixed."""
    status = action.fields.get("status", "")
    told = action.fields.get("outcome", "")
    if error and re.match(rf"{re.escape(error)}(?= — |; |$)", told):
        told = re.sub(r"^(?: — (?:fixed(?: by PR [^\s;]+)?|accepted))?(?:; |$)", "", told.removeprefix(error))
    return action.with_fields(status="" if status == "blocked" else status, outcome=told.strip())


def _give_backed(pieces: list[Piece]) -> None:
    """Let evidence name the action which it backs, by the tail that the page gave it."""
    backs = {piece.tail: place for place, piece in enumerate(pieces) if piece.kind == "action" and piece.tail}
    for place, piece in enumerate(pieces):
        if piece.kind == "evidence" and piece.tail in backs:
            pieces[place] = piece._replace(about=backs[piece.tail])
