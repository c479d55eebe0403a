"""What a secret looks like: the rules of the redactor, written from the formats' public descriptions.

A rule's ``hints`` are literals of which one must be in the casefolded text before its pattern is compiled and
run. The group ``secret`` of a pattern is what is replaced; without one it is the whole match.
"""

from functools import cache
from typing import NamedTuple


class Rule(NamedTuple):
    """One form of secret.

    Where there is an ``anchor``, the pattern is tried at its matches alone, or ``back`` characters before
    them; an anchor is looked for in the text in small letters.
    """

    name: str
    hints: tuple[str, ...]
    pattern: str
    anchor: str = ""
    back: int = 0


def unglued(pattern: str) -> str:
    """The pattern where it is not glued to a letter or a digit before it.

    The look behind comes after what the pattern begins with: a search for plain letters is what is quick.
    """
    import re

    if pattern[0] in "/%" or pattern.startswith("\\|"):
        return pattern  # it says itself what stands before it
    found = re.match(_LITERAL, pattern)
    if found is None:
        return f"(?<![A-Za-z0-9]){pattern}"
    begin = found[0]
    return f"{begin}(?<![A-Za-z0-9]{begin}){pattern[len(begin) :]}"


_LITERAL = r"(?:[A-Za-z0-9_-]|\\[.|])+(?![A-Za-z0-9_{*+?|\\-])"

_ANCHOR = (
    r"pa?s{1,2}w(?:o?r)?d|passphrase|secret|token|api[_-]?key|access[_-]?(?:key|id)|private[_-]?key|creds"
    r"|sonar[._]login|auth[_-]?key|credentials?|signing[_-]?key|encryption[_-]?key"
    r"|(?<![a-z0-9])p(?:ass|wd?)(?![a-z0-9])|sqlpass|dbpass"
)
"""Words in a name that say that what follows is a secret."""
_KEY = rf"(?:[\w.-]{{0,40}}(?:{_ANCHOR})[\w-]{{0,20}})"

_MARK = r"(?:\\{0,3}[\"'`])?"
"""A quote that may be escaped: JSON may lie inside of JSON."""
_QUOTED = r"(?:\"(?P<secret_double>[^\"\n\\]{{{least},400}})\"|'(?P<secret_single>[^'\n]{{{least},400}})'"
"""A value in quotes, which may have spaces in it; the bracket stays open for one without."""

