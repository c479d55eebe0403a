"""Families of errors, as tools of many languages print them: variants of one differ in what varies.

A template with ``{w}`` is a family for each of its words, and these differ in that word alone: whoever takes one
for another has overlooked the word that matters. What stands in other braces is made anew for each variant.
A template of several wordings is one refusal as programs of several languages tell it.
"""

import random
from typing import NamedTuple

PACKAGES = [
    "sqlalchemy",
    "velvet",
    "requests",
    "pydantic",
    "celery",
    "boto3",
    "redis",
    "psycopg",
    "numpy",
    "jinja2",
    "gunicorn",
    "alembic",
    "httpx",
    "kombu",
    "orjson",
    "sentry_sdk",
]
SERVICES = [
    "checkout",
    "search",
    "mail",
    "ledger",
    "catalog",
    "auth",
    "gateway",
    "payments",
    "inventory",
    "shipping",
    "reports",
    "sessions",
    "billing",
    "profile",
    "ratings",
    "webhooks",
]
TABLES = [
    "carts",
    "orders",
    "users",
    "invoices",
    "refunds",
    "line_items",
    "audit_log",
    "prices",
    "coupons",
    "stock",
    "events",
    "ledgers",
    "addresses",
    "tokens",
]
FILES = [
    "settings.yaml",
    "id_rsa",
    "requirements.txt",
    "values.yaml",
    "schema.sql",
    "ca.pem",
    "app.env",
    "Procfile",
    "nginx.conf",
    "deploy.sh",
    "kubeconfig",
    "package.json",
]
COMMANDS = [
    "heroku",
    "kubectl",
    "jq",
    "terraform",
    "psql",
    "helm",
    "gcloud",
    "aws",
    "node",
    "yarn",
    "rsync",
    "vault",
]
DATABASES = [
    "orders-db",
    "users-db",
    "ledger-redis",
    "search-es",
    "events-kafka",
    "carts-mongo",
    "audit-mysql",
    "mail-rabbit",
]
RIGHTS = [
    "PutObject",
    "ListBuckets",
    "AssumeRole",
    "DescribeInstances",
    "GetSecretValue",
    "CreateStack",
    "RunInstances",
    "PassRole",
]
UNITS = ["nginx", "redis", "docker", "kubelet", "postgresql", "haproxy", "consul", "velvet-worker"]

