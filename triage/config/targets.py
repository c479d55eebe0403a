"""Targets of publications, as a configuration names them: ``[publish.NAME]``."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.errors import InvalidValue, near

FORMS = ("site", "markdown")
TEXTS = ("to", "branch", "folder", "form", "title", "classification", "base", "template")


class TargetSettings(NamedTuple):
    """One target; its place as `triage.publish.Address` has it.

    ``form`` is site or markdown; ``title``, ``classification`` and ``base`` (its address) are of the site.
    """

    name: str
    to: str = ""
    command: tuple[str, ...] = ()
    branch: str = ""
    folder: str = ""
    form: str = "site"
    title: str = ""
    classification: str = ""
    base: str = ""
    template: str = "triage"
    options: tuple[tuple[str, str], ...] = ()


def targets_of(found: Mapping[str, Any]) -> tuple[TargetSettings, ...]:
    """The targets of a configuration that was checked."""
    return tuple(_target(name, values) for name, values in found.get("publish", {}).items())


def _target(name: str, values: Mapping[str, Any]) -> TargetSettings:
    known = {key: value for key, value in values.items() if key in TEXTS}
    options = tuple((key, str(value)) for key, value in values.get("options", {}).items())
    return TargetSettings(name, command=tuple(values.get("command", ())), options=options, **known)


def check(path: str, value: object) -> None:
    """Raise `InvalidValue` naming what is wrong with the ``publish`` tables of a configuration."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{path}: publish must be tables", hint="write [publish.NAME]")
    for name, values in value.items():
        if not isinstance(values, dict):
            raise InvalidValue(f"{path}: publish.{name} must be a table", hint=f"write [publish.{name}]")
        for key, item in values.items():
            _check_key(f"{path}: publish.{name}.{key}", key, item)
        if not (values.get("to") or values.get("command")):
            raise InvalidValue(f"{path}: publish.{name} names no place", hint='add: to = "FOLDER or ADDRESS"')


def _check_key(where: str, key: str, value: object) -> None:
    allowed = (*TEXTS, "command", "options")
    if key not in allowed:
        raise InvalidValue(f"{where} is not known", hint=near(key, allowed), allowed=allowed)
    if key == "command":
        if not (isinstance(value, list) and value and all(isinstance(word, str) for word in value)):
            raise InvalidValue(
                f"{where} must be a list of words", hint='write ["rsync", "-a", "{site}/", "HOST:/srv"]'
            )
    elif key == "options":
        if not (
            isinstance(value, dict) and all(isinstance(item, (str, bool, int)) for item in value.values())
        ):
            raise InvalidValue(f"{where} must be a table of texts")
    elif not isinstance(value, str):
        raise InvalidValue(f"{where} must be a text in quotes, not {value!r:.40}")
    if key == "form" and value not in FORMS:
        raise InvalidValue(
            f"{where} cannot be {value!r:.40}", hint="one of: " + ", ".join(FORMS), allowed=FORMS
        )
