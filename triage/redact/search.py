"""Where the secrets of a text are: the rules that can apply are chosen by their hints, and run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from sys import byteorder
from typing import TYPE_CHECKING, NamedTuple

from triage.redact.judges import JUDGES, NOT_IN_PROSE, SHORTEST, has_marks
from triage.redact.rules import KEY_END, PLACES, SHORTEST_TOKEN, Rule, provider_rules, unglued

if TYPE_CHECKING:
    import re

    from triage.redact.known import Known

MARKER = "[REDACTED:"


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
    hinted = _hinted(text, small, rules, off)
    found = (hit for rule in hinted for hit in _matches(rule, text, small) if hit.spared)
    return tuple(sorted(found, key=lambda hit: (hit.start, hit.end, hit.rule)))


def _search(text: str, known: "Known | None", rules: Sequence[Rule], off: frozenset[str]) -> tuple[Hit, ...]:
    found = list(_known(text, known))
    small = _small(text)
    is_prose = _is_prose(text)
    for rule in _hinted(text, small, rules, off):
        if not (is_prose and rule.name in NOT_IN_PROSE):
            found += (hit for hit in _matches(rule, text, small) if not hit.spared)
    if "private key" in small and "private-key" not in off:
        found += _headless_keys(text)
    if "kind" in small and "secret" in small and "data" in small and "kubernetes-secret" not in off:
        found += _kubernetes_data(text)
    if not found:
        return ()
    found += list(_again(text, found))
    return _apart(hit if hit.rule == "known" else _to_its_end(hit, text) for hit in found)


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
    everywhere = _each if len(rules) <= FEW else _at_once
    return (Hit(rules[value], start, start + len(value)) for start, value in everywhere(text, rules))


FEW = 200
"""Values up to which it is quicker to look for one after the other."""


def _each(text: str, values: Iterable[str]) -> Iterator[tuple[int, str]]:
    for value in values:
        start = text.find(value)
        while start >= 0:
            yield start, value
            start = text.find(value, start + len(value))


def _at_once(text: str, values: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The same in one pass: a place begins with the value before it in order, or with a beginning of it."""
    from bisect import bisect_right

    ordered = sorted(values)
    shorter = _beginnings(ordered)
    begins = {value[:SHORTEST] for value in ordered}
    longest = max(map(len, ordered))
    for start in range(len(text)):
        if text[start : start + SHORTEST] in begins:
            value = ordered[bisect_right(ordered, text[start : start + longest]) - 1]
            while value and not text.startswith(value, start):
                value = shorter[value]
            if value:
                yield start, value


def _beginnings(ordered: Iterable[str]) -> dict[str, str]:
    """For each value the longest other one that it begins with, or ''."""
    shorter: dict[str, str] = {}
    last = ""
    for value in ordered:
        while not value.startswith(last):
            last = shorter[last]
        shorter[value] = last
        last = value
    return shorter


def _headless_keys(text: str) -> Iterator[Hit]:
    """Lines of Base64 before the end of a private key."""
    import re

    for end in re.finditer(KEY_END, text):
        start = end.start()
        while start > 0:
            least = max(0, start - LONGEST_LINE)
            before = text.rfind("\n", least, start - 1) + 1 or least
            line = text[before:start].strip()
            if not line or line.strip(_BASE64):
                break
            start = before
        if end.start() - start >= 16 and MARKER not in text[start : end.start()]:
            yield Hit("private-key", start, end.start())