TEMPLATES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    # Python
    (PACKAGES, ("ModuleNotFoundError: No module named '{w}'", 'ImportError: No module named "{w}"',
                "Traceback (most recent call last):\n  File \"{dir}/{mod}.py\", line {n}, in <module>\n    import x\nModuleNotFoundError: No module named '{w}'")),
    (PACKAGES, ("ERROR: Could not find a version that satisfies the requirement {w}=={ver} (from versions: {ver}, {ver})",
                "ERROR: Could not find a version that satisfies the requirement {w}>={ver} (from versions: none)")),
    (TABLES, ("sqlalchemy.exc.ProgrammingError: (psycopg.errors.UndefinedTable) relation \"{w}\" does not exist",
              "psql:{dir}/{n}.sql:{n}: ERROR:  relation \"{w}\" does not exist",
              "ERROR:  relation \"{w}\" does not exist at character {n}",
              "pq: relation \"{w}\" does not exist",
              "psql:{n}.sql:{n}: FEHLER:  Relation »{w}« existiert nicht (relation \"{w}\" does not exist)")),
    (TABLES, ("psycopg.errors.UniqueViolation: duplicate key value violates unique constraint \"{w}_pkey\" DETAIL: Key (id)=({n}) already exists.",
              "ERROR:  duplicate key value violates unique constraint \"{w}_pkey\"",
              "org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint \"{w}_pkey\"")),
    (TABLES, ("ERROR:  column \"{w}_id\" of relation \"jobs\" does not exist at {time}", "psql:{dir}/up.sql:{n}: ERROR:  column \"{w}_id\" of relation \"jobs\" does not exist")),
    (("tenant", "locale", "currency", "region", "customer", "plan"), ("KeyError: '{w}' (request {uuid})", "File \"{dir}/views.py\", line {n}: KeyError: '{w}'")),
    (("DATABASE_URL", "SECRET_KEY", "REDIS_URL", "SMTP_HOST", "STRIPE_KEY", "SENTRY_DSN"),
     ("django.core.exceptions.ImproperlyConfigured: Set the {w} environment variable", "Error: required environment variable {w} is not set ({dir}/config.js:{n})")),
    (("str", "int", "list", "dict", "float"), ("TypeError: unsupported operand type(s) for +: 'NoneType' and '{w}' at {dir}/calc.py:{n}", "TypeError: unsupported operand type(s) for +: 'NoneType' and '{w}'")),
    # Refusals of the operating system, as several languages tell them
    (DATABASES, ("psycopg.OperationalError: connection to server at \"{w}\" ({ip}), port {n} failed: Connection refused",
                 "dial tcp: connect to {w} ({ip}:{n}): connect: connection refused",
                 "Error: connect ECONNREFUSED {ip}:{n} ({w})",
                 "java.net.ConnectException: Connection refused: {w}/{ip}:{n}",
                 "Error: Connection refused (os error 111) while connecting to {w}",
                 "redis.exceptions.ConnectionError: Error 111 connecting to {w}:{n}. Connection refused.",
                 "Verbindung zu {w} ({ip}), Port {n} fehlgeschlagen: Verbindungsaufbau abgelehnt",
                 "connexion au serveur {w} ({ip}), port {n} : Connexion refusée")),
    (DATABASES, ("java.net.SocketTimeoutException: connect timed out: {w}:{n}", "dial tcp {ip}:{n}: i/o timeout ({w})", "Error: connect ETIMEDOUT {ip}:{n} {w}",
                 "could not connect to {w} after {dur}: Connection timed out", "TimeoutError: [Errno 110] Connection timed out: {w}")),
    (DATABASES, ("curl: (6) Could not resolve host: {w}.{host}", "dial tcp: lookup {w}.{host} on {ip}:53: no such host", "Error: getaddrinfo ENOTFOUND {w}.{host}",
                 "java.net.UnknownHostException: {w}.{host}", "psql: error: could not translate host name \"{w}\" to address: Name or service not known",
                 "ssh: Could not resolve hostname {w}: Der Name oder der Dienst ist nicht bekannt")),
    (FILES, ("FileNotFoundError: [Errno 2] No such file or directory: '{dir}/{w}'", "open {dir}/{w}: no such file or directory", "Error: ENOENT: no such file or directory, open '{dir}/{w}'",
             "java.nio.file.NoSuchFileException: {dir}/{w}", "cat: {dir}/{w}: No such file or directory", "cat: {dir}/{w}: Datei oder Verzeichnis nicht gefunden",
             "cat: {dir}/{w}: Aucun fichier ou dossier de ce type")),
    (FILES, ("PermissionError: [Errno 13] Permission denied: '{dir}/{w}'", "open {dir}/{w}: permission denied", "Error: EACCES: permission denied, open '{dir}/{w}'",
             "bash: {dir}/{w}: Permission denied", "bash: {dir}/{w}: Keine Berechtigung")),
    (("postgres", "docker", "journal", "backup", "registry", "kafka"),
     ("ERROR:  could not extend file for {w} \"base/{n}/{n}\": No space left on device", "write {dir}/{w}/{uuid}: no space left on device", "Error: ENOSPC: no space left on device, write {w}",
      "OSError: [Errno 28] No space left on device: '{dir}/{w}/{n}'", "tar: {w}: Auf dem Gerät ist kein Speicherplatz mehr verfügbar")),
    (SERVICES, ("listen tcp :{n}: bind: address already in use ({w})", "Error: listen EADDRINUSE: address already in use :::{n} {w}", "OSError: [Errno 98] Address already in use starting {w} on port {n}",
                "java.net.BindException: Address already in use: {w}:{n}")),
    (COMMANDS, ("bash: line {n}: {w}: command not found", "sh: {n}: {w}: command not found", "exec: \"{w}\": executable file not found in $PATH", "{dir}/run.sh: Zeile {n}: {w}: Kommando nicht gefunden.",
                "bash: {w} : commande introuvable")),
    (SERVICES, ("ssl.SSLCertVerificationError: certificate verify failed: unable to get local issuer certificate ({w} {dir}/_ssl.c:{n})", "Get \"https://{w}.{host}/v1\": x509: certificate signed by unknown authority",
                "Error: unable to verify the first certificate ({w})", "sun.security.validator.ValidatorException: PKIX path building failed: unable to find valid certification path to requested target: {w}")),
    (SERVICES, ("x509: certificate has expired or is not yet valid: {w} current time {time} is after {time}", "curl: (60) SSL certificate problem: certificate has expired ({w})", "Error: certificate has expired {w}")),
    # Go, Java, Node, Rust, C
    (("nil map", "closed channel", "nil pointer", "out of range"), ("panic: runtime error: {w} in {mod}.go:{n} [recovered]\n\ngoroutine {n} [running]:\nmain.main()\n\t{dir}/main.go:{n} +{hex}", "panic: runtime error: {w} in {mod}.go:{n}")),
    (("express", "webpack", "lodash", "react", "pg", "typescript", "vite", "axios"), ("Error: Cannot find module '{w}'\nRequire stack:\n- {dir}/index.js\n    at Module._load (node:internal/modules/cjs/loader:{n}:{n})", "Error: Cannot find module '{w}'")),
    (("express", "webpack", "lodash", "react", "pg", "typescript", "vite", "axios"), ("npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://{host}/{w} - Not found\nnpm ERR! 404", "npm ERR! 404 Not Found - GET https://{host}/{w} - Not found")),
    (("map", "length", "id", "headers", "then", "name"), ("TypeError: Cannot read properties of undefined (reading '{w}')\n    at render ({dir}/{mod}.js:{n}:{n})", "TypeError: Cannot read properties of undefined (reading '{w}')")),
    (SERVICES, ("java.lang.NoClassDefFoundError: com/acme/{w}/Client", "Exception in thread \"main\" java.lang.NoClassDefFoundError: com/acme/{w}/Client\n\tat com.acme.Main.main(Main.java:{n})")),
    (("E0425", "E0382", "E0277", "E0308", "E0599"), ("error[{w}]: mismatch in {mod}.rs:{n}:{n}", "error[{w}]: mismatch in {dir}/{mod}.rs:{n}:{n}")),
    (("pthread_create", "SSL_new", "inflate", "PQconnectdb", "dlopen"), ("/usr/bin/ld: {dir}/{mod}.o: undefined reference to `{w}'", "{mod}.c:{n}: undefined reference to `{w}'")),
    # Kubernetes, Helm, Docker
    (SERVICES, ("Error from server (NotFound): deployments.apps \"{w}\" not found", "E0505 {clock}    1 event.go:{n}] deployments.apps \"{w}\" not found")),
    (SERVICES, ("error: deployment \"{w}\" exceeded its progress deadline", "error: deployment \"{w}\" exceeded its progress deadline ({dur})")),
    (SERVICES, ("Back-off restarting failed container {w} in pod {w}-{pod}_prod({uuid})", "Back-off restarting failed container {w} in pod {w}-{pod}_staging({uuid})")),
    (SERVICES, ("Readiness probe failed for {w}-{pod}: HTTP probe failed with statuscode: 503", "Readiness probe failed for {w}-{pod}: HTTP probe failed with statuscode: 503 at {time}")),
    (SERVICES, ("Failed to pull image \"{host}/team/{w}:{ver}\": manifest unknown", "Error response from daemon: manifest for {host}/{w}:{ver} not found: manifest unknown")),
    (SERVICES, ("pods \"{w}-{pod}\" is forbidden: exceeded quota: compute, requested: cpu={n}m, used: cpu={n}, limited: cpu={n}", "Error creating: pods \"{w}-{pod}\" is forbidden: exceeded quota: compute, requested: cpu={n}m")),
    (("cpu", "memory", "volume node affinity conflict", "taint", "node selector"), ("{n}/{n} nodes are available: {n} Insufficient {w}.", "Warning  FailedScheduling  {dur}  default-scheduler  {n}/{n} nodes are available: {n} Insufficient {w}")),
    (SERVICES, ("Error: INSTALLATION FAILED: cannot re-use a name that is still in use: {w}", "helm: Error: INSTALLATION FAILED: cannot re-use a name that is still in use: {w} ({time})")),
    (SERVICES, ("Error: UPGRADE FAILED: timed out waiting for the condition ({w} revision {n})", "Error: UPGRADE FAILED: release {w} failed, and has been rolled back due to atomic being set: timed out waiting for the condition")),
    (SERVICES, ("OCI runtime create failed: container {w}-{n}: process was killed, exit code 137", "container {w}-{pod} OOMKilled, exit code 137 at {time}")),
    (("overlay2", "iptables", "containerd", "buildkit", "seccomp"), ("docker: Error response from daemon: failed to start {w}: {hex}", "Error response from daemon: failed to start {w} {sha}")),
    # Terraform, Ansible, AWS
    (("aws_instance.web", "aws_db.main", "google_dns.zone", "azurerm_vnet.core", "aws_iam.deploy", "aws_s3.assets"), ("Error: Reference to undeclared resource {w}\n\n  on {mod}.tf line {n}, in output \"ip\":", "│ Error: Reference to undeclared resource {w}\n│\n│   on {dir}/{mod}.tf line {n}:")),
    (("plan", "apply", "import", "refresh"), ("Error: Error acquiring the state lock for {w}: ConditionalCheckFailedException, ID: {uuid}, Created: {time}", "Error: Error acquiring the state lock for {w}: ConditionalCheckFailedException: {req}")),
    (RIGHTS, ("An error occurred (AccessDenied) when calling the {w} operation: User: arn:aws:sts::{acct}:assumed-role/deploy/{uuid} is not authorized", "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the {w} operation: Access Denied (request {req})")),
    (RIGHTS, ("An error occurred (Throttling) when calling the {w} operation (reached max retries: {n}): Rate exceeded", "ThrottlingException: Rate exceeded when calling {w}, RequestId: {req}")),
    (SERVICES, ("fatal: [{w}-{n}.{host}]: UNREACHABLE! => changed=false msg: Failed to connect to the host via ssh", "fatal: [{w}-{n}]: UNREACHABLE! => changed=false msg: Failed to connect to the host via ssh: port {n}")),
    (UNITS, ("Job for {w}.service failed because the control process exited with error code.", "{time} web-{n} systemd[{n}]: {w}.service: Failed with result 'exit-code'. Job for {w}.service failed because the control process exited with error code.")),
    (UNITS, ("{w}.service: Start request repeated too quickly.", "systemd[{n}]: {w}.service: Start request repeated too quickly. {time}")),
    # Databases, git, HTTP
    (SERVICES, ("FATAL:  password authentication failed for user \"{w}\"", "psql: error: connection to server at \"db-{n}\" ({ip}), port {n} failed: FATAL:  password authentication failed for user \"{w}\"",
                "FATAL:  Passwort-Authentifizierung für Benutzer »{w}« fehlgeschlagen (password authentication failed for user \"{w}\")")),
    (SERVICES, ("FATAL:  remaining connection slots are reserved ({w}, {n} of {n})", "{time} FATAL:  remaining connection slots are reserved for {w} pid {n}")),
    (TABLES, ("ERROR:  deadlock detected DETAIL: Process {n} waits for ShareLock on {w}; blocked by process {n}.", "ERROR 1213 (40001): deadlock detected on {w} when trying to get lock {n}")),
    (TABLES, ("ERROR:  canceling statement due to lock timeout on {w} ({dur})", "{time} [{n}] ERROR:  canceling statement due to lock timeout on {w}")),
    (SERVICES, ("error: failed to push some refs to 'git@{host}:team/{w}.git'", "To https://{host}/team/{w}.git error: failed to push some refs to 'https://{host}/team/{w}.git'")),
    (("401", "403", "404", "409", "429", "500", "502", "504"), ("requests.exceptions.HTTPError: HTTP {w} for url: https://{host}/v{n}/items/{uuid}", "upstream answered HTTP {w} for url https://{host}/v{n}/items/{n}")),
    (SERVICES, ("liveness of {w} failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers) {ip}:{n}", "Get \"http://{ip}:{n}/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers) {w}")),
    (SERVICES, ("kafka: consumer group {w} rebalance failed at offset {n}", "{time} kafka: consumer group {w} rebalance failed at offset {n} ({uuid})")),
    (SERVICES, ("Migration 0{n} of {w} failed: lock file {dir}/migrate.lock is held by {pid}", "Migration {n} of {w} failed: lock file {dir}/migrate.lock is held by pid {n}")),
)  # fmt: skip


