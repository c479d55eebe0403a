"""Where the secrets of a text are: what its rules match, and what is known, enclosed, or there once more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from triage.redact.hints import LONG, hinted
from triage.redact.judges import JUDGES, NOT_IN_PROSE, SHORTEST, has_marks
from triage.redact.rules import MARKER, Rule, unglued

if TYPE_CHECKING:
    import re

    from triage.redact.known import Known


class Hit(NamedTuple):
    """One secret: the rule that found it, and where it stood in the text.

    ``spared`` says why the value was left alone although the rule matched: then it is no secret.
    """

    rule: str
    start: int
    end: int
    spared: str = ""


def search(
    text: str, known: "Known | None" = None, *, rules: Sequence[Rule] = (), off: frozenset[str] = frozenset()
) -> tuple[Hit, ...]:
    """The secrets of a text, in order; none overlaps another. ``known`` are values that are secret anyhow.

    ``rules`` are rules beside the built-in ones, ``off`` names rules that do not apply.
    What a terminal obeys is looked through: a secret may be coloured in the middle.
    """
    return _through(text, lambda plain: _search(plain, known, rules, off))


def spared(text: str, *, rules: Sequence[Rule] = (), off: frozenset[str] = frozenset()) -> tuple[Hit, ...]:
    """What a rule matched and left alone, in order; each says why."""
    return _through(text, lambda plain: _spared(plain, rules, off))


def _through(text: str, find: Callable[[str], tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """What is found in the text as a reader sees it, where it stands in the text itself."""
    if not _is_noisy(text):
        return find(text)
    import re

    found = find(re.sub(_NOISE, "", text))
    if not found:
        return found
    places = _places(text)
    return tuple(hit._replace(start=places(hit.start), end=places(hit.end - 1) + 1) for hit in found)


def _is_noisy(text: str) -> bool:
    if "\x1b" in text or "\b" in text or ("\0" in text and _pattern(r"\0[^\0]\0").search(text)):
        return True
    return not text.isascii() and any(mark in text for mark in _UNSEEN)


def _spared(text: str, rules: Sequence[Rule], off: frozenset[str]) -> tuple[Hit, ...]:
    small = _small(text)
    can_apply = hinted(text, small, rules, off)
    found = (hit for rule in can_apply for hit in _matches(rule, text, small) if hit.spared)
    return tuple(sorted(found, key=lambda hit: (hit.start, hit.end, hit.rule)))


def _search(text: str, known: "Known | None", rules: Sequence[Rule], off: frozenset[str]) -> tuple[Hit, ...]:
    found = list(_known(text, known))
    small = _small(text)
    worth = hinted(text, small, rules, off)
    is_prose = bool(worth) and _is_prose(text)
    for rule in worth:
        if not (is_prose and rule.name in NOT_IN_PROSE):
            found += (hit for hit in _matches(rule, text, small) if not hit.spared)
    found += _enclosed(text, small, off)
    if not found:
        return ()
    found += list(_again(text, found))
    return _apart(hit if hit.rule == "known" else _to_its_end(hit, text) for hit in found)


def _enclosed(text: str, small: str, off: frozenset[str]) -> Iterator[Hit]:
    """What no pattern of one rule tells; the module that does is loaded where its words are in the text."""
    if "private key" in small and "private-key" not in off:
        from triage.redact.enclosed import headless_keys

        yield from (Hit("private-key", *span) for span in headless_keys(text))
    if "kind" in small and "secret" in small and "data" in small and "kubernetes-secret" not in off:
        from triage.redact.enclosed import kubernetes_data

        yield from (Hit("kubernetes-secret", *span) for span in kubernetes_data(text))


def _is_prose(text: str) -> bool:
    """Whether a short text has nothing that a judge could take for a secret: no pattern need be made."""
    if len(text) >= LONG or '"' in text or "'" in text:
        return False
    return not any(len(word) >= SHORTEST and has_marks(word) for word in text.split())


def _known(text: str, known: "Known | None") -> Iterator[Hit]:
    spans = known.spans(text) if known is not None else ()
    return (Hit("known", start, end) for start, end in spans if not _in_marker(text, start))


def _places(text: str) -> Callable[[int], int]:
    """Where a place in the text without noise was in the whole."""
    import re
    from bisect import bisect_right

    starts, offsets, removed = [0], [0], 0
    for noise in re.finditer(_NOISE, text):
        removed += noise.end() - noise.start()
        starts.append(noise.end() - removed)
        offsets.append(removed)
    return lambda at: at + offsets[bisect_right(starts, at) - 1]


_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Characters of no width: where a word may be broken, or must not be."""
_NOISE = (
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])"
    r"|\0(?:(?=[^\0]\0)|(?<=\0[^\0]\0))"
    rf"|[^\n\x08]\x08|[{_UNSEEN}]"
)
"""Control sequences of ECMA-48 and the operating system commands of xterm, the zero bytes of UTF-16 (not the
ones that end a field, such as a variable's in /proc), what was struck over, and what has no width."""


