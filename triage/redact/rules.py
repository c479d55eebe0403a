"""What a secret looks like: the rules of the redactor, written from the formats' public descriptions.

A rule's ``hints`` are literals of which one must be in the casefolded text before its pattern is compiled and
run. The group ``secret`` of a pattern is what is replaced; without one it is the whole match.
"""

from functools import cache
from typing import NamedTuple

MARKER = "[REDACTED:"
"""What stands in the place of a secret begins so: nothing in it is taken for another."""


class Rule(NamedTuple):
    """One form of secret.

    Where there are words in ``also``, one of them must be in the text too. Where there is an ``anchor``, it
    is looked for in the text in small letters, and the pattern is tried where it ends, or ``back`` characters
    before that. A rule that is ``apart`` finds nothing that is glued to a letter or a digit before it. What
    it finds stands in a word of ``least`` characters, at least.
    """

    name: str
    hints: tuple[str, ...]
    pattern: str
    anchor: str = ""
    back: int = 0
    also: tuple[str, ...] = ()
    apart: bool = False
    least: int = 0


def unglued(pattern: str) -> str:
    """The pattern where it is not glued to a letter or a digit before it.

    The look behind comes after what the pattern begins with: a search for plain letters is what is quick.
    """
    import re

    if pattern[0] in "/%" or pattern.startswith(("\\|", "\\$")):
        return pattern  # it says itself what stands before it
    found = re.match(_LITERAL, pattern)
    if found is None:
        return f"(?<![A-Za-z0-9]){pattern}"
    begin = found[0]
    return f"{begin}(?<![A-Za-z0-9]{begin}){pattern[len(begin) :]}"


_LITERAL = r"(?:[A-Za-z0-9_-]|\\[.|])+(?![A-Za-z0-9_{*+?|\\-])"

_ANCHOR = (
    r"pa?s{1,2}w(?:o?r)?d|passphrase|secret|token|api[_-]?key|access[_-]?(?:key|id)|private[_-]?key|creds"
    r"|sonar[._]login|auth[_-]?key|credentials?|signing[_-]?key|encryption[_-]?key|shared[_-]?key"
    r"|(?:app|application|consumer|client|master|account|license)[_-]?key|(?<![a-z0-9])psk(?![a-z0-9])"
    r"|(?<![a-z0-9])p(?:ass|wd?)(?![a-z0-9])|sqlpass|dbpass"
)
"""Words in a name, in small letters, that say that what follows is a secret."""
_HINTS = ("pass", "secret", "token", "key", "cred", "pw", "wd", "word", "wrd", "access", "login", "psk")
_ASSIGNED = ("=", ":", "%3d", " is ", '",', "',", '" ,', "' ,")
"""What stands between a name and its value."""

PROVIDERS = (
    "adafruit",
    "algolia",
    "amplitude",
    "assemblyai",
    "beamer",
    "bittrex",
    "cloudflare",
    "codecov",
    "cohere",
    "coinbase",
    "coveralls",
    "datadog",
    "deepgram",
    "deepseek",
    "disqus",
    "droneci",
    "elevenlabs",
    "exoscale",
    "fastly",
    "finicity",
    "finnhub",
    "flickr",
    "freshbooks",
    "gitter",
    "greptile",
    "gumroad",
    "honeycomb",
    "infomaniak",
    "jumpcloud",
    "kraken",
    "kucoin",
    "looker",
    "mattermost",
    "meraki",
    "mistral",
    "nytimes",
    "openweather",
    "pyowm",
    "owm_",
    "paradigm",
    "sendbird",
    "squarespace",
    "sumologic",
    "travis",
    "twitch",
    "upstage",
    "wandb",
    "zendesk",
)
"""Providers whose name beside a long random value says that it is a secret; their tokens have no form."""
ACCOUNTS = ("azure", "canva", "clickhouse", "ebay", "messagebird", "planetscale", "plivo", "pscale")
"""Providers whose name for a client or an account is half of its credential."""