class Variant(NamedTuple):
    """An error, and the number of its family."""

    family: int
    error: str


def families() -> list[tuple[str, tuple[str, ...]]]:
    """Every family: the word that matters, and its wordings."""
    return [(word, wordings) for words, wordings in TEMPLATES for word in words]


def variants(
    rng: random.Random, family: int, count: int, places: list[tuple[str, tuple[str, ...]]]
) -> list[Variant]:
    """So many variants of a family, each with a wording and everything that varies made anew."""
    word, wordings = places[family]
    return [Variant(family, _filled(rng, rng.choice(wordings), word)) for _ in range(count)]


def _filled(rng: random.Random, wording: str, word: str) -> str:
    text = wording.replace("{w}", word)
    while "{" in text:
        before, _, rest = text.partition("{")
        slot, mark, after = rest.partition("}")
        text = f"{before}{_SLOTS[slot](rng) if mark else ''}{after}"
    return text


def _hex(rng: random.Random, size: int) -> str:
    return f"{rng.getrandbits(size * 4):0{size}x}"


def _folder(rng: random.Random) -> str:
    roots = [
        "/app",
        "/srv/www",
        "/home/ana/src",
        "/opt/velvet",
        "/usr/lib/python3.12/site-packages",
        "/var/lib",
        "/builds/team",
        "/workspace",
    ]
    return rng.choice(roots) + "".join(f"/{rng.choice(_NAMES)}" for _ in range(rng.randrange(3)))


