"""The fast road: a plain use of a recording command is recorded without click, which takes long to load.

It never refuses anything itself. What is not plain, or goes wrong before the store was asked to keep
something, is left to click, which begins anew; help and complaints are click's. But for a store that is away:
to begin anew would wait for it again.
"""

import os
from typing import Any

from triage.fast.table import TABLE


def record(words: list[str]) -> int | None:
    """Record what the words say, and give the exit code; None where click is to do it: nothing was kept."""
    said = None if "_TRIAGE_COMPLETE" in os.environ else understood(words)
    return None if said is None else _recorded(words[0], said)


def _recorded(command: str, said: dict[str, Any]) -> int | None:
    from importlib import import_module

    from triage.console.call import SHARED, Call
    from triage.console.heard import Heard
    from triage.console.speech import complain
    from triage.errors import Unavailable

    body = getattr(import_module(f"triage.console.{TABLE[command][0]}"), command)
    call = Call({name: said.pop(name) for name in SHARED if name in said}, Heard())
    try:
        body(call, **said)
    except Exception as error:  # noqa: BLE001  what is not left to click is told as click's handler tells it
        if not (call.tried or isinstance(error, Unavailable)):
            return None
        return complain(error, as_json=call.json)
    finally:
        call.close()
    return 0


def understood(words: list[str]) -> dict[str, Any] | None:
    """What plain words say, by the names of the body's parameters; None where there is any doubt."""
    if not words or words[0] not in TABLE:
        return None
    _, arguments, valued, flags = TABLE[words[0]]
    options, switches = _named(valued), _named(flags)
    said: dict[str, Any] = {}
    texts: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        spelled, mark, value = word.partition("=")
        if spelled in options:
            value = value if mark else next(rest, "--")
            if options[spelled] in said or value.startswith(("--", "@")) or value in ("-", "-h"):
                return None
            said[options[spelled]] = value
        elif word in switches:
            said[switches[word]] = True
        elif word.startswith(("-", "@")):
            return None
        else:
            texts.append(word)
    return _with_arguments(said, arguments.split(), texts)


def _named(spellings: str) -> dict[str, str]:
    """The names of parameters by the spellings of the options that set them."""
    pairs = (spelling.partition("=") for spelling in spellings.split())
    return {f"--{spelled}": name or spelled.replace("-", "_") for spelled, _, name in pairs}


def _with_arguments(said: dict[str, Any], arguments: list[str], texts: list[str]) -> dict[str, Any] | None:
    """What options said, and texts as arguments; None where there are too many or too few of them."""
    for argument in arguments:
        name = argument.rstrip("?*+")
        if argument.endswith("*") or (argument.endswith("+") and texts):
            said[name], texts = tuple(texts), []
        elif texts and name not in said:
            said[name] = texts.pop(0)
        elif texts or not argument.endswith("?"):
            return None
    return None if texts else said