def _kubernetes_data(text: str) -> Iterator[Hit]:
    """The values under ``data`` of a Kubernetes Secret, in YAML or in JSON."""
    import re

    for begin, document in _documents(text):
        if not re.search(_KIND, document):
            continue
        for block in re.finditer(_DATA, document):
            form = "block" if block["block"] else "json"
            for found in re.finditer(_DATUM, block[form]):
                group = "secret" if found["secret"] else "value"
                if MARKER not in found[0]:
                    start = begin + block.start(form)
                    yield Hit("kubernetes-secret", start + found.start(group), start + found.end(group))


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a stream of YAML, each with the place where it begins."""
    import re

    start = 0
    for mark in re.finditer(r"(?m)^---[ \t\r]{0,9}$", text):
        yield start, text[start : mark.start()]
        start = mark.end()
    yield start, text[start:]


_KIND = r"(?i)\bkind\\{0,3}[\"']?\s{0,9}:\s{0,9}\\{0,3}[\"']?secret\b"
_DATA = (
    r"(?m)^(?P<indent>[ \t]*+)(?:- )?(?:data|stringData):[ \t\r]*+\n"
    r"(?P<block>(?:(?P=indent)[ \t]++\S.*\n?)++)"
    r"|\\{0,3}\"(?:data|stringData)\\{0,3}\"\s{0,9}:\s{0,9}\{(?P<json>[^{}]{0,65536})\}"
)
_DATUM = (
    r"(?m)^(?P<lead>[ \t]++)(?P<secret>[\w.-]+:[ \t]*"
    r"(?:[|>][+-]?[ \t\r]*\n(?:(?P=lead)[ \t]++\S.*\n?)++|[^\s|>][^\r\n]{3,}))"
    r"|\\{0,3}\"[\w.-]+\\{0,3}\"\s{0,9}:\s{0,9}\\{0,3}\"(?P<value>[^\"\\]{4,}+(?:\\[^\"][^\"\\]*+)*+)"
)

LONGEST_LINE = 100
"""Characters of a line of Base64: keys are written in lines of 64 or 76."""

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


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


def _hinted(text: str, small: str, more: Sequence[Rule], off: frozenset[str]) -> list[Rule]:
    """The rules of which a hint is in the text, without those that are off; ``more`` are not built in.

    A long text is taken apart, since logs say much again: its words are looked at once each, with one sign
    for every hexadecimal digit, so that numbers and ids are the same word.
    """
    if len(text) < LONG:
        longest = max(map(len, text.split()), default=0)
        maybe = _maybe(small, with_providers=longest >= SHORTEST_TOKEN)
        on = (rule for rule in (*maybe, *more) if rule.name not in off and longest >= rule.least)
        return [rule for rule in on if _has(rule.hints, small) and _has(rule.also, small)]
    words = _shortened(
        b"\n".join({*_blurred(small).split(), *(_blurred(pair) for pair in PAIRS if pair in small)})
    )
    fours = _fours(words)
    has = _hints_of(words, fours, small)
    rules = (*_beginning(fours), *more)
    return [r for r in rules if r.name not in off and has(r.hints) and _has(r.also, small)]


def _beginning(fours: set[int]) -> list[Rule]:
    """The built-in rules, in order, but for those that have hints of which no first four letters come up."""
    rules, always, known = _four_table()
    found = set(always).union(*(known[four] for four in fours & known.keys()))
    return [rules[place] for place in sorted(found)]


@cache
def _four_table() -> tuple[tuple[Rule, ...], frozenset[int], dict[int, set[int]]]:
    """The built-in rules; the places of those without hints or with a shorter one; others by four letters."""
    rules = (*PLACES, *provider_rules())
    always: set[int] = set()
    known: dict[int, set[int]] = {}
    for place, rule in enumerate(rules):
        for four in [_begins(hint)[0] for hint in rule.hints] or [None]:
            (always if four is None else known.setdefault(four, set())).add(place)
    return rules, frozenset(always), known


def _maybe(small: str, *, with_providers: bool) -> list[Rule]:
    """The built-in rules, in order, but for those that have hints of which not even a beginning comes up."""
    table = _hint_table(with_providers)
    found = set(table.always)
    for three in table.threes.keys() & zip(small, small[1:], small[2:], strict=False):
        found |= table.threes[three]
    for two, rules in table.twos.items():
        if two in small:
            found |= rules
    return [table.rules[place] for place in sorted(found)]


class _HintTable(NamedTuple):
    """The built-in rules, and the places of those with a hint of two letters, or that begins with three.

    ``always`` are the places of rules without hints, or with one of a single letter.
    """

    rules: tuple[Rule, ...]
    always: frozenset[int]
    twos: dict[str, set[int]]
    threes: dict[tuple[str, ...], set[int]]


@cache
def _hint_table(with_providers: bool) -> _HintTable:  # noqa: FBT001  an argument of a cached function
    rules = (*PLACES, *provider_rules()) if with_providers else (*PLACES,)
    always = {place for place, rule in enumerate(rules) if not rule.hints or min(map(len, rule.hints)) < 2}
    table = _HintTable(rules, frozenset(always), {}, {})
    for place, rule in enumerate(rules):
        for hint in rule.hints:
            if len(hint) == 2:
                table.twos.setdefault(hint, set()).add(place)
            else:
                table.threes.setdefault((*hint[:3],), set()).add(place)
    return table


def _has(literals: Sequence[str], small: str) -> bool:
    return not literals or any(literal in small for literal in literals)


def _fours(words: bytes) -> set[int]:
    """Every four letters that come up, each as an integer."""
    fours: set[int] = set()
    for start in range(GRAM):
        fours.update(memoryview(words)[start : start + (len(words) - start) // GRAM * GRAM].cast("I"))
    return fours


def _hints_of(words: bytes, fours: set[int], small: str) -> Callable[[Sequence[str]], bool]:
    """What tells whether one of some hints is in a text; ``words`` are its words, blurred.

    Whether four letters of a hint come up at all is looked up; only if they do, the words are read for it.
    """

    def has(hint: str) -> bool:
        four, word = _begins(hint)
        return (four is None or four in fours) and word in words and hint in small

    return lambda hints: not hints or any(map(has, hints))


@lru_cache(maxsize=4096)
def _begins(hint: str) -> tuple[int | None, bytes]:
    """The first four letters of a hint, if it has as many, and all of it, blurred."""
    word = _blurred(hint)
    return (int.from_bytes(word[:GRAM], byteorder) if len(word) >= GRAM else None), word


GRAM = 4
"""Letters of a hint that are looked up: as many as an integer of the machine has bytes."""


def _shortened(words: bytes) -> bytes:
    """The words with long runs of digits made short: in a run of one letter a search is slow."""
    import re

    return re.sub(b"0{9,}", b"0" * 8, words)


def _blurred(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(_HEXADECIMAL)


_HEXADECIMAL = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
LONG = 16 * 1024
"""Characters from which on it pays to take a text apart."""
PAIRS = tuple(hint for rule in PLACES for hint in rule.hints if " " in hint)
"""The hints that are no single word."""


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
