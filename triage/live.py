"""The HTTP front end: the site on an address of this machine, live while events arrive.

Only a browser that was given the token sees anything: it becomes a cookie at the first visit. Host and Origin
are checked, so that no page of another site can read ours through the reader's browser.
"""

import hmac
import json
import queue
import secrets
import threading
import time
from html import escape
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from triage.errors import NotFound, PolicyError, TriageError
from triage.publish.types import content_type

POLL = 0.25
"""Seconds between two looks at the store, where a look is quick."""
ALIVE = 15.0
"""Seconds without news after which a stream says that it is still there."""
PATIENCE = 20.0
"""Seconds that a client may take to read or to send."""
CLIENTS = 64
"""Streams that are open at once."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class Source(Protocol):
    """What is served: see `triage.usecases.serving.Serving`."""

    def heads(self) -> dict[str, tuple[str, ...]]:
        """The heads of every journal by its slug."""
        ...

    def file(self, path: str) -> bytes:
        """The bytes of a file of the site."""
        ...


class Server(ThreadingHTTPServer):
    """The server. Use `Server.on`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], source: Source) -> None:
        self._over = threading.Event()
        super().__init__(address, Handler)
        self.source = source
        self.token = secrets.token_urlsafe(24)
        self.clients: set[queue.Queue[list[str]]] = set()
        self.known = threading.Lock()
        threading.Thread(target=self._look, daemon=True).start()

    @classmethod
    def on(cls, host: str, port: int, source: Source) -> "Server":
        """Listen there; port 0 is any that is free. Raises OSError."""
        return cls((host, port), source)

    @property
    def url(self) -> str:
        """The address to begin at, with the token."""
        return f"http://{self.place}/?token={self.token}"

    @property
    def place(self) -> str:
        """Host and port, as a browser names them."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def places(self) -> set[str]:
        """The names by which a browser on this machine may call us."""
        return {self.place, f"localhost:{self.server_address[1]}"}

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""

    def server_close(self) -> None:
        """End, and let the thread that looks at the store end."""
        self._over.set()
        super().server_close()

    def _look(self) -> None:
        """Tell all clients which journals changed, until the end."""
        before: dict[str, tuple[str, ...]] | None = None
        while True:
            start = time.monotonic()
            try:
                heads = self.source.heads()
            except TriageError:  # the store is away, or locked: look again
                heads = before or {}
            changed = sorted(
                slug for slug, each in heads.items() if before is not None and before.get(slug) != each
            )
            before = heads
            if changed:
                self._tell(changed)
            if self._over.wait(max(POLL, 5 * (time.monotonic() - start))):
                return

    def _tell(self, changed: list[str]) -> None:
        with self.known:
            for client in self.clients:
                try:
                    client.put_nowait(changed)
                except queue.Full:  # it reads nothing; its next news says enough
                    continue


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "triage"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer with a file of the site, or with the stream of events."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing: paths hold slugs, and a first one the token."""

    def _answer(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        if not self._is_ours():
            self._refuse(
                403, "this address is not ours", "use the address that triage serve printed", body=body
            )
            return
        offered = parse_qs(parts.query).get("token", [""])[0]
        if offered and self._fits(offered):
            self._send(303, b"", {"Location": parts.path or "/", "Set-Cookie": self._cookie()}, body=body)
        elif not self._fits(self._carried()):
            self._refuse(403, "no token", "use the whole address that triage serve printed", body=body)
        elif parts.path == "/events":
            self._stream()
        else:
            self._file(unquote(parts.path), body=body)

    def _is_ours(self) -> bool:
        """Whether the browser means this server, and asks from one of its own pages."""
        origin = self.headers.get("Origin")
        site = self.headers.get("Sec-Fetch-Site", "none")
        there = self.headers.get("Host", "") in self.server.places
        return (
            there
            and (origin is None or urlsplit(origin).netloc in self.server.places)
            and site != "cross-site"
        )

    def _cookie_name(self) -> str:
        return f"triage-{self.server.server_address[1]}"

    def _cookie(self) -> str:
        return f"{self._cookie_name()}={self.server.token}; HttpOnly; SameSite=Strict; Path=/"

    def _carried(self) -> str:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        found = cookie.get(self._cookie_name())
        return found.value if found else ""

    def _fits(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.server.token.encode())

    def _file(self, path: str, *, body: bool) -> None:
        name = path.lstrip("/") or "index.html"
        if name.endswith("/"):
            name += "index.html"
        try:
            data = self.server.source.file(name)
        except NotFound as error:
            self._refuse(404, error.message, error.hint, body=body)
        except PolicyError as error:
            self._refuse(403, error.message, error.hint, body=body)
        except TriageError as error:
            self._refuse(503 if error.retryable else 500, error.message, error.hint, body=body)
        else:
            self._send(200, data, {"Content-Type": content_type(name)}, body=body)

    def _refuse(self, status: int, message: str, hint: str, *, body: bool) -> None:
        text = (
            f"<!DOCTYPE html><title>{status}</title><h1>{status}</h1><p>{escape(message)}<p>{escape(hint)}\n"
        )
        headers = {
            "Content-Type": content_type("index.html"),
            "Content-Security-Policy": "default-src 'none'",
        }
        self._send(status, text.encode(), headers, body=body)

    def _send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(status)
        for name, value in (HEADERS | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def _stream(self) -> None:
        """Tell of changes as server-sent events, until the client goes away."""
        news: queue.Queue[list[str]] = queue.Queue(maxsize=100)
        with self.server.known:
            full = len(self.server.clients) >= CLIENTS
            if not full:
                self.server.clients.add(news)
        if full:
            self._refuse(503, f"{CLIENTS} pages listen already", "close some", body=True)
            return
        self.close_connection = True
        try:
            self.send_response(200)
            for name, value in (
                HEADERS | {"Content-Type": "text/event-stream", "Connection": "close"}
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b": here\n\n")
            while True:
                self.wfile.write(_told(news))
                self.wfile.flush()
        except OSError:  # it went away
            return
        finally:
            with self.server.known:
                self.server.clients.discard(news)


def _told(news: "queue.Queue[list[str]]") -> bytes:
    """The next event of a stream, or a sign of life."""
    try:
        changed = news.get(timeout=ALIVE)
    except queue.Empty:
        return b": here\n\n"
    return f"event: changed\ndata: {json.dumps(changed)}\n\n".encode()
