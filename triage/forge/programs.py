"""What programs of the user say: git of a repository, a forge's own program of its token."""

import os
import re
import subprocess
from collections.abc import Collection

from triage import refs
from triage.refs import Home

_REMOTE = re.compile(
    r"(?:(?:https?|ssh)://(?:[^@/\s]+@)?|[^@/\s]+@)"
    rf"(?P<host>[\w.-]+)(?::\d+)?[:/](?P<repository>{refs.PATH})/?"
)


def remote_home(folder: str) -> Home | None:
    """The repository that git fetches from in a folder."""
    found = _REMOTE.fullmatch(said("git", "-C", folder, "remote", "get-url", "origin"))
    return Home(found["host"].lower(), found["repository"].removesuffix(".git")) if found else None


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
