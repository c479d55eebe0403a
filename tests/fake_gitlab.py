"""A forge on loopback that answers as GitLab's description of its REST API says, and refuses all else.

From its OpenAPI description, operations ``getApiV4ProjectsIdIssuesIssueIid`` and the one of merge requests: the
paths, whose ``id`` is a number or the URL-encoded path of a project, and the codes. From the schemas that GitLab
holds its own answers to: the fields that an issue and a merge request must have. From the documentation around
it: a token is ``Bearer``, a project that was moved is answered with 301, and 429 with ``Retry-After`` or
``RateLimit-Remaining: 0`` is a limit.
"""

import re
from urllib.parse import quote

import fake_forge

ROOT = "/api/v4"
PATH = re.compile(
    r"/api/v4/projects/(?:[0-9]+|[\w.-]+(?:%2F[\w.-]+)+)/(?P<what>issues|merge_requests)/[0-9]+"
)
CODES = {200, 301, 400, 401, 403, 404, 429, 500, 502, 503}
REQUIRED = {
    "id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at", "labels", "milestone",
    "author", "user_notes_count", "upvotes", "downvotes", "web_url",
}  # fmt: skip
"""The fields that both must have."""
REQUIRED_OF_ONE = {
    "issues": {"assignees", "due_date", "confidential"},
    "merge_requests": {
        "target_branch", "source_branch", "assignee", "source_project_id", "target_project_id", "work_in_progress",
        "merge_when_pipeline_succeeds", "merge_status", "sha", "merge_commit_sha", "should_remove_source_branch",
        "force_remove_source_branch", "squash",
    },
}  # fmt: skip
STATES = {"issues": {"opened", "closed"}, "merge_requests": {"opened", "closed", "locked", "merged"}}


def issue(repository, number, title, *, state="opened", closed_at=None, merged_at=None, is_pr=False):
    """An issue or a merge request with all fields that the schemas require."""
    what = "merge_requests" if is_pr else "issues"
    made = {
        "id": 1000 + number, "iid": number, "project_id": 3, "title": title, "description": None, "state": state,
        "created_at": "2026-05-01T09:00:00.123Z", "updated_at": "2026-05-05T11:00:00.123Z", "closed_at": closed_at,
        "labels": [], "milestone": None, "assignees": [], "assignee": None, "author": {"username": "ana"},
        "user_notes_count": 0, "upvotes": 0, "downvotes": 0,
        "web_url": f"https://gitlab.com/{repository}/-/{what}/{number}",
    }  # fmt: skip
    if is_pr:
        more = {name: None for name in REQUIRED_OF_ONE[what] if name not in made}
        return {**more, **made, "target_branch": "main", "source_branch": "fix", "merged_at": merged_at}
    return {**made, "due_date": None, "confidential": False}


class FakeGitLab(fake_forge.FakeForge):
    """GitLab, of which every answer of an issue or a merge request is a whole one."""

    LIMITS = (("RateLimit-Limit", "60"), ("RateLimit-Remaining", "59"), ("RateLimit-Reset", "1777982400"))

    @property
    def api(self):
        """The address of its API."""
        return self.address + ROOT

    def add(self, repository, number, title, **more):
        """Keep an issue or a merge request."""
        self.answer(repository, number, 200, issue(repository, number, title, **more), **more)

    def answer(self, repository, number, code, body, *, is_pr=False, headers=None, **_):
        """Answer for an issue or a merge request in a way of its own."""
        what = "merge_requests" if is_pr else "issues"
        self.keep(
            f"{ROOT}/projects/{quote(repository, safe='')}/{what}/{number}", code, body, **(headers or {})
        )

    def problem(self, method, path, headers, length):
        """What the description does not allow of a request, or ''."""
        if method != "GET":
            return f"no operation {method}"
        if not PATH.fullmatch(path):
            return "no such path"
        if headers.get("Accept") not in ("application/json", "*/*", None):
            return f"no media type {headers.get('Accept')!r}"
        if length:
            return "a body where none belongs"
        if not re.fullmatch(r"Bearer [!-~]+", headers.get("Authorization", "Bearer x")):
            return "no such authorization"
        return ""

    def check(self, path, code, body, headers):
        """Hold an answer to the description and the schemas."""
        assert code in CODES
        if code == 200 and isinstance(body, dict):
            what = PATH.fullmatch(path)["what"]
            assert body.keys() >= REQUIRED | REQUIRED_OF_ONE[what]
            assert body["state"] in STATES[what]

    def error(self, message, code):
        """The body of a refusal."""
        return {"message": f"{code} {message}"}


def serving():
    """A fake that listens on loopback."""
    return fake_forge.serving(FakeGitLab())
