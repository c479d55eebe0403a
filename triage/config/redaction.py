"""What a configuration says about secrets: whose values are secret, rules to add, and what to let through.

A folder's file may add: that makes redaction stricter. Letting something through counts from the user's own
file alone, or from one that was trusted.
"""

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

    from triage.config.patterns import is_catastrophic

    if not isinstance(pattern, str):
        raise InvalidValue(f"{path}: the pattern of the rule {name!r} must be a text", hint=HELP)
    try:
        compiled = re.compile(pattern)
        catastrophic = is_catastrophic(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidValue(f"{path}: the rule {name!r} is no regular expression: {error}") from error
    if compiled.match("") is not None:
        raise InvalidValue(f"{path}: the rule {name!r} matches an empty text", hint=HELP)
    if catastrophic:
        raise InvalidValue(
            f"{path}: the rule {name!r} repeats what repeats in many ways, and may never come to an end",
            hint="give what is repeated a fixed length, or begin it with a sign of its own",
        )


def _check_allow(path: str, item: object) -> None:
    names = set(item) if isinstance(item, dict) else set()
    if not isinstance(item, dict) or names not in ({"rule", "reason"}, {"fingerprint", "reason"}):
        raise InvalidValue(
            f"{path}: an allow of redact has a rule or a fingerprint, and a reason, not {item!r:.80}",
            hint='[[redact.allow]] with fingerprint = "7k3f9a1c" and reason = "the example of the manual"',
        )
    if not all(isinstance(value, str) and value.strip() for value in item.values()):
        raise InvalidValue(f"{path}: what is allowed, and its reason, are texts, not {item!r:.80}")
    if item.get("rule") == "known":
        hint = "allow the one value, by its fingerprint"
        raise InvalidValue(f"{path}: known values are no rule that can be switched off", hint=hint)
    fingerprint = item.get("fingerprint")
    if fingerprint is not None and (len(fingerprint) != FINGERPRINT or not set(fingerprint) <= ALPHABET):
        hint = "it is the end of a marker, such as 7k3f9a1c"
        raise InvalidValue(f"{path}: no fingerprint: {fingerprint!r:.40}", hint=hint)
