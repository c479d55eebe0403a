"""Tokens: taken from the environment or from a forge's own program when they are needed, and kept nowhere."""

import re
from collections.abc import Mapping, Sequence

from triage.forge.programs import said

_TOKEN = re.compile(r"[!-~]{1,1000}")


def token(environ: Mapping[str, str], names: Sequence[str], program: Sequence[str]) -> str:
    """The token in the first of these variables that has one, else what the program says; or ''."""
    found = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    found = found or said(*program)
    return found if _TOKEN.fullmatch(found) else ""
