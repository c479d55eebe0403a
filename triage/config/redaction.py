"""What a configuration says about secrets: whose values are secret, rules to add, and what to let through.

A folder's file may add: that makes redaction stricter. Letting something through counts from the user's own
file alone.
"""

from collections.abc import Iterator
from typing import Any

from triage.errors import InvalidValue
from triage.events import near

ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
HELP = "see docs/redaction.md"
FINGERPRINT = 8
"""Characters of a fingerprint, the two of its key included."""


def check(path: str, key: str, value: object) -> None:
    """Raise `InvalidValue` where ``secret_env`` or ``redact`` of a file is not of its form."""
    if key == "redact":
        _check_redact(path, value)
    elif not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise InvalidValue(f"{path}: secret_env must be a list of names", hint='secret_env = ["DB_LOGIN"]')


def _check_redact(path: str, value: object) -> None:
    names = ("rules", "allow")
    if not isinstance(value, dict) or not all(isinstance(value.get(name, []), list) for name in names):
        raise InvalidValue(f"{path}: redact holds [[redact.rules]] and [[redact.allow]]", hint=HELP)
    for name in value:
        if name not in ("rules", "allow"):
            raise InvalidValue(f"{path}: redact has no {name!r}", hint=near(name, ("rules", "allow")))
    for item in value.get("rules", ()):
        _check_rule(path, item)
    for item in value.get("allow", ()):
        _check_allow(path, item)


def _check_rule(path: str, item: object) -> None:
    if not isinstance(item, dict) or not {"name", "pattern"} <= item.keys() <= {"name", "pattern", "hints"}:
        what = f"{path}: a rule of redact has a name, a pattern and perhaps hints, not {item!r:.80}"
        raise InvalidValue(what, hint=HELP)
    name, pattern, hints = item["name"], item["pattern"], item.get("hints", [])
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or len(name) > 40:
        raise InvalidValue(f"{path}: the name of a rule is letters, digits and hyphens, not {name!r:.60}")
    if not isinstance(hints, list) or not all(isinstance(hint, str) and hint for hint in hints):
        raise InvalidValue(f"{path}: the hints of the rule {name!r} must be a list of texts")
    _check_pattern(path, name, pattern)


def _check_pattern(path: str, name: str, pattern: object) -> None:
    import re

    try:
        compiled = re.compile(str(pattern))
    except re.error as error:
        raise InvalidValue(f"{path}: the rule {name!r} is no regular expression: {error}") from error
    if compiled.match("") is not None:
        raise InvalidValue(f"{path}: the rule {name!r} matches an empty text", hint=HELP)
    if _is_catastrophic(str(pattern)):
        raise InvalidValue(
            f"{path}: the rule {name!r} repeats what repeats without end, and may never come to one",
            hint="bound the repeats: {1,200} in place of + and *",
        )


def _is_catastrophic(pattern: str) -> bool:
    """Whether an unbounded repeat stands in another: the form in which backtracking explodes."""
    import re._parser as parser  # type: ignore[import-not-found]  # no other view of a pattern's structure

    def nests(items: Any, *, inside: bool) -> bool:
        for name, value in items:
            unbounded = str(name) in ("MAX_REPEAT", "MIN_REPEAT") and value[1] == parser.MAXREPEAT
            if unbounded and inside:
                return True
            parts = [part for part in _flat(value) if isinstance(part, parser.SubPattern)]
            if any(nests(part, inside=inside or unbounded) for part in parts):
                return True
        return False

    return nests(parser.parse(pattern), inside=False)


def _flat(value: Any) -> Iterator[Any]:
    """What a part of a parsed pattern holds, through lists and tuples."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _check_allow(path: str, item: object) -> None:
    names = set(item) if isinstance(item, dict) else set()
    if not isinstance(item, dict) or names not in ({"rule", "reason"}, {"fingerprint", "reason"}):
        raise InvalidValue(
            f"{path}: an allow of redact has a rule or a fingerprint, and a reason, not {item!r:.80}",
            hint='[[redact.allow]] with fingerprint = "7k3f9a1c" and reason = "the example of the manual"',
        )
    if not all(isinstance(value, str) and value.strip() for value in item.values()):
        raise InvalidValue(f"{path}: what is allowed, and its reason, are texts, not {item!r:.80}")
    fingerprint = item.get("fingerprint")
    if fingerprint is not None and (len(fingerprint) != FINGERPRINT or not set(fingerprint) <= ALPHABET):
        hint = "it is the end of a marker, such as 7k3f9a1c"
        raise InvalidValue(f"{path}: no fingerprint: {fingerprint!r:.40}", hint=hint)
