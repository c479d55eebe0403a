"""What a forge says of an issue or a PR, by GitHub's REST API: ``GET /repos/{owner}/{repo}/issues/{number}``.

A token goes to the API of its own host only: over no redirect to another, and never into a message. The other
hosts that are asked are those that the user's own configuration names.
"""

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from triage import __version__, times

PUBLIC = "github.com"
API = "https://api.github.com"
TIMEOUT = 10.0
"""Seconds that one step of an answer may take."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer that are read: an issue's text has 256 KiB at most, and an answer names much else."""
PATIENCE = 30.0
"""Seconds that the text of an answer may take: one that comes by drops would never end."""
LONGEST_TITLE = 1024
"""Characters of a title; GitHub takes 256."""
REDIRECTS = 3
"""How often an issue may have moved within its host."""

_REPOSITORY = r"[A-Za-z0-9][\w.-]{0,99}/(?!\.{1,2}(?:[/#]|$))[\w.-]{1,100}"
_SHORT = re.compile(rf"(?P<repository>{_REPOSITORY})?#(?P<number>[1-9]\d{{0,9}})")
_PATTERN = re.compile(rf"https?://(?P<host>[\w.-]+(?::\d+)?)/(?P<repository>{_REPOSITORY})/(?:issues|pull)/")
_WEB = re.compile(rf"{_PATTERN.pattern}(?P<number>[1-9]\d{{0,9}})/?(?:[?#].*)?")
_REMOTE = re.compile(
    r"(?:(?:https?|ssh)://(?:[^@/\s]+@)?|[^@/\s]+@)"
    rf"(?P<host>[\w.-]+)(?::\d+)?[:/](?P<repository>{_REPOSITORY}?)(?:\.git)?/?"
)
_TOKEN = re.compile(r"[!-~]{1,1000}")


class Home(NamedTuple):
    """A repository, as ``owner/repo``, and the host of its pages."""

    host: str
    repository: str


class Asked(NamedTuple):
    """An issue or a PR at a forge."""

    host: str
    repository: str
    number: int


class Known(NamedTuple):
    """What a forge says: ``type`` is issue or pr, ``state`` open, closed or merged since ``at``, or ''.

    ``source`` is the address that it was taken from, ``url`` that of its page, or ''.
    """

    title: str
    type: str
    state: str
    at: str
    url: str
    source: str


class Answer(NamedTuple):
    """What is known, or the problem why not; one that ``halts`` holds for all that the host is asked."""

    known: Known | None = None
    problem: str = ""
    halts: bool = False


def home_of(pattern: str) -> Home | None:
    """The repository that a pattern of links means, such as ``https://github.com/acme/velvet/issues/{ref}``."""
    found = _PATTERN.match(pattern)
    return Home(found["host"], found["repository"]) if found else None


def remote_home(folder: str) -> Home | None:
    """The repository that git fetches from in a folder."""
    found = _REMOTE.fullmatch(_said("git", "-C", folder, "remote", "get-url", "origin"))
    return Home(found["host"], found["repository"]) if found else None


def asked_of(ref: str, home: Home | None) -> Asked | None:
    """What a reference means: ``#1140`` at home, ``owner/repo#1140`` at the host of it, or a URL."""
    found = _WEB.fullmatch(ref)
    if found:
        return Asked(found["host"], found["repository"], int(found["number"]))
    found = _SHORT.fullmatch(ref)
    if not found or not (found["repository"] or home):
        return None
    host = home.host if home else PUBLIC
    return Asked(host, found["repository"] or (home.repository if home else ""), int(found["number"]))


def token_of(host: str, environ: Mapping[str, str]) -> str:
    """The token for a host, from the variables that GitHub's own program reads, or from that; or ''."""
    public = ("GITHUB_TOKEN", "GH_TOKEN")
    names = public if host == PUBLIC else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    said = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    said = said or _said("gh", "auth", "token", "--hostname", host)
    return said if _TOKEN.fullmatch(said) else ""


class Forge:
    """One host's API. ``api`` is its address, which has been checked; ``token`` may be ''."""

    def __init__(self, api: str, token: str, *, timeout: float = TIMEOUT, patience: float = PATIENCE) -> None:
        self._api = api.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._patience = patience
        self._opener = urllib.request.build_opener(_Unredirected())

    def issue(self, asked: Asked) -> Answer:
        """What the forge says of an issue or a PR."""
        address = f"{self._api}/repos/{asked.repository}/issues/{asked.number}"
        for _ in range(REDIRECTS):
            try:
                with self._opener.open(self._request(address), timeout=self._timeout) as answered:
                    return _read(_all(answered, self._patience), address, asked)
            except urllib.error.HTTPError as error:
                with error:
                    moved = _moved(error, address)
                    if not moved:
                        return self._refused(error)
                address = moved
            except (OSError, HTTPException, ValueError) as error:
                return Answer(problem=f"{_place(address)} cannot be reached: {_reason(error)}", halts=True)
        return Answer(problem="it has moved too often")

    def _request(self, address: str) -> urllib.request.Request:
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": f"triage/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return urllib.request.Request(address, headers=headers)

    def _refused(self, error: urllib.error.HTTPError) -> Answer:
        """What an answer that is no issue means."""
        code = error.code
        wait = _wait(error.headers) if code in (403, 429) else ""
        if wait:
            return Answer(problem=f"the forge has had enough requests ({code}): {wait}", halts=True)
        if code == 401:
            return Answer(problem="the forge does not take the token (401): renew it", halts=True)
        if code in (301, 302, 307, 308):
            return Answer(problem=f"it has moved to another host, which is not asked ({code})")
        if code == 404:
            unseen = "or the token may not see it" if self._token else "or only who has a token sees it"
            return Answer(problem=f"there is no such issue or PR, {unseen} (404)")
        if code == 410:
            return Answer(problem="it was deleted (410)")
        if code == 403:
            return Answer(problem="the forge does not allow it (403): the token may lack the right")
        return Answer(problem=f"the forge answered {code}", halts=code >= 500)


