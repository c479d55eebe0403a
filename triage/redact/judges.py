"""Whether a value in a secret's place is a secret: no placeholder, path, name, digest or address of one."""

from collections.abc import Callable, Mapping

from triage.redact.rules import NOT_VALUES, SECRET_NAMES

SHORTEST = 8
"""Characters that a secret known by its place must have at least; a shorter one would match by accident."""


def names_secret(label: str) -> bool:
    """Whether a name says that its value is a secret."""
    name = label.casefold().replace("-", "_").replace(" ", "_")
    return any(part in name for part in SECRET_NAMES) and not name.endswith(NOT_VALUES)


def _spares_value(value: str) -> str:
    """Why a value in a secret's place is left alone: it is a placeholder, a path, a name, an address."""
    if len(value) < SHORTEST:
        return "too short"
    if "://" in value:
        return "an address"
    if " " in value and not any(c.isdigit() for c in value):
        return "words"
    if value.isdigit():
        return "" if len(value) >= NUMBER else "a number"
    if not has_marks(value):
        return "a word"
    return spares_origin(value) or ("" if classes(value) >= 2 and not _is_name(value) else "a name")


def has_marks(value: str) -> bool:
    """Whether a value has what a secret has and a word has not: a digit, or a capital letter."""
    return any(c.isdigit() or c.isupper() for c in value)


NUMBER = 15
"""Digits that a number must have to be a secret: times have up to 14, or 13 in milliseconds."""


def spares_origin(value: str) -> str:
    """Why a value is left alone that tells where one comes from: a variable, a path, a placeholder."""
    if value.startswith(("./", "/", "~/", "@/", "@./")):
        return "a path"
    if value.startswith(("{{", "$(", "`")) or "${" in value:
        return "where a value comes from"
    if value.startswith(ELSEWHERE):
        return "where a value comes from"
    if value.casefold().startswith(("sha1:", "sha256:", "sha512:", "md5:")) or _is_pod(value):
        return "a digest" if ":" in value else "a pod"
    if value[0] == "<" or value.strip("*xX.-_") == "":
        return "a placeholder"
    name = value.strip("$%").rstrip(";")
    is_variable = value[0] in "$%" and name.replace("_", "").isalnum() and (name.isupper() or name.islower())
    return "a variable" if is_variable and not any(c.isdigit() for c in name.rstrip("0123456789")) else ""


ELSEWHERE = ("arn:", "op://", "vault:", "ssm:", "awskms:", "gcpkms:", "projects/", "ssh-rsa ", "ssh-ed")
"""Begins of names of a secret that lies elsewhere, and of public keys."""


def _is_pod(value: str) -> bool:
    """Whether a value is the name of a pod of a deployment: a name, a hash, five letters."""
    name, mark, end = value.rpartition("-")
    name, _, template = name.rpartition("-")
    return (
        bool(mark and name)
        and len(end) == 5
        and 6 <= len(template) <= 10
        and name[0].islower()
        and not (end + template).strip(POD_LETTERS)
    )


POD_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes makes the ends of names of: no vowels, and no digits that look like one."""


def _spares_key_value(value: str) -> str:
    """Why the value of what is only called a key is left alone: it must be long, mixed, no name."""
    spared = _spares_value(value)
    if spared or len(value) < 20 or ":" in value:
        return spared or "too short, or several words, for what is only called a key"
    runs = value.replace("_", "-").replace("/", "-").replace(".", "-").split("-")
    longest = max(runs, key=len)
    if value.count("/") > 1:
        return "a path"
    if _is_digest(value) or _is_digest(longest):
        return "a digest"
    return "" if len(longest) >= 14 and classes(longest) >= 3 else "too plain for what is only called a key"


def _spares_provider_value(value: str) -> str:
    """Why the value beside a provider's name is left alone: it must be as random as a key is."""
    spared = _spares_value(value)
    if spared:
        return spared
    if len(value) in DIGESTS and _is_digest(value):
        return "a digest"
    runs = value.replace("_", "-").split("-")
    is_random = any(c.isdigit() for c in value) and len(max(runs, key=len)) >= 16
    return "" if is_random else "too plain for what is only beside a provider's name"


def _spares_account(value: str) -> str:
    """Why the name of a provider's account is left alone: it must be given by the provider, not by people."""
    return _spares_value(value) or ("" if sum(c.isdigit() for c in value) >= 2 else "a name")


DIGESTS = frozenset({32, 36, 40, 64})
"""Characters of digests and of UUIDs in hexadecimal."""


def _is_digest(value: str) -> bool:
    return not value.casefold().replace("-", "").strip("0123456789abcdef")


JUDGES: "Mapping[str, Callable[[str], str]]" = {
    "context": _spares_value,
    "element": _spares_value,
    "plist": _spares_value,
    "named-value": _spares_value,
    "oracle-password": _spares_value,
    "pgpass": _spares_value,
    "secure-string": _spares_value,
    "short-flag": _spares_value,
    "provider-key": _spares_provider_value,
    "provider-account": _spares_account,
    "registry-auth": _spares_value,
    "key": _spares_key_value,
    "sql-password": _spares_value,
    "flag": _spares_value,
    "curl-user": _spares_value,
    "netrc": _spares_value,
    "authorization": _spares_value,
    "bearer": _spares_value,
    "url-password": spares_origin,
    "mongodb-url": spares_origin,
}
"""For each rule that knows a secret by its place, why it leaves a value alone; '' where it is a secret."""

NOT_IN_PROSE = frozenset(name for name, judge in JUDGES.items() if judge is not spares_origin)
"""Rules that leave words alone, so that they find nothing in a text of words."""


def _is_name(value: str) -> bool:
    """Words joined by separators without a digit in them, or NAMES_IN_CAPITALS: not a value."""
    bare = value.replace("_", "").replace("-", "").replace(".", "").replace("/", "")
    if bare.isalpha() and (bare.islower() or bare.isupper() or bare.istitle()):
        return True
    return value.replace("_", "").isalnum() and value.isupper() and "_" in value


def classes(value: str) -> int:
    """How many classes of characters a value has: small and capital letters, digits, others."""
    return (
        any(c.islower() for c in value)
        + any(c.isupper() for c in value)
        + any(c.isdigit() for c in value)
        + any(not c.isalnum() for c in value)
    )
