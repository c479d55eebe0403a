"""Trusting a folder's configuration, so that it may do what only the user's own may."""

import os
from typing import NamedTuple

from triage import config
from triage.errors import NotFound


class Trusted(NamedTuple):
    """A file that is trusted from now on, and what it does that a file that is not trusted may not."""

    path: str
    does: tuple[str, ...]


def trust(path: str, cwd: str, state_folder: str) -> Trusted:
    """Trust a configuration as its bytes are now: after any change it must be trusted again.

    An empty ``path`` is the file beside the nearest `.triage` folder.
    """
    path = os.path.abspath(path) if path else _nearest(cwd)
    data = config.read_bytes(path)
    if not data:
        raise NotFound(f"no configuration at {path}", hint="name the file: triage trust FILE")
    does = tuple(config.trusted_keys(config.parsed(path, data)))
    config.trust(state_folder, path, data)
    return Trusted(path, does)


def _nearest(cwd: str) -> str:
    folder = config.find_folder(cwd)
    return os.path.join(os.path.dirname(folder) if folder else cwd, config.CONFIG_FILE)
