"""The way to an API: one request, within bounds of time and size, over no redirect to another host."""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from triage import times

TIMEOUT = 10.0
"""Seconds that one step of an answer may take."""
PATIENCE = 30.0
"""Seconds that the text of an answer may take: one that comes by drops would never end."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer that are read: an issue's text has 256 KiB at most, and an answer names much else."""
REDIRECTS = 3
"""How often an issue may have moved within its host."""
MOVED = (301, 302, 307, 308)
AT_LEAST = "wait a minute at least"
"""What GitHub's documentation says of a limit that names no time; GitLab's limits are by the minute."""


class Unreached(NamedTuple):
    """That no answer came, and why: in few words, of which none is from a header."""

    reason: str


class Reply(NamedTuple):
    """What an address answered; ``body``, of a success or a 403 alone, is up to one byte beyond `LARGEST`."""

    code: int
    headers: "Message[str, str]"
    body: bytes
    address: str

    @property
    def is_success(self) -> bool:
        """Whether the body is what was asked for."""
        return 200 <= self.code < 300

    @property
    def moves(self) -> bool:
        """Whether what was asked for is somewhere else."""
        return self.code in MOVED

    @property
    def target(self) -> str:
        """Where it moved to, if that is the same host; else ''."""
        named = self.headers.get("Location", "") if self.moves else ""
        whole = urljoin(self.address, named) if named else ""
        here, there = urlsplit(self.address), urlsplit(whole)
        return whole if (here.scheme, here.netloc) == (there.scheme, there.netloc) else ""


def get(address: str, headers: Mapping[str, str], *, timeout: float, patience: float) -> Reply | Unreached:
    """The last reply on the way."""
    opener = urllib.request.build_opener(_AsItCame())
    for _ in range(REDIRECTS + 1):
        try:
            reply = _once(opener, urllib.request.Request(address, headers=dict(headers)), timeout, patience)
            target = reply.target
        except (OSError, HTTPException, ValueError) as error:
            return Unreached(f"{urlsplit(address).netloc} cannot be reached: {_reason(error)}")
        if not target:
            break
        address = target
    return reply


def pause(refusal: Reply, prefix: str) -> str:
    """When to ask again, by ``Retry-After`` or by the headers of a limit; '' where none is reached."""
    headers = refusal.headers
    after = headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdigit():
        return f"try again in {int(after[:9])} s"
    if headers.get(f"{prefix}-Remaining", "").strip() != "0":
        return AT_LEAST if refusal.code == 429 else ""
    reset = headers.get(f"{prefix}-Reset", "").strip()
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return "try again later"
    return f"try again after {times.show(times.from_timestamp_us(int(reset) * 1_000_000), 'minute')}"


def _once(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout: float, patience: float
) -> Reply:
    with opener.open(request, timeout=timeout) as answered:
        reply = Reply(answered.status, answered.headers, b"", request.full_url)
        if reply.is_success or reply.code == 403:
            return reply._replace(body=_all(answered, patience))
        return reply


def _all(answered: HTTPResponse, patience: float) -> bytes:
    """The bytes of an answer, no more than one beyond `LARGEST`; `TimeoutError` where they take too long."""
    end, data = time.monotonic() + patience, bytearray()
    while len(data) <= LARGEST and (piece := answered.read1(LARGEST + 1 - len(data))):
        data += piece
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(data)


class _AsItCame(urllib.request.HTTPErrorProcessor):
    """Takes every answer for one, and follows none: a token must not travel to another host."""

    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:  # noqa: ARG002  urllib hands it over
        """Give the answer, whatever its code."""
        return response

    https_response = http_response


def _reason(error: Exception) -> str:
    """What went wrong on the way, in few words; addresses and headers are in none of them."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "it took too long"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__ if isinstance(cause, Exception) else "no connection"
