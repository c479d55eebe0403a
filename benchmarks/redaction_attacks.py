"""How long the whole redactor takes on 64 KB made to make it slow: more than ten attacks for each rule.

The attacks are built from each rule itself: its hints, and samples of what its anchor and its pattern match,
cut short, run together, varied and interleaved. Prints the slowest rules. The bar is 1 s for any attack.
"""

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from re import _parser  # type: ignore[attr-defined]  # the one that knows what a pattern says

from triage.redact import Redactor
from triage.redact.rules import PLACES, Rule, provider_rules

SIZE = 64 * 1024
BAR = 1.0
REDACTOR = Redactor(b"k" * 32)
WORKERS = 2
SHOWN = 12


def main() -> None:
    """Measure, and print the slowest."""
    rules = [rule.name for rule in RULES if not sys.argv[1:] or rule.name in sys.argv[1:]]
    names = [*rules, ""] if not sys.argv[1:] else rules
    with ProcessPoolExecutor(WORKERS) as pool:
        took = sorted((one for some in pool.map(measured, names, chunksize=4) for one in some), reverse=True)
    worst: dict[str, tuple[float, str, str]] = {}
    for one in took:
        worst.setdefault(one[1], one)
    for seconds, rule, attack in list(worst.values())[:SHOWN]:
        print(f"{rule}: {seconds:.2f} s by {attack}")
    over = sum(seconds > BAR for seconds, _, _ in took)
    print(f"{len(took):,} attacks on {len(worst)} rules, slowest {took[0][0]:.2f} s, {over} over {BAR:g} s")


def measured(name: str) -> list[tuple[float, str, str]]:
    """The seconds of each attack on a rule; on what is no rule's own without a name."""
    attacks = attacks_on(next(rule for rule in RULES if rule.name == name)) if name else attacks_on_all()
    took = []
    for attack, text in attacks:
        start = time.perf_counter()
        REDACTOR.text(text)
        took.append((time.perf_counter() - start, name or "no rule", attack))
    return took


RULES = (*PLACES, *provider_rules())


