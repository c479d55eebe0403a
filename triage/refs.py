"""The grammar of references: how issues, PRs and commits are named.

Issues and PRs of one repository share their numbers, and are named alike: ``#1140``, ``owner/repo#1140``, or
by the address of a page, ``https://HOST/OWNER/REPO/issues/1140`` or ``…/pull/1140``. Hosts, owners and
repositories are the same in capitals and in small letters. Any other address is a reference too, of which
nothing is known. The expressions are for larger ones, and compiled where they are used: who reads none pays
for none.
"""

import re
from functools import lru_cache
from typing import NamedTuple

NUMBER = r"[1-9][0-9]{0,9}"
"""The number of an issue or a PR, as forges give them."""
_NAME = r"(?!\.{1,2}(?![A-Za-z0-9_.-]))[A-Za-z0-9_.-]{1,100}"
REPOSITORY = rf"{_NAME}/{_NAME}"
"""``owner/repo``; a name that leads upwards is none."""
SHORT = rf"(?:{REPOSITORY})?\#[0-9]+"
"""``#1140`` or ``owner/repo#1140``, in texts where it cannot mean a heading."""
COMMIT = r"[0-9a-f]{7,40}"
"""The hash of a commit, or its beginning."""
_SHORT = rf"(?P<repository>{REPOSITORY})?\#(?P<number>[0-9]+)"
_ADDRESS = (
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+(?::[0-9]+)?)/"
    rf"(?P<repository>{REPOSITORY})/(?:issues|pull)/(?P<number>[0-9]+)/?(?:[?#].*)?"
)
_PORTS = {"https": ":443", "http": ":80"}


class Ref(NamedTuple):
    """An issue or a PR: ``host`` and ``repository`` are '' where they are not told.

    The host and the number are in the one form that they have for all ways of writing them.
    """

    host: str
    repository: str
    number: str

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
    told = found.groupdict()
    host = (told.get("host") or "").lower()
    host = host.removesuffix(_PORTS[told["scheme"]]) if host else ""
    return Ref(host, told["repository"] or "", _plain(told["number"]))


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
    bare = text.removeprefix("PR").strip().removeprefix("#")
    if bare.isascii() and bare.isdigit():
        return f"#{_plain(bare)}"
    is_address = text.startswith(("https://", "http://")) and not any(c.isspace() for c in text)
    return text if is_address or re.fullmatch(SHORT, text) else ""


def number_of(text: str) -> str:
    """The number of an issue or a PR, by which prose names it; what has none is given as it is written."""
    found = read(text)
    return found.number if found else text


def order(text: str) -> tuple[str, int, str]:
    """The place of a reference in a list: by repository and number, of an address by its text."""
    found = read(text)
    if found is None or found.host:
        return (text, 0, text)
    return (found.repository, len(found.number), found.number)


def _plain(digits: str) -> str:
    """A number without zeros before it; it may have more digits than Python takes for one."""
    return digits.lstrip("0") or "0"
