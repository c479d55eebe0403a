"""Making a folder into one that keeps its own store."""

import os
from collections.abc import Callable
from typing import NamedTuple

from triage.config import CONFIG_FILE, FOLDER
from triage.durable import refusal
from triage.store import STORE_FILE, open_store

CONFIG = """# Configuration of triage for this folder. Every key may stay a comment.

# Who records, where --actor and TRIAGE_ACTOR say nothing.
# actor = "sre-agent"
# actor_type = "agent"            # human, agent or system

# How references become links; {ref} is the number, {repo} is owner/repo.
# issue_url = "https://github.com/acme/velvet/issues/{ref}"
# pr_url = "https://github.com/acme/velvet/pull/{ref}"
# commit_url = "https://github.com/acme/velvet/commit/{ref}"

# A zone that documents show beside UTC.
# zone = "America/New_York"

# A folder of templates that come before the built-in ones.
# templates = "docs/templates"

# Variables whose values are secret, whatever their names (docs/redaction.md).
# secret_env = ["DB_LOGIN"]

# What else is a secret: the group "secret" of the pattern, or all of it.
# [[redact.rules]]
# name = "acme-badge"
# pattern = "ACME-(?P<secret>[0-9]{6})"
# hints = ["acme-"]

# Commands that automatic capture keeps, though they only read (docs/capture.md).
# [hook]
# keep = ["git log"]

# Where "triage publish" puts documents (docs/publishing.md); counts once "triage trust" took this file.
# [publish.docs]
# to = "git+https://git.example.org/team/docs.git"
# folder = "docs/triage"
# classification = "internal"
"""


class Made(NamedTuple):
    """The store's address, and the paths that were not there before."""

    store: str
    created: tuple[str, ...]


def init(cwd: str, *, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> Made:
    """Make `.triage/` with a store and `triage.toml` beside it; what is there stays as it is."""
    folder = os.path.join(cwd, FOLDER)
    store = os.path.join(folder, STORE_FILE)
    wanted = {
        os.path.join(folder, ".gitignore"): "*\n",
        os.path.join(cwd, CONFIG_FILE): CONFIG,
    }
    created = [path for path in (store, *wanted) if not os.path.exists(path)]
    try:
        os.makedirs(folder, exist_ok=True)
        for path, text in wanted.items():
            if path in created:
                with open(path, "x", encoding="utf-8") as file:
                    file.write(text)
    except OSError as error:
        raise refusal(f"cannot write in {cwd}", error, hint="run triage init where you may write") from error
    open_store(store, clock=clock, entropy=entropy, create=True).close()
    return Made(store, tuple(created))
