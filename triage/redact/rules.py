"""What a secret looks like: the rules of the redactor, written from the formats' public descriptions.

A rule's ``hints`` are literals of which one must be in the casefolded text before its pattern is compiled and
run. The group ``secret`` of a pattern is what is replaced; without one it is the whole match.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One form of secret."""

    name: str
    hints: tuple[str, ...]
    pattern: str


_KEY = (
    r"(?:[\w.-]{0,40}(?:passw(?:or)?d|passwd|passphrase|secret|token|api[_-]?key|apikey|access[_-]?key"
    r"|private[_-]?key|client[_-]?secret|auth[_-]?key|credentials?|signing[_-]?key|encryption[_-]?key)[\w-]{0,20})"
)

_MARK = r"(?:\\{0,3}[\"'`])?"
"""A quote that may be escaped: JSON may lie inside of JSON."""
_QUOTED = r"(?:\"(?P<secret_double>[^\"\n\\]{{{least},400}})\"|'(?P<secret_single>[^'\n]{{{least},400}})'"
"""A value in quotes, which may have spaces in it; the bracket stays open for one without."""

RULES: tuple[Rule, ...] = (
    Rule(
        "private-key",
        ("private key",),
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?P<secret>[\s\S]{16,}?)"
        r"(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    ),
    Rule(
        "authorization",
        ("authorization",),
        r"(?i)(?<![A-Za-z0-9])(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token|digest|apikey|negotiate)\s+)?"
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
    Rule("aws-access-key", ("akia", "asia"), r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    Rule(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,255}",
    ),
    Rule("github-pat", ("github_pat_",), r"(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{60,255}"),
    Rule(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glptt-"),
        r"(?<![A-Za-z0-9])gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_.-]{20,300}",
    ),
    Rule("slack-token", ("xox", "xapp-"), r"(?<![A-Za-z0-9])(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}"),
    Rule(
        "slack-webhook",
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[A-Za-z0-9+/]{40,100})",
    ),
    Rule(
        "stripe-key",
        ("k_live_", "k_test_", "whsec_"),
        r"(?<![A-Za-z0-9])(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,250}",
    ),
    Rule("google-api-key", ("aiza",), r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}"),
    Rule(
        "google-oauth",
        ("ya29.", "gocspx-"),
        r"(?<![A-Za-z0-9])(?:ya29\.[A-Za-z0-9_-]{20,400}|GOCSPX-[A-Za-z0-9_-]{28})",
    ),
    Rule("npm-token", ("npm_",), r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}\b"),
    Rule("pypi-token", ("pypi-",), r"(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,400}"),
    Rule("heroku-key", ("hrku-",), r"(?<![A-Za-z0-9])HRKU-[A-Za-z0-9_-]{36,80}"),
    Rule("sendgrid-key", ("sg.",), r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    Rule("twilio-key", ("sk", "ac"), r"(?i)twilio[\s\S]{0,40}?(?<![A-Za-z0-9])(?P<secret>SK[0-9a-f]{32})\b"),
    Rule("anthropic-key", ("sk-ant-",), r"(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{24,250}"),
    Rule("openai-key", ("sk-",), r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,250}"),
    Rule(
        "digitalocean-token",
        ("do_v1_", "dop_v1_", "doo_v1_", "dor_v1_"),
        r"(?<![A-Za-z0-9])do[opr]?_v1_[a-f0-9]{64}",
    ),
    Rule("huggingface-token", ("hf_",), r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,60}\b"),
    Rule("vault-token", ("hvs.", "hvb.", "hvr."), r"(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,300}"),
    Rule(
        "shopify-token",
        ("shpat_", "shpss_", "shpca_", "shppa_"),
        r"(?<![A-Za-z0-9])shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}",
    ),
    Rule(
        "square-token",
        ("sq0atp-", "sq0csp-", "eaaa"),
        r"(?<![A-Za-z0-9])(?:sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60})",
    ),
    Rule("databricks-token", ("dapi",), r"(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-\d)?\b"),
    Rule("linear-key", ("lin_api_",), r"(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{40}"),
    Rule("notion-token", ("ntn_",), r"(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,60}"),
    Rule("grafana-token", ("glc_", "glsa_"), r"(?<![A-Za-z0-9])gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}"),
    Rule("new-relic-key", ("nrak-", "nrra-"), r"(?<![A-Za-z0-9])NR(?:AK|RA)-[A-Za-z0-9]{27,60}"),
    Rule("mailgun-key", ("key-",), r"(?i)mailgun[\s\S]{0,40}?\b(?P<secret>key-[a-f0-9]{32})\b"),
    Rule("docker-token", ("dckr_pat_",), r"(?<![A-Za-z0-9])dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,64}"),
    Rule("terraform-token", ("atlasv1",), r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,80}"),
    Rule("age-key", ("age-secret-key-",), r"(?<![A-Za-z0-9])AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Rule("telegram-token", (":aa",), r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}\b"),
    Rule(
        "azure-storage-key",
        ("accountkey=", "sharedaccesskey="),
        r"(?i)(?<![A-Za-z0-9])(?:shared)?(?:account|access)key=(?P<secret>[A-Za-z0-9+/]{40,100}={0,2})",
    ),
    Rule("netrc", ("password",), r"(?i)(?<![A-Za-z0-9])login\s+\S{1,200}\s+password\s+(?P<secret>\S{3,200})"),
    Rule(
        "curl-user",
        ("curl",),
        r"(?<![A-Za-z0-9])curl\b[^\n|;&]{0,400}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"'$]{1,200}"
        r":[\"']?(?P<secret>[^\s\"'$<]{3,200})",
    ),
    Rule(
        "flag",
        ("pass", "token", "secret", "api-key", "apikey"),
        r"(?i)--?[a-z-]{0,30}(?:password|passwd|passphrase|pass|token|secret|api-?key)[ =]"
        rf"{_QUOTED.format(least=4)}|(?P<secret>[^\s\"'<\-][^\s\"']{{5,400}}))",
    ),
    Rule(
        "context",
        ("pass", "secret", "token", "key", "credential"),
        rf"(?i)(?<![\w/.:-]){_KEY}{_MARK}(?:\s{{0,3}}(?:=>|[:.?+|]{{0,3}}=|:)|(?<=[\"']),)\s{{0,3}}"
        rf"{_QUOTED.format(least=6)}"
        r"|(?:\\{0,3}[\"'`])?(?P<secret>[^\s\"'`,;&<>{}()\[\]|\\]{8,4096}))",
    ),
    Rule(
        "element",
        ("pass", "secret", "token", "key", "credential"),
        rf"(?i)<(?P<tag>{_KEY})>\s*(?P<secret>[^\s<>]{{6,4096}})\s*</(?P=tag)>",
    ),
)

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
