"""What a configuration says about secrets: whose values are secret, rules to add, and what to let through.

A folder's file may add what is a secret: that makes redaction stricter. Letting something through, and hiding
what is none, counts from the user's own file alone, or from one that was trusted.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from triage.errors import InvalidValue, near
from triage.redact.judges import names_secret

ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
HELP = "see docs/redaction.md"
FINGERPRINT = 8
"""Characters of a fingerprint, the two of its key included."""
PROBES = (
    "The quick brown fox jumps over the lazy dog", "deploy", "rollback", "staging", "failed", "done", "error",
    "claude-code", "first-deploy", "Deploy checkout 4.2 to production", "Who: operations; when? (now)",
    "04:10", "2026-05-05T04:10:00Z", "/usr/local/bin/app", "src/app/main.py:42", "v1.14.2",
    "web-1.example.org", "https://example.org/docs/restart", "7", "1140", "99.95 %", "#1140",
    "kubectl get pods -n staging", '{"status": "ok", "count": 3}', "Größe 東京 Привет",
    "ERROR: relation carts does not exist",
    "Its table was missing.\nA migration made it, and the second was healthy\tafter a while.\n\nTell all.\n",
)  # fmt: skip
"""Texts that are no secret, such as records are full of: a rule that finds something there hides too much.

Words with every letter, a title, an actor and a slug, a clock time and an instant, paths, a version, a
hostname and an address, numbers, a command, JSON, other scripts, an error, and several lines. None has the
form of a token, of an address of mail or of a network, or of a digest: rules for these are sensible. A rule
that is made to pass by these very texts does pass: the look is for what hides without much thought.
"""
ORDINARY = frozenset((
    "AI_AGENT", "APPDATA", "COLORTERM", "COMPUTERNAME", "DISPLAY", "EDITOR", "EMAIL", "ENV",
    "ENVIRONMENT", "GOPATH", "HOME", "HOMEPATH", "HOST", "HOSTNAME", "HOSTTYPE", "INIT_CWD", "JAVA_HOME",
    "KUBECONFIG", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "LS_COLORS", "MAIL", "MANPATH",
    "NAME", "NODE_ENV", "NODE_PATH", "OLDPWD", "OSTYPE", "PAGER", "PATH", "PS1", "PWD", "PYTHONPATH",
    "SHELL", "SHLVL", "SUDO_USER", "TEMP", "TERM", "TERM_PROGRAM", "TMP", "TMPDIR", "TZ", "USER",
    "USERNAME", "USERPROFILE", "VIRTUAL_ENV", "VISUAL", "_",
))  # fmt: skip
"""Variables whose values stand in any record: folders, names, the system."""
ORDINARY_BEGINS = ("CI_", "GIT_", "GITHUB_", "KUBERNETES_", "LC_", "TRIAGE_", "XDG_")
"""The same by their beginning, unless a name says secret: GITHUB_TOKEN."""


def hidden(found: Mapping[str, Any]) -> Iterator[str]:
    """What is no secret and a configuration would hide for good, in words; it was checked before."""
    import re

    for rule in found.get("redact", {}).get("rules", ()):
        probe = next((text for text in PROBES if re.search(rule["pattern"], text)), None)
        if probe is not None:
            yield f"hide ordinary text such as {probe!r:.60} by the rule {rule['name']!r}"
    for name in found.get("secret_env", ()):
        if name in ORDINARY or (name.startswith(ORDINARY_BEGINS) and not names_secret(name)):
            yield f"hide the value of {name!r}, an ordinary variable, by secret_env"


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
