"""A forge on loopback that answers as GitHub's description of its REST API says, and refuses all else.

From the OpenAPI description, version 2022-11-28, operation ``issues/get``: the path, its parameters, the media
types, the codes of its answers and the fields that an issue must have. From the documentation around it: a
``User-Agent`` is required, a token is ``Bearer``, and 403 or 429 with ``Retry-After``, with
``X-RateLimit-Remaining: 0`` or with a message of a secondary limit is a limit. What a request breaks is kept in ``broken``.
"""

import re

import fake_forge

PATH = re.compile(r"/repos/(?P<owner>[^/?#]+)/(?P<repo>[^/?#]+)/issues/(?P<number>[0-9]+)")
MOVED = re.compile(r"/repositories/(?P<id>[0-9]+)/issues/(?P<number>[0-9]+)")
"""Where the 301 of an issue that was transferred leads."""
MEDIA = {
    "application/json",
    "application/vnd.github+json",
    *(f"application/vnd.github.{form}+json" for form in ("raw", "text", "html", "full")),
}
VERSIONS = {"2022-11-28"}
CODES = {200, 301, 304, 404, 410, 401, 403, 429, 500, 503}
REQUIRED = {
    "assignee", "closed_at", "comments", "comments_url", "created_at", "events_url", "html_url", "id", "node_id",
    "labels", "labels_url", "milestone", "number", "repository_url", "state", "locked", "title", "updated_at",
    "url", "user",
}  # fmt: skip
REQUIRED_OF_A_REQUEST = {"diff_url", "html_url", "patch_url", "url"}


SECOND_LIMIT = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
}
"""The body of a limit that need not be in any header."""


def issue(repository, number, title, *, state="open", closed_at=None, merged_at=None, is_pr=False):
    """An issue with all fields that the description requires; a PR has the key ``pull_request``."""
    kind = "pull" if is_pr else "issues"
    api = f"https://api.github.com/repos/{repository}/issues/{number}"
    made = {
        "id": number, "node_id": f"I_{number}", "url": api, "repository_url": api.partition("/issues")[0],
        "labels_url": f"{api}/labels{{/name}}", "comments_url": f"{api}/comments", "events_url": f"{api}/events",
        "html_url": f"https://github.com/{repository}/{kind}/{number}", "number": number, "state": state,
        "title": title, "body": "It is long.", "user": {"login": "octocat"}, "labels": [], "assignee": None,
        "assignees": [], "milestone": None, "locked": False, "comments": 0, "closed_at": closed_at,
        "created_at": "2026-05-01T09:00:00Z", "updated_at": "2026-05-05T11:00:00Z",
        "author_association": "MEMBER",
    }  # fmt: skip
    if is_pr:
        page = made["html_url"]
        made["pull_request"] = {
            "url": api.replace("/issues/", "/pulls/"), "html_url": page, "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch", "merged_at": merged_at,
        }  # fmt: skip
    return made


class FakeGitHub(fake_forge.FakeForge):
    """GitHub, of which every answer of an issue is a whole one."""

    LIMITS = (
        ("X-RateLimit-Limit", "60"),
        ("X-RateLimit-Remaining", "59"),
        ("X-RateLimit-Reset", "1777982400"),
    )

    def add(self, repository, number, title, **more):
        """Keep an issue or a PR."""
        self.answer(repository, number, 200, issue(repository, number, title, **more))

    def answer(self, repository, number, code, body, **headers):
        """Answer for an issue in a way of its own."""
        self.keep(f"/repos/{repository}/issues/{number}", code, body, **headers)

    def problem(self, method, path, headers, length):
        """What the description does not allow of a request, or ''."""
        return _problem(method, path, headers, length)

    def check(self, path, code, body, headers):
        """Hold an answer to the description."""
        assert code in CODES
        told = "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"
        assert code != 429 or told or body == SECOND_LIMIT
        if code == 200 and isinstance(body, dict):
            assert body.keys() >= REQUIRED
            request = body.get("pull_request", dict.fromkeys(REQUIRED_OF_A_REQUEST))
            assert request.keys() >= REQUIRED_OF_A_REQUEST

    def error(self, message, code):
        """The body of a refusal."""
        return {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(code)}


def serving():
    """A fake that listens on loopback."""
    return fake_forge.serving(FakeGitHub())


def _problem(method, path, headers, length):
    if method != "GET":
        return f"no operation {method}"
    if not (PATH.fullmatch(path) or MOVED.fullmatch(path)):
        return "no such path"
    if not headers.get("User-Agent", "").strip():
        return "no User-Agent"
    if headers.get("Accept") not in MEDIA:
        return f"no media type {headers.get('Accept')!r}"
    if headers.get("X-GitHub-Api-Version", "2022-11-28") not in VERSIONS:
        return "no such version of the API"
    if length:
        return "a body where none belongs"
    if "Authorization" in headers and not re.fullmatch(r"Bearer [!-~]+", headers["Authorization"]):
        return "no such authorization"
    return ""
