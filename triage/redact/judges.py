"""Whether a value in a secret's place is a secret: no placeholder, path, name, digest or address of one."""

from collections.abc import Callable, Mapping

from triage.redact.rules import NOT_VALUES, SECRET_NAMES

SHORTEST = 8
"""Characters that a secret known by its place must have at least; a shorter one would match by accident."""


def names_secret(label: str) -> bool:
    """Whether a name says that its value is a secret."""
    name = label.casefold().replace("-", "_").replace(" ", "_")
    return any(part in name for part in SECRET_NAMES) and not name.endswith(NOT_VALUES)


def _is_secret_value(value: str) -> bool:
    """Whether a value in a secret's place is one: no placeholder, path, name, digest or address of one."""
    if len(value) < SHORTEST or not is_given(value) or "://" in value:
        return False
    if " " in value and not any(c.isdigit() for c in value):
        return False
    if value.isdigit():
        return len(value) >= NUMBER
    if not any(c.isdigit() or c.isupper() for c in value):
        return False
    return classes(value) >= 2 and not _is_name(value)


NUMBER = 15
"""Digits that a number must have to be a secret: times have up to 14, or 13 in milliseconds."""


def is_given(value: str) -> bool:
    """Whether a value is said, and not where it comes from: a variable, a path, a command, a placeholder."""
    if value.startswith(("{{", "./", "/", "~/", "sha256:", "@/", "@./", "$(", "`")) or "${" in value:
        return False
    if value[0] == "<" or value.strip("*xX.-_") == "":
        return False
    name = value.strip("$%").rstrip(";")
    is_variable = value[0] in "$%" and name.replace("_", "").isalnum() and (name.isupper() or name.islower())
    return not (is_variable and not any(c.isdigit() for c in name.rstrip("0123456789")))


def _is_key_value(value: str) -> bool:
    """Whether the value of what is only called a key is a secret: long, mixed, no name and no digest."""
    if not _is_secret_value(value) or len(value) < 20 or _is_digest(value) or ":" in value:
        return False
    runs = value.replace("_", "-").replace("/", "-").replace(".", "-").split("-")
    longest = max(runs, key=len)
    if value.count("/") > 1 or _is_digest(longest):
        return False
    return len(longest) >= 14 and classes(longest) >= 3


def _is_digest(value: str) -> bool:
    return not value.casefold().replace("-", "").strip("0123456789abcdef")


JUDGES: "Mapping[str, Callable[[str], bool]]" = {
    "context": _is_secret_value,
    "element": _is_secret_value,
    "key": _is_key_value,
    "sql-password": _is_secret_value,
    "flag": _is_secret_value,
    "curl-user": _is_secret_value,
    "netrc": _is_secret_value,
    "authorization": _is_secret_value,
    "bearer": _is_secret_value,
    "url-password": is_given,
}
"""Rules that know a secret by its place: the value itself must look like one."""


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
