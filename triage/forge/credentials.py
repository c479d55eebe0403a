"""Tokens: taken from the environment or from a forge's own program when they are needed, and kept nowhere."""

import re
from collections.abc import Mapping, Sequence

from triage.forge.programs import said

_TOKEN = re.compile(r"[!-~]{1,1000}")


def token(
    environ: Mapping[str, str], names: Sequence[str], program: Sequence[str], *, unseen: Sequence[str] = ()
) -> str:
    """The token in the first of these variables that has one, else what the program says; or ''.

    ``unseen`` are variables that the program would take for the token of any host.
    """
    found = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    found = found or said(*program, without=unseen)
    return found if _TOKEN.fullmatch(found) else ""
