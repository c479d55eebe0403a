"""Where settings come from, for whoever wonders why one is as it is."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from triage.config.files import CONFIG_FILE, find_folder, read_bytes, read_config, trusted_keys
from triage.config.state import is_trusted


class Source(NamedTuple):
    """A configuration file: the keys that it sets, and what of them counts only once the file is trusted."""

    path: str
    keys: tuple[str, ...]
    waits: tuple[str, ...] = ()


def sources(cwd: str, config_folder: str, state_folder: str) -> Iterator[Source]:
    """The configuration files that count in a folder, the user's own first.

    Raises `InvalidValue` for one that cannot be used, `NotAllowed` for one that cannot be read.
    """
    own = os.path.join(config_folder, CONFIG_FILE)
    yield Source(own, tuple(read_config(own)))
    folder = find_folder(cwd)
    if folder:
        path = os.path.join(os.path.dirname(folder), CONFIG_FILE)
        found = read_config(path)
        is_ours = is_trusted(state_folder, read_bytes(path))
        yield Source(path, tuple(found), () if is_ours else tuple(trusted_keys(found)))


def origin(option: str, variable: str, environ: Mapping[str, str], key: str, found: list[Source]) -> str:
    """What sets a setting: an option, a variable, the nearest file that has the key; or ''."""
    if option:
        return f"--{key}"
    if environ.get(variable, "").strip():
        return variable
    return next((source.path for source in reversed(found) if key in source.keys), "")
