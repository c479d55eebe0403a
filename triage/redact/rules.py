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
        r"(?i)\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token|digest|apikey|negotiate)\s+)?"
        r"(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=:-]{12,4096})",
    ),
    Rule(
        "bearer",
        ("bearer",),
        r"(?i)\bbearer\s+(?P<secret>(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9._~+/=-]{16,4096})",
    ),
    Rule(
        "cookie",
        ("cookie:",),
        r"(?i)\b(?:set-)?cookie:\s*(?P<secret>[^\s=;]{1,80}=[^\s;]{8,4096}(?:;\s*[^\s=;]{1,80}=[^\s;]{4,4096}){0,40})",
    ),
    Rule(
        "url-password",
        ("://",),
        r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,200}:(?P<secret>[^\s/@\"'<>]{3,512})@[^\s@\"'<>]",
    ),
    Rule("jwt", ("eyj",), r"\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,4096}"),
    Rule("aws-access-key", ("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    Rule("github-token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36,255}"),
    Rule("github-pat", ("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{60,255}"),
    Rule(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glptt-"),
        r"\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_.-]{20,300}",
    ),
    Rule("slack-token", ("xox", "xapp-"), r"\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}"),
    Rule(
        "slack-webhook",
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[A-Za-z0-9+/]{40,100})",
    ),
    Rule(
        "stripe-key",
        ("k_live_", "k_test_", "whsec_"),
        r"\b(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,250}",
    ),
    Rule("google-api-key", ("aiza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    Rule("google-oauth", ("ya29.", "gocspx-"), r"\b(?:ya29\.[A-Za-z0-9_-]{20,400}|GOCSPX-[A-Za-z0-9_-]{28})"),
    Rule("npm-token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    Rule("pypi-token", ("pypi-",), r"\bpypi-[A-Za-z0-9_-]{50,400}"),
    Rule("heroku-key", ("hrku-",), r"\bHRKU-[A-Za-z0-9_-]{36,80}"),
    Rule("sendgrid-key", ("sg.",), r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    Rule("twilio-key", ("sk", "ac"), r"(?i)twilio[\s\S]{0,40}?\b(?P<secret>SK[0-9a-f]{32})\b"),
    Rule("anthropic-key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_-]{24,250}"),
    Rule("openai-key", ("sk-",), r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,250}"),
    Rule("digitalocean-token", ("do_v1_", "dop_v1_", "doo_v1_", "dor_v1_"), r"\bdo[opr]?_v1_[a-f0-9]{64}"),
    Rule("huggingface-token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,60}\b"),
    Rule("vault-token", ("hvs.", "hvb.", "hvr."), r"\bhv[sbr]\.[A-Za-z0-9_-]{24,300}"),
    Rule("shopify-token", ("shpat_", "shpss_", "shpca_", "shppa_"), r"\bshp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}"),
    Rule(
        "square-token",
        ("sq0atp-", "sq0csp-", "eaaa"),
        r"\b(?:sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60})",
    ),
    Rule("databricks-token", ("dapi",), r"\bdapi[a-f0-9]{32}(?:-\d)?\b"),
    Rule("linear-key", ("lin_api_",), r"\blin_api_[A-Za-z0-9]{40}"),
    Rule("notion-token", ("ntn_",), r"\bntn_[A-Za-z0-9]{40,60}"),
    Rule("grafana-token", ("glc_", "glsa_"), r"\bgl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}"),
    Rule("new-relic-key", ("nrak-", "nrra-"), r"\bNR(?:AK|RA)-[A-Za-z0-9]{27,60}"),
    Rule("mailgun-key", ("key-",), r"(?i)mailgun[\s\S]{0,40}?\b(?P<secret>key-[a-f0-9]{32})\b"),
    Rule("docker-token", ("dckr_pat_",), r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,64}"),
    Rule("terraform-token", ("atlasv1",), r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,80}"),
    Rule("age-key", ("age-secret-key-",), r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Rule("telegram-token", (":aa",), r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}\b"),
    Rule(
        "azure-storage-key",
        ("accountkey=", "sharedaccesskey="),
        r"(?i)\b(?:shared)?(?:account|access)key=(?P<secret>[A-Za-z0-9+/]{40,100}={0,2})",
    ),
    Rule("netrc", ("password",), r"(?i)\blogin\s+\S{1,200}\s+password\s+(?P<secret>\S{3,200})"),
    Rule(
        "curl-user",
        ("curl",),
        r"\bcurl\b[^\n|;&]{0,400}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"'$]{1,200}:(?P<secret>[^\s\"'$<]{3,200})",
    ),
    Rule(
        "flag",
        ("pass", "token", "secret", "api-key", "apikey"),
        r"(?i)--[a-z-]{0,30}(?:password|passwd|passphrase|pass|token|secret|api-?key)[ =]"
        r"[\"']?(?P<secret>[^\s\"'$<\-][^\s\"']{5,400})",
    ),
    Rule(
        "context",
        ("pass", "secret", "token", "key", "credential"),
        rf"(?i)(?<![\w/.:-]){_KEY}[\"'`]?\s{{0,3}}(?:=>|:=|=|:)\s{{0,3}}[\"'`]?"
        r"(?P<secret>[^\s\"'`,;&<>{}()\[\]$|\\][^\s\"'`,;&<>{}()\[\]|]{7,4096})",
    ),
)

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