def attacks_on(rule: Rule, size: int = SIZE) -> Iterator[tuple[str, str]]:
    """Texts that are near to what a rule looks for, each with its name."""
    dice = random.Random(rule.name)  # noqa: S311  # repeatable on purpose
    hint = rule.hints[0]

    def sample(*, most: int = 0) -> str:
        return _sample(rule.anchor, dice, 0) + _sample(rule.pattern, dice, most)

    def filled(make: Callable[[], str]) -> str:
        pieces, length = [], 0
        while length < size:
            pieces.append(make() or "a")
            length += len(pieces[-1])
        return "".join(pieces)[:size]

    one = sample()
    long = sample(most=400)
    yield "its hints", filled(lambda: dice.choice(rule.hints))
    yield "its hints as words", filled(lambda: f"{dice.choice(rule.hints)} ")
    yield "a sample without a break", filled(lambda: one)
    yield "equal samples", filled(lambda: f"{one}\n")
    yield "different samples", filled(lambda: f"{sample()}\n")
    yield "different samples without a break", filled(sample)
    yield "long samples", filled(lambda: f"{sample(most=400)} ")
    yield "near misses", filled(lambda: f"{sample()[:-1]}!\n")
    yield "beginnings", filled(lambda: one[: len(one) * 2 // 3])
    yield "long near misses", filled(lambda: f"{long[: dice.randrange(1, len(long) + 1)]}\x01")
    yield (
        "a run of its alphabet",
        filled(lambda: long if long == "" else long[-1])
        if not one
        else one + filled(lambda: dice.choice(long)),
    )
    yield "one letter of its alphabet", one + long[-1] * size
    yield "hints with signs", filled(lambda: f'{hint}="')
    yield "hints and space", filled(lambda: hint + " " * dice.randrange(200))
    yield "one hint and space", hint + " " * size
    yield "hints, quotes and backslashes", filled(lambda: f"{hint}\\\"': ")
    yield "samples with escapes between", filled(lambda: "\x1b[0m".join(sample()) + "\n")
    yield "samples in UTF-16", filled(lambda: "\0".join(sample()) + "\0\n\0")


def attacks_on_all(size: int = SIZE) -> Iterator[tuple[str, str]]:
    """Texts that are made against the search itself."""
    dice = random.Random(0)  # noqa: S311  # repeatable on purpose
    base = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2"
    end = "-----END PRIVATE KEY-----"
    for piece in (
        *("-----BEGIN PRIVATE KEY-----", f"{end}\n", f"{base}\n", f"{base}\n{end}\n", f"{end}{base}"),
        *("\x1b", "\x1b[", "\x1b]", "\0", "a\0", "\0\0a", "a\b", "\b", "\u200b", "a\u200b", "é", "\ud800"),
        *(
            " ",
            "\n",
            "\t",
            "-",
            "\\",
            '"',
            "'",
            "=",
            ":",
            "{",
            "<",
            "<a",
            "[REDACTED:",
            "---\n",
            "0",
            "f",
            "a",
        ),
        *(
            "kind: Secret\n---\n",
            'kind: Secret\n"data":{',
            "kind: Secret\ndata:\n",
            "kind: Secret\n data:\n  a: |\n",
        ),
        *(
            "kind: Secret\ndata:\n  password: aaaaaaaa\n",
            "kind: Secret data: ",
            "secret: |\n",
            "token is is is ",
        ),
    ):
        yield f"{piece!r} again and again", (piece * (size // len(piece) + 1))[:size]
    yield "a block of data", "kind: Secret\ndata:\n" + "  a: b1234567\n" * (size // 14)
    yield "a line of data", "kind: Secret\ndata:\n  a: b" + " " * size
    yield "a deep block of data", "kind: Secret\n" + "".join(f"{' ' * n}data:\n" for n in range(350))
    yield "lines of a key, then ends", f"{base}\n" * (size // 128) + f"{end}\n" * (size // 56)
    yield "one line, then ends", "A" * (size // 2) + f"{end}\n" * (size // 56)
    yield "different passwords", "".join(f"pw={dice.randrange(10**8):08x}A\n" for _ in range(size // 13))
    yield "alike passwords", "".join(f"pw=aaaa{dice.randrange(2**12):012b}A\n" for _ in range(size // 21))
    yield "passwords of all lengths", "".join(f"pw={'a' * n}A1\n" for n in range(8, 350))
    yield "equal passwords", "pw=Hunter22x\n" * (size // 13)
    yield "passwords between escapes", "".join(f"\x1b[1mpw\x1b[0m={n:08x}A\n" for n in range(size // 21))


def _sample(pattern: str, dice: random.Random, most: int) -> str:
    """A text that a pattern matches, but for what it says about its surroundings."""
    return "".join(_parts(_parser.parse(pattern), dice, most)) if pattern else ""


def _parts(parsed: object, dice: random.Random, most: int) -> Iterator[str]:
    for operation, argument in parsed:  # type: ignore[attr-defined]
        name = str(operation)
        if name == "LITERAL":
            yield chr(argument)
        elif name in ("NOT_LITERAL", "ANY"):
            yield "x"
        elif name == "IN":
            yield dice.choice(_letters(tuple(argument)))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, highest, inner = argument
            for _ in range(min(highest, max(least, most))):
                yield from _parts(inner, dice, 0)
        elif name == "SUBPATTERN":
            yield from _parts(argument[3], dice, most)
        elif name == "ATOMIC_GROUP":
            yield from _parts(argument, dice, most)
        elif name == "BRANCH":
            yield from _parts(dice.choice(argument[1]), dice, most)


@cache
def _letters(choices: tuple[tuple[object, object], ...]) -> str:
    """The letters of a class of characters; of one that says what it is not, those that are left."""
    said = re.compile(f"[{''.join(map(_said, choices))}]")
    return "".join(letter for letter in map(chr, range(9, 127)) if said.match(letter)) or "x"


def _said(choice: tuple[object, object]) -> str:
    operation, argument = str(choice[0]), choice[1]
    if operation == "NEGATE":
        return "^"
    if operation == "RANGE":
        return f"\\x{argument[0]:02x}-\\x{argument[1]:02x}"  # type: ignore[index]
    if operation == "CATEGORY":
        return {"CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_DIGIT": r"\d"}.get(
            str(argument), r"\w"
        )
    return re.escape(chr(argument)) if argument < 256 else ""  # type: ignore[arg-type,operator]


if __name__ == "__main__":
    main()
