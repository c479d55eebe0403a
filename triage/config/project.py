"""Which project a folder is in, and what a file of it is called by all who share it."""

import os
from collections.abc import Iterable, Mapping

from triage import traces
from triage.config.files import FOLDER

GIT = ".git"


def nearest(cwd: str, marks: Iterable[str]) -> str:
    """The nearest folder upwards that has a file or a folder of one of these names, or ''."""
    names, here = tuple(marks), cwd
    while not any(os.path.exists(os.path.join(here, name)) for name in names):
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above
    return here


def name_of(file: str, environ: Mapping[str, str]) -> str:
    """A file's path in its project, which is the same in every checkout; outside of one, all of its path."""
    path = os.path.abspath(file)
    project = nearest(os.path.dirname(path), (FOLDER, GIT))
    if project:
        return os.path.relpath(path, project)
    home = traces.home(environ)
    return os.path.join("~", os.path.relpath(path, home)) if path.startswith(home + os.sep) else path