_MARK = r"(?:\\{0,3}[\"'`])?"
"""A quote that may be escaped: JSON may lie inside of JSON."""
_NAMED = (
    r"(?:[ \t]{1,3}[a-z]{1,12}){0,2}"
    r"(?:[ \t]{0,40}(?:=>|:[ \t]{0,3}[a-z.]{1,20}[ \t]{1,3}=|[:.?+|]{0,3}=|[!=]==?|:|%3d)"
    r"|(?<=[\"'])[ \t]{0,3},|[ \t]{1,3}is)[ \t]{0,40}(?:[|>][+-]?[ \t]{0,3}\r?\n[ \t]{1,40})?"
)
"""Between a name and its value: up to two words, such as a type, and a sign of assignment."""
_QUOTED = r"(?:\"(?P<secret_double>[^\"\n\\]{{{least},400}})\"|'(?P<secret_single>[^'\n]{{{least},400}})'"
"""A value in quotes, which may have spaces in it; the bracket stays open for one without."""
_VALUE = (
    rf"{_QUOTED.format(least=6)}"
    r"|(?:\\{0,3}[\"'`]|&quot;)?"
    r"(?P<secret>[^\s\"'`,;&<>{}()\[\]|\\\x00-\x1f\udc80-\udcff]{7,4096}))"
)
"""A value beside its key: of text, since in what is none, such as a picture, all stands beside all."""
_KEY_MARK = r"-{4,5} ?(?i:BEGIN)[ A-Za-z0-9_-]{0,60}?(?i:PRIVATE KEY)(?: BLOCK)? ?-{4,5}"