class _Unredirected(urllib.request.HTTPRedirectHandler):
    """Follows nothing by itself: a token must not travel to another host."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002  urllib hands it over
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """Give no request: the redirect is an answer."""
        return


def _moved(error: urllib.error.HTTPError, address: str) -> str:
    """Where an issue moved to, if that is the same host; else ''."""
    target = error.headers.get("Location", "") if error.code in (301, 302, 307, 308) else ""
    whole = urljoin(address, target) if target else ""
    here, there = urlsplit(address), urlsplit(whole)
    return whole if (here.scheme, here.netloc) == (there.scheme, there.netloc) else ""


def _wait(headers: "Message[str, str]") -> str:
    """When to ask again, where an answer says that there were too many requests; else ''."""
    after = headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdigit():
        return f"try again in {int(after[:9])} s"
    if headers.get("X-RateLimit-Remaining", "").strip() != "0":
        return ""
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return "try again later"
    return f"try again after {times.show(times.from_timestamp_us(int(reset) * 1_000_000), 'minute')}"


def _all(answered: HTTPResponse, patience: float) -> bytes:
    """The bytes of an answer, no more than one beyond `LARGEST`; `TimeoutError` where they take too long."""
    end, data = time.monotonic() + patience, bytearray()
    while len(data) <= LARGEST and (piece := answered.read1(LARGEST + 1 - len(data))):
        data += piece
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(data)


def _read(data: bytes, address: str, asked: Asked) -> Answer:
    """What an answer says; a problem where it is no issue as the API describes it, or another one."""
    try:
        said = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        said = None
    if not (isinstance(said, dict) and _is_issue(said)):
        return Answer(
            problem=f"{_place(address)} answered something that is no issue {asked.number}", halts=True
        )
    if said["number"] != asked.number:
        return Answer(problem=_another(said, asked))
    if len(said["title"]) > LONGEST_TITLE:
        return Answer(problem=f"its title has {len(said['title']):,} characters, which is none")
    return Answer(_known(said, address, asked))


def _is_issue(said: Mapping[str, Any]) -> bool:
    """Whether an answer has the fields that are read, each of its type."""
    return (
        isinstance(said.get("title"), str)
        and isinstance(said.get("html_url"), str)
        and type(said.get("number")) is int  # True is none
        and said.get("state") in ("open", "closed")
        and isinstance(said.get("pull_request"), dict | None)
    )


def _another(said: Mapping[str, Any], asked: Asked) -> str:
    """The problem that an answer has another number: an issue gets one where it is transferred to."""
    page = _page(said["html_url"], asked._replace(number=said["number"]))
    return f"the forge answered number {said['number']}: if it moved, name {page or 'where it is now'}"


def _known(said: Mapping[str, Any], address: str, asked: Asked) -> Known:
    """What an issue says of itself."""
    request = said.get("pull_request")
    merged = (request or {}).get("merged_at")
    state = "merged" if merged else said["state"]
    since = merged or said.get("closed_at") if state != "open" else None
    kind = "issue" if request is None else "pr"
    return Known(said["title"], kind, state, _instant(since), _page(said["html_url"], asked), address)


def _instant(text: object) -> str:
    """An instant of the API, in our form; '' where it is none."""
    if not (isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)):
        return ""
    instant = text.replace("Z", ".000000Z")
    return instant if times.is_instant(instant) else ""


def _page(url: str, asked: Asked) -> str:
    """The address of a page, if it is of the host and the number that were asked for; else ''.

    A repository that was renamed or transferred has another name than was asked for.
    """
    found = _WEB.fullmatch(url)
    is_it = found and found["host"].lower() == asked.host.lower() and int(found["number"]) == asked.number
    plain = url.isascii() and url.isprintable() and not any(c in url for c in " <>\"'`\\")
    return url if is_it and plain else ""


def _place(address: str) -> str:
    return urlsplit(address).netloc


def _reason(error: Exception) -> str:
    """What went wrong on the way, in few words; addresses and headers are in none of them."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "it took too long"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__ if isinstance(cause, Exception) else "no connection"


def _said(*command: str) -> str:
    """What a program says in one line; '' where there is none, or it fails or waits."""
    surroundings = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GH_PROMPT_DISABLED": "1"}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False, env=surroundings
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
