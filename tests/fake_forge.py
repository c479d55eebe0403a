"""A forge on loopback that answers what it was given, and refuses what its own description does not allow."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeForge:
    """What it answers, by the path; ``asked`` are the paths in the order of asking, with their tokens.

    What a request breaks is kept in ``broken``. A forge says what an allowed request is in `problem`, what an
    allowed answer is in `check`, and has the headers of its ``LIMITS``: names with values.
    """

    LIMITS = ()

    def __init__(self):
        self.answers = {}
        self.tokens = set()
        self.asked = []
        self.broken = []
        self.address = ""

    def keep(self, path, code, body, **headers):
        """Answer a path in a way of its own; names of headers have ``_`` for ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (code, body, named)

    def said(self, method, path, headers, length):
        """The answer to a request: what the description does not allow is refused, and kept."""
        self.asked.append((path, headers.get("Authorization")))
        problem = self.problem(method, path, headers, length)
        if problem:
            self.broken.append(f"{method} {path}: {problem}")
            return 403 if problem == "no User-Agent" else 400, {"message": problem}, {}
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            return 401, self.error("Bad credentials", 401), {}
        found = self.answers.get(path, (404, self.error("Not Found", 404), {}))
        self.check(path, *found)
        return found


def at_home(program, issue_url, apis):
    """The program in a journal, whose folder has its home at a forge; its user names APIs and has no token."""
    named = "\n".join(f'"{host}" = "{api}"' for host, api in apis.items())
    own_config(program, f"[forges]\n{named}\n")
    (program.work / "triage.toml").write_text(f'issue_url = "{issue_url}"\n')
    for name in ("gh", "glab"):
        tool(program, name, "exit 1")
    program("init")
    program("open", "Velvet first deploy")
    return program


def own_config(program, text):
    """Write the user's own configuration."""
    folder = program.home / "config" / "triage"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "triage.toml").write_text(text)


def tool(program, name, script):
    """Put a program on the path."""
    folder = program.home / "tools"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    program.set("PATH", f"{folder}:/usr/bin:/bin")


def issues(program):
    """What was recorded of issues."""
    return [event["body"] for event in program.events() if event["kind"] == "issue"]


@contextmanager
def serving(fake):
    """The fake, listening on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self):
            length = int(self.headers.get("Content-Length") or 0)
            code, body, headers = fake.said(self.command, self.path, self.headers, length)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(code)
            for name, value in {
                **dict(fake.LIMITS),
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