PLACES: tuple[Rule, ...] = (
    Rule(
        "private-key",
        ("private key",),
        # A mention of the mark is no key: soon after it stands what a key is made of.
        rf"{_KEY_MARK}(?=[\s\S]{{0,200}}?[A-Za-z0-9+/=_-]{{16}})(?P<secret>[\s\S]{{16,}}?)"
        r"(?:-{4,5} ?(?i:END)[ A-Za-z0-9_-]{0,60}?(?i:PRIVATE KEY)(?: BLOCK)? ?-{4,5}|\Z)",
        also=("begin",),
    ),
    Rule(
        "putty-key",
        ("private-lines:",),
        r"Private-Lines: [0-9]{1,4}\s{1,4}(?P<secret>[A-Za-z0-9+/=\s]{16,16384})",
    ),
    Rule(
        "openvpn-key",
        ("openvpn static key",),
        r"-----BEGIN OpenVPN Static key V1-----(?P<secret>[0-9a-fA-F\s]{16,4096})",
    ),
    Rule(
        "json-web-key",
        ('"kty',),
        r"\"(?:d|p|q|dp|dq|qi|k)\\{0,3}\"\s{0,9}:\s{0,9}\\{0,3}\"(?P<secret>[A-Za-z0-9_-]{20,4096})",
    ),
    Rule(
        "authorization",
        ("authorization",),
        r"(?i)(?<![A-Za-z0-9])(?:proxy-)?authorization\\{0,3}[\"']?\s{0,40}[:=]\s{0,40}\\{0,3}[\"']?"
        r"(?:basic\s{1,40}(?P<secret_basic>[A-Za-z0-9+/]{8,4096}={0,2})"
        r"|(?:[a-z][a-z0-9_-]{2,20}\s{1,40})?"
        r"(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=:-]{12,4096}))",
    ),
    Rule(
        "bearer",
        ("bearer",),
        r"(?i)(?<![A-Za-z0-9])bearer\s{1,40}(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=-]{16,4096})",
    ),
    Rule(
        "cookie",
        ("cookie",),
        r"(?i)set-cookie\\{0,3}[\"']?\s{0,9}:\s{0,9}\\{0,3}[\"']?[^\s=;\"']{1,80}=(?P<secret_set>[^\s;\"'\\]{8,4096})"
        r"|(?<![A-Za-z0-9-])cookie\\{0,3}[\"']?\s{0,9}:\s{0,9}\\{0,3}[\"']?"
        r"(?P<secret>[^\s=;\"']{1,80}=(?=[^\r\n\"']{8})[^\s;\"'\\]{1,4096}"
        r"(?:;[ \t]{0,9}[^\s=;\"'\\]{1,80}=[^\s;\"'\\]{0,4096}){0,40})",
        also=("=",),
    ),
    Rule(
        "url-password",
        ("://",),
        r"(?<=[a-zA-Z0-9])://[^\s/:@\"'<>]{0,200}:(?P<secret>[^\s/@\"'<>]{3,512}(?:@[^\s/@\"'<>:.]{1,64}){0,2})@[^\s@\"'<>]",
        also=("@",),
    ),
    Rule(
        "mongodb-url",
        ("mongodb://", "mongodb+srv://"),
        r"mongodb(?:\+srv)?://[^\s/:@\"'<>]{1,64}:(?P<secret>[^\s/@\"'<>$][^\s/@\"'<>]{2,128}@[^\s/@\"'<>?]{1,1024})",
    ),
    Rule(
        "oracle-password",
        (":thin:", ":oci:", "sqlplus "),
        r"(?i)(?::thin:|:oci:|sqlplus (?:-[a-z]{1,9} ){0,3}[\"']?)[^\s/:@\"']{1,64}/\"?"
        r"(?P<secret>[^\s@\"']{3,128})\"?@",
    ),
    Rule(
        "signed-url",
        ("sig=", "signature="),
        r"(?i)[?&](?:amp;)?(?:x-(?:amz|goog)-)?sig(?:nature)?=(?P<secret>[A-Za-z0-9%+/_=-]{20,1024})",
    ),
    Rule(
        "jwt",
        ("eyj",),
        r"eyJ(?<![A-Za-z0-9]eyJ)[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,4096}",
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
    Rule(
        "netrc",
        ("password",),
        r"(?i)(?<![A-Za-z0-9])(?:login|machine)\s{1,40}\S{1,200}\s{1,40}password\s{1,40}(?P<secret>\S{3,200})",
        also=("login", "machine"),
    ),
    Rule(
        "pgpass",
        (":5432:", ":5433:", ":6432:", ":*:"),
        r"(?m)^[^\s:#]{1,255}:(?:[0-9]{4,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:(?P<secret>[^\s:]{4,200})"
        r"[ \t\r]{0,4}$",
    ),
    Rule(
        "password-hash",
        ("$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$apr1$", "$argon2", "$scrypt"),
        r"\$(?:1|2[aby]|5|6|y|apr1|argon2[id]{1,2}|scrypt)\$[A-Za-z0-9./,=+$-]{20,400}",
    ),
    Rule(
        "registry-auth",
        ('"auth', "_auth"),
        r"(?i)(?:\"auth\\{0,3}\"\s{0,9}:\s{0,9}\\{0,3}\"|_auth\s{0,9}[=:]\s{0,9}\"?)"
        r"(?P<secret>[A-Za-z0-9+/]{8,2048}={0,2})",
    ),
    Rule(
        "curl-user",
        ("curl",),
        r"(?<![A-Za-z0-9])curl\b(?:[^\n|;&\\]|\\\r?\n|\\.){0,400}?\s(?:-u|--user|-U|--proxy-user)[ =]?"
        r"(?:\"(?P<secret_double>[^\s:\"$]{0,200}:[^\"$<\n]{3,200})\""
        r"|'(?P<secret_single>[^\s:']{0,200}:[^'<\n]{3,200})'"
        r"|(?P<secret>[\"']?[^\s:\"'$]{0,200}[\"']?:[\"']?[^\s\"'$<]{3,200}))",
        also=(":",),
    ),
    Rule(
        "short-flag",
        ("mysql", "mariadb", "sshpass", "redis-cli", "ldap", "docker login", "sqlcmd", "mongo", "smbclient"),
        r"(?:\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b[^\n|;&]{0,200}? -p"
        r"|\bsshpass +-p ?|\bredis-cli\b[^\n|;&]{0,200}? -a +|\bldap[a-z]{3,9}\b[^\n|;&]{0,300}? -w +"
        r"|\bdocker login\b[^\n|;&]{0,200}? -p +|\bsqlcmd\b[^\n|;&]{0,200}? -P +"
        r"|\bmongo(?:sh|dump|restore)?\b[^\n|;&]{0,200}? -p +|\bsmbclient\b[^\n|;&]{0,200}? -U +"
        r"[^\s%]{1,64}%)"
        rf"{_QUOTED.format(least=4)}|(?P<secret>[^\s\"'<$\-][^\s\"']{{4,200}}))",
        also=("-p", "-a", "-w", "-u"),
    ),
    Rule(
        "secure-string",
        ("securestring",),
        r"(?i)securestring[ \t]{1,9}(?:-string[ \t]{1,9})?"
        rf"{_QUOTED.format(least=4)}|(?P<secret>[^\s\"'$\-][^\s\"']{{5,200}}))",
    ),
    Rule(
        "flag",
        ("pass", "token", "secret", "api-key", "apikey", "api_key"),
        rf"{_QUOTED.format(least=4)}|(?P<secret>[^\s\"'<\-][^\s\"']{{5,400}}))",
        anchor=r"--?[a-z_-]{0,30}(?:password|passwd|passphrase|pass|token|secret|api[_-]?key)"
        r"(?:-(?:string|value))?[ =]",
        also=("-",),
    ),
    Rule(
        "context",
        _HINTS,
        _VALUE,
        anchor=rf"(?<!:)(?<!checksum/)(?:{_ANCHOR})[\w-]{{0,20}}+(?<!name)(?<!file)(?<!path)"
        rf"{_MARK}[\])]?{_NAMED}",
        also=_ASSIGNED,
    ),
    Rule(
        "named-value",
        _HINTS,
        _VALUE,
        anchor=rf"(?:name|key)[\"']?\s{{0,3}}[:=]\s{{0,3}}\\{{0,3}}[\"']?[\w.-]{{0,40}}?(?:{_ANCHOR})[\w-]{{0,20}}+"
        rf"{_MARK},?\s{{1,60}}{_MARK}[a-z]{{0,12}}?value{_MARK}\s{{0,3}}[:=]\s{{0,3}}",
        also=("value",),
    ),
    Rule(
        "key",
        ("key",),
        r"(?:\\{0,3}[\"'`])?(?P<secret>[^\s\"'`,;&<>{}()\[\]|\\]{16,4096})",
        anchor=r"(?<!pub)(?<!pub_)(?<!public)(?<!public[_-])key(?:[\"']|\\{1,3}[\"'])?\]?"
        r"(?:[ \t]{1,3}[a-z]{1,12})?"
        r"[ \t]{0,40}(?:=>|[:.?+|]{0,3}=|:)[ \t]{0,40}",
        also=("=", ":"),
    ),
    Rule(
        "provider-key",
        PROVIDERS,
        r"(?:\\{0,3}[\"'`])?(?P<secret>[A-Za-z0-9_=-]{16,100})(?![A-Za-z0-9_./:=-])",
        anchor=rf"(?:{'|'.join(PROVIDERS)})[\w-]{{0,20}}+{_MARK}\]?[ \t]{{0,40}}"
        rf"(?:=>|[:?]{{0,3}}=|:)[ \t]{{0,40}}",
        also=("=", ":"),
    ),
    Rule(
        "provider-account",
        ACCOUNTS,
        r"(?:\\{0,3}[\"'`])?(?P<secret>[A-Za-z0-9_-]{10,64})(?![A-Za-z0-9_./:=@-])",
        anchor=rf"(?:{'|'.join(ACCOUNTS)})[\w-]{{0,20}}?(?:id|name)[a-z]{{0,9}}{_MARK}\]?[ \t]{{0,40}}"
        r"(?:=>|[:?]{0,3}=|:)[ \t]{0,40}",
        also=("=", ":"),
    ),
    Rule(
        "sql-password",
        ("identified", "password '", 'password "', "login password"),
        r"(?i)\bidentified\s{1,9}(?:with\s{1,9}\w{1,40}\s{1,9})?by\s{1,9}(?:password\s{1,9})?[\"']?(?P<secret_by>[^\s\"';\\]{6,200})"
        r"|\bpassword\s{1,9}(?:'(?P<secret_single>[^'\n]{6,200})'|\"(?P<secret_double>[^\"\n]{6,200})\")"
        r"|\blogin\s{1,9}password\s{1,9}(?P<secret_bare>[^\s\"';]{6,200})",
    ),
    Rule("mailchimp-key", ("-us",), r"[a-f0-9]{32}-us[0-9]{1,2}\b", r"-us(?<=[a-f0-9]{32}-us)", 35, least=36),
    Rule(
        "mailgun-signing-key",
        ("-",),
        r"[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}\b",
        r"-(?<=[a-f0-9]{32}-)(?=[a-f0-9]{8}-)",
        33,
        least=50,
    ),
    Rule(
        "element",
        _HINTS,
        r"\s{0,40}(?P<secret>[^\s<>]{6,4096})\s{0,40}</",
        anchor=rf"<[\w.-]{{0,40}}?(?:{_ANCHOR})[\w-]{{0,20}}+(?: [^<>]{{0,200}})?>",
        also=("</",),
    ),
    Rule(
        "plist",
        ("<string>",),
        r"(?P<secret>[^\s<>]{6,4096})\s{0,40}</",
        anchor=rf"<key>[\w .-]{{0,40}}?(?:{_ANCHOR})[\w -]{{0,20}}+</key>\s{{0,40}}<string>\s{{0,40}}",
    ),
)
"""Secrets that are known by their place: a header, a flag, a key beside them."""


@cache
def provider_rules() -> tuple[Rule, ...]:
    """The forms of providers' tokens, made at their first use: most texts have no word as long as a token."""
    from triage.redact.providers import FORMS, LEAST

    return tuple(
        Rule(name, tuple(hints.split()), pattern, apart=True, least=LEAST.get(name, SHORTEST_TOKEN))
        for name, hints, pattern in FORMS
    )


SHORTEST_TOKEN = 15
"""Characters of the shortest word that is a token of a provider."""

KEY_END = r"-{4,5} ?END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
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
