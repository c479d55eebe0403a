"""Forges besides github.com, as the user's own configuration names them: ``[forges]``, an API by host."""

import re
from urllib.parse import urlsplit

from triage.errors import InvalidValue

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*(?::\d+)?")


def check(path: str, value: object) -> None:
    """Raise `InvalidValue` naming what is wrong with the ``forges`` table of a configuration."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{path}: forges must be a table", hint="write [forges]")
    for host, api in value.items():
        if not _HOST.fullmatch(host):
            raise InvalidValue(
                f"{path}: forges.{host!r:.80} is no host", hint='write "git.example.org" = "…"'
            )
        if not (isinstance(api, str) and _is_api(api)):
            raise InvalidValue(
                f"{path}: forges.{host} must be the address of an API, by https",
                hint=f'write "{host}" = "https://{host}/api/v3", of a GitLab /api/v4',
            )


def _is_api(address: str) -> bool:
    """Whether a token may go there: by https, or to this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set(address) & set(" <>\"'`\\{}?#@")
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
