"""GitLab, gitlab.com and self-managed: issues and merge requests of its REST API, version 4.

``GET /projects/{id}/issues/{issue_iid}`` and ``GET /projects/{id}/merge_requests/{merge_request_iid}``, by
its OpenAPI description and the schemas of its answers. https://docs.gitlab.com/api/rest
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from triage import __version__
from triage.forge import Said
from triage.forge.credentials import token
from triage.forge.network import Reply, pause
from triage.refs import Ref

PUBLIC = "gitlab.com"
API = "https://gitlab.com/api/v4"
VERSION = "/api/v4"
"""How the address of every GitLab's API ends, and no other's."""
TOKENS = ("GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN")
"""The variables that GitLab's own program reads."""
_STATES = {"opened": "open", "locked": "open", "closed": "closed", "merged": "merged"}
"""A merge request is locked while it is being merged."""


class GitLab:
    """One host of GitLab. ``api`` is the address of its API, which has been checked; ``token`` may be ''."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api.rstrip("/")
        self.headers = {"Accept": "application/json", "User-Agent": f"triage/{__version__}"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def of_host(cls, host: str, api: str, environ: Mapping[str, str]) -> GitLab | None:
        """The API of a host with its token; None where it is no GitLab.

        A token in a variable is that of gitlab.com, or of the host in ``GITLAB_HOST``, and of no other.
        """
        api = api or (API if host == PUBLIC else "")
        if not (api.rstrip("/").endswith(VERSION) or (api and host == PUBLIC)):
            return None
        named = environ.get("GITLAB_HOST", "").strip().removeprefix("https://").strip("/").lower()
        names = TOKENS if host == (named or PUBLIC) else ()
        program = ("glab", "config", "get", "token", "--host", host)
        return cls(api, token(environ, names, program, unseen=TOKENS))

    def address(self, asked: Ref) -> str:
        """What an issue or a merge request is called in the API."""
        what = "merge_requests" if asked.mark == "!" else "issues"
        return f"{self._api}/projects/{quote(asked.repository, safe='')}/{what}/{asked.number}"

    def read(self, value: Mapping[str, Any]) -> Said | None:
        """What an issue or a merge request says of itself; None where it lacks a field that is described."""
        state = _STATES.get(str(value.get("state")), "")
        if not (
            isinstance(value.get("title"), str)
            and isinstance(value.get("web_url"), str)
            and type(value.get("iid")) is int  # True is none
            and state
        ):
            return None
        return Said(
            number=value["iid"],
            title=value["title"],
            type="pr" if "target_branch" in value else "issue",
            state=state,
            since=value.get("merged_at") or value.get("closed_at"),
            url=value["web_url"],
        )

    def wait(self, refusal: Reply) -> str:
        """When to ask again, by ``Retry-After`` or by the limits of the minute."""
        return pause(refusal, "RateLimit")
