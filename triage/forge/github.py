"""GitHub, github.com and Enterprise: ``GET /repos/{owner}/{repo}/issues/{number}`` of its REST API.

A PR is an issue there, with more to it. https://docs.github.com/rest, version 2022-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from triage import __version__
from triage.forge import PUBLIC, Said
from triage.forge.credentials import token
from triage.forge.network import AT_LEAST, Reply, pause
from triage.refs import Ref

API = "https://api.github.com"
_SECOND = re.compile(rb"secondary rate limit", re.IGNORECASE)
"""In the message of a 403, which else says that something is not allowed."""


class GitHub:
    """One host of GitHub. ``api`` is the address of its API, which has been checked; ``token`` may be ''."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api.rstrip("/")
        self.headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": f"triage/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def of_host(cls, host: str, api: str, environ: Mapping[str, str]) -> GitHub | None:
        """The API of a host, with the token that GitHub's own program would take; None where it has none."""
        api = api or (API if host == PUBLIC else "")
        public = ("GITHUB_TOKEN", "GH_TOKEN")
        names = public if host == PUBLIC else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
        return cls(api, token(environ, names, ("gh", "auth", "token", "--hostname", host))) if api else None

    def address(self, asked: Ref) -> str:
        """What an issue or a PR is called in the API."""
        return f"{self._api}/repos/{asked.repository}/issues/{asked.number}" if asked.mark == "#" else ""

    def read(self, value: Mapping[str, Any]) -> Said | None:
        """What an issue says of itself; None where it lacks a field that the API describes."""
        request = value.get("pull_request")
        if not (
            isinstance(value.get("title"), str)
            and isinstance(value.get("html_url"), str)
            and type(value.get("number")) is int  # True is none
            and value.get("state") in ("open", "closed")
            and isinstance(request, dict | None)
        ):
            return None
        merged = (request or {}).get("merged_at")
        return Said(
            number=value["number"],
            title=value["title"],
            type="issue" if request is None else "pr",
            state="merged" if merged else value["state"],
            since=merged or value.get("closed_at"),
            url=value["html_url"],
        )

    def wait(self, refusal: Reply) -> str:
        """When to ask again, by ``Retry-After`` or by the limits of the hour; else as its words say."""
        return pause(refusal, "X-RateLimit") or (AT_LEAST if _SECOND.search(refusal.body) else "")
