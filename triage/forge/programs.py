"""What programs of the user say: git of a repository, a forge's own program of its token."""

import os
import re
import subprocess
from collections.abc import Collection

from triage import refs
from triage.refs import Home

_REMOTE = re.compile(
    r"(?:(?:(?P<web>https?)|ssh)://(?:[^@/\s]+@)?|[^@/\s]+@)"
    rf"(?P<host>[\w.-]+)(?P<port>:\d+)?[:/](?P<repository>{refs.PATH})/?"
)


def remote_home(folder: str) -> Home | None:
    """The repository that git fetches from in a folder; a port of git's own is none of its pages."""
    found = _REMOTE.fullmatch(said("git", "-C", folder, "remote", "get-url", "origin"))
    if found is None:
        return None
    port = (found["web"] and found["port"]) or ""
    return Home(
        refs.host(found["web"] or "https", found["host"] + port), found["repository"].removesuffix(".git")
    )


def said(*command: str, without: Collection[str] = ()) -> str:
    """What a program says in one line, ``without`` some variables; '' where it is none, or fails or waits."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GH_PROMPT_DISABLED": "1"}
    surroundings = {name: value for name, value in os.environ.items() if name not in without} | quiet
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False, env=surroundings
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