PLACES: tuple[Rule, ...] = (
    Rule(
        "private-key",
        ("private key",),
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?P<secret>[\s\S]{16,}?)"
        r"(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    ),
    Rule(
        "authorization",
        ("authorization",),
        r"(?i)(?<![A-Za-z0-9])(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:[a-z][a-z0-9_-]{2,20}\s+)?"
        r"(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=:-]{12,4096})",
    ),
    Rule(
        "bearer",
        ("bearer",),
        r"(?i)(?<![A-Za-z0-9])bearer\s+(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=-]{16,4096})",
    ),
    Rule(
        "cookie",
        ("cookie:",),
        r"(?i)(?<![A-Za-z0-9])(?:set-)?cookie:\s*(?P<secret>[^\s=;]{1,80}=[^\s;]{8,4096}(?:;\s*[^\s=;]{1,80}=[^\s;]{4,4096}){0,40})",
    ),
    Rule(
        "url-password",
        ("://",),
        r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,200}:(?P<secret>[^\s/@\"'<>]{3,512})@[^\s@\"'<>]",
    ),
    Rule(
        "jwt",
        ("eyj",),
        r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,4096}",
    ),
    Rule(
        "slack-webhook",
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9+/]{40,100})",
    ),
    Rule(
        "azure-storage-key",
        ("accountkey=", "sharedaccesskey="),
        r"(?i)(?<![A-Za-z0-9])(?:shared)?(?:account|access)key=(?P<secret>[A-Za-z0-9+/]{40,100}={0,2})",
    ),
    Rule("netrc", ("password",), r"(?i)(?<![A-Za-z0-9])login\s+\S{1,200}\s+password\s+(?P<secret>\S{3,200})"),
    Rule(
        "curl-user",
        ("curl",),
        r"(?<![A-Za-z0-9])curl\b[^\n|;&]{0,400}?\s(?:-u|--user)[ =]?[\"']?"
        r"(?P<secret>[^\s:\"'$]{1,200}[\"']?:[\"']?[^\s\"'$<]{3,200})",
    ),
    Rule(
        "flag",
        ("pass", "token", "secret", "api-key", "apikey"),
        r"(?i)--?[a-z-]{0,30}(?:password|passwd|passphrase|pass|token|secret|api-?key)[ =]"
        rf"{_QUOTED.format(least=4)}|(?P<secret>[^\s\"'<\-][^\s\"']{{5,400}}))",
    ),
    Rule(
        "context",
        ("pass", "secret", "token", "key", "cred", "pw", "wd", "wrd", "access", "login"),
        rf"(?i)(?:{_ANCHOR})[\w-]{{0,20}}{_MARK}(?:[ \t]{{1,3}}[a-z]{{1,12}}){{0,2}}"
        r"(?:[ \t]{0,3}(?:=>|:[ \t]{0,3}[a-z.]{1,20}[ \t]{1,3}=|[:.?+|]{0,3}=|[!=]==?|:|%3D)"
        r"|(?<=[\"'])[ \t]{0,3},)[ \t]{0,3}"
        rf"{_QUOTED.format(least=6)}"
        r"|(?:\\{0,3}[\"'`]|&quot;)?(?P<secret>[^\s\"'`,;&<>{}()\[\]|\\]{7,4096}))",
        anchor=rf"(?<!:)(?<!checksum/)(?:{_ANCHOR})",
    ),
    Rule(
        "key",
        ("key",),
        r"(?i)key(?:[\"']|\\{1,3}[\"'])?(?:[ \t]{1,3}[a-z]{1,12})?[ \t]{0,3}(?:=>|[:.?+|]{0,3}=|:)[ \t]{0,3}"
        r"(?:\\{0,3}[\"'`])?(?P<secret>[^\s\"'`,;&<>{}()\[\]|\\]{16,4096})",
        anchor="key",
    ),
    Rule(
        "sql-password",
        ("identified", "password"),
        r"(?i)\bidentified\s+(?:with\s+\w+\s+)?by\s+(?:password\s+)?[\"']?(?P<secret_by>[^\s\"';\\]{6,200})"
        r"|\bpassword\s+(?:'(?P<secret_single>[^'\n]{6,200})'|\"(?P<secret_double>[^\"\n]{6,200})\")"
        r"|\blogin\s+password\s+(?P<secret_bare>[^\s\"';]{6,200})",
    ),
    Rule("mailchimp-key", ("-us",), r"[a-f0-9]{32}-us[0-9]{1,2}\b", r"-us(?<=[a-f0-9]{32}-us)", 32),
    Rule(
        "mailgun-signing-key",
        ("-",),
        r"[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}\b",
        r"-(?<=[a-f0-9]{32}-)(?=[a-f0-9]{8}-)",
        32,
    ),
    Rule(
        "element",
        ("pass", "secret", "token", "key", "cred", "pw", "access", "login"),
        rf"(?i)<(?P<tag>{_KEY})>\s*(?P<secret>[^\s<>]{{6,4096}})\s*</(?P=tag)>",
    ),
)
"""Secrets that are known by their place: a header, a flag, a key beside them."""


@cache
def provider_rules() -> tuple[Rule, ...]:
    """The forms of providers' tokens, made at their first use: most texts have no word as long as a token."""
    from triage.redact.providers import FORMS

    return tuple(Rule(name, tuple(hints.split()), unglued(pattern)) for name, hints, pattern in FORMS)


SHORTEST_TOKEN = 15
"""Characters of the shortest word that is a token of a provider."""

KEY_END = r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
"""The end of a private key, whose beginning may have been cut off."""

SECRET_NAMES = (
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "api_key",
    "apikey",
    "private_key",
    "credential",
    "access_key",
    "auth_key",
    "signing_key",
    "encryption_key",
    "client_key",
)
"""Parts of a name that say that its value is a secret."""

NOT_VALUES = ("_file", "_path", "_dir", "_name", "_id", "_url", "_uri", "_host", "_sock", "_ttl", "_type")
"""Ends of names whose value tells where a secret lies, or about it, and is none."""
