"""Which of the commands that a hook captured belong into a report: those that something rests on.

What somebody ran by `triage run` is captured, too, and belongs there anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from triage.report.history import Patch, Survey

_NAMED = re.compile(r"\be:([0-9a-f]{8}-[0-9a-f-]{27})")
"""An event that prose names: recording wrote its id for ``e12``."""


def shown(found: Survey) -> Survey:
    """The survey without commands of a hook that nobody asked for.

    One is asked for where a claim names it, prose does, or it was given a claim, a heading or a wording; what
    was withdrawn asks for nothing.
    """
    by_hooks = {patch.entity for patch in found.patches if patch.creates and patch.body.get("hook")}
    if not by_hooks:
        return found
    live = (patch for patch in found.patches if patch.id not in found.retracted)
    hidden = by_hooks - set(_asked_for(live))
    return found._replace(patches=[patch for patch in found.patches if patch.entity not in hidden])


def _asked_for(patches: Iterable[Patch]) -> Iterator[str]:
    """The entities of evidence that something rests on, or that were given a place."""
    for patch in patches:
        body = patch.body
        if patch.kind == "evidence":
            if any(body.get(name) for name in ("action", "blocker", "section", "log")):
                yield patch.entity
            continue
        if body.get("evidence"):
            yield body["evidence"]
        for value in body.values():
            if isinstance(value, str) and "e:" in value:
                yield from _NAMED.findall(value)
