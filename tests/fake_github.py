"""A forge on loopback that answers as GitHub's description of its REST API says, and refuses all else.

From the OpenAPI description, version 2022-11-28, operation ``issues/get``: the path, its parameters, the media
types, the codes of its answers and the fields that an issue must have. From the documentation around it: a
``User-Agent`` is required, a token is ``Bearer``, and 403 or 429 with ``Retry-After`` or with
``X-RateLimit-Remaining: 0`` is a limit. What a request breaks is kept in ``broken``.
"""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
LIMITS = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "1777982400"}


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


class FakeGitHub:
    """What it answers, by the path; ``asked`` are the paths in the order of asking, with their tokens."""

    def __init__(self):
        self.answers = {}
        self.tokens = set()
        self.asked = []
        self.broken = []
        self.address = ""

    def add(self, repository, number, title, **more):
        """Keep an issue or a PR."""
        self.answer(repository, number, 200, issue(repository, number, title, **more))

    def answer(self, repository, number, code, body, **headers):
        """Answer a path in a way of its own; names of headers have ``_`` for ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[f"/repos/{repository}/issues/{number}"] = (code, body, named)

    def said(self, method, path, headers, length):
        """The answer to a request: what the description does not allow is refused, and kept."""
        self.asked.append((path, headers.get("Authorization")))
        problem = _problem(method, path, headers, length)
        if problem:
            self.broken.append(f"{method} {path}: {problem}")
            return 403 if problem == "no User-Agent" else 400, {"message": problem}, {}
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            return 401, _error("Bad credentials", 401), {}
        found = self.answers.get(path, (404, _error("Not Found", 404), {}))
        assert found[0] in CODES
        if found[0] == 200 and isinstance(found[1], dict):
            assert found[1].keys() >= REQUIRED
            assert (
                found[1].get("pull_request", dict.fromkeys(REQUIRED_OF_A_REQUEST)).keys()
                >= REQUIRED_OF_A_REQUEST
            )
        return found


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


def _error(message, code):
    return {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(code)}


@contextmanager
def serving():
    """A fake that listens on loopback."""
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def _any(self):
            length = int(self.headers.get("Content-Length") or 0)
            code, body, headers = fake.said(self.command, self.path, self.headers, length)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(code)
            for name, value in {
                **LIMITS,
                "Content-Type": "application/json; charset=utf-8",
                **headers,
            }.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_HEAD = do_PUT = do_DELETE = _any  # noqa: N815  http.server's names

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert fake.broken == []
