"""Forges: what one of them says of an issue or a PR.

A forge's own module knows what a reference is called in its API and what its answers mean; it sends nothing.
`ask` sends, and takes from an answer only what is of the very issue that was asked for.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from triage import refs, times
from triage.errors import InvalidValue
from triage.forge import network
from triage.refs import Home, Ref

PUBLIC = "github.com"
"""The host of a repository where nothing names one."""
LONGEST_TITLE = 1024
"""Characters of a title; GitHub takes 256."""


class Said(NamedTuple):
    """What an answer says, as it came.

    ``type`` is issue or pr, ``state`` open, closed or merged, ``since`` when it came about, ``url`` the
    address of the page.
    """

    number: int
    title: str
    type: str
    state: str
    since: object
    url: str


class Known(NamedTuple):
    """What is known of an issue or a PR: ``state`` holds since ``at``, or ''.

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


class Forge(Protocol):
    """One host's API, as its makers describe it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What every request says, the token too, where there is one."""

    def address(self, asked: Ref) -> str:
        """What a reference is called there: its address in the API; '' where nothing is named so."""

    def read(self, value: Mapping[str, Any]) -> Said | None:
        """What the object in an answer says; None where it is no issue as the API describes it."""

    def wait(self, refusal: network.Reply) -> str:
        """When to ask again, where an answer says that there were too many requests; else ''."""


def of_host(host: str, api: str, environ: Mapping[str, str]) -> Forge | None:
    """The forge of a host: ``api`` is the address that the user's own configuration names, checked, or ''."""
    from triage.forge.github import GitHub
    from triage.forge.gitlab import GitLab

    return GitLab.of_host(host, api, environ) or GitHub.of_host(host, api, environ)


def asked_of(ref: str, home: Home | None, host_of: Callable[[str], str] = lambda _: "") -> Ref | None:
    """What a reference means: a number at home, and ``owner/repo#1140`` at its host or at that of home.

    ``host_of`` gives the host of a repository, or ''. None where the reference is of no forge, or of no home.
    """
    found = refs.read(ref)
    if found is None or not re.fullmatch(refs.NUMBER, found.number) or not (found.repository or home):
        return None
    if home and not found.repository:
        return found._replace(host=home.host, repository=home.repository)
    host = found.host or host_of(found.repository) or (home.host if home else PUBLIC)
    return found._replace(host=host)


def ask(
    forge: Forge, asked: Ref, *, timeout: float = network.TIMEOUT, patience: float = network.PATIENCE
) -> Answer:
    """What the forge says of an issue or a PR."""
    address = forge.address(asked)
    if not address:
        return Answer(problem=f"{asked.host} names nothing by {asked.mark}{asked.number}")
    reply = network.get(address, forge.headers, timeout=timeout, patience=patience)
    if isinstance(reply, network.Unreached):
        return Answer(problem=reply.reason, halts=True)
    if reply.moves:
        circles = "too often" if reply.target else f"to another host, which is not asked ({reply.code})"
        return Answer(problem=f"it has moved {circles}")
    if not reply.is_success:
        return _refused(forge, reply)
    said = _read(forge, reply.body)
    if said is None:
        problem = f"{urlsplit(reply.address).netloc} answered something that is no issue {asked.number}"
        return Answer(problem=problem, halts=True)
    return _judged(said, asked, reply.address)


def _refused(forge: Forge, reply: network.Reply) -> Answer:
    """What an answer that is no issue means."""
    code = reply.code
    wait = forge.wait(reply) if code in (403, 429) else ""
    if wait:
        return Answer(problem=f"the forge has had enough requests ({code}): {wait}", halts=True)
    if code == 401:
        return Answer(problem="the forge does not take the token (401): renew it", halts=True)
    if code == 404:
        with_token = "Authorization" in forge.headers
        unseen = "or the token may not see it" if with_token else "or only who has a token sees it"
        return Answer(problem=f"there is no such issue or PR, {unseen} (404)")
    if code == 410:
        return Answer(problem="it was deleted (410)")
    if code == 403:
        return Answer(problem="the forge does not allow it (403): the token may lack the right")
    return Answer(problem=f"the forge answered {code}", halts=code >= 500)


def _read(forge: Forge, body: bytes) -> Said | None:
    try:
        value = json.loads(body) if len(body) <= network.LARGEST else None
    except (ValueError, RecursionError):
        return None
    return forge.read(value) if isinstance(value, dict) else None


def _judged(said: Said, asked: Ref, address: str) -> Answer:
    """What is taken from an answer: nothing of another number, no title that is none, no page elsewhere."""
    if str(said.number) != asked.number:
        page = _page(said.url, asked._replace(number=str(said.number))) or "where it is now"
        return Answer(problem=f"the forge answered number {said.number}: if it moved, name {page}")
    if len(said.title) > LONGEST_TITLE:
        return Answer(problem=f"its title has {len(said.title):,} characters, which is none")
    at = _instant(said.since) if said.state != "open" else ""
    return Answer(Known(said.title, said.type, said.state, at, _page(said.url, asked), address))


def _page(url: str, asked: Ref) -> str:
    """The address of a page, if it is of the host and the number that were asked for; else ''.

    A repository that was renamed or transferred has another name than was asked for.
    """
    found = refs.read(url)
    is_it = found and found._replace(repository=asked.repository) == asked
    plain = url.isascii() and url.isprintable() and not any(c in url for c in " <>\"'`\\")
    return url if is_it and plain else ""


def _instant(text: object) -> str:
    """An instant of an API, in our form; '' where it is none."""
    try:
        return times.parse_rfc3339(text) if isinstance(text, str) else ""
    except InvalidValue:
        return ""