def _again(text: str, found: list[Hit]) -> Iterator[Hit]:
    """Where a secret that was known by its place stands once more, in another place."""
    rules = {
        text[hit.start : hit.end]: hit.rule
        for hit in found
        if hit.rule in JUDGES and hit.end - hit.start >= SHORTEST
    }
    if not rules:
        return
    from triage.redact.repeats import places

    yield from (Hit(rules[value], start, start + len(value)) for start, value in places(text, rules))


_compiled: "dict[str, re.Pattern[str]]" = {}


def _pattern(source: str) -> "re.Pattern[str]":
    """A pattern that is compiled at its first use, since most commands need none."""
    if source not in _compiled:
        import re

        _compiled[source] = re.compile(source)
    return _compiled[source]


def _matches(rule: Rule, text: str, small: str) -> Iterator[Hit]:
    """The matches of one rule, also those that it leaves alone."""
    pattern = _pattern(unglued(rule.pattern) if rule.apart else rule.pattern)
    groups: list[str | int] = [name for name in pattern.groupindex if name.startswith("secret")]
    judge = JUDGES.get(rule.name)
    found = _anchored(rule, pattern, text, small) if rule.anchor else pattern.finditer(text)
    for match in found:
        group = next((name for name in groups if match[name] is not None), 0)
        if MARKER not in match[0]:
            yield Hit(rule.name, *match.span(group), judge(match[group]) if judge else "")


def _anchored(rule: Rule, pattern: "re.Pattern[str]", text: str, small: str) -> Iterator["re.Match[str]"]:
    end, heads = 0, _pattern(rule.anchor)
    for first, last in _stretches(rule.hints, small):
        for anchor in heads.finditer(small, first, last):
            if anchor.start() >= end and not _in_marker(text, anchor.start()):
                match = pattern.match(text, anchor.end() - rule.back)
                if match is not None:
                    end = match.end()
                    yield match


def _stretches(hints: Sequence[str], small: str) -> list[tuple[int, int]]:
    """Where an anchor may be: around the hints of a long text that has few of them, else anywhere."""
    whole = [(0, len(small))]
    if len(small) < LONG or not hints or sum(map(small.count, hints)) * 4 * AROUND > len(small):
        return whole
    found: list[tuple[int, int]] = []
    for place in sorted(place for hint in hints for place in _everywhere(hint, small)):
        first, last = max(0, place - AROUND), place + AROUND
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


AROUND = 512
"""Characters before and after a hint between which an anchor lies: several times the longest."""


def _everywhere(literal: str, text: str) -> Iterator[int]:
    place = text.find(literal)
    while place >= 0:
        yield place
        place = text.find(literal, place + 1)


def _in_marker(text: str, place: int) -> bool:
    begin = text.rfind(MARKER, max(0, place - LONGEST_MARKER), place + len(MARKER))
    return begin >= 0 and "]" not in text[begin:place]


LONGEST_MARKER = 60
"""Characters of a marker, its kind included."""


def _small(text: str) -> str:
    """The text in small letters, as long as it was: one letter, of Turkish, is two in small."""
    small = text.lower()
    return small if len(small) == len(text) else text.translate(_SMALL)


_SMALL = {code: code + 32 for code in range(65, 91)}


def _to_its_end(hit: Hit, text: str) -> Hit:
    """The hit with the rest of its word: nothing that is glued to a secret can be told from it."""
    last, after = text[hit.end - 1], text[hit.end : hit.end + 1]
    if _is_plain(last) and (_is_plain(after) or after in ("_", "-")):
        rest = _pattern(r"[A-Za-z0-9+/_=-]*").match(text, hit.end)
        return hit._replace(end=rest.end()) if rest else hit
    return hit


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _apart(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits in order; those that overlap are one, named after the one that begins first."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end > kept[-1].end:
            kept[-1] = kept[-1]._replace(end=hit.end)
    return tuple(kept)
