"""The grammar of references: how issues, PRs and commits are named.

At GitHub the issues and PRs of a repository share their numbers, and are named alike: ``#1140``,
``owner/repo#1140``, or by the address of a page, ``https://HOST/OWNER/REPO/issues/1140`` or ``…/pull/1140``.
At GitLab PRs, which are merge requests there, have numbers of their own, after ``!``; repositories may lie
deeper, and pages are ``https://HOST/GROUP/…/REPO/-/issues/1140`` or ``…/-/merge_requests/12``. Hosts, owners
and repositories are the same in capitals and in small letters. Any other address is a reference too, of
which nothing is known. The expressions are for larger ones, and compiled where they are used: who reads none
pays for none.
"""

import re
from functools import lru_cache
from typing import NamedTuple

NUMBER = r"[1-9][0-9]{0,9}"
"""The number of an issue or a PR, as forges give them."""
_NAME = r"(?!\.{1,2}(?![A-Za-z0-9_.-]))[A-Za-z0-9_.-]{1,100}+"
REPOSITORY = rf"{_NAME}/{_NAME}"
"""``owner/repo``; a name that leads upwards is none."""
PATH = rf"{_NAME}(?:/{_NAME}){{1,20}}"
"""The same, as deep as GitLab lets it lie."""
SHORT = rf"(?:{PATH})?[\#!][0-9]+"
"""``#1140``, ``owner/repo#1140`` or ``!12``, in texts where it cannot mean a heading."""
ANY = rf"(?:{SHORT}|https?://\S+)"
"""Any reference, in texts that hold one."""
COMMIT = r"[0-9a-f]{7,40}"
"""The hash of a commit, or its beginning."""
_SHORT = rf"(?P<repository>{PATH})?(?P<mark>[\#!])(?P<number>[0-9]+)"
_ADDRESS = (
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+(?::[0-9]+)?)/"
    rf"(?:(?P<repository>{REPOSITORY})/(?:issues|pull)|(?P<path>{PATH})/-/(?:issues|work_items|(?P<pr>merge_requests)))"
    r"/(?P<number>[0-9]+)/?(?:[?#].*)?"
)
_PORTS = {"https": ":443", "http": ":80"}


class Ref(NamedTuple):
    """An issue or a PR: ``host`` and ``repository`` are '' where they are not told.

    The host and the number are in the one form that they have for all ways of writing them. ``mark`` is ``!``
    before the number of a PR that shares it with an issue, else ``#``.
    """

    host: str
    repository: str
    number: str
    mark: str = "#"

    @property
    def place(self) -> str:
        """The repository, in the one form that it has for all ways of writing it."""
        return self.repository.lower()


class Home(NamedTuple):
    """A repository, as ``owner/repo``, and the host of its pages."""

    host: str
    repository: str


@lru_cache(maxsize=4096)
def read(text: str) -> Ref | None:
    """The issue or PR that a whole text names; None for any other address, and for what is no reference."""
    found = re.fullmatch(_SHORT, text) or re.fullmatch(_ADDRESS, text)
    if found is None:
        return None
    told = found.groupdict(default="")
    if "host" not in told:
        return Ref("", told["repository"], _plain(told["number"]), told["mark"])
    at, mark = host(told["scheme"], told["host"]), "!" if told["pr"] else "#"
    return Ref(at, told["repository"] or told["path"], _plain(told["number"]), mark)


def host(scheme: str, text: str) -> str:
    """A host in the one form that it has in all addresses: with its port where that is not the usual one."""
    return text.lower().removesuffix(_PORTS[scheme])


@lru_cache(maxsize=64)
def home(pattern: str) -> Home | None:
    """The repository that a pattern of links means: ``https://HOST/OWNER/REPO/issues/{ref}``."""
    found = read(pattern.replace("{ref}", "1"))
    return Home(found.host, found.repository) if found and found.host else None


def page(host: str, repository: str, number: str) -> str:
    """The address of an issue's page, from which a forge leads on to the page of a PR."""
    return f"https://{host}/{repository}/issues/{number}"


def typed(text: str) -> str:
    """A reference as it is kept, of what was typed; '' where that is none."""
    text = text.strip()
    bare = text.removeprefix("PR").strip()
    mark = "!" if bare.startswith("!") else "#"
    bare = bare.removeprefix(mark)
    if bare.isascii() and bare.isdigit():
        return f"{mark}{_plain(bare)}"
    is_address = text.startswith(("https://", "http://")) and not any(c.isspace() for c in text)
    return text if is_address or re.fullmatch(SHORT, text) else ""


def number_of(text: str) -> str:
    """The number by which prose names an issue or a PR, ``12`` or ``!12``; any other text as it is."""
    found = read(text)
    return f"{found.mark}{found.number}".removeprefix("#") if found else text


def is_request(text: str) -> bool:
    """Whether a reference names a PR by a number of its own; one that shares it with issues does not tell."""
    found = read(text)
    return found is not None and found.mark == "!"


def order(text: str) -> tuple[str, int, str]:
    """The place of a reference in a list: by repository and number, an address by its text."""
    found = read(text)
    if found is None or found.host:
        return (text, 0, text)
    return (found.mark.removeprefix("#") + found.repository, len(found.number), found.number)


def _plain(digits: str) -> str:
    """A number without zeros before it; it may have more digits than Python takes for one."""
    return digits.lstrip("0") or "0"