def _uuid(rng: random.Random) -> str:
    return "-".join(_hex(rng, size) for size in (8, 4, 4, 4, 12))


def _pod(rng: random.Random) -> str:
    safe = "bcdfghjklmnpqrstvwxz2456789"
    return "".join(rng.choices(safe, k=9)) + "-" + "".join(rng.choices(safe, k=5))


def _time(rng: random.Random) -> str:
    day, clock = f"{rng.randrange(1, 29):02}", _clock(rng)
    forms = [
        f"2026-05-{day}T{clock}Z",
        f"2026-05-{day} {clock}.{rng.randrange(1000):03} UTC",
        f"2026/05/{day} {clock}",
        f"May {int(day):2} {clock}",
    ]
    return rng.choice(forms)


def _clock(rng: random.Random) -> str:
    return f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"


_NAMES = ["core", "api", "lib", "current", "releases", "internal", "shared", "build", "web", "jobs"]
_SLOTS = {
    "dir": _folder,
    "mod": lambda rng: rng.choice(_NAMES),
    "n": lambda rng: str(rng.randrange(1, 10 ** rng.randrange(1, 6))),
    "pid": lambda rng: f"pid {rng.randrange(1, 99999)}",
    "ver": lambda rng: ".".join(str(rng.randrange(30)) for _ in range(rng.randrange(2, 4))),
    "ip": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "host": lambda rng: f"{rng.choice(['eu', 'us', 'ap'])}-{rng.randrange(9)}.example.{rng.choice(['org', 'com', 'net'])}",
    "uuid": _uuid,
    "hex": lambda rng: "0x" + _hex(rng, 4),
    "sha": lambda rng: _hex(rng, 40),
    "pod": _pod,
    "time": _time,
    "clock": lambda rng: f"{_clock(rng)}.{rng.randrange(10**6):06}",
    "dur": lambda rng: f"{rng.randrange(1, 900)}{rng.choice(['s', 'ms', 'm'])}",
    "acct": lambda rng: str(rng.randrange(10**11, 10**12)),
    "req": lambda rng: _hex(rng, 16).upper(),
}  # fmt: skip
