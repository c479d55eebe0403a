"""Putting our hooks into the settings of a coding agent, and taking them out again."""

import json
import os
import shlex
import shutil
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple

from triage import traces
from triage.agents import AGENTS, settings
from triage.config.project import GIT, nearest
from triage.durable import aside, clear, make_folders, refusal
from triage.errors import InvalidValue, NotFound, near

BEFORE = ".before-triage"
"""Ends the name of the settings as they were before our hooks came in."""


class Where(NamedTuple):
    """Whose settings: the user's (``everywhere``), or those of the project that a folder is in."""

    environ: Mapping[str, str]
    cwd: str
    everywhere: bool


class Hooks(NamedTuple):
    """Our hooks of one agent in one file: the command of each event, and those that it should have.

    ``changed`` says whether the file was; ``before`` is a copy of it as it was then, or ''. ``note`` is what
    the agent asks for besides; ``everywhere`` says that the file is the user's.
    """

    agent: str
    path: str
    commands: Mapping[str, str]
    events: tuple[str, ...]
    changed: bool = False
    before: str = ""
    note: str = ""
    everywhere: bool = False


def install(agent: str, where: Where) -> Hooks:
    """Have an agent call our hook for every command that it runs; what its settings say besides is kept.

    Raises `InvalidValue` for settings that are none, which stay as they are, `NotFound` where the program of
    the hook is not installed, `NotAllowed` where the settings cannot be written.
    """
    module = _module(agent)
    path = _path(module, where)
    _clear(path)
    raw = _text(path)  # first: whoever installs at the same time may have put hooks into what is read next
    found = _read(path, module.EVENTS)
    command = f"{shlex.quote(_program(where))} {agent} 2>/dev/null || :"
    known = settings.commands(found, module.EVENTS)
    if known == dict.fromkeys(module.EVENTS, command):
        return Hooks(agent, path, known, module.EVENTS, note=module.NOTE)
    bare = settings.without_hooks(found, module.EVENTS)
    text = settings.with_hooks(bare, module.EVENTS, module.TOOL, command, module.TIMEOUT)
    before = _keep_before(path, raw) if os.path.exists(path) and not known else ""
    _write(path, text)
    known = settings.commands(text, module.EVENTS)
    return Hooks(agent, path, known, module.EVENTS, changed=True, before=before, note=module.NOTE)


def uninstall(agent: str, where: Where) -> Hooks:
    """Take our hooks out of an agent's settings, which are then as they were, but for what changed since.

    Raises as `install` does.
    """
    module = _module(agent)
    path = _path(module, where)
    _clear(path)
    found = _read(path, module.EVENTS)
    kept = path + BEFORE
    if not settings.commands(found, module.EVENTS):
        if os.path.exists(kept) and _text(kept) == _text(path):
            os.unlink(kept)  # an installation was killed before it had put hooks in
        return Hooks(agent, path, {}, module.EVENTS)
    text = settings.without_hooks(found, module.EVENTS)
    if os.path.exists(kept) and _said(_text(kept)) == _said(text):
        _write(path, _text(kept))
        os.unlink(kept)
    elif not os.path.exists(kept) and not json.loads(text):
        os.unlink(path)  # there was none
    else:
        _write(path, text)
    return Hooks(agent, path, {}, module.EVENTS, changed=True)


def status(environ: Mapping[str, str], cwd: str) -> list[Hooks]:
    """Our hooks of every agent, in the user's settings and in the project's; raises as `install` does."""
    found = []
    for agent in AGENTS:
        module = _module(agent)
        paths = {_path(module, Where(environ, cwd, everywhere)): everywhere for everywhere in (False, True)}
        for path, everywhere in paths.items():
            known = settings.commands(_read(path, module.EVENTS), module.EVENTS)
            found.append(Hooks(agent, path, known, module.EVENTS, note=module.NOTE, everywhere=everywhere))
    return found


def trouble(hooks: Hooks) -> str:
    """What keeps installed hooks from working; '' where nothing does."""
    missing = [event for event in hooks.events if event not in hooks.commands]
    if missing:
        return f"{', '.join(missing)} is missing"
    for command in dict.fromkeys(hooks.commands.values()):
        try:
            program = shlex.split(command)[0]
        except ValueError:
            continue
        if shutil.which(program) is None:
            return f"there is no program {program}"
    return ""


def _module(agent: str) -> Any:
    if agent not in AGENTS:
        raise InvalidValue(f"no agent {agent!r:.40}", hint=near(agent, AGENTS), allowed=tuple(AGENTS))
    return import_module(f"triage.agents.{AGENTS[agent]}")


def _path(module: Any, where: Where) -> str:
    """The file of an agent's settings."""
    if where.everywhere:
        named = where.environ.get(module.HOME)
        folder = named or os.path.join(traces.home(where.environ), module.FOLDER)
    else:
        project = nearest(where.cwd, (module.FOLDER, GIT)) or where.cwd
        folder = os.path.join(project, module.FOLDER)
    return os.path.join(folder, module.FILE)


def _program(where: Where) -> str:
    """What calls our hook: for the user wherever it lies, in a project, which others share, by its name."""
    found = shutil.which(settings.PROGRAM, path=where.environ.get("PATH"))
    if found and not where.everywhere:
        return settings.PROGRAM
    beside = os.path.join(sysconfig.get_path("scripts"), settings.PROGRAM)
    program = found or (beside if os.path.exists(beside) else "")
    if not program:
        hint = "install triage anew: pipx install --force triagelog"
        raise NotFound(f"the program {settings.PROGRAM} is not installed", hint=hint)
    return os.path.abspath(program)


def _clear(path: str) -> None:
    """Delete what a call left that was killed while it wrote settings, or the copy of them."""
    for each in {path, os.path.realpath(path)}:
        clear(os.path.dirname(each))


def _read(path: str, events: tuple[str, ...]) -> str:
    """The text of a settings file that hooks can be put into; an empty object where there is none."""
    text = _text(path)
    if not text.strip():
        return "{}\n"
    what = settings.problem(text, events)
    if what:
        raise InvalidValue(f"{path} {what}", hint="nothing was changed; mend it first")
    return text


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise InvalidValue(f"{path} is not UTF-8", hint="nothing was changed; mend it first") from error
    except OSError as error:
        raise refusal(f"cannot read {path}", error, hint="check its mode") from error


def _said(text: str) -> Any:
    """What settings say, but for empty lists and objects, which may have been made for our hooks."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item for key, each in value.items() if (item := told(each)) not in ({}, [])}
        return [told(item) for item in value] if isinstance(value, list) else value

    with suppress(ValueError):
        return told(json.loads(text or "{}"))
    return None


def _keep_before(path: str, text: str) -> str:
    """Keep the settings as they were beside them; a link there, which a clone may bring, is replaced."""
    kept = path + BEFORE
    _put(kept, os.path.join(os.path.realpath(os.path.dirname(kept)), os.path.basename(kept)), text)
    return kept


def _write(path: str, text: str) -> None:
    """Write settings to their place, which may be a link to it."""
    _put(path, os.path.realpath(path), text)


def _put(path: str, target: str, text: str) -> None:
    """Write a file beside ``target`` and put it there whole, with the mode of what was there."""
    try:
        make_folders(os.path.dirname(target))
        with aside(target, keep_mode=True) as file:
            file.write(text.encode())
    except OSError as error:
        raise refusal(f"cannot write {path}", error, hint="check the folder's owner") from error
